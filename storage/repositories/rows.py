"""What all repositories share: get, lock, and the lease by which workers take rows."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, Table, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.recovery import AGAIN_SECONDS

RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT")

SOON = timedelta(seconds=AGAIN_SECONDS)


class SqlRows(Generic[RowT, KeyT]):
    """Rows of one class in one session."""

    entity: ClassVar[type[Any]]

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.now = now

    def add(self, row: RowT) -> None:
        """Insert with the next flush."""
        self.session.add(row)

    async def get(self, key: KeyT) -> RowT | None:
        """The row, or None."""
        return cast("RowT | None", await self.session.get(self.entity, key))

    async def lock(self, key: KeyT) -> RowT | None:
        """The row, fresh and locked until the unit ends (SQLite: the whole unit is exclusive)."""
        # FOR NO KEY UPDATE: others may still commit rows that refer to this one. With FOR UPDATE
        # their foreign keys wait for it at the commit, and two who hold a row each deadlock.
        row = await self.session.get(
            self.entity, key, with_for_update={"key_share": True}, populate_existing=True
        )
        return cast("RowT | None", row)

    async def _all(self, statement: Any) -> list[RowT]:
        return list((await self.session.scalars(statement)).all())

    async def _first(self, statement: Any) -> RowT | None:
        return cast("RowT | None", (await self.session.scalars(statement.limit(1))).first())


class Leased(SqlRows[RowT, str]):
    """Rows that workers take: `table` has lease_until, fence and wake_at."""

    table: ClassVar[Table]

    def claimable(self) -> ColumnElement[bool]:
        """Which rows have work to do now, apart from their lease."""
        raise NotImplementedError

    async def claim(self, key: str, until: datetime) -> RowT | None:
        """Take the row until `until`, if it is claimable and free."""
        columns = self.table.c
        taken = await self.session.execute(
            update(self.table)
            .where(
                columns.id == key,
                self.claimable(),
                or_(columns.lease_until.is_(None), columns.lease_until <= self.now),
            )
            .values(lease_until=until, wake_at=until, fence=columns.fence + 1)
            .returning(columns.id)
        )
        return None if taken.first() is None else await self.lock(key)

    async def renew(self, key: str, fence: int, until: datetime) -> bool:
        """Prolong a lease; False when it is somebody else's by now."""
        columns = self.table.c
        renewed = await self.session.execute(
            update(self.table)
            .where(columns.id == key, columns.fence == fence, columns.lease_until.is_not(None))
            .values(lease_until=until, wake_at=until)
        )
        return cast("CursorResult[Any]", renewed).rowcount == 1

    async def held(self, key: str, fence: int) -> RowT | None:
        """The row, locked, if the lease with this fence still holds."""
        row: Any = await self.lock(key)
        return row if row and row.fence == fence and row.lease_until is not None else None

    async def to_wake(self, next_at: datetime) -> list[str]:
        """Ids whose `wake_at` has come, moved on to `next_at`."""
        return await wake(self.session, self.table, self.now, next_at)


async def wake(session: AsyncSession, table: Table, now: datetime, next_at: datetime) -> list[str]:
    """Move every due `wake_at` of `table` on to `next_at` and return the ids, oldest first."""
    columns = table.c
    due = (
        select(columns.id).where(columns.wake_at <= now).order_by(columns.wake_at).limit(500)
    ).with_for_update(skip_locked=True)
    ids = list((await session.scalars(due)).all())
    if ids:
        await session.execute(update(table).where(columns.id.in_(ids)).values(wake_at=next_at))
    return ids
