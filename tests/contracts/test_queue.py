"""What every queue promises, and what the real one adds: speed, and life after any loss."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from core.errors import TryLater
from storage.queue import ArqQueue, run_worker
from storage.valkey import embedded_valkey
from tests.contracts.queue_grounds import (
    GROUNDS,
    Crowd,
    Diary,
    Ground,
    answers,
    running,
    server_pid,
    until,
)


@pytest.fixture(params=GROUNDS)
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ground]:
    async with GROUNDS[request.param](tmp_path) as ground:
        yield ground


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with embedded_valkey(tmp_path) as address:
        yield address


@pytest.fixture
async def queue(address: str) -> AsyncIterator[ArqQueue]:
    queue = ArqQueue(address)
    yield queue
    await queue.aclose()


class TestEveryQueue:
    """What real and pretended queues promise alike."""

    async def test_runs_the_called_task_with_the_id(self, ground: Ground) -> None:
        """A call runs the task of that name, and no other, with the row's id."""
        made, shown = Diary(), Diary()
        async with running(ground.work({"make": made.note, "show": shown.note})):
            await ground.queue.enqueue("show", "s1")
            await ground.queue.enqueue("make", "m1")
            assert await made.seen() == "m1"
            assert await shown.seen() == "s1"

    async def test_keeps_calls_for_a_worker_that_comes_later(self, ground: Ground) -> None:
        """What was called while no worker ran is run by the next one."""
        made = Diary()
        await ground.queue.enqueue("make", "1")
        async with running(ground.work({"make": made.note})):
            assert await made.seen() == "1"

    async def test_runs_a_repeated_call_again(self, ground: Ground) -> None:
        """The same call twice is no error, and both run: the row decides what is left to do."""
        made = Diary()
        async with running(ground.work({"make": made.note})):
            await ground.queue.enqueue("make", "1")
            await ground.queue.enqueue("make", "1")
            assert [await made.seen(), await made.seen()] == ["1", "1"]

    async def test_waits_for_the_delay_and_not_longer(self, ground: Ground) -> None:
        """A delayed call runs neither before its moment nor noticeably after it."""
        made, loop = Diary(), asyncio.get_running_loop()
        async with running(ground.work({"make": made.note})):
            await ground.queue.enqueue("make", "warm up")
            await made.seen()
            for delay in (0.11, 0.23, 0.61):
                asked = loop.time()
                await ground.queue.enqueue("make", "1", delay)
                await made.seen()
                assert delay - 0.002 <= loop.time() - asked < delay + 0.25

    async def test_lets_an_earlier_call_pass_a_delayed_one(self, ground: Ground) -> None:
        """A call without delay does not wait for one that is not due."""
        made = Diary()
        async with running(ground.work({"make": made.note})):
            await ground.queue.enqueue("make", "later", 0.3)
            await ground.queue.enqueue("make", "now")
            assert [await made.seen(), await made.seen()] == ["now", "later"]

    async def test_survives_a_task_that_raises(self, ground: Ground) -> None:
        """A failing task ends neither the worker nor the next task."""
        made = Diary()

        async def fail(id_: str) -> None:
            raise ValueError(id_)

        async with running(ground.work({"fail": fail, "make": made.note})):
            for _ in range(6):
                await ground.queue.enqueue("fail", "1")
            await ground.queue.enqueue("make", "2")
            assert await made.seen() == "2"

    async def test_tells_all_who_listen(self, ground: Ground) -> None:
        """Every listener of a channel hears what is published there, in order, and nothing else."""
        heard: list[list[str]] = [[], []]

        async def listen(into: list[str]) -> None:
            async for text in ground.queue.subscribe("job:1"):
                into += [text]

        async def both_listen() -> bool:
            await ground.queue.publish("job:1", "are you there?")
            return all(heard)

        async def both_heard_the_end() -> bool:
            return all(texts[-1] == "end" for texts in heard)

        async with running(listen(heard[0])), running(listen(heard[1])):
            await until(both_listen)
            await ground.queue.publish("job:2", "elsewhere")
            await ground.queue.publish("job:1", "ünïcode")
            await ground.queue.publish("job:1", "end")
            await until(both_heard_the_end)
        for texts in heard:
            assert texts[-3:] == ["are you there?", "ünïcode", "end"]
            assert "elsewhere" not in texts


