"""What Cloudinary adds to the contract: its names, signatures that expire, its failures."""

import asyncio
import os
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from core.clock import SystemClock
from core.errors import ActionNeeded, DeskError, TryLater
from core.settings import Settings, read_settings
from storage.blobs.cloudinary import FILES_AT_ONCE, CloudinaryBlobs, key_of, public_id
from tests.contracts.blob_grounds import Line, Sink, keys, noise
from tests.platforms.cloudinary import CloudinaryServer

JPEG = noise("1/a.jpg")


@pytest.fixture
async def server() -> AsyncIterator[CloudinaryServer]:
    async with CloudinaryServer() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def settings(server: CloudinaryServer) -> Settings:
    return read_settings(server.settings())


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[CloudinaryBlobs]:
    async with CloudinaryBlobs(settings, SystemClock()) as store:
        yield store


async def test_keeps_a_key_under_one_name(store: CloudinaryBlobs, server: CloudinaryServer) -> None:
    """An upload that is repeated is the same asset, and none of them is for everybody to see."""
    for _ in range(2):
        await store.put("1/0a1b-fox.jpg", JPEG, "image/jpeg")
        await store.put("spool/0a1b", b"x", "application/octet-stream")
    assert set(server.assets) == {
        ("image", "authenticated", "1/0a1b-fox.jpg"),
        ("raw", "authenticated", "spool/0a1b"),
    }


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("1/0a1b-fox.jpg", "1/0a1b-fox.jpg"),
        ("1/a_b c.png", "1/a_5fb_20c.png"),
        ("1/é&?#.gif", "1/_c3_a9_26_3f_23.gif"),
        ("v1/a", "_761/a"),
        ("-a.", "_2da_2e"),
    ],
)
def test_escapes_what_cloudinary_forbids(key: str, name: str) -> None:
    """And finds the key again; what we did not name ourselves has no key."""
    assert public_id(key) == name
    assert key_of(name) == key
    assert key_of("holiday_photo") is None
    assert key_of("a_ff") is None


async def test_lists_only_its_own(store: CloudinaryBlobs, server: CloudinaryServer) -> None:
    """Other people's assets in the same environment are not ours to list; pages are followed."""
    server.page = 2
    named = [f"1/{number}.jpg" for number in range(5)] + [f"spool/{number}" for number in range(5)]
    for key in named:
        await store.put(key, JPEG, "image/jpeg")
    foreign = server.assets["image", "authenticated", "1/0.jpg"]
    server.assets["image", "authenticated", "my_holiday"] = foreign
    server.assets["image", "upload", "1/9.jpg"] = foreign
    assert await keys(store) == sorted(named)
    assert await keys(store, "1/") == named[:5]


async def test_lets_links_expire(store: CloudinaryBlobs, server: CloudinaryServer) -> None:
    """A link serves for its lifetime, longer than Cloudinary's usual hour where asked, not after
    it, and not with anything changed.
    """
    await store.put("1/a.jpg", JPEG, "image/jpeg")
    url = await store.url("1/a.jpg", 86_400)
    started = server.now()
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(url)
        assert (answer.content, answer.headers["Content-Type"]) == (JPEG, "image/jpeg")
        for changed in ("1/b.jpg", "1/a.jpg&type=upload"):
            refused = await browser.get(url.replace("1%2Fa.jpg", changed))
            assert refused.status_code == 401
        server.now = lambda: started + 86_390
        assert (await browser.get(url)).status_code == 200
        server.now = lambda: started + 86_410
        assert (await browser.get(url)).status_code == 401


async def test_makes_links_without_the_network() -> None:
    """A link is the API's own address and holds no secret."""
    settings = Settings(
        cloudinary_cloud_name="desk", cloudinary_api_key="1", cloudinary_api_secret="geheim"
    )
    async with CloudinaryBlobs(settings, SystemClock()) as store:
        url = urlsplit(await store.url("1/a.jpg", 60))
    assert f"{url.scheme}://{url.netloc}{url.path}" == (
        "https://api.cloudinary.com/v1_1/desk/image/download"
    )
    asked = parse_qs(url.query)
    assert asked["type"] == ["authenticated"]
    assert int(asked["expires_at"][0]) - int(asked["timestamp"][0]) == 60
    assert "geheim" not in url.query


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (500, TryLater("storage_unavailable", after=15)),
        (503, TryLater("storage_unavailable", after=15)),
        (420, TryLater("storage_unavailable", after=300)),
        (429, TryLater("storage_unavailable", after=300)),
        (400, ActionNeeded("storage_forbidden")),
        (401, ActionNeeded("storage_forbidden")),
        (403, ActionNeeded("storage_forbidden")),
    ],
)
async def test_translates_refusals(
    store: CloudinaryBlobs, server: CloudinaryServer, status: int, expected: DeskError
) -> None:
    """Outages and used-up hours are to be asked again, the rest is for an admin."""
    server.fail("*", status=status, body={"error": {"message": "no"}}, times=None)
    for call in (
        store.put("1/a", b"x", "image/png"),
        store.get("1/a"),
        store.delete("1/a"),
        keys(store),
    ):
        with pytest.raises(type(expected)) as refusal:
            await call
        assert refusal.value.code == expected.code
        if isinstance(expected, TryLater) and isinstance(refusal.value, TryLater):
            assert refusal.value.after == expected.after


