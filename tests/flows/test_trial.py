"""The test picture: what is said where it does not come back as it was stored."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.trial import fetch_ourselves, trial_picture
from core.errors import ActionNeeded
from core.ports import OutgoingImage
from core.wording.errors import sentence
from tests.fakes.blobs import MemoryBlobs

JPEG = b"\xff\xd8 as it was stored"


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    """A host of pictures, most of which it serves badly."""
    answers = {
        "/good.jpg": web.Response(body=JPEG, content_type="image/jpeg"),
        "/moved.jpg": web.Response(status=302, headers={"Location": "/good.jpg"}),
        "/expired.jpg": web.Response(status=403),
        "/warning.jpg": web.Response(text="Visit this site?", content_type="text/html"),
        "/smaller.jpg": web.Response(body=b"\xff\xd8", content_type="image/jpeg"),
    }

    async def answer(request: web.Request) -> web.Response:
        return answers[request.path]

    application = web.Application()
    application.add_routes([web.get("/{name}", answer)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def picture(url: str) -> OutgoingImage:
    """A stored picture with this address."""

    async def read() -> bytes:
        return JPEG

    async def mint() -> str:
        return url

    return OutgoingImage("trial.jpg", 640, 640, "", read, mint, is_ai_generated=False)


async def test_a_picture_that_comes_back_names_its_origin(origin: str) -> None:
    """Its signature, which is in the address, is told to nobody."""
    assert await fetch_ourselves(picture(f"{origin}/good.jpg?sig=sesame")) == origin


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("moved", "it answers with a redirect, which networks do not follow"),
        ("expired", "it answers with HTTP 403"),
        ("warning", "it answers with text/html where a JPEG should be"),
        ("smaller", "other bytes come back than were stored"),
    ],
)
async def test_a_picture_that_does_not_come_back_is_a_sentence(
    origin: str, name: str, said: str
) -> None:
    """It tells apart what stands between the desk and the internet."""
    with pytest.raises(ActionNeeded, match="trial_not_served") as caught:
        await fetch_ourselves(picture(f"{origin}/{name}.jpg?sig=sesame"))
    told = sentence(caught.value.trouble)
    assert f"Networks fetch pictures from {origin}, but {said}." in told
    assert "PUBLIC_URL" in told
    assert "sesame" not in told


async def test_nothing_stays_of_the_trial() -> None:
    """Whatever happened in between."""
    blobs = MemoryBlobs()
    keys: list[str] = []
    with pytest.raises(ZeroDivisionError):
        await fail_in_between(blobs, keys)
    assert len(keys) == 1
    assert not blobs.objects


async def fail_in_between(blobs: MemoryBlobs, keys: list[str]) -> None:
    """A trial that ends badly; notes what was stored."""
    async with trial_picture(blobs) as shown:
        assert (await shown.read()).startswith(b"\xff\xd8")
        keys += blobs.objects
        raise ZeroDivisionError
