"""How long a batch takes, against the least that its provider's rate allows.

The provider is a local OpenAI in a process of its own that enforces its own bucket (250 images a
minute, 4 at once) and takes 20 s for each picture; the bound is (N − 4) / R + 20 s, which no desk
can beat, even one without any work of its own. A batch is started as a person's press starts it;
its end is the moment at which the last of its pictures is stored and settled. Three worker
processes share a PostgreSQL, where there is one on this machine; one row is the whole desk in one
process over SQLite. Every prompt and every picture is moderated, stored and looked at for words.

In the rows with a wrong tier the setting is half or twice what the provider allows. In one row a
worker is killed midway and does not come back. In all of them no prompt may be billed twice, and
the ledger must come to the provider's bill and the price of what is unknown; else the row fails.

    python -m bench.makespan half      one row alone (all, without a name)
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
from sqlalchemy import func, select

from bench.figures import Row
from bench.processes import free_port, python
from bench.report import as_table
from core.business.admission import Door, admit
from core.chat import Actor, Place
from core.clock import SystemClock
from core.generation.batches import placing
from core.generation.ordering import Customer
from core.settings import Settings
from storage import tables
from storage.batches import batches
from storage.database import Database, open_engine
from storage.looks import looks
from storage.migrations import migrate
from storage.queue import ArqQueue
from storage.valkey import embedded_valkey
from tests.core.child import peak
from tests.databases import Postgres, programs, serving

RATE: Final = 250
BURST: Final = 4
LATENCY: Final = 20.0
LOOK: Final = 0.1
QUIET: Final = 10.0
UNENDED: Final = ("queued", "generating")
KEY: Final = "sk-bench"
RICH: Final = 10**12
"""Micro-USD a day that nobody spends."""


@dataclass(frozen=True)
class Case:
    """A batch of so many pictures, with the tier that the desk is told, by so many workers (0: the
    whole desk in one process over SQLite). `kill` ends a worker midway.
    """

    about: str
    count: int = 100
    tier: int = RATE
    workers: int = 3
    kill: bool = False
    goal: float = 1.03

    @property
    def bound(self) -> float:
        """The least seconds."""
        return (self.count - BURST) * 60 / RATE + LATENCY


CASES: Final = {
    "hundred": Case("100 pictures"),
    "half": Case("100 pictures, the tier set to half", tier=RATE // 2, goal=1.10),
    "double": Case("100 pictures, the tier set to double", tier=RATE * 2, goal=1.10),
    "killed": Case("100 pictures, a worker killed midway", kill=True),
    "alone": Case("100 pictures, one process and SQLite", workers=0),
    "thousand": Case("1,000 pictures", count=1000),
}
MOST_MEMORY: Final = 300
MOST_REFUSED: Final = 0.01
MOST_POLLS: Final = 2.0
AFTER_KILL: Final = LATENCY + 15


@dataclass
class Seen:
    """What one batch showed. `wrong` are sentences about money."""

    seconds: float = 0.0
    calls: int = 0
    refused: int = 0
    states: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: float = 0.0
    idle: tuple[float, float] = (0.0, 0.0)
    waiting: tuple[float, float] = (0.0, 0.0)


async def measure(folder: Path, names: tuple[str, ...] = tuple(CASES)) -> list[Row]:
    """The rows of the table."""
    rows = []
    for name in names:
        case = CASES[name]
        seen = await play(case, folder / name)
        rows += [makespan_row(case, seen), refused_row(seen)]
        if name == "thousand":
            rows += work_rows(seen)
    return rows


def makespan_row(case: Case, seen: Seen) -> Row:
    """How long it took; a row is not met either where money went wrong."""
    most = case.bound + AFTER_KILL if case.kill else case.bound * case.goal
    made = seen.states["completed"] + seen.states["unknown"] * case.kill
    told = [] if made == case.count else [f"{dict(seen.states)}"]
    told += seen.wrong
    unknown = f", {seen.states['unknown']} unknown" if seen.states["unknown"] else ""
    return Row(
        f"{case.about} at {RATE} a minute" + "".join(f"; {one}" for one in told),
        f"{seen.seconds:.1f} s{unknown}",
        f"{case.bound:.1f} s least",
        f"{seen.seconds / case.bound:.3f}×",
        f"≤ least + {AFTER_KILL:.0f} s" if case.kill else f"≤ {case.goal:.2f}×",
        not told and seen.seconds <= most,
    )


def refused_row(seen: Seen) -> Row:
    """How often the provider said 429."""
    share = seen.refused / seen.calls
    return Row(
        "… refused by the provider (429)",
        f"{seen.refused} of {seen.calls} calls",
        "",
        f"{share:.1%}",
        f"≤ {MOST_REFUSED:.0%}",
        share <= MOST_REFUSED,
    )


def work_rows(seen: Seen) -> list[Row]:
    """What a worker needed."""
    rows = [
        Row(
            "… memory of a worker, at most",
            f"{seen.memory:.0f} MB",
            goal=f"≤ {MOST_MEMORY} MB",
            met=seen.memory <= MOST_MEMORY,
        )
    ]
    for about, (statements, transactions) in (
        ("while nothing is to be done", seen.idle),
        ("while a paused batch waits", seen.waiting),
    ):
        rows.append(
            Row(
                f"… looks of a worker at the database a second, {about}",
                f"{transactions:.2f} ({statements:.1f} statements)",
                goal=f"≤ {MOST_POLLS:.0f}",
                met=transactions <= MOST_POLLS,
            )
        )
    return rows


async def play(case: Case, folder: Path) -> Seen:
    """One batch on grounds of its own."""
    async with grounds(case, folder) as ground:
        seen = Seen()
        seen.idle = await ground.looks_at_database()
        job_id = await ground.plan(case.count)
        pressed = datetime.now(UTC)
        await ground.start(job_id)
        if case.kill:
            await asyncio.sleep(case.bound / 2)
            ground.workers.pop().kill()
        seen.seconds = (await ground.until_ended(job_id) - pressed).total_seconds()
        seen.memory = max(peak(worker.pid) for worker in ground.workers) / 1_000_000
        await ground.settled()
        await ground.judge(seen)
        if case.count > 100:  # noqa: PLR2004  # the long one, which tells of the workers
            seen.waiting = await ground.wait_paused()
    return seen


@dataclass
class Ground:
    """Everything that stands while a batch is made."""

    database: Database
    customer: Customer
    provider: httpx2.AsyncClient
    workers: list[Process]

    async def plan(self, count: int) -> str:
        """Bring a list and wait until it is priced; the job's id."""
        text = "\n".join(f"a lighthouse, number {number}" for number in range(1, count + 1))
        async with self.database.write() as uow:
            options = {"model": "gpt-image-2.5-flare", "quality": "low"}
            job = placing.place_batch(uow, self.customer, text, None, "", options)
        await self._until(select(batches.c.id).where(batches.c.state == "reading"))
        await self._until(select(tables.messages.c.id).where(tables.messages.c.sent.is_(None)))
        return job.id

    async def start(self, job_id: str) -> None:
        """Press Start."""
        async with self.database.write() as uow:
            job = await uow.jobs.lock(job_id)
            if job is None:
                raise RuntimeError("the batch is gone")
            await placing.start(uow, job, reuse=False)

    async def until_ended(self, job_id: str) -> datetime:
        """When the last picture was."""
        columns = tables.items.c
        await self._until(select(batches.c.id).where(batches.c.state == "starting"))
        await self._until(
            select(columns.id).where(columns.job_id == job_id, columns.state.in_(UNENDED))
        )
        async with self.database.engine.connect() as connection:
            last: datetime = await connection.scalar(
                select(func.max(columns.ended_at)).where(columns.job_id == job_id)
            )
        return last

    async def settled(self) -> None:
        """Wait until all cards are drawn and all words found."""
        columns = tables.messages.c
        await self._until(select(looks.c.id).where(looks.c.outcome == ""))
        await self._until(select(columns.id).where(columns.drawn < columns.wanted))

    async def judge(self, seen: Seen) -> None:
        """Hold the ledger against the bill."""
        told = (await self.provider.get("/_control")).json()
        seen.calls, seen.refused = told["calls"].count("generate"), told["refused"]
        billed = Counter(charge["prompt"] for charge in told["bill"])
        costs = {charge["prompt"]: charge["micro_usd"] for charge in told["bill"]}
        twice = [prompt for prompt, times in billed.items() if times > 1]
        if twice:
            seen.wrong.append(f"{len(twice)} billed twice")
        if told["violations"]:
            seen.wrong.append(f"rules broken: {told['violations'][0]}")
        async with self.database.engine.connect() as connection:
            items = tables.items.c
            rows = (await connection.execute(select(tables.items))).all()
            booked = await connection.scalar(select(func.sum(tables.ledger.c.amount)))
            words = await connection.scalar(select(func.sum(looks.c.cost))) or 0
            prices = await connection.execute(
                select(items.prompt, tables.attempts.c.cost)
                .join_from(tables.items, tables.attempts)
                .where(items.state == "unknown", tables.attempts.c.outcome == "unknown")
            )
            unknown = {prompt: cost for prompt, cost in prices}  # noqa: C416  # rows, not pairs
        seen.states.update(row.state for row in rows)
        owed = sum(unknown.get(row.prompt, costs.get(row.prompt, 0)) for row in rows) + words
        if booked != owed:
            seen.wrong.append(f"booked {booked}, owed {owed}")

    async def looks_at_database(self) -> tuple[float, float]:
        """Statements and transactions of a worker a second, over some seconds."""
        before = await asked(self.workers[0])
        await asyncio.sleep(QUIET)
        after = await asked(self.workers[0])
        return (after[0] - before[0]) / QUIET, (after[1] - before[1]) / QUIET

    async def wait_paused(self) -> tuple[float, float]:
        """The same, while the provider has told everybody to come back in an hour."""
        await self.order("refuse", reason="rate_limited", times=None, retry_after=3600)
        job_id = await self.plan(1000)
        await self.start(job_id)
        refusals = tables.attempts.c.outcome == "not_made"
        while not await self._exists(select(tables.attempts.c.id).where(refusals)):  # noqa: ASYNC110  # others write it
            await asyncio.sleep(LOOK)
        await asyncio.sleep(QUIET / 2)
        return await self.looks_at_database()

    async def order(self, command: str, **arguments: Any) -> None:
        """Have the provider do something from now on."""
        answer = await self.provider.post(f"/_control/{command}", json=arguments)
        answer.raise_for_status()

    async def _until(self, rows: Any) -> None:
        """Wait until there are none of these rows."""
        while await self._exists(rows):
            for worker in self.workers:
                if worker.returncode is not None:
                    raise RuntimeError(f"a worker ended with {worker.returncode}")
            await asyncio.sleep(LOOK)

    async def _exists(self, rows: Any) -> bool:
        async with self.database.engine.connect() as connection:
            return (await connection.execute(rows.limit(1))).first() is not None


