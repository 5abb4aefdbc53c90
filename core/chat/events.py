"""What comes in from a chat. All events but typing carry the platform's own id of the delivery."""

from dataclasses import dataclass, field
from typing import TypeAlias

from core.chat.places import Actor, MessageRef, Place


@dataclass(frozen=True)
class Attachment:
    """A file a person brought. `url` expires on every platform: fetch it when it arrives."""

    id: str
    filename: str
    url: str
    size: int  # bytes, as claimed by the platform


HELP = "help"
"""The command that words stand for which name none: its `text` holds them."""

UNREPEATED = "keys"
"""The command behind which somebody may have typed a secret, although a form asks for it."""

TALK = ""
"""The name of a command that is mere talk, perhaps not for the desk: mostly nothing is answered.
Its `text` is empty where the chat keeps the words of a reply to itself.
"""


@dataclass(frozen=True)
class Command:
    """`/name` with either raw `text` (Slack, page, mentions) or typed `options` (Discord).

    `event_id` is the platform's own id of this delivery, the same when it is delivered again.
    """

    event_id: str
    actor: Actor
    place: Place
    name: str
    text: str = ""
    options: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Press:
    """A button pressed or a menu changed on a card; `key` is the card's key, `values` a menu's
    whole new choice.
    """

    event_id: str
    actor: Actor
    place: Place
    action: str
    key: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A form sent. `key` is the form's key; a multi-select's values are joined by newlines.
    `attachments` are what its field of files was given.
    """

    event_id: str
    actor: Actor
    place: Place
    key: str
    values: dict[str, str] = field(repr=False)  # a secret may be among them
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Reaction:
    """An emoji put on (`added`) or taken off a message. `emoji` is Unicode without variation
    selector and skin tone; a custom emoji is its name between colons.
    """

    event_id: str
    actor: Actor
    place: Place
    message: MessageRef
    emoji: str
    added: bool


@dataclass(frozen=True)
class Typing:
    """A person is filling in `option` of a command and wants proposals; changes nothing."""

    actor: Actor
    place: Place
    command: str
    option: str
    text: str


@dataclass(frozen=True)
class Dropped:
    """Files brought to the desk without a command: with a mention, in a direct message, or in a
    channel that is watched.
    """

    event_id: str
    actor: Actor
    place: Place
    attachments: tuple[Attachment, ...]
    text: str = ""


@dataclass(frozen=True)
class Visit:
    """A person opened the desk's own place in the chat (Slack's Home tab), to see its panel."""

    event_id: str
    actor: Actor
    place: Place


Event: TypeAlias = Command | Press | Submission | Reaction | Typing | Dropped | Visit


def repeatable(command: Command) -> str:
    """The text of a command as it may be written down or repeated in a chat: of a secret only that
    there was something.
    """
    return "…" if command.name == UNREPEATED and command.text.strip() else command.text
