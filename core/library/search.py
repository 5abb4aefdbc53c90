"""Searching the library: the question as a value, and its checks.

Owns what may be asked (words, filter, tag, person, provider, dates, sort), and by which tokens an
image answers it. How one goes from page to page stands in `core.library.finding`; how rows are
found by tokens is storage's. It must not know SQL or chats.

An image's document is a line of tokens, each of which begins with its business: words
(`000017lighthouse`) and facets (`000017/favourites`, `000017/tag/sunset`). A question is the tokens
that every answer must have, so one business never meets another's rows, nor waits for looking past
them. How many documents hold a facet is kept beside them.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final, Literal, Protocol, TypeAlias, cast, get_args
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from core.errors import UserError

Filter = Literal["all", "uploaded", "ai_generated", "favourites", "approved", "published", "unused"]
Sort = Literal["newest", "oldest", "most_used", "name"]
FILTERS: Final[tuple[Filter, ...]] = get_args(Filter)
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)

MOST: Final = 100
USUAL: Final = 20
LAST_PAGE: Final = 1_000_000
MOST_TEXT: Final = 200
MOST_VALUE: Final = 100
"""Signs of a tag, person or provider: more than they have, and what is made of it fits PostgreSQL's
2,046 bytes for a word.
"""

MOST_TERMS: Final = 8
MOST_WORDS: Final = 400
LONGEST_WORD: Final = 40

Given: TypeAlias = str | int | None
FacetKind = Literal["tag", "by", "from"]


@dataclass(frozen=True)
class Search:
    """A question to the library, checked. Every condition narrows; an empty one asks nothing.

    `text` are words as typed, the last of which may be unfinished; `person` is a member's id,
    `provider` its name; images from `since` until before `until`. `cursor` (from `Found`) says
    where to go on; without one, `page` counts from 1.
    """

    text: str = ""
    filter: Filter = "all"
    tag: str = ""
    person: str = ""
    provider: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort = "newest"
    limit: int = USUAL
    page: int = 1
    cursor: str = ""

    @cached_property
    def terms(self) -> list[str]:
        """The words that are looked for; the last one also as a beginning."""
        return words_of(self.text)[:MOST_TERMS]

    @cached_property
    def facets(self) -> list[str]:
        """The facets that are asked for, "all" where none is."""
        asked = [] if self.filter == "all" else [str(self.filter)]
        if self.tag.strip():
            asked.append(facet("tag", self.tag))
        if self.person:
            asked.append(facet("by", self.person))
        if self.provider:
            asked.append(facet("from", self.provider))
        return asked or ["all"]

    @property
    def counted(self) -> bool:
        """Whether the answers' number is kept, because one facet is all that is asked."""
        return not (self.text.strip() or self.since or self.until) and len(self.facets) == 1


def read_search(given: Mapping[str, Given], zone: str = "UTC") -> Search:
    """Check what a person or a program gave; absent and empty values take the defaults.

    Names are those of `Search`, but `from` and `to` are dates ("2026-11-21"), both included, in the
    time zone `zone`. Raises UserError: page_wrong, limit_wrong, filter_unknown, sort_unknown,
    date_wrong, dates_reversed, search_too_long.
    """
    text = _text(given, "text", MOST_TEXT)
    since, until = _date(given, "from"), _date(given, "to")
    if since and until and until < since:
        raise UserError("dates_reversed", start=since.isoformat(), end=until.isoformat())
    return Search(
        text=text,
        filter=cast("Filter", _one_of(given, "filter", FILTERS, "filter_unknown", "all")),
        tag=_text(given, "tag", MOST_VALUE),
        person=_text(given, "person", MOST_VALUE),
        provider=_text(given, "provider", MOST_VALUE),
        since=_midnight(since, zone) if since else None,
        until=_midnight(until + timedelta(days=1), zone) if until else None,
        sort=cast("Sort", _one_of(given, "sort", SORTS, "sort_unknown", "newest")),
        limit=_number(given, "limit", USUAL, MOST),
        page=_number(given, "page", 1, LAST_PAGE),
        cursor=_text(given, "cursor"),
    )


