"""The contract of budgets and of the ledger beneath them, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.business.budgets import (
    EVERYBODY,
    Budget,
    Buyer,
    Purchase,
    Standing,
    days_of,
    put,
    standings,
    take_off,
)
from core.business.ledger import day_of, release, reserve, settle
from core.business.members import Business, Member, new_id
from core.business.spending import Share, read_spending
from core.errors import Trouble, UserError
from core.wording.errors import sentence
from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock

DOLLAR = 1_000_000
ADA, BOB = "a" * 32, "b" * 32
HERE, THERE = "slack:C1", "discord:7"


@dataclass
class Till:
    """A business that buys."""

    database: Database
    business: Business

    async def put(self, scope: str, key: str, period: str, kind: str, amount: int) -> None:
        """Set a budget."""
        async with self.database.write() as uow:
            await put(uow, self.business.id, scope, key, period, kind, amount)  # type: ignore[arg-type]  # drawn by hypothesis as texts

    async def buy(
        self, price: int, images: int = 1, member: str = ADA, channel: str = HERE, items: int = 1
    ) -> tuple[list[str], list[Trouble]]:
        """Reserve; gives the items and what is told."""
        wanted = {new_id(): Purchase(price, images, "flare") for _ in range(items)}
        async with self.database.write() as uow:
            told = await reserve(uow, Buyer(self.business, member, channel), wanted, new_id())
        return list(wanted), told

    async def settle(self, item: str, cost: int) -> None:
        """Book what it cost."""
        async with self.database.write() as uow:
            await settle(uow, item, cost)

    async def release(self, item: str) -> None:
        """Give it back."""
        async with self.database.write() as uow:
            await release(uow, item)

    async def standings(self, member: str = ADA, channel: str = HERE) -> list[Standing]:
        """What holds for somebody somewhere."""
        async with self.database.read() as uow:
            day = day_of(self.business, uow.now)
            return await standings(uow, self.business.id, member, channel, day)

    async def refused(self, bought: Awaitable[object]) -> UserError:
        """Why it was not sold."""
        with pytest.raises(UserError) as caught:
            await bought
        return caught.value


async def open_till(database: Database) -> Till:
    """A business of its own, without any budget."""
    async with database.write() as uow:
        business = Business("Acme", uow.now)
        await uow.businesses.join("web", new_id(), business)
    return Till(database, business)


@pytest.fixture
async def till(database: Database) -> Till:
    """See `open_till`."""
    return await open_till(database)


async def test_of_fifty_at_once_a_dollar_buys_exactly_twenty_five(till: Till) -> None:
    """At four cents each; the others are refused, and nothing of theirs is booked."""
    await till.put("business", "", "day", "money", DOLLAR)
    asked = [
        till.buy(40_000, member=(ADA, BOB)[number % 2], channel=(HERE, THERE)[number % 3 % 2])
        for number in range(50)
    ]
    ended = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in ended if isinstance(one, UserError)]
    assert len(refused) == 25
    assert {error.code for error in refused} == {"budget_spent"}
    (standing,) = await till.standings()
    assert (standing.used, standing.left) == (DOLLAR, 0)


async def test_an_order_of_many_is_bought_whole_or_not_at_all(till: Till) -> None:
    """A batch that does not fit takes nothing of what is left."""
    await till.put("business", "", "month", "money", DOLLAR)
    error = await till.refused(till.buy(40_000, items=26))
    assert error.facts["asked"] == 1_040_000
    assert (await till.standings())[0].used == 0
    await till.buy(40_000, items=25)
    assert (await till.standings())[0].left == 0


@pytest.mark.parametrize(
    ("scope", "key", "elsewhere"),
    [
        ("person", ADA, {"member": BOB}),
        ("person", EVERYBODY, {"member": BOB}),
        ("channel", HERE, {"channel": THERE}),
        ("business", "", None),
    ],
)
async def test_a_budget_holds_for_whom_it_is_set(
    till: Till, scope: str, key: str, elsewhere: dict[str, str] | None
) -> None:
    """For one person, for each, for a channel, for all; others buy on."""
    await till.put(scope, key, "day", "money", 50_000)
    await till.buy(40_000)
    error = await till.refused(till.buy(40_000))
    assert error.facts == {
        "whose": scope,
        "each": "day",
        "wait": "day",
        "left": 10_000,
        "asked": 40_000,
        "budget": 50_000,
    }
    said = sentence(error.trouble)
    for part in ("$0.050 a day", "$0.010 left", "$0.040", "Nothing was made", "/budget"):
        assert part in said
    if elsewhere is None:
        await till.refused(till.buy(40_000, member=BOB, channel=THERE))
    else:
        await till.buy(40_000, **elsewhere)  # type: ignore[arg-type]  # by their names


async def test_a_persons_own_budget_stands_in_place_of_everybodys(till: Till) -> None:
    """Of the same period and kind, whether it is more or less."""
    await till.put("person", EVERYBODY, "month", "images", 3)
    await till.put("person", BOB, "month", "images", 5)
    await till.put("person", BOB, "day", "images", 4)
    await till.buy(0, items=3)
    error = await till.refused(till.buy(0))
    assert "3 AI pictures a month" in sentence(error.trouble)
    assert "next month" in sentence(error.trouble)
    await till.buy(0, member=BOB, items=4)
    error = await till.refused(till.buy(0, member=BOB))
    assert error.facts["each"] == "day"


async def test_what_costs_nothing_and_is_no_ais_is_never_held_back(till: Till) -> None:
    """Sketches go on when everything is spent, also after a call that cost more than reserved."""
    await till.put("business", "", "day", "money", 40_000)
    await till.put("person", ADA, "day", "images", 1)
    (item,), _ = await till.buy(40_000)
    await till.settle(item, 45_000)
    await till.buy(0, images=0, items=10)
    await till.refused(till.buy(1, images=0))
    await till.refused(till.buy(0, images=1))


async def test_a_day_and_a_month_begin_anew(till: Till, clock: StoppedClock) -> None:
    """The month only when it is over, in the business's own zone."""
    async with till.database.write() as uow:
        row = await uow.businesses.lock(till.business.id)
        assert row
        row.time_zone = till.business.time_zone = "Pacific/Auckland"
    await till.put("business", "", "day", "money", 50_000)
    await till.put("business", "", "month", "money", 80_000)
    await till.buy(40_000)
    await till.refused(till.buy(40_000))
    clock.pass_(3 * 3600)  # midnight in Auckland, noon in Greenwich
    await till.buy(40_000)
    clock.pass_(86_400)
    error = await till.refused(till.buy(40_000))
    assert error.facts["each"] == "month"
    clock.pass_(8 * 86_400)
    await till.buy(40_000)


