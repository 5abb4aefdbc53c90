"""PNG: chunks with checksums, APNG's among them. Source: PNG third edition (W3C)."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from core.library.containers.parts import Contents, Frame, admit, paced, require

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
END: Final = b"\0\0\0\0IEND\xaeB`\x82"
CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
COLOURS: Final = frozenset({b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP"})
"""They change how pixels look."""

ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})
MOST_PROFILE: Final = 4_000_000
"""Bytes of an unpacked colour profile; the largest in use have about half of it."""


def measure(data: bytes) -> tuple[int, int]:
    """The image header's size."""
    require(data[8:16] == b"\0\0\0\x0dIHDR", "no header")
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def read(data: bytes, most_frames: int) -> Contents:
    """Keep the critical chunks and what changes how pixels look; of an animation its profile too,
    since its frames are not converted.
    """
    found: list[tuple[bytes, bytes]] = []
    whole: list[memoryview] = []
    frames = 0
    for name, start, end in paced(_chunks(data)):
        frames += name == b"fcTL"
        admit(frames, most_frames)
        require(name in CRITICAL or name[0] & 0x20, "an unknown critical chunk")
        if name in CRITICAL | COLOURS | ANIMATION | {b"eXIf", b"iCCP"}:
            (checksum,) = struct.unpack_from(">I", data, end)
            require(zlib.crc32(data[start - 4 : end]) == checksum, "a wrong checksum")
            found.append((name, data[start:end]))
            whole.append(memoryview(data)[start - 8 : end + 4])
    chunks = dict(reversed(found))  # the first of each name
    exif, packed = chunks.get(b"eXIf", b""), chunks.get(b"iCCP", b"")
    animated = b"acTL" in chunks and b"fdAT" in chunks
    dropped = {b"eXIf"} | (set() if animated else ANIMATION | {b"iCCP"})
    pairs = zip(found, whole, strict=True)
    clean = b"".join([SIGNATURE, *(chunk for (name, _), chunk in pairs if name not in dropped)])
    pictures = _frames(found) if animated else [Frame(clean, 0, 0, *measure(data))]
    return Contents(clean, pictures, exif, _unpacked(packed))


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Every chunk up to IEND as (name, start of its body, end of its body)."""
    position, name = len(SIGNATURE), b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", data, position)
        name = data[position + 4 : position + 8]
        end = position + 8 + length
        require(end + 4 <= len(data), "a chunk cut short")
        yield name, position + 8, end
        position = end + 4


def _chunk(name: bytes, body: bytes) -> bytes:
    whole = name + body
    return struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))


def _frames(found: list[tuple[bytes, bytes]]) -> list[Frame]:
    """Every frame of an animation, and first the still picture where it is none of them."""
    header = next(body for name, body in found if name == b"IHDR")
    canvas: tuple[int, int] = struct.unpack_from(">II", header)
    shared = [each for each in found if each[0] in {b"PLTE", *COLOURS}]
    pictures: list[tuple[tuple[int, ...], list[bytes]]] = []
    still: list[bytes] = []
    sequence = -1
    for name, body in found:
        if name in {b"fcTL", b"fdAT"}:
            (number,) = struct.unpack_from(">I", body)
            sequence += 1
            require(number == sequence, "frames out of order")
        if name == b"fcTL":
            pictures.append((struct.unpack_from(">IIII", body, 4), []))
        elif name == b"IDAT":
            still.append(body)
            if len(pictures) == 1:
                pictures[0][1].append(body)
        elif name == b"fdAT":
            pictures[-1][1].append(body[4:])
    (announced,) = struct.unpack_from(">I", dict(found)[b"acTL"])
    require(announced == len(pictures), "another number of frames than announced")
    if not (pictures and pictures[0][1] and pictures[0][1] == still):
        pictures.insert(0, ((*canvas, 0, 0), still))
    return [_frame(header, shared, canvas, *each) for each in pictures]


def _frame(
    header: bytes,
    shared: list[tuple[bytes, bytes]],
    canvas: tuple[int, int],
    place: tuple[int, ...],
    pixels: list[bytes],
) -> Frame:
    width, height, left, top = place
    require(left + width <= canvas[0] and top + height <= canvas[1], "frame beyond the canvas")
    own = struct.pack(">II", width, height) + header[8:]
    chunks = [(b"IHDR", own), *shared, *((b"IDAT", body) for body in pixels)]
    data = SIGNATURE + b"".join(_chunk(*each) for each in chunks) + END
    return Frame(data, left, top, width, height)


def _unpacked(packed: bytes) -> bytes:
    """The profile in an iCCP chunk: a name, a zero, the method, then the profile compressed."""
    _, _, rest = packed.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(rest[1:], MOST_PROFILE)
    except zlib.error:
        return b""  # as browsers do, the picture is taken to be sRGB
