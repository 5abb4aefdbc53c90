"""GIF: a header, then blocks. Source: GIF89a (W3C), Netscape's looping extension."""

import struct
from collections.abc import Iterator
from typing import Final

from core.library.containers.parts import Contents, Frame, admit, paced, require

SEPARATOR, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
CONTROL: Final = b"\x21\xf9"
APPLICATION: Final = b"\x21\xff"
PLAIN_TEXT: Final = b"\x21\x01"
LOOPS: Final = (b"\x21\xff\x0bNETSCAPE2.0\x03\x01", b"\x21\xff\x0bANIMEXTS1.0\x03\x01")
"""How often to repeat; all other application extensions are metadata."""


def measure(data: bytes) -> tuple[int, int]:
    """The logical screen."""
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def read(data: bytes, most_frames: int) -> Contents:
    """Keep header, palettes, frames with their timing, and the loop count."""
    canvas = measure(data)
    header = data[: 13 + _palette(data[10])]
    kept = [header]
    frames: list[Frame] = []
    control = b""
    for mark, start, end in paced(_blocks(data, len(header))):
        if mark == CONTROL:
            require(end - start == 8, "graphic control of another length")  # noqa: PLR2004  # GIF89a §23
            control = data[start:end]
        elif mark == PLAIN_TEXT:
            control = b""  # it spoke of the text
        elif mark == APPLICATION and data[start : start + 16] in LOOPS:
            kept.append(data[start : start + 18] + b"\0")
        elif mark == b",":
            frame = _frame(data, header, control, (start, end))
            require(frame.left + frame.width <= canvas[0], "frame beyond the screen")
            require(frame.top + frame.height <= canvas[1], "frame beyond the screen")
            frames.append(frame)
            admit(len(frames), most_frames)
            kept += [control, data[start:end]]
            control = b""
    require(frames, "no frame")
    return Contents(b"".join([*kept, b";"]), frames)


def _blocks(data: bytes, position: int) -> Iterator[tuple[bytes, int, int]]:
    """Every block before the trailer as (mark with label, start, end)."""
    while (mark := data[position]) != TRAILER:
        start = position
        if mark == EXTENSION:
            position += 2
        else:
            require(mark == SEPARATOR, "unknown block")
            position += 11 + _palette(data[position + 9])
        while size := data[position]:
            position += 1 + size
        position += 1
        yield data[start : start + (2 if mark == EXTENSION else 1)], start, position


def _palette(flags: int) -> int:
    return 3 * 2 ** ((flags & 0b111) + 1) if flags & 0b1000_0000 else 0


def _frame(data: bytes, header: bytes, control: bytes, place: tuple[int, int]) -> Frame:
    start, end = place
    left, top, width, height = struct.unpack_from("<HHHH", data, start + 1)
    parts = [
        b"GIF89a" + struct.pack("<HH", width, height) + header[10:],
        control,
        b",\0\0\0\0" + data[start + 5 : end],
        b";",
    ]
    return Frame(b"".join(parts), left, top, width, height)
