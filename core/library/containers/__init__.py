"""The containers around pictures, one module each: GIF blocks, JPEG segments, PNG and WebP chunks.

Owns which of their parts make the picture. So a file is cleaned without touching a pixel (encoding
anew would cost time and quality, and an animation its colours), decoders meet only what is kept,
and a frame can be decoded by itself. It must not know pixels: that is `core.library.decoding`.

Every walk is lenient about what it leaves out and strict about what it keeps: lengths, checksums,
order and places must be right, and the end must be there.
"""

from collections.abc import Callable, Mapping
from typing import Final

from core.library.containers import gif, jpeg, png, webp
from core.library.containers.exif import orientation
from core.library.containers.parts import Contents, Frame

__all__ = ["Contents", "Frame", "measure", "orientation", "read"]

MEASURES: Final[Mapping[str, Callable[[bytes], tuple[int, int]]]] = {
    "GIF": gif.measure,
    "JPEG": jpeg.measure,
    "PNG": png.measure,
    "WEBP": webp.measure,
}
READERS: Final[Mapping[str, Callable[[bytes, int], Contents]]] = {
    "GIF": gif.read,
    "JPEG": jpeg.read,
    "PNG": png.read,
    "WEBP": webp.read,
}


def measure(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height in pixels as the header claims, before any turning.

    Raises LookupError, ValueError or struct.error where the container is not whole, and
    UserError("picture_type_unsupported" | "picture_too_costly").
    """
    return MEASURES[kind](data)


def read(data: bytes, kind: str, most_frames: int) -> Contents:
    """Take a file apart; `kind` as `decoding.sniff` tells it.

    Raises UserError("picture_too_many_frames") beyond `most_frames`, and as `measure`.
    """
    return READERS[kind](data, most_frames)
