"""Images, stars and removals.

How a search becomes SQL stands in `storage.repositories.searching`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    delete,
    exists,
    select,
    union_all,
)

from core.errors import TryLater
from core.library.finding import Count, Slice
from core.library.images import Image, Star
from core.library.removal import Removal
from core.library.search import FacetKind, Search, facet, facet_token, name_key, value_of
from storage.library import BANDS, band_of, image_counts, removals, stars
from storage.repositories.rows import Leased, SqlRows
from storage.repositories.searching import Searching
from storage.tables import images

BEING_REMOVED_SECONDS = 2.0

MOST_VALUES = 2_000
"""So many different tags (of one beginning) are looked through for the most used ones."""

MOST_ALIKE = 300
"""Of one band at most so many are compared: one that more pictures share is a plain sky."""


class Images(SqlRows[Image, int]):
    """What we hold."""

    entity = Image

    async def of_business(self, business_id: int, image_id: int) -> Image | None:
        """The image, None where it is another business's."""
        if not 0 < image_id < 1 << 62:
            return None
        image = await self.get(image_id)
        return image if image and image.business_id == business_id else None

    async def existing(self, business_id: int, image_ids: Collection[int]) -> set[int]:
        """One query; a batch asks for its references, some thousands at most."""
        found = select(images.c.id).where(
            images.c.business_id == business_id, images.c.id.in_(image_ids)
        )
        return set(await self.session.scalars(found))

    async def by_hash(self, business_id: int, sha256: str) -> Image | None:
        """The first image with these stored bytes."""
        values = {"own": business_id, "bytes": sha256}
        return (await self.session.scalars(STORED, values)).first()

    async def by_source(self, business_id: int, source_sha256: str) -> Image | None:
        """The image made of a file with these bytes."""
        values = {"own": business_id, "bytes": source_sha256}
        return (await self.session.scalars(BROUGHT, values)).first()

    async def named(self, business_id: int, filename: str, limit: int) -> list[Image]:
        """Images with this file name, newest first."""
        found = select(Image).where(
            images.c.business_id == business_id, images.c.name_key == name_key(filename)
        )
        return await self._all(found.order_by(images.c.id.desc()).limit(limit))

    async def insert(self, image: Image) -> int:
        """Insert now and return its id; see `core.storing.library.Images.insert`."""
        image.created_at = image.updated_at = self.now
        values = {"own": image.business_id, "bytes": image.sha256}
        if await self.session.scalar(GOING, values):
            raise TryLater("image_being_removed", after=BEING_REMOVED_SECONDS)
        self.session.add(image)
        await self.session.flush()
        return image.id

    async def delete(self, image: Image) -> None:
        """Delete the row with its stars."""
        await self.session.execute(delete(stars).where(stars.c.image_id == image.id))
        await self.session.delete(image)
        await self.session.flush()

    async def find(
        self, business_id: int, search: Search, wanted: Slice, count: Count | None = None
    ) -> tuple[list[Image], Count]:
        """A part of the answers, and how many there are."""
        return await Searching(self.session, business_id, search).find(wanted, count)

    async def count(self, business_id: int, search: Search) -> Count:
        """How many images answer."""
        return await Searching(self.session, business_id, search).count()

    async def values(
        self, business_id: int, kind: FacetKind, beginning: str, limit: int
    ) -> list[tuple[str, int]]:
        """The values of a facet in use that begin so, the most used first."""
        start = facet_token(business_id, facet(kind, beginning))
        columns = image_counts.c
        among = (
            select(columns.facet, columns.n)
            .where(columns.facet >= start, columns.facet < f"{start}\x7f", columns.n > 0)
            .order_by(columns.facet)
            .limit(MOST_VALUES)
        ).subquery()
        found = select(among.c.facet, among.c.n).order_by(among.c.n.desc(), among.c.facet)
        own = facet_token(business_id, "")
        rows = (await self.session.execute(found.limit(limit))).all()
        return [(value_of(row[0].removeprefix(own)), int(row[1])) for row in rows]

    async def near(self, business_id: int, dhash: str, distance: int) -> list[tuple[Image, int]]:
        """Images that look alike: of four bands, one differs in at most one bit."""
        bits = int(dhash, 16)
        values: dict[str, Any] = {"own": business_id}
        values |= {f"near_{number}": _near(dhash, number) for number in range(BANDS)}
        near = {
            row[0]: apart
            for row in (await self.session.execute(ALIKE, values)).all()
            if (apart := (int(row[1], 16) ^ bits).bit_count()) <= distance
        }
        found = await self._all(select(Image).where(images.c.id.in_(near)))
        return sorted(((image, near[image.id]) for image in found), key=_nearest)

    async def children(self, image_id: int) -> list[Image]:
        """Images made from this one, oldest first."""
        found = select(Image).where(images.c.parent_id == image_id)
        return await self._all(found.order_by(images.c.id))

    async def add_star(self, star: Star) -> bool:
        """Put it on; False if it stood already."""
        if await self.session.get(Star, (star.image_id, star.member_id)):
            return False
        self.session.add(star)
        await self.session.flush()
        return True

    async def remove_star(self, image_id: int, member_id: str) -> bool:
        """Take it off; False if it did not stand."""
        standing = await self.session.get(Star, (image_id, member_id))
        if standing:
            await self.session.delete(standing)
            await self.session.flush()
        return standing is not None

    async def stars(self, image_id: int) -> list[Star]:
        """Who starred it, oldest first."""
        found = select(Star).where(stars.c.image_id == image_id).order_by(stars.c.at)
        return list((await self.session.scalars(found)).all())

    async def starred_by(self, member_id: str, image_ids: list[int]) -> set[int]:
        """Which of these images this member has starred."""
        found = select(stars.c.image_id).where(
            stars.c.member_id == member_id, stars.c.image_id.in_(image_ids)
        )
        return set((await self.session.scalars(found)).all())


