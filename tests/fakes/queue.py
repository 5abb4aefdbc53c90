"""A queue in memory, held by the same contract as the real one.

Owns what was asked for, in order, and a worker for it. It must not know what the tasks do.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Call:
    """One wake-up as it was asked for."""

    task: str
    id: str
    delay: float


class MemoryQueue:
    """The `Queue` port. `calls` are all wake-ups so far, `failures` what tasks have raised."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.failures: list[Exception] = []
        self._waiting: asyncio.Queue[Call] = asyncio.Queue()
        self._listeners: defaultdict[str, set[asyncio.Queue[str]]] = defaultdict(set)

    async def enqueue(self, task: str, id_: str, delay: float = 0) -> None:
        """Remember the call, for the worker if one runs."""
        call = Call(task, id_, delay)
        self.calls.append(call)
        self._waiting.put_nowait(call)

    async def publish(self, channel: str, text: str) -> None:
        """Hand `text` to all who listen now."""
        for listener in self._listeners[channel]:
            listener.put_nowait(text)

    async def subscribe(self, channel: str) -> AsyncGenerator[str, None]:
        """What is published from the first `anext` on."""
        heard: asyncio.Queue[str] = asyncio.Queue()
        self._listeners[channel].add(heard)
        try:
            while True:
                yield await heard.get()
        finally:
            self._listeners[channel].discard(heard)

    async def work(self, tasks: Mapping[str, Callable[[str], Awaitable[None]]]) -> NoReturn:
        """Run calls as they come, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                call = await self._waiting.get()
                group.create_task(self._run(tasks[call.task], call))

    async def _run(self, task: Callable[[str], Awaitable[None]], call: Call) -> None:
        await asyncio.sleep(call.delay)
        try:
            await task(call.id)
        except Exception as error:  # noqa: BLE001  # as a worker: no task's failure ends it
            self.failures.append(error)
