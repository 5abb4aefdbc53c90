"""Businesses, members, accounts, the ledger, one-time links, and the events already handled."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.business.accounts import DISCONNECTED, Account
from core.business.ledger import Entry
from core.business.members import Business, Member, Team
from core.business.spending import Spent
from core.page import SignIn
from core.storing import WaitingEvent
from storage import tables
from storage.repositories.rows import SqlRows


class Businesses(SqlRows[Business, int]):
    """Tenants."""

    entity = Business

    async def by_team(self, surface: str, team: str) -> Business | None:
        """The business of a chat team."""
        columns = tables.teams.c
        joined = select(Business).join(tables.teams, columns.business_id == tables.businesses.c.id)
        return await self._first(joined.where(columns.surface == surface, columns.team == team))

    async def join(self, surface: str, team: str, business: Business) -> None:
        """Let a team speak for `business`, which is inserted if it is new."""
        self.session.add(business)
        await self.session.flush()
        self.session.add(Team(surface, team, business.id))
        await self.session.flush()

    async def everywhere(self) -> list[Business]:
        """All there are, oldest first."""
        return await self._all(select(Business).order_by(tables.businesses.c.id))

    async def has_team(self, surface: str) -> bool:
        """Whether any team of this surface has been taken in."""
        found = exists().where(tables.teams.c.surface == surface)
        return bool(await self.session.scalar(select(found)))

    async def of_user(self, surface: str, user: str) -> list[Business]:
        """The businesses in which this platform user is a member, oldest first."""
        columns = tables.members.c
        ids = select(columns.business_id).where(columns.surface == surface, columns.user == user)
        found = select(Business).where(tables.businesses.c.id.in_(ids))
        return await self._all(found.order_by(tables.businesses.c.id))


class Members(SqlRows[Member, str]):
    """People."""

    entity = Member

    async def by_user(self, business_id: int, surface: str, user: str) -> Member | None:
        """The member behind a platform user."""
        columns = tables.members.c
        return await self._first(
            select(Member).where(
                columns.business_id == business_id,
                columns.surface == surface,
                columns.user == user,
            )
        )

    async def anywhere(self, business_id: int, user: str) -> Member | None:
        """The member behind a user id of whichever surface."""
        columns = tables.members.c
        found = select(Member).where(columns.business_id == business_id, columns.user == user)
        return await self._first(found)

    async def named(self, business_id: int, name: str) -> list[Member]:
        """Everybody of this display name, whatever its case."""
        columns = tables.members.c
        called = or_(columns.name == name, func.lower(columns.name) == name.lower())
        return await self._all(select(Member).where(columns.business_id == business_id, called))

    async def approvers_named(self, business_id: int) -> bool:
        """Whether anybody was made approver."""
        columns = tables.members.c
        found = exists().where(columns.business_id == business_id, columns.approver)
        return bool(await self.session.scalar(select(found)))


class Accounts(SqlRows[Account, str]):
    """Connected accounts."""

    entity = Account

    async def of_business(self, business_id: int) -> list[Account]:
        """Oldest first, disconnected ones left out."""
        columns = tables.accounts.c
        found = select(Account).where(
            columns.business_id == business_id, columns.trouble != DISCONNECTED
        )
        return await self._all(found.order_by(columns.created_at, columns.id))

    async def everywhere(self) -> list[Account]:
        """Those of all businesses, by business, oldest first, disconnected ones left out."""
        columns = tables.accounts.c
        found = select(Account).where(columns.trouble != DISCONNECTED)
        return await self._all(found.order_by(columns.business_id, columns.created_at, columns.id))

    async def find(self, business_id: int, network: str, external_id: str) -> Account | None:
        """The one row of this account in this business, also where it was disconnected."""
        columns = tables.accounts.c
        return await self._first(
            select(Account).where(
                columns.business_id == business_id,
                columns.network == network,
                columns.external_id == external_id,
            )
        )

    async def remove(self, account: Account) -> None:
        """Delete a row to which no target refers."""
        await self.session.delete(account)


class SignIns(SqlRows[SignIn, str]):
    """One-time links."""

    entity = SignIn


class Ledger:
    """Bookings."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, entry: Entry) -> None:
        """Insert a booking."""
        self.session.add(entry)

    async def used(
        self,
        business_id: int,
        days: tuple[str, str],
        *,
        member_id: str | None = None,
        channel: str | None = None,
    ) -> tuple[int, int]:
        """Micro-USD and AI pictures of these days, of one person or channel where one is given."""
        columns = tables.ledger.c
        found = select(func.sum(columns.amount), func.sum(columns.images)).where(
            columns.business_id == business_id,
            columns.day.between(*days),
            columns.own_key.is_(False),
        )
        if member_id is not None:
            found = found.where(columns.member_id == member_id)
        if channel is not None:
            found = found.where(columns.channel == channel)
        amount, images = (await self.session.execute(found)).one()
        return int(amount or 0), int(images or 0)

    async def paid_by(self, key_id: str) -> int:
        """Micro-USD reserved or settled by this key."""
        columns = tables.ledger.c
        total = select(func.coalesce(func.sum(columns.amount), 0))
        return int(await self.session.scalar(total.where(columns.key_id == key_id)) or 0)

    async def by_day(
        self,
        business_id: int,
        days: tuple[str, str],
        member_id: str | None,
        *,
        own_key: bool = False,
    ) -> list[Spent]:
        """By day, person, model and key."""
        columns = tables.ledger.c
        keys = (columns.day, columns.member_id, columns.model, columns.key_id)
        amount, images = func.sum(columns.amount), func.sum(columns.images)
        found = select(*keys, amount, images).where(
            columns.business_id == business_id,
            columns.day.between(*days),
            columns.own_key.is_(own_key),
        )
        if member_id is not None:
            found = found.where(columns.member_id == member_id)
        grouped = found.group_by(*keys).order_by(*keys).having(or_(amount != 0, images != 0))
        return [
            Spent(day, person, model, int(spent), int(made), key_id)
            for day, person, model, key_id, spent, made in await self.session.execute(grouped)
        ]

    async def by_key(self, business_id: int, days: tuple[str, str]) -> dict[str, tuple[int, int]]:
        """Micro-USD and AI pictures by brought key."""
        columns = tables.ledger.c
        amount, images = func.sum(columns.amount), func.sum(columns.images)
        found = select(columns.key_id, amount, images).where(
            columns.business_id == business_id, columns.day.between(*days), columns.key_id != ""
        )
        grouped = found.group_by(columns.key_id).having(or_(amount != 0, images != 0))
        return {
            key_id: (int(spent), int(made))
            for key_id, spent, made in await self.session.execute(grouped)
        }

    async def of_item(self, item_id: str) -> list[Entry]:
        """Oldest first."""
        return await self._of(tables.ledger.c.item_id == item_id)

    async def of_job(self, job_id: str) -> list[Entry]:
        """Oldest first."""
        return await self._of(tables.ledger.c.job_id == job_id)

    async def _of(self, condition: Any) -> list[Entry]:
        found = select(Entry).where(condition).order_by(tables.ledger.c.id)
        return list((await self.session.scalars(found)).all())


