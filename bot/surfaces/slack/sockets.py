"""Socket Mode, kept alive.

Owns the connection: opening it, watching that it still breathes, replacing it. The SDK reconnects
by itself in most cases, but its loops can die or circle round a used address while `is_connected()`
says yes (slackapi/python-slack-sdk#1379, #1446, #1462); so the age of the last pong is watched here
and a silent connection is thrown away whole. It must not know what comes through.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from .calls import in_our_words, patiently

PING_SECONDS: Final = 5.0
SILENT_PINGS: Final = 6  # the SDK gives itself four before it reconnects
LOOK_SECONDS: Final = 0.5
CONNECT_SECONDS: Final = 15.0
LAST_WORDS_SECONDS: Final = 3.0  # Slack waits no longer for an acknowledgement

_log = structlog.get_logger(__name__)


class Socket(AsyncSocketModeHandler):
    """One connection that knows how many deliveries it still has in hand."""

    def __init__(
        self, app: AsyncApp, app_token: str, client: AsyncWebClient, ping_seconds: float
    ) -> None:
        logger = logging.getLogger("imagedesk.slack.socket")
        logger.setLevel(logging.ERROR)
        super().__init__(
            app, app_token, logger=logger, web_client=client, ping_interval=ping_seconds
        )
        self._in_hand: set[asyncio.Task[None] | None] = set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as bolt's own, which narrows it too
        """Hand a delivery to bolt and acknowledge it."""
        task = asyncio.current_task()
        self._in_hand.add(task)
        try:
            await super().handle(client, req)
        finally:
            self._in_hand.discard(task)

    async def close_after_work(self) -> None:
        """Let deliveries in hand be acknowledged, then close."""
        working = [task for task in self._in_hand if task is not None]
        if working:
            await asyncio.wait(working, timeout=LAST_WORDS_SECONDS)
        await self.client.close()  # type: ignore[no-untyped-call]  # so the SDK is


async def keep_connected(
    app: AsyncApp,
    app_token: str,
    client: AsyncWebClient,
    connected: Callable[[], Awaitable[None]],
    ping_seconds: float = PING_SECONDS,
) -> None:
    """Deliver to `app` until cancelled; `connected` is awaited on each new connection, for Slack
    keeps nothing for later. Raises ActionNeeded where Slack refuses the app token.
    """

    async def address() -> str:
        with in_our_words():
            return str((await client.apps_connections_open(app_token=app_token))["url"])

    while True:
        url = await patiently(address)
        socket = Socket(app, app_token, client, ping_seconds)
        socket.client.wss_uri = url
        try:
            # The SDK tries one address for ever; Slack takes each once only.
            async with asyncio.timeout(CONNECT_SECONDS):
                await socket.client.connect()  # type: ignore[no-untyped-call]  # so the SDK is
            _log.info("slack_connected")
            await _until_silent(socket.client, ping_seconds, connected)
            _log.warning("slack_connection_silent")
        except TimeoutError:
            _log.warning("slack_connection_refused")
        finally:
            await socket.close_after_work()


async def _until_silent(
    client: SocketModeClient, ping_seconds: float, connected: Callable[[], Awaitable[None]]
) -> None:
    """Return when the connection has been closed for two looks, when no pong came for six pings,
    or when nobody takes the messages any more. Tells `connected` of each connection, also of those
    that the SDK makes by itself.

    The SDK itself looks only once a ping whether it is closed, and what Slack sends meanwhile is
    lost.
    """
    loop = asyncio.get_running_loop()
    pong, since = client.last_ping_pong_time, loop.time()
    seen_closed: object = None
    told_of: object = None
    while not client.message_processor.done():
        session = client.current_session
        if session is not told_of:
            told_of = session
            await connected()
        await asyncio.sleep(min(LOOK_SECONDS, ping_seconds))
        if session is not None and session.closed:
            if session is seen_closed:
                return
            seen_closed = session
        if client.last_ping_pong_time != pong:
            pong, since = client.last_ping_pong_time, loop.time()
        elif loop.time() - since > SILENT_PINGS * ping_seconds:
            return
