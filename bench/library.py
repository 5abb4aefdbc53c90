"""The library at a million images, one business owning 300,000: every query against bare SQL.

Each question is asked a thousand times (p99 is then not the few times at which a statement of its
shape is put together at first), with other words, people, days and places, in turn by the desk
(`core.library.finding.find` in a unit of its own) and as hand-written SQL by SQLAlchemy and its
driver as they come (the desk's own hands a statement over once, not four times), with as large a
cache, its rows fetched and not looked at. SQLite alone; first some thousand images
are written through the desk, one a transaction.
"""

import gc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench import shelf
from bench.figures import Row, percentile
from core.clock import SystemClock
from core.library.finding import find
from core.library.images import Image
from core.library.search import SORTS, Search, facet_token, read_search, word_token
from core.settings import Settings
from storage.database import Database, SqlUnit, database_url, open_engine
from storage.migrations import migrate
from storage.repositories.shapes import COUNTED
from tests.fakes.queue import MemoryQueue

ROUNDS = 1_000
WRITTEN = 2_000
GOAL = "p99 ≤ 5 ms"
BOTH = "p99 ≤ 5 ms, p50 ≤ 2×"
OWN = shelf.LARGE

WORST_MS, MOST, DEEP = 5, 2, 1.2

Bare = tuple[str, dict[str, Any]]
Look = Callable[[SqlUnit, Random], Awaitable[object]]


@dataclass(frozen=True)
class Question:
    """What is asked each time: of the desk, and in SQL where that is compared."""

    desk: Callable[[Random], Search]
    bare: Callable[[Search], list[Bare]] | None = None


async def measure(folder: Path) -> list[Row]:
    """The rows of the table."""
    settings = Settings(data_dir=folder)
    engine = open_engine(settings)
    await migrate(engine)
    await engine.dispose()
    begun = time.perf_counter()
    shelf.fill(folder / "desk.sqlite3")
    filled = time.perf_counter() - begun
    engine = open_engine(settings)
    database = Database(engine, MemoryQueue(), SystemClock())
    plain = create_async_engine(database_url(settings), pool_use_lifo=True)
    event.listen(plain.sync_engine, "connect", give_room)
    gc.freeze()  # as the desk does once it has started
    rows = [Row("a library of 1,000,000 images, seeded", f"{filled:.0f} s", goal="< 180 s")]
    rows.append(await write(database))
    for name, question in QUESTIONS.items():
        rows.append(row(name, *await compare(database, plain, question)))
    for name, look in LOOKS.items():
        rows.append(row(name, await repeat(database, look), []))
    for name, asked in ONWARDS.items():
        rows.append(row(f"{name}, the next page", await onwards(database, asked), []))
    rows += [await deep(database, sort) for sort in SORTS]
    await plain.dispose()
    await engine.dispose()
    return rows


def row(name: str, desk: list[float], bare: list[float]) -> Row:
    """One line: p50 and p99 of both, the ratio of the medians."""
    met = percentile(desk, 0.99) <= WORST_MS
    if not bare:
        return Row(f"library: {name}", both(desk), goal=GOAL, met=met)
    ratio = percentile(desk, 0.5) / percentile(bare, 0.5)
    return Row(
        f"library: {name}", both(desk), both(bare), f"{ratio:.2f}×", BOTH, met=met and ratio <= MOST
    )


def both(values: list[float]) -> str:
    """p50 and p99."""
    return f"{percentile(values, 0.5):.2f} / {percentile(values, 0.99):.2f} ms"


async def write(database: Database) -> Row:
    """Images, one a transaction."""
    chance, taken = Random(3), []
    async with database.read() as uow:
        known = await uow.images.get(shelf.ROWS)
    facts = {name: getattr(known, name) for name in FACTS}
    for number in range(WRITTEN):
        sha = f"{chance.getrandbits(256):064x}"
        title = " ".join(word(chance) for _ in range(14))
        image = Image(**facts | {"business_id": OWN, "title": title, "sha256": sha})
        image.source_sha256, image.filename = sha, f"new-{number}.png"
        begun = time.perf_counter()
        async with database.write() as uow:
            await uow.images.insert(image)
        taken.append((time.perf_counter() - begun) * 1000)
    return Row("library: one more image, durable", both(taken))


def give_room(connection: Any, _record: Any) -> None:
    """As many pages in memory as a connection of the desk has."""
    connection.execute("PRAGMA cache_size=-8000").close()


