"""The neutral chat: what comes in from any chat, and what goes out to it.

Owns the words that all surfaces share: who (`Actor`), where (`Place`, `Thread`, `MessageRef`), what
came in (`Event` and its kinds), what is answered at once (`Reply`), and what stands in a thread
(`Card`) or is filled in (`Form`). Everything here is plain data that survives JSON. It must not
know any platform: surfaces translate.

Texts in cards and forms are plain: no markup of any platform. A surface escapes them and adds its
own emphasis (titles bold, links native).
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

SurfaceName: TypeAlias = str  # "slack", "discord", "page"

PICTURES = ("jpg", "jpeg", "png", "gif", "webp")
"""How the names of pictures end that can be brought."""


@dataclass(frozen=True)
class Actor:
    """A person as the surface knows them at this moment.

    `id` is the platform's user id, `name` the display name, `is_admin` what the platform says now
    (Slack workspace admin or owner; Discord "Manage Server"; the local person in `demo`).
    """

    id: str
    name: str
    is_admin: bool = False


@dataclass(frozen=True)
class Place:
    """Where something was asked for.

    `team` is the platform's tenant (Slack team, Discord server; for direct messages on Discord the
    empty string). `thread` is set when it was asked inside an existing thread. `direct` means a
    one-to-one conversation with the bot.
    """

    surface: SurfaceName
    team: str
    team_name: str
    channel: str
    thread: str | None = None
    direct: bool = False


@dataclass(frozen=True)
class Thread:
    """Where the cards of one subject stand: `id` is Slack's root ts, Discord's thread channel id.

    In a direct message on Discord, which has no threads, `id` equals `channel`.
    """

    surface: SurfaceName
    team: str
    channel: str
    id: str


@dataclass(frozen=True)
class MessageRef:
    """A message in a chat: `channel` is where the API finds it, `id` its platform id."""

    surface: SurfaceName
    channel: str
    id: str


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


# ── what comes in ────────────────────────────────────────────────────────────────────────────────


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


# ── what is answered at once ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Link:
    """A link under its own words."""

    label: str
    url: str


@dataclass(frozen=True)
class Nothing:
    """Acknowledged; the rest comes as a card. The desk's page goes to `path`, where that is given
    ("/batches/4f…").
    """

    path: str = ""


@dataclass(frozen=True)
class Private:
    """A sentence only the actor sees."""

    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Option:
    """One choice of a menu or select: at most 75 characters of label on every surface."""

    value: str
    label: str


@dataclass(frozen=True)
class FormField:
    """One of at most five fields, besides `spare` ones, left out where there is room for no more.
    `value` is what it is filled in with (newline-joined for many).

    `max_length` counts characters of a text. A select's `options` are at most 25. A field of files,
    of which a form has at most one, takes up to ten, whose names end in one of `endings`.
    """

    id: str
    label: str
    kind: Literal["line", "paragraph", "select", "multiselect", "files"]
    value: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    max_length: int = 3000
    hint: str = ""
    endings: tuple[str, ...] = PICTURES
    spare: bool = False

    @property
    def takes_pictures(self) -> bool:
        """Whether its files are pictures."""
        return self.endings == PICTURES


@dataclass(frozen=True)
class Form:
    """A form to fill in: title and submit ≤ 24 characters (Slack), at most five fields (Discord).

    `key` comes back in the Submission; at most 90 characters.
    """

    key: str
    title: str
    submit: str
    fields: tuple[FormField, ...]
    note: str = ""


@dataclass(frozen=True)
class FieldErrors:
    """What is wrong, by field id. Shown at the field where the surface can."""

    errors: dict[str, str]


@dataclass(frozen=True)
class Choices:
    """Proposals while typing, at most 25."""

    options: tuple[Option, ...]


# ── what stands in a thread ──────────────────────────────────────────────────────────────────────


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
class Panel:
    """A card that only the actor sees. In answer to a control of such a card, or to a form that one
    opened, it takes that card's place. `path` is where the desk's page shows the same
    ("/library/12"), and the page goes there instead.
    """

    card: Card
    path: str


Reply: TypeAlias = Nothing | Private | Form | FieldErrors | Choices | Panel


@dataclass(frozen=True)
class Sent:
    """A card as the platform took it: where it stands, and its file ids by `File.id`."""

    ref: MessageRef
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CommandOption:
    """One option of a command, typed on Discord and `--name value` elsewhere.

    `complete` asks for autocomplete; `choices` are fixed. `rest` takes the free text that is not
    an option. A "file" exists only where a command can bring files (Discord), and arrives among the
    command's attachments.
    """

    name: str
    description: str
    kind: Literal["text", "integer", "file"] = "text"
    choices: tuple[Option, ...] = ()
    complete: bool = False
    rest: bool = False
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class CommandSpec:
    """One row of the command table: both chats, the manifests, the page's completion and `/help`
    are made from it. One with `on_message` is not typed: it stands in the menu of each message, is
    called as `name` says ("Add to library"), and brings the message's files.
    """

    name: str
    description: str
    usage: str
    options: tuple[CommandOption, ...] = ()
    on_message: bool = False


@dataclass(frozen=True)
class Pace:
    """What a surface bears: seconds between two edits of one card, and whether it shows live
    previews of unfinished pictures.
    """

    edit_seconds: float
    shows_previews: bool
