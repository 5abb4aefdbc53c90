"""Writing to SQLite from the event loop's own thread.

A statement takes SQLite some microseconds, and handing it to a thread and back some hundred, ten
times a command: so a writing unit's statements run where they are. Only what may wait leaves for a
thread: the lock when another process holds it, and the commit, which waits for the disk. Reading
units, which may look through a whole library, stay with the asynchronous driver. It must not know
what is written.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, Result, ScalarResult
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

Done = TypeVar("Done")

PATIENT = "PRAGMA busy_timeout = 10000"  # milliseconds
IMPATIENT = "PRAGMA busy_timeout = 0"


class InlineSession:
    """As much of `AsyncSession` as repositories use, over a plain session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.add = session.add
        self.get_bind = session.get_bind

    @property
    def no_autoflush(self) -> AbstractContextManager[Session]:
        """As in SQLAlchemy, and so are all below."""
        return self._session.no_autoflush

    async def connection(self) -> Connection:
        """As in SQLAlchemy."""
        return self._session.connection()

    async def get(self, entity: Any, key: Any, **options: Any) -> Any:
        """As in SQLAlchemy."""
        return self._session.get(entity, key, **options)

    async def execute(self, statement: Any, parameters: Any = None) -> Result[Any]:
        """As in SQLAlchemy."""
        return self._session.execute(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        """As in SQLAlchemy."""
        return self._session.scalar(statement, parameters)

    async def scalars(self, statement: Any, parameters: Any = None) -> ScalarResult[Any]:
        """As in SQLAlchemy."""
        return self._session.scalars(statement, parameters)

    async def flush(self) -> None:
        """As in SQLAlchemy."""
        self._session.flush()

    async def delete(self, row: object) -> None:
        """As in SQLAlchemy."""
        self._session.delete(row)


class Writer:
    """Opens writing transactions, one at a time, on a plain `engine` whose `begin` takes SQLite's
    write lock. The caller sees to it that no two are open at once.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "sqlite")

    def dispose(self) -> None:
        """Close the connections; what is open ends first."""
        self._thread.shutdown(wait=False)
        self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed on a clean exit, else rolled back."""
        with self._engine.connect() as connection:
            await self._begin(connection)
            with Session(connection, expire_on_commit=False) as session:
                yield cast("AsyncSession", InlineSession(session))
                session.flush()
                await self._beside(connection.commit)

    async def _begin(self, connection: Connection) -> None:
        try:
            connection.begin()
        except OperationalError as error:
            if "database is locked" not in str(error.orig):
                raise
            await self._beside(lambda: _begin_patiently(connection))

    async def _beside(self, work: Callable[[], Done]) -> Done:
        """Do it in the thread. Whoever is cancelled waits: two threads must not meet here."""
        doing = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            await asyncio.wait([doing])
            raise


def _begin_patiently(connection: Connection) -> None:
    driver = connection.connection.cursor()
    driver.execute(PATIENT)
    try:
        connection.begin()
    finally:
        driver.execute(IMPATIENT)
        driver.close()
