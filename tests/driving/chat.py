"""The vocabulary that all chats share, and the one way to wait.

Owns the protocols. It must not know any platform; a chat's own objects hide behind `handle`.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

Found = TypeVar("Found")

PATIENCE = 20.0
LOOK_AGAIN = 0.02
SIGHT = 0.15
"""Seconds until a message that stands in a chat is seen: nobody reacts to one while it is sent."""

_OPTION = re.compile(r"--([a-z]+)[ =]+(\"[^\"]*\"|\S+)")


@dataclass(frozen=True)
class Where:
    """A place to speak: a channel or direct message, or a thread in it."""

    channel: Any = field(repr=False)
    thread: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Seen:
    """A message of the desk as a person reads it at this moment.

    `buttons` are labels without emoji; `menus` map a placeholder to the labels that can be chosen.
    `pings` are the names of whom it notified when it came. `where` is the thread it stands in, or
    the channel for one outside threads. Two readings of one message are equal in `id`.
    """

    id: str
    text: str
    where: Where
    pictures: tuple[bytes, ...] = field(default=(), repr=False)
    alts: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    buttons: tuple[str, ...] = ()
    menus: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pings: frozenset[str] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)
    handle: Any = field(default=None, repr=False, compare=False)

    def says(self, *words: str) -> bool:
        """Whether all these words stand in it."""
        return all(word in self.text for word in words)


@dataclass(frozen=True)
class Form:
    """A form that stands open: all that is read in it, and its fields' labels and values."""

    text: str
    fields: Mapping[str, str]
    handle: Any = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What a gesture brought at once. `text` is what only that person reads (also the errors of a
    form's fields); `opened` waits for the form that it opens, `shown` for the panel.
    """

    text: str
    opened: Callable[[], Any] = field(repr=False)
    shown: Callable[[], Any] | None = field(default=None, repr=False)

    async def form(self) -> Form:
        """The form that opened; AssertionError where none did."""
        form: Form = await self.opened()
        return form

    async def panel(self) -> Seen:
        """The card that only this person sees, as it stands now; AssertionError where none came.
        Its buttons and menus are pressed like those of any message.
        """
        assert self.shown, "no panel is shown here"
        panel: Seen = await self.shown()
        return panel


class Person(Protocol):
    """Somebody in this chat."""

    name: str

    @property
    def mark(self) -> str:
        """How this person is named in a command's text."""
        ...

    async def command(self, line: str, where: Where) -> Answer:
        """Enter a command such as `/generate a fox --count 4`, in the way this chat takes one at
        that place (in a thread of Slack: a mention).
        """
        ...

    async def mention(self, words: str, where: Where) -> None:
        """Say something to the desk."""
        ...

    async def bring(self, files: Sequence[tuple[str, bytes]], where: Where) -> None:
        """Bring files (names and bytes) to the desk, in the way this chat takes them there."""
        ...

    async def command_with(
        self, line: str, files: Sequence[tuple[str, bytes]], where: Where
    ) -> None:
        """Enter a command with files to it, in the way this chat takes them together."""
        ...

    async def react(self, message: Seen, emoji: str) -> None:
        """Put a reaction on a message."""
        ...

    async def unreact(self, message: Seen, emoji: str) -> None:
        """Take one's reaction off again."""
        ...

    async def press(self, message: Seen, button: str) -> Answer:
        """Press a button by its label."""
        ...

    async def choose(self, message: Seen, menu: str, labels: Sequence[str]) -> Answer:
        """Make `labels` the whole choice of a menu, named by its placeholder."""
        ...

    async def submit(
        self,
        form: Form,
        values: Mapping[str, str | list[str]],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Answer:
        """Fill in fields by label, leave the others as they are, put `files` (names and bytes) into
        its field of files, and send the form.
        """
        ...

    async def add_to_library(self, files: Sequence[tuple[str, bytes]], where: Where) -> Answer:
        """Write a message with `files` to the people there, and have the desk take them by the
        message's own menu.
        """
        ...

    def private(self) -> list[str]:
        """All that the desk has said to this person alone, oldest first."""
        ...

    def direct(self) -> Where:
        """The direct message with the desk."""
        ...


class Chat(Protocol):
    """A chat, and what can be done to it.

    `twice` has every event delivered twice from now on.
    """

    name: str
    twice: bool

    def settings(self) -> dict[str, str]:
        """What a desk must be told to speak here, by environment names."""
        ...

    async def connected(self) -> None:
        """Wait until a desk listens."""
        ...

    def person(self, name: str, *, admin: bool = False) -> Person:
        """A new member."""
        ...

    def channel(self, name: str) -> Where:
        """A new channel in which the desk may speak."""
        ...

    async def thread(self, who: Person, where: Where) -> Where:
        """A thread of people's own in a channel."""
        ...

    def forbid(self, where: Where) -> None:
        """Take from the desk what it needs to speak there."""
        ...

    def read(self, where: Where) -> list[Seen]:
        """The desk's messages there and in the threads below, in reading order."""
        ...

    async def delete(self, who: Person, message: Seen) -> None:
        """Delete a message."""
        ...

    def check(self) -> None:
        """AssertionError for whatever the platform would not have taken."""
        ...


async def until(
    found: Callable[[], Found | None],
    patience: float = PATIENCE,
    picture: Callable[[], object] | None = None,
) -> Found:
    """Wait until a condition gives something true, and return it.

    AssertionError after `patience` seconds, with what `picture` tells.
    """
    end = asyncio.get_running_loop().time() + patience
    while not (result := found()):
        if asyncio.get_running_loop().time() > end:
            shown = picture() if picture else ""
            raise AssertionError(f"waited {patience} s in vain\n{shown}")
        await asyncio.sleep(LOOK_AGAIN)
    return result


def picture_of(chat: Chat, where: Where, people: Sequence[Person] = ()) -> str:
    """All that stands somewhere, for the message of a failed test."""
    told = [f"--- {seen.text}\n    {seen.buttons} {dict(seen.menus)}" for seen in chat.read(where)]
    told += [f"--- {person.name} alone: {text}" for person in people for text in person.private()]
    return "\n".join(told)


def bare(label: str) -> str:
    """A control's label without the emoji before it."""
    return re.sub(r"^[^\w“]+", "", label)


def read_line(line: str) -> tuple[str, str, dict[str, str]]:
    """A command line as name, free text and options: `/generate a fox --count 4`."""
    name, _, text = line.lstrip("/").partition(" ")
    options = {key: value.strip('"') for key, value in _OPTION.findall(text)}
    return name, " ".join(_OPTION.sub("", text).split()), options
