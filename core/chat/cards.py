"""What stands in a chat: cards, their pictures and controls."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from core.chat.places import MessageRef


@dataclass(frozen=True)
class Link:
    """A link under its own words."""

    label: str
    url: str


@dataclass(frozen=True)
class Option:
    """One choice of a menu or select: at most 75 characters of label on every surface."""

    value: str
    label: str


@dataclass(frozen=True)
class Button:
    """A control; on the wire `{action}:{card.key}`, so that it works for ever."""

    action: str
    label: str
    emoji: str = ""
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True)
class Menu:
    """A select on a card. `chosen` are the values that stand; `many` allows several or none."""

    action: str
    placeholder: str
    options: tuple[Option, ...]
    chosen: tuple[str, ...] = ()
    many: bool = False


Control: TypeAlias = Button | Menu


@dataclass(frozen=True)
class File:
    """Bytes that go with a card: `id` is the blob key, loaded only when it must be sent."""

    id: str
    filename: str
    mime_type: str
    alt: str = ""


@dataclass(frozen=True)
class Card:
    """A message of the desk, drawn from the database.

    `key` is the id of our own message row: it stands in every control and lets a surface find the
    card again after a crash. `pictures` (JPEG ≤ 1 MB each, at most 10) are shown; `files` are
    offered for download. `progress` is (done, total). `mention` notifies that platform user id.
    `colour` tells the mood: busy, good, bad, neutral. `topic` names the thread that the card opens,
    where a chat names threads; unlike the title it stays true.
    """

    key: str
    title: str
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    pictures: tuple[File, ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()
    progress: tuple[int, int] | None = None
    controls: tuple[Control, ...] = ()
    mention: str | None = None
    colour: Literal["neutral", "busy", "good", "bad"] = "neutral"
    topic: str = ""


@dataclass(frozen=True)
class Sent:
    """A card as the platform took it: where it stands, and its file ids by `File.id`."""

    ref: MessageRef
    files: dict[str, str] = field(default_factory=dict)
