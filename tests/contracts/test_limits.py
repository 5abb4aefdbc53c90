"""Pacing over a real Valkey: the slots of one key, across all who ask."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import TryLater
from core.ports import Allowance
from storage.limits import RedisLimits
from storage.valkey import embedded_valkey


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with embedded_valkey(tmp_path) as address:
        yield address


@pytest.fixture
async def limits(address: str) -> AsyncIterator[RedisLimits]:
    limits = RedisLimits(address)
    yield limits
    await limits.aclose()


async def begin(limits: RedisLimits, key: str, per_minute: int, *, urgent: bool = False) -> float:
    """When a call that asks now may begin, in seconds of the loop."""
    await limits.take(key, per_minute, urgent=urgent)
    return asyncio.get_running_loop().time()


async def starts(
    limits: RedisLimits, calls: int, per_minute: int, *, urgent: bool = False
) -> list[float]:
    """When so many calls that ask together begin, in seconds from now."""
    since = asyncio.get_running_loop().time()
    begun = await asyncio.gather(
        *(begin(limits, "key", per_minute, urgent=urgent) for _ in range(calls))
    )
    return sorted(moment - since for moment in begun)


@pytest.mark.parametrize("urgent", [False, True])
async def test_lets_a_burst_start_and_spaces_the_rest(limits: RedisLimits, *, urgent: bool) -> None:
    """At 600 a minute three may start at once, and then one each tenth of a second."""
    expected = [0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert await starts(limits, 8, 600, urgent=urgent) == pytest.approx(expected, abs=0.09)


async def test_gives_no_slot_twice(address: str) -> None:
    """Calls that many workers start together are never more than the rate allows, nor fewer."""
    workers = [RedisLimits(address) for _ in range(5)]
    since = asyncio.get_running_loop().time()
    begun = await asyncio.gather(
        *(begin(worker, "key", 1200) for worker in workers for _ in range(8))
    )
    for number, moment in enumerate(sorted(begun)):
        assert moment - since >= max(0, number - 2) * 0.05 - 0.01
    assert max(begun) - since <= 37 * 0.05 + 0.5
    for worker in workers:
        await worker.aclose()


async def test_an_urgent_call_overtakes_those_that_wait(limits: RedisLimits) -> None:
    """It begins before any of the others that asked long before it, and they lose one slot."""
    crowd = [asyncio.create_task(begin(limits, "key", 300)) for _ in range(10)]
    done, waiting = await asyncio.wait(crowd, timeout=0.1)
    assert len(done) == 3
    urgent = await begin(limits, "key", 300, urgent=True)
    assert urgent <= min([await task for task in waiting])
    times = sorted([urgent, *[await task for task in crowd]])
    assert times[-1] - times[0] >= 8 * 0.2 - 0.02
    assert times[-1] - times[0] <= 8 * 0.2 + 0.3


async def test_one_who_went_away_holds_nobody_up(limits: RedisLimits) -> None:
    """Whoever waited and was cancelled leaves its slot to the others."""
    await starts(limits, 3, 300)
    crowd = [asyncio.create_task(begin(limits, "key", 300)) for _ in range(6)]
    await asyncio.sleep(0)
    for gone in crowd[:5]:
        gone.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    assert (await starts(limits, 1, 300))[0] <= 8 * 0.2 + 0.3


async def test_keeps_keys_apart(limits: RedisLimits) -> None:
    """One key's debt is no other's."""
    for _ in range(3):
        await limits.take("busy", 1, urgent=False)
    async with asyncio.timeout(1):
        await limits.take("idle", 1, urgent=False)


async def test_a_pause_reaches_also_those_who_wait_already(limits: RedisLimits) -> None:
    """After a 429 everybody waits until it ends, promised or not, and then they go one by one."""
    since = asyncio.get_running_loop().time()
    await starts(limits, 3, 600)
    waiting = [
        asyncio.create_task(begin(limits, "key", 600, urgent=urgent)) for urgent in (True, False)
    ]
    await asyncio.sleep(0.02)
    await limits.learn("key", Allowance(600), 1)
    await limits.pause("key", 600, 0.6, 1)
    begun = sorted(moment - since for moment in await asyncio.gather(*waiting))
    assert begun[0] >= 0.6
    assert begun[1] - begun[0] >= 0.08


async def test_tells_the_rate_that_is_known(limits: RedisLimits) -> None:
    """As it is set, until an answer tells another; of each key its own."""
    assert await limits.rate("key", 5) == 5
    number = await limits.take("key", 5, urgent=False)
    await limits.learn("key", Allowance(250), number)
    assert await limits.rate("key", 5) == 250
    assert await limits.rate("another", 5) == 5


async def test_does_not_end_a_long_pause_by_a_short_one(limits: RedisLimits) -> None:
    """The longest of several pauses counts."""
    await limits.pause("key", 600, 0.6, 1)
    await limits.pause("key", 600, 0.1, 2)
    assert (await starts(limits, 1, 600))[0] >= 0.58


async def test_a_slot_far_away_is_said_instead_of_waited_for(limits: RedisLimits) -> None:
    """A pause of an hour keeps nobody; it is told when to come again."""
    await limits.pause("key", 60, 3600, 1)
    with pytest.raises(TryLater) as refusal:
        await limits.take("key", 60, urgent=False)
    assert refusal.value.code == "slot_far"
    assert refusal.value.after == pytest.approx(3600, abs=5)


async def test_a_rate_that_was_set_too_low_is_corrected(limits: RedisLimits) -> None:
    """What the provider tells of its rate counts more than the setting."""
    number = await limits.take("key", 60, urgent=False)
    await limits.learn("key", Allowance(1200), number)
    begun = await starts(limits, 9, 60)
    assert begun[-1] == pytest.approx(7 * 0.05, abs=0.15)


async def test_what_is_left_may_start_at_once(limits: RedisLimits) -> None:
    """A provider that bears more at once is used so, but for what it may not have counted yet, and
    one: whatever overtakes another on its way is not refused.
    """
    first = await limits.take("key", 60, urgent=False)
    await limits.take("key", 60, urgent=False)
    await limits.learn("key", Allowance(60, left=20), first)
    begun = await starts(limits, 18, 60)
    assert begun[-1] <= 0.3
    waiting = asyncio.create_task(begin(limits, "key", 60))
    await asyncio.wait([waiting], timeout=0.3)
    assert not waiting.done()
    waiting.cancel()


async def test_a_refusal_slows_down_whoever_is_never_told_the_rate(limits: RedisLimits) -> None:
    """Without a word about the rate, each 429 takes a quarter of it."""
    await limits.pause("key", 600, 0.05, 1)
    begun = await starts(limits, 4, 600)
    slowed = 3 * 60 / 450
    assert slowed - 0.02 <= begun[-1] - begun[0] <= slowed + 0.15


async def test_after_several_refusals_in_a_row_one_goes_alone(limits: RedisLimits) -> None:
    """However short the pauses that are told, a storm is met with five calls a minute."""
    refused = await limits.take("key", 600, urgent=False)
    await limits.pause("key", 600, 0, refused)
    await limits.pause("key", 600, 0, refused)  # it was under way: nothing new
    async with asyncio.timeout(1):
        again = await limits.take("key", 600, urgent=False)
    await limits.pause("key", 600, 0, again)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await limits.take("key", 600, urgent=False)


async def test_an_answer_ends_what_refusals_began(limits: RedisLimits) -> None:
    """One failure now and then among many that go well makes nobody wait."""
    for _ in range(4):
        number = await limits.take("key", 600, urgent=False)
        await limits.pause("key", 600, 0, number)
        await limits.learn("key", Allowance(600), number)
    assert (await starts(limits, 2, 600))[-1] <= 0.5


async def test_says_that_it_cannot_pace() -> None:
    """Without Redis nobody may start a paid call; it is asked again later."""
    limits = RedisLimits("redis://127.0.0.1:1/0")
    with pytest.raises(TryLater) as refusal:
        await limits.take("key", 60, urgent=False)
    assert refusal.value.code == "limits_unavailable"
    with pytest.raises(TryLater):
        await limits.pause("key", 60, 1, 1)
    await limits.aclose()
