"""Money: reserve before a call, settle after it, release what was not used.

Every figure on a card is a sum over `Entry` rows; nothing else counts money. Amounts are signed
integer micro-USD; what is reserved and settled for one item adds up to what it cost.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from core.business.members import Business
from core.errors import UserError
from core.storing import UnitOfWork

EntryKind = Literal["reserve", "settle", "release"]


@dataclass(eq=False)
class Entry:
    """One booking. `day` is the business's local date of the reservation, "YYYY-MM-DD"."""

    business_id: int
    member_id: str
    job_id: str
    item_id: str
    kind: EntryKind
    amount: int
    day: str
    at: datetime
    id: int = field(default=None)  # type: ignore[assignment]  # given by the database, in order


def day_of(business: Business, now: datetime) -> str:
    """The business's local date at `now`."""
    return now.astimezone(ZoneInfo(business.time_zone)).date().isoformat()


async def reserve(
    uow: UnitOfWork, business: Business, member_id: str, items: dict[str, int], job_id: str
) -> None:
    """Set money aside for `items` (item id → micro-USD), all or nothing.

    The business row is locked first, so that simultaneous orders cannot both take the last dollar.
    Raises UserError("budget_spent") with what is left and what was asked, in micro-USD.
    """
    now = uow.now
    day = day_of(business, now)
    await uow.businesses.lock(business.id)
    left = business.daily_budget - await uow.ledger.spent(business.id, day)
    asked = sum(items.values())
    if asked > left:
        raise UserError(
            "budget_spent", left=max(left, 0), asked=asked, budget=business.daily_budget
        )
    for item_id, amount in items.items():
        uow.ledger.add(Entry(business.id, member_id, job_id, item_id, "reserve", amount, day, now))


async def settle(uow: UnitOfWork, item_id: str, cost: int) -> None:
    """Book that the item's last reservation cost `cost` micro-USD."""
    await _close(uow, item_id, "settle", cost)


async def release(uow: UnitOfWork, item_id: str) -> None:
    """Give the item's last reservation back: nothing was paid."""
    await _close(uow, item_id, "release", 0)


async def _close(uow: UnitOfWork, item_id: str, kind: EntryKind, cost: int) -> None:
    entries = await uow.ledger.of_item(item_id)
    if not entries or entries[-1].kind != "reserve":
        return  # closed already: a task may run twice
    last = entries[-1]
    uow.ledger.add(
        Entry(
            last.business_id,
            last.member_id,
            last.job_id,
            item_id,
            kind,
            cost - last.amount,
            last.day,
            uow.now,
        )
    )


def cost_of(entries: list[Entry]) -> int:
    """What these bookings add up to, in micro-USD."""
    return sum(entry.amount for entry in entries)
