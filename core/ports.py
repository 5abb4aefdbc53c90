"""What the outside implements: every Protocol that cuts core from the world.

Each method says what may be absent, what may be repeated, and which of our errors it raises; an
adapter raises nothing else of its SDK's. The unit of work and its repositories, being long, stand
in `core.storing`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from core.chat import (
    Actor,
    Attachment,
    Card,
    Command,
    Event,
    File,
    MessageRef,
    Pace,
    Place,
    Private,
    Reply,
    Sent,
    SurfaceName,
    Thread,
)
from core.errors import Fact
from core.generation.prices import Model

Load: TypeAlias = Callable[[File], Awaitable[bytes]]
"""Fetches the bytes of a card's file, only when they must be sent."""


@dataclass(frozen=True)
class Later:
    """The event is written down and will be handled; `reply` waits for what comes of it."""

    reply: Awaitable[Reply]


class Inbox(Protocol):
    """Takes one event, writes it down, and answers at once."""

    async def take(self, command: Command) -> Reply | Later:
        """As `handle`; but where many commands come at once, it may return `Later` as soon as
        `command` is written down, so that it can be acknowledged before it is carried out.
        """
        ...

    async def handle(self, event: Event) -> Reply:
        """Do what `event` asks in one short transaction, without a network call.

        May be called again with the same `event_id`: the second call changes nothing and returns
        the first one's reply. Raises nothing for what a person did wrong: that is a `Private` or
        `FieldErrors` reply.
        """
        ...

    async def load(self, file: File) -> bytes:
        """The bytes of a file on a panel's card, which a surface shows after the reply. May be
        repeated. Raises FileNotFoundError for one that was deleted meanwhile, TryLater,
        ActionNeeded.
        """
        ...

    async def connected(self, surface: SurfaceName) -> None:
        """A surface is listening (again): have what was missed meanwhile read again."""
        ...

    async def cleared(self, message: MessageRef, emoji: str | None) -> None:
        """A moderator took everybody's reactions from a message, all or those with `emoji`. May be
        repeated.
        """
        ...


class ChatSurface(Protocol):
    """One chat: it turns what arrives there into events, and cards into messages."""

    name: str
    pace: Pace

    async def listen(self, inbox: Inbox) -> None:
        """Run until cancelled, handing every event to `inbox`; reconnects by itself.

        Acknowledges to the platform only after `inbox.handle` has returned, and calls
        `inbox.connected` on each (re)connect.
        """
        ...

    async def open_thread(
        self, place: Place, card: Card, load: Load, *, repeat: bool
    ) -> tuple[Thread, Sent]:
        """Post `card` where it was asked for and open its thread; inside a thread, post there.

        `repeat=False` promises that this `card.key` was never tried before; with `repeat=True` the
        place is searched for our key first, and what is found is returned instead of posted again.
        Raises ActionNeeded("chat_not_invited" | "chat_forbidden" | "chat_gone"), TryLater.
        """
        ...

    async def post(self, thread: Thread, card: Card, load: Load, *, repeat: bool) -> Sent:
        """Post `card` as a new reply in `thread`; `repeat` as for `open_thread`.

        An archived thread is unarchived first. Raises as `open_thread`.
        """
        ...

    async def edit(self, sent: Sent, thread: Thread, card: Card, load: Load) -> Sent:
        """Make the message that stands at `sent.ref` look like `card`; files already there (by
        `sent.files`) are kept, not sent again. May be repeated.

        Raises UserError("message_gone") where it was deleted, else as `open_thread`.
        """
        ...

    async def tell(self, place: Place, actor: str, text: Private) -> None:
        """Tell only the person `actor` (platform user id) something, at `place` or, where the bot
        cannot speak there, in a direct message. May be repeated. Raises as `open_thread`.
        """
        ...

    async def reactions(self, message: MessageRef) -> frozenset[tuple[str, Actor]]:
        """The whole set of (emoji, person) on a message now, the bot's own left out.

        Raises UserError("message_gone"), TryLater, ActionNeeded.
        """
        ...

    def fetch(self, attachment: Attachment, limit: int) -> AsyncIterator[bytes]:
        """Stream what a person attached; stops with UserError("upload_too_big") past `limit` bytes.

        Raises TryLater, UserError("upload_gone").
        """
        ...


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ImageRequest:
    """One picture asked of a provider.

    `prompt` is final (style applied), `size` is "WxH" in pixels, `seed` makes a deterministic
    provider repeat itself, `person` is a hash of the asking member for the provider's abuse
    reports, `previews` is how many partial pictures to stream (0–3; they cost). `references` are
    checked JPEGs of at most 1024 pixels a side, which the picture is made from; only for models
    that take any.
    """

    prompt: str
    model: str
    size: str
    quality: str
    seed: int
    person: str
    previews: int = 0
    references: tuple[bytes, ...] = ()


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


