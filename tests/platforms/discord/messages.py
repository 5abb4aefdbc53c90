"""A message, and what a person reads, sees and can touch in it.

It owns the message's own state and its reading side (`plain`, `buttons`, `selects`, `images`). It
must not know HTTP, nor who may write it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag
from typing import TYPE_CHECKING, Any, Final

from tests.platforms.discord.attachments import Attachment
from tests.platforms.discord.world import Json, User

if TYPE_CHECKING:
    from tests.platforms.discord.channels import Channel

ACTION_ROW: Final = 1
BUTTON: Final = 2
STRING_SELECT: Final = 3
TEXT_INPUT: Final = 4
OTHER_SELECTS: Final = (5, 6, 7, 8)
SECTION: Final = 9
TEXT_DISPLAY: Final = 10
THUMBNAIL: Final = 11
MEDIA_GALLERY: Final = 12
FILE: Final = 13
SEPARATOR: Final = 14
CONTAINER: Final = 17
LABEL: Final = 18
FILE_UPLOAD: Final = 19
RADIO_GROUP: Final = 21
CHECKBOX_GROUP: Final = 22
CHECKBOX: Final = 23

THREAD_CREATED: Final = 18  # a message kind: the system's line in the parent channel
REPLY: Final = 19


class Flag(IntFlag):
    """Message flags. Source: resources/message, message flags."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True)
class Button:
    """A button as a person sees it; `custom_id` is empty for a link, `url` for all others."""

    label: str
    custom_id: str
    url: str
    disabled: bool


@dataclass(frozen=True)
class Select:
    """A menu as a person sees it: value → label; no options for menus of users or channels."""

    custom_id: str
    placeholder: str
    options: dict[str, str]
    chosen: tuple[str, ...]
    fewest: int
    most: int
    disabled: bool


@dataclass(eq=False, kw_only=True)
class Message:
    """One message.

    Attributes:
        nonce: as the sender gave it, or None.
        reference: the message it answers, or None.
        forwards: the message it hands on, or None; it then holds nothing of its own.
        origin: `interaction_metadata`, when an interaction made it.
        ephemeral_for: the only person who sees it; None when all do.
        notified: whom its creation pinged; edits ping nobody.
        edits: how often it was edited after its first hour.
    """

    channel: "Channel"
    id: int
    author: User
    created: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    reactions: dict[str, dict[int, User]] = field(default_factory=dict)
    edited: datetime | None = None
    nonce: str | int | None = None
    reference: "Message | None" = None
    forwards: "Message | None" = None
    origin: Json | None = None
    ephemeral_for: User | None = None
    mentions: list[User] = field(default_factory=list)
    notified: set[int] = field(default_factory=set)
    thread: "Channel | None" = None
    edits: int = 0
    deleted: bool = False

    @property
    def loading(self) -> bool:
        """Whether a reader sees "… is thinking" instead of text."""
        return bool(self.flags & Flag.LOADING)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_for is not None

    def plain(self) -> str:
        """All text that a reader sees, a line each: content, embeds, text displays."""
        lines = [self.content]
        for embed in self.embeds:
            lines += [embed.get("author", {}).get("name", ""), embed.get("title", "")]
            lines.append(embed.get("description", ""))
            for shown in embed.get("fields", []):
                lines += [shown["name"], shown["value"]]
            lines.append(embed.get("footer", {}).get("text", ""))
        lines += [part["content"] for part in walk(self.components) if part["type"] == TEXT_DISPLAY]
        return "\n".join(line for line in lines if line)

    def buttons(self) -> list[Button]:
        """The buttons, in reading order."""
        return [
            Button(
                label=part.get("label") or (part.get("emoji") or {}).get("name") or "",
                custom_id=part.get("custom_id", ""),
                url=part.get("url", ""),
                disabled=bool(part.get("disabled")),
            )
            for part in walk(self.components)
            if part["type"] == BUTTON
        ]

    def selects(self) -> list[Select]:
        """The menus, in reading order."""
        return [
            Select(
                custom_id=part["custom_id"],
                placeholder=part.get("placeholder") or "",
                options={each["value"]: each["label"] for each in part.get("options", [])},
                chosen=tuple(
                    each["value"] for each in part.get("options", []) if each.get("default")
                ),
                fewest=part.get("min_values", 1),
                most=part.get("max_values", 1),
                disabled=bool(part.get("disabled")),
            )
            for part in walk(self.components)
            if part["type"] in (STRING_SELECT, *OTHER_SELECTS)
        ]

    def images(self) -> list[bytes]:
        """The pictures that a reader sees, in order; other files are left out.

        With components, only what a gallery, thumbnail or file shows; an attachment that no
        component names is invisible there.
        """
        return [each.content for each in self._shown() if each.size is not None]

    def files(self) -> list[Attachment]:
        """The files that a reader can open, pictures among them, in order."""
        return list(self._shown())

    def alt_texts(self) -> list[str]:
        """What a screen reader says for the pictures, in order; "" where nothing was given."""
        if not self.flags & Flag.IS_COMPONENTS_V2:
            return [each.description or "" for each in self._shown() if each.size is not None]
        return [shown.get("description") or "" for shown in _media(self.components)]

    def _shown(self) -> Iterator[Attachment]:
        if not self.flags & Flag.IS_COMPONENTS_V2:
            yield from self.attachments
            return
        held = {each.id: each for each in self.attachments}
        for shown in _media(self.components):
            attachment = held.get(int(_link(shown).get("attachment_id", 0)))
            if attachment is not None:
                yield attachment


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, outer before inner, accessories after their section's text."""
    for part in components:
        yield part
        yield from walk(part.get("components", []))
        for single in ("accessory", "component"):
            if isinstance(part.get(single), dict):
                yield from walk([part[single]])


def _media(components: list[Json]) -> Iterator[Json]:
    for part in walk(components):
        if part["type"] == MEDIA_GALLERY:
            yield from part["items"]
        elif part["type"] in (THUMBNAIL, FILE):
            yield part


def _link(shown: Json) -> Any:
    return shown.get("media") or shown.get("file") or {}


def media_links(components: list[Json]) -> list[Json]:
    """Every `{"url": …}` by which components show a file; replaced in place when it is resolved."""
    return [_link(shown) for shown in _media(components)]


def without_nulls(value: Any) -> Any:
    """The same JSON without keys that are null: in components and embeds null means absent."""
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return value
