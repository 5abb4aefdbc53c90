"""Spending: what a month has cost, by person, model and day, for those who look after the money.

Everything is a sum over the ledger; what is set aside counts until it is settled or released. It
must not know how it is drawn.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from core.business.budgets import days_of
from core.business.keys import ProviderKey
from core.business.members import Member
from core.errors import UserError
from core.storing import UnitOfWork

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Spent:
    """What one person spent on one model on one day, in micro-USD, and how many AI pictures.

    `model` is empty for what was booked before models were kept, `key_id` where the desk's key paid
    and no brought one.
    """

    day: str
    member_id: str
    model: str
    amount: int
    images: int
    key_id: str = ""


@dataclass(frozen=True)
class Share:
    """What one person, model or day had of a month."""

    key: str
    amount: int
    images: int


@dataclass(frozen=True)
class KeyShare:
    """What a brought key paid in a month. Of a business's key it is part of the business's rows, of
    a person's own it is apart from them.
    """

    key: ProviderKey
    amount: int
    images: int


@dataclass(frozen=True)
class Spending:
    """A month ("YYYY-MM"). `names` are people's by their ids; of the shares the greatest comes
    first, but days stand in their order and are complete.
    """

    month: str
    rows: tuple[Spent, ...]
    names: dict[str, str]

    @property
    def amount(self) -> int:
        """Micro-USD of the whole month."""
        return sum(row.amount for row in self.rows)

    @property
    def images(self) -> int:
        """AI pictures of the whole month."""
        return sum(row.images for row in self.rows)

    def unpriced(self, models: Collection[str]) -> int:
        """AI pictures by `models` whose prices are not known, and of which nothing is."""
        return sum(row.images for row in self.rows if row.model in models and not row.amount)

    @property
    def by_person(self) -> list[Share]:
        """By `member_id`."""
        return _ranked(self.rows, lambda row: row.member_id)

    @property
    def by_model(self) -> list[Share]:
        """By model."""
        return _ranked(self.rows, lambda row: row.model)

    @property
    def by_day(self) -> list[Share]:
        """Each day of the month, also those without any spending."""
        known = {one.key: one for one in _ranked(self.rows, lambda row: row.day)}
        return [known.get(day, Share(day, 0, 0)) for day in days_in(self.month)]


async def read_spending(
    uow: UnitOfWork, business_id: int, month: str, member_id: str | None
) -> Spending:
    """A month of a business, or of one of its members. Raises UserError("month_unknown")."""
    if not _MONTH.fullmatch(month):
        raise UserError("month_unknown", month=month)
    rows = await uow.ledger.by_day(business_id, days_of("month", month), member_id)
    names: dict[str, str] = {}
    for key in {row.member_id for row in rows}:
        member = await uow.members.get(key)
        names[key] = member.name if member else ""
    return Spending(month, tuple(rows), names)


async def read_own(uow: UnitOfWork, viewer: Member, month: str) -> list[Spent]:
    """What one's own keys paid in a month that is one: neither a sum nor a budget counts it."""
    days = days_of("month", month)
    return await uow.ledger.by_day(viewer.business_id, days, viewer.id, own_key=True)


async def read_by_key(uow: UnitOfWork, viewer: Member, month: str) -> list[KeyShare]:
    """What brought keys paid in a month that is one, the most first: one's own keys and, for
    admins, the business's; nobody sees other people's.
    """
    shares = []
    days = days_of("month", month)
    for key_id, (amount, images) in (await uow.ledger.by_key(viewer.business_id, days)).items():
        key = await uow.keys.get(key_id)
        if key and (key.owner_id == viewer.id or (viewer.admin and not key.owner_id)):
            shares.append(KeyShare(key, amount, images))
    return sorted(shares, key=lambda one: (-one.amount, one.key.id))


def days_in(month: str) -> list[str]:
    """The days of a month, "YYYY-MM-DD"."""
    first = date.fromisoformat(f"{month}-01")
    days = (first + timedelta(number) for number in range(31))
    return [day.isoformat() for day in days if day.month == first.month]


def _ranked(rows: Iterable[Spent], key: Callable[[Spent], str]) -> list[Share]:
    amounts: dict[str, tuple[int, int]] = {}
    for row in rows:
        amount, images = amounts.get(key(row), (0, 0))
        amounts[key(row)] = (amount + row.amount, images + row.images)
    shares = [Share(name, amount, images) for name, (amount, images) in amounts.items()]
    return sorted(shares, key=lambda one: (-one.amount, -one.images, one.key))