async def test_at_eighty_percent_everybody_concerned_is_told_once(
    till: Till, clock: StoppedClock
) -> None:
    """Once a period for each budget, and for each person where it is a person's."""
    await till.put("business", "", "day", "money", DOLLAR)
    await till.put("person", EVERYBODY, "day", "images", 5)
    assert (await till.buy(700_000, items=1))[1] == []
    (business,) = (await till.buy(100_000))[1]
    assert business == Trouble(
        "budget_low",
        {"whose": "business", "each": "day", "left": 200_000, "budget": DOLLAR},
    )
    assert "nearly used up: $0.200 left" in sentence(business)
    (images,) = (await till.buy(0, items=2))[1]
    assert images.code == "images_low"
    assert sentence(images) == "Your limit of 5 AI pictures a day is nearly used up: 1 left."
    (item,), told = await till.buy(1_000)
    assert told == []
    await till.release(item)
    assert (await till.buy(1_000))[1] == []
    assert [one.code for one in (await till.buy(0, member=BOB, items=4))[1]] == ["images_low"]
    clock.pass_(86_400)
    assert [one.code for one in (await till.buy(900_000))[1]] == ["budget_low"]


async def test_where_nobody_can_be_told_the_next_purchase_tells_it(till: Till) -> None:
    """A look at a picture has no card of its own."""
    await till.put("business", "", "day", "money", 100)
    async with till.database.write() as uow:
        wanted = {new_id(): Purchase(90)}
        assert await reserve(uow, Buyer(till.business, ADA), wanted, new_id(), told=False) == []
    assert [one.code for one in (await till.buy(1))[1]] == ["budget_low"]


async def test_another_amount_holds_at_once_and_is_told_of_anew(till: Till) -> None:
    """There is one budget of a kind, however often it is set; taken off, nothing limits."""
    for _ in range(3):
        await till.put("business", "", "day", "money", 50)
    assert [one.code for one in (await till.buy(50))[1]] == ["budget_low"]
    await till.refused(till.buy(50))
    await till.put("business", "", "day", "money", 110)
    assert [one.code for one in (await till.buy(50))[1]] == ["budget_low"]
    assert len(await till.standings()) == 1
    async with till.database.write() as uow:
        assert await take_off(uow, till.business.id, "business", "", None) == 1
        assert await take_off(uow, till.business.id, "business", "", None) == 0
    await till.buy(10 * DOLLAR)


