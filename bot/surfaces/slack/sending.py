"""Cards to messages: posting, finding again, editing, telling, reading reactions.

Owns what makes a post repeat-safe: every message carries its card's key as metadata, and is
searched for by it. It must not know why a card is shown.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from core.chat import Actor, Card, MessageRef, Place, Private, Sent, Thread
from core.errors import ActionNeeded
from core.leases import notice_the_time
from core.ports import Load

from .calls import in_our_words
from .cards import draw, read_mark
from .files import Files, thread_messages
from .people import People
from .shortcodes import unicode_of
from .words import speech

Json = dict[str, Any]

SURFACE: Final = "slack"
PAGE: Final = 200  # messages a call, Slack's recommended most
PAGES_BACK: Final = 5  # of a channel; a thread is read whole


class Sending:
    """Brings cards into Slack."""

    def __init__(self, client: AsyncWebClient, people: People, files: Files) -> None:
        self._client = client
        self._people = people
        self._files = files

    async def open_thread(
        self, place: Place, card: Card, load: Load, *, repeat: bool
    ) -> tuple[Thread, Sent]:
        """See `ChatSurface.open_thread`."""
        sent = await self._stand(place.channel, place.thread, card, load, repeat=repeat)
        thread = Thread(SURFACE, place.team, place.channel, place.thread or sent.ref.id)
        return thread, sent

    async def post(self, thread: Thread, card: Card, load: Load, *, repeat: bool) -> Sent:
        """See `ChatSurface.post`."""
        return await self._stand(thread.channel, thread.id, card, load, repeat=repeat)

    async def edit(self, sent: Sent, thread: Thread, card: Card, load: Load) -> Sent:
        """See `ChatSurface.edit`."""
        return await self._redraw(sent, thread.id, card, load)

    async def tell(self, place: Place, actor: str, text: Private) -> None:
        """See `ChatSurface.tell`."""
        await self.whisper(place, actor, speech(text.text, text.links))

    async def whisper(self, place: Place, actor: str, content: Json) -> None:
        """Show `content` (`text` and `blocks`) to one person, at `place` or else directly.

        In a direct message there is nobody to hide it from, so there it is said.
        """
        try:
            if place.direct:
                await self._say(place.channel, content, place.thread)
                return
            with in_our_words(place.channel):
                await self._client.chat_postEphemeral(
                    channel=place.channel, user=actor, thread_ts=place.thread, **content
                )
        except ActionNeeded as error:
            if error.code == "chat_forbidden":
                raise
            await self._say(await self._direct_message(actor), content, None)

    async def reactions(self, message: MessageRef) -> frozenset[tuple[str, Actor]]:
        """See `ChatSurface.reactions`."""
        desk = await self._people.desk()
        with in_our_words(message.channel):
            told = await self._client.reactions_get(
                channel=message.channel, timestamp=message.id, full=True
            )
        found = set()
        for each in told["message"].get("reactions") or ():
            for user in each["users"]:
                if user != desk.user:
                    found.add((unicode_of(each["name"]), await self._people.ask(user)))
        return frozenset(found)

    async def _stand(
        self, channel: str, thread: str | None, card: Card, load: Load, *, repeat: bool
    ) -> Sent:
        """The card as a message: found and brought up to date, or posted."""
        found = await self._find(channel, thread, card.key) if repeat else None
        if found is not None:
            return await self._redraw(found, thread or found.ref.id, card, load)
        files = await self._files.upload(card.pictures, load)
        await notice_the_time()
        with in_our_words(channel):
            told = await self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                unfurl_links=False,
                unfurl_media=False,
                **draw(card, files),
            )
        # For a direct message, Slack answers with the conversation's own id.
        ref = MessageRef(SURFACE, str(told["channel"]), str(told["ts"]))
        files |= await self._files.share(
            card.files, load, ref.channel, thread or ref.id, repeat=repeat
        )
        return Sent(ref, files)

    async def _redraw(self, sent: Sent, thread: str, card: Card, load: Load) -> Sent:
        new = [each for each in card.pictures if each.id not in sent.files]
        files = sent.files | await self._files.upload(new, load)
        with in_our_words(sent.ref.channel):
            await self._client.chat_update(
                channel=sent.ref.channel, ts=sent.ref.id, **draw(card, files)
            )
        unshared = [each for each in card.files if each.id not in files]
        # An edit is repeated without being told, so the thread is always looked at first.
        files |= await self._files.share(unshared, load, sent.ref.channel, thread, repeat=True)
        return Sent(sent.ref, files)

    async def _find(self, channel: str, thread: str | None, key: str) -> Sent | None:
        """Our message with this card's key, where it stands."""
        desk = await self._people.desk()
        if thread:
            messages = thread_messages(self._client, channel, thread)
        else:
            messages = self._channel_messages(channel)
        async for message in messages:
            marked, files = read_mark(message)
            if marked == key and message.get("user") == desk.user:
                return Sent(MessageRef(SURFACE, channel, str(message["ts"])), files)
        return None

    async def _channel_messages(self, channel: str) -> AsyncIterator[Json]:
        """A channel's last thousand messages, newest first, with metadata."""
        cursor = ""
        for _ in range(PAGES_BACK):
            with in_our_words(channel):
                told = await self._client.conversations_history(
                    channel=channel, limit=PAGE, cursor=cursor, include_all_metadata=True
                )
            for message in told["messages"]:
                yield message
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _direct_message(self, user: str) -> str:
        with in_our_words():
            told = await self._client.conversations_open(users=user)
        return str(told["channel"]["id"])

    async def _say(self, channel: str, content: Json, thread: str | None) -> None:
        with in_our_words(channel):
            await self._client.chat_postMessage(channel=channel, thread_ts=thread, **content)
