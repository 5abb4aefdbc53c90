"""A worker that stood still for longer than its lease, and wakes when another has done its work.

What a laptop does that sleeps, or a machine that was moved. They are played side by side, as the
crashes are.
"""

import os
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from storage import tables
from tests.faults.grounds import POSTING, Ground, abreast, until_stopped

if TYPE_CHECKING:
    import asyncio


@dataclass(frozen=True)
class Sleep:
    """A worker stops at `step`, once `when` finds a row; the picture ends as `ends`."""

    step: str
    about: str = "item"
    when: str = "SELECT 1"
    ends: str = "completed"

    def __str__(self) -> str:
        return f"{self.step}-{self.about}"


SLEEPS = (
    Sleep("claimed"),
    Sleep("submitted", ends="unknown"),
    Sleep("answered", ends="unknown"),
    Sleep("spooled"),
    Sleep("stored"),
    *(Sleep(step, "words") for step in ("chosen", "asked", "told")),
    *(
        Sleep(step, card, POSTING.format(card))
        for step in ("drawn", "posted")
        for card in ("status", "result")
    ),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sleeps(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Mapping[Sleep, "asyncio.Task[None]"]]:
    """Every sleep, running."""
    scenes = {sleep: partial(oversleep, sleep) for sleep in SLEEPS}
    async with abreast(scenes, tmp_path_factory.mktemp("sleeps")) as running:
        yield running


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("sleep", SLEEPS, ids=str)
async def test_a_worker_that_wakes_after_its_lease_changes_nothing(
    sleep: Sleep, sleeps: Mapping[Sleep, "asyncio.Task[None]"]
) -> None:
    """Its fence refuses what it brings, it posts nothing twice, and it goes on to other work."""
    await sleeps[sleep]


async def oversleep(sleep: Sleep, ground: Ground) -> None:
    """One worker sleeps while the other finishes; then both have work again."""
    fate = ("--at", sleep.step, "--when", sleep.when, "--by", "STOP")
    async with ground.worker(*fate) as late:
        await ground.order("a fox")
        await until_stopped(late.pid)
        async with ground.worker():
            await ground.until_quiet()
            posts, booked = ground.posted, await ground.booked()
            words = await ground.words_booked()
            assert posts == (1 if sleep.ends == "unknown" else 2)
            os.kill(late.pid, signal.SIGCONT)
            await ground.order("a lighthouse")
            await ground.until(lambda: ground.posted == posts + 2)
            await ground.until_quiet()
            assert await late.stop() == 0
    first, second = await ground.rows(tables.items)
    assert (first.state, second.state) == (sleep.ends, "completed")
    assert ground.posted == posts + 2
    assert len(ground.openai.bill) == 2
    second_picture = ground.openai.bill[-1].micro_usd + await ground.words_booked() - words
    assert await ground.booked() == booked + second_picture
