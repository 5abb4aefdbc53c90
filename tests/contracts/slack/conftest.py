"""A strict local Slack, the surface before it, and an inbox behind it.

What the local Slack would have refused at the real one fails each test at its end.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.surfaces.slack import Slack
from core.chat import (
    File,
    Place,
)
from core.settings import Settings
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer

from .material import COMMANDS, JPEG, ZIP, Listening, Load


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer(share_delay=0.02, retry_delays=(0.05,)) as server:
        yield server
        server.check()


@pytest.fixture
def settings(slack: SlackServer) -> Settings:
    return Settings(
        slack_bot_token=SecretStr(slack.app.bot_token),
        slack_app_token=SecretStr(slack.app.app_token),
        slack_signing_secret=SecretStr(slack.app.signing_secret),
        slack_api_url=slack.api_url,
        public_url="https://desk.example",
    )


@pytest.fixture
def surface(settings: Settings) -> Slack:
    return Slack(settings, COMMANDS)


@pytest.fixture
def inbox() -> FakeInbox:
    return FakeInbox()


@pytest.fixture
def ada(slack: SlackServer) -> Person:
    return slack.person("Ada", admin=True)


@pytest.fixture
def bob(slack: SlackServer) -> Person:
    return slack.person("Bob")


@pytest.fixture
def marketing(slack: SlackServer, ada: Person, bob: Person) -> Channel:
    return slack.channel("marketing")


@pytest.fixture
def listening(slack: SlackServer, surface: Slack, inbox: FakeInbox) -> Listening:
    @asynccontextmanager
    async def connected() -> AsyncIterator[None]:
        task = asyncio.create_task(surface.listen(inbox))
        await slack.until(lambda: slack.sockets or task.done())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled(), task

    return connected


@pytest.fixture
def place(slack: SlackServer, marketing: Channel) -> Place:
    return Place("slack", slack.hub.workspace.team_id, slack.hub.workspace.name, marketing.id)


@pytest.fixture
def load() -> Load:
    async def bytes_of(file: File) -> bytes:
        return ZIP if file.filename.endswith(".zip") else JPEG + file.id.encode()

    return bytes_of
