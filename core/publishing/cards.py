"""The cards of a post: the publish card, edited as it goes, and the outcome in a reply of its own.

Everything is drawn from the rows. It must not know how a chat renders it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from core.business.accounts import Account
from core.chat import Button, Card, Control, File, Link, Menu, Option
from core.library.prints import name_picture
from core.messages import Message
from core.publishing.joining import count_coming
from core.publishing.posting import Draft, NetworkFacts, check_draft
from core.publishing.posts import Post, PostImage, Target, TargetState
from core.storing import UnitOfWork
from core.wording import posts as words
from core.wording.errors import sentence


@dataclass(frozen=True)
class PostCards:
    """Draws the cards of posts. `networks` are by name; `grace` is seconds."""

    networks: Mapping[str, NetworkFacts]
    grace: float

    async def post(self, uow: UnitOfWork, message: Message) -> Card | None:
        """Accounts, caption, pictures, and where each account's post is."""
        post = await uow.posts.get(message.subject_id)
        if post is None:
            return None
        rows = await self._rows(uow, post)
        states = {target.state for target, _ in rows}
        pictures = await _pictures(uow, post)
        facts = [("Accounts", ", ".join(name for _, name in rows)), ("Caption", post.caption)]
        facts += [(label, image.alt) for label, image, _ in pictures]
        if "draft" in states:
            facts.append((words.ADDRESS, post.slug))
        return Card(
            key=message.id,
            title=words.title(states, post.title),
            lines=tuple(await self._lines(uow, post, rows)),
            facts=tuple((label, value) for label, value in facts if value),
            pictures=() if post.discarded_at else tuple(file for _, _, file in pictures),
            links=_links(rows),
            controls=() if post.discarded_at else _controls(rows),
            mention=message.person if "draft" in states else None,
            colour=_colour(states),
            topic=post.title,
        )

    async def _lines(
        self, uow: UnitOfWork, post: Post, rows: list[tuple[Target, str]]
    ) -> list[str]:
        states = {target.state for target, _ in rows}
        if post.discarded_at:
            return [words.DISCARDED]
        if "draft" in states:
            coming = await count_coming(uow, post.id)
            return [words.coming(coming)] if coming else await self._draft_lines(uow, post, rows)
        if states == {"scheduled"} and not any(target.trouble for target, _ in rows):
            return [words.grace(self.grace)]
        lines = [self._line(target, name) for target, name in rows if not target.url]
        return [*lines, words.UNKNOWN] if "unknown" in states else lines

    async def _draft_lines(
        self, uow: UnitOfWork, post: Post, rows: list[tuple[Target, str]]
    ) -> list[str]:
        """What keeps it from being published, else that it can be."""
        ids = [target.account_id for target, _ in rows]
        draft = Draft(ids, post.caption, post.images)
        problems = await check_draft(uow, post.business_id, draft, self.networks)
        return [sentence(problem.trouble) for problem in problems] or [words.DRAFT]

    async def outcome(self, uow: UnitOfWork, message: Message) -> Card | None:
        """What came of it, with the links, for the person who asked."""
        post = await uow.posts.get(message.subject_id)
        if post is None:
            return None
        rows = await self._rows(uow, post)
        published = sum(target.state == "published" for target, _ in rows)
        lines = [self._line(target, name) for target, name in rows if not target.url]
        if any(target.state == "unknown" for target, _ in rows):
            lines.append(words.UNKNOWN_HERE)
        return Card(
            key=message.id,
            title=words.outcome_title(published, len(rows), post.title),
            lines=tuple(lines),
            links=_links(rows),
            mention=message.person,
            colour="good" if published == len(rows) else "bad",
        )

    async def _rows(self, uow: UnitOfWork, post: Post) -> list[tuple[Target, str]]:
        rows = []
        for target in await uow.targets.of_post(post.id):
            account = await uow.accounts.get(target.account_id)
            if account and (target.state != "cancelled" or post.discarded_at):
                rows.append((target, account_label(account, self.networks)))
        return rows

    def _line(self, target: Target, name: str) -> str:
        if target.state == "sending" and target.trouble:
            return words.checking(name)
        if target.trouble is None or target.state == "unknown":  # why, is said once for all
            return words.state(name, target.state, "")
        return words.state(name, target.state, sentence(target.trouble))


def account_label(account: Account, networks: Mapping[str, NetworkFacts]) -> str:
    """How an account is called: the network and its own name there."""
    facts = networks.get(account.network)
    return f"{facts.title if facts else account.network} · {account.name}"


def _links(rows: list[tuple[Target, str]]) -> tuple[Link, ...]:
    return tuple(Link(words.open_on(name), target.url) for target, name in rows if target.url)


async def _pictures(uow: UnitOfWork, post: Post) -> list[tuple[str, PostImage, File]]:
    """The post's pictures: of its own job as the numbered previews that stand in the thread, others
    as the library shows them. Before each, whose alt text it is called.
    """
    items = await uow.items.of_job(post.job_id) if post.job_id else []
    previews = {item.image_id: item for item in items if item.preview_key}
    pictures = []
    for one in post.images:
        item, image = previews.get(one.image_id), await uow.images.get(one.image_id)
        if item:
            file = File(item.preview_key or "", f"{item.number}.jpg", "image/jpeg", one.alt)
            pictures.append((words.alt_label(item.number, ""), one, file))
        elif image:
            file = name_picture(image)
            label = words.alt_label(None, image.title or image.filename)
            pictures.append((label, one, replace(file, alt=one.alt or file.alt)))
    return pictures


def _controls(rows: list[tuple[Target, str]]) -> tuple[Control, ...]:
    states = {target.state for target, _ in rows}
    if "draft" in states:
        confirm = Button("confirm", words.CONFIRM, "✅", "primary")
        drop = Button("drop", words.DISCARD, style="danger")
        if not states <= {"draft", "cancelled"}:  # somewhere else it is decided, as it is
            return confirm, drop
        sources = tuple(Option(*pair) for pair in words.PICTURE_SOURCES.items())
        return (
            confirm,
            Button("edit", words.EDIT),
            Button("address", words.ADDRESS),
            Menu("add_picture", words.ADD_PICTURE, sources),
            drop,
        )
    if "scheduled" in states:
        return (Button("stop", words.STOP, style="danger"),)
    options = [
        Option(f"{word} {target.id}", label)
        for target, name in rows
        if target.state in {"unknown", "failed"}
        for word, label in words.settle_options(name, target.state).items()
    ]
    return (Menu("settle", words.SETTLE, tuple(options[:25])),) if options else ()


def _colour(states: set[TargetState]) -> Literal["neutral", "busy", "good", "bad"]:
    if states & {"failed", "unknown"}:
        return "bad"
    if states & {"scheduled", "claimed", "staged", "sending"}:
        return "busy"
    return "good" if states == {"published"} else "neutral"
