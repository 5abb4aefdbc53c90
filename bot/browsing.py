"""Browsing: what the library's commands, controls and forms do, each in the inbox's transaction.

A control names a `Browsing`; what it says is drawn again by `core.library.panels`. It must not know
any surface.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.asking import Asking, FormHandler
from bot.desk import Desk
from bot.posting import post_form_for
from core.business.members import Business, may_direct
from core.chat import Choices, FieldErrors, Form, FormField, Option, Panel, Press, Reply
from core.errors import UserError
from core.library.browsing import (
    Browsing,
    begin,
    begin_home,
    called,
    open_picked,
    pick,
    read_open,
    require_browsing,
)
from core.library.captions import shorten
from core.library.describing import MOST_ALT, MOST_TITLE, Words, describe, read_tags
from core.library.finding import find
from core.library.images import Image, require_image, star, unstar
from core.library.panels import draw, draw_deletion
from core.library.removal import remove_image
from core.library.search import MOST_TEXT, read_search
from core.storing import UnitOfWork
from core.wording import library as words
from core.wording.errors import sentence

LONGEST_FIELD: Final = 3000  # what the narrowest chat takes
MOST_PEOPLE: Final = 24
MOST_PROPOSED: Final = 25
MOST_TAGS: Final = 10
ANYBODY: Final = "anybody"


@dataclass(frozen=True)
class Look:
    """A panel that a person uses, and the values of its menu."""

    desk: Desk
    uow: UnitOfWork
    asking: Asking
    browsing: Browsing
    values: tuple[str, ...] = ()

    async def draw(self, note: str = "") -> Panel:
        """The panel as it is now."""
        asking = self.asking
        return await draw(self.uow, asking.business, asking.member, self.browsing, note)


# ── opening ──────────────────────────────────────────────────────────────────────────────────────


async def open_library(
    desk: Desk,  # noqa: ARG001  # every handler is called alike
    uow: UnitOfWork,
    asking: Asking,
    values: dict[str, str],
) -> Reply:
    """The gallery, searched as asked. Raises UserError as `read_search`."""
    given = {"text": values.get("search", "")} | {
        name: values[name] for name in ("filter", "sort") if name in values
    }
    browsing = await begin(uow, asking.member, given)
    return await draw(uow, asking.business, asking.member, browsing)


async def open_image(
    desk: Desk,  # noqa: ARG001  # every handler is called alike
    uow: UnitOfWork,
    asking: Asking,
    values: dict[str, str],
) -> Reply:
    """The passport of the one picture meant, or the gallery of those that may be.

    Raises UserError("image_unnamed" | "image_not_found" | "search_too_long").
    """
    name = values.get("name", "").strip()
    if not name:
        raise UserError("image_unnamed")
    found = await called(uow, asking.business, name)
    if not found:
        raise UserError("image_not_found", name=shorten(name, words.LONGEST_NAME))
    browsing = await begin(uow, asking.member, {"text": name} if len(found) > 1 else {})
    browsing.image_id = found[0].id if len(found) == 1 else None
    return await draw(uow, asking.business, asking.member, browsing)


async def open_home(uow: UnitOfWork, asking: Asking) -> Panel:
    """What stands in the desk's own place in a chat."""
    browsing = await begin_home(uow, asking.member)
    return await draw(uow, asking.business, asking.member, browsing)


async def propose(uow: UnitOfWork, business: Business, command: str, text: str) -> Choices:
    """Pictures, titles and tags of the library for what is being typed, at most 25; none for a
    command that asks for no picture.
    """
    if command not in {"library", "image"}:
        return Choices(())
    search = read_search({"text": text[:MOST_TEXT], "limit": MOST_PROPOSED}, business.time_zone)
    images = (await find(uow, business.id, search)).images
    if command == "image":
        return Choices(tuple(Option(str(each.id), words.proposal(each)) for each in images))
    tags = await uow.images.values(business.id, "tag", text, MOST_TAGS)
    names = dict.fromkeys([*(tag for tag, _ in tags), *(words.name(each) for each in images)])
    return Choices(tuple(Option(name[:75], name[:75]) for name in [*names][:MOST_PROPOSED]))


