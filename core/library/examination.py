"""The check of files that people bring: judged, cleaned and made small, with one decode each.

Owns the processes in which that happens (`core.library.examiner`), so that no file can take the
service down: one that overruns its limits or crashes its process is refused, the process replaced.
It must not know where files come from or where they are stored.
"""

import asyncio
import base64
import errno
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog

from core.errors import TryLater, UserError

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
RETRY_SECONDS: Final = 30
LONGEST_ANSWER: Final = 1 << 20  # bytes; a thumbnail and some numbers

OVERRUN: Final = frozenset({-signal.SIGKILL, -signal.SIGXCPU})
"""How a process ends that was killed: by us, by its limit of computing, or for want of memory."""

# glibc: give buffers of 8 MB back to the system at once, and 12 MB of smaller ones, so that usual
# pictures are made in the room that the last one left. By itself it learns from the first large
# picture to keep such buffers too, and what is not in use counts as memory held. What was given
# back has to be asked for again, which took a third of the time of a phone's photo while the system
# handed it out by 4 KB: pages of 2 MB, where Linux has them, make that nothing
# (glibc's manual, "Memory Allocation Tunables"). Its threads share one heap: each of several would
# keep some.
SURROUNDINGS: Final = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(8 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(12 << 20),
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one file may cost: bytes of memory, seconds of computing, and seconds at all."""

    memory: int = 200_000_000
    cpu: int = 3
    wall: float = 15


@dataclass(frozen=True)
class Examined:
    """A file that passed, and all that is to be known of it.

    `path` is where the bytes lie that may be stored: the file itself where nothing had to change,
    else a new one beside it, and then `sha256` is of that one: None says that the file itself is
    kept. `file_size` is in bytes. Width and height are pixels as seen upright, `frames` is 1 for a
    still picture. `dhash` are 64 bits, hex, that stay close when a picture is scaled or re-encoded.
    `thumbnail` is a JPEG of at most 256 pixels, `placeholder` a `data:` address of a few hundred
    bytes.
    """

    path: Path
    mime_type: str
    width: int
    height: int
    frames: int
    file_size: int
    sha256: str | None
    dhash: str
    thumbnail: bytes
    placeholder: str


class Examiner:
    """Examines files, as many at once as there are processors; the rest waits.

    Its processes (35 MB each when idle, half of it shared) stay until it is left. One begins with
    it, so that the first file need not wait for that; the others begin when they are needed.
    """

    def __init__(self, limits: Limits | None = None, at_once: int | None = None) -> None:
        self._limits = limits or Limits()
        self._at_once = at_once or os.cpu_count() or 1
        self._room = asyncio.Semaphore(self._at_once)
        self._idle: list[Process] = []

    async def __aenter__(self) -> Self:
        self._idle.append(await self._begin())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _ in range(self._at_once):
            await self._room.acquire()
        while self._idle:
            await _end(self._idle.pop())

    async def examine(self, path: Path, name: str) -> Examined:
        """Judge the file at `path`, which people call `name` (for the log alone).

        The file is only read, and what is stored of it may come to lie beside it: the caller owns
        the folder. May be repeated. Raises UserError as `decoding.decode`, `upload_too_big`, and
        `picture_too_costly` or `picture_unreadable` where the file overran its limits or crashed
        its process; TryLater("disk_full"), and OSError where it cannot be read.
        """
        kept = path.with_name(f"{path.name}.kept")
        async with self._room:
            try:
                answer = await self._ask(path, kept)
                return _examined(answer, path, kept)
            except BaseException as error:
                kept.unlink(missing_ok=True)
                if isinstance(error, UserError):
                    log.info("picture_refused", file=name, reason=error.code)
                raise

    async def _ask(self, path: Path, kept: Path) -> dict[str, Any]:
        process = await self._process()
        line = b""
        try:
            async with asyncio.timeout(self._limits.wall):
                line = await _exchange(process, json.dumps([str(path), str(kept)]))
                if not line:
                    await process.wait()  # it has ended by itself; killing it would hide how
        except TimeoutError:
            pass
        finally:
            if line:
                self._idle.append(process)
            else:
                await _end(process)
        if not line:
            raise _loss(process)
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _process(self) -> Process:
        while self._idle:
            process = self._idle.pop()
            if _is_alive(process):
                return process
            await process.wait()  # it died meanwhile
        return await self._begin()

    async def _begin(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "core.library.examiner", str(self._limits.memory), str(self._limits.cpu)),
            stdin=PIPE,
            stdout=PIPE,
            limit=LONGEST_ANSWER,
            env={**SURROUNDINGS, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # a terminal's Ctrl-C is for us: we end our processes ourselves
        )


async def _exchange(process: Process, request: str) -> bytes:
    """The answering line, empty where the process ended instead."""
    assert process.stdin  # noqa: S101  # for the type checker: both are pipes
    assert process.stdout  # noqa: S101  # as above
    try:
        process.stdin.write(request.encode() + b"\n")
        await process.stdin.drain()
    except ConnectionError:
        return b""
    return await process.stdout.readline()


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


def _is_alive(process: Process) -> bool:
    """Whether it may be given a file; the event loop may not have heard yet that it died."""
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _loss(process: Process) -> Exception:
    code = process.returncode or 0
    log.warning("examiner_lost", ended=code)
    if code in OVERRUN:
        return UserError("picture_too_costly")
    if code < 0:
        return UserError("picture_unreadable")
    return RuntimeError(f"the examiner ended with {code}; its error output says why")


def _examined(answer: dict[str, Any], path: Path, kept: Path) -> Examined:
    if "refused" in answer:
        code, facts = answer["refused"]
        raise UserError(code, **facts)
    if "failed" in answer:
        if answer["failed"] in FULL:
            raise TryLater("disk_full", after=RETRY_SECONDS)
        raise OSError(answer["failed"], os.strerror(answer["failed"]), str(path))
    found = answer["found"]
    found["path"] = kept if found["sha256"] else path
    found["thumbnail"] = base64.b64decode(found["thumbnail"])
    return Examined(**found)
