"""The local far ends that every test here may ask for, each with a client that speaks to it."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from openai import AsyncOpenAI

from tests.platforms.graph import GraphServer, Page
from tests.platforms.openai import OpenAIServer
from tests.platforms.picture_host import PictureHost, draw_file


@pytest.fixture
async def openai_server() -> AsyncIterator[OpenAIServer]:
    """A fresh OpenAI that accepts the key `sk-test`."""
    async with OpenAIServer() as server:
        server.accept_key("sk-test")
        yield server


@pytest.fixture
async def openai_client(openai_server: OpenAIServer) -> AsyncIterator[AsyncOpenAI]:
    """The unmodified SDK, which never retries."""
    async with AsyncOpenAI(
        api_key="sk-test", base_url=openai_server.base_url, max_retries=0, timeout=30
    ) as client:
        yield client


@pytest.fixture
def photo() -> bytes:
    """A PNG of 1024x1024."""
    return draw_file(1024, 1024, "PNG")


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    """A fresh Graph API without any page."""
    async with GraphServer() as server:
        yield server


@pytest.fixture
async def picture_host() -> AsyncIterator[PictureHost]:
    """A public place for pictures."""
    async with PictureHost() as server:
        yield server


@pytest.fixture
def acme(graph: GraphServer) -> Page:
    """A page with a linked Instagram account."""
    return graph.add_page("Acme", instagram="acme")


@pytest.fixture
def acme_instagram(acme: Page) -> str:
    """The linked account's id."""
    assert acme.instagram is not None
    return acme.instagram.id


@pytest.fixture
async def graph_client(graph: GraphServer, acme: Page) -> AsyncIterator[httpx2.AsyncClient]:
    """Speaks version 26.0 as the page."""
    async with httpx2.AsyncClient(
        base_url=f"{graph.base_url}/v26.0",
        headers={"Authorization": f"Bearer {acme.token}"},
        timeout=10,
    ) as client:
        yield client
