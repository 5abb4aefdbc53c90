"""The database: engine, and the unit of work that is one transaction.

Owns how SQLite and PostgreSQL are opened, when a commit happens, and that what was buffered for the
queue is sent only after it. It must not know what the rows mean.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from core.clock import Clock
from core.errors import TryLater
from core.ports import Queue
from core.settings import Settings
from storage import beside
from storage.inline import IMPATIENT, Writer
from storage.repositories.batches import Batches
from storage.repositories.browsings import Browsings
from storage.repositories.budgets import Budgets
from storage.repositories.images import Images, Removals
from storage.repositories.keys import Keys
from storage.repositories.lines import Lines
from storage.repositories.looks import Looks
from storage.repositories.objects import Objects
from storage.repositories.people import (
    Accounts,
    Businesses,
    Events,
    Ledger,
    Members,
    SignIns,
)
from storage.repositories.rows import SOON
from storage.repositories.tokens import ApiTokens
from storage.repositories.work import (
    Attempts,
    Items,
    Jobs,
    Marks,
    Messages,
    Posts,
    Requests,
    Targets,
)

RETRY_SECONDS = 2.0
CONNECT_SECONDS = 10.0  # after which a PostgreSQL that says nothing is away
AWAY = frozenset({"08", "53", "57"})
"""PostgreSQL's classes of "no connection", "no room" and "somebody shut it down"."""

SQLITE_AWAY = ("unable to open database", "disk is full", "disk I/O error")


def database_url(settings: Settings) -> str:
    """The address with our drivers, whichever it names: SQLite in `DATA_DIR` unless `DATABASE_URL`
    says more.
    """
    if not settings.database_url:
        return f"sqlite+aiosqlite:///{settings.data_dir.resolve() / 'desk.sqlite3'}"
    url = make_url(settings.database_url)
    sqlite = url.drivername.startswith("sqlite")
    url = url.set(drivername="sqlite+aiosqlite" if sqlite else "postgresql+asyncpg")
    # What is copied from hosts of databases says it as libpq does; asyncpg takes the same values.
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(query=query).render_as_string(hide_password=False)


