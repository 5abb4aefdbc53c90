"""What every store of bytes promises alike: folder, bucket, Cloudinary and memory.

What each adds stands in a module of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.ports import BlobStore
from tests.contracts.blob_grounds import STORES, Ground, keys, noise

KEYS = [
    "1/0a1b2c-fox.png",
    "1/p/0a1b2c3d4e5f-a-red-fox.jpg",
    "17/ünïcode 🦊 (1).png",
    "1/100%25 + a&b=c?d#e;f_1.jpg",
    "spool/0a1b2c",
    "a.b..c/d...",
    "v2/-a_-",
]


@pytest.fixture(params=STORES)
async def ground(
    request: pytest.FixtureRequest, tmp_path: Path, moto: str
) -> AsyncIterator[Ground]:
    async with STORES[request.param](tmp_path / "blobs", moto) as ground:
        yield ground


@pytest.fixture
def store(ground: Ground) -> BlobStore:
    return ground.store


@pytest.mark.parametrize("key", KEYS)
async def test_gives_back_what_it_was_given(ground: Ground, key: str) -> None:
    """The same bytes come back under the same key, by the store and by its address."""
    picture = noise(key)
    await ground.store.put(key, picture, "image/png")
    assert await ground.store.get(key) == picture
    data, name = await ground.download(await ground.store.url(key, 60))
    assert (data, name) == (picture, None)


@pytest.mark.parametrize("key", KEYS)
async def test_takes_a_file_as_it_takes_bytes(ground: Ground, tmp_path: Path, key: str) -> None:
    """What is put from the disk comes back as what is put from memory; the file stays."""
    file = tmp_path / "spooled"
    file.write_bytes(noise(key))
    await ground.store.put_file(key, file, "image/png")
    assert await ground.store.get(key) == file.read_bytes() == noise(key)
    assert (await ground.download(await ground.store.url(key, 60)))[0] == noise(key)


async def test_replaces(store: BlobStore, tmp_path: Path) -> None:
    """Putting a key again replaces all of it, from memory and from the disk."""
    file = tmp_path / "spooled"
    file.write_bytes(b"again")
    await store.put("1/a", b"a longer one", "image/png")
    await store.put("1/a", b"short", "image/png")
    assert await store.get("1/a") == b"short"
    await store.put_file("1/a", file, "image/png")
    assert await store.get("1/a") == b"again"
    assert await keys(store) == ["1/a"]


async def test_does_not_invent(store: BlobStore) -> None:
    """A key without bytes is not found, even where it is the beginning or end of another."""
    await store.put("1/p/a.jpg", noise("1/p/a.jpg"), "image/jpeg")
    for key in ("1/p/b.jpg", "1/p/a.png", "1/p/a", "1/p", "1", "1/p/a.jpg/c", "2/p/a.jpg"):
        with pytest.raises(FileNotFoundError):
            await store.get(key)


async def test_deletes(store: BlobStore) -> None:
    """A deleted key is gone, its neighbours stay, and deleting once more is no error."""
    await store.put("1/a", b"x", "image/png")
    await store.put("1/b", b"y", "image/png")
    await store.delete("1/a")
    await store.delete("1/a")
    await store.delete("1")
    with pytest.raises(FileNotFoundError):
        await store.get("1/a")
    assert await store.get("1/b") == b"y"
    assert await keys(store) == ["1/b"]


async def test_names_a_download(ground: Ground) -> None:
    """An address made with a file name is saved under it, whatever letters it holds."""
    await ground.store.put("1/a", b"x", "image/png")
    url = await ground.store.url("1/a", 60, 'Füchse "rot"; & 50%.png')
    assert await ground.download(url) == (b"x", 'Füchse "rot"; & 50%.png')


async def test_stores_one_of_many_at_once(store: BlobStore) -> None:
    """When many put the same key together, it holds one of theirs, whole."""
    given = [bytes([number]) * 100_000 for number in range(20)]
    await asyncio.gather(*(store.put("1/a", data, "image/png") for data in given))
    assert await store.get("1/a") in given


async def test_lists_what_it_holds(store: BlobStore) -> None:
    """Every key once, whatever its signs, with its size and when it was put."""
    before = datetime.now(UTC) - timedelta(seconds=2)  # some stores count whole seconds
    for key in KEYS:
        await store.put(key, noise(key), "image/png")
    listed = {one.key: one async for one in store.list()}
    assert sorted(listed) == sorted(KEYS)
    for key, one in listed.items():
        assert one.size == len(noise(key))
        assert before < one.changed_at < datetime.now(UTC) + timedelta(seconds=2)


async def test_lists_by_the_beginning_of_a_key(store: BlobStore) -> None:
    """The beginning may end anywhere, and none of it is a pattern."""
    for key in ("1/a", "1/ab", "1/p/a", "12/a", "2/a"):
        await store.put(key, b"x", "image/png")
    assert await keys(store, "1/") == ["1/a", "1/ab", "1/p/a"]
    assert await keys(store, "1") == ["1/a", "1/ab", "1/p/a", "12/a"]
    assert await keys(store, "1/a") == ["1/a", "1/ab"]
    for nowhere in ("1/*", "3/", "3/4/", "../", "/tmp/", "1//"):  # noqa: S108  # listed, not used
        assert await keys(store, nowhere) == []


async def test_lists_nothing_where_nothing_was_put(store: BlobStore) -> None:
    """A fresh store is empty, and not an error."""
    assert await keys(store) == []
