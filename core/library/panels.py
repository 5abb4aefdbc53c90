"""Panels: how the library looks in a chat. A gallery page, a picture's passport, and the question
before one is deleted.

Everything is drawn from the rows; a control holds its action and the id of a `Browsing`. It must
not know any surface, nor what a control does.
"""

from urllib.parse import urlencode

from core.business.members import Business, Member
from core.chat import Button, Card, Control, Link, Menu, Option, Panel
from core.library.browsing import Browsing, look, read_open, read_picked
from core.library.finding import Found
from core.library.images import Image, alike
from core.library.passport import read_passport
from core.library.prints import name_picture, name_sheet
from core.library.removal import uses_of
from core.library.search import FILTERS, SORTS
from core.storing import UnitOfWork
from core.wording import library as words

MOST_LINKS = 10


async def draw(
    uow: UnitOfWork, business: Business, member: Member, browsing: Browsing, note: str = ""
) -> Panel:
    """What a place in the library shows: the open picture's passport, else the gallery. `note` says
    what has just been done.

    Raises UserError("image_unknown") for a picture that is gone, and as `read_search`.
    """
    if browsing.image_id is None:
        return await _draw_gallery(uow, business, browsing, note)
    return await _draw_passport(uow, member, browsing, note)


async def draw_deletion(uow: UnitOfWork, browsing: Browsing) -> Panel:
    """The question whether the open picture is deleted, with the posts that use it by name.

    Raises UserError("image_unknown").
    """
    image = await read_open(uow, browsing)
    uses = await uses_of(uow, image.id)
    card = Card(
        key=browsing.id,
        title=words.delete_title(image),
        lines=tuple(words.delete_lines(image, uses)),
        pictures=(name_picture(image),),
        links=tuple(Link(words.use_link(use), use.url) for use in uses if use.url)[:MOST_LINKS],
        controls=(
            Button("erase_used" if uses else "erase", words.DELETE, style="danger"),
            Button("keep", words.KEEP),
        ),
        colour="bad",
    )
    return Panel(card, f"/library/{image.id}")


# ── the gallery ──────────────────────────────────────────────────────────────────────────────────


async def _draw_gallery(
    uow: UnitOfWork, business: Business, browsing: Browsing, note: str
) -> Panel:
    found = await look(uow, business, browsing)
    picked = await read_picked(uow, browsing)
    person = await uow.members.get(browsing.question.get("person", ""))
    whose = person.name if person and person.business_id == business.id else "?"
    asked = words.asked(browsing.question, whose)
    pictures = [words.picture_line(place, each) for place, each in enumerate(found.images, 1)]
    if not pictures:
        pictures = [words.NOTHING if browsing.question else words.EMPTY]
    lines = [note, asked, *pictures, words.picked(picked)]
    card = Card(
        key=browsing.id,
        title=words.gallery_title(found),
        lines=tuple(line for line in lines if line),
        pictures=(name_sheet(found.images),) if found.images else (),
        controls=_gallery_controls(browsing, found, picked),
    )
    query = urlencode(browsing.question)
    return Panel(card, f"/library?{query}" if query else "/library")


def _gallery_controls(browsing: Browsing, found: Found, picked: list[Image]) -> tuple[Control, ...]:
    asked = browsing.question
    filters = tuple(Option(each, words.FILTERS[each]) for each in FILTERS)
    sorts = tuple(Option(each, words.SORTS[each]) for each in SORTS)
    controls: list[Control] = [
        Menu("filter", words.FILTER, filters, (asked.get("filter", "all"),)),
        Menu("sort", words.SORT, sorts, (asked.get("sort", "newest"),)),
    ]
    # What other pages' pictures are picked stands here as well: a menu's choice is the whole one.
    here = {image.id for image in found.images}
    options = [
        *(_option(place, image) for place, image in enumerate(found.images, 1)),
        *(_option(None, image) for image in picked if image.id not in here),
    ]
    if options:
        chosen = tuple(str(image.id) for image in picked)
        controls.append(Menu("pick", words.PICK, tuple(options), chosen, many=True))
    if found.before:
        controls.append(Button("previous", words.PREVIOUS))
    if found.after:
        controls.append(Button("next", words.NEXT))
    controls.append(Button("search", words.SEARCH, "🔎"))
    if options:
        controls.append(Button("use", words.USE, "📤", "primary"))
        controls.append(Button("details", words.DETAILS))
    return tuple(controls)


def _option(place: int | None, image: Image) -> Option:
    """A picture in the menu of picks."""
    return Option(str(image.id), words.pick_option(place, image)[:75])


# ── the passport ─────────────────────────────────────────────────────────────────────────────────


async def _draw_passport(uow: UnitOfWork, member: Member, browsing: Browsing, note: str) -> Panel:
    image = await read_open(uow, browsing)
    passport = await read_passport(uow, image)
    lines = [note, words.passport_line(passport)]
    starred = any(word.member_id == member.id for word in passport.starred_by)
    published = [use for use in passport.uses if use.url]
    card = Card(
        key=browsing.id,
        title=words.passport_title(image),
        lines=tuple(line for line in lines if line),
        facts=tuple(words.passport_facts(passport, await alike(uow, image))),
        pictures=(name_picture(image),),
        links=tuple(Link(words.use_link(use), use.url) for use in published)[:MOST_LINKS],
        controls=(
            Button("use", words.USE, "📤", "primary"),
            Button("unfavourite", words.UNFAVOURITE, "⭐")
            if starred
            else Button("favourite", words.FAVOURITE, "⭐"),
            Button("edit_words", words.EDIT),
            Button("delete", words.DELETE, style="danger"),
            Button("back", words.BACK),
        ),
    )
    return Panel(card, f"/library/{image.id}")
