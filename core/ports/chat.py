"""The ports of chat: what a surface hands in, and what it carries out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
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
