"""The grounds on which the chats' contract is tested: one for each surface.

A `Ground` is a surface that listens, a place where Ada may speak to it, and the eyes and hands that
a test needs on the far side. To add a chat, add its ground here. It must not know what is being
proved.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from pydantic import SecretStr
from sqlalchemy import delete

from bot.surfaces.discord import Discord
from bot.surfaces.slack import Slack
from bot.surfaces.web.content import read_content
from core.chat import Attachment, Command, Dropped, File, Place, Sent
from core.page import LineReaction
from core.ports import ChatSurface
from core.settings import Settings
from storage.tables import lines
from tests.contracts.discord_surface.conftest import COMMANDS as DISCORD_COMMANDS
from tests.contracts.page.grounds import Ground as PageGround
from tests.contracts.page.grounds import open_ground, picture, place
from tests.contracts.slack.material import COMMANDS as SLACK_COMMANDS
from tests.fakes.inbox import FakeInbox
from tests.platforms import discord, slack
from tests.platforms.discord.channels import Channel as DiscordChannel
from tests.platforms.discord.messages import Message as DiscordMessage

STAR: Final = "⭐"
NAME: Final = "fox.jpg"


@dataclass(frozen=True)
class Standing:
    """A card of ours as people see it: its words, how many pictures, and in which thread (empty
    where it stands in the channel itself).
    """

    words: str
    pictures: int
    thread: str


@dataclass
class Shelf:
    """Bytes of a card's files, which remembers what was asked for."""

    asked: list[str] = field(default_factory=list)

    async def load(self, file: File) -> bytes:
        """As `core.ports.Load`."""
        self.asked.append(file.id)
        return picture(64, 64)


class Ground(Protocol):
    """What a test needs of one chat."""

    @property
    def surface(self) -> ChatSurface:
        """The adapter, listening."""
        ...

    @property
    def place(self) -> Place:
        """A channel of its."""
        ...

    @property
    def person(self) -> str:
        """Ada's id there."""
        ...

    async def standing(self) -> list[Standing]:
        """All cards of ours in the channel and its threads, oldest first."""
        ...

    async def delete(self, sent: Sent) -> None:
        """Somebody deletes this card."""
        ...

    async def star(self, sent: Sent) -> None:
        """Ada and the desk itself react to this card with a star."""
        ...

    async def told(self) -> list[str]:
        """What only Ada reads."""
        ...

    async def bring(self, data: bytes) -> Attachment:
        """Ada attaches a file."""
        ...

    async def shut_out(self) -> Place:
        """A place of this chat at which the desk may not speak."""
        ...


@asynccontextmanager
async def _listening(surface: ChatSurface, inbox: FakeInbox) -> AsyncIterator["asyncio.Task[None]"]:
    running = asyncio.create_task(surface.listen(inbox))
    try:
        yield running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _attached(inbox: FakeInbox) -> Attachment:
    event = inbox.events[-1]
    assert isinstance(event, Command | Dropped)
    (attachment,) = event.attachments
    return attachment


@dataclass
class OnSlack:
    """A strict local Slack."""

    server: slack.SlackServer
    surface: Slack
    inbox: FakeInbox
    channel: slack.Channel
    ada: slack.Person

    @property
    def place(self) -> Place:
        """Its channel."""
        space = self.server.hub.workspace
        return Place("slack", space.team_id, space.name, self.channel.id)

    @property
    def person(self) -> str:
        """Ada's id."""
        return self.ada.id

    async def standing(self) -> list[Standing]:
        """As `Ground`."""
        return [
            Standing(
                one.plain(),
                len(one.images()),
                "" if one.thread_ts in {"", one.ts} else one.thread_ts,
            )
            for one in self.server.messages(self.channel)
        ]

    def _message(self, sent: Sent) -> slack.SlackMessage:
        messages = self.server.messages(self.channel)
        return next(one for one in messages if one.ts == sent.ref.id)

    async def delete(self, sent: Sent) -> None:
        """As `Ground`."""
        self.server.person("Root", admin=True).delete(self._message(sent))

    async def star(self, sent: Sent) -> None:
        """As `Ground`."""
        shown = self._message(sent)
        shown.raw.reactions["star"] = [self.server.bot_user]
        await self.ada.react(shown, "star")

    async def told(self) -> list[str]:
        """As `Ground`."""
        return [one.plain() for one in self.server.ephemerals(self.ada)]

    async def bring(self, data: bytes) -> Attachment:
        """As `Ground`."""
        await self.ada.upload(self.server.direct_message(self.ada), [(NAME, data)])
        await self.inbox.next()
        return _attached(self.inbox)

    async def shut_out(self) -> Place:
        """As `Ground`."""
        self.server.kick_bot(self.channel)
        return self.place