def open_engine(settings: Settings) -> AsyncEngine:
    """An engine for the configured database; `await engine.dispose()` closes it."""
    url = database_url(settings)
    if not url.startswith("sqlite"):
        return create_async_engine(
            url,
            pool_size=10,
            max_overflow=20,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"timeout": CONNECT_SECONDS},
        )
    path = make_url(url).database or ""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # The connection that was used last has the warmest cache.
    pool: dict[str, Any] = {"pool_size": 8, "max_overflow": 24, "pool_use_lifo": True}
    engine = create_async_engine(
        url, async_creator=lambda: beside.connect(path), hide_parameters=True, **pool
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _inline_writer(engine: AsyncEngine) -> Writer:
    """A writer to the same SQLite file, which is closed together with `engine`."""
    plain = create_engine(engine.url.set(drivername="sqlite+pysqlite"), hide_parameters=True)
    event.listen(plain, "connect", _prepare_sqlite)
    event.listen(plain, "connect", _prepare_writing)
    event.listen(plain, "begin", _begin_sqlite)
    writer = Writer(plain.execution_options(writes=True))
    event.listen(engine.sync_engine, "engine_disposed", lambda _: writer.dispose())
    return writer


def _prepare_writing(connection: Any, _record: Any) -> None:
    connection.execute(IMPATIENT).close()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own accord
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # "submitted" must outlive a power cut, or it would be paid twice
        "busy_timeout=10000",
        "foreign_keys=ON",
        "cache_size=-8000",  # 8 MB: of a million images a search reads more than SQLite's usual 2
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that turns from reading to writing fails at once with "database is
    # locked", whatever busy_timeout says; and two of them would both read the same budget.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _passing(error: Exception) -> TryLater | None:
    """What a failure means that passes by itself; None for one that is a defect of ours."""
    if not isinstance(error, DBAPIError):
        return TryLater("database_unavailable", after=RETRY_SECONDS)
    state, text = str(getattr(error.orig, "sqlstate", None) or ""), str(error.orig)
    # Two units made the same new row, waited for each other, or SQLite was locked for too long.
    if (
        isinstance(error, IntegrityError)
        or state in {"40001", "40P01"}
        or "database is locked" in text
    ):
        return TryLater("conflict", after=0.1)
    if (
        error.connection_invalidated
        or state[:2] in AWAY
        or any(words in text for words in SQLITE_AWAY)
    ):
        return TryLater("database_unavailable", after=RETRY_SECONDS)
    return None


class SqlUnit:
    """One transaction over all rows; see `core.storing.UnitOfWork`."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.now = now
        self.session = session
        self.woken: list[tuple[str, str, float]] = []
        self.noticed: dict[str, str] = {}
        self.businesses = Businesses(session, now)
        self.members = Members(session, now)
        self.jobs = Jobs(session, now)
        self.items = Items(session, now)
        self.batches = Batches(session, now)
        self.attempts = Attempts(session, now)
        self.images = Images(session, now)
        self.browsings = Browsings(session, now)
        self.removals = Removals(session, now)
        self.looks = Looks(session, now)
        self.objects = Objects(session)
        self.budgets = Budgets(session, now)
        self.ledger = Ledger(session)
        self.messages = Messages(session, now)
        self.marks = Marks(session, now)
        self.requests = Requests(session, now)
        self.posts = Posts(session, now)
        self.targets = Targets(session, now)
        self.accounts = Accounts(session, now)
        self.events = Events(session, now)
        self.lines = Lines(session, now, self.notify)
        self.signins = SignIns(session, now)
        self.tokens = ApiTokens(session, now)
        self.keys = Keys(session, now)

    @property
    def soon(self) -> datetime:
        """When recovery looks, should a wake-up be lost."""
        return self.now + SOON

    def later(self, seconds: float) -> datetime:
        """`now` plus some seconds."""
        return self.now + timedelta(seconds=seconds)

    def enqueue(self, task: str, id_: str, delay: float = 0) -> None:
        """Wake a worker after the commit, once however often it is asked for."""
        if (task, id_, delay) not in self.woken:
            self.woken.append((task, id_, delay))

    def notify(self, channel: str, text: str) -> None:
        """Publish to listeners after the commit; the last word of a unit counts."""
        self.noticed[channel] = text


class Database:
    """Opens units of work on one engine, and hands their wake-ups to one queue."""

    def __init__(self, engine: AsyncEngine, queue: Queue, clock: Clock) -> None:
        self.engine = engine
        self._queue = queue
        self._clock = clock
        # SQLite lets waiting writers poll, unfairly; within a process they queue up here instead.
        self._turn = asyncio.Lock()
        self._writer = _inline_writer(engine) if engine.dialect.name == "sqlite" else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqlUnit]:
        """A unit that commits on a clean exit and then sends its wake-ups.

        Raises TryLater("conflict") where two units met on the same rows, and
        TryLater("database_unavailable"): then nothing was written, unless the connection was lost
        in the very commit.
        """
        try:
            async with self._session() as session:
                unit = SqlUnit(session, self._clock.now())
                yield unit
        except (DBAPIError, PoolTimeout, OSError) as error:
            if passing := _passing(error):
                raise passing from error
            raise
        for task, id_, delay in unit.woken:
            await self._queue.enqueue(task, id_, delay)
        for channel, text in unit.noticed.items():
            await self._queue.publish(channel, text)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession]:
        if self._writer:
            async with self._turn, self._writer.transaction() as session:
                yield session
        else:
            async with (
                AsyncSession(self.engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlUnit]:
        """A unit that only looks."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield SqlUnit(session, self._clock.now())
