"""Alembic's revisions, and how they are run: at start, by `imagedesk migrate`, and in tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

LOCK = 0x1A6ED  # PostgreSQL advisory lock: one process migrates, the others wait for it


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to the newest revision. May be run by several processes at once."""
    options = {} if engine.dialect.name != "sqlite" else {"writes": True}
    async with engine.execution_options(**options).begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        await connection.run_sync(_upgrade)


async def revisions(engine: AsyncEngine) -> tuple[str | None, str | None]:
    """The database's revision (None while it is empty) and the newest one. Changes nothing."""
    async with engine.connect() as connection:
        current = await connection.run_sync(
            lambda inner: MigrationContext.configure(inner).get_current_revision()
        )
    return current, ScriptDirectory.from_config(_configuration()).get_current_head()


def _upgrade(connection: Connection) -> None:
    config = _configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
