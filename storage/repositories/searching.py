"""How a search of the library becomes SQL.

Every image has a document of tokens (`core.library.search`), and a search is the tokens that must
be in it. PostgreSQL has them in a GIN index and plans by itself. SQLite has them in FTS5, whose
answers come in the order of ids, both ways and from any id on: that is "newest" and "oldest", at
any depth. The other sorts have three ways, and the number of answers says which is the cheapest:
few are fetched and sorted; of more the ids are noted, and the sort's index is walked until enough
of them were met; very many are met so soon that each row on the walk is looked at. What an index
sorts by itself needs none of this. No way reads a business's whole library.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    TextClause,
    and_,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from core.library.finding import Count, Position, Slice
from core.library.images import Image
from core.library.search import Search, facet_token, word_token
from storage.columns import BigKey, PlainText
from storage.library import BLOCK_BITS, image_blocks, image_counts, image_search
from storage.tables import images

COUNTED = 10_000
"""Answers that no counter knows are counted up to here; "more than 10,000" is said beyond."""

FEW = 175.0
"""Times the root of the wanted rows: up to so many answers are sorted, by an index from ids to what
is sorted by. That costs each about ten steps of a walk, and a walk for so many answers among
300,000 costs the same.
"""

FEW_IN_TIME = 33.0
"""The same where dates alone are asked, which a walk reads in the index."""

ID: ColumnElement[int] = literal_column("images.id", BigKey)
"""Written out, so that SQLAlchemy does not name the table beside one that names its index."""

SORTING = "ix_images_sorting"
"""SQLite's index from ids to what is sorted by (revision 0015)."""

NOTED = 12_000
"""Up to so many ids are noted before a walk (1.5 ms)."""

INDEXED_LETTERS = 3
"""FTS5 has an index of beginnings up to here (revision 0002)."""

MOST_COMPLETED = 60
"""Longer beginnings are completed to so many words at most; with more, FTS5 does it more slowly."""

COMPLETED = text(
    f"""image_search MATCH :begun || (
    SELECT '("' || CASE WHEN count(*) BETWEEN 1 AND {MOST_COMPLETED}
        THEN group_concat(token, '" OR "') ELSE :word END || '"'
        || CASE WHEN count(*) > {MOST_COMPLETED} THEN '*)' ELSE ')' END
    FROM (SELECT token FROM image_words WHERE token >= :word AND token < :end
        ORDER BY token LIMIT {MOST_COMPLETED + 1}))"""  # noqa: S608  # numbers of ours
)
"""What begins so is looked up first: FTS5 would collect all of it before it begins to answer."""

LAST = "\U0010ffff"
"""Sorts after every letter."""

COUNT_NOW = text("SET CONSTRAINTS image_counted, image_counted_otherwise IMMEDIATE")

SOURCES = {"all": None, "uploaded": "upload", "ai_generated": "generate"}
"""Filters that the sorts' own indexes know."""


