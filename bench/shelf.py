"""A library of a million images, always the same, in a migrated SQLite database.

Owns what stands in it: a business with 300,000 images beside two hundred small ones, words as
unevenly spread as in any language, uploads named by cameras and made pictures named by prompts. It
fills the tables as the triggers of revisions 0002 and 0015 would, only in one go; the benchmark
then writes some thousand more through the desk, so that the full text is as fragmented as in daily
use.
"""

import json
import multiprocessing
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import TypeAlias

from core.library.search import document_of, name_key
from storage.library import BLOCK_BITS

ROWS = 1_000_000
LARGE = 1
"""The business that owns three images in ten."""

BUSINESSES = 201
MEMBERS = 50
CHUNK = 20_000
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=75)
PROVIDERS = ("openai", "sketch", "stability")

COLUMNS = (
    *("id", "business_id", "filename", "original_filename", "file_size", "mime_type"),
    *("width", "height", "sha256", "source_sha256", "dhash", "source", "provider"),
    *("storage_provider", "storage_url", "storage_key", "thumbnail_key", "placeholder"),
    *("is_ai_generated", "ai_prompt", "ai_model", "title", "description", "tags", "alt_text"),
    *("plain_words", "favourites", "approved", "usage_count", "last_used_at", "parent_id"),
    *("creator_id", "created_at", "updated_at", "name_key", "document"),
)


@cache
def words() -> tuple[list[str], list[float]]:
    """Twenty thousand words, the most common first, and how their use adds up."""
    chance = Random(7)
    made = dict.fromkeys(
        "".join(
            chance.choice("bcdfghklmnprstvw") + chance.choice("aeiou")
            for _ in range(chance.randint(2, 5))
        )
        for _ in range(30_000)
    )
    known = list(made)[:20_000]
    return known, list(accumulate(1 / place for place in range(1, len(known) + 1)))


def member(number: int) -> str:
    """A member's id."""
    return f"{number:032x}"


def moment(row: int) -> datetime:
    """When an image came."""
    return BEGUN + STEP * row


def image(number: int, chance: Random) -> SimpleNamespace:
    """One image of the million; ids begin at 1."""
    known, weights = words()
    spoken = chance.choices(known, cum_weights=weights, k=14)
    uploaded = chance.random() < 0.4
    name = f"IMG_{chance.randint(1, 9999)}.jpg" if uploaded else f"{'-'.join(spoken[:5])}.png"
    business = LARGE if chance.random() < 0.3 else chance.randint(2, BUSINESSES)
    sha = f"{chance.getrandbits(256):064x}"
    sky = chance.random() < 0.1
    at = f"{moment(number):%Y-%m-%d %H:%M:%S.%f}"
    used = int(chance.paretovariate(1.2)) if chance.random() < 0.2 else 0
    return SimpleNamespace(
        id=number,
        business_id=business,
        filename=name,
        original_filename=name,
        file_size=chance.randint(50_000, 5_000_000),
        mime_type="image/jpeg" if uploaded else "image/png",
        width=1024,
        height=1024,
        sha256=sha,
        source_sha256=sha,
        dhash=("0000" if sky else f"{chance.getrandbits(16):04x}")
        + f"{chance.getrandbits(48):012x}",
        source="upload" if uploaded else "generate",
        provider="" if uploaded else chance.choice(PROVIDERS),
        storage_provider="local",
        storage_url="",
        storage_key=f"{business}/{sha}-{name}",
        thumbnail_key=f"{business}/t/{sha}.jpg",
        placeholder="data:image/webp;base64," + "A" * 160,
        is_ai_generated=not uploaded,
        ai_prompt=None if uploaded else " ".join(spoken),
        ai_model=None if uploaded else "gpt-image-1.5",
        title=" ".join(spoken[:4]),
        description=" ".join(spoken),
        tags=list(dict.fromkeys(spoken[:3])),
        alt_text=" ".join(spoken[:8]),
        plain_words=True,
        favourites=int(chance.random() < 0.05),
        approved=chance.random() < 0.1,
        usage_count=min(used, 500),
        last_used_at=at if used else None,
        parent_id=None,
        creator_id=member(chance.randint(1, MEMBERS)),
        created_at=at,
        updated_at=at,
    )


