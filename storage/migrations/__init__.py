"""Alembic's revisions, and how they are run: at start, by `imagedesk migrate`, and in tests."""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import ActionNeeded

UNREACHABLE = (
    OSError,
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    TypeError,
    OverflowError,
)
"""What opening a database raises; the driver's own errors come unwrapped while connecting: a
TypeError for a word of the address that it does not know, an OverflowError for no port at all."""

LOCK = 0x1A6ED  # PostgreSQL advisory lock: one process migrates, the others wait for it


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to the newest revision. May be run by several processes at once.

    Raises ActionNeeded("database_unreachable", address=…, reason=…), and
    ActionNeeded("database_newer") where a later version of the desk has been at work.
    """
    options = {} if engine.dialect.name != "sqlite" else {"writes": True}
    try:
        async with engine.execution_options(**options).begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            await connection.run_sync(_upgrade)
    except CommandError as error:
        raise ActionNeeded("database_newer") from error
    except UNREACHABLE as error:
        address = engine.url.render_as_string(hide_password=True)
        raise ActionNeeded("database_unreachable", address=address, reason=cause(error)) from error


async def revisions(engine: AsyncEngine) -> tuple[str | None, str | None]:
    """The database's revision (None while it is empty) and the newest one. Changes nothing.

    Raises UNREACHABLE, and ActionNeeded("database_newer") as `migrate`.
    """
    async with engine.connect() as connection:
        current = await connection.run_sync(
            lambda inner: MigrationContext.configure(inner).get_current_revision()
        )
    ours = ScriptDirectory.from_config(_configuration())
    if current and current not in {one.revision for one in ours.walk_revisions()}:
        raise ActionNeeded("database_newer")
    return current, ours.get_current_head()


def cause(error: BaseException) -> str:
    """The innermost reason in one line; drivers wrap it several times."""
    inner = getattr(error, "orig", None) or error.__cause__ or error
    lines = str(inner).strip().splitlines()
    return lines[0] if lines else type(inner).__name__


def _upgrade(connection: Connection) -> None:
    config = _configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
