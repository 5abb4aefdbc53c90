"""The gateway: sessions that are identified, numbered, cut and resumed.

It owns sockets, sequence numbers and what is replayed. It must not know what the events mean: the
world hands it names and payloads.
Source: https://docs.discord.com/developers/events/gateway
"""

import asyncio
import contextlib
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from tests.platforms.discord import payloads
from tests.platforms.discord.world import KNOWN_INTENTS, PRIVILEGED, Intent, Json, World

DISPATCH: Final = 0
HEARTBEAT: Final = 1
IDENTIFY: Final = 2
RESUME: Final = 6
RECONNECT: Final = 7
INVALID_SESSION: Final = 9
HELLO: Final = 10
HEARTBEAT_ACK: Final = 11
IGNORED: Final = (3, 4)  # presence and voice state: nothing here depends on them
MOST_BYTES: Final = 4096
NORMAL_CLOSES: Final = (1000, 1001)  # a client that says good-bye so gives its session up


class ProtocolBroken(Exception):
    """The client broke the gateway's rules and is closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Link:
    """One open socket; frames are written in order by `write`."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._transport = request.transport
        self._frames: asyncio.Queue[str] = asyncio.Queue()
        compressed = request.query.get("compress") == "zlib-stream"
        self._compressor = zlib.compressobj() if compressed else None

    def send(self, frame: str) -> None:
        """Queue one frame."""
        self._frames.put_nowait(frame)

    def say(self, op: int, data: Any = None) -> None:
        """Queue one frame that is no dispatch."""
        self.send(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def write(self) -> None:
        """Send what is queued until the socket is gone."""
        while True:
            frame = await self._frames.get()
            if self._compressor is None:
                await self._socket.send_str(frame)
            else:
                packed = self._compressor.compress(frame.encode())
                await self._socket.send_bytes(packed + self._compressor.flush(zlib.Z_SYNC_FLUSH))

    async def close(self, code: int, reason: str = "") -> None:
        """Close with one of the gateway's codes."""
        await self._socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """Tear the connection without a word."""
        if self._transport is not None:
            self._transport.abort()


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began: its events go on being numbered and kept while it is cut off."""

    id: str
    intents: Intent
    link: Link | None = None
    log: list[str] = field(default_factory=list)

    def dispatch(self, event: str, payload: Json, *, times: int = 1) -> None:
        """Number one event, keep it for replay, and send it if somebody listens."""
        sequence = len(self.log) + 1
        frame = json.dumps({"op": DISPATCH, "t": event, "s": sequence, "d": payload})
        self.log.append(frame)
        for _ in range(times if self.link is not None else 0):
            if self.link is not None:
                self.link.send(frame)


class Gateway:
    """All sessions of one bot.

    Attributes:
        heartbeat_seconds: what HELLO asks for; a client that is silent twice as long is closed.
        twice: whether every dispatch is delivered twice.
        refusing: whether new sockets are turned away, as while Discord is down.
        identified: how many IDENTIFYs were accepted.
        resumed: how many RESUMEs were.
    """

    def __init__(self, world: World, token: str, report: Callable[[str], None]) -> None:
        self._world = world
        self._token = token
        self._report = report
        self.sessions: dict[str, Session] = {}
        self.links: set[Link] = set()
        self.heartbeat_seconds = 41.25
        self.twice = False
        self.refusing = False
        self.identified = 0
        self.resumed = 0
        world.emit_to = self.emit

    def emit(self, event: str, payload: Json, intent: Intent | None) -> None:
        """Dispatch to every session that asked for such events."""
        for session in self.sessions.values():
            if intent is None or intent in session.intents:
                session.dispatch(event, payload, times=2 if self.twice else 1)

    @property
    def listening(self) -> bool:
        """Whether a bot is connected and identified."""
        return any(session.link is not None for session in self.sessions.values())

    def cut(self, *, lose: bool = False) -> None:
        """Tear all connections.

        Args:
            lose: forget the sessions too, so that a RESUME is refused and nothing is replayed.
        """
        for link in list(self.links):
            link.cut()
        for session in self.sessions.values():
            session.link = None
        if lose:
            self.sessions.clear()

    def ask_reconnect(self) -> None:
        """Send op 7 to all: reconnect and resume."""
        for link in self.links:
            link.say(RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send op 9 to all; the sessions are kept only when they may be resumed."""
        for link in self.links:
            link.say(INVALID_SESSION, resumable)
        if not resumable:
            self.sessions.clear()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One socket, from HELLO to its end."""
        if self.refusing:
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False, max_msg_size=MOST_BYTES, timeout=1.0)
        await socket.prepare(request)
        link = Link(socket, request)
        self.links.add(link)
        writer = asyncio.create_task(link.write())
        try:
            link.say(HELLO, {"heartbeat_interval": int(self.heartbeat_seconds * 1000)})
            await self._listen(socket, link)
        finally:
            self._forget(link, socket.close_code)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
        return socket

    async def _listen(self, socket: web.WebSocketResponse, link: Link) -> None:
        while True:
            try:
                message = await socket.receive(timeout=2 * self.heartbeat_seconds)
            except TimeoutError:
                await link.close(4009, "Session timed out")
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            try:
                self._receive(link, message.data)
            except ProtocolBroken as broken:
                await link.close(broken.code, broken.reason)
                return

    def _receive(self, link: Link, text: str | bytes) -> None:
        """Act on one frame. ProtocolBroken where the client must be closed."""
        try:
            frame = json.loads(text)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            raise ProtocolBroken(4002, "Decode error") from None
        known = any(session.link is link for session in self.sessions.values())
        if op == HEARTBEAT:
            link.say(HEARTBEAT_ACK)
        elif op in (IDENTIFY, RESUME):
            if known:
                raise ProtocolBroken(4005, "Already authenticated")
            if data.get("token") != self._token:
                raise ProtocolBroken(4004, "Authentication failed")
            (self._identify if op == IDENTIFY else self._resume)(link, data)
        elif not known:
            raise ProtocolBroken(4003, "Not authenticated")
        elif op not in IGNORED:
            self._report(f"gateway op {op} is not spoken here")
            raise ProtocolBroken(4001, "Unknown opcode")

    def _identify(self, link: Link, data: Json) -> None:
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            raise ProtocolBroken(4013, "Invalid intent(s)")
        if intents & PRIVILEGED:
            self._report(f"privileged intents {Intent(intents & PRIVILEGED)!r}")
            raise ProtocolBroken(4014, "Disallowed intent(s)")
        session = Session(secrets.token_hex(16), Intent(intents), link)
        guilds = [one for one in self._world.guilds.values() if one.bot_member is not None]
        ready: Json = {
            "v": 10,
            "user": payloads.user(self._world.bot),
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._world.base_url.replace("http", "ws", 1) + "/gateway",
            "guilds": [{"id": str(one.id), "unavailable": True} for one in guilds],
            "application": {"id": str(self._world.bot.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
        }
        if "shard" in data:
            ready["shard"] = data["shard"]
        session.dispatch("READY", ready)
        if Intent.GUILDS in session.intents:
            for one in guilds:
                session.dispatch("GUILD_CREATE", payloads.guild_create(one))
        self.sessions[session.id] = session
        self.identified += 1
        self._world.touch()

    def _resume(self, link: Link, data: Json) -> None:
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            link.say(INVALID_SESSION, data=False)
            return
        heard = data.get("seq")
        if not isinstance(heard, int) or heard > len(session.log):
            raise ProtocolBroken(4007, "Invalid seq")
        session.link = link
        for frame in session.log[heard:]:
            link.send(frame)
        session.dispatch("RESUMED", {"_trace": []})
        self.resumed += 1
        self._world.touch()

    def _forget(self, link: Link, code: int | None) -> None:
        self.links.discard(link)
        for session in list(self.sessions.values()):
            if session.link is link:
                session.link = None
                if code in NORMAL_CLOSES:
                    del self.sessions[session.id]
        self._world.touch()
