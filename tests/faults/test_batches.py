"""What a batch comes to when a worker, the queue, the database, the store or the provider fails.

Nothing is paid twice, nothing is lost but at most the one answer in flight of each picture, which
the card shows as unknown with its price, and the ledger equals the provider's bill. The single
order has its own crashes, outages and late workers in the modules beside this one: here is what
only many pictures at once can show. Every story has a ground of its own; they run side by side.
"""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, closing
from functools import partial
from pathlib import Path
from typing import Final, Literal

import pytest
import pytest_asyncio

from core.leases import LEASE
from core.wording.money import money
from storage import tables
from tests.contracts.blob_grounds import Line, bucket_environment
from tests.faults.batch_grounds import CALLED, card, judge, plan, press, start, states, told
from tests.faults.grounds import MADE, Ground, Scene, abreast
from tests.platforms.s3 import serving_s3

Story = Scene[None]

MANY: Final = 16
"""More than are claimed before the first of them is made."""

PACED: Final = {"OPENAI_IMAGES_PER_MINUTE": "120"}
SLOW: Final = {"OPENAI_IMAGES_PER_MINUTE": "60"}
DOWN: Final = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
LOCKED_SECONDS: Final = 10.0
WITHOUT_QUEUE_SECONDS: Final = 6.0
WATCHED_SECONDS: Final = 15.0


async def killed(step: str, ground: Ground) -> None:
    """A worker dies at this step when some are made already; what was in flight is shown as
    unknown, at its price, and can be made again.
    """
    async with ground.worker("--at", step, "--when", MADE) as doomed:
        await start(ground, MANY)
        assert await doomed.until_ended() == -signal.SIGKILL
    ground.let_pass(LEASE)
    async with ground.worker():
        await ground.until_quiet()
        lost = (await states(ground))["unknown"]
        assert lost < MANY
        await judge(ground, **({"completed": MANY - lost} | ({"unknown": lost} if lost else {})))
        assert len({charge.prompt for charge in ground.openai.bill}) == len(ground.openai.bill)
        if lost:
            price = (await ground.rows(tables.attempts))[0].price
            await told(ground, f"unknown. No answer came, and it may have cost {money(price)} each")
            await press(ground, "remake")
            await ground.until_row(tables.items, state="generating")
            await ground.until_quiet()
            await judge(ground, completed=MANY)


async def stopped(ground: Ground) -> None:
    """SIGTERM comes to one of two workers: what it has in hand it finishes, the rest is done by the
    other, and nothing is paid for it.
    """
    ground.openai.hang(CALLED, times=None)
    async with ground.worker() as leaving:
        await start(ground, 20)
        await ground.openai.faults.until_hanging(3)
        async with ground.worker():
            ending = asyncio.create_task(leaving.stop(60))
            await asyncio.sleep(0)
            ground.openai.clear(CALLED)
            ground.openai.release()
            assert await ending == 0
            await ground.until_quiet()
    await judge(ground, completed=20)
    assert len(ground.openai.bill) == 20


async def requeued(how: Literal["kept", "emptied"], ground: Ground) -> None:
    """Valkey is restarted midway, with or without what it held; the workers live on."""
    async with ground.worker() as first, ground.worker() as second:
        await start(ground, 16)
        await ground.until_row(tables.items, state="completed")
        if how == "kept":
            await ground.valkey.restart()
        else:
            await ground.valkey.kill()
            await ground.valkey.start()
        await ground.until_quiet()
        assert (first.process.returncode, second.process.returncode) == (None, None)
    await judge(ground, completed=16)
    assert len(ground.openai.bill) == 16


async def without_queue(ground: Ground) -> None:
    """Valkey is away for a while; what needs no slot goes on, the rest waits and none fails."""
    async with ground.worker():
        await start(ground, 12)
        await ground.until_row(tables.items, state="completed")
        await ground.valkey.kill()
        await asyncio.sleep(WITHOUT_QUEUE_SECONDS)
        called = ground.openai.calls.count(CALLED)
        assert called < 12
        await ground.valkey.start()
        await ground.until_quiet()
    await judge(ground, completed=12)
    assert len(ground.openai.bill) == 12


async def locked(ground: Ground) -> None:
    """The database is locked for ten seconds midway, longer than a lease; nothing is lost."""
    async with ground.worker():
        await start(ground, 10)
        await ground.until_row(tables.items, state="completed")
        file = Path(ground.environ["DATA_DIR"]) / "desk.sqlite3"
        with closing(sqlite3.connect(file, timeout=10)) as database:
            database.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(LOCKED_SECONDS)
            database.rollback()
        await ground.until_quiet()
    await judge(ground, completed=10)
    assert len(ground.openai.bill) == 10


