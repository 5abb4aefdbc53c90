"""How a search of the library goes through the database.

Every image has a document of tokens (`core.library.search`), and a search is the tokens that must
be in it. PostgreSQL has them in a GIN index and plans by itself. SQLite has them in FTS5, whose
answers come in the order of ids, both ways and from any id on: that is "newest" and "oldest", at
any depth. The other sorts have three ways, and the number of answers says which is the cheapest:
few are fetched and sorted; of more the ids are noted, and the sort's index is walked until enough
of them were met; very many are met so soon that each row on the walk is looked at. What an index
sorts by itself needs none of this, and what stands in it (who made an image, favourites, used …)
is not looked for elsewhere. No way reads a business's whole library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, sqrt
from typing import Any, Final, Literal, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.library.finding import Count, Position, Slice
from core.library.images import Image
from core.library.search import Filter, Search, facet_token, word_token
from storage.library import BLOCK_BITS
from storage.repositories.shapes import (
    COUNTED,
    Ids,
    Marked,
    Shape,
    Way,
    counting,
    gathering,
    listing,
    part_of,
    placing,
)

FEW: Final = 200.0
"""Times the root of the wanted rows: up to so many answers are sorted, by an index from ids to what
is sorted by. That costs each about four steps of a walk, and a walk for so many answers among
300,000 costs the same (1 ms).
"""

FEW_IN_TIME: Final = 33.0
"""The same where dates alone are asked, which a walk reads in the index."""

FEW_MARKED: Final = 120.0
"""The same where a mark is asked that is rare, or nothing else: it stands in the walk's index."""

PICKED: Final[frozenset[Marked]] = frozenset({"favourites", "approved"})
"""Marks that are rare: people give them."""

LOOKED_AT: Final = 24
"""To look at a row takes as long as to note so many ids that FTS5 has in one list …"""

LOOKED_AT_SEVERAL: Final = 12
"""… and so many that it has to find in several."""

FAR: Final = 500
"""Past so many answers all ids are noted, however many: rows would be looked at in vain."""

INDEXED_LETTERS: Final = 3
"""FTS5 has an index of beginnings up to here (revision 0002)."""

LAST: Final = "\U0010ffff"
"""Sorts after every letter."""

COUNT_NOW = text("SET CONSTRAINTS image_counted, image_counted_otherwise IMMEDIATE")

SOURCES: Final = {"all": None, "uploaded": "upload", "ai_generated": "generate"}
"""Filters that the sorts' own indexes know."""

COUNTERPARTS: Final[Mapping[Filter, Filter]] = {"unused": "published", "ai_generated": "uploaded"}
"""What all others answer, for the most common filters: FTS5 is asked for the shorter list."""

UNUSED_BY_USE: Final = ("unused", "most_used")


@dataclass(frozen=True)
class Gathered:
    """What is known before a way is chosen: how many answer, as it is told, and as is likely; how
    many images answer the filter alone, and how many there are. `ids` are the first that answer, as
    JSON, up to the `last` of them. `alike` says whether a walk by use had better not begin with all
    that were used as often as the one at the position.
    """

    count: Count
    number: float
    ids: str = ""
    last: int = 0
    among: int = 0
    all: int = 0
    alike: bool = True

    @property
    def gathered(self) -> Ids:
        """Which of those that answer the ids are."""
        if not self.ids:
            return ""
        return "all" if self.count.exact else "first"


