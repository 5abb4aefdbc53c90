"""A local Discord with a guild, the desk on it, and what tests put into its cards."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.surfaces.discord import Discord
from core.chat import CommandOption, CommandSpec, File, Option, Place
from core.ports import Inbox
from core.settings import Settings
from tests.fakes.inbox import FakeInbox
from tests.platforms.discord import DiscordServer, Guild, Person
from tests.platforms.discord.channels import Channel

Listen = Callable[[Discord, Inbox], AbstractAsyncContextManager[None]]
COMMANDS = (
    CommandSpec(
        "generate",
        "Make pictures from words",
        "/generate a fox --count 4",
        (
            CommandOption("prompt", "What to draw", rest=True),
            CommandOption("count", "How many", "integer", minimum=1, maximum=10),
            CommandOption("size", "Shape", choices=(Option("1024x1024", "Square"),)),
            CommandOption("model", "Who draws", complete=True),
        ),
    ),
    CommandSpec("Add to library", "Keep the pictures of a message", "", on_message=True),
    CommandSpec(
        "upload",
        "Bring pictures",
        "/upload",
        tuple(CommandOption(f"file{number}", "A picture", "file") for number in range(1, 11)),
    ),
    CommandSpec("library", "Look around", "/library fox", (CommandOption("search", "What"),)),
)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A fresh local Discord; whatever broke Discord's rules fails the test at its end."""
    async with DiscordServer() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def acme(server: DiscordServer) -> Guild:
    """A guild with the bot in it."""
    return server.guild("Acme")


@pytest.fixture
def marketing(acme: Guild) -> Channel:
    """Its channel."""
    return acme.channel("marketing")


@pytest.fixture
def ada(acme: Guild) -> Person:
    """A member without special rights."""
    return acme.person("Ada")


@pytest.fixture
def in_marketing(acme: Guild, marketing: Channel) -> Place:
    """Where a command of that channel comes from."""
    return Place("discord", str(acme.id), "Acme", str(marketing.id))


class Desks:
    """Makes surfaces as the processes of one desk have them, closed at the end of a `with`."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server

    @asynccontextmanager
    async def __call__(
        self, commands: tuple[CommandSpec, ...], token: str | None = None
    ) -> AsyncIterator[Discord]:
        """One that knows these commands, with the bot's token or a wrong one."""
        settings = Settings(
            discord_token=SecretStr(self._server.token if token is None else token),
            discord_api_url=self._server.api_url,
            discord_gateway_url=self._server.gateway_url,
        )
        surface = Discord(settings, commands)
        try:
            yield surface
        finally:
            await surface.aclose()


@pytest.fixture
def another_desk(server: DiscordServer) -> Desks:
    """For tests with a second process."""
    return Desks(server)


@pytest.fixture
async def desk(another_desk: Desks, marketing: Channel) -> AsyncIterator[Discord]:
    """The surface, which has opened no connection yet."""
    async with another_desk(COMMANDS) as surface:
        yield surface


@pytest.fixture
def inbox() -> FakeInbox:
    """Where events arrive."""
    return FakeInbox()


@pytest.fixture
def listening_as(server: DiscordServer) -> Listen:
    """Lets a surface listen within a `with`, and ends it as a process is ended: by cancelling."""

    @asynccontextmanager
    async def listen(surface: Discord, inbox: Inbox) -> AsyncIterator[None]:
        before = server.gateway.identified
        running = asyncio.create_task(surface.listen(inbox))
        try:
            await server.until(lambda: running.done() or server.gateway.identified > before)
            if running.done():
                await running
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    return listen


@pytest.fixture
async def listening(desk: Discord, inbox: FakeInbox, listening_as: Listen) -> AsyncIterator[None]:
    """The desk is connected and hands everything to `inbox`."""
    async with listening_as(desk, inbox):
        yield


class Shelf:
    """Bytes of files by id, which remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._held: dict[str, bytes] = {}

    def picture(self, id_: str, colour: str = "teal", alt: str = "A fox") -> File:
        """A JPEG of one colour."""
        stream = io.BytesIO()
        Image.new("RGB", (32, 32), colour).save(stream, "JPEG")
        self._held[id_] = stream.getvalue()
        return File(id_, "fox.jpg", "image/jpeg", alt)

    def file(self, id_: str, name: str, data: bytes) -> File:
        """Any file."""
        self._held[id_] = data
        return File(id_, name, "application/zip")

    async def load(self, file: File) -> bytes:
        """As `core.ports.Load`."""
        self.asked.append(file.id)
        return self._held[file.id]


@pytest.fixture
def shelf() -> Shelf:
    """Files for cards."""
    return Shelf()
