"""Budgets: how much may be spent, by a person, in a channel and by the business.

Owns which budgets hold for a purchase, how much of each is used in its day or month, and when one
is nearly used up. A purchase is refused by the first budget that it exceeds; `core.business.ledger`
asks under the business row's lock, so that what was counted still stands when it is booked. It must
not know what is bought, nor how a budget is worded.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from core.business.members import Business, new_id
from core.chat import Place
from core.errors import Trouble, UserError
from core.storing import UnitOfWork

Scope = Literal["person", "channel", "business"]
Period = Literal["day", "month"]
BudgetKind = Literal["money", "images"]

SCOPES: Final[tuple[Scope, ...]] = ("person", "channel", "business")
"""The narrowest first: so are refusals, and what people are shown."""

PERIODS: Final[tuple[Period, ...]] = ("day", "month")
EVERYBODY: Final = ""
"""The key of a budget that each person has; one of their own stands in its place."""

LOW_PERCENT: Final = 80
MOST_MONEY: Final = 1_000_000_000_000
MOST_IMAGES: Final = 1_000_000


@dataclass(eq=False)
class Budget:
    """What may be spent in one period: micro-USD ("money") or pictures that an AI makes ("images").

    `key` is a member's id or `EVERYBODY` for a person's, `channel_of` for a channel's, empty for
    the business's. There is at most one of the same scope, key, period and kind.
    """

    business_id: int
    scope: Scope
    key: str
    period: Period
    kind: BudgetKind
    amount: int
    id: str = field(default_factory=new_id)


@dataclass(eq=False)
class LowNotice:
    """Somebody was told that a budget is nearly used up; `whom` is the member, else empty."""

    budget_id: str
    whom: str
    period: str


@dataclass(frozen=True)
class Buyer:
    """Who buys: what budgets count by. `channel` is `channel_of` a place, empty outside any."""

    business: Business
    member_id: str
    channel: str = ""


@dataclass(frozen=True)
class Purchase:
    """One thing that is bought: its price in micro-USD, how many AI pictures it is (0 for words and
    for what is drawn without any AI), of which model, and by which key (see `Entry`).
    """

    price: int
    images: int = 0
    model: str = ""
    key_id: str = ""
    own_key: bool = False


@dataclass(frozen=True)
class Standing:
    """A budget as it stands for somebody now: `used` counts what is set aside as well."""

    budget: Budget
    used: int

    @property
    def left(self) -> int:
        """What may still be spent, never less than nothing."""
        return max(self.budget.amount - self.used, 0)


def channel_of(place: Place) -> str:
    """The name under which a channel's spending is counted."""
    return f"{place.surface}:{place.channel}"


def days_of(period: Period, day: str) -> tuple[str, str]:
    """The first and last day, both "YYYY-MM-DD", of the period in which `day` lies; of a month, its
    "YYYY-MM" will do.
    """
    return (day, day) if period == "day" else (f"{day[:7]}-01", f"{day[:7]}-31")


def applying(budgets: Iterable[Budget], member_id: str, channel: str) -> list[Budget]:
    """Those of a business that hold for a person in a channel, the narrowest first."""
    known = list(budgets)
    own = {
        (one.period, one.kind) for one in known if one.scope == "person" and one.key == member_id
    }

    def holds(one: Budget) -> bool:
        if one.scope == "person":
            everybodys = one.key == EVERYBODY and (one.period, one.kind) not in own
            return one.key == member_id or everybodys
        return one.scope == "business" or one.key == channel

    held = [one for one in known if holds(one)]
    return sorted(
        held, key=lambda one: (SCOPES.index(one.scope), PERIODS.index(one.period), one.kind)
    )


async def standings(
    uow: UnitOfWork, business_id: int, member_id: str, channel: str, day: str
) -> list[Standing]:
    """Every budget that holds for a person in a channel on `day`, the narrowest first."""
    held = applying(await uow.budgets.of_business(business_id), member_id, channel)
    counted: dict[tuple[Scope, Period], tuple[int, int]] = {}
    for one in held:
        if (one.scope, one.period) not in counted:
            counted[one.scope, one.period] = await uow.ledger.used(
                business_id,
                days_of(one.period, day),
                member_id=member_id if one.scope == "person" else None,
                channel=channel if one.scope == "channel" else None,
            )
    return [Standing(one, counted[one.scope, one.period][one.kind == "images"]) for one in held]


def check(found: list[Standing], price: int, images: int) -> None:
    """Raise UserError("budget_spent" | "images_spent") for the first budget that a purchase would
    exceed. What costs nothing is not held back by a budget that is used up.
    """
    for one in found:
        held, left = one.budget, one.left
        whose, each = held.scope, held.period
        if held.kind == "money" and price and price > left:
            raise UserError(
                "budget_spent",
                whose=whose,
                each=each,
                wait=each,
                left=left,
                asked=price,
                budget=held.amount,
            )
        if held.kind == "images" and images and images > left:
            raise UserError(
                "images_spent",
                whose=whose,
                each=each,
                wait=each,
                remaining=left,
                wanted=images,
                most=held.amount,
            )


async def notice(
    uow: UnitOfWork, found: list[Standing], buyer: Buyer, day: str, price: int, images: int
) -> list[Trouble]:
    """What to tell of budgets that a purchase of so much uses up to 80 % or more: each budget once
    a period, a person's budget once for each person. `found` is as it stood before the purchase.
    """
    told = []
    for one in found:
        asked = price if one.budget.kind == "money" else images
        used = one.used + asked
        if not asked or used * 100 < one.budget.amount * LOW_PERCENT:
            continue
        whom = buyer.member_id if one.budget.scope == "person" else ""
        period = day if one.budget.period == "day" else day[:7]
        if await uow.budgets.notice(LowNotice(one.budget.id, whom, period)):
            after = Standing(one.budget, used)
            code = "budget_low" if one.budget.kind == "money" else "images_low"
            facts = {"whose": one.budget.scope, "each": one.budget.period}
            told.append(Trouble(code, {**facts, **_figures(after)}))
    return told


def _figures(one: Standing) -> dict[str, int]:
    if one.budget.kind == "money":
        return {"left": one.left, "budget": one.budget.amount}
    return {"remaining": one.left, "most": one.budget.amount}


async def put(
    uow: UnitOfWork,
    business_id: int,
    scope: Scope,
    key: str,
    period: Period,
    kind: BudgetKind,
    amount: int,
) -> None:
    """Set a budget; it holds from the next purchase on. The business row is locked first, so that
    two who set the same one leave one.
    """
    await uow.businesses.lock(business_id)
    for one in await uow.budgets.of_business(business_id):
        if (one.scope, one.key, one.period, one.kind) == (scope, key, period, kind):
            one.amount = amount
            await uow.budgets.forget_notices(one)
            return
    uow.budgets.add(Budget(business_id, scope, key, period, kind, amount))


async def take_off(
    uow: UnitOfWork,
    business_id: int,
    scope: Scope,
    key: str,
    period: Period | None,
    kind: BudgetKind | None = None,
) -> int:
    """Take the budgets of a person, channel or business off, of one period and kind or of both;
    returns how many there were.
    """
    await uow.businesses.lock(business_id)
    found = [
        one
        for one in await uow.budgets.of_business(business_id)
        if (one.scope, one.key) == (scope, key)
        and period in {None, one.period}
        and kind in {None, one.kind}
    ]
    for one in found:
        await uow.budgets.remove(one)
    return len(found)
