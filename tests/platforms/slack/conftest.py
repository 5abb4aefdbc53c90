"""A workspace, a person, a channel and the real client, for the tests of the rules."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Channel, Person, SlackServer


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    """A workspace; these tests break rules on purpose."""
    async with SlackServer(share_delay=0.1) as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    """The real client, which repeats nothing by itself."""
    return AsyncWebClient(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def channel(slack: SlackServer) -> Channel:
    """A channel with the app in it."""
    return slack.channel("marketing")


@pytest.fixture
def ada(slack: SlackServer) -> Person:
    """Somebody."""
    return slack.person("Ada", admin=True)
