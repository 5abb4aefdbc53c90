"""What the folder adds to the contract: signed links, walls, and a disk that fails."""

import resource
from pathlib import Path

import pytest

from core.errors import ActionNeeded, TryLater
from storage.blobs.local import LocalBlobs
from storage.secrets import Vault
from tests.contracts.blob_grounds import StoppedClock

MANY = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def blobs(tmp_path: Path, clock: StoppedClock) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs", Vault("key"), lambda: "https://desk.example", clock)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file under `folder`, by its path in there."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


async def test_makes_the_links_of_the_page(blobs: LocalBlobs, clock: StoppedClock) -> None:
    """A link is the page's address, the key, when it expires, the name, and the signature."""
    expires = int(clock.now().timestamp()) + 60
    url = await blobs.url("1/a b.png", 60, "fox.png")
    assert url.startswith(
        f"https://desk.example/media/1/a%20b.png?expires={expires}&name=fox.png&sig="
    )


async def test_accepts_its_own_links_only(blobs: LocalBlobs, clock: StoppedClock) -> None:
    """A changed key, moment, name or signature makes a link worthless."""
    expires = int(clock.now().timestamp()) + 60
    signature = (await blobs.url("1/a", 60, "n")).partition("sig=")[2]
    assert blobs.check("1/a", expires, "n", signature)
    assert not blobs.check("1/b", expires, "n", signature)
    assert not blobs.check("1/a", expires + 1, "n", signature)
    assert not blobs.check("1/a", expires, "m", signature)
    assert not blobs.check("1/a", expires, "n", signature[:-1] + "é")
    assert not blobs.check("1/a", expires, "n", "")


async def test_lets_links_expire(blobs: LocalBlobs, clock: StoppedClock) -> None:
    """A link serves for its lifetime and not a second longer."""
    expires = int(clock.now().timestamp()) + 60
    signature = (await blobs.url("1/a", 60)).partition("sig=")[2]
    clock.pass_(59)
    assert blobs.check("1/a", expires, "", signature)
    clock.pass_(1)
    assert not blobs.check("1/a", expires, "", signature)


@pytest.mark.parametrize(
    "key",
    [
        *("../secret", "1/../../secret", "/secret", "1//secret", "..", ".", "", "1/"),
        *("1\\..\\..\\secret", "1/.hidden", "1/a\0b", "./1/a"),
    ],
)
async def test_keeps_keys_inside(blobs: LocalBlobs, tmp_path: Path, key: str) -> None:
    """A key that would lead out of the folder is never read, written or deleted."""
    (tmp_path / "secret").write_bytes(b"not yours")
    await blobs.put("1/a", b"x", "image/png")
    with pytest.raises(FileNotFoundError):
        await blobs.get(key)
    with pytest.raises(FileNotFoundError):
        await blobs.put(key, b"overwritten", "image/png")
    await blobs.delete(key)
    assert files_in(tmp_path) == {"secret": b"not yours", "blobs/1/a": b"x"}


async def test_survives_a_full_disk(blobs: LocalBlobs, tmp_path: Path) -> None:
    """A write that breaks off in the middle is told as a full disk, leaves nothing of itself,
    and does not touch what stood under the key before.
    """
    await blobs.put("1/a", b"before", "image/png")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(MANY) // 2, old[1]))
    try:
        with pytest.raises(TryLater) as refusal:
            await blobs.put("1/a", MANY, "image/png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert refusal.value.code == "disk_full"
    assert files_in(tmp_path / "blobs") == {"1/a": b"before"}


async def test_says_that_it_may_not(blobs: LocalBlobs, tmp_path: Path) -> None:
    """Where the folder cannot be, an admin is asked to help."""
    (tmp_path / "blobs").touch()
    with pytest.raises(ActionNeeded) as refusal:
        await blobs.put("1/a", b"x", "image/png")
    assert refusal.value.code == "storage_forbidden"
    assert refusal.value.facts == {"path": str(tmp_path / "blobs")}
