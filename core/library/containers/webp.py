"""WebP: RIFF chunks. Sources: WebP container specification (Google), RFC 9649, RFC 6386 §9.1."""

import struct
from collections.abc import Iterator
from typing import Final

from core.library.containers.parts import Contents, Frame, admit, paced, require

ICC, ALPHA, EXIF, XMP, ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02  # flags in VP8X
KEYFRAME: Final = b"\x9d\x01\x2a"
LOSSLESS: Final = 0x2F


def measure(data: bytes) -> tuple[int, int]:
    """The canvas, or a plain file's only bitstream."""
    name, start, _ = next(_chunks(data, 12, len(data)))
    return _canvas(data[start : start + 10]) if name == b"VP8X" else _size(name, data[start:])


def read(data: bytes, most_frames: int) -> Contents:
    """Keep bitstreams and transparency, and an animation's timing and profile."""
    (size,) = struct.unpack_from("<I", data, 4)
    require(8 + size <= len(data), "cut short")
    parts = [(name, data[start:end]) for name, start, end in paced(_chunks(data, 12, 8 + size))]
    chunks = dict(reversed(parts))  # the first of each name
    head = chunks.get(b"VP8X", b"") if parts[0][0] == b"VP8X" else b""
    exif, profile = chunks.get(b"EXIF", b""), chunks.get(b"ICCP", b"")
    if head and head[0] & ANIMATED:
        frames = [body for name, body in parts if name == b"ANMF"]
        require(frames, "no frame")
        admit(len(frames), most_frames)
        return _animation(head, chunks[b"ANIM"], frames, exif, profile)
    canvas = measure(data)
    clean, size_ = _still(parts if head else parts[:1])
    require(size_ == canvas, "another size than announced")
    return Contents(clean, [Frame(clean, 0, 0, *canvas)], exif, profile)


def _animation(
    head: bytes, timing: bytes, bodies: list[bytes], exif: bytes, profile: bytes
) -> Contents:
    canvas = _canvas(head)
    flags = head[0] & (ICC | ALPHA | ANIMATED)
    kept = [_chunk(b"VP8X", bytes([flags if profile else flags & ~ICC]) + head[1:10])]
    if profile:
        kept.append(_chunk(b"ICCP", profile))
    kept.append(_chunk(b"ANIM", timing[:6]))
    frames = []
    for body in bodies:
        left, top, width, height = (_three(body, at) for at in (0, 3, 6, 9))
        inner = paced(_chunks(body, 16, len(body)))
        parts = [(name, body[start:end]) for name, start, end in inner]
        data, size = _still(parts)
        frame = Frame(data, 2 * left, 2 * top, width + 1, height + 1)
        require(size == (frame.width, frame.height), "another size than announced")
        require(frame.left + frame.width <= canvas[0], "frame beyond the canvas")
        require(frame.top + frame.height <= canvas[1], "frame beyond the canvas")
        kept.append(_chunk(b"ANMF", body[:16] + b"".join(_chunk(*each) for each in _pixels(parts))))
        frames.append(frame)
    return Contents(_file(kept), frames, exif, profile)


def _still(parts: list[tuple[bytes, bytes]]) -> tuple[bytes, tuple[int, int]]:
    """One bitstream, with its transparency, as a file; and its size."""
    pixels = _pixels(parts)
    size = _size(*pixels[-1])
    chunks = [_chunk(*each) for each in pixels]
    if len(pixels) > 1:
        width, height = (struct.pack("<I", side - 1)[:3] for side in size)
        chunks.insert(0, _chunk(b"VP8X", bytes([ALPHA, 0, 0, 0]) + width + height))
    return _file(chunks), size


def _pixels(parts: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The bitstream, after its transparency where that is apart."""
    alpha = [each for each in parts if each[0] == b"ALPH"][:1]
    coded = [each for each in parts if each[0] in {b"VP8 ", b"VP8L"}][:1]
    require(coded, "no bitstream")
    return [*(alpha if coded[0][0] == b"VP8 " else []), *coded]


def _chunks(data: bytes, position: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Every chunk as (name, start of its body, end of its body)."""
    while position + 8 <= end:
        (length,) = struct.unpack_from("<I", data, position + 4)
        start = position + 8
        require(start + length <= end, "a chunk cut short")
        yield data[position : position + 4], start, start + length
        position = start + length + length % 2


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _file(chunks: list[bytes]) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _canvas(head: bytes) -> tuple[int, int]:
    return _three(head, 4) + 1, _three(head, 7) + 1


def _three(data: bytes, at: int) -> int:
    low, high = struct.unpack_from("<HB", data, at)
    return int(low | high << 16)


def _size(name: bytes, body: bytes) -> tuple[int, int]:
    """Width and height that a bitstream's own header claims."""
    if name == b"VP8 ":
        require(body[3:6] == KEYFRAME, "no key frame")
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    require(name == b"VP8L" and body[0] == LOSSLESS, "no bitstream")
    (bits,) = struct.unpack_from("<I", body, 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
