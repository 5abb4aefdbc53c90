"""The drafts of a batch, as its card shows them: how far they are, where they stand, and what can
be done with many at once.

Owns which drafts can be opened, stopped and published from the batch's card. It changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.chat import Button, Control, Link, Menu, Option
from core.generation.batches.batch import Batch
from core.generation.jobs import Item
from core.publishing.posts import Post, Target, is_draft
from core.storing import UnitOfWork
from core.wording import batches as words

MOST_LINKS: Final = 10
IN_MENU: Final = 25
MOST_MENUS: Final = 4
"""Each takes a row of the card; of more drafts, others follow as these are published."""

OPENING: Final = tuple(f"open{place or ''}" for place in range(MOST_MENUS))
"""What those menus are called."""

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


def _controls(drafted: Sequence[words.Drafted]) -> tuple[Control, ...]:
    controls: list[Control] = []
    open_ones = [one for one in drafted if one.state in {"draft", "failed"}]
    for place, action in enumerate(OPENING):
        part = open_ones[place * IN_MENU : (place + 1) * IN_MENU]
        if part:
            label = words.open_some(part[0].number, part[-1].number)
            options = tuple(Option(one.post_id, one.label) for one in part)
            controls.append(
                Menu(action, label if len(open_ones) > IN_MENU else words.OPEN, options)
            )
    if waiting := sum(one.state == "draft" for one in drafted):
        controls.append(Button("publish-all", words.publish_all(waiting), "📤", "primary"))
    if any(one.state == "approved" for one in drafted):
        controls.append(Button("stop-all", words.STOP, style="danger"))
    return tuple(controls)
