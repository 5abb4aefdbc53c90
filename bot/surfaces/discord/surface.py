"""Discord as a chat of the desk. Owns nothing but the joining of its parts to `ChatSurface`."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from bot.surfaces.discord.addresses import prepare_library
from bot.surfaces.discord.events import SURFACE
from bot.surfaces.discord.gateway import Gateway, keep_listening
from bot.surfaces.discord.invitation import make_manifest
from bot.surfaces.discord.people import People
from bot.surfaces.discord.posting import Posting
from bot.surfaces.discord.reading import read_reactions, stream_file
from bot.surfaces.discord.rest import Rest
from core.chat import (
    Actor,
    Attachment,
    Card,
    CommandSpec,
    MessageRef,
    Pace,
    Place,
    Private,
    Sent,
    Thread,
)
from core.ports import Inbox, Load
from core.settings import Settings


class Discord:
    """One bot in its servers, speaking as `ChatSurface` demands.

    Only `listen` opens the gateway, and one process at a time may run it; all else is REST and
    works in any process. One object belongs to one event loop; `aclose` it at the end.
    """

    name = SURFACE
    pace = Pace(edit_seconds=1.5, shows_previews=True)

    def __init__(self, settings: Settings, commands: Sequence[CommandSpec]) -> None:
        prepare_library(settings)
        self._token = settings.discord_token.get_secret_value().strip()
        self._api_url = settings.discord_api_url
        self._commands = tuple(commands)
        self._rest = Rest(self._token)
        self._people = People(self._rest)
        self._posting = Posting(self._rest)

    async def listen(self, inbox: Inbox) -> None:
        """As `ChatSurface.listen`; registers the commands first.

        Raises ActionNeeded("chat_token_rejected").
        """
        await keep_listening(
            self._token,
            lambda: Gateway(inbox, self._rest, self._people, self._posting, self._commands),
        )

    async def open_thread(
        self, place: Place, card: Card, load: Load, *, repeat: bool
    ) -> tuple[Thread, Sent]:
        """As `ChatSurface.open_thread`; also raises UserError("file_too_big_for_chat")."""
        return await self._posting.open_thread(place, card, load, repeat=repeat)

    async def post(self, thread: Thread, card: Card, load: Load, *, repeat: bool) -> Sent:
        """As `ChatSurface.post`; also raises UserError("file_too_big_for_chat")."""
        return await self._posting.post(thread, card, load, repeat=repeat)

    async def edit(self, sent: Sent, thread: Thread, card: Card, load: Load) -> Sent:  # noqa: ARG002  # Slack needs the thread; Discord's messages stand in their channel
        """As `ChatSurface.edit`; also raises UserError("message_too_old") where a fresh card must
        take its place, and UserError("file_too_big_for_chat").
        """
        return await self._posting.edit(sent, card, load)

    async def tell(self, place: Place, actor: str, text: Private) -> None:
        """As `ChatSurface.tell`."""
        await self._posting.tell(place, actor, text)

    async def reactions(self, message: MessageRef) -> frozenset[tuple[str, Actor]]:
        """As `ChatSurface.reactions`."""
        return await read_reactions(self._rest, self._people, message)

    def fetch(self, attachment: Attachment, limit: int) -> AsyncIterator[bytes]:
        """As `ChatSurface.fetch`."""
        return stream_file(attachment, limit, self._api_url)

    async def manifest(self) -> dict[str, Any]:
        """What an admin needs to add the desk, as plain values: the invitation and the commands.

        Without a token nobody can be asked for the application's id, which then stands in the link
        as a word to be replaced. Raises ActionNeeded("chat_token_rejected"), TryLater.
        """
        application_id = "APPLICATION_ID"
        if self._token:
            told = await self._rest.call("GET", "/oauth2/applications/@me")
            application_id = str(told["id"])
        return make_manifest(self._commands, application_id)

    async def aclose(self) -> None:
        """Give the connections back. May be repeated."""
        await self._rest.aclose()