class TestPace:
    """How soon the real one's workers start a call, and how many at once."""

    async def test_picks_up_at_once(self, address: str, queue: ArqQueue) -> None:
        """An idle worker is woken by the call; polling twice a second would take 250 ms."""
        made, loop, waits = Diary(), asyncio.get_running_loop(), []
        async with running(run_worker(address, {"make": made.note}, slots=2, drain_seconds=1)):
            await queue.enqueue("make", "warm up")
            await made.seen()
            for number in range(40):
                await asyncio.sleep(0.04)  # until the worker has nothing left to look after
                asked = loop.time()
                await queue.enqueue("make", str(number))
                await made.seen()
                waits.append(loop.time() - asked)
        assert sorted(waits)[20] < 0.1

    async def test_runs_no_more_than_its_slots(self, address: str, queue: ArqQueue) -> None:
        """A worker fills its slots, and takes the next call as soon as one is free."""
        crowd = Crowd()
        async with running(run_worker(address, {"stay": crowd.stay}, slots=3, drain_seconds=1)):
            for number in range(13):
                await queue.enqueue("stay", str(number))
            await crowd.until(3)
            crowd.leave()

            async def all_left() -> bool:
                return len(crowd.finished) == 13

            await until(all_left, 1.2)  # looking twice a second would take 1.5 s at least
        assert crowd.most == 3

    async def test_fills_the_slots_of_many_workers(self, address: str, queue: ArqQueue) -> None:
        """120 slots run 120 calls: those that run do not hide the rest from other workers."""
        crowd = Crowd()
        async with AsyncExitStack() as workers:
            for _ in range(6):
                worker = run_worker(address, {"stay": crowd.stay}, slots=20, drain_seconds=1)
                await workers.enter_async_context(running(worker))
            for number in range(120):
                await queue.enqueue("stay", str(number))
            await crowd.until(120, 20)
            crowd.leave()
        assert len(crowd.finished) == 120

    async def test_shows_each_worker_by_a_key_of_its_own(self, address: str) -> None:
        """Two workers stand under two keys, and each takes its key away when it ends."""
        made = Diary()
        async with Redis.from_url(address) as redis:

            async def two_stand() -> bool:
                return len(await redis.keys("imagedesk:worker:*")) == 2

            async with (
                running(run_worker(address, {"make": made.note}, slots=1, drain_seconds=1)),
                running(run_worker(address, {"make": made.note}, slots=1, drain_seconds=1)),
            ):
                await until(two_stand)
            assert await redis.keys("imagedesk:worker:*") == []

    async def test_writes_json(self, address: str, queue: ArqQueue) -> None:
        """A call lies in Redis as JSON: who can write there cannot make us run code."""
        await queue.enqueue("make", "1")
        async with Redis.from_url(address) as redis:
            (key,) = await redis.keys("arq:job:*")
            job = json.loads(await redis.get(key) or b"")
        assert (job["f"], job["a"]) == ("make", ["1"])


class TestEnding:
    """How a cancelled worker ends."""

    async def test_lets_running_tasks_finish(self, address: str, queue: ArqQueue) -> None:
        """A cancelled worker takes no more calls, but finishes those that run."""
        crowd = Crowd()
        async with running(
            run_worker(address, {"stay": crowd.stay}, slots=5, drain_seconds=9)
        ) as worker:
            await queue.enqueue("stay", "inside")
            await crowd.until(1)
            worker.cancel()
            await queue.enqueue("stay", "too late")
            crowd.leave()
            await asyncio.wait([worker])
        assert (crowd.finished, crowd.cut) == (["inside"], [])

    async def test_cuts_tasks_that_take_too_long(self, address: str, queue: ArqQueue) -> None:
        """After `drain_seconds` what still runs is cancelled, and the worker ends."""
        crowd = Crowd()
        async with running(
            run_worker(address, {"stay": crowd.stay}, slots=5, drain_seconds=0.1)
        ) as worker:
            await queue.enqueue("stay", "inside")
            await crowd.until(1)
            worker.cancel()
            await asyncio.wait([worker], timeout=5)
            assert worker.done()
        assert (crowd.finished, crowd.cut) == ([], ["inside"])

    async def test_ends_at_once_when_told_twice(self, address: str, queue: ArqQueue) -> None:
        """A second cancellation does not wait for the running tasks."""
        crowd = Crowd()
        async with running(
            run_worker(address, {"stay": crowd.stay}, slots=5, drain_seconds=60)
        ) as worker:
            await queue.enqueue("stay", "inside")
            await crowd.until(1)
            worker.cancel()
            await asyncio.wait([worker], timeout=0.1)
            assert not worker.done()
            worker.cancel()
            await asyncio.wait([worker], timeout=5)
            assert worker.done()
        assert crowd.cut == ["inside"]


