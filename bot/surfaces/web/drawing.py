"""Drawing: from the page's rows to what its templates show to one person.

Owns what a line looks like to whom: reactions counted, what may be reacted with, replies summed up.
It must not change anything.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.surfaces.web.content import Content, read_content
from bot.surfaces.web.sessions import CHANNEL, Person
from bot.surfaces.web.templating import Templates
from core.chat import Card, CommandSpec, File
from core.library.captions import shorten
from core.library.examiner import MOST_BYTES
from core.library.uploading import MOST_FILES
from core.page import Line, LineReaction
from core.review.signals import NUMBERS
from core.storing import UnitOfWork
from core.wording import page as words

NEWEST = 60
"""Lines of the channel that are shown at once; the page fetches earlier ones as they are wanted."""

THREADS = 12
THUMBNAILS = 4

CONTROLS_WITH_EMOJI = {
    "cancel": ("❌",),
    "approve": ("✅",),
    "withdraw": ("✅",),
    "more": ("⭐",),
    "again": ("🔁",),
    "publish": ("📤", "❌"),
    "confirm": ("✅",),
    "drop": ("❌",),
}
"""Which emoji mean something on a card, by the controls that do the same."""


@dataclass(frozen=True)
class Chip:
    """An emoji that stands on a line, and by whom."""

    emoji: str
    names: tuple[str, ...]
    mine: bool


@dataclass(frozen=True)
class Replies:
    """A thread in short: how many replies, the last one's moment, and the pictures of the line that
    shows the most.
    """

    count: int
    last_at: datetime
    line_id: str
    pictures: tuple[File, ...]


@dataclass(frozen=True)
class View:
    """A line as one person sees it. `offers` are the emoji that this person has not used yet."""

    line: Line
    content: Content
    chips: tuple[Chip, ...] = ()
    offers: tuple[str, ...] = ()
    for_me: bool = False
    mentioned: str = ""
    replies: Replies | None = None

    @property
    def root_id(self) -> str:
        """The line that opens the thread this one belongs to."""
        return self.line.thread or self.line.id

    @property
    def headline(self) -> str:
        """What the thread of this line is called."""
        return shorten(self.content.card.title if self.content.card else self.line.text, 60)


@dataclass
class Seen:
    """A channel as one person sees it now; `seq` is the newest change in it. `earlier` is the line
    before which there are more, None where these are the first ones.
    """

    views: list[View]
    threads: list[View]
    seq: int
    earlier: str | None
    root: View | None = None
    replies: list[View] = field(default_factory=list)


class Drawing:
    """Draws for the people of one desk."""

    def __init__(
        self, templates: Templates, commands: Sequence[CommandSpec], *, demo: bool
    ) -> None:
        self._templates = templates
        self._commands = commands
        self._demo = demo

    async def channel(self, uow: UnitOfWork, person: Person, thread_id: str = "") -> Seen:
        """The channel, and one of its threads where `thread_id` names one of this business."""
        seq = await uow.lines.newest(person.business.id)  # first: what comes now is drawn twice
        views, earlier = await self.earlier(uow, person)
        seen = Seen(views, self.threads(views), seq, earlier)
        if thread_id:
            seen.root, seen.replies = await self.thread(uow, person, thread_id)
        return seen

    async def earlier(
        self, uow: UnitOfWork, person: Person, before: Line | None = None
    ) -> tuple[list[View], str | None]:
        """The channel's last lines before one of them, by default its newest ones; and the line
        before which there are more.
        """
        roots = await uow.lines.of_channel(person.business.id, CHANNEL, NEWEST + 1, before)
        shown = roots[-NEWEST:]
        earlier = shown[0].id if len(roots) > len(shown) else None
        return await self.views(uow, person, shown), earlier

    async def around(self, uow: UnitOfWork, person: Person) -> dict[str, object]:
        """What stands around whatever a page shows: who reads it, and the side bar."""
        seq = await uow.lines.newest(person.business.id)  # first: what comes now is drawn twice
        return {
            "person": person,
            "demo": self._demo,
            "client": self.client_facts(person, seq),
            "threads": await self.newest_threads(uow, person),
        }

    async def newest_threads(self, uow: UnitOfWork, person: Person) -> list[View]:
        """The newest threads alone."""
        roots = await uow.lines.of_channel(person.business.id, CHANNEL, THREADS * 2)
        return self.threads(await self.views(uow, person, roots))

    async def thread(
        self, uow: UnitOfWork, person: Person, thread_id: str
    ) -> tuple[View | None, list[View]]:
        """A thread's root and its replies; no root where there is none for this person."""
        root = await uow.lines.get(thread_id)
        if root is None or root.thread or not visible(root, person):
            return None, []
        replies = await self.views(uow, person, await uow.lines.of_threads([root.id]))
        return (await self.views(uow, person, [root]))[0], replies

    async def views(self, uow: UnitOfWork, person: Person, lines: Sequence[Line]) -> list[View]:
        """`lines` as `person` sees them; those that are not for them are left out."""
        shown = [(line, read_content(line)) for line in lines if visible(line, person)]
        reactions: dict[str, list[LineReaction]] = {}
        for reaction in await uow.lines.reactions([line.id for line, _ in shown]):
            reactions.setdefault(reaction.line_id, []).append(reaction)
        replies: dict[str, list[Line]] = {}
        for reply in await uow.lines.of_threads([line.id for line, _ in shown if not line.thread]):
            if not reply.private_to:
                replies.setdefault(reply.thread, []).append(reply)
        names = await _names(uow, person, [content for _, content in shown])
        return [
            _view(
                line,
                content,
                person,
                reactions.get(line.id, []),
                _sum_up(line, replies.get(line.id, [])),
                names,
            )
            for line, content in shown
        ]

    def threads(self, views: Sequence[View]) -> list[View]:
        """Those that opened a thread, the newest first."""
        opened = [view for view in views if view.replies or view.content.card]
        return list(reversed(opened))[:THREADS]

    def line(self, view: View) -> str:
        """One line as HTML."""
        return self._templates.draw("line.html", {"view": view})

    def client_facts(self, person: Person, seq: int) -> str:
        """What the browser's scripts must know, as JSON for a data block."""
        facts = {
            "me": person.member.user,
            "csrf": person.csrf,
            "seq": seq,
            "mostFiles": MOST_FILES,
            "mostBytes": MOST_BYTES,
            "words": words.SPOKEN,
            "commands": [
                {
                    "name": spec.name,
                    "description": spec.description,
                    "options": [
                        {
                            "name": option.name,
                            "description": option.description,
                            "proposes": bool(option.choices) or option.complete,
                        }
                        for option in spec.options
                        if not option.rest and option.kind != "file"
                    ],
                }
                for spec in self._commands
                if not spec.on_message
            ],
        }
        return json.dumps(facts).replace("<", "\\u003c")