@asynccontextmanager
async def on_slack(folder: Path) -> AsyncIterator[OnSlack]:  # as all grounds are opened
    """In Socket Mode."""
    async with slack.SlackServer(share_delay=0.02, retry_delays=(0.05,)) as server:
        ada, channel = server.person("Ada"), server.channel("marketing")
        settings = Settings(
            slack_bot_token=SecretStr(server.app.bot_token),
            slack_app_token=SecretStr(server.app.app_token),
            slack_signing_secret=SecretStr(server.app.signing_secret),
            slack_api_url=server.api_url,
        )
        surface, inbox = Slack(settings, SLACK_COMMANDS), FakeInbox()
        async with _listening(surface, inbox) as running:
            await server.until(lambda: server.sockets or running.done())
            yield OnSlack(server, surface, inbox, channel, ada)
        server.check()


@dataclass
class OnDiscord:
    """A strict local Discord."""

    server: discord.DiscordServer
    surface: Discord
    inbox: FakeInbox
    guild: discord.Guild
    channel: DiscordChannel
    ada: discord.Person

    @property
    def place(self) -> Place:
        """Its channel."""
        return Place("discord", str(self.guild.id), "Acme", str(self.channel.id))

    @property
    def person(self) -> str:
        """Ada's id."""
        return str(self.ada.id)

    def _messages(self) -> list[DiscordMessage]:
        channels = [self.channel, *self.channel.threads()]
        found = [one for channel in channels for one in self.server.messages(channel)]
        return sorted(found, key=lambda one: one.id)

    async def standing(self) -> list[Standing]:
        """As `Ground`."""
        return [
            Standing(
                one.plain(),
                len(one.images()),
                "" if one.channel is self.channel else str(one.channel.id),
            )
            for one in self._messages()
        ]

    def _message(self, sent: Sent) -> DiscordMessage:
        return next(one for one in self._messages() if str(one.id) == sent.ref.id)

    async def delete(self, sent: Sent) -> None:
        """As `Ground`."""
        await self.ada.delete(self._message(sent))

    async def star(self, sent: Sent) -> None:
        """As `Ground`."""
        message = self._message(sent)
        message.channel.react(message, STAR, self.server.world.bot)
        await self.ada.react(message, STAR)

    async def told(self) -> list[str]:
        """As `Ground`."""
        return [one.plain() for one in self.server.messages(self.ada.direct_message())]

    async def bring(self, data: bytes) -> Attachment:
        """As `Ground`."""
        await self.ada.command("upload", {"file1": (NAME, data)}, self.channel)
        await self.inbox.next()
        return _attached(self.inbox)

    async def shut_out(self) -> Place:
        """As `Ground`."""
        self.channel.deny("SEND_MESSAGES")
        return self.place


@asynccontextmanager
async def on_discord(folder: Path) -> AsyncIterator[OnDiscord]:  # as all grounds are opened
    """With its gateway."""
    async with discord.DiscordServer() as server:
        guild = server.guild("Acme")
        channel, ada = guild.channel("marketing"), guild.person("Ada")
        settings = Settings(
            discord_token=SecretStr(server.token),
            discord_api_url=server.api_url,
            discord_gateway_url=server.gateway_url,
        )
        surface, inbox = Discord(settings, DISCORD_COMMANDS), FakeInbox()
        try:
            async with _listening(surface, inbox) as running:
                await server.until(lambda: running.done() or server.gateway.identified)
                yield OnDiscord(server, surface, inbox, guild, channel, ada)
        finally:
            await surface.aclose()
        assert server.violations == []


@dataclass
class OnPage:
    """The desk's own page, over real rows."""

    rows: PageGround
    person: str = "UADA"

    @property
    def surface(self) -> ChatSurface:
        """The page."""
        return self.rows.page

    @property
    def place(self) -> Place:
        """Its channel."""
        return place()

    async def standing(self) -> list[Standing]:
        """As `Ground`."""
        shown = []
        for line in await self.rows.lines():
            card = read_content(line).card
            if card is not None:
                words = "\n".join([card.title, *card.lines])
                shown.append(Standing(words, len(card.pictures), line.thread))
        return shown

    async def delete(self, sent: Sent) -> None:
        """As `Ground`."""
        async with self.rows.database.engine.begin() as connection:
            await connection.execute(delete(lines).where(lines.c.id == sent.ref.id))

    async def star(self, sent: Sent) -> None:
        """As `Ground`; nobody reacts as the desk there."""
        async with self.rows.database.write() as uow:
            await uow.lines.react(LineReaction(sent.ref.id, self.person, "Ada", STAR, uow.now))

    async def told(self) -> list[str]:
        """As `Ground`."""
        lines = await self.rows.lines()
        return [line.text for line in lines if line.private_to == self.person]

    async def bring(self, data: bytes) -> Attachment:
        """As `Ground`."""
        await self.rows.blobs.put(f"1/{NAME}", data, "image/jpeg")
        return Attachment(f"1/{NAME}", NAME, "", len(data))

    async def shut_out(self) -> Place:
        """As `Ground`."""
        return place(business=7)


@asynccontextmanager
async def on_page(folder: Path) -> AsyncIterator[OnPage]:
    """On an empty database."""
    async with open_ground(folder) as rows:
        await rows.member("Ada")
        async with _listening(rows.page, rows.inbox):
            yield OnPage(rows)


GROUNDS: Final[dict[str, Callable[[Path], AbstractAsyncContextManager[Ground]]]] = {
    "slack": on_slack,
    "discord": on_discord,
    "page": on_page,
}
