"""The page as a chat of the desk: cards become lines, which every reader sees change.

Everything stands in rows, so a restart keeps all, and nothing can be sent twice: a line's key is
its card's. It must not know HTTP; what people do arrives by the routes beside this module.
"""

import asyncio
from collections.abc import AsyncIterator

from bot.surfaces.web.content import Content, measured, read_content, write_content
from core.business.members import Business
from core.chat import (
    Actor,
    Attachment,
    Card,
    MessageRef,
    Pace,
    Place,
    Private,
    Sent,
    SurfaceName,
    Thread,
)
from core.errors import ActionNeeded, UserError
from core.page import Line
from core.ports import BlobStore, Inbox, Load
from core.storing import UnitOfWork, Units
from core.wording.surfaces import APP_NAME

SURFACE: SurfaceName = "page"

PIECE = 256 * 1024
"""Bytes in which a stored attachment is handed on."""


class Page:
    """The `ChatSurface` of the desk's own page, on its rows."""

    name = SURFACE
    pace = Pace(edit_seconds=0.2, shows_previews=True)

    def __init__(self, units: Units, blobs: BlobStore) -> None:
        self._units = units
        self._blobs = blobs

    async def listen(self, inbox: Inbox) -> None:  # noqa: ARG002  # events come by HTTP
        """Wait for ever: what people do comes by HTTP, already written down when answered."""
        await asyncio.Event().wait()

    async def open_thread(
        self,
        place: Place,
        card: Card,
        load: Load,
        *,
        repeat: bool,  # noqa: ARG002  # the key is always looked for: it costs one indexed read
    ) -> tuple[Thread, Sent]:
        """See `ChatSurface.open_thread`. A line of the channel is the root of its own thread."""
        line = await self._put(place, card, load)
        thread = Thread(SURFACE, place.team, line.channel, line.thread or line.id)
        return thread, _sent(line)

    async def post(
        self,
        thread: Thread,
        card: Card,
        load: Load,
        *,
        repeat: bool,  # noqa: ARG002  # as for `open_thread`
    ) -> Sent:
        """See `ChatSurface.post`."""
        place = Place(SURFACE, thread.team, "", thread.channel, thread.id)
        return _sent(await self._put(place, card, load))

    async def edit(self, sent: Sent, thread: Thread, card: Card, load: Load) -> Sent:  # noqa: ARG002  # the port's signature
        """See `ChatSurface.edit`."""
        async with self._units.read() as uow:
            content = read_content(await _line(uow, sent.ref))
        fresh = await measured(card, load, content.sizes)
        async with self._units.write() as uow:
            line = await _line(uow, sent.ref)
            write_content(line, fresh)
            await uow.lines.touch(line)
        return sent

    async def tell(
        self, place: Place, actor: str, text: Private, *, key: str | None = None
    ) -> None:
        """See `ChatSurface.tell`: a line that only `actor` is shown; once, where `key` (32
        characters) names the occasion.
        """
        async with self._units.write() as uow:
            business = await _business(uow, place)
            if key and await uow.lines.by_key(key):
                return
            line = _line_at(place, business, uow)
            line.key = key
            line.text, line.private_to = text.text, actor
            write_content(line, Content(links=text.links))
            await uow.lines.add(line)

    async def reactions(self, message: MessageRef) -> frozenset[tuple[str, Actor]]:
        """See `ChatSurface.reactions`. The desk itself never reacts here."""
        async with self._units.read() as uow:
            line = await _line(uow, message)
            found = set()
            for reaction in await uow.lines.reactions([line.id]):
                member = await uow.members.anywhere(line.business_id, reaction.user)
                admin = bool(member and member.admin)
                actor = Actor(reaction.user, reaction.user_name, admin)
                found.add((reaction.emoji, actor))
        return frozenset(found)

    async def fetch(self, attachment: Attachment, limit: int) -> AsyncIterator[bytes]:
        """See `ChatSurface.fetch`: what came was kept when it came, under `attachment.id`."""
        if attachment.size > limit:
            raise UserError("upload_too_big")
        if not attachment.size:
            return  # an empty file is not kept, only named
        try:
            data = await self._blobs.get(attachment.id)
        except FileNotFoundError as error:
            raise UserError("upload_gone") from error
        if len(data) > limit:
            raise UserError("upload_too_big")
        for start in range(0, len(data), PIECE):
            yield data[start : start + PIECE]

    async def _put(self, place: Place, card: Card, load: Load) -> Line:
        content = await measured(card, load, {})
        async with self._units.write() as uow:
            business = await _business(uow, place)
            standing = await uow.lines.by_key(card.key)
            if standing:
                return standing
            line = _line_at(place, business, uow)
            line.key = card.key
            write_content(line, content)
            await uow.lines.add(line)
            return line


async def _business(uow: UnitOfWork, place: Place) -> Business:
    business = await uow.businesses.by_team(SURFACE, place.team)
    if business is None:
        raise ActionNeeded("chat_gone")
    return business


async def _line(uow: UnitOfWork, ref: MessageRef) -> Line:
    line = await uow.lines.get(ref.id)
    if line is None:
        raise UserError("message_gone")
    return line


def _line_at(place: Place, business: Business, uow: UnitOfWork) -> Line:
    return Line(
        business_id=business.id,
        channel=place.channel,
        thread=place.thread or "",
        author="",
        author_name=APP_NAME,
        text="",
        created_at=uow.now,
    )


def _sent(line: Line) -> Sent:
    return Sent(MessageRef(SURFACE, line.channel, line.id))
