"""`imagedesk storage move`, run as a process, also killed in the middle: nothing is ever lost."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.stores.journal import Journal
from core.ports import Listed
from core.settings import StoreName
from tests.contracts.blob_grounds import bucket_environment
from tests.desk import environment
from tests.flows.shelves import drawn, lay, look, opened
from tests.platforms.cloudinary import CloudinaryServer
from tests.platforms.s3 import serving_s3
from tests.terminal import begin, imagedesk

MOVE = ("storage", "move", "--to")


@pytest.fixture
async def cloudinary() -> AsyncIterator[CloudinaryServer]:
    async with CloudinaryServer() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def moto() -> Iterator[str]:
    with serving_s3() as address:
        yield address


@pytest.fixture
def environ(tmp_path: Path, cloudinary: CloudinaryServer, moto: str) -> dict[str, str]:
    """A desk with all three stores set up; it keeps its pictures in its folder."""
    return environment(tmp_path, **cloudinary.settings(), **bucket_environment(moto))


@pytest.mark.parametrize(
    ("source", "target"),
    [("local", "s3"), ("s3", "cloudinary"), ("cloudinary", "local"), ("s3", "local")],
)
async def test_moves_everything(
    environ: dict[str, str], source: StoreName, target: StoreName
) -> None:
    """Originals, thumbnails, renditions and answers on their way are at the new store, byte by
    byte, and the rows say so; at the old store everything stays, and the next step is told.
    """
    environ["STORAGE_PROVIDER"] = source
    laid = await lay(environ, source, 5)
    ended = await imagedesk(environ, *MOVE, target)
    assert (ended.code, ended.err) == (0, "")
    assert f"✓ 13 objects are at {target}: 13 copied now" in ended.out
    assert f"✓ 5 pictures now say that they lie at {target}." in ended.out
    assert f"set STORAGE_PROVIDER={target}" in ended.out
    new = await look(environ, target)
    assert new.objects == laid
    assert set(new.rows.values()) == {target}
    assert (await look(environ, source)).objects == laid


async def test_moves_again_only_what_is_new(
    environ: dict[str, str], cloudinary: CloudinaryServer
) -> None:
    """A second run sends nothing that is over, and takes what came meanwhile."""
    laid = await lay(environ, "local", 3)
    await imagedesk(environ, *MOVE, "cloudinary")
    sent = cloudinary.calls.count("upload")
    again = await imagedesk(environ, *MOVE, "cloudinary")
    assert "9 objects are at cloudinary: 0 copied now" in again.out
    assert "9 were there already" in again.out
    assert cloudinary.calls.count("upload") == sent == 9
    async with opened(environ, "local") as (_, store):
        await store.put("spool/" + "0" * 32, b"meanwhile", "application/octet-stream")
    third = await imagedesk(environ, *MOVE, "cloudinary")
    assert "10 objects are at cloudinary: 1 copied now" in third.out
    held = (await look(environ, "cloudinary")).objects
    assert held == laid | {"spool/" + "0" * 32: b"meanwhile"}


async def test_goes_on_after_a_kill(environ: dict[str, str], cloudinary: CloudinaryServer) -> None:
    """Killed in the middle, it has switched no row; run again, it sends only the rest."""
    laid = await lay(environ, "local", 50)
    process = await begin(environ, *MOVE, "cloudinary")
    await cloudinary.until_holding(20)
    cloudinary.hang("upload", times=None)
    await cloudinary.faults.until_hanging()
    os.kill(process.pid, signal.SIGKILL)
    await process.communicate()
    cloudinary.clear()
    cloudinary.release()

    half = await look(environ, "cloudinary")
    assert 20 <= len(half.objects) < len(laid)
    assert set(half.rows.values()) == {"local"}
    cloudinary.calls.clear()
    ended = await imagedesk(environ, *MOVE, "cloudinary")
    assert (ended.code, ended.err) == (0, "")
    assert cloudinary.calls.count("upload") == len(laid) - len(half.objects)
    whole = await look(environ, "cloudinary")
    assert whole.objects == laid
    assert set(whole.rows.values()) == {"cloudinary"}
    assert (await look(environ, "local")).objects == laid


async def test_a_lost_journal_costs_only_time(environ: dict[str, str]) -> None:
    """What the journal does not say is compared once more, and not sent again."""
    laid = await lay(environ, "local", 3)
    await imagedesk(environ, *MOVE, "s3")
    (Path(environ["DATA_DIR"]) / "move-local-s3.jsonl").unlink()
    ended = await imagedesk(environ, *MOVE, "s3")
    assert "9 objects are at s3: 0 copied now" in ended.out
    assert (await look(environ, "s3")).objects == laid


@pytest.mark.parametrize("torn", ["", "{", '["1/t', "no json\n", '[]\n[1, 2]\n["a", 1, 2]\n'])
def test_a_torn_journal_keeps_its_whole_lines(tmp_path: Path, torn: str) -> None:
    """Wherever it was cut off, what stood whole before counts, and so does what comes after."""
    one, two, three = (Listed(f"1/{n}", n, datetime.now(UTC)) for n in range(3))
    with Journal(tmp_path / "journal") as journal:
        journal.note(one)
    with (tmp_path / "journal").open("a") as file:
        file.write(torn)
    with Journal(tmp_path / "journal") as journal:
        journal.note(two)
    with Journal(tmp_path / "journal") as journal:
        assert journal.holds(one)
        assert journal.holds(two)
        assert not journal.holds(three)
        assert not journal.holds(replace(one, size=7))
        assert not journal.holds(replace(one, changed_at=one.changed_at + timedelta(seconds=1)))


async def test_deletes_only_after_the_switch(environ: dict[str, str]) -> None:
    """Where the desk still keeps its pictures nothing is deleted; once STORAGE_PROVIDER says the
    new store, what is safe there goes at the old one, and what is not ours stays.
    """
    laid = await lay(environ, "local", 4)
    async with opened(environ, "local") as (_, store):
        await store.put("else/where.txt", b"not ours", "text/plain")
    early = await imagedesk(environ, *MOVE, "s3", "--delete-source")
    assert early.code == 1
    assert "Set STORAGE_PROVIDER=s3, restart the desk" in early.err
    assert len((await look(environ, "local")).objects) == len(laid) + 1

    await imagedesk(environ, *MOVE, "s3")
    environ["STORAGE_PROVIDER"] = "s3"
    ended = await imagedesk(environ, *MOVE, "s3", "--from", "local", "--delete-source")
    assert (ended.code, ended.err) == (0, "")
    assert "✓ 11 objects deleted at local." in ended.out
    assert "1 objects at local are none of this desk's" in ended.out
    assert (await look(environ, "local")).objects == {"else/where.txt": b"not ours"}
    assert (await look(environ, "s3")).objects == laid
    again = await imagedesk(environ, *MOVE, "s3", "--from", "local", "--delete-source")
    assert (again.code, again.err) == (0, "")
    assert (await look(environ, "s3")).objects == laid


async def test_keeps_what_is_newer_at_the_target(environ: dict[str, str]) -> None:
    """What the desk changed at the new store since is not overwritten by the old store's."""
    laid = await lay(environ, "local", 1)
    preview = next(key for key in laid if "/previews/" in key)
    async with opened(environ, "s3") as (_, store):
        await store.put(preview, drawn(9, "JPEG"), "image/jpeg")
    os.utime(Path(environ["DATA_DIR"], "blobs", preview), (1_700_000_000, 1_700_000_000))
    ended = await imagedesk(environ, *MOVE, "s3")
    assert "! 1 objects are newer at s3 than at local" in ended.out
    assert (await look(environ, "s3")).objects == laid | {preview: drawn(9, "JPEG")}