async def compare(
    database: Database, plain: AsyncEngine, question: Question
) -> tuple[list[float], list[float]]:
    """Milliseconds of the desk and of bare SQL, in turn."""
    chance = Random(1)
    desk, bare = [], []
    for number in range(ROUNDS):
        asked = question.desk(chance)
        # Whoever comes second finds the pages in memory: both do so every other time.
        if number % 2:
            desk.append(await timed(database, asked))
        if question.bare:
            statements = [(text(sql), values) for sql, values in question.bare(asked)]
            begun = time.perf_counter()
            async with plain.connect() as connection:
                for statement, values in statements:
                    (await connection.execute(statement, values)).all()
            bare.append((time.perf_counter() - begun) * 1000)
        if not number % 2:
            desk.append(await timed(database, asked))
    return desk, bare


async def timed(database: Database, asked: Search) -> float:
    """Milliseconds of one search."""
    begun = time.perf_counter()
    async with database.read() as uow:
        await find(uow, OWN, asked)
    return (time.perf_counter() - begun) * 1000


async def repeat(database: Database, look: Look) -> list[float]:
    """Milliseconds of each look."""
    chance, taken = Random(1), []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        async with database.read() as uow:
            await look(uow, chance)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


async def onwards(database: Database, asked: Callable[[Random], dict[str, str]]) -> list[float]:
    """Milliseconds of each second page, by the cursor of the first one; of few answers, of that."""
    chance, taken = Random(1), []
    for _ in range(ROUNDS):
        given = asked(chance)
        async with database.read() as uow:
            found = await find(uow, OWN, search(**given))
        taken.append(await timed(database, search(**given, cursor=found.after)))
    return taken


async def deep(database: Database, sort: str) -> Row:
    """Pages anywhere in the library, by a cursor, in turn with the first page."""
    chance, cursors = Random(1), []
    for _ in range(20):
        async with database.read() as uow:
            found = await find(uow, OWN, search(sort=sort, page=chance.randrange(2_000, 14_000)))
        cursors.append(found.after)
    far, first = [], []
    for _ in range(ROUNDS):
        far.append(await timed(database, search(sort=sort, cursor=chance.choice(cursors))))
        first.append(await timed(database, search(sort=sort)))
    ratio = percentile(far, 0.5) / percentile(first, 0.5)
    what = f"library: {sort.replace('_', ' ')}, a deep page by page 1"
    return Row(what, both(far), both(first), f"{ratio:.2f}×", "≤ 1.2×", ratio <= DEEP)


FACTS = (
    *("business_id", "filename", "original_filename", "file_size", "mime_type", "width", "height"),
    *("sha256", "source_sha256", "dhash", "storage_provider", "storage_key", "thumbnail_key"),
    *("is_ai_generated", "creator_id", "created_at", "updated_at", "source", "provider", "tags"),
    *("placeholder", "ai_prompt", "ai_model", "description", "alt_text"),
)

# ── questions ────────────────────────────────────────────────────────────────────────────────────


def word(chance: Random) -> str:
    """A word as often as it is used."""
    known, weights = shelf.words()
    return chance.choices(known, cum_weights=weights)[0]


def search(**given: str | int) -> Search:
    """A question as a person asks it."""
    return read_search(given)


def days(chance: Random) -> dict[str, str]:
    """A month somewhere in the two years."""
    month = chance.randrange(1, 24)
    year, month = 2024 + month // 12, month % 12 + 1
    return {"from": f"{year}-{month:02}-01", "to": f"{year}-{month:02}-28"}


COUNT = "SELECT n FROM image_counts WHERE facet = :facet"
SOME = (
    "SELECT count(*) FROM"  # noqa: S608  # a number of ours
    f" (SELECT 1 FROM image_search WHERE image_search MATCH :asked LIMIT {COUNTED + 1})"
)


def by_index(order: str, where: str = "", facet: str = "all") -> Callable[[Search], list[Bare]]:
    """A page along an index, and the facet's counter."""
    page = f"SELECT * FROM images WHERE business_id = :own{where} ORDER BY {order} LIMIT 21"  # noqa: S608  # words of ours
    return lambda _: [(COUNT, {"facet": facet_token(OWN, facet)}), (page, {"own": OWN})]


def by_text(asked: str) -> list[Bare]:
    """A page by full text, and how many there are."""
    page = (
        "SELECT images.* FROM image_search JOIN images ON images.id = image_search.rowid"
        " WHERE image_search MATCH :asked ORDER BY image_search.rowid DESC LIMIT 21"
    )
    return [(SOME, {"asked": asked}), (page, {"asked": asked})]


