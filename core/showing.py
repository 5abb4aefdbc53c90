"""Showing: the one task that draws a card from the rows and brings it to its chat.

Every change of state only raises a message's `wanted`; `show` draws under the message's lease and
sends when the digest differs, so edits never race and never lose attachments. It must not know any
platform, nor how a subject's card is drawn.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from pydantic_core import to_json

from core.chat import Card, Private, Sent, Thread
from core.errors import ActionNeeded, DeskError, Trouble, TryLater, UserError
from core.leases import LEASE, keeping
from core.messages import Message, Subject
from core.ports import ChatSurface, Load, Reach
from core.storing import UnitOfWork, Units
from core.wording.errors import sentence

Draw = Callable[[UnitOfWork, Message], Awaitable[Card | None]]
"""Draws a subject's card from the rows; None while there is nothing to show."""

REPOST = frozenset({"message_too_old"})
"""Troubles of an edit after which the card is posted anew."""

PICTURES_AGAIN: dict[Subject, float] = {"sheet": 15.0}
"""Seconds after which a card gets a new picture in place of the one that stands there."""

WAITS = timedelta(days=1)
ASK_AGAIN_SECONDS = 60.0
"""How long, and how often, a card is tried that the chat does not let us post."""


@dataclass(frozen=True)
class _Drawn:
    message: Message
    card: Card
    digest: str
    version: int
    repeat: bool
    since: float


