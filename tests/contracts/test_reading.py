"""Reading SQLite beside the event loop: what SQLAlchemy asks of a driver, each in one hand-over."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from core.settings import Settings
from storage import beside
from storage.database import open_engine


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[beside.Connection]:
    """A connection to an empty file."""
    connection = await beside.connect(str(tmp_path / "some.sqlite3"))
    await connection.cursor().execute("CREATE TABLE foxes (id INTEGER PRIMARY KEY, name TEXT)")
    yield connection
    await connection.close()


async def test_a_statement_brings_its_rows_and_what_they_are_called(
    connection: beside.Connection,
) -> None:
    """And tells how many rows it changed and which id came last."""
    cursor = await connection.cursor().execute("INSERT INTO foxes (name) VALUES (?)", ["Red"])
    assert (cursor.rowcount, cursor.lastrowid, cursor.description) == (1, 1, None)
    assert await cursor.fetchall() == []
    many = await connection.cursor().executemany(
        "INSERT INTO foxes (name) VALUES (?)", [["Grey"], ["White"]]
    )
    assert many.rowcount == 2
    found = await connection.cursor().execute("SELECT name, id FROM foxes ORDER BY id")
    assert [column[0] for column in found.description] == ["name", "id"]
    assert await found.fetchall() == [("Red", 1), ("Grey", 2), ("White", 3)]


async def test_a_statement_that_fails_says_why_and_the_next_one_works(
    connection: beside.Connection,
) -> None:
    """Also when it fails among its rows."""
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await connection.cursor().execute("SELECT * FROM hens")
    with pytest.raises(sqlite3.OperationalError, match="integer overflow"):
        await connection.cursor().execute("SELECT 1 UNION ALL SELECT abs(-9223372036854775808)")
    found = await connection.cursor().execute("SELECT count(*) FROM foxes")
    assert await found.fetchall() == [(0,)]


async def test_a_unit_sees_one_state_from_its_first_statement_to_its_end(
    connection: beside.Connection, tmp_path: Path
) -> None:
    """What others write meanwhile is there for the next unit; nothing is held on to after it."""
    other = await beside.connect(str(tmp_path / "some.sqlite3"))
    seen = []
    for statement in ("PRAGMA journal_mode=WAL", "BEGIN"):
        await connection.cursor().execute(statement)
    for name in ("Red", "Grey"):
        await other.cursor().execute("INSERT INTO foxes (name) VALUES (?)", [name])
        found = await connection.cursor().execute("SELECT count(*) FROM foxes")
        seen += await found.fetchall()
    await connection.rollback()
    await connection.rollback()
    after = await connection.cursor().execute("SELECT count(*) FROM foxes")
    kept = await other.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert [*seen, *await after.fetchall()] == [(1,), (1,), (2,)]
    assert await kept.fetchall() == [(0, 0, 0)]
    await other.close()


async def test_what_was_written_stays_once_it_is_committed(connection: beside.Connection) -> None:
    """And only then; an end without anything done is none."""
    for end in (connection.rollback, connection.commit, connection.rollback):
        await connection.cursor().execute("BEGIN")
        await end()
        await connection.cursor().execute("BEGIN IMMEDIATE")
        await connection.cursor().execute("INSERT INTO foxes (name) VALUES ('Red')")
        await end()
    found = await connection.cursor().execute("SELECT count(*) FROM foxes")
    assert await found.fetchall() == [(1,)]


async def test_sqlalchemy_sees_an_error_of_its_own_kind(tmp_path: Path) -> None:
    """And its connection can be used again."""
    engine = open_engine(Settings(data_dir=tmp_path))
    async with engine.connect() as connection:
        with pytest.raises(OperationalError):
            await connection.execute(text("SELECT * FROM hens"))
        assert await connection.scalar(text("SELECT 41 + :n"), {"n": 1}) == 42
    await engine.dispose()
