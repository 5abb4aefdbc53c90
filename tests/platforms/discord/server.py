"""The local Discord as tests hold it: one object that starts, stops, and is looked at.

It owns the listening socket and the short names under which tests find things. It must not know
the product; it is pointed here by `api_url` and `gateway_url`.
"""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.platforms.discord import guilds
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.faults import Faults, pattern
from tests.platforms.discord.gateway import Gateway
from tests.platforms.discord.guilds import Guild
from tests.platforms.discord.messages import REPLY, Message
from tests.platforms.discord.people import Person
from tests.platforms.discord.rest import API, Exchange, Rest
from tests.platforms.discord.world import Json, World

Found = TypeVar("Found")


class DiscordServer:
    """A strict local Discord on 127.0.0.1, in the caller's event loop.

    Args:
        token: the bot's.

    Attributes:
        world: all that exists, and the durations that tests may shorten.
        gateway: sessions; `heartbeat_seconds`, `twice`, `refusing`.
        rest: `rate`.
        faults: what shall go wrong on the REST side.
    """

    def __init__(self, token: str = "local.discord.token") -> None:  # noqa: S107 - a pretended bot's
        self.token = token
        self.world = World()
        self.faults = Faults()
        self.gateway = Gateway(self.world, token, self.violations_report)
        self.rest = Rest(self.world, token, self.faults)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", f"{API}/{{path:.*}}", self.rest.handle)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/attachments/{place}/{id}/{name}", self._attachment)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.world.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.gateway.refusing = True
        self.gateway.cut(lose=True)
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """For `DISCORD_API_URL`."""
        return self.world.base_url + API

    @property
    def gateway_url(self) -> str:
        """For `DISCORD_GATEWAY_URL`."""
        return self.world.base_url.replace("http", "ws", 1) + "/gateway"

    @property
    def calls(self) -> list[Exchange]:
        """Every REST call so far, oldest first."""
        return self.rest.exchanges

    @property
    def violations(self) -> list[str]:
        """What broke the official document or a documented rule; empty in every good test."""
        return self.rest.violations

    def violations_report(self, fault: str) -> None:
        """Record one violation."""
        self.rest.violations.append(fault)

    def count(self, method: str, template: str) -> int:
        """How often a route was called, e.g. `count("POST", "/channels/{}/messages")`."""
        path = pattern(template)
        return sum(one.method == method and bool(path.fullmatch(one.path)) for one in self.calls)

    def guild(self, name: str) -> Guild:
        """The guild of that name, founded with the bot in it when there is none."""
        return guilds.found(self.world, name)

    def commands(self, guild: Guild | None = None) -> list[Json]:
        """The commands that are registered, globally or for one guild."""
        return self.world.commands.get(None if guild is None else guild.id, [])

    def messages(self, channel: Channel, seen_by: Person | None = None) -> list[Message]:
        """What stands in a channel, thread or direct message, oldest first.

        Args:
            channel: where.
            seen_by: adds the ephemeral messages that only this person sees.
        """
        shown = [each for each in channel.log.values() if each.kind in (0, REPLY)]
        if seen_by is not None:
            mine = channel.whispers.values()
            shown += [each for each in mine if each.ephemeral_for is seen_by.user]
        return sorted(shown, key=lambda each: each.id)

    async def until(self, condition: Callable[[], Found], timeout: float = 10.0) -> Found:  # noqa: ASYNC109 - woken by changes, reported with the state
        """Wait until a condition holds, and return what it gave.

        Args:
            condition: asked again after every change here, and every 50 ms for what changes
                elsewhere.
            timeout: seconds, after which AssertionError tells what had been called.
        """
        end = time.monotonic() + timeout
        while not (found := condition()):
            left = end - time.monotonic()
            try:
                await self.world.changed(min(left, 0.05) if left > 0 else 0.0)
            except TimeoutError:
                if left <= 0:
                    raise AssertionError(self._state(timeout)) from None
        return found

    async def connected(self) -> None:
        """Wait until a bot has identified itself and listens."""
        await self.until(lambda: self.gateway.listening)

    def cut_gateway(self, *, lose: bool = False) -> None:
        """Tear all gateway connections; with `lose` nothing can be resumed."""
        self.gateway.cut(lose=lose)

    def _state(self, seconds: float) -> str:
        last = [f"{one.method} {one.path} → {one.status}" for one in self.calls[-12:]]
        return f"not within {seconds} s; last calls {last}; violations {self.violations}"

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take("GET", request.rel_url.raw_path)
        if fault is not None and fault.kind == "instead":
            return web.Response(status=fault.status)
        if self.faults.latency:
            await asyncio.sleep(self.faults.latency)
        number = request.match_info["id"]
        found = self.world.attachments.get(int(number)) if number.isdecimal() else None
        if (
            found is None
            or str(found.place) != request.match_info["place"]
            or found.filename != request.match_info["name"]
            or not found.accepts(request.query_string)
        ):
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=found.content, content_type=found.content_type)
