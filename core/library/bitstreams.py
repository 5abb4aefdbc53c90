"""WebP bitstreams into pixels and back, by libwebp's plain functions.

Pillow decodes every WebP as an animation, which holds the canvas four times: 290 MB at 4096². The
same library's plain function writes into one buffer of ours, and for a large one leaves a part of
the work to a second processor. For encoding, Pillow makes a copy of all pixels first, four bytes
each; libwebp takes them where they stand, and makes the same file. It must not know containers.

Sources: libwebp's `src/webp/decode.h` (the beginning of WebPDecoderConfig, unchanged since 0.4 and
held to by WEBP_DECODER_ABI_VERSION 0x02xx) and `src/webp/encode.h` (the beginnings of WebPConfig,
WebPPicture and WebPMemoryWriter, unchanged since 0.2 and held to by WEBP_ENCODER_ABI_VERSION
0x02xx); RFC 9649 §2.7.1 (alpha in VP8X) and §3.4 (alpha_is_used in VP8L).
"""

import ctypes
import io
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, _webp

ABI: Final = 0x0200
STRIP_ROWS: Final = 64
THREADED: Final = 4_000_000
"""Pixels from which a second processor is worth waking: then it saves a quarter of the time."""

RGBA: Final = 1
"""Among the orders in which libwebp hands pixels out."""

NO_ROOM: Final = 1
"""Among libwebp's reasons not to decode."""


@dataclass(frozen=True)
class Pixels:
    """A picture whose mode is RGBX or RGBA, row by row, four bytes each."""

    mode: str
    size: tuple[int, int]
    data: bytearray