@pytest.mark.parametrize(
    "wrong",
    [
        {"cloudinary_api_secret": "other"},
        {"cloudinary_api_key": "1"},
        {"cloudinary_cloud_name": "nobody"},
    ],
)
async def test_says_that_it_may_not(
    server: CloudinaryServer, settings: Settings, wrong: dict[str, str]
) -> None:
    """With a wrong key, secret or name an admin is asked to help, and nothing is stored."""
    values = {name.lower(): text for name, text in server.settings().items()} | wrong
    async with CloudinaryBlobs(Settings.model_validate(values), SystemClock()) as store:
        with pytest.raises(ActionNeeded) as refusal:
            await store.put("1/a", b"x", "image/png")
    assert refusal.value.code == "storage_forbidden"
    assert server.assets == {}


async def test_tells_the_limits_of_the_plan(store: CloudinaryBlobs) -> None:
    """What Cloudinary does not take is told in its own words."""
    with pytest.raises(ActionNeeded, match="File size too large"):
        await store.put("1/a", bytes(10 * 1024**2 + 1), "image/png")
    with pytest.raises(ActionNeeded, match="Invalid image file"):
        await store.put("1/a.png", b"no picture", "image/png")


async def test_shows_no_half_object(
    store: CloudinaryBlobs, server: CloudinaryServer, settings: Settings
) -> None:
    """An upload that is cut in the middle fails for now; what stood there before still does."""
    await store.put("1/a", b"before", "image/png")
    line = Line(server.base_url)
    line.upward = len(JPEG) // 2
    async with line.laid() as address:
        harmed = settings.model_copy(update={"cloudinary_api_url": address})
        async with CloudinaryBlobs(harmed, SystemClock()) as far:
            for key in ("1/a", "1/b"):
                with pytest.raises(TryLater, match="storage_unavailable"):
                    await far.put(key, JPEG, "image/png")
    assert await store.get("1/a") == b"before"
    assert await keys(store) == ["1/a"]


async def test_repeats_what_was_done_unseen(
    store: CloudinaryBlobs, server: CloudinaryServer
) -> None:
    """An upload whose answer is lost is told as an outage; done again, it is there once."""
    server.drop_after("upload")
    with pytest.raises(TryLater):
        await store.put("1/a", b"x", "image/png")
    await store.put("1/a", b"x", "image/png")
    assert await keys(store) == ["1/a"]


async def test_returns_no_half_object(
    store: CloudinaryBlobs, server: CloudinaryServer, settings: Settings
) -> None:
    """A download that is cut in the middle fails instead of returning what came."""
    await store.put("1/a.jpg", JPEG, "image/jpeg")
    line = Line(server.base_url)
    line.downward = len(JPEG) // 2
    async with line.laid() as address:
        harmed = settings.model_copy(update={"cloudinary_api_url": address})
        async with CloudinaryBlobs(harmed, SystemClock()) as far:
            with pytest.raises(TryLater):
                await far.get("1/a.jpg")


async def test_does_not_wait_for_silence(server: CloudinaryServer, settings: Settings) -> None:
    """A Cloudinary that says nothing counts as out after a while."""
    server.hang("*", times=None)
    async with CloudinaryBlobs(settings, SystemClock(), patience=0.2) as store:
        for call in (store.put("1/a", b"x", "image/png"), store.get("1/a"), keys(store)):
            with pytest.raises(TryLater, match="storage_unavailable"):
                await call


async def test_holds_no_file_in_memory(settings: Settings, tmp_path: Path) -> None:
    """An upload takes at most 2 MB, and only so many go at once."""
    file = tmp_path / "spooled"
    file.touch()
    os.truncate(file, 10 * 1024**2)
    sink = Sink(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    async with sink.open() as address:
        line = Line(address)
        async with line.laid() as watched:
            near = settings.model_copy(update={"cloudinary_api_url": watched})
            async with CloudinaryBlobs(near, SystemClock()) as store:
                await store.put_file("1/a", file, "image/png")
                tracemalloc.start()
                try:
                    await asyncio.gather(
                        *(store.put_file(f"1/{number}", file, "image/png") for number in range(20))
                    )
                    held = tracemalloc.get_traced_memory()[1]
                finally:
                    tracemalloc.stop()
    assert sink.taken > 20 * 10 * 1024**2
    assert 1 < line.most <= FILES_AT_ONCE
    assert held < FILES_AT_ONCE * 2 * 10**6


def test_asks_for_its_settings() -> None:
    """Without them the store does not begin, and says which are missing."""
    with pytest.raises(ActionNeeded, match="settings_wrong") as refusal:
        CloudinaryBlobs(Settings(cloudinary_cloud_name="desk"), SystemClock())
    assert refusal.value.facts["problems"] == [
        "CLOUDINARY_API_KEY: needed for cloudinary",
        "CLOUDINARY_API_SECRET: needed for cloudinary",
    ]


async def test_is_closed_twice_without_harm(settings: Settings) -> None:
    """As whatever a process holds open at its end."""
    async with aclosing(CloudinaryBlobs(settings, SystemClock())) as store:
        await store.aclose()
