"""Pictures with their rows, laid into a store as the desk lays them, and what is where afterwards.

Owns what is laid: originals and thumbnails with rows, and what has no image of its own. It must
not know how a store is moved.
"""

import hashlib
import io
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from PIL import Image as Picture
from sqlalchemy import select

from bot.closing import close
from bot.wiring import Running, make_blobs, running
from core.business.members import Business, new_id
from core.library.images import Image
from core.library.keys import original_key, thumbnail_key
from core.ports import BlobStore
from core.settings import StoreName, read_settings
from storage.tables import images


@dataclass(frozen=True)
class Shelf:
    """What one store holds, and what the rows say of theirs."""

    objects: dict[str, bytes]
    rows: dict[str, str]


@asynccontextmanager
async def opened(
    environ: Mapping[str, str], name: StoreName
) -> AsyncIterator[tuple[Running, BlobStore]]:
    """The desk's rows, and the store `name` as the desk opens it."""
    settings = read_settings(environ)
    async with running(settings, "") as desk:
        store = make_blobs(settings, desk.vault, desk.clock, name)
        try:
            yield desk, store
        finally:
            await close(store)


async def lay(environ: Mapping[str, str], name: StoreName, count: int) -> dict[str, bytes]:
    """Lay `count` pictures with rows into a store, and one object of each other kind; returns all
    of them by key.
    """
    async with opened(environ, name) as (desk, store):
        async with desk.database.write() as unit:
            business = Business("Acme", unit.now)
            unit.businesses.add(business)
            await unit.session.flush()
            laid = {}
            for number in range(count):
                image = _image(business.id, number, name)
                image.created_at = image.updated_at = unit.now
                unit.session.add(image)
                laid[image.storage_key] = drawn(number)
                laid[image.thumbnail_key] = drawn(number, "JPEG")
        laid |= {
            f"{business.id}/previews/{new_id()}.jpg": drawn(1, "JPEG"),
            f"{business.id}/p/{new_id()[:12]}-a-fox.jpg": drawn(2, "JPEG"),
            f"spool/{new_id()}": b"a paid answer",
        }
        for key, data in laid.items():
            await store.put(key, data, "image/png")
    return laid


async def look(environ: Mapping[str, str], name: StoreName) -> Shelf:
    """What the store holds now, and where each row says that its picture lies."""
    async with opened(environ, name) as (desk, store):
        held = {one.key: await store.get(one.key) async for one in store.list()}
        async with desk.database.read() as unit:
            found = await unit.session.execute(
                select(images.c.storage_key, images.c.storage_provider)
            )
            rows = {row[0]: row[1] for row in found}
    return Shelf(held, rows)


def drawn(number: int, kind: str = "PNG") -> bytes:
    """A small picture, another one for each number."""
    source = random.Random(number)  # noqa: S311  # the same for a number, nothing else
    out = io.BytesIO()
    Picture.frombytes("RGB", (60, 60), source.randbytes(60 * 60 * 3)).save(out, kind)
    return out.getvalue()


def _image(business_id: int, number: int, provider: str) -> Image:
    data = drawn(number)
    digest = hashlib.sha256(data).hexdigest()
    name = f"fox-{number}.png"
    return Image(
        business_id=business_id,
        filename=name,
        original_filename=name,
        file_size=len(data),
        mime_type="image/png",
        width=60,
        height=60,
        sha256=digest,
        source_sha256=digest,
        dhash=f"{number:016x}",
        storage_provider=provider,
        storage_key=original_key(business_id, digest, name),
        thumbnail_key=thumbnail_key(business_id, digest),
        storage_url="https://old.example/",
        is_ai_generated=False,
        creator_id="m",
        created_at=None,  # type: ignore[arg-type]  # the moment of the unit that adds it
        updated_at=None,  # type: ignore[arg-type]  # as above
    )
