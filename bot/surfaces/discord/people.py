"""Who is an admin where, asked of Discord without a gateway. Owns a short memory of servers,
members and channels; it must not know what the answers are for.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import discord

from bot.surfaces.discord.events import SURFACE
from bot.surfaces.discord.failures import Code
from bot.surfaces.discord.rest import Rest, code_of
from core.chat import Actor, Place
from core.errors import DeskError

Json = dict[str, Any]
T = TypeVar("T")

FRESH: Final = 60.0  # seconds for which a person's roles are believed
LONG: Final = 3600.0  # seconds for what never changes: where a channel hangs
MOST_REMEMBERED: Final = 2000
THREADS: Final = frozenset({10, 11, 12})  # announcement, public, private


@dataclass(frozen=True)
class Server:
    """A server's roles: permission bits by role id."""

    name: str
    owner: str
    roles: dict[str, int]

    def is_admin(self, server_id: str, user: str, roles: Iterable[str]) -> bool:
        """Whether somebody with these roles may manage the server."""
        if user == self.owner:
            return True
        bits = 0
        for role in (server_id, *roles):  # the role of everyone carries the server's own id
            bits |= self.roles.get(role, 0)
        allowed = discord.Permissions(bits)
        return allowed.administrator or allowed.manage_guild


class People:
    """Servers, members and channels, asked by REST and remembered for a while."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._servers: Remembered[Server] = Remembered(FRESH)
        self._persons: Remembered[Actor | None] = Remembered(FRESH)
        self._channels: Remembered[Json] = Remembered(LONG)

    async def person(self, server_id: str, user_id: str) -> Actor | None:
        """A person as they are in a server (`server_id` "" in direct messages, where nobody is an
        admin), also one who has left it; None for a bot. Raises as `Rest.call`.
        """
        if (kept := self._persons.get(f"{server_id}:{user_id}")) is not None:
            return kept[0]
        actor = await self._ask(server_id, user_id)
        self._persons.put(f"{server_id}:{user_id}", actor)
        return actor

    def seen(self, server_id: str, actor: Actor) -> None:
        """Remember a person whom an event has just described."""
        self._persons.put(f"{server_id}:{actor.id}", actor)

    async def server_of(self, channel_id: str) -> str:
        """The server in which a channel stands, "" for a direct message. Raises as `Rest.call`."""
        return str((await self._channel(channel_id)).get("guild_id") or "")

    async def place(self, channel_id: str) -> Place:
        """Where a channel or thread is. Raises as `Rest.call`."""
        channel = await self._channel(channel_id)
        server_id = str(channel.get("guild_id") or "")
        if not server_id:
            return Place(SURFACE, "", "", channel_id, direct=True)
        name = (await self._server(server_id)).name
        if channel["type"] in THREADS:
            return Place(SURFACE, server_id, name, str(channel["parent_id"]), thread=channel_id)
        return Place(SURFACE, server_id, name, channel_id)

    async def _ask(self, server_id: str, user_id: str) -> Actor | None:
        member: Json = {}
        if server_id:
            member = await self._member(server_id, user_id)
        user = member.get("user") or await self._rest.call(
            "GET", "/users/{user_id}", places={"user_id": user_id}
        )
        if user.get("bot"):
            return None
        name = member.get("nick") or user.get("global_name") or user["username"]
        admin = "roles" in member and (await self._server(server_id)).is_admin(
            server_id, user_id, member["roles"]
        )
        return Actor(user_id, str(name), admin)

    async def _member(self, server_id: str, user_id: str) -> Json:
        path = "/guilds/{guild_id}/members/{user_id}"
        places = {"guild_id": server_id, "user_id": user_id}
        try:
            return dict(await self._rest.call("GET", path, places=places))
        except DeskError as error:
            if code_of(error) != Code.UNKNOWN_MEMBER:
                raise
        return {}

    async def _server(self, server_id: str) -> Server:
        if (kept := self._servers.get(server_id)) is not None:
            return kept[0]
        told = await self._rest.call("GET", "/guilds/{guild_id}", places={"guild_id": server_id})
        roles = {str(role["id"]): int(role["permissions"]) for role in told["roles"]}
        server = Server(str(told["name"]), str(told["owner_id"]), roles)
        self._servers.put(server_id, server)
        return server

    async def _channel(self, channel_id: str) -> Json:
        if (kept := self._channels.get(channel_id)) is not None:
            return kept[0]
        channel: Json = await self._rest.call(
            "GET", "/channels/{channel_id}", places={"channel_id": channel_id}
        )
        self._channels.put(channel_id, channel)
        return channel


class Remembered(Generic[T]):
    """Answers by key, each believed for some seconds; the oldest go when there are too many."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def get(self, key: str) -> tuple[T] | None:
        """What is still believed, in a tuple, since it may itself be None."""
        found = self._kept.get(key)
        return (found[1],) if found is not None and time.monotonic() < found[0] else None

    def put(self, key: str, value: T) -> None:
        """Believe `value` from now on."""
        self._kept[key] = (time.monotonic() + self._seconds, value)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_REMEMBERED:
            self._kept.popitem(last=False)
