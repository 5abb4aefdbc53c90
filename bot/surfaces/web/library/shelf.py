"""The shelf: from the library's rows to what its templates show to one person.

Owns what a tile says of its image, and what the grid can be narrowed by. It changes nothing and
must not know HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.surfaces.web.library.asking import PER_PAGE, address
from bot.surfaces.web.sessions import Person
from core.chat import Option
from core.errors import UserError
from core.library.finding import Found, find
from core.library.images import Image
from core.library.passport import Passport, read_passport
from core.library.search import FILTERS, SORTS, read_search
from core.storing import UnitOfWork
from core.wording import page as words
from core.wording.errors import sentence

MOST_OFFERED = 60
"""Tags, people or providers in a menu: the most used ones."""

ALIKE_BITS = 6
MOST_ALIKE = 8


@dataclass(frozen=True)
class Tile:
    """An image in the grid; `starred` by the one who looks."""

    image: Image
    starred: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        return self.image.title or self.image.original_filename or self.image.filename

    @property
    def origin(self) -> str:
        """Where it comes from, in a word or two."""
        if self.image.source == "upload":
            return words.ORIGIN_UPLOADED
        return words.ORIGIN_AI if self.image.is_ai_generated else words.ORIGIN_SKETCH

    @property
    def moves(self) -> bool:
        """Whether it may be an animation, which only the original shows."""
        return self.image.mime_type in {"image/gif", "image/webp"}


@dataclass(frozen=True)
class Answers:
    """What was found, or why nothing was looked for. `more` is the address of the next part."""

    tiles: tuple[Tile, ...]
    found: Found
    asked: Mapping[str, str]
    problem: str = ""
    more: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked at all: an empty library is another thing."""
        return any(name not in {"sort", "cursor", "limit"} for name in self.asked)


@dataclass(frozen=True)
class Choices:
    """What the grid can be narrowed by and sorted."""

    filters: tuple[Option, ...]
    sorts: tuple[Option, ...]
    tags: tuple[Option, ...]
    people: tuple[Option, ...]
    providers: tuple[Option, ...]


@dataclass(frozen=True)
class Whole:
    """One image with all that is known of it. `thread` is the address where it was asked for on the
    page, empty where that is elsewhere.
    """

    tile: Tile
    passport: Passport
    parent: Tile | None
    children: tuple[Tile, ...]
    alike: tuple[Tile, ...]
    thread: str


async def answer(uow: UnitOfWork, person: Person, asked: Mapping[str, str]) -> Answers:
    """The part of the library that is asked for; what is wrong with the question is a sentence."""
    try:
        search = read_search({"limit": PER_PAGE, **asked}, person.business.time_zone)
        found = await find(uow, person.business.id, search)
    except UserError as error:
        return Answers((), Found([], 0, 0, 1), asked, problem=sentence(error.trouble))
    more = address(asked, cursor=found.after) if found.after else ""
    return Answers(await tiles(uow, person, found.images), found, asked, more=more)


async def tiles(uow: UnitOfWork, person: Person, images: Sequence[Image]) -> tuple[Tile, ...]:
    """Images as this person sees them."""
    starred = await uow.images.starred_by(person.member.id, [image.id for image in images])
    return tuple(Tile(image, image.id in starred) for image in images)


async def choices(uow: UnitOfWork, person: Person, asked: Mapping[str, str]) -> Choices:
    """What can be chosen, and what is chosen already even where it is rare."""
    own = person.business.id
    tags = await uow.images.values(own, "tag", "", MOST_OFFERED)
    people = [
        (member_id, await _name(uow, member_id), count)
        for member_id, count in await uow.images.values(own, "by", "", MOST_OFFERED)
    ]
    providers = await uow.images.values(own, "from", "", MOST_OFFERED)
    return Choices(
        filters=tuple(Option(one, words.FILTERS[one]) for one in FILTERS),
        sorts=tuple(Option(one, words.SORTS[one]) for one in SORTS),
        tags=_options([(tag, tag, count) for tag, count in tags], asked.get("tag", "")),
        people=_options(people, asked.get("person", "")),
        providers=_options([(one, one, count) for one, count in providers], ""),
    )


def _options(values: Sequence[tuple[str, str, int]], chosen: str) -> tuple[Option, ...]:
    offered = [Option(value, f"{label} ({count})") for value, label, count in values]
    rare = chosen.casefold() not in {"", *(value.casefold() for value, _, _ in values)}
    return (*offered, *([Option(chosen, chosen)] if rare else []))


async def look_at(uow: UnitOfWork, person: Person, image: Image) -> Whole:
    """An image with its passport, its relatives, and what looks like it."""
    passport = await read_passport(uow, image)
    near = await uow.images.near(image.business_id, image.dhash, ALIKE_BITS) if image.dhash else []
    alike = [one for one, _ in near if one.id != image.id and one.business_id == image.business_id]
    (tile,) = await tiles(uow, person, [image])
    return Whole(
        tile=tile,
        passport=passport,
        parent=Tile(passport.parent) if passport.parent else None,
        children=tuple(Tile(child) for child in passport.children),
        alike=tuple(Tile(one) for one in alike[:MOST_ALIKE]),
        thread=await _thread(uow, passport),
    )


async def _thread(uow: UnitOfWork, passport: Passport) -> str:
    """Where it was ordered, if on the page."""
    job = await uow.jobs.get(passport.making.job_id) if passport.making else None
    root = await uow.messages.get(job.root_id) if job else None
    if root is None or root.thread is None or root.surface != "page":
        return ""
    return f"/?thread={root.thread.id}"


async def _name(uow: UnitOfWork, member_id: str) -> str:
    member = await uow.members.get(member_id)
    return member.name if member else words.SOMEBODY
