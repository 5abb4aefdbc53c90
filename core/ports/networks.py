"""The port of social networks, and what one takes and ships."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from core.errors import Fact


@dataclass(frozen=True)
class NetworkRules:
    """What a network takes, checked before anything is sent (reference: networks.md §1.2).

    Bytes for `max_bytes`, pixels for widths, width/height for `ratios`; `max_images` 0 means text
    only. `counts` lengths in characters.
    """

    min_images: int
    max_images: int
    max_caption: int
    max_alt: int
    max_bytes: int
    ratios: tuple[float, float] | None = None
    widths: tuple[int, int] | None = None
    max_hashtags: int | None = None


@dataclass(frozen=True)
class OutgoingImage:
    """A rendition ready for one network: JPEG within its rules.

    `mint` makes a fresh public address (call it late, store it never); `read` gives the bytes.
    """

    filename: str
    width: int
    height: int
    alt: str
    read: Callable[[], Awaitable[bytes]]
    mint: Callable[[], Awaitable[str]]
    is_ai_generated: bool


@dataclass(frozen=True)
class Credential:
    """A connected account as an adapter needs it: the network's own id of it, and its token."""

    external_id: str
    name: str
    secret: str


@dataclass(frozen=True)
class OutgoingPost:
    """What one target ships. `slug` is unique in the business; `key` is the target's id."""

    key: str
    caption: str
    slug: str
    images: tuple[OutgoingImage, ...]
    account: Credential


Ticket: TypeAlias = dict[str, Fact]
"""What `stage` prepared, as JSON: container ids, photo ids. Never a URL or a secret."""

Keep: TypeAlias = Callable[[Ticket], Awaitable[None]]


@dataclass(frozen=True)
class Published:
    """Proof that the post stands: the network's id and its public address ("" while unknown)."""

    id: str
    url: str


class Absent:
    """Proof that the post does not stand; it may be sent again."""


class Unsure:
    """No proof either way (yet)."""


class SocialNetwork(Protocol):
    """Publishes. Capabilities are `rules`; `title` is how people call it."""

    name: str
    title: str
    rules: NetworkRules

    async def probe(self, account: Credential) -> Credential:
        """Check a token when it is connected and fill in id and name. Repeatable, invisible.

        Raises UserError("account_token_rejected" | "account_not_found"), ActionNeeded, TryLater.
        """
        ...

    async def stage(self, post: OutgoingPost, ticket: Ticket, keep: Keep) -> Ticket:
        """Prepare everything that is invisible: uploads, containers. Resumes from `ticket` (empty
        at first) and hands each step's result to `keep` before the next. Repeatable.

        Raises UserError (the content cannot be published there), TryLater, ActionNeeded.
        """
        ...

    async def send(self, post: OutgoingPost, ticket: Ticket) -> Published:
        """The single unrepeatable step. A failure whose effect is uncertain is OutcomeUnknown.

        Raises UserError, TryLater and ActionNeeded only where the post surely does not stand.
        """
        ...

    async def find(self, post: OutgoingPost, ticket: Ticket) -> Published | Absent | Unsure:
        """Look, read-only, whether `send` took effect. Raises TryLater, ActionNeeded."""
        ...

    async def permalink(self, account: Credential, published: Published) -> str:
        """Where a reader finds the post; asked after `send`, repeatable. Raises TryLater."""
        ...
