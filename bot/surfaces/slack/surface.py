"""Slack as a chat of the desk: puts the package's parts together behind `ChatSurface`.

Owns the choice between Socket Mode and signed HTTP. Each part has its module: what comes in is
`listening`, what goes out `sending`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from starlette.requests import Request
from starlette.responses import Response

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
    SurfaceName,
    Thread,
)
from core.errors import ActionNeeded
from core.ports import Inbox, Load
from core.settings import Settings
from core.wording import settings as words

from .answering import Answering
from .calls import make_client, patiently
from .files import Files
from .listening import Listener
from .panels import Panels
from .people import People
from .sending import SURFACE, Sending
from .sockets import keep_connected

MOST_BYTES: Final = 1024 * 1024

HttpHandler = Callable[[Request], Awaitable[Response]]


class Slack:
    """The `ChatSurface` of one Slack workspace.

    `commands` is the command table. Nothing is called before the first use, and nothing is left
    open after it, so that workers make one too.
    """

    name: SurfaceName = SURFACE
    # chat.update is allowed about 50 times a minute; a preview would be an upload each.
    pace = Pace(edit_seconds=3, shows_previews=False)

    def __init__(self, settings: Settings, commands: Sequence[CommandSpec]) -> None:
        self._settings = settings
        self._commands = commands
        client = make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        self._client = client
        self._people = People(client)
        self._files = Files(client, self._people)
        self._sending = Sending(client, self._people, self._files)

    async def listen(self, inbox: Inbox) -> None:
        """See `ChatSurface.listen`. Without an app token Slack speaks to `http_handler`, and this
        only waits. Raises ActionNeeded("chat_forbidden") where Slack refuses a token.
        """
        await patiently(self._people.desk)
        app_token = self._settings.slack_app_token.get_secret_value()
        if not app_token:
            await inbox.connected(SURFACE)
            await asyncio.Event().wait()
        listener = self._listener(inbox)
        api_url = self._settings.slack_api_url

        async def connected() -> None:
            await inbox.connected(SURFACE)

        app, client = listener.app(api_url), make_client(app_token, api_url)
        try:
            await keep_connected(app, app_token, client, connected)
        finally:
            await listener.finish()

    def http_handler(self, inbox: Inbox) -> HttpHandler:
        """The handler of `POST /slack/events`.

        It answers 401 to what Slack did not sign within the last 300 seconds, 413 to what is longer
        than anything Slack sends. Raises ActionNeeded("settings_wrong") without a signing secret:
        an empty one is everybody's.
        """
        secret = self._settings.slack_signing_secret.get_secret_value()
        if not secret:
            raise ActionNeeded("settings_wrong", problems=[words.SIGNING_MISSING])
        bolt = AsyncSlackRequestHandler(
            self._listener(inbox).app(self._settings.slack_api_url, secret)
        )

        async def handle(request: Request) -> Response:
            length = request.headers.get("content-length", "")
            # A signature can be checked only over the whole body, so a stranger's is kept short.
            if not length.isdigit() or int(length) > MOST_BYTES:
                return Response(status_code=413)
            return await bolt.handle(request)

        return handle

    async def open_thread(
        self, place: Place, card: Card, load: Load, *, repeat: bool
    ) -> tuple[Thread, Sent]:
        """See `ChatSurface.open_thread`."""
        return await self._sending.open_thread(place, card, load, repeat=repeat)

    async def post(self, thread: Thread, card: Card, load: Load, *, repeat: bool) -> Sent:
        """See `ChatSurface.post`."""
        return await self._sending.post(thread, card, load, repeat=repeat)

    async def edit(self, sent: Sent, thread: Thread, card: Card, load: Load) -> Sent:
        """See `ChatSurface.edit`."""
        return await self._sending.edit(sent, thread, card, load)

    async def tell(self, place: Place, actor: str, text: Private) -> None:
        """See `ChatSurface.tell`."""
        await self._sending.tell(place, actor, text)

    async def reactions(self, message: MessageRef) -> frozenset[tuple[str, Actor]]:
        """See `ChatSurface.reactions`."""
        return await self._sending.reactions(message)

    def fetch(self, attachment: Attachment, limit: int) -> AsyncIterator[bytes]:
        """See `ChatSurface.fetch`."""
        return self._files.fetch(attachment, limit)

    def _listener(self, inbox: Inbox) -> Listener:
        panels = Panels(self._client, self._files, inbox.load)
        answering = Answering(self._client, self._sending, panels)
        watched = self._settings.watched_channels
        return Listener(self._people, self._files, answering, self._commands, watched, inbox)
