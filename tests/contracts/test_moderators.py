"""What the moderator keeps: it judges, it never lets pass what it could not judge."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from core.errors import ActionNeeded, TryLater
from core.generation.providers.openai import OpenAIModerator
from tests.platforms.openai import OpenAIServer

KEY = "sk-test-of-the-desk"


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as opened:
        opened.accept_key(KEY)
        yield opened
        assert opened.violations == []


@pytest.fixture
async def moderator(server: OpenAIServer) -> AsyncIterator[OpenAIModerator]:
    opened = OpenAIModerator(KEY, server.base_url, seconds=5)
    yield opened
    await opened.aclose()


def picture() -> bytes:
    """A generated picture's size and type."""
    out = io.BytesIO()
    Image.effect_noise((1024, 1792), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


async def test_a_harmless_text_passes(moderator: OpenAIModerator) -> None:
    """Without a category."""
    verdict = await moderator.review("a fox at dusk")
    assert verdict.allowed
    assert verdict.categories == ()


async def test_a_text_is_refused_by_name(server: OpenAIServer, moderator: OpenAIModerator) -> None:
    """As OpenAI calls the category, hate among them, which only texts have."""
    server.flag("slur", "hate/threatening")
    verdict = await moderator.review("some slur here")
    assert not verdict.allowed
    assert verdict.categories == ("hate/threatening",)


async def test_a_picture_is_judged(server: OpenAIServer, moderator: OpenAIModerator) -> None:
    """Alone and with its text, as a data URL; large ones are sent small."""
    assert (await moderator.review("", picture())).allowed
    server.flag_images("violence/graphic", times=2)
    assert (await moderator.review("", picture())).categories == ("violence/graphic",)
    assert not (await moderator.review("a fox", picture())).allowed


async def test_nothing_needs_no_judge(server: OpenAIServer, moderator: OpenAIModerator) -> None:
    """No text and no picture: no call."""
    assert (await moderator.review("  ")).allowed
    assert server.calls == []


async def test_a_verdict_may_be_asked_for_again(moderator: OpenAIModerator) -> None:
    """It is free, and the same."""
    assert await moderator.review("a fox") == await moderator.review("a fox")


@pytest.mark.parametrize("way", ["end", "cut", "hang", "page", "limit", "nothing"])
async def test_an_outage_delays_and_never_skips(server: OpenAIServer, way: str) -> None:
    """Whatever fails, the answer is "later", and never "allowed"."""
    moderator = OpenAIModerator(KEY, server.base_url, seconds=0.5)
    match way:
        case "end":
            server.end_moderation()
        case "cut":
            server.drop_before("moderate")
        case "hang":
            server.hang("moderate")
        case "page":
            server.fail("moderate", status=502, body="<html>")
        case "limit":
            server.refuse("rate_limited", "moderate", retry_after=3)
        case _:
            server.fail("moderate", status=200, body={"results": []})
    with pytest.raises(TryLater):
        await moderator.review("a fox")
    server.clear()
    assert (await moderator.review("a fox")).allowed
    await moderator.aclose()


async def test_a_bad_key_needs_an_admin(server: OpenAIServer, moderator: OpenAIModerator) -> None:
    """Waiting would not help."""
    server.revoke_key(KEY)
    with pytest.raises(ActionNeeded, match="openai_key_rejected"):
        await moderator.review("a fox")