class _Decoding(ctypes.Structure):
    _fields_ = (
        ("features", ctypes.c_int * 10),
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("is_external_memory", ctypes.c_int),
        ("rgba", ctypes.c_void_p),
        ("stride", ctypes.c_int),
        ("size", ctypes.c_size_t),
        ("planes", ctypes.c_byte * 56),
        ("pad", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
        ("cropping_and_scaling", ctypes.c_int * 10),
        ("use_threads", ctypes.c_int),
        ("rest", ctypes.c_byte * 500),  # more than any version has
    )


class _Config(ctypes.Structure):
    _fields_ = (
        ("lossless", ctypes.c_int),
        ("quality", ctypes.c_float),
        ("method", ctypes.c_int),
        ("rest", ctypes.c_byte * 500),  # as above
    )


class _Picture(ctypes.Structure):
    _fields_ = (
        ("use_argb", ctypes.c_int),
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("planes", ctypes.c_void_p * 3),
        ("strides", ctypes.c_int * 2),
        ("alpha", ctypes.c_void_p),
        ("alpha_stride", ctypes.c_int),
        ("pad1", ctypes.c_uint32 * 2),
        ("argb", ctypes.c_void_p),
        ("argb_stride", ctypes.c_int),
        ("pad2", ctypes.c_uint32 * 3),
        ("writer", ctypes.c_void_p),
        ("custom_ptr", ctypes.c_void_p),
        ("rest", ctypes.c_byte * 500),  # as above
    )


class _Memory(ctypes.Structure):
    _fields_ = (
        ("mem", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("rest", ctypes.c_byte * 100),  # as above
    )


def _find_decoder() -> ctypes.CDLL | None:
    """libwebp, found through Pillow's extension, which is linked to it; None where that is built so
    that its symbols are hidden, or where its decoder is of another kind than we know.
    """
    try:
        library = ctypes.CDLL(_webp.__file__)
        known = library.WebPDecode and library.WebPInitDecoderConfigInternal(
            ctypes.byref(_Decoding()), ABI
        )
    except (OSError, AttributeError):
        return None
    return library if known else None


def _find_library() -> ctypes.CDLL | None:
    """libwebp, if it is there as above and its encoder of the kind that we know."""
    try:
        library = ctypes.CDLL(_webp.__file__)
        for name in ("ImportRGBX", "ImportRGBA", "InitInternal", "Free"):
            getattr(library, f"WebPPicture{name}")
        known = library.WebPConfigInitInternal(ctypes.byref(_Config()), 0, ctypes.c_float(75), ABI)
        known = known and library.WebPPictureInitInternal(ctypes.byref(_Picture()), ABI)
    except (OSError, AttributeError):
        return None
    return library if known else None


DECODER: Final = _find_decoder()
LIBRARY: Final = _find_library()


def decode_webp(
    data: bytes, width: int, height: int, decoder: ctypes.CDLL | None = DECODER
) -> Image.Image:
    """One still WebP of that size as RGBA or, where nothing of it is transparent, RGBX; by Pillow
    where there is no `decoder`.

    Raises OSError where it cannot be decoded, and MemoryError.
    """
    if decoder is None:
        return Image.open(io.BytesIO(data), formats=["WEBP"]).convert("RGBA")
    pixels = bytearray(width * height * 4)
    into = (ctypes.c_char * len(pixels)).from_buffer(pixels)
    wanted = _Decoding()
    decoder.WebPInitDecoderConfigInternal(ctypes.byref(wanted), ABI)
    wanted.colorspace, wanted.is_external_memory = RGBA, 1
    wanted.use_threads = int(width * height >= THREADED)
    wanted.rgba, wanted.stride, wanted.size = ctypes.addressof(into), width * 4, len(pixels)
    status = decoder.WebPDecode(data, ctypes.c_size_t(len(data)), ctypes.byref(wanted))
    if status == NO_ROOM:
        raise MemoryError
    if status:
        raise OSError("broken bitstream")
    mode = "RGBA" if _has_alpha(data) else "RGBX"
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def _has_alpha(data: bytes) -> bool:
    """By the header of the only bitstream, or of what stands around it."""
    return data[12:16] != b"VP8 " and bool(data[24 if data[12:16] == b"VP8L" else 20] & 0x10)


def take_pixels(image: Image.Image) -> Pixels:
    """The pixels of an RGBX or RGBA `image`, copied piece by piece: `tobytes` holds them twice."""
    width, height = image.size
    data = bytearray(width * height * 4)
    for top in range(0, height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, height)
        strip = image.crop((0, top, width, bottom)).tobytes()
        data[top * width * 4 : bottom * width * 4] = strip
    return Pixels(image.mode, image.size, data)


def encode_webp(
    pixels: Pixels,
    quality: float,
    method: int,
    *,
    lossless: bool = False,
    library: ctypes.CDLL | None = LIBRARY,
) -> bytes:
    """The WebP that Pillow makes with these options; by Pillow where there is no `library`.

    Raises OSError where it cannot be made, mostly for want of memory.
    """
    if library is None:
        image = Image.frombuffer(pixels.mode, pixels.size, pixels.data, "raw", pixels.mode, 0, 1)
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=method, lossless=lossless)
        return out.getvalue()
    config, picture, memory = _Config(), _Picture(), _Memory()
    library.WebPConfigInitInternal(ctypes.byref(config), 0, ctypes.c_float(quality), ABI)
    library.WebPPictureInitInternal(ctypes.byref(picture), ABI)
    library.WebPMemoryWriterInit(ctypes.byref(memory))
    config.lossless, config.method = int(lossless), method
    picture.use_argb = int(lossless)
    picture.width, picture.height = pixels.size
    picture.writer = ctypes.cast(library.WebPMemoryWrite, ctypes.c_void_p)
    picture.custom_ptr = ctypes.addressof(memory)
    try:
        return _encode(library, pixels, config, picture, memory)
    finally:
        library.WebPPictureFree(ctypes.byref(picture))
        library.WebPMemoryWriterClear(ctypes.byref(memory))


def _encode(
    library: Any, pixels: Pixels, config: _Config, picture: _Picture, memory: _Memory
) -> bytes:
    rows = (ctypes.c_char * len(pixels.data)).from_buffer(pixels.data)
    take = getattr(library, f"WebPPictureImport{pixels.mode}")
    if not take(ctypes.byref(picture), rows, pixels.size[0] * 4):
        raise OSError("no room for the picture")
    if not library.WebPEncode(ctypes.byref(config), ctypes.byref(picture)):
        raise OSError("cannot be encoded")
    return ctypes.string_at(memory.mem, memory.size)
