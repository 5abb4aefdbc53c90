"""JPEG: segments, and entropy-coded data after each scan's header.

Sources: ITU-T T.81 annex B, JFIF 1.02 (T.871), Adobe technical note 5116 (APP14), ICC.1 annex B.4.
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

from core.errors import UserError
from core.library.containers.exif import PREFIX as EXIF
from core.library.containers.parts import MOST_PARTS, Contents, Frame, paced, require

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN, APP0, APP1, APP2, APP14 = 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})  # Huffman, quantization, restart interval
FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive
FOREIGN_FRAMES: Final = frozenset({*range(0xC3, 0xD0)} - {0xC4, 0xC8, 0xCC})
ICC: Final = b"ICC_PROFILE\0"

MARK: Final = re.compile(rb"\xff(?![\x00\xd0-\xd7])")
"""Where a marker may begin: a byte of 255 before neither a stuffed zero nor a restart mark. Found
without looking at all that stands between, which is most of the file."""

FILL: Final = re.compile(rb"\xff+")
INSIDE: Final = frozenset({0x00, *range(0xD0, 0xD8)})

MOST_SCANS: Final = 64
"""A progressive file has about ten; each is a walk over all of the picture."""


def measure(data: bytes) -> tuple[int, int]:
    """The first frame header's size."""
    for mark, start, _ in paced(_segments(data)):
        if mark[0] in FRAMES:
            height, width = struct.unpack_from(">HH", data, start + 5)
            return width, height
        if mark[0] in FOREIGN_FRAMES:
            # Arithmetic, lossless and hierarchical coding: browsers show none of them.
            raise UserError("picture_type_unsupported", kind="This coding of JPEG")
    raise ValueError("no frame header")


def read(data: bytes, most_frames: int) -> Contents:  # noqa: ARG001  # it has one: further ones (depth maps, second lenses) are no animation and fall away
    """Keep frame, tables and scans, and what tells how colours are coded."""
    kept = [START]
    exif = b""
    profile: dict[int, bytes] = {}
    scans = 0
    for mark, start, end in paced(_segments(data)):
        code, body = mark[0], data[start + 4 : end]
        if code == SCAN:
            scans += 1
            if scans > MOST_SCANS:
                raise UserError("picture_too_costly")
        if code in TABLES | FRAMES | {SCAN}:
            kept.append(data[start:end])
        elif code == APP0 and body.startswith(b"JFIF\0"):
            # Fourteen bytes and no thumbnail, which would show what was cut away.
            kept.append(b"\xff\xe0\0\x10" + body[:12].ljust(12, b"\0") + b"\0\0")
        elif code == APP14 and body.startswith(b"Adobe") and len(body) >= 12:  # noqa: PLR2004  # the note's length
            kept.append(b"\xff\xee\0\x0e" + body[:12])
        elif code == APP1 and body.startswith(EXIF):
            exif = exif or body
        elif code == APP2 and body.startswith(ICC):
            profile.setdefault(body[12], body[14:])
    require(scans, "no scan")
    clean = b"".join([*kept, END])
    width, height = measure(clean)
    parts = b"".join(profile[number] for number in sorted(profile))
    return Contents(clean, [Frame(clean, 0, 0, width, height)], exif, parts)


def _segments(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Every segment up to the end mark as (code, start, end); a scan's with its coded data."""
    position = 2
    while True:
        _, start = _next_marker(data, position)
        code = data[start + 1 : start + 2]
        if code == END[1:]:
            return
        require(code != START[1:], "a second start")
        (length,) = struct.unpack_from(">H", data, start + 2)
        position = start + 2 + length
        require(length >= 2 and position <= len(data), "a segment cut short")  # noqa: PLR2004  # it counts itself
        if code[0] == SCAN:
            position, _ = _next_marker(data, position)
        yield code, start, position


def _next_marker(data: bytes, position: int) -> tuple[int, int]:
    """Where the next marker starts, with and without the bytes of 255 that may fill up before."""
    for _ in range(MOST_PARTS):
        found = MARK.search(data, position)
        filled = FILL.match(data, found.start()) if found else None
        if filled is None:
            break
        position = filled.end()
        if data[position] not in INSIDE:
            return filled.start(), position - 1
    raise ValueError("no marker")
