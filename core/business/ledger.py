"""Money: reserve before a call, settle after it, release what was not used.

Every figure on a card is a sum over `Entry` rows; nothing else counts money. Amounts are signed
integer micro-USD; what is reserved and settled for one item adds up to what it cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from core.business.budgets import Buyer, Purchase, check, notice, standings
from core.business.members import Business
from core.errors import Trouble
from core.storing import UnitOfWork

EntryKind = Literal["reserve", "settle", "release"]


@dataclass(eq=False)
class Entry:
    """One booking. `day` is the business's local date of the reservation, "YYYY-MM-DD".

    `images` are pictures that an AI makes: counted when reserved, taken back when released.
    `channel` is `core.business.budgets.channel_of`, empty outside any; `model` is what was paid.
    `key_id` is the key that paid, empty for the desk's; with `own_key` it is the person's own, and
    no budget counts the booking.
    """

    business_id: int
    member_id: str
    job_id: str
    item_id: str
    kind: EntryKind
    amount: int
    day: str
    at: datetime
    images: int = 0
    channel: str = ""
    model: str = ""
    key_id: str = ""
    own_key: bool = False
    id: int = field(default=None)  # type: ignore[assignment]  # given by the database, in order


def day_of(business: Business, now: datetime) -> str:
    """The business's local date at `now`."""
    return now.astimezone(ZoneInfo(business.time_zone)).date().isoformat()


async def reserve(
    uow: UnitOfWork,
    buyer: Buyer,
    wanted: Mapping[str, Purchase],
    job_id: str,
    *,
    told: bool = True,
) -> list[Trouble]:
    """Set money aside for what is `wanted` (by item id), all or nothing; returns what to tell about
    budgets that are nearly used up. Where nobody can be `told`, the next purchase tells it.

    The business row is locked first, so that simultaneous orders cannot both take the last dollar.
    Raises UserError("budget_spent" | "images_spent") with what is left and what was asked.
    """
    business, now = buyer.business, uow.now
    day = day_of(business, now)
    await uow.businesses.lock(business.id)
    price = sum(one.price for one in wanted.values() if not one.own_key)
    images = sum(one.images for one in wanted.values() if not one.own_key)
    found = await standings(uow, business.id, buyer.member_id, buyer.channel, day)
    check(found, price, images)
    for item_id, one in wanted.items():
        uow.ledger.add(
            Entry(
                business_id=business.id,
                member_id=buyer.member_id,
                job_id=job_id,
                item_id=item_id,
                kind="reserve",
                amount=one.price,
                day=day,
                at=now,
                images=one.images,
                channel=buyer.channel,
                model=one.model,
                key_id=one.key_id,
                own_key=one.own_key,
            )
        )
    return await notice(uow, found, buyer, day, price, images) if told else []


async def settle(uow: UnitOfWork, item_id: str, cost: int) -> None:
    """Book that the item's last reservation cost `cost` micro-USD."""
    await _close(uow, item_id, "settle", cost)


async def release(uow: UnitOfWork, item_id: str) -> None:
    """Give the item's last reservation back: nothing was paid."""
    await _close(uow, item_id, "release", 0)


async def rebook(uow: UnitOfWork, item_id: str, wanted: Purchase) -> bool:
    """Set aside for another purchase what the item's last reservation holds, and give back what is
    left over. No budget is asked, because nothing grows: False, and nothing booked, where `wanted`
    is more than is reserved.
    """
    entries = await uow.ledger.of_item(item_id)
    last = entries[-1] if entries else None
    if last is None or last.kind != "reserve":
        return False
    if wanted.price > last.amount or wanted.images > last.images:
        return False
    if last.own_key and not wanted.own_key:
        return False  # of what a person's own key pays, no budget was ever asked
    await release(uow, item_id)
    uow.ledger.add(
        Entry(
            business_id=last.business_id,
            member_id=last.member_id,
            job_id=last.job_id,
            item_id=item_id,
            kind="reserve",
            amount=wanted.price,
            day=last.day,
            at=uow.now,
            images=wanted.images,
            channel=last.channel,
            model=wanted.model,
            key_id=wanted.key_id,
            own_key=wanted.own_key,
        )
    )
    return True


async def exchange(
    uow: UnitOfWork, buyer: Buyer, wanted: Mapping[str, Purchase], job_id: str
) -> list[Trouble]:
    """Give back what the last reservations of these items of a job hold, and `reserve` for other
    purchases instead. Raises as `reserve`; then the transaction must not be committed.
    """
    last = {entry.item_id: entry for entry in await uow.ledger.of_job(job_id)}
    for item_id in wanted:
        if item_id in last and last[item_id].kind == "reserve":
            uow.ledger.add(_closing(last[item_id], "release", 0, uow.now))
    return await reserve(uow, buyer, wanted, job_id)


async def _close(uow: UnitOfWork, item_id: str, kind: EntryKind, cost: int) -> None:
    entries = await uow.ledger.of_item(item_id)
    if not entries or entries[-1].kind != "reserve":
        return  # closed already: a task may run twice
    uow.ledger.add(_closing(entries[-1], kind, cost, uow.now))


def _closing(last: Entry, kind: EntryKind, cost: int, now: datetime) -> Entry:
    """What closes a reservation whose purchase cost so much."""
    return Entry(
        business_id=last.business_id,
        member_id=last.member_id,
        job_id=last.job_id,
        item_id=last.item_id,
        kind=kind,
        amount=cost - last.amount,
        day=last.day,
        at=now,
        images=-last.images if kind == "release" else 0,
        channel=last.channel,
        model=last.model,
        key_id=last.key_id,
        own_key=last.own_key,
    )


def cost_of(entries: list[Entry]) -> int:
    """What these bookings add up to, in micro-USD."""
    return sum(entry.amount for entry in entries)


def spent_of(entries: list[Entry]) -> int:
    """The same without what is only set aside: of each item's last booking, if that reserves."""
    last = {entry.item_id: entry for entry in entries}
    return cost_of(entries) - sum(one.amount for one in last.values() if one.kind == "reserve")
