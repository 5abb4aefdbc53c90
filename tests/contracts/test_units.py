"""The unit of work on each database: one transaction, one writer at a time, events handled once."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.business.members import Business
from core.errors import TryLater
from core.recovery import AGAIN_SECONDS, sweep
from core.settings import Settings
from core.storing import WaitingEvent
from storage.database import Database, open_engine
from storage.migrations import migrate
from tests.contracts.blob_grounds import StoppedClock
from tests.fakes.queue import Call, MemoryQueue


def queue_of(database: Database) -> MemoryQueue:
    """What wake-ups go to."""
    queue = database._queue  # noqa: SLF001  # the fixture made it
    assert isinstance(queue, MemoryQueue)
    return queue


async def names(database: Database) -> list[str]:
    """All businesses, oldest first."""
    async with database.read() as uow:
        return [business.name for business in await uow.businesses.everywhere()]


async def test_a_unit_commits_whole_or_not_at_all(database: Database) -> None:
    """What was written before an error is gone, and so is what was to be sent."""
    queue = queue_of(database)

    async def fail() -> None:
        async with database.write() as uow:
            await uow.businesses.join("slack", "T1", Business("Bakery", uow.now))
            uow.enqueue("show", "1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await names(database) == []
    assert queue.calls == []
    async with database.write() as uow:
        await uow.businesses.join("slack", "T1", Business("Bakery", uow.now))
    assert await names(database) == ["Bakery"]


async def test_an_error_of_the_database_tells_no_values(database: Database) -> None:
    """They may be prompts, and errors are logged."""
    with pytest.raises(DBAPIError) as reading:
        async with database.read() as uow:
            await uow.session.execute(text("SELECT :prompt FROM nowhere"), {"prompt": "geheim"})
    with pytest.raises(DBAPIError) as writing:
        async with database.write() as uow:
            await uow.session.execute(text("SELECT :prompt FROM nowhere"), {"prompt": "geheim"})
    assert "nowhere" in str(reading.value)
    assert "geheim" not in f"{reading.value}{writing.value}"


async def test_a_cancelled_unit_leaves_nothing_and_hinders_nobody(database: Database) -> None:
    """Whoever waits for the database may go away at any moment."""
    inside = asyncio.Event()

    async def stay() -> None:
        async with database.write() as uow:
            await uow.businesses.join("slack", "T1", Business("Bakery", uow.now))
            inside.set()
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await inside.wait()
    staying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await staying
    async with database.write() as uow:
        await uow.businesses.join("slack", "T1", Business("Brewery", uow.now))
    assert await names(database) == ["Brewery"]


async def test_two_units_that_make_the_same_row_are_told_to_try_again(database: Database) -> None:
    """The second finds the first one's row, and nothing of its own is left."""
    async with database.write() as uow:
        await uow.businesses.join("slack", "T1", Business("Bakery", uow.now))
    with pytest.raises(TryLater, match="conflict"):
        async with database.write() as uow:
            await uow.businesses.join("slack", "T1", Business("Brewery", uow.now))
    assert await names(database) == ["Bakery"]


async def test_another_process_that_writes_is_waited_for_beside(tmp_path: Path) -> None:
    """While SQLite is locked, the loop goes on with other things."""
    engine = open_engine(Settings(data_dir=tmp_path))
    await migrate(engine)
    database = Database(engine, MemoryQueue(), StoppedClock())

    async def write() -> None:
        async with database.write() as uow:
            await uow.businesses.join("slack", "T1", Business("Bakery", uow.now))

    with closing(sqlite3.connect(tmp_path / "desk.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(write())
        assert await names(database) == []
        assert not writing.done()
        other.execute("COMMIT")
        await writing
    assert await names(database) == ["Bakery"]
    await engine.dispose()


async def test_an_event_that_waits_is_handled_by_whoever_comes_first(database: Database) -> None:
    """And is known from then on, as every event is."""
    async with database.write() as uow:
        await uow.events.hold([WaitingEvent("slack", "1", "{}")] * 2, uow.later(10))
    async with database.write() as uow:
        await uow.events.hold([WaitingEvent("slack", "1", "other")], uow.later(10))
        assert await uow.events.held("slack", "1") == "{}"
    entered = []
    for _ in range(2):
        async with database.write() as uow:
            entered.append(await uow.events.enter("slack", "1"))
    assert entered == [True, False]
    async with database.write() as uow:
        assert await uow.events.held("slack", "1") is None
        await uow.events.hold([WaitingEvent("slack", "1", "{}")], uow.later(10))
        assert not await uow.events.settle("slack", "1")


async def test_what_waits_for_too_long_is_given_to_a_worker(
    database: Database, clock: StoppedClock
) -> None:
    """Once in a while, until it is done."""
    queue = queue_of(database)
    async with database.write() as uow:
        await uow.events.hold([WaitingEvent("slack", "1.2/3", "{}")], uow.later(AGAIN_SECONDS))
    await sweep(database)
    assert queue.calls == []
    clock.pass_(AGAIN_SECONDS)
    await sweep(database)
    await sweep(database)
    assert queue.calls == [Call("handle", "slack/1.2/3", 0)]
    async with database.write() as uow:
        assert await uow.events.settle("slack", "1.2/3")
    clock.pass_(AGAIN_SECONDS)
    await sweep(database)
    assert len(queue.calls) == 1
