"""The cards of a post: the publish card, edited as it goes, and the outcome in a reply of its own.

Everything is drawn from the rows. It must not know how a chat renders it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.business.accounts import Account
from core.chat import Button, Card, Control, File, Link, Menu, Option
from core.messages import Message
from core.publishing.posting import NetworkFacts
from core.publishing.posts import Post, Target, TargetState
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
        lines = [self._line(target, name) for target, name in rows] if states - {"draft"} else []
        if post.discarded_at:
            lines = [words.DISCARDED]
        elif "draft" in states:
            lines = [words.DRAFT]
        elif "scheduled" in states and not states & {"claimed", "staged", "sending"}:
            lines.insert(0, words.grace(self.grace))
        if "unknown" in states:
            lines.append(words.UNKNOWN)
        facts = [("Accounts", ", ".join(name for _, name in rows)), ("Caption", post.caption)]
        facts += [(f"Alt text {number}", image.alt) for number, image in enumerate(post.images, 1)]
        return Card(
            key=message.id,
            title=words.title(states, post.title),
            lines=tuple(lines),
            facts=tuple((label, value) for label, value in facts if value),
            pictures=() if post.discarded_at else await _pictures(uow, post),
            links=tuple(Link(name, target.url) for target, name in rows if target.url),
            controls=() if post.discarded_at else _controls(rows),
            mention=message.person if "draft" in states else None,
            colour=_colour(states),
            topic=post.title,
        )

    async def outcome(self, uow: UnitOfWork, message: Message) -> Card | None:
        """What came of it, with the links, for the person who asked."""
        post = await uow.posts.get(message.subject_id)
        if post is None:
            return None
        rows = await self._rows(uow, post)
        published = sum(target.state == "published" for target, _ in rows)
        return Card(
            key=message.id,
            title=words.outcome_title(published, len(rows)),
            lines=tuple(self._line(target, name) for target, name in rows),
            links=tuple(Link(name, target.url) for target, name in rows if target.url),
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
        return words.state(name, target.state, sentence(target.trouble) if target.trouble else "")


def account_label(account: Account, networks: Mapping[str, NetworkFacts]) -> str:
    """How an account is called: the network and its own name there."""
    facts = networks.get(account.network)
    return f"{facts.title if facts else account.network} · {account.name}"


async def _pictures(uow: UnitOfWork, post: Post) -> tuple[File, ...]:
    """The post's pictures as their numbered previews, in its order."""
    items = await uow.items.of_job(post.job_id) if post.job_id else []
    previews = {item.image_id: item for item in items if item.preview_key}
    return tuple(
        File(item.preview_key or "", f"{item.number}.jpg", "image/jpeg", image.alt)
        for image in post.images
        if (item := previews.get(image.image_id))
    )


def _controls(rows: list[tuple[Target, str]]) -> tuple[Control, ...]:
    states = {target.state for target, _ in rows}
    if "draft" in states:
        return (
            Button("confirm", words.CONFIRM, "✅", "primary"),
            Button("edit", words.EDIT),
            Button("drop", words.DISCARD, style="danger"),
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