Chunk: TypeAlias = tuple[list[tuple[object, ...]], Counter[str], Counter[tuple[str, int]]]


def chunk(first: int) -> Chunk:
    """The rows from `first` on, and how many of them hold each facet, in all and by block."""
    chance, counts, blocks = Random(first), Counter[str](), Counter[tuple[str, int]]()
    rows = []
    for number in range(first, first + CHUNK):
        made = image(number, chance)
        made.document, made.name_key = document_of(made), name_key(made.filename)
        facets = [token for token in made.document.split(" ") if "/" in token]
        counts.update(facets)
        blocks.update((each, number >> BLOCK_BITS) for each in facets if each.count("/") == 1)
        made.tags = json.dumps(made.tags)
        rows.append(tuple(getattr(made, name) for name in COLUMNS))
    return rows, counts, blocks


def chunks() -> Iterator[Chunk]:
    """All rows, made by as many processes as there are cores."""
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(chunk, range(1, ROWS + 1, CHUNK))


def fill(path: Path) -> None:
    """Fill the migrated, empty database at `path`; takes about two minutes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Without a journal everything is written once; whatever breaks off is made anew.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-500000"):
            database.execute(f"PRAGMA {pragma}")
        # Indexes are made faster of all rows at once; full text in large pieces.
        after = database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index')"
            " AND tbl_name = 'images' AND sql IS NOT NULL"
        ).fetchall()
        database.execute("BEGIN")
        for kind, name, _ in after:
            database.execute(f"DROP {kind} {name}")
        _insert_people(database)
        _tune(database, hashsize=1 << 28, automerge=0)
        _insert_images(database)
        _tune(database, hashsize=1 << 20, automerge=4)
        for _, _, sql in after:
            database.execute(sql)
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode=WAL")


def _tune(database: sqlite3.Connection, **settings: int) -> None:
    for name, value in settings.items():
        database.execute(
            "INSERT INTO image_search (image_search, rank) VALUES (?, ?)", (name, value)
        )


def _insert_people(database: sqlite3.Connection) -> None:
    now = f"{BEGUN:%Y-%m-%d %H:%M:%S.%f}"
    database.executemany(
        "INSERT INTO businesses (id, name, time_zone, created_at) VALUES (?, ?, 'UTC', ?)",
        [(number, f"Business {number}", now) for number in range(1, BUSINESSES + 1)],
    )
    database.executemany(
        "INSERT INTO members (id, business_id, surface, user, name, admin, approver, home)"
        " VALUES (?, ?, 'web', ?, ?, 0, 0, 0)",
        [(member(number), LARGE, f"u{number}", f"P{number}") for number in range(1, MEMBERS + 1)],
    )


def _insert_images(database: sqlite3.Connection) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    counts, words_seen = Counter[str](), set[str]()
    blocks = Counter[tuple[str, int]]()
    for rows, counted, placed in chunks():
        database.executemany(f"INSERT INTO images ({', '.join(COLUMNS)}) VALUES ({marks})", rows)
        database.executemany(
            "INSERT INTO image_search (rowid, document) VALUES (?, ?)",
            [(row[0], row[-1]) for row in rows],
        )
        counts.update(counted)
        blocks.update(placed)
        words_seen.update(token for row in rows for token in str(row[-1]).split(" "))
    database.executemany("INSERT INTO image_counts (facet, n) VALUES (?, ?)", counts.items())
    database.executemany(
        "INSERT INTO image_blocks (facet, block, n) VALUES (?, ?, ?)",
        ((*place, n) for place, n in blocks.items()),
    )
    known = sorted(token for token in words_seen if "/" not in token)
    database.executemany("INSERT INTO image_words (token) VALUES (?)", ((one,) for one in known))