async def asked(worker: Process) -> tuple[int, int]:
    """Statements and transactions of a worker so far."""
    worker.send_signal(signal.SIGUSR1)
    statements, transactions = (await line(worker)).split()
    return int(statements), int(transactions)


async def line(process: Process) -> str:
    """The next line that it prints. RuntimeError where it ends instead."""
    if process.stdout is None:
        raise RuntimeError("it was started without a pipe")
    said = (await process.stdout.readline()).decode()
    if not said:
        raise RuntimeError(f"it ended with {await process.wait()}")
    return said


@asynccontextmanager
async def grounds(case: Case, folder: Path) -> AsyncIterator[Ground]:
    """Provider, queue, database, workers."""
    async with AsyncExitStack() as stack:
        redis_url = await stack.enter_async_context(embedded_valkey(folder / "queue"))
        provider = await stack.enter_async_context(python("bench.provider", listen=True))
        address = (await line(provider)).strip()
        base = address.removesuffix("/v1")
        client = await stack.enter_async_context(httpx2.AsyncClient(base_url=base, timeout=60))
        environ = {
            "DATA_DIR": str(folder / "desk"),
            "DATABASE_URL": await database_url(stack, case),
            "REDIS_URL": redis_url,
            "HTTP_PORT": str(free_port()),
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": address,
            "OPENAI_IMAGES_PER_MINUTE": str(case.tier),
            "LOG_LEVEL": "warning",
        }
        database, customer = await joined(stack, environ)
        kind = "worker" if case.workers else "run"
        workers = [
            await stack.enter_async_context(
                python("bench.working", kind, environ=environ, listen=True)
            )
            for _ in range(case.workers or 1)
        ]
        for worker in workers:
            await line(worker)
        ground = Ground(database, customer, client, workers)
        await ground.order("accept_key", key=KEY)
        await ground.order("limit_images", per_minute=RATE, burst=BURST)
        await ground.order("slow_down", seconds=LATENCY)
        yield ground
        await stop(workers)


