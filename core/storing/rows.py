"""Rows, and rows that workers take by a lease: what every repository offers. It must not know what
a row is.
"""

from __future__ import annotations  # rooms import this package, and it names their rows

from datetime import datetime
from typing import Protocol, TypeVar

RowT = TypeVar("RowT")
KeyT_contra = TypeVar("KeyT_contra", contravariant=True)


class Rows(Protocol[RowT, KeyT_contra]):
    """Rows of one kind."""

    def add(self, row: RowT) -> None:
        """Insert at the end of the unit (or at the next query)."""
        ...

    async def get(self, key: KeyT_contra) -> RowT | None:
        """The row, or None."""
        ...

    async def lock(self, key: KeyT_contra) -> RowT | None:
        """The row as it stands now, and nobody else changes it until this unit ends."""
        ...


class Leased(Rows[RowT, str], Protocol[RowT]):
    """Rows that workers take by a lease."""

    async def claim(self, key: str, until: datetime) -> RowT | None:
        """Take the row until `until` and raise its fence, or None: ended, not due, or taken."""
        ...

    async def renew(self, key: str, fence: int, until: datetime) -> bool:
        """Prolong a lease; False when it is somebody else's by now."""
        ...

    async def held(self, key: str, fence: int) -> RowT | None:
        """The row, locked, if the lease with this fence still holds; else None."""
        ...

    async def to_wake(self, next_at: datetime) -> list[str]:
        """Ids of rows whose `wake_at` has come, moved on to `next_at` so that others leave them."""
        ...
