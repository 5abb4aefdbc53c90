"""Reading SQLite from a thread beside the event loop, to which each statement goes just once.

Owns the connections of reading units. The driver would hand over four times for a statement: to
open a cursor, to execute, to fetch, to close; every time two threads wait for each other, which
takes longer than a search does, and on a busy machine much longer. Here all four go together, with
the BEGIN before the first of them; for the ROLLBACK, which ends what was only read, nobody waits.
Rows are few and wanted whole, so they all come at once. It must not know what is read.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any, Self, cast

import aiosqlite

BEGIN = "BEGIN"


class Cursor:
    """As much of the driver's cursor as SQLAlchemy uses; what it tells is known once executed."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Run one statement and take its rows; "BEGIN" runs with the next one, which is when SQLite
        looks at the database anyway. Raises sqlite3.Error.
        """
        if sql == BEGIN:
            self._connection.begin()
            return self
        return await self._take("execute", sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Run one statement with each of `parameters`. Raises sqlite3.Error."""
        return await self._take("executemany", sql, parameters)

    async def fetchall(self) -> list[Any]:
        """All rows, which are here already."""
        return self._rows

    async def close(self) -> None:
        """Nothing: it was closed as soon as its rows had come."""

    async def _take(self, how: str, sql: str, parameters: Iterable[Any]) -> Self:
        cursor, self._rows = await self._connection.run(how, sql, parameters)
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        return self


class Connection(aiosqlite.Connection):
    """The driver's connection, with our cursors."""

    _begins = False
    _begun = False

    def cursor(self) -> Cursor:  # type: ignore[override]  # one that needs no opening
        """A new one."""
        return Cursor(self)

    async def run(
        self, how: str, sql: str, parameters: Iterable[Any]
    ) -> tuple[sqlite3.Cursor, list[Any]]:
        """In the thread: open a cursor, execute, fetch all, close."""
        begins, self._begins = self._begins, False
        self._begun = self._begun or begins or sql.startswith(BEGIN)

        def go() -> tuple[sqlite3.Cursor, list[Any]]:
            cursor = self._conn.cursor()
            if begins:
                cursor.execute(BEGIN)
            getattr(cursor, how)(sql, parameters)
            rows = cursor.fetchall() if cursor.description else []
            cursor.close()
            return cursor, rows

        done = await self._execute(go)  # type: ignore[no-untyped-call]  # the driver's own
        return cast("tuple[sqlite3.Cursor, list[Any]]", done)

    def begin(self) -> None:
        """Begin a transaction with the next statement."""
        self._begins = True

    async def commit(self) -> None:
        """Commit what was begun. Raises sqlite3.Error."""
        self._begins = False
        if self._begun:
            await super().commit()
            self._begun = False

    async def rollback(self) -> None:
        """Roll back what was begun, before the next statement; repeated, it does nothing."""
        self._begins = False
        if self._begun:
            self._begun = False
            self._tx.put_nowait((None, self._conn.rollback))


async def connect(path: str) -> Connection:
    """A connection to the SQLite file at `path`, whose thread ends with the process."""
    connection = Connection(
        # The driver must not begin transactions of its own accord.
        lambda: sqlite3.connect(path, check_same_thread=False, isolation_level=None),
        iter_chunk_size=64,
    )
    connection._thread.daemon = True  # noqa: SLF001  # as SQLAlchemy does with those it makes
    await connection
    return connection