async def storeless(how: Literal["down", "slow", "cut"], line: Line, ground: Ground) -> None:
    """The store fails while pictures arrive that are paid: they are kept until it is back."""
    async with ground.worker():
        await start(ground, 4)
        await ground.until(lambda: CALLED in ground.openai.calls)
        if how == "down":
            line.answer, line.answers = DOWN, 6
        elif how == "slow":
            line.pause = 0.5
        else:
            line.upward = 20_000
            await asyncio.sleep(2)
            line.upward = None
        await ground.until_quiet()
    line.answer = None
    items = await judge(ground, completed=4)
    assert len(ground.openai.bill) == 4
    for item in items:
        (image,) = await ground.rows(tables.images, id=item.image_id)
        assert len(await ground.bot.blobs.get(image.storage_key)) == image.file_size


async def refused(retry_after: float | None, ground: Ground) -> None:
    """Every call is answered 429, whatever it says about when to come again: it is tried at most
    five times a minute, the card says why all the while, and all are made when it is over.
    """
    ground.openai.refuse("rate_limited", times=None, retry_after=retry_after)
    async with ground.worker(), ground.worker():
        await start(ground, 12)
        await ground.until_row(tables.attempts, outcome="not_made")
        before = await calls(ground)
        await asyncio.sleep(WATCHED_SECONDS)
        assert ground.openai.calls.count(CALLED) - before <= WATCHED_SECONDS / 12 + 1
        assert "The provider is busy. It goes on by itself." in card(ground).plain()
        ground.openai.clear(CALLED)
        await ground.until_quiet()
    await judge(ground, completed=12)
    assert len(ground.openai.bill) == 12


async def calls(ground: Ground) -> int:
    """How many there were, when those that began together with the first refusal have come."""
    before = 0
    while before < (count := ground.openai.calls.count(CALLED)):
        before = count
        await asyncio.sleep(2)
    return count


async def sent_away(ground: Ground) -> None:
    """The provider says: in an hour. Nobody asks before; the card tells when; it is cancelled."""
    ground.openai.refuse("rate_limited", times=None, retry_after=3600)
    async with ground.worker():
        await start(ground, 12)
        await ground.until_row(tables.attempts, outcome="not_made")
        await told(ground, "The provider lets nobody in for a while.", "about 60 min")
        called = await calls(ground)
        await press(ground, "cancel")
        await told(ground, "12 cancelled")
        assert ground.openai.calls.count(CALLED) == called
    await judge(ground, cancelled=12)
    assert ground.openai.bill == []


async def failing(ground: Ground) -> None:
    """Some calls are answered 500, and some are cut off after they were carried out: the first are
    made again by themselves, the others are shown as unknown until somebody says so.
    """
    ground.openai.refuse("server_error", times=2)
    ground.openai.drop_after(CALLED, times=2)
    async with ground.worker():
        await start(ground, 10)
        await told(ground, "unknown. No answer came")
        await ground.until_row(tables.attempts, outcome="not_made")
        ground.let_pass(LEASE + 20)
        await ground.until_quiet()
        await judge(ground, completed=8, unknown=2)
        assert len(ground.openai.bill) == 10
        await press(ground, "remake")
        await told(ground, "10 of 10 pictures made")
        await ground.until_quiet()
    assert len(ground.openai.bill) == 12
    await judge(ground, completed=10)


async def spoilt(ground: Ground) -> None:
    """Pictures that are empty, broken, cut off or too small are paid; each says what it is."""
    for way in ("empty", "broken_base64", "truncated"):
        ground.openai.spoil(way)
    async with ground.worker():
        await start(ground, 8)
        await ground.until_quiet()
        items = await judge(ground, completed=5, unknown=2, refused=1)
    assert len(ground.openai.bill) == 8
    assert all(item.trouble for item in items if item.state != "completed")


async def turned_away(ground: Ground) -> None:
    """One prompt is refused by the provider: that picture is, and the others are made."""
    ground.openai.refuse("moderation_blocked")
    async with ground.worker():
        await start(ground, 8)
        await ground.until_quiet()
        await told(ground, "7 made, 1 refused")
    await judge(ground, completed=7, refused=1)
    assert len(ground.openai.bill) == 7


async def revoked(ground: Ground) -> None:
    """The key is revoked midway: the lot pauses and says so; with a good one it goes on."""
    async with ground.worker():
        await start(ground, 12)
        await ground.until_row(tables.items, state="completed")
        ground.openai.revoke_key("sk-test")
        await told(ground, "Batch: paused", "Paused; nothing is lost.")
        ground.openai.accept_key("sk-test")
        ground.let_pass(60)
        await press(ground, "resume")
        await ground.until_quiet()
    await judge(ground, completed=12)
    assert len(ground.openai.bill) == 12


