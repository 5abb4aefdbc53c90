"""Many commands at once: durable before they are acknowledged, and carried out exactly once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.recovery import AGAIN_SECONDS
from storage import tables
from tests.desk import desk_process
from tests.faults.grounds import Ground, grounds
from tests.platforms.slack.person import Ack

CROWD = 60


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """Everything but workers; a generous limit, for it is one person that types."""
    async with grounds(tmp_path) as ready:
        yield ready


async def burst(ground: Ground, *texts: str) -> list[Ack]:
    """What became of so many commands at once, with these texts in turn."""
    commands = (
        ground.ada.command("/generate", texts[number % len(texts)], ground.channel)
        for number in range(CROWD)
    )
    return await asyncio.gather(*commands)


async def until_jobs(ground: Ground, count: int) -> None:
    """Wait until so many orders were placed."""
    async with asyncio.timeout(30):
        while len(await ground.rows(tables.jobs)) < count:  # noqa: ASYNC110  # written elsewhere
            await asyncio.sleep(0.05)


async def test_every_command_of_a_burst_is_carried_out_once(ground: Ground) -> None:
    """All are acknowledged, none is forgotten, and what Slack delivers again changes nothing."""
    acks = await burst(ground, "a fox")
    assert {ack.status for ack in acks} == {"ok"}
    await until_jobs(ground, CROWD)
    for sent in ground.slack.deliveries[-3:]:
        await ground.slack.redeliver(sent)
    await ground.order("a lighthouse")
    await until_jobs(ground, CROWD + 1)
    assert len(await ground.rows(tables.jobs)) == CROWD + 1
    assert not [event for event in await ground.rows(tables.events) if event.waiting]


async def test_what_is_refused_in_a_burst_is_said_to_the_person_alone(ground: Ground) -> None:
    """Where the acknowledgement was empty, the sentence comes right after it."""
    acks = await burst(ground, "a fox", "a fox --style baroque")
    assert {ack.status for ack in acks} == {"ok"}
    await until_jobs(ground, CROWD // 2)
    await ground.until(lambda: len(ground.slack.ephemerals(ground.ada)) == CROWD // 2)
    assert all("baroque" in said.plain() for said in ground.slack.ephemerals(ground.ada))
    assert not all(ack.text for ack in acks[1::2])
    assert not [event for event in await ground.rows(tables.events) if event.waiting]


async def test_commands_acknowledged_by_a_process_that_dies_are_carried_out_by_a_worker(
    tmp_path: Path,
) -> None:
    """SIGKILL comes between the last acknowledgement and the work."""
    async with grounds(tmp_path, listening=False) as ground:
        async with desk_process(ground.environ, "bot") as bot:
            await ground.slack.until(lambda: ground.slack.sockets)
            acks = await burst(ground, "a fox")
            await bot.kill()
        assert {ack.status for ack in acks} == {"ok"}
        done = len(await ground.rows(tables.jobs))
        assert done < CROWD
        ground.let_pass(AGAIN_SECONDS)
        async with ground.worker():
            await until_jobs(ground, CROWD)
            await ground.until_quiet()
        assert len(ground.openai.bill) == CROWD
        assert await ground.booked() == await ground.owed()
