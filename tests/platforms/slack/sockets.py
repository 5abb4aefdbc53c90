"""Socket Mode: tickets, WebSockets, envelopes and their acknowledgements.

It owns the protocol of https://docs.slack.dev/apis/events-api/using-socket-mode. It must not know
what the payloads mean.
"""

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from aiohttp import WSMsgType, web

from .delivery import Answer, Sent
from .judge import Judge

Json = dict[str, Any]
MOST_SOCKETS: Final = 10


@dataclass(eq=False)
class Socket:
    """One open connection; a leaving one gets no new envelopes."""

    ws: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    waiting: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)


class Sockets:
    """The app's WebSockets.

    Args:
        app_id: told in the greeting.
        judge: is told of acknowledgements that Slack would not understand.
        changed: called when a socket opens or closes.
        ack_window: seconds within which an envelope must be acknowledged.
    """

    def __init__(
        self, app_id: str, judge: Judge, changed: Callable[[], None], ack_window: float
    ) -> None:
        self.open: list[Socket] = []
        self.opened = 0
        self.pings = 0
        self._app_id = app_id
        self._judge = judge
        self._changed = changed
        self._ack_window = ack_window
        self._tickets: set[str] = set()
        self._known: dict[str, bool] = {}  # envelope -> whether it takes a payload
        self._turn = itertools.count()

    def issue(self, address: str) -> str:
        """A URL that opens one socket, once."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return f"{address.replace('http', 'ws', 1)}/link?ticket={ticket}&app_id={self._app_id}"

    async def link(self, request: web.Request) -> web.StreamResponse:
        """The endpoint behind such a URL; lives as long as the socket."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="this ticket was used or never issued")
        self._tickets.remove(ticket)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if len(self.open) >= MOST_SOCKETS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        socket = Socket(ws, request)
        self.open.append(socket)
        self.opened += 1
        try:
            await ws.send_json(self._hello())
            self._changed()
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(socket, message.data)
        finally:
            self._closed(socket)
        return ws

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "applink", "approximate_connection_time": 18060},
        }

    def _closed(self, socket: Socket) -> None:
        if socket in self.open:
            self.open.remove(socket)
        for future in socket.waiting.values():
            if not future.done():
                future.set_result(Answer("connection_lost"))
        self._changed()

    def _acknowledged(self, socket: Socket, text: str) -> None:
        message: Json = json.loads(text)
        envelope = message.get("envelope_id", "")
        payload = message.get("payload")
        if envelope not in self._known:
            self._judge.object("Socket Mode", f"an unknown envelope was acknowledged: {message}")
            return
        if payload and not self._known[envelope]:
            self._judge.object("Socket Mode", f"this envelope takes no payload: {payload}")
        future = socket.waiting.pop(envelope, None)
        if future is not None and not future.done():
            future.set_result(Answer(None, payload))

    async def carry(self, sent: Sent, attempt: int, reason: str) -> Answer:
        """Put a payload into an envelope, send it through one socket, wait for its return."""
        ready = [each for each in self.open if not each.leaving]
        if not ready:
            return Answer("nobody")
        socket = ready[next(self._turn) % len(ready)]
        envelope_id = str(uuid4())
        # As Slack: a button's answer goes through the response URL, not through the socket.
        takes = sent.kind == "slash_commands" or sent.payload.get("type") == "view_submission"
        envelope: Json = {"type": sent.kind, "envelope_id": envelope_id, "payload": sent.payload}
        envelope["accepts_response_payload"] = takes
        if sent.kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        self._known[envelope_id] = takes
        future = asyncio.get_running_loop().create_future()
        socket.waiting[envelope_id] = future
        try:
            await socket.ws.send_json(envelope)
            return await asyncio.wait_for(future, self._ack_window)
        except TimeoutError:
            return Answer("operation_timeout")
        except ConnectionError:
            return Answer("connection_lost")
        finally:
            socket.waiting.pop(envelope_id, None)

    def cut(self) -> None:
        """Break every connection without a word, as a network does."""
        for socket in list(self.open):
            self._closed(socket)
            if socket.request.transport is not None:
                socket.request.transport.abort()

    async def refresh(self) -> None:
        """Announce that these connections end, as Slack does every few hours, and end them."""
        for socket in list(self.open):
            socket.leaving = True
            await socket.ws.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def close(self) -> None:
        """Close what is still open, at the end."""
        for socket in list(self.open):
            await socket.ws.close()
