"""A chat, people in it, and a desk that listens there.

What a platform would not have taken fails each test at its end.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.bills import compare
from tests.desk import environment, free_port
from tests.driving import (
    Chat,
    DiscordChat,
    PageChat,
    Person,
    Seen,
    SignedSlackChat,
    SlackChat,
    Where,
)
from tests.driving.chat import Found, picture_of, until
from tests.driving.slack import events_url, make_server
from tests.flows.programs import bakery, garage, programs
from tests.platforms.discord import DiscordServer
from tests.platforms.openai import OpenAIServer

__all__ = ["bakery", "garage", "programs"]


@pytest.fixture(params=["slack", "discord", "page"])
async def chat(request: pytest.FixtureRequest) -> AsyncIterator[Chat]:
    """Each chat in turn."""
    async with AsyncExitStack() as stack:
        opened: Chat
        if request.param == "discord":
            opened = DiscordChat(await stack.enter_async_context(DiscordServer()))
        elif request.param == "signed slack":
            port = free_port()
            server = await stack.enter_async_context(make_server(events_url(port)))
            opened = SignedSlackChat(server, port)
        else:
            opened = SlackChat(await stack.enter_async_context(make_server()))
        if request.param == "page":
            assert isinstance(opened, SlackChat)
            opened = PageChat(opened)
            stack.push_async_callback(opened.close)
        yield opened
        opened.check()


@pytest.fixture
def ada(chat: Chat) -> Person:
    """Who orders the pictures."""
    return chat.person("Ada")


@pytest.fixture
def bob(chat: Chat) -> Person:
    """A colleague without any special rights."""
    return chat.person("Bob")


@pytest.fixture
def root(chat: Chat) -> Person:
    """An admin of the workspace or server."""
    return chat.person("Root", admin=True)


@pytest.fixture
def marketing(chat: Chat, ada: Person, bob: Person, root: Person) -> Where:
    """A channel with all of them in it."""
    return chat.channel("marketing")


@pytest.fixture
def environ(chat: Chat, tmp_path: Path) -> dict[str, str]:
    """The settings of a desk for this chat."""
    return environment(tmp_path, **chat.settings())


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    """A fresh OpenAI; whatever broke its contract fails the test at its end."""
    async with OpenAIServer() as server:
        server.accept_key("sk-test")
        yield server
        assert server.violations == []


@pytest.fixture
async def paid(environ: dict[str, str], openai: OpenAIServer) -> AsyncIterator[dict[str, str]]:
    """The settings of a desk whose pictures cost money; at the end it has booked exactly what it
    was charged.
    """
    settings = environ | {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": openai.base_url}
    yield settings
    await compare(settings, openai)


class Eyes:
    """Watches what stands in a chat, as the people in it do."""

    def __init__(self, chat: Chat, people: list[Person]) -> None:
        self._chat = chat
        self._people = people

    async def see(self, where: Where, *words: str, without: str = "\0") -> Seen:
        """The newest message that says all these words (and not `without`); waits for it."""
        return await self.until(where, lambda: self.seen(where, *words, without=without))

    def seen(self, where: Where, *words: str, without: str = "\0") -> Seen | None:
        """The same, None where it does not stand there."""
        found = self.all(where, *words)
        return next((one for one in reversed(found) if without not in one.text), None)

    def all(self, where: Where, *words: str) -> list[Seen]:
        """Every message that says these words now, in reading order."""
        return [one for one in self._chat.read(where) if one.says(*words)]

    def again(self, message: Seen) -> Seen:
        """The same message as it reads now."""
        found = [one for one in self._chat.read(message.where) if one.id == message.id]
        assert found, f"it stands there no more: {message}"
        return found[0]

    async def changed(self, message: Seen, *words: str, without: str = "\0") -> Seen:
        """The same message, once it says these words (and no more `without`); waits for it."""

        def found() -> Seen | None:
            now = self.again(message)
            return now if now.says(*words) and without not in now.text else None

        return await self.until(message.where, found)

    async def told(self, person: Person, *words: str) -> str:
        """The newest private text to somebody that holds all these words; waits for it."""

        def found() -> str:
            texts = [text for text in person.private() if all(word in text for word in words)]
            return texts[-1] if texts else ""

        return await self.until(None, found)

    async def until(self, where: Where | None, found: Callable[[], Found | None]) -> Found:
        """Wait for a condition over what is seen."""

        def picture() -> str:
            seen = picture_of(self._chat, where, self._people) if where else ""
            return seen or str([(one.name, one.private()) for one in self._people])

        return await until(found, picture=picture)


@pytest.fixture
def eyes(chat: Chat, ada: Person, bob: Person, root: Person) -> Eyes:
    """See `Eyes`."""
    return Eyes(chat, [ada, bob, root])
