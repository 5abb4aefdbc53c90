"""What is answered at once, to the actor alone: sentences, forms, panels."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.chat.cards import Card, Link, Option

PICTURES = ("jpg", "jpeg", "png", "gif", "webp")
"""How the names of pictures end that can be brought."""


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
class FormField:
    """One of at most five fields, besides `spare` ones, left out where there is room for no more.
    `value` is what it is filled in with (newline-joined for many).

    A "secret" is a line that nobody reads over a shoulder, nor finds proposed the next time, where
    the chat has such fields. `max_length` counts characters of a text. A select's `options` are at
    most 25. A field of files, of which a form has at most one, takes up to ten, whose names end in
    one of `endings`.
    """

    id: str
    label: str
    kind: Literal["line", "secret", "paragraph", "select", "multiselect", "files"]
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


@dataclass(frozen=True)
class Panel:
    """A card that only the actor sees. In answer to a control of such a card, or to a form that one
    opened, it takes that card's place. `path` is where the desk's page shows the same
    ("/library/12"), and the page goes there instead.
    """

    card: Card
    path: str


Reply: TypeAlias = Nothing | Private | Form | FieldErrors | Choices | Panel
