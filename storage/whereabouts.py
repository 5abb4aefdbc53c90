"""Where the bytes of images lie, as their rows say: looked through and changed when a store moves.

Owns the two columns that name a store. It must not know any store.
"""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import images


@dataclass(frozen=True)
class Kept:
    """An image's row: its id, and the key of its original."""

    image_id: int
    key: str


async def kept_at(session: AsyncSession, provider: str, after: int, limit: int) -> list[Kept]:
    """Images that lie at `provider`, by id, from the one that follows `after` (0 at first)."""
    found = (
        select(images.c.id, images.c.storage_key)
        .where(images.c.storage_provider == provider, images.c.id > after)
        .order_by(images.c.id)
        .limit(limit)
    )
    return [Kept(row[0], row[1]) for row in (await session.execute(found)).all()]


async def note_store(session: AsyncSession, image_ids: list[int], provider: str) -> None:
    """Let these images lie at `provider` from now on. May be repeated."""
    moved = update(images).where(images.c.id.in_(image_ids))
    # An address would be the old store's; all that are shown are made anew.
    await session.execute(moved.values(storage_provider=provider, storage_url=""))
