"""The ports of what makes pictures, judges them and finds words for them."""

from __future__ import annotations  # a unit of work names the rows of rooms that import this

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from core.generation.prices import Model

if TYPE_CHECKING:
    from core.storing import UnitOfWork


@dataclass(frozen=True)
class ImageRequest:
    """One picture asked of a provider.

    `prompt` is final (style applied), `size` is "WxH" in pixels, `seed` makes a deterministic
    provider repeat itself, `person` is a hash of the asking member for the provider's abuse
    reports, `previews` is how many partial pictures to stream (0–3; they cost). `references` are
    checked JPEGs of at most 1024 pixels a side, which the picture is made from; only for models
    that take any. `resumes` is the handle of an earlier call for the same picture (`Begun`): then
    that picture is fetched, and nothing is begun or paid anew.
    """

    prompt: str
    model: str
    size: str
    quality: str
    seed: int
    person: str
    previews: int = 0
    references: tuple[bytes, ...] = ()
    resumes: str = ""


@dataclass(frozen=True)
class Generated:
    """A provider's answer: the encoded picture and what it cost.

    `usage` is the provider's own count, stored as it came; `cost` is micro-USD computed from it,
    None where the provider tells nothing (then the table's price is booked).
    """

    data: bytes
    mime_type: str
    usage: dict[str, int] = field(default_factory=dict)
    cost: int | None = None
    revised_prompt: str | None = None


Preview: TypeAlias = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True)
class Allowance:
    """What a provider tells of a key: calls it takes a minute, and how many of them are `left`
    (None: not told).
    """

    per_minute: int
    left: int | None = None


@dataclass(frozen=True)
class Begun:
    """The picture is being made, paid from now on; the provider finds it again by this `handle`, of
    at most 64 characters.
    """

    handle: str


Told: TypeAlias = Callable[[Allowance | Begun], Awaitable[None]]


class ImageProvider(Protocol):
    """Makes pictures. `models` is its part of the catalogue. `repeatable` says that a call costs
    nothing and gives the same picture again, so that a lost one is simply made once more.
    """

    name: str
    models: Mapping[str, Model]
    repeatable: bool

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,
        told: Told | None = None,
    ) -> Generated:
        """Make one picture; `preview` is awaited with each partial picture (encoded), `told` with
        what the provider says of the key's rate, and with the handle of the picture where it can
        resume (`ImageRequest.resumes`), as early as it says so.

        Never repeats the paid call by itself. Raises UserError (refused; with `category` where
        told), TryLater (surely not made), ActionNeeded (key, verification, billing),
        OutcomeUnknown (sent, no answer: perhaps billed).
        """
        ...


@dataclass(frozen=True)
class Verdict:
    """What moderation says; `categories` names what was found, empty when `allowed`."""

    allowed: bool
    categories: tuple[str, ...] = ()


class Moderator(Protocol):
    """Judges texts and pictures."""

    async def review(self, text: str, image: bytes | None = None) -> Verdict:
        """Judge a text, a picture, or both. Free and repeatable. Raises TryLater in an outage,
        ActionNeeded for a bad key.
        """
        ...


@dataclass(frozen=True)
class Caption:
    """Words for a picture. `plain` says they were derived from prompt and name, not seen by AI."""

    title: str
    description: str
    tags: tuple[str, ...]
    alt_text: str
    plain: bool


@dataclass(frozen=True)
class Captioned:
    """What a captioner answered: its words, None where it said nothing that can be used, and what
    that cost. `usage` and `cost` as in `Generated`.
    """

    caption: Caption | None
    usage: dict[str, int] = field(default_factory=dict)
    cost: int | None = None


class Captioner(Protocol):
    """Looks at pictures and finds title, description, tags and alt text. `price` is what one look
    may cost, in micro-USD.
    """

    price: int

    async def caption(self, image: bytes, brief: str) -> Captioned:
        """Describe a small JPEG; `brief` is its prompt or file name, a hint and never an order.

        Never repeats the paid call by itself; raises as `ImageProvider.generate`.
        """
        ...


@dataclass(frozen=True)
class Describer:
    """Who finds words, and the brought key on which that goes, "" for the desk's."""

    captioner: Captioner
    key_id: str = ""


class Reviewers(Protocol):
    """Who judges and describes for a business: nobody, where there is no key for that."""

    async def moderator(self, uow: UnitOfWork, business_id: int) -> Moderator | None:
        """Who judges prompts and pictures; without anybody they pass, and the cards say so."""
        ...

    async def describer(self, uow: UnitOfWork, business_id: int) -> Describer | None:
        """Who finds words for pictures; without anybody the plain ones stand."""
        ...