def visible(line: Line, person: Person) -> bool:
    """Whether a line is for this person at all."""
    return line.business_id == person.business.id and line.private_to in {"", person.member.user}


def _offers(card: Card) -> tuple[str, ...]:
    actions = [control.action for control in card.controls]
    numbers = NUMBERS[: len(card.pictures)] if {"approve", "withdraw"} & set(actions) else ()
    emoji = [one for action in actions for one in CONTROLS_WITH_EMOJI.get(action, ())]
    order = ("✅", "⭐", "🔁", "📤", "❌")
    return (*numbers, *(one for one in order if one in emoji))


def _view(
    line: Line,
    content: Content,
    person: Person,
    reactions: list[LineReaction],
    replies: Replies | None,
    names: Mapping[str, str],
) -> View:
    by_emoji: dict[str, list[LineReaction]] = {}
    for reaction in reactions:
        by_emoji.setdefault(reaction.emoji, []).append(reaction)
    chips = tuple(
        Chip(
            emoji,
            tuple(one.user_name for one in given),
            any(one.user == person.member.user for one in given),
        )
        for emoji, given in by_emoji.items()
    )
    mine = {chip.emoji for chip in chips if chip.mine}
    offers = _offers(content.card) if content.card else ()
    mention = (content.card.mention if content.card else "") or ""
    return View(
        line=line,
        content=content,
        chips=chips,
        offers=tuple(emoji for emoji in offers if emoji not in mine),
        for_me=mention == person.member.user,
        mentioned=names.get(mention, ""),
        replies=replies,
    )


async def _names(uow: UnitOfWork, person: Person, contents: Sequence[Content]) -> dict[str, str]:
    """How those are called whom cards mention, by user id."""
    names = {}
    for user in {one.card.mention for one in contents if one.card and one.card.mention}:
        member = await uow.members.anywhere(person.business.id, user)
        names[user] = member.name if member else ""
    return names


def _sum_up(root: Line, replies: list[Line]) -> Replies | None:
    if not replies:
        return None
    best, pictures = root.id, tuple[File, ...]()
    for line in replies:
        shown = len(((line.card or {}).get("card") or {}).get("pictures", ()))
        card = read_content(line).card if shown >= max(len(pictures), 1) else None
        if card:
            best, pictures = line.id, card.pictures[:THUMBNAILS]
    return Replies(len(replies), replies[-1].created_at, best, pictures)
