"""What a search of the library looks like in SQL, apart from what is looked for.

Owns the statements and the ways that they go (`storage.repositories.searching` says which and why).
A statement takes longer to put together than SQLite takes to answer it, so each is made once for
all searches of its shape and gets its values by name. It must not run any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    ScalarSelect,
    Select,
    String,
    TextClause,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql

from core.library.finding import Slice
from core.library.images import Image
from core.library.search import Sort
from storage.columns import BigKey, Moment, PlainText
from storage.library import image_blocks, image_counts, image_search
from storage.tables import images

COUNTED: Final = 3_000
"""Answers that no counter knows are counted up to here; "more than 3,000" is said beyond."""

ALIKE: Final = 1_000
"""Past so many images that were used as often, a walk goes in 0.1 ms."""

MOST_COMPLETED: Final = 60
"""Longer beginnings are completed to so many words at most; with more, FTS5 does it more slowly."""

COMPLETED: Final = f"""(
    SELECT '("' || CASE WHEN count(*) BETWEEN 1 AND {MOST_COMPLETED}
        THEN group_concat(token, '" OR "') ELSE :word END || '"'
        || CASE WHEN count(*) > {MOST_COMPLETED} THEN '*)' ELSE ')' END
    FROM (SELECT token FROM image_words WHERE token >= :word AND token < :end
        ORDER BY token LIMIT {MOST_COMPLETED + 1}))"""  # noqa: S608  # numbers of ours
"""What begins so is looked up first: FTS5 would collect all of it before it begins to answer."""

ID: ColumnElement[int] = literal_column("images.id", BigKey)
"""Written out, so that SQLAlchemy does not name the table beside one that names its index."""

STEADY_ID: ColumnElement[int] = literal_column("+images.id", BigKey)
"""For conditions only: the "+" keeps SQLite from going by it instead of walking along a sort."""

SORTING = "ix_images_sorting"
"""SQLite's index from ids to what is sorted by (revision 0015)."""

STEADY_USE: ColumnElement[int] = literal_column("+images.usage_count", Integer)

Marked = Literal["", "favourites", "approved", "published", "unused"]
"""Filters that stand in the index of each sort (revisions 0016, 0017)."""

OWN = bindparam("own", type_=BigKey)
FACET = bindparam("facet", type_=String)
EDGE_ID = bindparam("edge_id", type_=BigKey)
LIMIT = bindparam("limit", type_=Integer)
OFFSET = bindparam("offset", type_=Integer)

Beyond = Literal["", "id", "value", "tie"]
"""Of what the images after a position are beyond: its id, its place, its id among equal ones."""

Way = Literal["rows", "along", "few", "noted", "looked"]

Ids = Literal["", "first", "all"]
"""Which of the ids that answer were gathered before."""


@dataclass(frozen=True)
class Shape:
    """All of a search that decides how its statements read.

    `plain` says whether columns answer it, apart from dates; `counted`, whether a counter knows its
    number; `source`, whether a column says that it was uploaded or made; `beginning`, whether FTS5
    knows the unfinished last word; `held`, how many tokens beside the filter all have.
    """

    fts: bool
    sort: Sort
    plain: bool
    counted: bool
    source: bool
    marked: Marked
    since: bool
    until: bool
    beginning: Literal["", "indexed", "completed"]
    held: int

    @property
    def by_id(self) -> bool:
        """Whether it is sorted by ids, in which FTS5 answers."""
        return self.sort in {"newest", "oldest"}


@dataclass(frozen=True)
class Part:
    """All of a `Slice` that decides how a statement reads."""

    downwards: bool
    beyond: Beyond
    passes: bool


def part_of(sort: Sort, wanted: Slice, *, tied: bool = False) -> Part:
    """What of the sorted answers; `tied`: only those that the sort places beside the position."""
    beyond: Beyond = ""
    if wanted.position and wanted.position.value is None:
        beyond = "id"
    elif wanted.position:
        beyond = "tie" if tied else "value"
    return Part(SORTS[sort].downwards != wanted.backwards, beyond, bool(wanted.offset))


@lru_cache(maxsize=256)
def counting(shape: Shape) -> Select[Any]:
    """How many images answer."""
    return select(_Writing(shape).counting())


@lru_cache(maxsize=256)
def gathering(shape: Shape) -> Select[Any]:
    """How many images answer by FTS5, up to one more than are counted; their ids as JSON, and the
    last of them; how many there are likely to be; how many answer the filter alone, how many there
    are, and whether more than `ALIKE` were used as often as the one at the position.
    """
    all_, among = (
        select(image_counts.c.n).where(image_counts.c.facet == bindparam(facet)).scalar_subquery()
        for facet in ("all", "filter")
    )
    used = images.c.usage_count == SORTS["most_used"].edge
    like = select(images.c.id).where(images.c.business_id == OWN, used).limit(ALIKE + 1).subquery()
    alike = select(func.count() > ALIKE).select_from(like).scalar_subquery()
    others = (among, all_, alike if shape.sort == "most_used" else false())
    if shape.counted:
        number = _Writing(shape).counting()
        return select(number, literal_column("''"), literal_column("0"), number, *others)
    most = _Writing(shape).ids().order_by(image_search.c.rowid).limit(COUNTED + 1).subquery()
    newest = select(func.max(images.c.id)).where(images.c.business_id == OWN).scalar_subquery()
    n, first, last = func.count(), func.min(most.c.rowid), func.max(most.c.rowid)
    # Ids follow the time: as the first ones came, so will the others.
    likely = n * (newest - first) // (last - first)
    ids = func.json_group_array(most.c.rowid)
    return select(n, ids, last, likely, *others).select_from(most)


