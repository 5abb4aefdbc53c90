"""How a search of the library becomes SQL.

Every image has a document of tokens (`core.library.search`), and a search is the tokens that must
be in it. PostgreSQL has them in a GIN index and plans by itself. SQLite has them in FTS5, whose
answers come in the order of ids, both ways and from any id on: that is "newest" and "oldest", at
any depth. For the other sorts there are two ways, and the number of answers says which is cheaper:
few answers are fetched and sorted; many are met soon by walking along the sort's own index. No way
reads a business's whole library.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from core.library.finding import Count, Position, Slice
from core.library.images import Image
from core.library.search import Search, facet_token
from storage.library import image_counts, image_search
from storage.tables import images

COUNTED = 5_000
"""Answers that no counter knows are counted up to here; "more than 5,000" is said beyond."""

FEW = 5_000
"""Up to so many answers are fetched and sorted (2.5 ms); more are met along the sort's index."""

INDEXED_LETTERS = 6
"""FTS5 has an index of beginnings up to here (revision 0002); longer ones it would collect from all
businesses first.
"""

SKEW = timedelta(hours=1)
"""By how much machines' clocks may differ: ids follow the time of insertion only so well."""


class Searching:
    """One search in one session."""

    def __init__(self, session: AsyncSession, business_id: int, search: Search) -> None:
        self._session = session
        self._business = business_id
        self._search = search

    async def count(self) -> Count:
        """From the facet's counter where one facet is all that is asked, else counted."""
        if self._search.counted:
            token = facet_token(self._business, self._search.facets[0])
            kept = select(image_counts.c.n).where(image_counts.c.facet == token)
            return Count(int(await self._session.scalar(kept) or 0))
        matching = self._ids() if self._fts else self._rows().with_only_columns(images.c.id)
        counted = select(func.count()).select_from(matching.limit(COUNTED + 1).subquery())
        found = int(await self._session.scalar(counted) or 0)
        return Count(min(found, COUNTED), exact=found <= COUNTED)

    async def find(self, wanted: Slice, count: Count) -> list[Image]:
        """The wanted part, walking from its near end."""
        by_id = self._search.sort in {"newest", "oldest"}
        if not self._fts or (by_id and self._everything):
            statement = self._sorted(self._rows(), wanted)
        elif by_id:
            ids = self._along_ids(wanted).subquery()
            own = select(Image).join(ids, images.c.id == ids.c.rowid)
            statement = own.order_by(*self._order(wanted))
        elif count.exact and count.total <= FEW:
            few = select(Image).where(images.c.id.in_(self._ids()))
            statement = self._sorted(few, wanted)
        else:
            statement = self._sorted(self._walk(), wanted)
        return list((await self._session.scalars(statement)).all())

    @property
    def _fts(self) -> bool:
        return self._session.get_bind().dialect.name == "sqlite"

    @property
    def _everything(self) -> bool:
        return self._search.counted and self._search.facets == ["all"]

    # ── conditions ───────────────────────────────────────────────────────────────────────────────

    @property
    def _tokens(self) -> list[str]:
        """What must be in a document, the unfinished last word left out."""
        facets = [facet_token(self._business, each) for each in self._search.facets]
        return [*facets, *self._search.terms[:-1]]

    @property
    def _beginning(self) -> str:
        """The last word, which may be unfinished; empty without words."""
        return self._search.terms[-1] if self._search.terms else ""

    def _rows(self) -> Select[Image]:
        """The answers from PostgreSQL, and plain listings from SQLite."""
        found = select(Image).where(images.c.business_id == self._business, *self._dates())
        found = found.where(*self._source())
        tokens = [token for token in self._tokens if token != facet_token(self._business, "all")]
        asked = [f"'{token}'" for token in tokens]
        if self._beginning:
            asked.append(f"'{self._beginning}':*")
        if not asked:
            return found
        words = func.string_to_array(images.c.document, literal_column("' '"))
        document = func.array_to_tsvector(words)
        return found.where(document.op("@@")(cast(" & ".join(asked), postgresql.TSQUERY)))

    def _source(self) -> Sequence[ColumnElement[bool]]:
        """The origin as a column: its indexes sort by name and use."""
        sources = {"uploaded": "upload", "ai_generated": "generate"}
        source = sources.get(self._search.filter)
        return () if source is None else (images.c.source == source,)

    def _dates(self) -> Sequence[ColumnElement[bool]]:
        asked = []
        if self._search.since:
            asked.append(images.c.created_at >= self._search.since)
        if self._search.until:
            asked.append(images.c.created_at < self._search.until)
        return asked

    # ── SQLite ───────────────────────────────────────────────────────────────────────────────────

    def _ids(self) -> Select[Any]:
        """The ids of all answers, by FTS5."""
        rowid = image_search.c.rowid
        asked = [f'"{token}"' for token in self._tokens]
        if self._beginning:
            asked.append(f'"{self._beginning[:INDEXED_LETTERS]}"*')
        found = select(rowid).where(
            literal_column("image_search").op("MATCH")(" AND ".join(asked)), *self._id_range()
        )
        exactly = [*self._dates(), *self._long_beginning()]
        if exactly:
            found = found.join(images, images.c.id == rowid).where(*exactly)
        return found

    def _id_range(self) -> Sequence[ColumnElement[bool]]:
        """Between which ids the dates lie, roughly: the index of times tells, FTS5 goes there."""
        range_ = []
        times = select(images.c.id).where(images.c.business_id == self._business)
        if self._search.since:
            first = times.where(images.c.created_at >= self._search.since - SKEW)
            first = first.order_by(images.c.created_at, images.c.id).limit(1)
            range_.append(image_search.c.rowid >= first.scalar_subquery())
        if self._search.until:
            last = times.where(images.c.created_at < self._search.until + SKEW)
            last = last.order_by(images.c.created_at.desc(), images.c.id.desc()).limit(1)
            range_.append(image_search.c.rowid <= last.scalar_subquery())
        return range_

    def _long_beginning(self) -> Sequence[ColumnElement[bool]]:
        """What the index of beginnings cannot tell of a longer one, asked of the row."""
        if len(self._beginning) <= INDEXED_LETTERS:
            return ()
        return (_holds(f" {self._beginning}"),)

    def _along_ids(self, wanted: Slice) -> Select[Any]:
        rowid = image_search.c.rowid
        downwards = (self._search.sort == "newest") != wanted.backwards
        found = self._ids()
        if wanted.position:
            edge = wanted.position.id
            found = found.where(rowid < edge if downwards else rowid > edge)
        found = found.order_by(rowid.desc() if downwards else rowid)
        return found.limit(wanted.limit).offset(wanted.offset or None)

    def _walk(self) -> Select[Image]:
        """The answers by looking at row after row, along the index of the sort."""
        found = select(Image).where(images.c.business_id == self._business, *self._dates())
        tokens = [token for token in self._tokens if token != facet_token(self._business, "all")]
        for token in tokens:
            found = found.where(_holds(f" {token} "))
        if self._beginning:
            found = found.where(_holds(f" {self._beginning}"))
        return found.where(*self._source())

    # ── order ────────────────────────────────────────────────────────────────────────────────────

    def _sorted(self, found: Select[Image], wanted: Slice) -> Select[Image]:
        if wanted.position:
            found = found.where(self._beyond(wanted.position))
        found = found.order_by(*self._order(wanted))
        return found.limit(wanted.limit).offset(wanted.offset or None)

    @property
    def _sort(self) -> "_Sort":
        return SORTS[self._search.sort]

    def _order(self, wanted: Slice) -> list[ColumnElement[Any]]:
        downwards = self._sort.downwards != wanted.backwards
        return [key.desc() if downwards else key.asc() for key in self._sort.keys]

    def _beyond(self, position: Position) -> ColumnElement[bool]:
        downwards = self._sort.downwards != position.before
        if position.value is None:
            return images.c.id < position.id if downwards else images.c.id > position.id
        place = tuple_(*self._sort.keys)
        edge = tuple_(literal(position.value), literal(position.id))
        return place < edge if downwards else place > edge


def _holds(text: str) -> ColumnElement[bool]:
    document = literal_column("' '").concat(images.c.document).concat(literal_column("' '"))
    return func.instr(document, cast(text, String)) > 0


@dataclass(frozen=True)
class _Sort:
    """The columns of a sort; both of them run the same way."""

    keys: tuple[ColumnElement[Any], ...]
    downwards: bool


SORTS = {
    "newest": _Sort((images.c.id,), downwards=True),
    "oldest": _Sort((images.c.id,), downwards=False),
    "most_used": _Sort((images.c.usage_count, images.c.id), downwards=True),
    "name": _Sort((images.c.name_key, images.c.id), downwards=False),
}
