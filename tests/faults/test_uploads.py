"""What is left of files that people bring when disk, store, link or luck fails.

Nothing that was stored is lost, nothing is stored twice, and the card says how things are.
"""

import asyncio
import hashlib
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.library.pictures import check
from storage import tables
from storage.blobs.local import RETRY_SECONDS
from storage.blobs.s3 import RETRY_SECONDS as STORE_SECONDS
from tests.contracts.blob_grounds import Line, bucket_environment
from tests.core.hostile import encode, photo, scene
from tests.faults.grounds import Ground, grounds
from tests.platforms.s3 import serving_s3

PHOTO = encode(scene(1200, 800), "JPEG")
LARGE = encode(photo(3600, 2400), "JPEG", quality=99)
MEBIBYTE = 2**20
ROOM = 4 * MEBIBYTE
DOWN = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """Everything but workers."""
    async with grounds(tmp_path) as ready:
        yield ready


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """Let no file of that process grow beyond some megabytes, as if the disk were full then."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def until_told(ground: Ground, *words: str) -> None:
    """Wait until the status card says all these words."""
    await ground.until(
        lambda: any(all(word in card.plain() for word in words) for card in ground.cards())
    )


async def demand_stored(ground: Ground, source: bytes) -> None:
    """There is one image, of this file, whole."""
    (image,) = await ground.rows(tables.images)
    assert image.source_sha256 == hashlib.sha256(source).hexdigest()
    stored = await ground.bot.blobs.get(image.storage_key)
    assert check(stored).sha256 == image.sha256
    assert await ground.bot.blobs.get(image.thumbnail_key)


async def test_a_full_disk_is_waited_for(ground: Ground) -> None:
    """The file does not fit; the card says that it waits; with room it goes on by itself."""
    assert ROOM < len(LARGE) < 10 * MEBIBYTE
    async with ground.worker() as worker:
        with full_disk(worker.pid):
            await ground.bring(("shop.jpg", LARGE))
            await until_told(ground, "shop.jpg waits: The disk is full. Nothing is lost")
            assert await ground.rows(tables.images) == []
        ground.let_pass(RETRY_SECONDS)
        await until_told(ground, "shop.jpg: stored (JPEG, 3600 × 2400 px")
        await ground.until_quiet()
        assert worker.process.returncode is None
    await demand_stored(ground, LARGE)


async def test_a_store_that_is_out_is_waited_for(tmp_path: Path) -> None:
    """Its every answer is 503; the card says that it waits; when it is back, it goes on."""
    with serving_s3() as store:
        bucket = bucket_environment(store)
        line = Line(bucket["S3_ENDPOINT_URL"])
        async with line.laid() as address:
            settings = bucket | {"S3_ENDPOINT_URL": address, "STORAGE_PROVIDER": "s3"}
            async with grounds(tmp_path, settings=settings) as ground, ground.worker():
                line.answer = DOWN
                await ground.bring(("shop.jpg", PHOTO))
                await until_told(ground, "shop.jpg waits: The picture store does not answer")
                assert await ground.rows(tables.images) == []
                line.answer = None
                ground.let_pass(STORE_SECONDS)
                await until_told(ground, "shop.jpg: stored")
                await ground.until_quiet()
                await demand_stored(ground, PHOTO)


async def test_a_file_that_is_gone_before_it_was_fetched_is_told(ground: Ground) -> None:
    """Its author deleted it, or its link ran out, while no worker ran; the other one is stored."""
    await ground.bring(("gone.jpg", PHOTO), ("shop.jpg", LARGE))
    gone = next(one for one in ground.slack.hub.workspace.files.values() if one.name == "gone.jpg")
    del ground.slack.hub.workspace.files[gone.id]
    async with ground.worker():
        await until_told(
            ground,
            "gone.jpg: not stored. The file could not be fetched any more. Send it again.",
            "shop.jpg: stored",
        )
        await ground.until_quiet()
    await demand_stored(ground, LARGE)


async def test_the_same_file_brought_twice_at_the_same_moment_is_stored_once(
    ground: Ground,
) -> None:
    """Two messages, two workers: one says stored, the other which picture it is."""
    async with ground.worker(), ground.worker():
        await asyncio.gather(ground.bring(("a.jpg", PHOTO)), ground.bring(("b.jpg", PHOTO)))
        await ground.until(lambda: ground.posted == 4)
        await ground.until_quiet()
    said = "\n".join(card.plain() for card in ground.cards())
    assert said.count("stored (JPEG") == 1
    assert said.count("already in the library, as “") == 1
    await demand_stored(ground, PHOTO)
    assert len(ground.openai.words) == 1
