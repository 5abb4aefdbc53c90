"""The pretended Slack as a whole: started, talked to by tests, inspected, and misused.

It owns starting and stopping, and the small language in which journeys are written. Everything
else is in the modules beside it.

    async with SlackServer() as slack:
        ada, channel = slack.person("Ada", admin=True), slack.channel("marketing")
        ...start the app with slack.api_url, slack.app.bot_token, slack.app.app_token...
        ack = await ada.command("/generate", "a fox", channel)
        await slack.until(lambda: slack.posts(channel) == 2)
        slack.check()
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from tests.platforms import specs

from .app import InstalledApp
from .delivery import RETRY_DELAYS, Answer, Kind, Sent
from .endpoint import Endpoint
from .events import announce_member
from .faults import Faults
from .hub import Hub
from .judge import Violation
from .person import Person
from .reading import SlackMessage, SlackView
from .rendering import Renderer
from .signed_http import SignedHttp
from .workspace import Channel, ChannelKind, Workspace

PATIENCE: Final = 15.0


class SlackServer:
    """A strict local Slack on 127.0.0.1, in the loop of whoever enters it.

    Args:
        manifest: the app's manifest, decoded; the app is then granted exactly what it asks for.
        share_delay: seconds until an upload is processed and shared.
        limit_posts: whether more than one post a second and channel is answered with 429.
        ack_window: seconds to acknowledge; Slack's three by default.
        retry_delays: seconds before each retry of an event; Slack's own by default.
    """

    def __init__(
        self,
        *,
        manifest: Mapping[str, Any] | None = None,
        share_delay: float = 0.05,
        limit_posts: bool = False,
        ack_window: float = 3.0,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.app = InstalledApp()
        if manifest is not None:
            self.app.adopt(manifest)
        workspace = Workspace()
        renderer = Renderer(workspace, self.app)
        faults = Faults(limit_posts=limit_posts)
        self.hub = Hub(workspace, self.app, renderer, faults, retry_delays, share_delay, ack_window)
        self.http: SignedHttp | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        application = Endpoint(self.hub).application()
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.hub.renderer.address = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything; a failure of this server itself comes up here."""
        beside = list(self.hub.tasks)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await self.hub.sockets.close()
        if self.http is not None:
            await self.http.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self.hub.crashes and error is None:
            raise self.hub.crashes[0]

    @property
    def api_url(self) -> str:
        """What the app's clients take as their base URL; ends in `/api/`."""
        return f"{self.hub.renderer.address}/api/"

    @property
    def bot_user(self) -> str:
        """The app's user id, by which it is mentioned."""
        return self.hub.workspace.bot.id

    async def deliver_to(self, events_url: str) -> SignedHttp:
        """Use signed HTTP from now on instead of Socket Mode.

        Args:
            events_url: the app's one URL for commands, interactions and events.

        Returns:
            The transport, with which tests can forge, delay and repeat requests.
        """
        if self.http is not None:
            await self.http.close()
        self.http = SignedHttp(events_url, self.app.signing_secret, self.hub.ack_window)
        self.hub.delivery.transport = self.http
        return self.http

    def person(
        self, name: str, *, admin: bool = False, tz: str = "Europe/Berlin", locale: str = "en-US"
    ) -> Person:
        """A new member, in all public channels."""
        user = self.hub.workspace.add_user(name, admin=admin, tz=tz, locale=locale)
        return Person(self.hub, user)

    def channel(self, name: str, *, bot_is_member: bool = True, private: bool = False) -> Channel:
        """A new channel with everybody in it, and the app unless it was not invited."""
        kind: ChannelKind = "private" if private else "public"
        users = self.hub.workspace.users.values()
        members = {user.id for user in users if bot_is_member or not user.bot}
        return self.hub.workspace.add_channel(name, kind, members)

    def direct_message(self, person: Person) -> Channel:
        """The direct message of a person with the app."""
        return self.hub.workspace.direct_message(person.id)

    async def invite_bot(self, channel: Channel) -> None:
        """Somebody types `/invite @Image Desk`."""
        channel.members.add(self.hub.workspace.bot.id)
        self.hub.workspace.changed()
        await announce_member(self.hub, channel, self.hub.workspace.bot.id)

    def kick_bot(self, channel: Channel) -> None:
        """Somebody removes the app from a channel."""
        channel.members.discard(self.hub.workspace.bot.id)
        self.hub.workspace.changed()

    def archive(self, channel: Channel) -> None:
        """Somebody archives a channel."""
        channel.archived = True
        self.hub.workspace.changed()

    def advance(self, seconds: float) -> None:
        """Let time pass for triggers and response URLs, without waiting."""
        self.hub.workspace.advance(seconds)

    def messages(self, channel: Channel) -> list[SlackMessage]:
        """All messages of a channel, replies among them, oldest first."""
        return [SlackMessage(self.hub, message) for message in channel.messages.values()]

    def thread(self, channel: Channel, ts: str) -> list[SlackMessage]:
        """A message and its replies, oldest first."""
        return [SlackMessage(self.hub, message) for message in channel.thread(ts)]

    def ephemerals(self, person: Person) -> list[SlackMessage]:
        """What only this person was shown, oldest first."""
        found = self.hub.workspace.ephemerals
        return [SlackMessage(self.hub, each) for each in found if each.only_for == person.id]

    def home(self, person: Person) -> SlackView | None:
        """The app's Home tab as this person sees it."""
        home = self.hub.workspace.homes.get(person.id)
        return None if home is None else SlackView(self.hub, home)

    @property
    def faults(self) -> Faults:
        """Misbehaviour to plan."""
        return self.hub.faults

    @property
    def calls(self) -> Counter[str]:
        """How many requests came per method, among them `files.upload`, `response_url`."""
        return self.hub.calls

    @property
    def deliveries(self) -> list[Sent]:
        """All that was sent to the app, with its answers, oldest first."""
        return self.hub.delivery.log

    @property
    def sockets(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self.hub.sockets.open)

    def posts(self, channel: Channel) -> int:
        """How many messages the app brought into a channel, deleted ones included."""
        return self.hub.posts[channel.id]

    def cut_sockets(self) -> None:
        """Break all Socket Mode connections without a word."""
        self.hub.sockets.cut()

    async def refresh_sockets(self) -> None:
        """Ask for new Socket Mode connections, as Slack does every few hours."""
        await self.hub.sockets.refresh()

    async def redeliver_last(self, kind: Kind | None = None) -> Answer:
        """Deliver the latest payload (of this kind) once more, as after a lost acknowledgement."""
        sent = next(each for each in reversed(self.deliveries) if kind in {None, each.kind})
        return await self.redeliver(sent)

    async def redeliver(self, sent: Sent) -> Answer:
        """Deliver an earlier payload once more."""
        return await self.hub.delivery.again(sent)

    async def until(
        self,
        condition: Callable[[], object],
        timeout: float = PATIENCE,  # noqa: ASYNC109  # a wait is what this offers
    ) -> None:
        """Wait until a condition over this Slack holds; looked at after each of its changes.

        Raises:
            AssertionError: it did not come to hold in `timeout` seconds; tells what stands where.
        """
        broken = self.hub.crashes
        held = await self.hub.workspace.until(lambda: broken or condition(), timeout)
        if broken:
            raise broken[0]
        if not held:
            raise AssertionError(f"waited {timeout} s in vain; {self.picture()}")

    def picture(self) -> str:
        """All that stands in all channels, for the message of a failed test."""
        told = [f"calls {dict(self.calls)}", *map(str, self.violations)]
        for channel in self.hub.workspace.channels.values():
            told.append(f"#{channel.name}")
            told += [f"  {message!r}" for message in self.messages(channel)]
        told += [f"  privately: {m.text!r}" for m in self.hub.workspace.ephemerals]
        told += [f"  unanswered: {each}" for each in self.deliveries if not each.answers]
        return "\n".join(told)

    @property
    def violations(self) -> list[Violation]:
        """What the app sent that Slack would not have taken."""
        return self.hub.judge.violations

    def check(self) -> None:
        """Fail if the app ever broke a rule; for the end of every test.

        Raises:
            AssertionError: it lists what was sent and which rule it broke.
        """
        if self.violations:
            listed = "\n".join(map(str, self.violations))
            raise AssertionError(f"Slack would not have taken this:\n{listed}\n{specs.report()}")
