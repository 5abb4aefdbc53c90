"""WebP bitstreams into pixels, by libwebp's plain decoder.

Pillow decodes every WebP as an animation, which holds the canvas four times: 290 MB at 4096². The
same library's plain function writes into one buffer of ours. It must not know containers.

Sources: libwebp's `src/webp/decode.h` (WebPDecodeRGBAInto; unchanged since 0.1); RFC 9649 §2.7.1
(alpha in VP8X) and §3.4 (alpha_is_used in VP8L).
"""

import ctypes
import io
from collections.abc import Callable
from typing import Final

from PIL import Image, _webp


def _find_decoder() -> Callable[..., int | None] | None:
    """The function, found through Pillow's extension, which is linked to libwebp; None where that
    is built so that its symbols are hidden.
    """
    try:
        decoder = ctypes.CDLL(_webp.__file__).WebPDecodeRGBAInto
    except (OSError, AttributeError):
        return None
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    decoder.argtypes = [ctypes.c_char_p, size, pointer, size, ctypes.c_int]
    decoder.restype = pointer
    return decoder


DECODER: Final = _find_decoder()


def decode_webp(
    data: bytes, width: int, height: int, decoder: Callable[..., int | None] | None = DECODER
) -> Image.Image:
    """One still WebP of that size as RGBA or, where nothing of it is transparent, RGBX; by Pillow
    where there is no `decoder`.

    Raises OSError where it cannot be decoded, and MemoryError.
    """
    if decoder is None:
        return Image.open(io.BytesIO(data), formats=["WEBP"]).convert("RGBA")
    pixels = bytearray(width * height * 4)
    into = (ctypes.c_char * len(pixels)).from_buffer(pixels)
    if not decoder(data, len(data), into, len(pixels), width * 4):
        raise OSError("broken bitstream")
    mode = "RGBA" if _has_alpha(data) else "RGBX"
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def _has_alpha(data: bytes) -> bool:
    """By the header of the only bitstream, or of what stands around it."""
    return data[12:16] != b"VP8 " and bool(data[24 if data[12:16] == b"VP8L" else 20] & 0x10)
