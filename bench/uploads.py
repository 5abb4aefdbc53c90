"""A hundred files of 10 MB that come at once, and how much memory the desk needs for them.

`imagedesk demo`, which is bot, worker and web in one process, takes them over HTTP
(`POST /api/v1/images/upload`), from a client in a process of its own with a connection for each;
every file is another picture of 4096 × 4096, checked, stored, entered, and answered with its image.
The yardstick is a bare Starlette that reads the same forms (its own parser, which spools to disk
too) and copies each file to where it is kept: nothing is looked at. Memory is the greatest that the
process ever held (Linux's VmHWM). The desk's examining processes, one for each core, are told
apart: they hold one picture each.
"""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Row
from bench.processes import free_port, output, python, until_listening
from core.business.members import Business, Member
from core.business.tokens import ApiToken, hash_token, make_token
from core.clock import SystemClock
from core.settings import Settings
from storage.database import Database, open_engine
from storage.migrations import migrate
from tests.core.child import commandline, peak, status
from tests.core.hostile import encode, photo
from tests.fakes.queue import MemoryQueue

COUNT = 100
FILE_BYTES = 10 * 1024 * 1024
MOST_MEMORY = 300


@dataclass(frozen=True)
class Server:
    """Where files are sent to, and whose process it is."""

    port: int
    path: str
    token: str
    pid: int


@dataclass(frozen=True)
class Taken:
    """Seconds until the last answer, and megabytes: before, at most, and of the dearest child."""

    seconds: float
    idle: float
    peak: float
    child: float


async def measure(folder: Path) -> list[Row]:
    """The rows of the table."""
    picture = folder / "picture"
    data = encode(photo(4096, 4096), "JPEG", quality=94)
    picture.write_bytes(data.ljust(FILE_BYTES, b"\0"))
    async with desk(folder / "desk") as server:
        ours = await take(server, picture)
    async with bare(folder / "bare") as server:
        theirs = await take(server, picture)
    each, other = ((taken.peak - taken.idle) / COUNT for taken in (ours, theirs))
    return [
        Row(
            f"{COUNT} uploads of 10 MB at once: memory of the process",
            f"{ours.peak:.0f} MB",
            f"{theirs.peak:.0f} MB bare Starlette",
            f"{ours.peak / theirs.peak:.2f}×",
            f"≤ {MOST_MEMORY} MB",
            ours.peak <= MOST_MEMORY,
        ),
        Row(
            "… for each of them, beyond the idle process",
            f"{each:.2f} MB",
            f"{other:.2f} MB bare Starlette",
            f"{each / other:.2f}×",
        ),
        Row("… of an examining process", f"{ours.child:.0f} MB"),
        Row(
            "… until all are answered",
            f"{ours.seconds:.1f} s",
            f"{theirs.seconds:.1f} s bare Starlette, unexamined",
        ),
    ]


async def take(server: Server, picture: Path) -> Taken:
    """Send all files and watch the server."""
    idle = int(status(server.pid)["VmRSS"].split()[0]) * 1024 / 1_000_000
    begun = time.monotonic()
    told = await output(
        *("bench.sending", str(server.port), str(COUNT), str(picture), server.path, server.token)
    )
    seconds = time.monotonic() - begun
    answers = json.loads(told)
    if answers != [200] * COUNT:
        raise RuntimeError(f"some were refused: {sorted(set(answers))}")
    dearest = max((peak(pid) for pid in examiners(server.pid)), default=0)
    return Taken(seconds, idle, peak(server.pid) / 1_000_000, dearest / 1_000_000)


def examiners(parent: int) -> list[int]:
    """The examining processes of a desk."""
    tasks = Path(f"/proc/{parent}/task").iterdir()
    listed = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return [pid for pid in listed if b"core.library.examiner" in commandline(pid)]


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Server]:
    """The desk in one process, with one business and a program's token."""
    settings = Settings(data_dir=folder)
    engine = open_engine(settings)
    await migrate(engine)
    token = make_token()
    async with Database(engine, MemoryQueue(), SystemClock()).write() as uow:
        business = Business("Bench", uow.now)
        await uow.businesses.join("web", "bench", business)
        member = Member(business.id, "web", "ada", "Ada")
        uow.members.add(member)
        uow.tokens.add(ApiToken(hash_token(token), business.id, member.id, ["write"], uow.now))
    await engine.dispose()
    port = free_port()
    environ = {"DATA_DIR": str(folder), "HTTP_PORT": str(port), "LOG_LEVEL": "warning"}
    async with python("bot", "demo", environ=environ) as process:
        await until_listening(port, process)
        yield Server(port, "/api/v1/images/upload", token, process.pid)


@asynccontextmanager
async def bare(folder: Path) -> AsyncIterator[Server]:
    """The least that can take a form."""
    port = free_port()
    command = ("bench.yardsticks", "form", str(port), str(folder))
    async with python(*command, environ={}) as process:
        await until_listening(port, process)
        yield Server(port, "/form", "unused", process.pid)
