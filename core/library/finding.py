"""Finding: the answers to a search, page by page.

Owns how one goes on: an opaque cursor says after (or before) which image, so that a page deep in
the library costs what the first one does, and an image that joins or leaves moves nobody's place.
Page numbers, which the HTTP API promises, are counted from the nearer end. It must not know SQL.
"""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, fields
from math import ceil
from typing import Final

from core.errors import UserError
from core.library.images import Image
from core.library.search import Search, name_key
from core.storing import UnitOfWork

ASKED: Final = tuple(field.name for field in fields(Search))


@dataclass(frozen=True)
class Position:
    """A place between two images of a sorted list: right after this one, or right before it.

    `value` is what the list is sorted by, None where that is the id.
    """

    id: int
    value: str | int | None = None
    before: bool = False


@dataclass(frozen=True)
class Count:
    """How many images answer; not `exact` means at least so many."""

    total: int
    exact: bool = True


@dataclass(frozen=True)
class Slice:
    """Which part of the sorted answers is wanted: `limit` from `position` on (backwards where that
    says `before`), or without one from `offset` on, counted from the last answer where `from_end`.
    """

    limit: int
    position: Position | None = None
    offset: int = 0
    from_end: bool = False

    @property
    def backwards(self) -> bool:
        """Whether rows are wanted from the far end of the sort."""
        return self.from_end or bool(self.position and self.position.before)


@dataclass(frozen=True)
class Found:
    """A page of answers. `pages` and `total` are lower bounds unless `exact`; `page` is the number
    that was asked for, 0 where a cursor was given. `after` and `before` are cursors for the next
    and the previous page, empty where there is none.
    """

    images: list[Image]
    total: int
    pages: int
    page: int
    exact: bool = True
    after: str = ""
    before: str = ""


async def find(uow: UnitOfWork, business_id: int, search: Search) -> Found:
    """The page of the library that `search` asks for. Raises UserError("cursor_wrong")."""
    position = _read_cursor(business_id, search)
    if search.text.strip() and not search.terms:  # only signs: nothing has such a word
        return Found([], 0, 0, 0 if position else search.page)
    if position is None and search.page > 1:
        images, more, count = await _numbered(uow, business_id, search)
    else:
        images, more, count = await _from(uow, business_id, search, position)
    back = position is not None and position.before
    has_after = bool(images) if back else more
    has_before = more if back else bool(images) and (position is not None or search.page > 1)
    question = _question(business_id, search)
    return Found(
        images=images,
        total=count.total,
        pages=ceil(count.total / search.limit),
        page=0 if position else search.page,
        exact=count.exact,
        after=_cursor(question, search, images[-1], before=False) if has_after else "",
        before=_cursor(question, search, images[0], before=True) if has_before else "",
    )


async def _from(
    uow: UnitOfWork, business_id: int, search: Search, position: Position | None
) -> tuple[list[Image], bool, Count]:
    """The images from a position (or the beginning) on, and whether there are more that way."""
    wanted = Slice(search.limit + 1, position)
    found, count = await uow.images.find(business_id, search, wanted)
    images, more = found[: search.limit], len(found) > search.limit
    return images[::-1] if wanted.backwards else images, more, count


async def _numbered(
    uow: UnitOfWork, business_id: int, search: Search
) -> tuple[list[Image], bool, Count]:
    """The images of a numbered page, counted from the nearer end, and whether there is a next."""
    count = await uow.images.count(business_id, search)
    offset = (search.page - 1) * search.limit
    left = count.total - offset - search.limit
    if count.exact and offset >= count.total:
        return [], False, count
    if count.exact and 0 <= left < offset:
        wanted = Slice(search.limit, offset=left, from_end=True)
        found, _ = await uow.images.find(business_id, search, wanted, count)
        return found[::-1], left > 0, count
    wanted = Slice(search.limit + 1, offset=offset)
    found, _ = await uow.images.find(business_id, search, wanted, count)
    return found[: search.limit], len(found) > search.limit, count


# ── cursors ──────────────────────────────────────────────────────────────────────────────────────


def _cursor(question: str, search: Search, image: Image, *, before: bool) -> str:
    value: str | int | None = None
    if search.sort == "name":
        value = name_key(image.filename)
    elif search.sort == "most_used":
        value = image.usage_count
    written = json.dumps([question, image.id, value, before])
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _read_cursor(business_id: int, search: Search) -> Position | None:
    if not search.cursor:
        return None
    try:
        padded = search.cursor + "=" * (-len(search.cursor) % 4)
        question, id_, value, before = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise UserError("cursor_wrong") from error
    whole = type(id_) is int and type(before) is bool and abs(id_) < 1 << 62
    if question != _question(business_id, search) or not whole or not _fits(search, value):
        raise UserError("cursor_wrong")
    return Position(id_, value, before)


def _fits(search: Search, value: object) -> bool:
    """Whether a database takes this value: a cursor is not signed."""
    match search.sort:
        case "name":
            return isinstance(value, str) and not re.search("[\0\ud800-\udfff]", value)
        case "most_used":
            return type(value) is int and 0 <= value < 1 << 31
    return value is None


def _question(business_id: int, search: Search) -> str:
    """A cursor goes on only where it came from: same business, same question."""
    asked = {name: getattr(search, name) for name in ASKED}
    asked |= {"cursor": "", "page": 0, "limit": 0, "business": business_id}
    return hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()[:12]
