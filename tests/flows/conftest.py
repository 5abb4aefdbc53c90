"""A chat, people in it, and a desk that listens there.

What a platform would not have taken fails each test at its end.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.desk import environment
from tests.driving import Chat, DiscordChat, Person, SlackChat, Where
from tests.driving.slack import make_server
from tests.platforms.discord import DiscordServer


@pytest.fixture(params=["slack", "discord"])
async def chat(request: pytest.FixtureRequest) -> AsyncIterator[Chat]:
    """Each chat in turn."""
    async with AsyncExitStack() as stack:
        opened: Chat
        if request.param == "slack":
            opened = SlackChat(await stack.enter_async_context(make_server()))
        else:
            opened = DiscordChat(await stack.enter_async_context(DiscordServer()))
        yield opened
        opened.check()


@pytest.fixture
def ada(chat: Chat) -> Person:
    """Somebody who orders pictures."""
    return chat.person("Ada")


@pytest.fixture
def bob(chat: Chat) -> Person:
    """Somebody else."""
    return chat.person("Bob")


@pytest.fixture
def marketing(chat: Chat, ada: Person, bob: Person) -> Where:
    """A channel with both in it."""
    return chat.channel("marketing")


@pytest.fixture
def environ(chat: Chat, tmp_path: Path) -> dict[str, str]:
    """The settings of a desk for this chat."""
    return environment(tmp_path, **chat.settings())
