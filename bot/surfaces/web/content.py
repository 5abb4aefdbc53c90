"""What a line of the page holds beside its words: a card, links, or names of files brought with it.

Owns its JSON form in `Line.card`. It must not know how any of it is drawn.
"""

import asyncio
import hashlib
import io
from dataclasses import dataclass, field

from PIL import Image
from pydantic import TypeAdapter

from core.chat import Card, File, Link
from core.page import Line
from core.ports import Load

Size = tuple[int, int]


@dataclass(frozen=True)
class Content:
    """A line's content; `sizes` are the pixels of the card's pictures by `File.id`, so that the
    page keeps room for them. A picture that is missing there has an unknown size. `uploads` are the
    names of the files that were brought; what became of them stands on a card.
    """

    card: Card | None = None
    sizes: dict[str, Size] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    uploads: tuple[str, ...] = ()


_CONTENT: TypeAdapter[Content] = TypeAdapter(Content)


def read_content(line: Line) -> Content:
    """What `line` holds; empty for plain words."""
    return _CONTENT.validate_python(line.card) if line.card else Content()


def write_content(line: Line, content: Content) -> None:
    """Make `content` what `line` holds."""
    line.card = _CONTENT.dump_python(content, mode="json")


async def measured(card: Card, load: Load, known: dict[str, Size]) -> Content:
    """`card` with the sizes of its pictures; only those that are not in `known` are loaded.

    Raises what `load` does, but for a picture that is gone by now.
    """
    sizes = {}
    for picture in card.pictures:
        size = known.get(picture.id) or await _size(picture, load)
        if size:
            sizes[picture.id] = size
    return Content(card, sizes)


async def _size(picture: File, load: Load) -> Size | None:
    try:
        data = await load(picture)
    except FileNotFoundError:
        return None  # an unfinished picture, replaced meanwhile
    return await asyncio.to_thread(_read_size, data)


def _read_size(data: bytes) -> Size:
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def digest(key: str) -> str:
    """A file's name in addresses: it stands for the blob key, and changes when that does."""
    return hashlib.sha256(key.encode()).hexdigest()[:20]