def typed(asked: Search) -> list[Bare]:
    """The words of a search, the last one as a beginning."""
    *whole, last = (word_token(OWN, term) for term in asked.terms)
    return by_text(" AND ".join([*(f'"{term}"' for term in whole), f'"{last}"*']))


def faceted(asked: Search) -> list[Bare]:
    """One facet, with its counter."""
    token = facet_token(OWN, asked.facets[0])
    return [(COUNT, {"facet": token}), by_text(f'"{token}"')[1]]


def offset(asked: Search) -> list[Bare]:
    """A numbered page."""
    page = "SELECT * FROM images WHERE business_id = :own ORDER BY id DESC LIMIT 20 OFFSET :passed"
    passed = (asked.page - 1) * asked.limit
    return [
        (COUNT, {"facet": facet_token(OWN, "all")}),
        (page, {"own": OWN, "passed": passed}),
    ]


QUESTIONS = {
    "newest": Question(lambda _: search(), by_index("id DESC")),
    "by name": Question(lambda _: search(sort="name"), by_index("name_key, id")),
    "most used": Question(
        lambda _: search(sort="most_used"), by_index("usage_count DESC, id DESC")
    ),
    "AI, by name": Question(
        lambda _: search(filter="ai_generated", sort="name"),
        by_index("name_key, id", " AND source = 'generate'", "ai_generated"),
    ),
    "favourites": Question(lambda _: search(filter="favourites"), faceted),
    "approved, most used": Question(lambda _: search(filter="approved", sort="most_used")),
    "unused, by name": Question(lambda _: search(filter="unused", sort="name")),
    "a tag": Question(lambda chance: search(tag=word(chance)), faceted),
    "a tag, by name": Question(lambda chance: search(tag=word(chance), sort="name")),
    "a person, by name": Question(
        lambda chance: search(person=shelf.member(chance.randint(1, shelf.MEMBERS)), sort="name")
    ),
    "a provider, most used": Question(
        lambda chance: search(provider=chance.choice(shelf.PROVIDERS), sort="most_used")
    ),
    "the first letters of a word": Question(
        lambda chance: search(text=word(chance)[: chance.randint(1, 3)]), typed
    ),
    "a word": Question(lambda chance: search(text=word(chance)), typed),
    "a word, by name": Question(lambda chance: search(text=word(chance), sort="name")),
    "two words": Question(lambda chance: search(text=f"{word(chance)} {word(chance)}"), typed),
    "a word among favourites, most used": Question(
        lambda chance: search(text=word(chance), filter="favourites", sort="most_used")
    ),
    "a month": Question(lambda chance: search(**days(chance))),
    "a month, by name": Question(lambda chance: search(sort="name", **days(chance))),
    "a word among uploads, by name": Question(
        lambda chance: search(text=word(chance), filter="uploaded", sort="name")
    ),
    "a word among uploads, most used": Question(
        lambda chance: search(text=word(chance), filter="uploaded", sort="most_used")
    ),
    "a word among unused, by name": Question(
        lambda chance: search(text=word(chance), filter="unused", sort="name")
    ),
    "a tag among unused, by name": Question(
        lambda chance: search(tag=word(chance), filter="unused", sort="name")
    ),
    "two words, by name": Question(
        lambda chance: search(text=f"{word(chance)} {word(chance)}", sort="name")
    ),
    "a word in a month, by name": Question(
        lambda chance: search(text=word(chance), sort="name", **days(chance))
    ),
    "a word in a month": Question(lambda chance: search(text=word(chance), **days(chance))),
    "any page number": Question(lambda chance: search(page=chance.randint(1, 15_000)), offset),
}

ONWARDS: dict[str, Callable[[Random], dict[str, str]]] = {
    "a word, most used": lambda chance: {"text": word(chance), "sort": "most_used"},
    "published, most used": lambda _: {"filter": "published", "sort": "most_used"},
    "a person and a provider, most used": lambda chance: {
        "person": shelf.member(chance.randint(1, shelf.MEMBERS)),
        "provider": chance.choice(shelf.PROVIDERS),
        "sort": "most_used",
    },
}

LOOKS: dict[str, Look] = {
    "what looks like a picture": lambda uow, chance: uow.images.near(
        OWN, f"{chance.getrandbits(64):016x}", 7
    ),
    "whether a file is there": lambda uow, chance: uow.images.by_source(
        OWN, f"{chance.getrandbits(256):064x}"
    ),
    "tags that begin so": lambda uow, chance: uow.images.values(
        OWN, "tag", word(chance)[: chance.randint(1, 3)], 25
    ),
}