# ── controls ─────────────────────────────────────────────────────────────────────────────────────


async def use(desk: Desk, uow: UnitOfWork, asking: Asking, event: Press) -> Reply:
    """A control of a panel. Raises UserError for what cannot be or who may not."""
    browsing = await require_browsing(uow, asking.member, event.key)
    look = Look(desk, uow, asking, browsing, event.values)
    return await PANEL_ACTIONS[event.action](look) or await look.draw()


async def _filter(look: Look) -> None:
    look.browsing.ask({"filter": "".join(look.values[:1])})


async def _sort(look: Look) -> None:
    look.browsing.ask({"sort": "".join(look.values[:1])})


async def _pick(look: Look) -> None:
    await pick(look.uow, look.browsing, look.values)


async def _previous(look: Look) -> None:
    look.browsing.turn(back=True)


async def _next(look: Look) -> None:
    look.browsing.turn(back=False)


async def _details(look: Look) -> None:
    await open_picked(look.uow, look.browsing)


async def _back(look: Look) -> None:
    look.browsing.image_id = None


async def _favourite(look: Look) -> None:
    image = await read_open(look.uow, look.browsing)
    await star(look.uow, image.id, look.asking.member.id)


async def _unfavourite(look: Look) -> None:
    image = await read_open(look.uow, look.browsing)
    await unstar(look.uow, image.id, look.asking.member.id)


async def _ask_deletion(look: Look) -> Reply:
    await _own(look)
    return await draw_deletion(look.uow, look.browsing)


async def _erase(look: Look, *, although_used: bool = False) -> Reply:
    image = await read_open(look.uow, look.browsing)
    note = words.DELETED.format(title=words.name(image))
    try:
        await remove_image(look.uow, image, look.asking.member, although_used=although_used)
    except UserError as error:
        if error.code != "image_in_use":
            raise
        return await draw_deletion(look.uow, look.browsing)  # a post came to use it meanwhile
    look.browsing.image_id = None
    return await look.draw(note)


async def _erase_used(look: Look) -> Reply:
    return await _erase(look, although_used=True)


async def _keep(look: Look) -> None:
    """The question was all there was; the passport comes back."""


async def _own(look: Look) -> Image:
    image = await read_open(look.uow, look.browsing)
    if not may_direct(look.asking.member, image.creator_id):
        raise UserError("not_yours")
    return image


# ── forms ────────────────────────────────────────────────────────────────────────────────────────


async def _search_form(look: Look) -> Form:
    asked = look.browsing.question
    people = [Option(ANYBODY, words.ANYBODY)]
    for id_, _ in await look.uow.images.values(look.browsing.business_id, "by", "", MOST_PEOPLE):
        member = await look.uow.members.get(id_)
        if member:
            people.append(Option(id_, member.name[:75]))
    person = asked.get("person", ANYBODY)
    known = any(option.value == person for option in people)
    return Form(
        f"search:{look.browsing.id}",
        words.SEARCH_TITLE,
        words.SEARCH_SUBMIT,
        (
            _line("text", words.WORDS, asked.get("text", ""), MOST_TEXT, words.WORDS_HINT),
            _line("tag", words.TAG, asked.get("tag", ""), MOST_TEXT),
            FormField(
                "person",
                words.PERSON,
                "select",
                person if known else ANYBODY,
                options=tuple(people),
            ),
            _line("from", words.FROM, asked.get("from", ""), 10, words.DAY_HINT),
            _line("to", words.TO, asked.get("to", ""), 10, words.DAY_HINT),
        ),
    )


