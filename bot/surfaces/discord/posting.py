"""Cards as messages in channels and threads. Owns what makes a post repeat-safe, threads and their
reopening; it must not know how a card looks.

https://docs.discord.com/developers/resources/message and …/resources/channel
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import discord

from bot.surfaces.discord.cards import attachment_ids, carries, draw, nonce, sent_name
from bot.surfaces.discord.events import SURFACE
from bot.surfaces.discord.failures import Code
from bot.surfaces.discord.replies import words
from bot.surfaces.discord.rest import Rest, Upload, code_of
from bot.surfaces.discord.texts import cut
from core.chat import Card, File, MessageRef, Place, Private, Sent, Thread
from core.errors import DeskError, TryLater, UserError
from core.ports import Load

Json = dict[str, Any]

MESSAGES: Final = "/channels/{channel_id}/messages"
MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
MOST_FILE_BYTES: Final = 10 * 1024 * 1024
MOST_REQUEST_BYTES: Final = 24 * 1024 * 1024  # of 25 MiB; the rest is for the card's own JSON
FREELY_EDITED: Final = timedelta(hours=1)
PAGE: Final = 100
PAGES: Final = 5
SPEAK: Final = "Send Messages, Send Messages in Threads, Attach Files"
READ: Final = "Read Message History"
WEEK: Final = 10_080  # minutes of silence until a thread is archived: approvals take days
MOST_THREAD_NAME: Final = 100


class Posting:
    """Posts, edits and finds cards over one bot's REST session."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def open_thread(
        self, place: Place, card: Card, load: Load, *, repeat: bool
    ) -> tuple[Thread, Sent]:
        """As `ChatSurface.open_thread`."""
        channel = place.thread or place.channel
        sent = await self._stand(channel, card, load, repeat=repeat)
        opens = not place.direct and not place.thread
        number = await self._start_thread(channel, sent.ref.id, card) if opens else channel
        return Thread(SURFACE, place.team, place.channel, number), sent

    async def post(self, thread: Thread, card: Card, load: Load, *, repeat: bool) -> Sent:
        """As `ChatSurface.post`."""
        return await self._stand(thread.id, card, load, repeat=repeat)

    async def edit(self, sent: Sent, card: Card, load: Load) -> Sent:
        """As `ChatSurface.edit`, and also raises UserError("message_too_old") where Discord lets an
        old message be edited no more; a fresh one must take its place.
        """
        drawing = draw(card, sent.files)
        try:
            message = await self._reopening(
                "PATCH",
                MESSAGE,
                permission=SPEAK,
                body=drawing.body,
                uploads=await _loaded(drawing.uploads, card, load),
                places={"channel_id": sent.ref.channel, "message_id": sent.ref.id},
            )
        except TryLater as error:
            # The cap on edits of old messages (30046) comes as a rate limit of many minutes, whose
            # number the library does not hand on.
            if isinstance(error.__cause__, discord.RateLimited) and _is_old(sent.ref.id):
                raise UserError("message_too_old") from error
            raise
        return _sent(sent.ref.channel, message, card)

    async def tell(self, place: Place, actor: str, text: Private) -> None:
        """As `ChatSurface.tell`, always as a direct message: outside of an answer to an interaction
        Discord has no message in a channel that one person alone sees.
        """
        direct = await self._rest.call(
            "POST",
            "/users/@me/channels",
            body={"recipient_id": actor},
            permission="Direct Messages",
        )
        about = "" if place.direct else place.thread or place.channel
        await self._rest.call(
            "POST",
            MESSAGES,
            permission="Direct Messages",
            body=words(text.text, text.links, place=about) | _once(secrets.token_hex(12)),
            places={"channel_id": str(direct["id"])},
        )

    async def offer(self, place: Place, message: str, offered: Json) -> None:
        """Answer a person's `message` with `offered`, a message with a button, where they asked:
        what is sent then belongs to that place. May be repeated.
        """
        about = {"message_id": message, "fail_if_not_exists": False}
        await self._rest.call(
            "POST",
            MESSAGES,
            permission=SPEAK,
            body=offered | {"message_reference": about} | _once(message),
            places={"channel_id": place.thread or place.channel},
        )

    async def _stand(self, channel: str, card: Card, load: Load, *, repeat: bool) -> Sent:
        found = await self._find(channel, card.key) if repeat else None
        if found is None:
            return await self._create(channel, card, load)
        # What was posted before the crash may be older than what is to be shown now.
        return await self.edit(_sent(channel, found, card), card, load)

    async def _create(self, channel: str, card: Card, load: Load) -> Sent:
        drawing = draw(card, {})
        message = await self._reopening(
            "POST",
            MESSAGES,
            permission=SPEAK,
            body=drawing.body | _once(nonce(card.key)),
            uploads=await _loaded(drawing.uploads, card, load),
            places={"channel_id": channel},
        )
        return _sent(channel, message, card)

    async def _find(self, channel: str, key: str) -> Json | None:
        """Our message of `key` among the last ones. Older tries than Discord's memory of a nonce
        (minutes) are found here, and younger ones by either.
        """
        me, query = await self._rest.me(), {"limit": PAGE}
        for _ in range(PAGES):
            page: list[Json] = await self._rest.call(
                "GET", MESSAGES, permission=READ, query=query, places={"channel_id": channel}
            )
            for message in page:
                if str(message["author"]["id"]) == me and carries(message, key):
                    return message
            if len(page) < PAGE:
                break
            query = {"limit": PAGE, "before": int(page[-1]["id"])}
        return None

    async def _start_thread(self, channel: str, message: str, card: Card) -> str:
        """The id of the thread that hangs from a message. It is the message's own, so a thread that
        stands already is known without asking.
        """
        name = cut(" ".join((card.topic or card.title).split()), MOST_THREAD_NAME) or "…"
        try:
            thread = await self._rest.call(
                "POST",
                f"{MESSAGE}/threads",
                permission=f"Create Public Threads, {READ}",
                body={"name": name, "auto_archive_duration": WEEK},
                places={"channel_id": channel, "message_id": message},
            )
        except DeskError as error:
            if code_of(error) == Code.THREAD_EXISTS:
                return message
            if code_of(error) == Code.WRONG_KIND_OF_CHANNEL:  # the chat of a voice channel
                return channel
            raise
        return str(thread["id"])

    async def _reopening(self, method: str, path: str, **how: Any) -> Json:
        """A call that an archived thread refuses, repeated once the thread has been reopened."""
        try:
            return dict(await self._rest.call(method, path, **how))
        except DeskError as error:
            if code_of(error) != Code.THREAD_ARCHIVED:
                raise
        await self._rest.call(
            "PATCH",
            "/channels/{channel_id}",
            permission="Manage Threads",
            body={"archived": False},
            places={"channel_id": how["places"]["channel_id"]},
        )
        return dict(await self._rest.call(method, path, **how))


def _is_old(message: str) -> bool:
    return discord.utils.utcnow() - discord.utils.snowflake_time(int(message)) > FREELY_EDITED


def _once(number: str) -> Json:
    """What makes Discord give back the first message instead of taking it again: the library
    repeats a POST after a 500, and a lost answer makes us repeat it.
    """
    return {"nonce": number, "enforce_nonce": True}


def _sent(channel: str, message: Json, card: Card) -> Sent:
    return Sent(MessageRef(SURFACE, channel, str(message["id"])), attachment_ids(message, card))


async def _loaded(files: Sequence[File], card: Card, load: Load) -> list[Upload]:
    """The bytes of `files`. Raises UserError("file_too_big_for_chat")."""
    uploads = [Upload(sent_name(file, card), file.mime_type, await load(file)) for file in files]
    sizes = [len(upload.data) for upload in uploads]
    if max(sizes, default=0) > MOST_FILE_BYTES or sum(sizes) > MOST_REQUEST_BYTES:
        raise UserError("file_too_big_for_chat")
    return uploads
