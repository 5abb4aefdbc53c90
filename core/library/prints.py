"""Prints: the pictures that stand on the library's panels, named on a card and drawn when wanted.

    sheet:{business}:{image},{image},…   a contact sheet of thumbnails, numbered from 1
    sheet:{business}:{number}={image},…  the same with these numbers; without an image still empty
    picture:{business}:{image}           one image, as large as a chat shows it

Owns these names and what is drawn for them. A name bears its business, so that no panel shows what
is another's. It must not know a store, nor a chat.
"""

import asyncio
from collections.abc import Mapping, Sequence

from core.chat import File
from core.library.images import Image
from core.library.pictures import preview
from core.library.sheets import Tile, draw_sheet
from core.ports import BlobStore
from core.storing import Units
from core.wording import library as words

PRINTS = ("sheet", "picture")
"""What the names of prints begin with."""


def name_sheet(images: Sequence[Image]) -> File:
    """The contact sheet of these images (1–50, of one business)."""
    ids = ",".join(str(image.id) for image in images)
    name = f"sheet:{images[0].business_id}:{ids}"
    return File(name, "library.jpg", "image/jpeg", words.sheet_alt(images))


def name_numbered(business_id: int, images: Mapping[int, int | None], alt: str) -> File:
    """The contact sheet of images (1–50, of one business) by their numbers; None is an empty tile.
    `alt` says what it shows.
    """
    tiles = ",".join(f"{number}={image or ''}" for number, image in images.items())
    return File(f"sheet:{business_id}:{tiles}", "sheet.jpg", "image/jpeg", alt)


def name_picture(image: Image) -> File:
    """This image."""
    name = f"picture:{image.business_id}:{image.id}"
    return File(name, f"{image.id}.jpg", "image/jpeg", image.alt_text or words.name(image))


async def draw_print(units: Units, blobs: BlobStore, name: str) -> bytes:
    """A JPEG of at most 1 MB. What is not there any more shows as an empty tile. May be repeated.

    Raises TryLater, ActionNeeded as the store does.
    """
    kind, business_id, listed = name.split(":")
    numbered = [_tile(each, place) for place, each in enumerate(listed.split(","), 1)]
    images = await _read(units, int(business_id), [image_id for _, image_id in numbered])
    if kind == "picture" and images[0]:
        data = await _get(blobs, images[0].storage_key)
        if data is not None:
            return await asyncio.to_thread(preview, data)
    # Images older than thumbnails are shown by themselves.
    keys = [each.thumbnail_key or each.storage_key if each else "" for each in images]
    got = await asyncio.gather(*(_get(blobs, key) for key in keys))
    tiles = [Tile(number, data) for (number, _), data in zip(numbered, got, strict=True)]
    return await asyncio.to_thread(draw_sheet, tiles)


def _tile(written: str, place: int) -> tuple[int, int]:
    """A tile's number and its image, 0 for none."""
    number, named, image_id = written.rpartition("=")
    return (int(number) if named else place), int(image_id or 0)


async def _read(units: Units, business_id: int, ids: Sequence[int]) -> list[Image | None]:
    async with units.read() as uow:
        return [await uow.images.of_business(business_id, each) for each in ids]


async def _get(blobs: BlobStore, key: str) -> bytes | None:
    try:
        return await blobs.get(key) if key else None
    except FileNotFoundError:
        return None
