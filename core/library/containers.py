"""The containers around pictures: GIF blocks, PNG chunks, WebP chunks.

Owns which of their parts make the picture, so that an animation is cleaned without touching a
frame, and what can be told without decoding. Encoding frames again would cost seconds and colours
(a GIF frame composed of several palettes has more than 256); leaving out every part that is not
picture costs neither. It must not know pixels; `pictures` has decoded them before.

Sources: GIF89a (W3C), PNG third edition (W3C), WebP container specification (Google).
"""

import struct
from collections.abc import Iterator
from typing import Final

from core.errors import UserError

LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
"""GIF application extensions that say how often to repeat; all others are metadata."""

# Critical chunks, the animation's own, and what changes how pixels look.
PNG_KEPT: Final = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"),
        *(b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP"),
    }
)
WEBP_KEPT: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
WEBP_METADATA_FLAGS: Final = 0b0000_1100  # EXIF and XMP in VP8X

SEPARATOR, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
GRAPHIC_CONTROL, APPLICATION = 0xF9, 0xFF


def strip(data: bytes, kind: str) -> bytes:
    """`data` without metadata and without anything after its end; `kind` as `pictures.sniff`.

    Raises UserError("picture_broken") where the container is not whole.
    """
    clean = {"GIF": _strip_gif, "PNG": _strip_png, "WEBP": _strip_webp}[kind]
    try:
        return clean(data)
    except (IndexError, struct.error) as error:
        raise UserError("picture_broken", kind=kind) from error


def count_gif(data: bytes, most: int) -> int:
    """How many frames a GIF has; stops counting at `most` + 1. Raises as `strip`."""
    frames = 0
    try:
        for mark, _, _, _ in _gif_blocks(data):
            frames += mark == SEPARATOR
            if frames > most:
                break
    except IndexError as error:
        raise UserError("picture_broken", kind="GIF") from error
    return frames


def _gif_blocks(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Every block after the header as (mark, label, start, end); ends behind the trailer."""
    position = _gif_header(data)
    while (mark := data[position]) != TRAILER:
        start = position
        label = 0
        if mark == EXTENSION:
            label = data[position + 1]
            position += 2
        elif mark == SEPARATOR:
            position += 10 + _palette(data[position + 9]) + 1
        else:
            raise IndexError(position)
        while size := data[position]:
            position += 1 + size
        position += 1
        yield mark, label, start, position
    yield TRAILER, 0, position, position + 1


def _gif_header(data: bytes) -> int:
    return 13 + _palette(data[10])


def _palette(flags: int) -> int:
    return 3 * 2 ** ((flags & 0b111) + 1) if flags & 0b1000_0000 else 0


def _strip_gif(data: bytes) -> bytes:
    kept = [data[: _gif_header(data)]]
    for mark, label, start, end in _gif_blocks(data):
        loops = label == APPLICATION and data[start + 3 : start + 14] in LOOPS
        if mark != EXTENSION or label == GRAPHIC_CONTROL or loops:
            kept.append(data[start:end])
    return b"".join(kept)


def _strip_png(data: bytes) -> bytes:
    kept = [data[:8]]
    position, name = 8, b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", data, position)
        name = data[position + 4 : position + 8]
        end = position + 12 + length
        if end > len(data):
            raise IndexError(end)
        if name in PNG_KEPT:
            kept.append(data[position:end])
        position = end
    return b"".join(kept)


def _strip_webp(data: bytes) -> bytes:
    kept = []
    for name, start, end in _webp_chunks(data):
        if name in WEBP_KEPT:
            chunk = bytearray(data[start:end])
            if name == b"VP8X":
                chunk[8] &= ~WEBP_METADATA_FLAGS & 0xFF
            kept.append(bytes(chunk))
    body = b"".join(kept)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Every chunk that the file's own length covers, as (name, start, end)."""
    (size,) = struct.unpack_from("<I", data, 4)
    position, end = 12, min(len(data), 8 + size)
    while position + 8 <= end:
        (length,) = struct.unpack_from("<I", data, position + 4)
        behind = position + 8 + length + length % 2
        yield data[position : position + 4], position, behind
        position = behind