class Searching:
    """One search in one session."""

    def __init__(self, session: AsyncSession, business_id: int, search: Search) -> None:
        self._session = session
        self._business = business_id
        self._search = search
        self._fts = session.get_bind().dialect.name == "sqlite"
        self._by_id = search.sort in {"newest", "oldest"}
        self._tied = False

    async def count(self) -> Count:
        """From the facet's counter where one facet is all that is asked, else counted."""
        await self._settle()
        return self._read_count(await self._session.scalar(select(self._counting())))

    async def find(self, wanted: Slice, count: Count | None) -> tuple[list[Image], Count]:
        """The wanted part, walking from its near end; and the number of all."""
        await self._settle()
        if wanted.offset and self._by_id and self._in_blocks:
            wanted = await self._nearer(wanted)
        if wanted.position and self._search.sort == "most_used":
            # SQLite searches an index for the first of two compared columns only, and would look at
            # every row that was used as often: four of five were never used.
            self._tied = True
            found, count = await self._ask(wanted, count)
            if len(found) == wanted.limit:
                return found, count
            self._tied = False
        return await self._ask(wanted, count)

    async def _nearer(self, wanted: Slice) -> Slice:
        """The same part, from the block on in which it begins."""
        n, block = image_blocks.c.n, image_blocks.c.block
        downwards = self._downwards(wanted)
        passed = func.sum(n).over(order_by=block.desc() if downwards else block) - n
        token = facet_token(self._business, self._search.facets[0])
        blocks = select(block, passed.label("passed")).where(image_blocks.c.facet == token)
        among = blocks.subquery().c
        found = select(among.block, among.passed).where(among.passed <= wanted.offset)
        row = (await self._session.execute(found.order_by(among.passed.desc()).limit(1))).first()
        if row is None:
            return wanted
        edge = (row[0] + 1) << BLOCK_BITS if downwards else (row[0] << BLOCK_BITS) - 1
        position = Position(edge, before=wanted.from_end)
        return Slice(wanted.limit, position, wanted.offset - int(row[1]))

    async def _ask(self, wanted: Slice, count: Count | None) -> tuple[list[Image], Count]:
        indexed = self._plain and (self._by_id or self._search.counted)
        if not self._fts or indexed:
            statement = self._listed(self._rows(), wanted)
        elif self._by_id:
            statement = self._of(self._along_ids(wanted), wanted)
        else:
            count = count or await self.count()
            statement = self._by_count(wanted, count)
        if count:
            return list((await self._session.scalars(statement)).all()), count
        # Both in one go: asking costs more than finding.
        counted = statement.add_columns(self._counting().label("total"))
        rows = (await self._session.execute(counted)).all()
        count = self._read_count(rows[0][1]) if rows else await self.count()
        return [row[0] for row in rows], count

    def _by_count(self, wanted: Slice, count: Count) -> Select[Image]:
        root = sqrt(wanted.offset + wanted.limit)
        if self._plain and count.total > FEW_IN_TIME * root:
            return self._listed(self._rows(), wanted)
        if not count.exact or count.total > NOTED:
            return self._listed(self._looked_at(), wanted)
        if count.total > FEW * root:
            # The "+" keeps SQLite from fetching one noted row after the other.
            noted = literal_column("+images.id").in_(self._ids())
            return self._listed(select(Image).where(*self._columns(), noted), wanted)
        few = select(ID.label("rowid")).select_from(text(f"images INDEXED BY {SORTING}"))
        own = literal_column("images.business_id", BigKey) == self._business
        few = few.where(own, ID.in_(self._ids()))
        return self._of(self._part(few, wanted), wanted)

    def _counting(self) -> ScalarSelect[Any]:
        if self._search.counted:
            token = facet_token(self._business, self._search.facets[0])
            return select(image_counts.c.n).where(image_counts.c.facet == token).scalar_subquery()
        matching = self._ids()
        if not self._fts or self._plain:
            matching = self._rows(walking=False).with_only_columns(images.c.id)
        most = matching.limit(COUNTED + 1).subquery()
        return select(func.count()).select_from(most).scalar_subquery()

    def _read_count(self, found: int | None) -> Count:
        exact = self._search.counted or (found or 0) <= COUNTED
        return Count(int(found or 0)) if exact else Count(COUNTED, exact=False)

    # ── what is asked ────────────────────────────────────────────────────────────────────────────

    @property
    def _tokens(self) -> list[str]:
        """What must be in a document, the unfinished last word and "all" left out."""
        facets = [facet_token(self._business, each) for each in self._search.facets]
        words = [word_token(self._business, each) for each in self._search.terms[:-1]]
        return [*facets, *words] if self._search.facets != ["all"] else words

    @property
    def _beginning(self) -> str:
        """The last word, which may be unfinished; empty without words."""
        return word_token(self._business, self._search.terms[-1]) if self._search.terms else ""

    @property
    def _plain(self) -> bool:
        """Whether columns say all that is asked, apart from dates."""
        asked = self._search.facets
        return not self._search.terms and len(asked) == 1 and asked[0] in SOURCES

    @property
    def _in_blocks(self) -> bool:
        """Whether blocks of ids are counted for all that is asked."""
        return self._fts and self._search.counted and "/" not in self._search.facets[0]

    def _columns(self, *, walking: bool = True) -> list[ColumnElement[bool]]:
        """What columns say of it, so that the sort's index can be walked."""
        id_: ColumnElement[int] = images.c.id
        if walking and not self._by_id:  # the "+" keeps SQLite from sorting a range of ids
            id_ = literal_column("+images.id", BigKey)
        asked = [images.c.business_id == self._business, *self._dates(id_)]
        source = SOURCES.get(self._search.filter)
        if source:
            asked.append(images.c.source == source)
        if self._search.sort == "most_used" and self._search.filter == "unused":
            asked.append(images.c.usage_count == 0)
        return asked

    def _dates(self, id_: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Ids follow the time, so dates are a range of them; the index of times knows its ends."""
        asked = []
        times = select(images.c.id).where(images.c.business_id == self._business).limit(1)
        at = images.c.created_at
        if self._search.since:
            first = times.where(at >= self._search.since).order_by(at, images.c.id)
            asked.append(id_ >= first.scalar_subquery())
        if self._search.until:
            last = times.where(at < self._search.until).order_by(at.desc(), images.c.id.desc())
            asked.append(id_ <= last.scalar_subquery())
        return asked

    # ── ways to the answers ──────────────────────────────────────────────────────────────────────

    def _rows(self, *, walking: bool = True) -> Select[Image]:
        """By columns, and PostgreSQL's index of documents."""
        found = select(Image).where(*self._columns(walking=walking))
        asked = [f"'{token}'" for token in self._tokens]
        if self._beginning:
            asked.append(f"'{self._beginning}':*")
        if self._plain or not asked:
            return found
        words = func.string_to_array(images.c.document, literal_column("' '"))
        document = func.array_to_tsvector(words)
        return found.where(document.op("@@")(cast(" & ".join(asked), postgresql.TSQUERY)))

    def _ids(self) -> Select[Any]:
        """By FTS5."""
        rowid = image_search.c.rowid
        return select(rowid).where(self._matches(), *self._dates(rowid))

    def _matches(self) -> ColumnElement[bool] | TextClause:
        """The question in FTS5's words."""
        asked = [f'"{token}"' for token in self._tokens]
        if not self._beginning:
            whole = " AND ".join(asked or [f'"{facet_token(self._business, "all")}"'])
            return literal_column("image_search").op("MATCH")(whole)
        if len(self._search.terms[-1]) <= INDEXED_LETTERS:
            whole = " AND ".join([*asked, f'"{self._beginning}"*'])
            return literal_column("image_search").op("MATCH")(whole)
        begun, end = " AND ".join([*asked, ""]), f"{self._beginning}{LAST}"
        return COMPLETED.bindparams(begun=begun, word=self._beginning, end=end)

    async def _settle(self) -> None:
        """PostgreSQL counts facets at the commit (revision 0012). What this very unit has changed
        must be counted before its number is asked for.
        """
        if not self._fts and self._search.counted:
            await self._session.flush()
            await self._session.execute(COUNT_NOW)

    def _along_ids(self, wanted: Slice) -> Select[Any]:
        rowid = image_search.c.rowid
        downwards = self._downwards(wanted)
        found = self._ids()
        if wanted.position:
            edge = wanted.position.id
            found = found.where(rowid < edge if downwards else rowid > edge)
        found = found.order_by(rowid.desc() if downwards else rowid)
        return found.limit(wanted.limit).offset(wanted.offset or None)

    def _looked_at(self) -> Select[Image]:
        found = select(Image).where(*self._columns())
        found = found.where(*(_holds(f" {token} ") for token in self._tokens))
        return found.where(_holds(f" {self._beginning}")) if self._beginning else found

    # ── order ────────────────────────────────────────────────────────────────────────────────────

    def _of(self, ids: Select[Any], wanted: Slice) -> Select[Image]:
        """The rows of some ids, in the same order again."""
        among = ids.subquery()
        found = select(Image).join(among, images.c.id == among.c.rowid)
        return found.order_by(*self._order(wanted))

    def _listed(self, found: Select[Image], wanted: Slice) -> Select[Image]:
        """The wanted part. What is passed over is passed in the index, not row by row."""
        if not wanted.offset:
            return self._part(found, wanted)
        ids = found.with_only_columns(images.c.id.label("rowid"))
        return self._of(self._part(ids, wanted), wanted)

    def _part(self, found: Select[Any], wanted: Slice) -> Select[Any]:
        if wanted.position:
            found = found.where(self._beyond(wanted.position))
        found = found.order_by(*self._order(wanted))
        return found.limit(wanted.limit).offset(wanted.offset or None)

    def _downwards(self, wanted: Slice) -> bool:
        return SORTS[self._search.sort].downwards != wanted.backwards

    def _order(self, wanted: Slice) -> list[ColumnElement[Any]]:
        keys = SORTS[self._search.sort].keys
        return [key.desc() if self._downwards(wanted) else key.asc() for key in keys]

    def _beyond(self, position: Position) -> ColumnElement[bool]:
        sort = SORTS[self._search.sort]
        place: ColumnElement[Any] = ID
        edge: ColumnElement[Any] = literal(position.id)
        if position.value is not None and not self._tied:
            place, edge = tuple_(*sort.keys), tuple_(literal(position.value), edge)
        beyond = place < edge if sort.downwards != position.before else place > edge
        return and_(sort.keys[0] == literal(position.value), beyond) if self._tied else beyond


def _holds(text: str) -> ColumnElement[bool]:
    document = literal_column("' '").concat(images.c.document).concat(literal_column("' '"))
    return func.instr(document, cast(text, String)) > 0


@dataclass(frozen=True)
class _Sort:
    """The columns of a sort; both of them run the same way."""

    keys: tuple[ColumnElement[Any], ...]
    downwards: bool


SORTS = {
    "newest": _Sort((ID,), downwards=True),
    "oldest": _Sort((ID,), downwards=False),
    "most_used": _Sort((literal_column("images.usage_count", Integer), ID), downwards=True),
    "name": _Sort((literal_column("images.name_key", PlainText), ID), downwards=False),
}