async def keyless(ground: Ground) -> None:
    """A worker dies with paid answers in its hands, the key is gone when the next one comes, and
    the batch is given up: what may have been paid stays booked.
    """
    async with ground.worker("--at", "answered", "--when", MADE) as doomed:
        await start(ground, 12)
        assert await doomed.until_ended() == -signal.SIGKILL
    ground.environ["OPENAI_API_KEY"] = ""
    ground.let_pass(LEASE)
    async with ground.worker():
        await told(ground, "Batch: paused")
        await press(ground, "cancel")
        await ground.until_quiet()
        found = await states(ground)
        assert found["unknown"]
        await judge(ground, **found)
        await told(ground, "unknown. No answer came")


async def cancelled(when: Literal["at once", "midway", "paused"], ground: Ground) -> None:
    """Cancel ends it within a second: no further call; what is made stays, and its cost is told."""
    async with ground.worker():
        await plan(ground, 30)
        await press(ground, "begin")
        if when != "at once":
            await ground.until_row(tables.items, state="completed")
        if when == "paused":
            ground.openai.refuse("insufficient_quota")
            await told(ground, "Batch: paused")
        else:
            await told(ground, "Batch: drawing")
        await press(ground, "cancel")
        await asyncio.sleep(1)
        called = ground.openai.calls.count(CALLED)
        await ground.until_quiet()
        assert ground.openai.calls.count(CALLED) == called
        made = len(ground.openai.bill)
        assert made < 30
        await judge(ground, completed=made, cancelled=30 - made)
        cost = sum(charge.micro_usd for charge in ground.openai.bill)
        await told(ground, f"{30 - made} cancelled", money(cost + await ground.words_booked()))


async def overtaken(ground: Ground) -> None:
    """A single order comes while a batch of the same key runs: it waits for one slot, not for its
    turn among the others.
    """
    async with ground.worker():
        await start(ground, 30)
        await ground.until_row(tables.items, number=4, state="completed")
        await ground.order("a lighthouse")
        await ground.until_row(tables.items, prompt="a lighthouse", state="completed")
        (item,) = await ground.rows(tables.items, prompt="a lighthouse")
        (attempt,) = await ground.rows(tables.attempts, item_id=item.id)
        assert (attempt.submitted_at - item.started_at).total_seconds() <= 1.5
        assert (await states(ground))["completed"] < 20


STORIES: Final[Mapping[str, tuple[Story, Mapping[str, str]]]] = {
    **{
        f"a worker is killed: {step}": (partial(killed, step), PACED)
        for step in ("claimed", "submitted", "answered", "spooled", "stored")
    },
    "a worker is stopped": (stopped, {}),
    "the queue is restarted with its data": (partial(requeued, "kept"), PACED),
    "the queue is restarted empty": (partial(requeued, "emptied"), PACED),
    "the queue is away": (without_queue, PACED),
    "the database is locked": (locked, PACED),
    "every call is refused: come at once": (partial(refused, 0), {}),
    "every call is refused": (partial(refused, None), {}),
    "every call is refused: come in an hour": (sent_away, {}),
    "the provider fails": (failing, {}),
    "the pictures are bad": (spoilt, {}),
    "a prompt is refused": (turned_away, {}),
    "the key is revoked": (revoked, PACED),
    "the key is gone after a kill": (keyless, PACED),
    "it is cancelled at once": (partial(cancelled, "at once"), SLOW),
    "it is cancelled midway": (partial(cancelled, "midway"), SLOW),
    "it is cancelled while it is paused": (partial(cancelled, "paused"), SLOW),
    "a single order comes": (overtaken, SLOW),
}
STORES: Final = ("down", "slow", "cut")


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a local S3."""
    with serving_s3() as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stories(
    request: pytest.FixtureRequest, moto: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mapping[str, "asyncio.Task[None]"]]:
    """Every story that was asked for, running."""
    names = {item.name for item in request.session.items}
    asked = {name for name in (*STORIES, *STORES) if any(f"[{name}]" in one for one in names)}
    scenes: dict[str, Story] = {}
    settings: dict[str, Mapping[str, str]] = {}
    for name, (story, told_) in STORIES.items():
        if name in asked:
            scenes[name], settings[name] = story, told_
    async with AsyncExitStack() as stack:
        for how in STORES:
            if how in asked:
                bucket = bucket_environment(moto)
                line = Line(bucket["S3_ENDPOINT_URL"])
                address = await stack.enter_async_context(line.laid())
                scenes[how] = partial(storeless, how, line)
                settings[how] = bucket | {"S3_ENDPOINT_URL": address, "STORAGE_PROVIDER": "s3"}
        folder = tmp_path_factory.mktemp("batches")
        yield await stack.enter_async_context(abreast(scenes, folder, settings))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("story", [*STORIES, *STORES])
async def test_a_batch_loses_nothing_and_pays_once(
    story: str, stories: Mapping[str, "asyncio.Task[None]"]
) -> None:
    """Each story says what it is about."""
    await stories[story]
