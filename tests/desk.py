"""The desk as tests start it: whole, in this loop or as processes of its own, over real storage.

Owns starting and ending. `running_desk` is `imagedesk run` without a process: the same `serve`,
with its embedded queue, page, listeners, worker and sweep. `desk_process` is the command line
itself, to be killed and started again. It must not know any chat: what a chat needs comes as
settings by their environment names.
"""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bot.serving import Role, serve
from bot.wiring import Running
from core.ports import Fetcher, Reach
from core.settings import read_settings
from core.steps import pass_by

PROJECT = Path(__file__).parents[1]
ALL: frozenset[Role] = frozenset({"web", "bot", "worker"})
PATIENCE = 20.0
PATIENCE_AT_THE_END = 5.0
READY = "Image Desk is ready"


def free_port() -> int:
    """A port of loopback that nobody listens on now; a desk keeps it over its restarts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Settings of a desk for tests: its own folder and port, a short grace, no hurry limit."""
    return {
        "DATA_DIR": str(data_dir),
        "HTTP_PORT": str(free_port()),
        "PUBLISH_GRACE_SECONDS": "0.3",
        "ORDERS_PER_MINUTE": "100",
        "OPENAI_IMAGES_PER_MINUTE": "10000",
        "LOG_LEVEL": "warning",
        **settings,
    }


@asynccontextmanager
async def running_desk(
    environ: Mapping[str, str],
    *,
    roles: frozenset[Role] = ALL,
    demo: bool = False,
    reach: Reach = pass_by,
    fetcher: Fetcher | None = None,
) -> AsyncIterator[Running]:
    """A desk in this loop until the block ends, which ends it as SIGTERM does.

    `environ` holds settings by their environment names (see `environment`); without `REDIS_URL` the
    desk brings its own queue. `fetcher` as for `running`. What the desk cannot
    start for is raised here.
    """
    started: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    desk = asyncio.create_task(
        serve(
            read_settings(environ),
            roles,
            embed=True,
            demo=demo,
            ready=started.set_result,
            reach=reach,
            fetcher=fetcher,
        )
    )
    try:
        ends: set[asyncio.Future[Any]] = {desk, started}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if desk.done():
            await desk
        yield started.result()
        if desk.done():
            await desk  # it must not have ended by itself
    finally:
        desk.cancel()
        await asyncio.wait({desk}, timeout=PATIENCE_AT_THE_END)
        desk.cancel()  # a second signal ends it at once; a desk that has ended hears nothing
        with suppress(asyncio.CancelledError):
            await desk


class DeskProcess:
    """A command of the desk as a process of its own. `said` holds every line it has printed."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[str] = []
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    async def until_says(self, words: str, patience: float = PATIENCE) -> str:
        """The first line that holds `words`; waits for it. AssertionError if it never comes."""
        return await self._until(lambda: next((x for x in self.said if words in x), ""), patience)

    async def until_ended(self, patience: float = PATIENCE) -> int:
        """The exit code, negative for a signal; waits for the end and for the last words."""
        async with asyncio.timeout(patience):
            code = await self.process.wait()
            await self._reading
        return code

    async def kill(self) -> None:
        """End it by SIGKILL, with nothing put in order. May be repeated."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await self._reading

    async def stop(self, patience: float = PATIENCE) -> int:
        """Ask it to end by SIGTERM; the exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return await self.until_ended(patience)

    async def _until(self, found: Callable[[], str], patience: float) -> str:
        try:
            async with asyncio.timeout(patience), self._changed:
                await self._changed.wait_for(lambda: found() or self._reading.done())
        except TimeoutError:
            raise AssertionError(f"not said within {patience} s; it said {self.said}") from None
        line = found()
        assert line, f"it ended with {self.process.returncode} and had said {self.said}"
        return line

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            async with self._changed:
                self.said.append(line.decode(errors="replace").rstrip())
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def desk_process(
    environ: Mapping[str, str], *command: str, ready: str = READY
) -> AsyncIterator[DeskProcess]:
    """`python -m bot <command>` (by default `run`) until the block ends, which kills it if need be.

    Yields once it has printed `ready` (empty: at once). `environ` is all that it is told, beside
    where to find programs. AssertionError with what it said, if it ended instead.
    """
    process = await create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *(command or ("run",)),
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **environ},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    desk = DeskProcess(process)
    try:
        if ready:
            await desk.until_says(ready)
        yield desk
    finally:
        await desk.kill()
