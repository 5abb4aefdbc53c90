"""Pacing over a real Valkey: the slots of one key, across all who ask."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import TryLater
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


async def test_lets_a_burst_start_and_spaces_the_rest(limits: RedisLimits) -> None:
    """At 60 a minute four may start at once, and then one a second."""
    waits = [await limits.reserve("key", 60) for _ in range(8)]
    assert waits == pytest.approx([0, 0, 0, 0, 1, 2, 3, 4], abs=0.3)


async def test_gives_no_slot_twice(address: str) -> None:
    """Many workers that ask together get slots that are an interval apart."""
    workers = [RedisLimits(address) for _ in range(5)]
    waits = await asyncio.gather(
        *(worker.reserve("key", 600) for worker in workers for _ in range(20))
    )
    expected = [max(0, number - 3) * 0.1 for number in range(100)]
    assert sorted(waits) == pytest.approx(expected, abs=0.5)
    for worker in workers:
        await worker.aclose()


async def test_never_exceeds_the_rate(limits: RedisLimits) -> None:
    """Those who start when they are told to are never more than the rate allows, plus the burst."""
    loop, starts = asyncio.get_running_loop(), []

    async def start() -> None:
        await asyncio.sleep(await limits.reserve("key", 1200))
        starts.append(loop.time())

    await asyncio.gather(*(start() for _ in range(30)))
    starts.sort()
    assert starts[-1] - starts[0] >= 26 * 0.05 - 0.05
    assert starts[-1] - starts[0] <= 26 * 0.05 + 0.5


async def test_keeps_keys_apart(limits: RedisLimits) -> None:
    """One key's debt is no other's."""
    for _ in range(10):
        await limits.reserve("busy", 60)
    assert await limits.reserve("idle", 60) == 0


async def test_lets_nobody_start_during_a_pause(limits: RedisLimits) -> None:
    """After a 429 slots begin when the pause ends, one by one, without a burst."""
    await limits.pause("key", 5)
    waits = [await limits.reserve("key", 60) for _ in range(3)]
    assert waits == pytest.approx([5, 6, 7], abs=0.3)
    assert await limits.reserve("other", 60) == 0


async def test_does_not_end_a_long_pause_by_a_short_one(limits: RedisLimits) -> None:
    """The longest of several pauses counts."""
    await limits.pause("key", 9)
    await limits.pause("key", 1)
    assert await limits.reserve("key", 60) == pytest.approx(9, abs=0.3)


async def test_adds_a_pause_to_what_is_reserved(limits: RedisLimits) -> None:
    """A pause never brings a slot forward that would come later anyway."""
    for _ in range(13):
        await limits.reserve("key", 60)
    await limits.pause("key", 2)
    assert await limits.reserve("key", 60) == pytest.approx(10, abs=0.3)


async def test_says_that_it_cannot_pace() -> None:
    """Without Redis nobody may start a paid call; it is asked again later."""
    limits = RedisLimits("redis://127.0.0.1:1/0")
    with pytest.raises(TryLater) as refusal:
        await limits.reserve("key", 60)
    assert refusal.value.code == "limits_unavailable"
    with pytest.raises(TryLater):
        await limits.pause("key", 1)
    await limits.aclose()