class Showing:
    """Brings cards to their chats. `drawers` has one entry per subject."""

    def __init__(
        self,
        units: Units,
        surfaces: Mapping[str, ChatSurface],
        drawers: Mapping[Subject, Draw],
        load: Load,
        reach: Reach,
    ) -> None:
        self._units = units
        self._surfaces = surfaces
        self._drawers = drawers
        self._load = load
        self._reach = reach

    async def show(self, message_id: str) -> None:
        """Draw and send this card, again while it is wanted anew. May run twice at once."""
        while drawn := await self._draw(message_id):
            refusal, message = None, drawn.message
            async with keeping(
                self._units, lambda uow: uow.messages, message.id, message.fence, since=drawn.since
            ):
                await self._reach("drawn")
                try:
                    thread, sent = await self._send(drawn)
                except TryLater as error:
                    await self._put_off(message, error)
                    return
                except (UserError, ActionNeeded) as error:
                    refusal = error
                else:
                    await self._reach("posted")
                    await self._record(drawn, thread, sent)
                    await self._reach("recorded")
            if refusal and not await self._refused(drawn, refusal):
                return

    async def _draw(self, message_id: str) -> _Drawn | None:
        """Claim a card and draw it, None where nothing is to be sent now.

        It is drawn outside of any transaction that writes: everybody whose change of state wants
        the card anew would wait for it, and a thousand pictures take a while to look through.
        """
        while True:
            since = asyncio.get_running_loop().time()
            message = await self._claim(message_id)
            if message is None:
                return None
            async with self._units.read() as uow:
                card = await self._card(uow, message)
            async with self._units.write() as uow:
                held = await uow.messages.held(message.id, message.fence)
                if held is None:
                    return None
                held.thread = message.thread
                digest = "" if card is None else _digest(card)
                pause = self._pause(uow, held, card)
                if card is None or (held.sent and digest == held.digest):
                    held.drawn = message.wanted
                    _let_go(uow, held)
                elif pause > 0:
                    _let_go(uow, held, pause)
                    return None
                else:
                    repeat = held.tried_at is not None
                    held.tried_at = uow.now
                    # Whoever dies between sending and writing down leaves it open what stands.
                    held.digest = ""
                    return _Drawn(held, card, digest, message.wanted, repeat, since)

    async def _claim(self, message_id: str) -> Message | None:
        """The card in our hands; None if it is somebody else's, as it should be, or not due."""
        async with self._units.write() as uow:
            message = await uow.messages.claim(message_id, uow.later(LEASE))
            if message and (pause := self._pause(uow, message, None)) > 0:
                _let_go(uow, message, pause)
                return None
            return message

    async def _card(self, uow: UnitOfWork, message: Message) -> Card | None:
        """The card as it is now, None while its thread or its content is not there yet."""
        if message.root_id != message.id and message.thread is None:
            root = await uow.messages.get(message.root_id)
            if root is None or root.thread is None:
                return None  # the root's own showing wakes the cards of its thread
            message.thread = root.thread
        return await self._drawers[message.subject](uow, message)

    def _pause(self, uow: UnitOfWork, message: Message, card: Card | None) -> float:
        """Seconds for which the card is to stand as it is; before it is drawn, at least those."""
        if message.sent is None or message.shown_at is None:
            return 0
        there = message.sent.files
        pictures = card.pictures if card else ()
        uploads = bool(there) and any(file.id not in there for file in pictures)
        bearable = self._surfaces[message.surface].pace.edit_seconds
        pace = max(bearable, PICTURES_AGAIN.get(message.subject, 0)) if uploads else bearable
        return pace - (uow.now - message.shown_at).total_seconds()

    async def _send(self, drawn: _Drawn) -> tuple[Thread, Sent]:
        message, card = drawn.message, drawn.card
        surface = self._surfaces[message.surface]
        if message.sent and message.thread:
            return message.thread, await surface.edit(
                message.sent, message.thread, card, self._load
            )
        if message.thread:
            return message.thread, await surface.post(
                message.thread, card, self._load, repeat=drawn.repeat
            )
        return await surface.open_thread(message.place, card, self._load, repeat=drawn.repeat)

    async def _record(self, drawn: _Drawn, thread: Thread, sent: Sent) -> None:
        async with self._units.write() as uow:
            message = await uow.messages.held(drawn.message.id, drawn.message.fence)
            if message is None:
                return  # another worker took over; it finds our post by the card's key
            first = message.sent is None
            message.stand(sent, thread, drawn.digest, uow.now)
            message.drawn = drawn.version
            _let_go(uow, message)
            if first and message.subject == "status":
                uow.enqueue("start", message.subject_id)
            if first and message.root_id == message.id:
                for card in await uow.messages.of_root(message.id):
                    card.wanted += 1
                    card.wake_at = uow.soon
                    uow.enqueue("show", card.id)

    async def _put_off(self, message: Message, error: TryLater) -> None:
        async with self._units.write() as uow:
            held = await uow.messages.held(message.id, message.fence)
            if held:
                held.trouble = error.trouble
                _let_go(uow, held, error.after)

    async def _refused(self, drawn: _Drawn, error: DeskError) -> bool:
        """Stop trying this version, or put it off; False where nothing more is to be done now.

        The person whose card could not be opened at all is told. Of what was made already nothing
        may get lost for a permission: such a card is tried again for a day.
        """
        async with self._units.write() as uow:
            message = await uow.messages.held(drawn.message.id, drawn.message.fence)
            if message is None:
                return False
            status = message.subject == "status"
            job = await uow.jobs.get(message.subject_id) if status else None
            uploads = job is not None and job.kind == "upload"  # taken in without any card
            opening = status and not uploads
            if error.code == "chat_gone" and message.sent is None and message.root_id != message.id:
                # Somebody deleted the message that opened its thread: it opens one of its own.
                message.root_id, message.thread = message.id, None
                _let_go(uow, message)
                return True
            changed = message.trouble is None or message.trouble.code != error.code
            unseen = isinstance(error, ActionNeeded) and message.sent is None
            waits = unseen and not opening and uow.now - message.created_at < WAITS
            message.trouble = error.trouble
            if waits:
                _let_go(uow, message, ASK_AGAIN_SECONDS)
            else:
                message.drawn = drawn.version
                _let_go(uow, message)
            if error.code in REPOST:
                message.sent, message.ref, message.tried_at = None, "", None
            if isinstance(error, UserError) and changed:
                message.wanted += 1  # the drawer may find another way, knowing the trouble
            elif opening and message.sent is None:
                uow.enqueue("start", message.subject_id)
        if unseen and changed:
            place, person = drawn.message.place, drawn.message.person
            waiting = Trouble("upload_card_waits" if uploads else "card_waits", error.facts)
            trouble = error.trouble if opening else waiting
            await self._surfaces[place.surface].tell(place, person, Private(sentence(trouble)))
        return not waits


def _let_go(uow: UnitOfWork, message: Message, after: float | None = None) -> None:
    """Let others have the card; `after` so many seconds it is to be tried again."""
    message.lease_until = None
    message.wake_at = None
    if after is not None:
        message.wake_at = uow.later(after + 2)
        uow.enqueue("show", message.id, after)
    elif message.drawn < message.wanted:
        # Whoever was woken for that found it in our hands, and we may die before we look again.
        message.wake_at = uow.soon


def _digest(card: Card) -> str:
    """What was drawn, in short; links are signed anew each time, so their query does not count."""
    links = tuple(replace(link, url=link.url.partition("?")[0]) for link in card.links)
    return hashlib.sha256(to_json(asdict(replace(card, links=links)))).hexdigest()