class Searching:
    """One search in one session."""

    def __init__(self, session: AsyncSession, business_id: int, search: Search) -> None:
        self._session = session
        self._business = business_id
        self._search = search
        self._fts = session.get_bind().dialect.name == "sqlite"
        self._shape = self._find_shape()
        self._values = self._find_values()
        self._gathered: Gathered | None = None

    async def count(self) -> Count:
        """From the facet's counter where one facet is all that is asked, else counted."""
        await self._settle()
        return self._read_count(await self._session.scalar(counting(self._shape), self._values))

    async def find(self, wanted: Slice, count: Count | None) -> tuple[list[Image], Count]:
        """The wanted part, walking from its near end; and the number of all."""
        await self._settle()
        if wanted.offset and self._shape.by_id and self._in_blocks:
            wanted = await self._nearer(wanted)
        way: Way = "along"
        tied = bool(wanted.position) and self._search.sort == "most_used"
        if not self._fts or (self._shape.plain and (self._shape.by_id or self._shape.counted)):
            way = "rows"
        elif not self._shape.by_id:
            gathered = await self._gather(wanted, count)
            way = self._way(wanted, gathered)
            tied = tied and gathered.alike and way != "few"
        if tied:
            # SQLite searches an index for the first of two compared columns only, and would look at
            # every row that was used as often: four of five were never used.
            found, count = await self._ask(wanted, way, count, tied=True)
            if len(found) == wanted.limit:
                return found, count
        return await self._ask(wanted, way, count)

    async def _nearer(self, wanted: Slice) -> Slice:
        """The same part, from the block on in which it begins."""
        downwards = part_of(self._search.sort, wanted).downwards
        values = self._values | {"offset": wanted.offset}
        row = (await self._session.execute(placing(downwards), values)).first()
        if row is None:
            return wanted
        edge = (row[0] + 1) << BLOCK_BITS if downwards else (row[0] << BLOCK_BITS) - 1
        position = Position(edge, before=wanted.from_end)
        return Slice(wanted.limit, position, wanted.offset - int(row[1]))

    async def _ask(
        self, wanted: Slice, way: Way, count: Count | None, *, tied: bool = False
    ) -> tuple[list[Image], Count]:
        gathered: Ids = ""
        values = self._values_of(wanted)
        if self._gathered:
            count, gathered = self._gathered.count, self._gathered.gathered
            values |= {"ids": self._gathered.ids, "last": self._gathered.last}
        part = part_of(self._search.sort, wanted, tied=tied)
        statement = listing(self._shape, part, way, gathered=gathered, totalled=count is None)
        if count:
            return list((await self._session.scalars(statement, values)).all()), count
        rows = (await self._session.execute(statement, values)).all()
        if not rows:
            return [], await self.count() if wanted.position else Count(0)
        return [row[0] for row in rows], self._read_count(rows[0][1])

    async def _gather(self, wanted: Slice, count: Count | None) -> Gathered:
        """What decides the way; once, also where two parts make a page."""
        if self._gathered is None:
            if self._shape.plain or (count and count.exact and not self._shape.counted):
                count = count or await self.count()
                self._gathered = Gathered(count, count.total if count.exact else inf)
            else:
                values = self._values_of(wanted)
                row = (await self._session.execute(gathering(self._shape), values)).one()
                total, ids, last, likely, *others = row
                count = self._read_count(total)
                number = count.total if count.exact else likely
                self._gathered = Gathered(count, number, ids, last, *others)
        return self._gathered

    def _way(self, wanted: Slice, found: Gathered) -> Way:
        rows, shape = wanted.offset + wanted.limit, self._shape
        few = FEW_MARKED if shape.marked in PICKED or not shape.held else FEW
        if found.number <= (FEW_IN_TIME if shape.plain else few) * sqrt(rows):
            return "few"
        if not shape.held:
            return "rows"
        if found.number <= COUNTED or wanted.offset > FAR:
            return "noted"
        looked = rows * found.among / found.number
        noted = found.number * found.all / found.among
        at = LOOKED_AT if shape.held == 1 else LOOKED_AT_SEVERAL
        return "noted" if noted <= at * looked else "looked"

    def _read_count(self, found: int | None) -> Count:
        exact = self._shape.counted or (found or 0) <= COUNTED
        return Count(int(found or 0)) if exact else Count(COUNTED, exact=False)

    async def _settle(self) -> None:
        """PostgreSQL counts facets at the commit (revision 0012). What this very unit has changed
        must be counted before its number is asked for.
        """
        if not self._fts and self._shape.counted:
            await self._session.flush()
            await self._session.execute(COUNT_NOW)

    # ── what is asked ────────────────────────────────────────────────────────────────────────────

    def _find_shape(self) -> Shape:
        asked = self._search
        terms, facets = asked.terms, asked.facets
        beginning: Literal["", "indexed", "completed"] = ""
        if terms:
            beginning = "indexed" if len(terms[-1]) <= INDEXED_LETTERS else "completed"
        return Shape(
            fts=self._fts,
            sort=asked.sort,
            plain=not terms and len(facets) == 1 and facets[0] in SOURCES,
            counted=asked.counted,
            source=SOURCES.get(asked.filter) is not None,
            marked=self._marked,
            since=asked.since is not None,
            until=asked.until is not None,
            beginning=beginning,
            held=len(self._tokens) + bool(terms),
        )

    def _find_values(self) -> dict[str, Any]:
        asked = self._search
        values: dict[str, Any] = {"own": self._business}
        values |= {"source": SOURCES.get(asked.filter), "since": asked.since, "until": asked.until}
        values["facet"] = facet_token(self._business, asked.facets[0])
        values["filter"] = facet_token(self._business, asked.filter)
        values["all"] = facet_token(self._business, "all")
        tokens, beginning = self._tokens, ""
        held = [f" {token} " for token in tokens]
        if asked.terms:
            beginning = word_token(self._business, asked.terms[-1])
            held.append(f" {beginning}")
        values |= {f"held_{number}": each for number, each in enumerate(held)}
        if self._fts:
            return values | self._find_matches(beginning)
        whole = [f"'{token}'" for token in [*self._filter, *tokens]]
        values["asked"] = " & ".join([*whole, f"'{beginning}':*"] if beginning else whole)
        return values

    def _find_matches(self, beginning: str) -> dict[str, str]:
        """What FTS5 is asked for, with and without the filter."""
        values = {"word": beginning, "end": f"{beginning}{LAST}"}
        tokens = [f'"{token}"' for token in self._tokens]
        all_ = facet_token(self._business, "all")
        begun = [f'"{beginning}"*'] if beginning else []
        for of, filters in (("", self._filter), ("_unfiltered", [])):
            whole, ended = [*(f'"{each}"' for each in filters), *tokens], ""
            if filters and self._shape.held and self._search.filter in COUNTERPARTS:
                counterpart = facet_token(self._business, COUNTERPARTS[self._search.filter])
                whole, ended = tokens, f' NOT "{counterpart}"'
            values |= {f"begun{of}": " AND ".join([*whole, ""]), f"ended{of}": ended}
            values[f"asked{of}"] = " AND ".join([*whole, *begun] or [f'"{all_}"']) + ended
        return values

    def _values_of(self, wanted: Slice) -> dict[str, Any]:
        edge = wanted.position or Position(0)
        values = self._values | {"limit": wanted.limit, "offset": wanted.offset}
        return values | {"edge_id": edge.id, "edge": edge.value}

    @property
    def _marked(self) -> Marked:
        """What the sort's index says of it. PostgreSQL takes two conditions for fewer answers than
        one, so it gets only the one that saves it a walk past all that were ever used.
        """
        asked = self._search.filter
        if asked in SOURCES or not (self._fts or (asked, self._search.sort) == UNUSED_BY_USE):
            return ""
        return cast("Marked", asked)

    @property
    def _filter(self) -> list[str]:
        """The filter's token; none where all are asked."""
        asked = self._search.filter
        return [] if asked == "all" else [facet_token(self._business, asked)]

    @property
    def _tokens(self) -> list[str]:
        """What else must be in a document, the unfinished last word left out."""
        facets = [each for each in self._search.facets if each not in {"all", self._search.filter}]
        words = [word_token(self._business, each) for each in self._search.terms[:-1]]
        return [*(facet_token(self._business, each) for each in facets), *words]

    @property
    def _in_blocks(self) -> bool:
        """Whether blocks of ids are counted for all that is asked."""
        return self._fts and self._shape.counted and "/" not in self._search.facets[0]
