"""The revisions make what the tables say, and carry over what was there, on both databases."""

import asyncio
import socket
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import ActionNeeded
from core.library.finding import find
from core.library.search import Search
from core.settings import Settings
from storage import library, migrations
from storage.columns import metadata
from storage.database import Database, open_engine
from storage.migrations import migrate, revisions
from tests.contracts.blob_grounds import StoppedClock
from tests.databases import Postgres
from tests.fakes.queue import MemoryQueue

SQLITE_ONLY = ("image_search", "image_words", "image_blocks")
"""Tables that SQLAlchemy's metadata does not know."""


@pytest.fixture
def clock() -> StoppedClock:
    """The clock of the units of work."""
    return StoppedClock()


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An engine on each database in turn, without any table."""
    settings = Settings(data_dir=tmp_path)
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = Settings(database_url=await server.make("template0"))
    engine = open_engine(settings)
    yield engine
    await engine.dispose()


def go(connection: Connection, revision: str) -> None:
    """Bring the database to a revision, up or down."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    current = MigrationContext.configure(connection).get_current_revision() or ""
    (command.upgrade if revision > current else command.downgrade)(config, revision)


async def test_the_newest_revision_is_what_the_tables_say(database: Database) -> None:
    """Nothing was added to the tables without a revision that makes it."""
    assert set(metadata.tables) > {library.removals.name, library.stars.name}

    def differences(connection: Connection) -> Any:
        options = {"include_name": lambda name, kind, _: kind != "table" or known(name)}
        with warnings.catch_warnings():
            # Indexes of expressions cannot be read back from SQLite.
            warnings.filterwarnings("ignore", ".*expression-based index.*")
            return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    def known(name: str | None) -> bool:
        return not (name or "").startswith(SQLITE_ONLY)

    async with database.engine.connect() as connection:
        found = await connection.run_sync(differences)
    alone = ("ix_images_document", "ix_images_sorting")  # PostgreSQL's and SQLite's
    named = [one for one in found if not any(name in str(one) for name in alone)]
    assert named == []


async def test_an_address_may_be_written_as_for_other_programs(postgres: Postgres) -> None:
    """With another driver's name, and with libpq's word for encryption."""
    url = (await postgres.make("template0")).replace("postgresql:", "postgresql+psycopg2:")
    engine = open_engine(Settings(database_url=f"{url}?sslmode=prefer"))
    await migrate(engine)
    current, newest = await revisions(engine)
    await engine.dispose()
    assert current == newest


