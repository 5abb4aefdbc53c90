"""What a container is taken apart into.

Owns the shape that every kind of container comes to. It must not know any of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.errors import UserError

MOST_PARTS: Final = 50_000
"""Blocks, chunks or segments of one file: a picture has some thousand at most, a hostile one a
million, each of which costs time to walk."""


@dataclass(frozen=True)
class Frame:
    """One frame as a file of its own, of the same kind: `width` × `height` pixels, to be shown
    `left` and `top` pixels from the canvas's corner.
    """

    data: bytes
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Contents:
    """A picture without what stands around it.

    `clean` is the file with neither metadata nor anything after its end; a still one is also
    without its colour profile. `exif` and `profile` are what was taken out, empty where absent.
    """

    clean: bytes
    frames: list[Frame]
    exif: bytes = b""
    profile: bytes = b""


def paced(parts: Iterator[tuple[bytes, int, int]]) -> Iterator[tuple[bytes, int, int]]:
    """`parts`, of which there may be `MOST_PARTS`. Raises UserError("picture_too_costly")."""
    for number, part in enumerate(parts):
        if number >= MOST_PARTS:
            raise UserError("picture_too_costly")
        yield part


def admit(frames: int, most: int) -> None:
    """Stop at a frame too many. Raises UserError("picture_too_many_frames")."""
    if frames > most:
        raise UserError("picture_too_many_frames", frames=frames, most=most)


def require(holds: object, problem: str) -> None:
    """Raise ValueError(`problem`) unless `holds`: a container must be whole and consistent."""
    if not holds:
        raise ValueError(problem)