Told: TypeAlias = Callable[[Allowance], Awaitable[None]]


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
        what the provider says of the key's rate, as early as it says so.

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


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Listed:
    """An object as its store lists it: `size` in bytes, `changed_at` (UTC) when it was put last."""

    key: str
    size: int
    changed_at: datetime


class BlobStore(Protocol):
    """Keeps bytes by key. `name` goes into `storage_provider`.

    A key's extension, where it has one of a picture's, says what the bytes are: `.jpg`, `.png`,
    `.gif` or `.webp`. Everything may be repeated. Each method but `url` may raise
    TryLater("storage_unavailable") in an outage, and ActionNeeded("storage_forbidden") where the
    store refuses this desk: an admin must look at its keys, its rights or its name.
    """

    name: str

    async def put(self, key: str, data: bytes, mime_type: str) -> None:
        """Store whole or not at all, durably; putting the same key again replaces it. May also
        raise TryLater("disk_full").
        """
        ...

    async def put_file(self, key: str, path: Path, mime_type: str) -> None:
        """The same for a file that lies on this machine, which is streamed: no more of it than a
        part is held in memory, and only so many are sent at once; others wait their turn.
        """
        ...

    async def get(self, key: str) -> bytes:
        """The bytes of `key`. May also raise FileNotFoundError."""
        ...

    async def delete(self, key: str) -> None:
        """Remove `key`; one that is not there is no error."""
        ...

    def list(self, prefix: str = "") -> AsyncIterator[Listed]:
        """Every object whose key begins with `prefix`, in any order; one that comes or goes
        meanwhile may be listed or not.
        """
        ...

    async def url(self, key: str, lifetime: int, filename: str | None = None) -> str:
        """An address that serves `key` by GET for `lifetime` seconds, downloaded as `filename`
        where given. No network call, and no look whether `key` is there.
        """
        ...


class Fetcher(Protocol):
    """Brings what stands at an address that a stranger named."""

    def fetch(self, url: str, limit: int) -> AsyncGenerator[bytes, None]:
        """Stream it; to be closed (`contextlib.aclosing`) by whoever stops early. May be repeated.

        Only http and https, only public addresses of the internet, at most three redirects and ten
        seconds. Raises UserError("address_wrong" | "address_private" | "address_redirects" |
        "address_unreachable" | "address_unanswered" | "address_slow"), and "upload_too_big" past
        `limit` bytes.
        """
        ...


# ── networks ─────────────────────────────────────────────────────────────────────────────────────


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


# ── waking and pacing ────────────────────────────────────────────────────────────────────────────


class Queue(Protocol):
    """Wakes workers. Losing every message loses no work: rows are the truth."""

    async def enqueue(self, task: str, id_: str, delay: float = 0) -> None:
        """Ask some worker to run `task` for the row `id_`, not before `delay` seconds. May be
        repeated. Never raises for an unreachable queue: it is logged, and recovery wakes later.
        """
        ...

    async def publish(self, channel: str, text: str) -> None:
        """Tell every process that listens to `channel` now; lost when nobody listens."""
        ...

    def subscribe(self, channel: str) -> AsyncIterator[str]:
        """What is published to `channel` from now on; survives a queue restart (with a gap)."""
        ...


class Limits(Protocol):
    """Paces calls of one key across all workers. `per_minute` is what is set for the key; what was
    learned of it counts more. Everything may raise TryLater("limits_unavailable"): then no slot was
    taken and nothing may be begun.
    """

    async def take(self, key: str, per_minute: int, *, urgent: bool) -> int:
        """Wait for the next slot of `key` and return the call's number; `urgent` goes before all
        that are not. Raises TryLater("slot_far") rather than wait for more than a minute.
        """
        ...

    async def pause(self, key: str, per_minute: int, seconds: float, number: int) -> None:
        """After call `number` was refused: let nobody start under `key` for `seconds`, not even
        those who wait. After several in a row it is longer, and then one goes alone. With 0 seconds
        (a failure that need not be about the rate) only several in a row make a pause.
        """
        ...

    async def learn(self, key: str, told: Allowance, number: int) -> None:
        """Go by what the answer to call `number` told of the key."""
        ...


Reach: TypeAlias = Callable[[str], Awaitable[None]]
"""Awaited at every step of `core.steps.STEPS`; does nothing in production (a log line), and lets
the crash tests end the process exactly there."""