class TestLosses:
    """What happens when Redis, its data or a connection goes away."""

    async def test_lives_through_a_restart(self, address: str, queue: ArqQueue) -> None:
        """However often the server dies and comes back empty: running tasks go on, and new calls
        run.
        """
        crowd, made, loop = Crowd(), Diary(), asyncio.get_running_loop()
        tasks = {"stay": crowd.stay, "make": made.note}

        async def is_back() -> bool:
            return await answers(address)

        async with running(run_worker(address, tasks, slots=3, drain_seconds=5)) as worker:
            await queue.enqueue("stay", "inside")
            await crowd.until(1)
            end = loop.time() + 1.5  # longer than a worker waits between two looks
            while loop.time() < end:
                os.kill(await server_pid(address), signal.SIGKILL)
                await until(is_back)
            crowd.leave()
            await queue.enqueue("make", "after")
            assert await made.seen() == "after"
            assert (crowd.finished, crowd.cut) == (["inside"], [])
            assert not worker.done()

    async def test_lives_through_flushall(self, address: str, queue: ArqQueue) -> None:
        """Emptying Redis loses calls and nothing else."""
        crowd, made = Crowd(), Diary()
        tasks = {"stay": crowd.stay, "make": made.note}
        async with running(run_worker(address, tasks, slots=3, drain_seconds=5)):
            await queue.enqueue("stay", "inside")
            await crowd.until(1)
            async with Redis.from_url(address) as redis:
                await redis.flushall()
            crowd.leave()
            await queue.enqueue("make", "after")
            assert await made.seen() == "after"
        assert crowd.finished == ["inside"]

    async def test_loses_no_slot_with_a_connection(self, address: str, queue: ArqQueue) -> None:
        """Cut connections, however many and whenever, leave every slot usable."""
        made, crowd = Diary(), Crowd()
        tasks = {"make": made.note, "stay": crowd.stay}
        async with (
            Redis.from_url(address) as redis,
            running(run_worker(address, tasks, slots=2, drain_seconds=5)),
        ):
            for number in range(60):
                await queue.enqueue("make", str(number))
                await redis.client_kill_filter(_type="normal", skipme=True)

            async def both_slots_are_free() -> bool:
                await queue.enqueue("stay", "inside")
                await queue.enqueue("stay", "beside")
                return len(crowd.present) == 2

            await until(both_slots_are_free)
            crowd.leave()

    async def test_hears_again_after_a_restart(self, address: str, queue: ArqQueue) -> None:
        """A subscription outlives its server."""
        texts: set[str] = set()

        async def listen() -> None:
            async for text in queue.subscribe("page"):
                texts.add(text)

        async def before_is_heard() -> bool:
            await queue.publish("page", "before")
            return "before" in texts

        async def after_is_heard() -> bool:
            await queue.publish("page", "after")
            return "after" in texts

        async with running(listen()):
            await until(before_is_heard)
            os.kill(await server_pid(address), signal.SIGKILL)
            await until(after_is_heard)

    async def test_asks_an_absent_server_in_vain_but_says_so(self) -> None:
        """Without Redis, calls and messages raise nothing, return at once, and are logged."""
        queue, loop = ArqQueue("redis://127.0.0.1:1/0"), asyncio.get_running_loop()
        started = loop.time()
        with capture_logs() as logs:
            await queue.enqueue("make", "1")
            await queue.publish("page", "x")
        assert loop.time() - started < 0.5
        assert [(entry["event"], entry["log_level"]) for entry in logs] == [
            ("wake_up_lost", "warning"),
            ("message_lost", "warning"),
        ]
        await queue.aclose()

    async def test_gives_up_on_a_silent_server(self, address: str, queue: ArqQueue) -> None:
        """A Redis that hangs holds up a hundred calls for half a second altogether, and is used
        again when it answers.
        """
        made, loop = Diary(), asyncio.get_running_loop()
        pid = await server_pid(address)
        os.kill(pid, signal.SIGSTOP)
        started = loop.time()
        for number in range(100):
            await queue.enqueue("make", str(number))
        assert loop.time() - started < 0.9
        os.kill(pid, signal.SIGCONT)

        async def called_again() -> bool:
            with capture_logs() as logs:
                await queue.enqueue("make", "after")
            return not logs

        await until(called_again)
        async with running(run_worker(address, {"make": made.note}, slots=1, drain_seconds=1)):
            while await made.seen() != "after":
                pass

    async def test_logs_a_failed_task(self, address: str, queue: ArqQueue) -> None:
        """What a task raises is logged with its name and id."""
        made = Diary()

        async def fail(id_: str) -> None:
            await made.note(id_)
            raise ValueError(id_)

        with capture_logs() as logs:
            async with running(run_worker(address, {"fail": fail}, slots=1, drain_seconds=1)):
                await queue.enqueue("fail", "7")
                await made.seen()
        (entry,) = [entry for entry in logs if entry["event"] == "task_failed"]
        assert (entry["task"], entry["id"]) == ("fail", "7")

    async def test_tells_what_passes_in_a_line(self, address: str, queue: ArqQueue) -> None:
        """The sweep calls again; while a database is away, no task leaves a traceback."""
        made = Diary()

        async def put_off(id_: str) -> None:
            await made.note(id_)
            raise TryLater("database_unavailable", after=1)

        with capture_logs() as logs:
            async with running(run_worker(address, {"make": put_off}, slots=1, drain_seconds=1)):
                await queue.enqueue("make", "7")
                await made.seen()
        (entry,) = [entry for entry in logs if entry.get("task") == "make"]
        assert (entry["event"], entry["reason"]) == ("task_put_off", "database_unavailable")
        assert "exc_info" not in entry