def _nearest(alike: tuple[Image, int]) -> tuple[int, int]:
    return alike[1], -alike[0].id


def _near(dhash: str, number: int) -> list[str]:
    """A quarter of a hash, and all that differ from it in one bit."""
    own = dhash[number * 4 : number * 4 + 4]
    return [own, *(f"{int(own, 16) ^ 1 << bit:04x}" for bit in range(16))]


def _band(number: int) -> Any:
    near: BindParameter[str] = bindparam(f"near_{number}", expanding=True)
    found = select(images.c.id, images.c.dhash).where(
        images.c.business_id == bindparam("own"), band_of(number).in_(near)
    )
    return select(found.limit(MOST_ALIKE).subquery())


def _earliest(digest: ColumnElement[str]) -> Select[Image]:
    same = (images.c.business_id == bindparam("own"), digest == bindparam("bytes"))
    return select(Image).where(*same).order_by(images.c.id).limit(1)


def _removed(which: ColumnElement[bool]) -> Select[bool]:
    same = (removals.c.business_id == bindparam("own"), removals.c.sha256 == bindparam("bytes"))
    return select(exists().where(*same, which))


STORED, BROUGHT = _earliest(images.c.sha256), _earliest(images.c.source_sha256)
GOING, ENDED = (
    _removed(removals.c.ended_at.is_(None)),
    _removed(removals.c.ended_at.is_not(None)),
)
"""Every picture that is taken in asks these, so they are put together once."""

ALIKE = union_all(*(_band(number) for number in range(BANDS)))
"""Ids and hashes of which a quarter is near; put together once, which takes longer than to ask."""


class Removals(Leased[Removal]):
    """Images on their way out."""

    entity = Removal
    table = removals

    def claimable(self) -> ColumnElement[bool]:
        """Those whose objects are not all deleted."""
        return removals.c.ended_at.is_(None)

    async def ended(self, business_id: int, sha256: str) -> bool:
        """Whether objects of these bytes were deleted lately."""
        values = {"own": business_id, "bytes": sha256}
        return bool(await self.session.scalar(ENDED, values))

    async def forget(self, before: datetime) -> None:
        """Drop what ended earlier."""
        await self.session.execute(delete(removals).where(removals.c.ended_at < before))