async def test_a_server_that_says_nothing_is_soon_given_up(tmp_path: Path) -> None:
    """Whoever starts the desk, or asks the doctor, does not sit before a silent screen for long."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://desk@127.0.0.1:{silent.getsockname()[1]}/desk"
        engine = open_engine(Settings(data_dir=tmp_path, database_url=url))
        async with asyncio.timeout(20):
            with pytest.raises(ActionNeeded, match="database_unreachable"):
                await migrate(engine)
        await engine.dispose()


async def test_images_of_the_first_revision_are_found_after_the_second(
    empty: AsyncEngine, clock: StoppedClock
) -> None:
    """With their words, their counts and the posts that show them."""
    async with empty.begin() as connection:
        await connection.run_sync(go, "0001")
        for statement in OLD.split(";")[:-1]:
            await connection.exec_driver_sql(statement)
    await migrate(empty)
    current, newest = await revisions(empty)
    assert current == newest
    async with Database(empty, MemoryQueue(), clock).read() as uow:
        found = await find(uow, 1, Search(text="fox", tag="red fur", filter="ai_generated"))
        assert [(image.id, image.favourites) for image in found.images] == [(5, 0)]
        assert (await find(uow, 1, Search(filter="published"))).total == 1
        assert [post.slug for post in await uow.posts.with_image(5)] == ["a-fox"]


async def test_a_daily_amount_becomes_a_budget_and_old_bookings_are_counted(
    empty: AsyncEngine, clock: StoppedClock
) -> None:
    """By their model and channel; what was given back, sketches and looks are no AI pictures."""
    async with empty.begin() as connection:
        await connection.run_sync(go, "0009")
        for statement in SPENT.split(";")[:-1]:
            await connection.exec_driver_sql(statement)
    await migrate(empty)
    days = ("2026-11-21", "2026-11-21")
    async with Database(empty, MemoryQueue(), clock).read() as uow:
        (budget,) = await uow.budgets.of_business(1)
        assert (budget.scope, budget.key, budget.period, budget.kind, budget.amount) == (
            "business",
            "",
            "day",
            "money",
            7_000_000,
        )
        found = await uow.ledger.by_day(1, days, None)
        told = {row.model: (row.amount, row.images) for row in found}
        assert told == {"flare": (41_000, 1), "": (600, 0)}
        assert await uow.ledger.used(1, days, channel="slack:C1") == (41_600, 1)
        assert await uow.ledger.used(1, days, channel="slack:C2") == (0, 0)


async def test_the_second_revision_can_be_taken_back(empty: AsyncEngine) -> None:
    """And made once more: nothing of it was left over."""
    async with empty.begin() as connection:
        for revision in ("0002", "0001", "0002"):
            await connection.run_sync(go, revision)


OLD = """
INSERT INTO businesses (id, name, daily_budget, time_zone, created_at)
VALUES (1, 'Acme', 0, 'UTC', '2026-11-21 09:00:00+00:00');
INSERT INTO members (id, business_id, surface, "user", name, admin, approver, home)
VALUES ('m', 1, 'web', 'ada', 'Ada', false, false, false);
INSERT INTO images (
    id, business_id, filename, original_filename, file_size, mime_type, width, height, sha256,
    source_sha256, dhash, storage_provider, storage_url, storage_key, is_ai_generated, ai_prompt,
    title, description, tags, alt_text, plain_words, usage_count, creator_id, created_at, updated_at
) VALUES (
    5, 1, 'a.png', 'a.png', 1, 'image/png', 400, 400, 'aa', 'aa', '0123456789abcdef', 'local', '',
    '1/aa-a.png', true, 'A quick FOX', '', '', '["Red fur"]', '', true, 2, 'm',
    '2026-11-21 09:00:00+00:00', '2026-11-21 09:00:00+00:00'
);
INSERT INTO posts (
    id, business_id, author_id, place, root_id, caption, images, slug, title, description, tags,
    created_at
) VALUES (
    'p', 1, 'm', '{"surface": "web", "team": "", "team_name": "", "channel": ""}', 'r', '',
    '[{"image_id": 5, "sha256": "aa", "alt": ""}, {"image_id": 5, "sha256": "aa", "alt": ""}]',
    'a-fox', '', '', '[]', '2026-11-21 09:00:00+00:00'
);
"""

SPENT = """
INSERT INTO businesses (id, name, daily_budget, time_zone, created_at)
VALUES (1, 'Acme', 7000000, 'UTC', '2026-11-21 09:00:00+00:00');
INSERT INTO members (id, business_id, surface, "user", name, admin, approver, home)
VALUES ('m', 1, 'slack', 'U1', 'Ada', false, false, false);
INSERT INTO jobs (id, business_id, owner_id, kind, place, "order", created_at, root_id, moderation)
VALUES ('j', 1, 'm', 'generate',
    '{"surface": "slack", "team": "T", "team_name": "T", "channel": "C1"}',
    '{"provider": "openai", "model": "flare"}', '2026-11-21 09:00:00+00:00', 'r', 'off'),
    ('s', 1, 'm', 'generate',
    '{"surface": "slack", "team": "T", "team_name": "T", "channel": "C2"}',
    '{"provider": "sketch", "model": "sketch"}', '2026-11-21 09:00:00+00:00', 'r', 'off');
INSERT INTO items (id, job_id, business_id, number, prompt, seed, state, tries, fence)
VALUES ('i1', 'j', 1, 1, 'a fox', 7, 'completed', 0, 0),
    ('i2', 'j', 1, 2, 'a fox', 8, 'failed', 0, 0), ('i3', 's', 1, 1, 'a fox', 9, 'completed', 0, 0);
INSERT INTO ledger (business_id, member_id, job_id, item_id, kind, amount, day, at) VALUES
    (1, 'm', 'j', 'i1', 'reserve', 40000, '2026-11-21', '2026-11-21 09:00:00+00:00'),
    (1, 'm', 'j', 'i2', 'reserve', 40000, '2026-11-21', '2026-11-21 09:00:00+00:00'),
    (1, 'm', 'j', 'i1', 'settle', 1000, '2026-11-21', '2026-11-21 09:00:00+00:00'),
    (1, 'm', 'j', 'i2', 'release', -40000, '2026-11-21', '2026-11-21 09:00:00+00:00'),
    (1, 'm', 'j', 'look', 'reserve', 600, '2026-11-21', '2026-11-21 09:00:00+00:00'),
    (1, 'm', 's', 'i3', 'reserve', 0, '2026-11-21', '2026-11-21 09:00:00+00:00');
"""