class Events:
    """What was handled already."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.now = now

    async def enter(self, surface: str, event_id: str) -> bool:
        """Note that this event is being handled; False if it was handled already."""
        entered = await self.session.execute(
            (await self._insert())
            .values(surface=surface, event_id=event_id, at=self.now)
            .on_conflict_do_nothing()
            .returning(tables.events.c.event_id)
        )
        return entered.first() is not None or await self.settle(surface, event_id)

    async def hold(self, waiting: list[WaitingEvent], until: datetime) -> None:
        """Write events down that are handled later; those known already stay as they are."""
        rows = [
            {
                "surface": one.surface,
                "event_id": one.event_id,
                "waiting": one.text,
                "at": self.now,
                "wake_at": until,
            }
            for one in waiting
        ]
        await self.session.execute((await self._insert()).on_conflict_do_nothing(), rows)

    async def held(self, surface: str, event_id: str) -> str | None:
        """The event that waits under this id."""
        columns = tables.events.c
        found = select(columns.waiting).where(
            columns.surface == surface, columns.event_id == event_id
        )
        return await self.session.scalar(found)

    async def settle(self, surface: str, event_id: str) -> bool:
        """Whether an event was waiting under this id; it waits no longer."""
        columns = tables.events.c
        settled = await self.session.execute(
            update(tables.events)
            .where(
                columns.surface == surface,
                columns.event_id == event_id,
                columns.waiting.is_not(None),
            )
            .values(waiting=None, wake_at=None)
        )
        return cast("CursorResult[Any]", settled).rowcount == 1

    async def to_wake(self, next_at: datetime) -> list[tuple[str, str]]:
        """Surface and id of events that wait for too long, moved on to `next_at`."""
        columns = tables.events.c
        due = (
            update(tables.events)
            .where(columns.wake_at <= self.now)
            .values(wake_at=next_at)
            .returning(columns.surface, columns.event_id)
        )
        return [(surface, event_id) for surface, event_id in await self.session.execute(due)]

    async def _insert(self) -> sqlite.Insert | postgresql.Insert:
        connection = await self.session.connection()
        if connection.dialect.name == "postgresql":
            return postgresql.insert(tables.events)
        return sqlite.insert(tables.events)

    async def answer(self, surface: str, event_id: str, reply: dict[str, Any]) -> None:
        """Keep the reply."""
        columns = tables.events.c
        found = update(tables.events).where(
            columns.surface == surface, columns.event_id == event_id
        )
        await self.session.execute(found.values(reply=reply))

    async def reply(self, surface: str, event_id: str) -> dict[str, Any] | None:
        """What was answered."""
        columns = tables.events.c
        found = select(columns.reply).where(
            columns.surface == surface, columns.event_id == event_id
        )
        return await self.session.scalar(found)

    async def forget(self, before: datetime) -> None:
        """Drop what is older."""
        await self.session.execute(delete(tables.events).where(tables.events.c.at < before))
