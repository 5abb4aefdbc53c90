"""Progressive JPEGs: whether one is sound, and reading one in as little memory as can be.

Such a file tells of every pixel several times, ever finer, so libjpeg holds six bytes for each
before it makes the first. Of a damaged one, decoders make different things, up to refusing it;
libjpeg only warns of the damage, and Pillow does not pass that on: so libjpeg itself is asked. It
must not know containers, nor what becomes of a file.

Sources: libjpeg's `jpeglib.h` (jpeg_error_mgr, unchanged since 6b) and `libjpeg.txt`, "Error
handling" and "Really raw data: DCT coefficients"; pthread_create(3) and pthread_exit(3).
"""

import ctypes
import io
import mmap
from collections.abc import Callable
from typing import Any, Final

from PIL import _imaging

VERSION: Final = 62
READER_BYTES: Final = 632
"""libjpeg's `jpeg_decompress_struct` of that version, where pointers have 64 bits. It compares both
with its own."""

USUAL_SCANS: Final = 16
"""Encoders make about ten. To read more of them once more might take too long."""

STACK_BYTES: Final = 1 << 18
"""Systems give a thread 8 MB, which would count as memory of an examiner; libjpeg needs little."""

DRAINED_BYTES: Final = 1 << 16  # whole pages

SYSTEM: Final = ctypes.CDLL(None)


class Drained(io.BytesIO):
    """A file to be read once, from its beginning; what has been read is held no longer.

    A progressive JPEG is read whole before its first pixel is made, and then takes most.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._pages = mmap.mmap(-1, len(data))
        self._pages[:] = data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To the beginning, before anything has been read."""
        if offset or whence or self._pages.tell():
            raise ValueError("it is read from its beginning alone")
        return 0

    def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002  # decoders take what comes
        """The next piece, whatever `size`; empty at the end."""
        start = self._pages.tell()
        piece = self._pages.read(DRAINED_BYTES)
        if piece:
            self._pages.madvise(mmap.MADV_DONTNEED, start, len(piece))
        return piece


def make_room() -> None:
    """Give back what the heap keeps of what was read before, which adds up to 12 MB.

    glibc's alone (malloc_trim(3)); elsewhere the system decides.
    """
    if hasattr(SYSTEM, "malloc_trim"):
        SYSTEM.malloc_trim(0)


class _Errors(ctypes.Structure):
    _fields_ = (
        ("error_exit", ctypes.c_void_p),
        ("emit_message", ctypes.c_void_p),
        ("output_message", ctypes.c_void_p),
        ("format_message", ctypes.c_void_p),
        ("reset_error_mgr", ctypes.c_void_p),
        ("msg_code", ctypes.c_int),
        ("msg_parm", ctypes.c_char * 80),
        ("rest", ctypes.c_byte * 500),  # more than any version has
    )


class _Reader(ctypes.Structure):
    _fields_ = (("err", ctypes.c_void_p), ("rest", ctypes.c_byte * 4000))  # as above


def _find_library() -> ctypes.CDLL | None:
    """libjpeg, found through Pillow's extension, which is linked to it; None where that is built so
    that its symbols are hidden, or with another version.
    """
    try:
        library = ctypes.CDLL(_imaging.__file__)
        for name in ("mem_src", "consume_input", "read_coefficients"):
            getattr(library, f"jpeg_{name}")
        errors, failures = _Errors(), list[object]()
        library.jpeg_std_error(ctypes.byref(errors))
        complain = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(failures.append)
        errors.error_exit = ctypes.cast(complain, ctypes.c_void_p)
        library.jpeg_destroy_decompress(ctypes.byref(_open(library, errors)))
    except (OSError, AttributeError):
        return None
    return None if failures else library


def _open(library: Any, errors: _Errors) -> _Reader:
    """A new reader, to be destroyed; `errors` must live as long."""
    reader = _Reader(ctypes.addressof(errors))
    size = ctypes.c_size_t(READER_BYTES)
    library.jpeg_CreateDecompress(ctypes.byref(reader), VERSION, size)
    return reader


LIBRARY: Final = _find_library()


def is_sound(data: bytes, library: ctypes.CDLL | None = LIBRARY) -> bool:
    """Whether libjpeg finds nothing amiss in any scan of these bytes, be they what they may.

    False, too, of a file of more scans than encoders make, and where there is no `library`.
    """
    if library is None or not 0 < data.count(b"\xff\xda") <= USUAL_SCANS:
        return False
    errors = _Errors()
    library.jpeg_std_error(ctypes.byref(errors))
    reader = _open(library, errors)
    library.jpeg_mem_src(ctypes.byref(reader), data, ctypes.c_ulong(len(data)))
    errors.error_exit = errors.output_message = ctypes.cast(SYSTEM.pthread_exit, ctypes.c_void_p)
    sound = all(
        _ends(step, reader) for step in (library.jpeg_consume_input, library.jpeg_read_coefficients)
    )
    library.jpeg_destroy_decompress(ctypes.byref(reader))
    return sound


def _ends(step: Callable[..., Any], reader: _Reader) -> bool:
    """Whether libjpeg neither gave up at this step nor found anything to warn of.

    Whoever it calls when it gives up must not return, and who is warned need not. Python cannot
    jump over its frames, but a thread can end in the midst of them: so each step is a thread of its
    own, in which there is no Python. One that ended so has `reader` as its result.
    """
    thread, result = ctypes.c_void_p(), ctypes.c_void_p()
    small = ctypes.byref((ctypes.c_byte * 256)())  # pthread_attr_t; more than any system has
    SYSTEM.pthread_attr_init(small)
    SYSTEM.pthread_attr_setstacksize(small, ctypes.c_size_t(STACK_BYTES))
    if SYSTEM.pthread_create(ctypes.byref(thread), small, step, ctypes.byref(reader)):
        return False
    SYSTEM.pthread_join(thread, ctypes.byref(result))
    return result.value != ctypes.addressof(reader)