def _text(given: Mapping[str, Given], name: str, most: int | None = None) -> str:
    text = str(given.get(name) or "").replace("\0", "").strip()
    if most is not None and len(text) > most:
        raise UserError("search_too_long", length=len(text), limit=most)
    return text


def _one_of(
    given: Mapping[str, Given], name: str, known: tuple[str, ...], code: str, usual: str
) -> str:
    value = _text(given, name).lower() or usual
    if value in known:
        return value
    if code == "sort_unknown":
        raise UserError("sort_unknown", sort=value, sorts=list(known))
    raise UserError("filter_unknown", filter=value, filters=list(known))


def _number(given: Mapping[str, Given], name: str, usual: int, most: int) -> int:
    value = given.get(name)
    if value is None or value == "":
        return usual
    written = str(value).strip()
    if re.fullmatch(r"\d{1,9}", written) and 1 <= int(written) <= most:
        return int(written)
    if name == "page":
        raise UserError("page_wrong", page=written[:20], most=most)
    raise UserError("limit_wrong", limit=written[:20], most=most)


def _date(given: Mapping[str, Given], name: str) -> date | None:
    value = _text(given, name)
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise UserError("date_wrong", date=value[:30]) from error
    if not 1970 <= found.year < 9000:  # noqa: PLR2004  # room for zones and the day after
        raise UserError("date_wrong", date=value[:30])
    return found


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────


class Described(Protocol):
    """What of an image its document is made of."""

    business_id: int
    filename: str
    original_filename: str
    source: str
    provider: str
    creator_id: str
    ai_prompt: str | None
    title: str
    description: str
    tags: list[str]
    favourites: int
    approved: bool
    usage_count: int


def words_of(*texts: str) -> list[str]:
    """The different words of texts, in order, without case and accents, cut to a bearable size."""
    whole = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    plain = "".join(sign for sign in whole if not unicodedata.combining(sign))
    found = dict.fromkeys(word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", plain))
    return list(found)[:MOST_WORDS]


def facet(kind: FacetKind, value: str) -> str:
    """A facet with a value, written so that it holds no spaces and no signs but `%-._~`."""
    plain = " ".join(value.casefold().split())
    return f"{kind}/{quote(plain, safe='')}"


def value_of(facet_: str) -> str:
    """What stands in a facet that `facet` wrote."""
    return unquote(facet_.partition("/")[2])


def word_token(business_id: int, word: str) -> str:
    """A word as it stands in documents. Businesses' numbers have one width: an index of beginnings
    counts their signs (revision 0002); beyond a million businesses it is only slower.
    """
    return f"{business_id:06}{word}"


def facet_token(business_id: int, facet_: str) -> str:
    """A facet as it stands in documents, and as its count is kept."""
    return f"{business_id:06}/{facet_}"


def document_of(image: Described) -> str:
    """The tokens by which this image is found, joined by spaces."""
    facets = [
        "all",
        "uploaded" if image.source == "upload" else "ai_generated",
        "published" if image.usage_count else "unused",
        facet("by", image.creator_id),
    ]
    if image.provider:
        facets.append(facet("from", image.provider))
    if image.favourites:
        facets.append("favourites")
    if image.approved:
        facets.append("approved")
    facets += dict.fromkeys(facet("tag", tag) for tag in image.tags if tag.strip())
    words = words_of(
        image.title,
        image.filename,
        image.original_filename,
        " ".join(image.tags),
        image.ai_prompt or "",
        image.description,
    )
    tokens = [facet_token(image.business_id, each) for each in facets]
    return " ".join([*tokens, *(word_token(image.business_id, each) for each in words)])


def name_key(filename: str) -> str:
    """By what "name" sorts: no case, no accents, numbers as numbers would stand."""
    whole = unicodedata.normalize("NFKD", filename.casefold())
    plain = "".join(sign for sign in whole if not unicodedata.combining(sign))
    return re.sub(r"\d{1,9}", lambda digits: digits[0].zfill(9), plain)[:120]
