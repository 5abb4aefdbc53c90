"""Alembic's revisions, and how they are run: at start, by `imagedesk migrate`, and in tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
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


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