async def _words_form(look: Look) -> Form:
    image = await _own(look)
    return Form(
        f"words:{look.browsing.id}:{image.id}",
        words.EDIT_TITLE,
        words.EDIT_SUBMIT,
        (
            _line("title", words.TITLE, image.title[:MOST_TITLE], MOST_TITLE),
            _paragraph("description", words.DESCRIPTION, _shown(image.description)),
            _paragraph("tags", words.TAGS, _shown(", ".join(image.tags)), words.TAGS_HINT),
            FormField(
                "alt",
                words.ALT,
                "paragraph",
                image.alt_text[:MOST_ALT],
                required=False,
                max_length=MOST_ALT,
                hint=words.ALT_HINT,
            ),
        ),
    )


def _shown(text: str) -> str:
    return text[:LONGEST_FIELD].strip()


def _changed(given: str, shown: str) -> str | None:
    return None if given.strip() == shown else given


async def _use_form(look: Look) -> Form:
    images = await _chosen(look)
    if not images:
        raise UserError("none_picked")
    return await post_form_for(look.desk, look.uow, look.asking.business, images)


async def _chosen(look: Look) -> list[Image]:
    business_id = look.browsing.business_id
    found = [await look.uow.images.of_business(business_id, id_) for id_ in look.browsing.chosen]
    return [image for image in found if image]


def _line(id_: str, label: str, value: str, most: int, hint: str = "") -> FormField:
    return FormField(id_, label, "line", value, required=False, max_length=most, hint=hint)


def _paragraph(id_: str, label: str, value: str, hint: str = "") -> FormField:
    return FormField(
        id_, label, "paragraph", value, required=False, max_length=LONGEST_FIELD, hint=hint
    )


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────


async def search(
    desk: Desk, uow: UnitOfWork, asking: Asking, key: str, values: dict[str, str]
) -> Reply:
    """The gallery, searched as the form says."""
    browsing = await require_browsing(uow, asking.member, key)
    given = values | ({"person": ""} if values.get("person") == ANYBODY else {})
    try:
        read_search(given, asking.business.time_zone)
    except UserError as error:
        if error.code != "date_wrong":
            raise
        wrong = [name for name in ("from", "to") if _is(values.get(name, ""), error)]
        return FieldErrors(dict.fromkeys(wrong, sentence(error.trouble)))
    browsing.ask(given)
    return await Look(desk, uow, asking, browsing).draw()


def _is(value: str, error: UserError) -> bool:
    return bool(value.strip()) and value.strip().startswith(str(error.facts["date"]))


async def save_words(
    desk: Desk, uow: UnitOfWork, asking: Asking, key: str, values: dict[str, str]
) -> Reply:
    """The passport, with the new words."""
    browsing_id, _, image_id = key.partition(":")
    browsing = await require_browsing(uow, asking.member, browsing_id)
    image = await require_image(uow, asking.business.id, int(image_id))
    # What the form shows only in part, or writes otherwise, stays whole where nobody changed it.
    description = _changed(values.get("description", ""), _shown(image.description))
    tags = _changed(values.get("tags", ""), _shown(", ".join(image.tags)))
    said = Words(
        values.get("title"),
        description,
        None if tags is None else read_tags(tags),
        values.get("alt"),
    )
    await describe(uow, image, asking.member, said)
    browsing.image_id = image.id
    return await Look(desk, uow, asking, browsing).draw(words.SAVED)


PANEL_ACTIONS: dict[str, Callable[[Look], Awaitable[Reply | None]]] = {
    "filter": _filter,
    "sort": _sort,
    "pick": _pick,
    "previous": _previous,
    "next": _next,
    "search": _search_form,
    "use": _use_form,
    "details": _details,
    "back": _back,
    "favourite": _favourite,
    "unfavourite": _unfavourite,
    "edit_words": _words_form,
    "delete": _ask_deletion,
    "erase": _erase,
    "erase_used": _erase_used,
    "keep": _keep,
}
"""Where none returns a reply of its own, the panel is drawn again."""

PANEL_FORMS: Mapping[str, FormHandler] = {"search": search, "words": save_words}
"""By the first part of their keys; the rest of the key is handed on."""
