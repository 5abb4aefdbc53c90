"""Which rows name which objects in the store, told from the shape of the key."""

from collections import defaultdict

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core.library.keys import KeyParts, Kind, read_key
from storage.batches import batches
from storage.tables import attempts, images, items, posts, targets


class Objects:
    """See `core.storing.Objects`."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def named(self, keys: list[str]) -> set[str]:
        """Those of `keys` that some row names."""
        kinds: dict[Kind, dict[str, KeyParts]] = defaultdict(dict)
        for key in keys:
            if parts := read_key(key):
                kinds[parts.kind][key] = parts
        images_of = kinds["original"] | kinds["thumbnail"]
        return (
            await self._by_images(images_of)
            | await self._by_items(kinds["item"])
            | await self._by_targets(kinds["rendition"])
            | await self._by_attempts(kinds["spool"])
            | await self._by_files(kinds["incoming"])
        )

    async def _by_images(self, keys: dict[str, KeyParts]) -> set[str]:
        hashes = {(parts.business_id, parts.name) for parts in keys.values()}
        found = select(images.c.storage_key, images.c.thumbnail_key).where(
            tuple_(images.c.business_id, images.c.sha256).in_(hashes)
        )
        rows = (await self.session.execute(found)).all() if hashes else []
        return keys.keys() & {key for row in rows for key in row}

    async def _by_items(self, keys: dict[str, KeyParts]) -> set[str]:
        ids = {parts.name for parts in keys.values()}
        found = select(items.c.preview_key, items.c.partial_key).where(items.c.id.in_(ids))
        rows = (await self.session.execute(found)).all() if ids else []
        return keys.keys() & {key for row in rows for key in row}

    async def _by_targets(self, keys: dict[str, KeyParts]) -> set[str]:
        slugs = {parts.name for parts in keys.values()}
        found = select(targets.c.renditions).join(posts).where(posts.c.slug.in_(slugs))
        rows = (await self.session.scalars(found)).all() if slugs else []
        return keys.keys() & {kept.key for renditions in rows for kept in renditions}

    async def _by_attempts(self, keys: dict[str, KeyParts]) -> set[str]:
        """A spooled answer is wanted until its item has ended."""
        ids = {parts.name for parts in keys.values()}
        found = select(attempts.c.id).where(attempts.c.id.in_(ids), attempts.c.outcome == "")
        rows = (await self.session.scalars(found)).all() if ids else []
        return {key for key, parts in keys.items() if parts.name in rows}

    async def _by_files(self, keys: dict[str, KeyParts]) -> set[str]:
        """A file on its way is wanted until its item has ended, a list until it was read."""
        if not keys:
            return set()
        taken = select(items.c.attachment).where(
            items.c.state.in_(("queued", "generating")), items.c.attachment.is_not(None)
        )
        read = select(batches.c.attachment).where(
            batches.c.state == "reading", batches.c.attachment.is_not(None)
        )
        rows = [*await self.session.scalars(taken), *await self.session.scalars(read)]
        return keys.keys() & {attachment.id for attachment in rows}