async def test_says_what_was_broken_before(environ: dict[str, str]) -> None:
    """An original whose bytes are not those of its name, and a picture without one, are named."""
    laid = await lay(environ, "local", 3)
    damaged, missing, _ = (key for key in laid if "-fox-" in key)
    blobs = Path(environ["DATA_DIR"], "blobs")
    (blobs / damaged).write_bytes(drawn(99))
    (blobs / missing).unlink()
    ended = await imagedesk(environ, *MOVE, "s3")
    assert ended.code == 0
    assert "! 1 originals were damaged before" in ended.out
    assert f"! 1 pictures have no original at local and still say so: {missing}" in ended.out
    rows = (await look(environ, "s3")).rows
    assert (rows[damaged], rows[missing]) == ("s3", "local")


async def test_switches_nothing_while_a_store_is_out(
    environ: dict[str, str], cloudinary: CloudinaryServer
) -> None:
    """A passing failure is tried again; an outage ends it soon, without a row changed, and the next
    run goes on.
    """
    laid = await lay(environ, "local", 3)
    cloudinary.fail("upload", status=500, body={}, times=2)
    passing = await imagedesk(environ, *MOVE, "cloudinary")
    assert passing.code == 0
    fresh = {"spool/" + f"{number:032x}": b"x" for number in range(40)}
    async with opened(environ, "local") as (_, store):
        for key, data in fresh.items():
            await store.put(key, data, "application/octet-stream")
    cloudinary.fail("upload", status=503, body={}, times=None)
    cloudinary.calls.clear()
    ended = await imagedesk(environ, *MOVE, "cloudinary")
    assert ended.code == 1
    assert "✗ 20 objects or more are not over yet: The picture store does not answer." in ended.err
    assert cloudinary.calls.count("upload") < 30
    assert "Traceback" not in ended.err
    cloudinary.clear()
    assert (await imagedesk(environ, *MOVE, "cloudinary")).code == 0
    assert (await look(environ, "cloudinary")).objects == laid | fresh


async def test_believes_no_store_that_alters(
    environ: dict[str, str], cloudinary: CloudinaryServer
) -> None:
    """Where other bytes come back than were put, it ends at once: no row is changed."""
    await lay(environ, "local", 2)
    cloudinary.alter = lambda data: data[:-1] + b"?"
    ended = await imagedesk(environ, *MOVE, "cloudinary")
    assert ended.code == 1
    assert "✗ cloudinary gave back other bytes than were put there" in ended.err
    assert set((await look(environ, "local")).rows.values()) == {"local"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("local",), "The desk keeps its pictures at local already."),
        (("s3", "--from", "s3"), "The desk keeps its pictures at s3 already."),
        (("ftp",), "ftp"),
    ],
)
async def test_says_what_cannot_be_moved(
    environ: dict[str, str], words: tuple[str, ...], told: str
) -> None:
    """From a store to itself, or to one that there is not."""
    ended = await imagedesk(environ, *MOVE, *words)
    assert ended.code != 0
    assert told in ended.err
    assert "Traceback" not in ended.err


async def test_asks_for_the_targets_settings(tmp_path: Path) -> None:
    """All that are missing, before anything is done."""
    ended = await imagedesk(environment(tmp_path), *MOVE, "cloudinary")
    assert ended.code == 1
    for name in ("CLOUD_NAME", "API_KEY", "API_SECRET"):
        assert f"CLOUDINARY_{name}: needed for cloudinary" in ended.err