@lru_cache(maxsize=256)
def listing(shape: Shape, part: Part, way: Way, *, gathered: Ids, totalled: bool) -> Select[Any]:
    """A part of the answers, found in one way: by ids that were gathered, as far as they were; with
    the number of all beside each, where that is wanted.
    """
    writing = _Writing(shape, part, gathered=gathered)
    found = WAYS[way](writing)
    # Both in one go: asking costs more than finding.
    return found.add_columns(writing.counting().label("total")) if totalled else found


@lru_cache
def placing(downwards: bool) -> Select[Any]:  # noqa: FBT001  # Shape says no more
    """The block in which an `offset` begins, and how many images are passed before it."""
    n, block = image_blocks.c.n, image_blocks.c.block
    passed = func.sum(n).over(order_by=block.desc() if downwards else block) - n
    blocks = select(block, passed.label("passed")).where(image_blocks.c.facet == FACET)
    among = blocks.subquery().c
    found = select(among.block, among.passed).where(among.passed <= OFFSET)
    return found.order_by(among.passed.desc()).limit(1)


class _Writing:
    """One statement being put together."""

    def __init__(self, shape: Shape, part: Part | None = None, *, gathered: Ids = "") -> None:
        self._shape = shape
        self._sort = SORTS[shape.sort]
        self._part = part or Part(self._sort.downwards, "", passes=False)
        self._gathered = gathered

    def counting(self) -> ScalarSelect[Any]:
        if self._shape.counted:
            kept = select(image_counts.c.n).where(image_counts.c.facet == FACET)
            return kept.scalar_subquery()
        matching = self.ids()
        if not self._shape.fts or self._shape.plain:
            matching = self._by_columns(images.c.id).with_only_columns(images.c.id)
        most = matching.limit(COUNTED + 1).subquery()
        return select(func.count()).select_from(most).scalar_subquery()

    # ── what is asked ────────────────────────────────────────────────────────────────────────────

    def ids(self, *, filtered: bool = True) -> Select[Any]:
        """By FTS5; perhaps those that the filter leaves out, too."""
        rowid = image_search.c.rowid
        return select(rowid).where(self._matches(filtered=filtered), *self._dates(rowid))

    def _matches(self, *, filtered: bool = True) -> TextClause:
        of = "" if filtered else "_unfiltered"
        completed = self._shape.beginning == "completed"
        asked = f":begun{of} || {COMPLETED} || :ended{of}" if completed else f":asked{of}"
        return text(f"image_search MATCH {asked}")

    def _columns(self, id_: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """What columns say of it, so that the sort's index can be walked."""
        asked = [images.c.business_id == OWN, *self._dates(id_)]
        if self._shape.source:
            asked.append(images.c.source == bindparam("source", type_=String))
        asked += self._marks()
        return asked

    def _marks(self) -> list[ColumnElement[bool]]:
        # Beside a position of the same use, a second bound keeps SQLite from the sort's index.
        by_use = self._shape.sort == "most_used" and self._part.beyond != "tie"
        use: ColumnElement[int] = images.c.usage_count if by_use else STEADY_USE
        match self._shape.marked:
            case "favourites":
                return [images.c.favourites > 0]
            case "approved":
                return [images.c.approved]
            case "published":
                return [use > 0]
            case "unused":
                return [use == 0]
        return []

    def _dates(self, id_: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Ids follow the time, so dates are a range of them; the index of times knows its ends."""
        asked = []
        times = select(images.c.id).where(images.c.business_id == OWN).limit(1)
        at = images.c.created_at
        if self._shape.since:
            first = times.where(at >= bindparam("since", type_=Moment))
            first = first.order_by(at, images.c.id)
            asked.append(id_ >= first.scalar_subquery())
        if self._shape.until:
            last = times.where(at < bindparam("until", type_=Moment))
            last = last.order_by(at.desc(), images.c.id.desc())
            asked.append(id_ <= last.scalar_subquery())
        return asked

    def _by_columns(self, id_: ColumnElement[int]) -> Select[Any]:
        """By columns, and PostgreSQL's index of documents."""
        found = select(Image).where(*self._columns(id_))
        if self._shape.plain or self._shape.fts:
            return found
        words = func.string_to_array(images.c.document, literal_column("' '"))
        document = func.array_to_tsvector(words)
        asked = cast(bindparam("asked", type_=String), postgresql.TSQUERY)
        return found.where(document.op("@@")(asked))

    # ── ways to the answers ──────────────────────────────────────────────────────────────────────

    def rows(self) -> Select[Any]:
        """As an index sorts them, or PostgreSQL."""
        return self._listed(self._by_columns(self._walked))

    def along(self) -> Select[Any]:
        """In the order of ids, as FTS5 gives them."""
        rowid, found = image_search.c.rowid, self.ids()
        if self._part.beyond:
            found = found.where(rowid < EDGE_ID if self._part.downwards else rowid > EDGE_ID)
        found = found.order_by(rowid.desc() if self._part.downwards else rowid)
        return self._of(self._cut(found))

    def few(self) -> Select[Any]:
        """All sorted, without their rows. CROSS keeps SQLite from beginning with all images."""
        asked: list[ColumnElement[bool] | TextClause] = []
        if self._gathered == "all":
            source, place = "json_each(:ids) AS noted", "noted.value"
        else:
            source, place = "image_search", "image_search.rowid"
            asked = [self._matches(), *self._dates(literal_column(place, BigKey))]
        along = text(f"{source} CROSS JOIN images INDEXED BY {SORTING}")
        found = select(ID.label("rowid")).select_from(along).where(*asked)
        own = literal_column("images.business_id", BigKey) == OWN
        # The "+" keeps what bounds the one id from bounding the other: SQLite would then look
        # through all between for each answer.
        same = literal_column(f"+{place}", BigKey) == ID
        return self._of(self._in_order(found.where(own, same), STEADY_ID))

    def noted(self) -> Select[Any]:
        """On a walk along the sort, by their ids; the walk's own index knows the filter."""
        noted = func.json_each(bindparam("ids", type_=String)).table_valued("value")
        gathered, found = select(noted.c.value), self.ids(filtered=False)
        ids: Select[Any] | CompoundSelect[Any] = gathered if self._gathered else found
        if self._gathered == "first":
            ids = gathered.union_all(found.where(image_search.c.rowid > bindparam("last")))
        return self._listed(select(Image).where(*self._columns(self._walked), STEADY_ID.in_(ids)))

    def looked(self) -> Select[Any]:
        """On a walk along the sort, by their documents."""
        document = literal_column("' '").concat(images.c.document).concat(literal_column("' '"))
        held = (bindparam(f"held_{number}", type_=String) for number in range(self._shape.held))
        asked = [func.instr(document, each) > 0 for each in held]
        return self._listed(select(Image).where(*self._columns(self._walked), *asked))

    # ── order ────────────────────────────────────────────────────────────────────────────────────

    @property
    def _walked(self) -> ColumnElement[int]:
        alike = self._shape.sort == "most_used" and self._shape.marked == "unused"
        return images.c.id if self._shape.by_id or alike else STEADY_ID

    def _of(self, ids: Select[Any]) -> Select[Any]:
        """The rows of some ids, in the same order again."""
        among = ids.subquery()
        found = select(Image).join(among, images.c.id == among.c.rowid)
        return found.order_by(*self._order())

    def _listed(self, found: Select[Any]) -> Select[Any]:
        """The wanted part. What is passed over is passed in the index, not row by row."""
        if not self._part.passes:
            return self._in_order(found)
        return self._of(self._in_order(found.with_only_columns(images.c.id.label("rowid"))))

    def _in_order(self, found: Select[Any], id_: ColumnElement[int] = ID) -> Select[Any]:
        if self._part.beyond:
            found = found.where(self._beyond(id_))
        return self._cut(found.order_by(*self._order()))

    def _cut(self, found: Select[Any]) -> Select[Any]:
        found = found.limit(LIMIT)
        return found.offset(OFFSET) if self._part.passes else found

    def _order(self) -> list[ColumnElement[Any]]:
        return [key.desc() if self._part.downwards else key.asc() for key in self._sort.keys]

    def _beyond(self, id_: ColumnElement[int]) -> ColumnElement[bool]:
        place: ColumnElement[Any] = id_
        edge: ColumnElement[Any] = EDGE_ID
        if self._part.beyond == "value":
            place, edge = tuple_(*self._sort.keys), tuple_(self._sort.edge, EDGE_ID)
        beyond = place < edge if self._part.downwards else place > edge
        tied = self._part.beyond == "tie"
        return and_(self._sort.keys[0] == self._sort.edge, beyond) if tied else beyond


WAYS: Final[dict[Way, Callable[[_Writing], Select[Any]]]] = {
    "rows": _Writing.rows,
    "along": _Writing.along,
    "few": _Writing.few,
    "noted": _Writing.noted,
    "looked": _Writing.looked,
}


@dataclass(frozen=True)
class _Sort:
    """The columns of a sort, both of which run the same way; the first one's value at an edge."""

    keys: tuple[ColumnElement[Any], ...]
    downwards: bool
    edge: BindParameter[Any] = EDGE_ID


SORTS: Final[dict[Sort, _Sort]] = {
    "newest": _Sort((ID,), downwards=True),
    "oldest": _Sort((ID,), downwards=False),
    "most_used": _Sort(
        (literal_column("images.usage_count", Integer), ID),
        downwards=True,
        edge=bindparam("edge", type_=Integer),
    ),
    "name": _Sort(
        (literal_column("images.name_key", PlainText), ID),
        downwards=False,
        edge=bindparam("edge", type_=String),
    ),
}
