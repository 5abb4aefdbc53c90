"""How long a call waits for an idle worker, against bare saq on the same Redis.

Both workers stand ready all the time and get their calls in turn, one at a time, so that each call
finds its worker idle. What an idle worker costs is measured over some seconds of silence.
"""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import saq

from bench.figures import Row, middle, ms
from bench.processes import python
from bench.waiting import CPU, now
from storage.queue import ArqQueue
from storage.valkey import embedded_valkey

ROUNDS = 5
CALLS = 60
PAUSE = 0.05
SILENCE = 10.0

Call = Callable[[str], Awaitable[object]]


async def measure(folder: Path) -> list[Row]:
    """The rows of the table."""
    async with workers(folder) as lines:
        rounds: dict[str, list[list[float]]] = {name: [] for name in lines}
        for _ in range(ROUNDS):
            for measured in rounds.values():
                measured.append([])
            for _ in range(CALLS):
                for name, line in lines.items():
                    await asyncio.sleep(PAUSE)
                    rounds[name][-1].append(await line.call(now()))
        used = {name: await line.call(CPU) for name, line in lines.items()}
        await asyncio.sleep(SILENCE)
        idle = {
            name: (await line.call(CPU) - used[name]) / SILENCE * 100
            for name, line in lines.items()
        }
    desk, other = (middle(rounds[name], 0.95) for name in ("desk", "saq"))
    half = {name: middle(rounds[name], 0.5) for name in lines}
    return [
        Row(
            "an idle worker picks up a call, p50",
            ms(half["desk"]),
            f"{ms(half['saq'])} bare saq",
            f"{half['desk'] / half['saq']:.2f}×",
        ),
        Row(
            "an idle worker picks up a call, p95",
            ms(desk),
            f"{ms(other)} bare saq",
            f"{desk / other:.2f}×",
            "≤ 2×, ≤ 10 ms",
            desk <= 2 * other and desk <= 10,  # noqa: PLR2004  # the goals as the table says them
        ),
        Row(
            "an idle worker's share of a core",
            f"{idle['desk']:.2f} %",
            f"{idle['saq']:.2f} % bare saq",
            f"{idle['desk'] / max(idle['saq'], 0.01):.2f}×",
            "≤ 0.5 %",
            idle["desk"] <= 0.5,  # noqa: PLR2004  # as above
        ),
    ]


class Line:
    """A way to make a call, and the worker that tells how it went."""

    def __init__(self, send: Call, worker: Process) -> None:
        self._send = send
        self._worker = worker

    async def call(self, sent: str) -> float:
        """What the worker says to this call."""
        await self._send(sent)
        if self._worker.stdout is None:
            raise RuntimeError("the worker was started without a pipe")
        return float(await self._worker.stdout.readline())


@asynccontextmanager
async def workers(folder: Path) -> AsyncIterator[dict[str, Line]]:
    """Both, ready."""
    async with AsyncExitStack() as stack:
        redis_url = await stack.enter_async_context(embedded_valkey(folder / "queue"))
        ours, theirs = ArqQueue(redis_url), saq.Queue.from_url(redis_url)
        stack.push_async_callback(ours.aclose)
        stack.push_async_callback(theirs.disconnect)
        await theirs.connect()
        sends: dict[str, Call] = {
            "desk": lambda sent: ours.enqueue("note", sent),
            "saq": lambda sent: theirs.enqueue("note", sent=sent),
        }
        lines = {}
        for name, send in sends.items():
            worker = await stack.enter_async_context(
                python("bench.waiting", name, redis_url, listen=True)
            )
            lines[name] = Line(send, worker)
            await lines[name].call(now())  # which it answers when it is ready
        yield lines