async def test_a_month_is_told_by_person_model_and_day(till: Till, clock: StoppedClock) -> None:
    """What was given back is left out; a member sees their own; other months stay away."""
    async with till.database.write() as uow:
        uow.members.add(Member(till.business.id, "web", "ada", "Ada", id=ADA))
    (first, second), _ = await till.buy(40_000, items=2)
    await till.settle(first, 41_000)
    await till.release(second)
    clock.pass_(86_400)
    await till.buy(10_000, member=BOB)
    clock.pass_(20 * 86_400)
    await till.buy(500)
    async with till.database.read() as uow:
        month = await read_spending(uow, till.business.id, "2026-11", None)
        own = await read_spending(uow, till.business.id, "2026-11", ADA)
        with pytest.raises(UserError, match="month_unknown"):
            await read_spending(uow, till.business.id, "2026-13", None)
    assert (month.amount, month.images) == (51_000, 2)
    assert month.by_person == [Share(ADA, 41_000, 1), Share(BOB, 10_000, 1)]
    assert month.by_model == [Share("flare", 51_000, 2)]
    assert [one.amount for one in month.by_day if one.amount] == [41_000, 10_000]
    assert len(month.by_day) == 30
    assert month.names == {ADA: "Ada", BOB: ""}
    assert own.amount == 41_000


# ── any order of reserve, settle and release ─────────────────────────────────────────────────────


@dataclass
class Booked:
    """What the test believes of one purchase."""

    member: str
    channel: str
    day: str
    reserved: tuple[int, int]
    now: tuple[int, int]
    open: bool = True


@dataclass
class Book:
    """What the test believes of all."""

    items: dict[str, Booked] = field(default_factory=dict)

    def used(self, one: Budget, member: str, channel: str, day: str) -> int:
        """What counts for a budget."""
        first, last = days_of(one.period, day)
        return sum(
            item.now[one.kind == "images"]
            for item in self.items.values()
            if first <= item.day <= last
            and (one.scope != "person" or item.member == member)
            and (one.scope != "channel" or item.channel == channel)
        )


KEYS = {"person": (EVERYBODY, ADA), "channel": (HERE, THERE), "business": ("",)}
PLACES = st.sampled_from([(scope, key) for scope, keys in KEYS.items() for key in keys])
BUDGETS = st.lists(
    st.tuples(
        PLACES,
        st.sampled_from(["day", "month"]),
        st.sampled_from(["money", "images"]),
        st.integers(0, 12),
    ),
    max_size=5,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("buy"),
            st.sampled_from([ADA, BOB]),
            st.sampled_from([HERE, THERE]),
            st.integers(0, 5),
            st.integers(0, 1),
            st.integers(1, 3),
        ),
        st.tuples(st.just("settle"), st.integers(0, 20), st.integers(0, 7)),
        st.tuples(st.just("release"), st.integers(0, 20)),
        st.just(("tomorrow",)),
    ),
    max_size=14,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(budgets=BUDGETS, steps=STEPS)
async def test_no_order_of_bookings_overspends_or_drifts(
    database: Database,
    clock: StoppedClock,
    budgets: list[tuple[tuple[str, str], str, str, int]],
    steps: list[tuple[object, ...]],
) -> None:
    """A purchase goes through exactly where every budget has room; what is used is always the sum
    of what stands; closing a reservation a second time changes nothing.
    """
    till, book = await open_till(database), Book()
    for (scope, key), period, kind, amount in budgets:
        await till.put(scope, key, period, kind, amount)
    acts: dict[object, Callable[..., Awaitable[None]]] = {
        "buy": lambda *given: buy(till, book, *given),
        "settle": lambda which, cost: close(till, book, which, cost),
        "release": lambda which: close(till, book, which, None),
        "tomorrow": lambda: pass_a_day(clock),
    }
    for name, *given_ in steps:
        await acts[name](*given_)
        for member, channel in ((ADA, HERE), (BOB, THERE)):
            day = day_of(till.business, clock.now())
            for one in await till.standings(member, channel):
                assert one.used == book.used(one.budget, member, channel, day)


async def pass_a_day(clock: StoppedClock) -> None:
    """The same hour tomorrow."""
    clock.pass_(86_400)


async def buy(
    till: Till, book: Book, member: str, channel: str, price: int, images: int, items: int
) -> None:
    """Buy, and see that it was sold exactly where there was room."""
    async with till.database.read() as uow:
        day = day_of(till.business, uow.now)
    asked = {"money": price * items, "images": images * items}
    before = await till.standings(member, channel)
    fits = all(
        not asked[one.budget.kind] or one.used + asked[one.budget.kind] <= one.budget.amount
        for one in before
    )
    if not fits:
        await till.refused(till.buy(price, images, member, channel, items))
        return
    sold, _ = await till.buy(price, images, member, channel, items)
    for item in sold:
        book.items[item] = Booked(member, channel, day, (price, images), (price, images))


async def close(till: Till, book: Book, which: int, cost: int | None) -> None:
    """Settle, or release where no cost is given; only the first time counts."""
    if not book.items:
        return
    item, booked = list(book.items.items())[which % len(book.items)]
    if cost is None:
        await till.release(item)
    else:
        await till.settle(item, cost)
    if booked.open:
        booked.open = False
        booked.now = (0, 0) if cost is None else (cost, booked.reserved[1])
