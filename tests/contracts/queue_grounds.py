"""The grounds on which the queue's contract is tried: the real one on a real Valkey, and the fake.

Owns their start and end, and what tests do to the server from outside. It must not know the
sentences of the contract.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.ports import Queue
from storage.queue import ArqQueue, run_worker
from storage.valkey import embedded_valkey
from tests.fakes.queue import MemoryQueue

Tasks: TypeAlias = Mapping[str, Callable[[str], Awaitable[None]]]


@dataclass(frozen=True)
class Ground:
    """A queue, and the worker that serves it until cancelled."""

    queue: Queue
    work: Callable[[Tasks], Coroutine[Any, Any, None]]


@asynccontextmanager
async def memory_ground(_: Path) -> AsyncIterator[Ground]:
    """The fake."""
    queue = MemoryQueue()
    yield Ground(queue, queue.work)


@asynccontextmanager
async def arq_ground(data_dir: Path) -> AsyncIterator[Ground]:
    """The real one, on an embedded Valkey."""
    async with embedded_valkey(data_dir) as address:
        queue = ArqQueue(address)
        yield Ground(queue, lambda tasks: run_worker(address, tasks, slots=4, drain_seconds=5))
        await queue.aclose()


GROUNDS = {"memory": memory_ground, "arq": arq_ground}


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Let a worker run beside the test; it is cancelled at the end and must not have failed."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Diary:
    """A task that notes the ids it was run for; `seen` waits for the next."""

    def __init__(self) -> None:
        self._ids: asyncio.Queue[str] = asyncio.Queue()

    async def note(self, id_: str) -> None:
        """The task."""
        self._ids.put_nowait(id_)

    async def seen(self, seconds: float = 10) -> str:
        """The next id; TimeoutError where none comes."""
        async with asyncio.timeout(seconds):
            return await self._ids.get()


class Crowd:
    """A task that stays until `leave`; `present` are those inside, `cut` those cancelled there."""

    def __init__(self) -> None:
        self.present: set[str] = set()
        self.most = 0
        self.finished: list[str] = []
        self.cut: list[str] = []
        self._door = asyncio.Event()
        self._changed = asyncio.Condition()

    async def stay(self, id_: str) -> None:
        """The task."""
        self.present.add(id_)
        self.most = max(self.most, len(self.present))
        async with self._changed:
            self._changed.notify_all()
        try:
            await self._door.wait()
            self.finished.append(id_)
        except asyncio.CancelledError:
            self.cut.append(id_)
            raise
        finally:
            self.present.discard(id_)

    def leave(self) -> None:
        """Let all finish, those who come later too."""
        self._door.set()

    async def until(self, count: int, seconds: float = 10) -> None:
        """Return as soon as `count` are inside; TimeoutError where they do not come."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: len(self.present) >= count)


async def server_pid(address: str) -> int:
    """The process id of the server at `address`."""
    async with Redis.from_url(address) as redis:
        pid: int = (await redis.info("server"))["process_id"]
        return pid


async def answers(address: str) -> bool:
    """Whether a server accepts `address` with its password."""
    async with Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1) as redis:
        try:
            return bool(await redis.ping())
        except (RedisError, OSError):
            return False


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Ask until `condition` holds; TimeoutError where it does not come true."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # what is asked stands in another process
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process of this id runs (a dead child that nobody waited for counts as dead)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
