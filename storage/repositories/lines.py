"""The page's own chat: lines and reactions."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core.business.members import Business
from core.page import Line, LineReaction
from storage import tables
from storage.columns import Moment


class Lines:
    """What stands on the page; `notify` tells its readers after the commit."""

    def __init__(
        self, session: AsyncSession, now: datetime, notify: Callable[[str, str], None]
    ) -> None:
        self.session = session
        self.now = now
        self.notify = notify

    async def add(self, line: Line) -> None:
        """Insert with the next `seq`."""
        self.session.add(line)
        await self.touch(line)

    async def get(self, line_id: str) -> Line | None:
        """The line."""
        return await self.session.get(Line, line_id)

    async def by_key(self, key: str) -> Line | None:
        """The line that holds the card with this key."""
        return (await self.session.scalars(select(Line).where(tables.lines.c.key == key))).first()

    async def touch(self, line: Line) -> None:
        """Give a changed line the next `seq`.

        The business row is locked first: two changes must not get the same number, or a reader
        would miss one of them.
        """
        await self.session.get(
            Business, line.business_id, with_for_update=True, populate_existing=True
        )
        with self.session.no_autoflush:
            line.seq = await self.newest(line.business_id) + 1
        await self.session.flush()
        self.notify(f"page:{line.business_id}", str(line.seq))

    async def of_channel(
        self, business_id: int, channel: str, limit: int, before: Line | None = None
    ) -> list[Line]:
        """The newest lines outside threads, or the last ones `before` a line; oldest first."""
        columns = tables.lines.c
        found = select(Line).where(
            columns.business_id == business_id, columns.channel == channel, columns.thread == ""
        )
        if before:
            place = tuple_(columns.created_at, columns.seq)
            found = found.where(place < tuple_(literal(before.created_at, Moment), before.seq))
        newest = found.order_by(columns.created_at.desc(), columns.seq.desc()).limit(limit)
        return list(reversed((await self.session.scalars(newest)).all()))

    async def of_threads(self, line_ids: list[str]) -> list[Line]:
        """The replies to these lines, oldest first."""
        columns = tables.lines.c
        found = select(Line).where(columns.thread.in_(line_ids)).order_by(columns.created_at)
        return list((await self.session.scalars(found)).all())

    async def newest(self, business_id: int) -> int:
        """The greatest `seq` there is, 0 without lines."""
        greatest = select(func.coalesce(func.max(tables.lines.c.seq), 0))
        found = await self.session.scalar(greatest.where(tables.lines.c.business_id == business_id))
        return int(found or 0)

    async def changed(self, business_id: int, after_seq: int) -> list[Line]:
        """Lines with a greater `seq`, in its order."""
        columns = tables.lines.c
        found = select(Line).where(columns.business_id == business_id, columns.seq > after_seq)
        return list((await self.session.scalars(found.order_by(columns.seq))).all())

    async def reactions(self, line_ids: list[str]) -> list[LineReaction]:
        """All reactions on these lines, oldest first."""
        columns = tables.line_reactions.c
        found = select(LineReaction).where(columns.line_id.in_(line_ids)).order_by(columns.at)
        return list((await self.session.scalars(found)).all())

    async def react(self, reaction: LineReaction) -> bool:
        """Put it on; False if it stood already."""
        if await self._reaction(reaction.line_id, reaction.user, reaction.emoji):
            return False
        self.session.add(reaction)
        await self.session.flush()
        return True

    async def unreact(self, line_id: str, user: str, emoji: str) -> bool:
        """Take it off; False if it did not stand."""
        standing = await self._reaction(line_id, user, emoji)
        if standing:
            await self.session.delete(standing)
            await self.session.flush()
        return standing is not None

    async def _reaction(self, line_id: str, user: str, emoji: str) -> LineReaction | None:
        return await self.session.get(LineReaction, (line_id, user, emoji))