async def stop(workers: list[Process]) -> None:
    """End them at once: nothing that they do is wanted any more."""
    for worker in workers:
        worker.kill()
        await worker.wait()


async def database_url(stack: AsyncExitStack, case: Case) -> str:
    """PostgreSQL's address; empty, which is SQLite, for one process or where there is none."""
    found = programs()
    if not case.workers or found is None:
        return ""
    server: Postgres = stack.enter_context(serving(found))
    return await server.make("template0")


async def joined(stack: AsyncExitStack, environ: dict[str, str]) -> tuple[Database, Customer]:
    """The database as this process sees it, with somebody who orders from the page."""
    settings = Settings(data_dir=Path(environ["DATA_DIR"]), database_url=environ["DATABASE_URL"])
    engine = open_engine(settings)
    stack.push_async_callback(engine.dispose)
    await migrate(engine)
    queue = ArqQueue(environ["REDIS_URL"])
    stack.push_async_callback(queue.aclose)
    database = Database(engine, queue, SystemClock())
    async with database.write() as uow:
        door, ada = Door(frozenset(), RICH), Actor("ada", "Ada", is_admin=True)
        place = Place("page", "bench", "Bench", "bench")
        business, member = await admit(uow, door, place, ada)
    return database, Customer(business, member, place)


def main() -> None:
    """The rows that are named on the command line, or all, printed."""
    names = tuple(sys.argv[1:]) or tuple(CASES)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        print(as_table(asyncio.run(measure(Path(folder), names))))
        print(f"{time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
