"""The drafts of a batch, as its card shows them: how far they are, where they stand, and what can
be done with many at once.

    the card   the first `PAGE` drafts in menus, and a button to the others where there are more
    a page     a panel with the next ones, and a menu of all pages

Owns which drafts can be opened, stopped and published from the batch's card. It changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.chat import Button, Card, Control, Link, Menu, Option, Panel
from core.generation.batches.batch import Batch
from core.generation.jobs import Item
from core.publishing.posts import Post, Target, is_draft
from core.storing import UnitOfWork
from core.wording import drafts as words

MOST_LINKS: Final = 10
IN_MENU: Final = 25
MOST_MENUS: Final = 3
"""Each takes a row of the card, and two are left for its buttons."""

PAGE: Final = MOST_MENUS * IN_MENU
"""Drafts that are offered at a time."""

OPENING: Final = tuple(f"open{place or ''}" for place in range(MOST_MENUS))
"""What those menus are called on the card."""

OPENING_HERE: Final = tuple(f"open_here{place}" for place in range(MOST_MENUS))
"""What they are called on a page, which stays and says what was opened."""

TURN: Final = "drafts"
"""What leads to a page: on the card to the second, in the pages' menu to that which is chosen."""

ON_THE_WAY: Final = frozenset({"claimed", "staged", "sending"})


@dataclass(frozen=True)
class DraftsShown:
    """The part of a card that is about drafts. `images` are those that have been made posts of."""

    lines: tuple[str, ...]
    links: tuple[Link, ...]
    controls: tuple[Control, ...]
    images: frozenset[int]


async def draw_drafts(uow: UnitOfWork, batch: Batch, items: Sequence[Item]) -> DraftsShown:
    """What there is of drafts by now; empty where nobody has asked for any."""
    posts = await uow.posts.of_job(batch.id)
    drafted = await _read(uow, posts, items)
    creating = batch.state == "creating"
    links = tuple(Link(one.label, one.url) for one in drafted if one.url)
    lines = [words.drafts(drafted, creating=creating)] if drafted or creating else []
    if len(links) > MOST_LINKS:
        lines.append(words.more_links(MOST_LINKS, len(links)))
    return DraftsShown(
        tuple(lines),
        links[:MOST_LINKS],
        _controls(drafted),
        frozenset(image.image_id for post in posts for image in post.images),
    )


async def _read(
    uow: UnitOfWork, posts: Sequence[Post], items: Sequence[Item]
) -> list[words.Drafted]:
    numbers = {item.image_id: item.number for item in reversed(items)}
    kept = [post for post in posts if not post.discarded_at]
    targets: dict[str, list[Target]] = {}
    for target in await uow.targets.of_posts([post.id for post in kept]):
        targets.setdefault(target.post_id, []).append(target)
    found = []
    for post in kept:
        theirs = targets.get(post.id, [])
        number = next((numbers[one.image_id] for one in post.images if one.image_id in numbers), 0)
        url = next((target.url for target in theirs if target.url), "")
        found.append(words.Drafted(post.id, number, post.title, url, _state(post, theirs)))
    return sorted(found, key=lambda one: one.number)


def _state(post: Post, targets: list[Target]) -> words.DraftState:
    """How far a post is, by what is left to do for any of its accounts."""
    if is_draft(post, targets):
        return "draft"
    states = {target.state for target in targets}
    if "scheduled" in states:
        return "approved"
    if states & ON_THE_WAY:
        return "sending"
    return "failed" if states & {"failed", "unknown"} else "published"


async def draw_page(
    uow: UnitOfWork, job_id: str, key: str, page: int = 1, opened: str = ""
) -> Panel:
    """A page, counted from 1, of the drafts that can be opened; where there is none of that number,
    the last. With `opened`, the id of a post that has just been opened, the page that it is on.
    `key` is that of the batch's card.
    """
    drafted = await _read(uow, await uow.posts.of_job(job_id), await uow.items.of_job(job_id))
    left = _openable(drafted)
    pages = [left[start : start + PAGE] for start in range(0, len(left), PAGE)] or [[]]
    places = {one.post_id: at for at, one in enumerate(left)}
    if opened in places:
        page = places[opened] // PAGE + 1
    page = min(max(page, 1), len(pages))
    card = Card(
        key=key,
        title=words.title(page, len(pages)),
        lines=(*((words.OPENED,) if opened else ()), words.left(len(left))),
        controls=(*_menus(pages[page - 1], OPENING_HERE), *_turning(pages, page)),
    )
    asked = f"opened={opened}" if opened in places else f"page={page}"
    return Panel(card, f"/batches/{job_id}/drafts?{asked}")


def _turning(pages: Sequence[Sequence[words.Drafted]], page: int) -> tuple[Menu, ...]:
    """The menu of all pages, where there are several."""
    spans = [
        Option(str(number), words.span(one[0].number, one[-1].number))
        for number, one in enumerate(pages, 1)
        if len(pages) > 1
    ]
    return (Menu(TURN, words.OTHERS, tuple(spans), (str(page),)),) if spans else ()


def _openable(drafted: Sequence[words.Drafted]) -> list[words.Drafted]:
    """Those with which something is left to do."""
    return [one for one in drafted if one.state in {"draft", "failed"}]


def _menus(left: Sequence[words.Drafted], actions: Sequence[str]) -> list[Control]:
    menus: list[Control] = []
    for place, action in enumerate(actions):
        part = left[place * IN_MENU : (place + 1) * IN_MENU]
        if part:
            label = words.open_some(part[0].number, part[-1].number)
            options = tuple(Option(one.post_id, one.label) for one in part)
            menus.append(Menu(action, label if len(left) > IN_MENU else words.OPEN, options))
    return menus


def _controls(drafted: Sequence[words.Drafted]) -> tuple[Control, ...]:
    left = _openable(drafted)
    controls = _menus(left, OPENING)
    if len(left) > PAGE:
        controls.append(Button(TURN, words.MORE))
    if waiting := sum(one.state == "draft" for one in drafted):
        controls.append(Button("publish-all", words.publish_all(waiting), "📤", "primary"))
    if any(one.state == "approved" for one in drafted):
        controls.append(Button("stop-all", words.STOP, style="danger"))
    return tuple(controls)
