"""How a search of the library goes through the database.

Every image has a document of tokens (`core.library.search`), and a search is the tokens that must
be in it. PostgreSQL has them in a GIN index and plans by itself. SQLite has them in FTS5, whose
answers come in the order of ids, both ways and from any id on: that is "newest" and "oldest", at
any depth. The other sorts have three ways, and the number of answers says which is the cheapest:
few are fetched and sorted; of more the ids are noted, and the sort's index is walked until enough
of them were met; very many are met so soon that each row on the walk is looked at. What an index
sorts by itself needs none of this, and marks that stand in it (favourites, used …) spare the rows
of all others. No way reads a business's whole library.
"""

from math import inf, sqrt
from typing import Any, Final, Literal, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.library.finding import Count, Position, Slice
from core.library.images import Image
from core.library.search import Search, facet_token, word_token
from storage.library import BLOCK_BITS
from storage.repositories.shapes import (
    COUNTED,
    PICKED,
    Marked,
    Shape,
    Way,
    counting,
    gathering,
    listing,
    part_of,
    placing,
)

FEW: Final = 270.0
"""Times the root of the wanted rows: up to so many answers are sorted, by an index from ids to what
is sorted by. That costs each about four steps of a walk, and a walk for so many answers among
300,000 costs the same (1.3 ms).
"""

FEW_IN_TIME: Final = 33.0
"""The same where dates alone are asked, which a walk reads in the index."""

FEW_MARKED: Final = 120.0
"""The same where a mark is asked that is rare, or nothing else: it stands in the walk's index."""

LOOKED_AT: Final = 40
"""To look at a row takes as long as to note so many ids."""

FAR: Final = 500
"""Past so many answers all ids are noted, however many: rows would be looked at in vain."""

INDEXED_LETTERS: Final = 3
"""FTS5 has an index of beginnings up to here (revision 0002)."""

LAST: Final = "\U0010ffff"
"""Sorts after every letter."""

COUNT_NOW = text("SET CONSTRAINTS image_counted, image_counted_otherwise IMMEDIATE")

SOURCES: Final = {"all": None, "uploaded": "upload", "ai_generated": "generate"}
"""Filters that the sorts' own indexes know."""

UNUSED_BY_USE: Final = ("unused", "most_used")


class Searching:
    """One search in one session."""

    def __init__(self, session: AsyncSession, business_id: int, search: Search) -> None:
        self._session = session
        self._business = business_id
        self._search = search
        self._fts = session.get_bind().dialect.name == "sqlite"
        self._shape = self._find_shape()
        self._values = self._find_values()
        self._gathered: tuple[int, str, int | None] | None = None

    async def count(self) -> Count:
        """From the facet's counter where one facet is all that is asked, else counted."""
        await self._settle()
        return self._read_count(await self._session.scalar(counting(self._shape), self._values))

    async def find(self, wanted: Slice, count: Count | None) -> tuple[list[Image], Count]:
        """The wanted part, walking from its near end; and the number of all."""
        await self._settle()
        if wanted.offset and self._shape.by_id and self._in_blocks:
            wanted = await self._nearer(wanted)
        if wanted.position and self._search.sort == "most_used":
            # SQLite searches an index for the first of two compared columns only, and would look at
            # every row that was used as often: four of five were never used.
            found, count = await self._ask(wanted, count, tied=True)
            if len(found) == wanted.limit:
                return found, count
        return await self._ask(wanted, count)

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
        self, wanted: Slice, count: Count | None, *, tied: bool = False
    ) -> tuple[list[Image], Count]:
        way: Way = "along"
        values, gathered = self._values_of(wanted), False
        if not self._fts or (self._shape.plain and (self._shape.by_id or self._shape.counted)):
            way = "rows"
        elif not self._shape.by_id:
            number, among = inf, None
            if not (self._shape.plain or self._shape.counted or (count and count.exact)):
                total, values["ids"], among = await self._gather()
                number = total if total <= self._shape.noted else inf
                count, gathered = self._read_count(total), bool(values["ids"]) and number < inf
            elif (count := count or await self.count()).exact:
                number = count.total
            way = self._way(wanted, number, among)
        part = part_of(self._search.sort, wanted, tied=tied)
        statement = listing(self._shape, part, way, gathered=gathered, totalled=count is None)
        if count:
            return list((await self._session.scalars(statement, values)).all()), count
        rows = (await self._session.execute(statement, values)).all()
        count = self._read_count(rows[0][1]) if rows else await self.count()
        return [row[0] for row in rows], count

    async def _gather(self) -> tuple[int, str, int | None]:
        """How many answer, their ids (perhaps), and how many images the filter leaves over."""
        if self._gathered is None:
            found = await self._session.execute(gathering(self._shape), self._values)
            total, ids, among = found.one()
            self._gathered = (total, ids, among)
        return self._gathered

    def _way(self, wanted: Slice, number: float, among: int | None) -> Way:
        rows, shape = wanted.offset + wanted.limit, self._shape
        alone = shape.marked and shape.counted
        few = FEW_MARKED if alone or shape.marked in PICKED else FEW
        if number <= (FEW_IN_TIME if shape.plain else few) * sqrt(rows):
            return "few"
        if shape.plain or alone:
            return "rows"
        if number > shape.noted:
            return "looked" if wanted.offset <= FAR else "noted"
        return "looked" if among and number**2 > LOOKED_AT * rows * among else "noted"

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
        tokens, held = self._tokens, [f" {token} " for token in self._tokens]
        beginning = word_token(self._business, asked.terms[-1]) if asked.terms else ""
        if beginning:
            held.append(f" {beginning}")
        values |= {f"held_{number}": each for number, each in enumerate(held)}
        if not self._fts:
            whole = [f"'{token}'" for token in tokens]
            values["asked"] = " & ".join([*whole, f"'{beginning}':*"] if beginning else whole)
            return values
        whole = [f'"{token}"' for token in tokens]
        values |= {"begun": " AND ".join([*whole, ""])}
        values |= {"word": beginning, "end": f"{beginning}{LAST}"}
        if beginning:
            whole.append(f'"{beginning}"*')
        all_ = facet_token(self._business, "all")
        values["asked"] = " AND ".join(whole or [f'"{all_}"'])
        return values

    def _values_of(self, wanted: Slice) -> dict[str, Any]:
        values = self._values | {"limit": wanted.limit, "offset": wanted.offset}
        if wanted.position:
            values |= {"edge_id": wanted.position.id, "edge": wanted.position.value}
        return values

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
    def _tokens(self) -> list[str]:
        """What must be in a document, the unfinished last word and "all" left out."""
        facets = [facet_token(self._business, each) for each in self._search.facets]
        words = [word_token(self._business, each) for each in self._search.terms[:-1]]
        return [*facets, *words] if self._search.facets != ["all"] else words

    @property
    def _in_blocks(self) -> bool:
        """Whether blocks of ids are counted for all that is asked."""
        return self._fts and self._shape.counted and "/" not in self._search.facets[0]
