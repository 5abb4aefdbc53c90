"""The rows of the library: images, and what is going on with them. It must not know how they are
kept.
"""

from __future__ import annotations  # rooms import this package, and it names their rows

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from core.storing.rows import Leased, Rows

if TYPE_CHECKING:
    from core.library.browsing import Browsing  # noqa: F401  # named in a string below
    from core.library.captioning import Look
    from core.library.finding import Count, Slice
    from core.library.images import Image, Star
    from core.library.removal import Removal  # noqa: F401  # named in a string below
    from core.library.search import FacetKind, Search


class Images(Rows["Image", int], Protocol):
    """What we hold."""

    async def of_business(self, business_id: int, image_id: int) -> Image | None:
        """The image, None where it is another business's."""
        ...

    async def existing(self, business_id: int, image_ids: Collection[int]) -> set[int]:
        """Those of the ids that are images of the business."""
        ...

    async def by_hash(self, business_id: int, sha256: str) -> Image | None:
        """The (first) image with these stored bytes."""
        ...

    async def by_source(self, business_id: int, source_sha256: str) -> Image | None:
        """The image that was made of a file with these bytes, as a person brought it."""
        ...

    async def named(self, business_id: int, filename: str, limit: int) -> list[Image]:
        """Images with this file name whatever its case, newest first."""
        ...

    async def insert(self, image: Image) -> int:
        """Insert now and return its id; `created_at` becomes the unit's moment.

        Raises TryLater("image_being_removed") while objects of the same bytes are being deleted.
        """
        ...

    async def delete(self, image: Image) -> None:
        """Delete the row, its stars with it."""
        ...

    async def find(
        self, business_id: int, search: Search, wanted: Slice, count: Count | None = None
    ) -> tuple[list[Image], Count]:
        """A part of the answers, in the order in which `wanted` walks (as `search.sort` says, or
        the other way round), and how many there are. `count` is what `count` said, if asked before.
        """
        ...

    async def count(self, business_id: int, search: Search) -> Count:
        """How many images answer; from kept counters, or counted up to a bound."""
        ...

    async def values(
        self, business_id: int, kind: FacetKind, beginning: str, limit: int
    ) -> list[tuple[str, int]]:
        """The tags ("tag"), people ("by") or providers ("from") in use that begin so, each with its
        number of images, the most used first.
        """
        ...

    async def near(self, business_id: int, dhash: str, distance: int) -> list[tuple[Image, int]]:
        """Images whose `dhash` differs in at most `distance` (≤ 7) bits, the nearest first."""
        ...

    async def children(self, image_id: int) -> list[Image]:
        """Images made from this one, oldest first."""
        ...

    async def add_star(self, star: Star) -> bool:
        """Put it on; False if it stood already."""
        ...

    async def remove_star(self, image_id: int, member_id: str) -> bool:
        """Take it off; False if it did not stand."""
        ...

    async def stars(self, image_id: int) -> list[Star]:
        """Who starred it, oldest first."""
        ...

    async def starred_by(self, member_id: str, image_ids: list[int]) -> set[int]:
        """Which of these images this member has starred."""
        ...


class Browsings(Rows["Browsing", str], Protocol):
    """People's places in the library."""

    async def forget(self, member_id: str, before: datetime) -> None:
        """Drop what this member began earlier."""
        ...


class Removals(Leased["Removal"], Protocol):
    """Images on their way out."""

    async def ended(self, business_id: int, sha256: str) -> bool:
        """Whether objects of these bytes were deleted during the last day."""
        ...

    async def forget(self, before: datetime) -> None:
        """Drop what ended earlier."""
        ...


class Looks(Leased["Look"], Protocol):
    """Looks of an AI at images, for their words."""

    async def of_job(self, job_id: str) -> list[Look]:
        """Those at the pictures of one job."""
        ...

    async def waiting(self, limit: int) -> list[str]:
        """Ids of those that nobody has begun, the longest due first."""
        ...


class Objects(Protocol):
    """Which rows name which objects in the store."""

    async def named(self, keys: list[str]) -> set[str]:
        """Those of `keys` that some row names, so that they must stay."""
        ...
