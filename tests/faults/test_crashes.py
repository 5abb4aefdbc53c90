"""A real SIGKILL at every step: nothing paid twice, nothing posted twice, nothing lost unseen.

Each crash has a ground and processes of its own, so they run side by side, a few at a time; every
test waits for its own.
"""

import asyncio
import hashlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

import pytest
import pytest_asyncio

from core.library.removal import find_orphans
from core.publishing.publishing import LOOKS
from core.steps import STEPS
from core.wording.money import money
from storage import tables
from storage.library import removals
from storage.looks import looks
from tests.core.hostile import encode, scene
from tests.faults.grounds import MADE, POSTING, STANDING, Ground, abreast

PHOTO = encode(scene(1200, 800), "JPEG")

Story = Literal[
    "picture",
    "prediction",
    "keyless",
    "facebook",
    "site",
    "removal",
    "upload",
    "words",
    "joining",
]


@dataclass(frozen=True)
class Crash:
    """Where a worker dies: at `step`, once `when` finds a row. `about` tells crashes apart.

    `lost` says that an answer was in flight: it ends as *unknown*, and a person decides.
    """

    step: str
    about: str
    story: Story = "picture"
    when: str = "SELECT 1"
    lost: bool = False

    def __str__(self) -> str:
        return f"{self.step}-{self.about}"


CRASHES = (
    Crash("claimed", "item"),
    Crash("submitted", "item", lost=True),
    *(Crash(step, "prediction", "prediction") for step in ("begun", "answered", "spooled")),
    Crash("begun", "gone", "prediction", lost=True),
    Crash("spooled", "keyless", "keyless"),
    Crash("submitted", "keyless", "keyless", lost=True),
    Crash("answered", "item", lost=True),
    Crash("spooled", "item"),
    Crash("stored", "item"),
    Crash("settled", "item"),
    *(
        Crash(step, card, when=POSTING.format(card))
        for step in ("drawn", "posted")
        for card in ("status", "result")
    ),
    *(
        Crash(step, "edit", when=f"{STANDING.format('status')} AND EXISTS ({MADE})")
        for step in ("drawn", "posted")
    ),
    *(Crash("recorded", card, when=STANDING.format(card)) for card in ("status", "result")),
    *(Crash("posted", card, "site", POSTING.format(card)) for card in ("post", "outcome")),
    *(
        Crash(step, story, story)
        for step in ("taken", "staged", "accepted", "confirmed")
        for story in ("facebook", "site")
    ),
    Crash("sending", "facebook", "facebook", lost=True),
    Crash("sending", "site", "site"),
    *(Crash(step, "joining", "joining") for step in ("stored", "settled")),
    *(Crash(step, "file", "upload") for step in ("claimed", "fetched", "stored", "settled")),
    *(Crash(step, "words", "words") for step in ("chosen", "worded")),
    *(Crash(step, "words", "words", lost=True) for step in ("asked", "told")),
    *(Crash(step, "image", "removal") for step in ("marked", "erased", "removed")),
)


def test_no_step_is_left_out() -> None:
    """A step without a crash of its own would go unproved."""
    assert {crash.step for crash in CRASHES} == set(STEPS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crashes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mapping[Crash, "asyncio.Task[float]"]]:
    """Every crash that was asked for, running; its result is the seconds until all was well."""
    names = {item.name for item in request.session.items}
    asked = [crash for crash in CRASHES if any(f"[{crash}]" in name for name in names)]
    scenes = {crash: partial(STORIES[crash.story], crash) for crash in asked}
    async with abreast(scenes, tmp_path_factory.mktemp("crashes")) as running:
        yield running


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("crash", CRASHES, ids=str)
async def test_a_killed_worker_doubles_nothing_and_hides_nothing(
    crash: Crash, crashes: Mapping[Crash, "asyncio.Task[float]"]
) -> None:
    """Whatever was under way is finished by the next worker or shown as unknown with its price."""
    sys.stdout.write(f"{crash}: all was well {await crashes[crash]:.1f} s after the kill\n")


async def picture(crash: Crash, ground: Ground) -> float:
    """A picture is ordered; its worker dies; another comes."""
    async with ground.worker("--at", crash.step, "--when", crash.when) as doomed:
        await ground.order("a fox")
        assert await doomed.until_ended() == -signal.SIGKILL
    died = time.monotonic()
    async with ground.worker():
        await ground.until_quiet()
        recovered = time.monotonic() - died
        price = 0
        if crash.lost:
            price = await made_again(ground)
            await ground.until_quiet()
    assert len(ground.openai.bill) == (2 if crash.step == "answered" else 1)
    paid = ground.openai.bill[-1].micro_usd + await ground.words_booked()
    assert await ground.booked() == paid + price
    assert ground.posted == 2
    assert len(await ground.rows(tables.images)) == 1
    assert len(ground.cards()[1].images()) == 1
    return recovered


async def predicted(crash: Crash, ground: Ground) -> float:
    """A provider has told by what it finds the picture again; the worker dies while it is made, and
    another fetches it. Where the provider has forgotten it, nobody knows.
    """
    ground.replicate.take_looks(2)
    async with ground.worker("--at", crash.step) as doomed:
        await ground.order("a fox --model flux-schnell")
        assert await doomed.until_ended() == -signal.SIGKILL
    if crash.lost:
        ground.replicate.forget()
    died = time.monotonic()
    async with ground.worker():
        await ground.until_quiet()
        recovered = time.monotonic() - died
        price = 0
        if crash.lost:
            price = await made_again(ground)
            await ground.until_quiet()
    created = 2 if crash.lost else 1
    assert ground.replicate.calls.count("create") == len(ground.replicate.bill) == created
    assert price == (3_000 if crash.lost else 0)
    assert await ground.booked() == await ground.owed()
    assert ground.posted == 2
    assert len(await ground.rows(tables.images)) == 1
    assert len(await ground.rows(tables.attempts)) == created
    assert len(ground.cards()[1].images()) == 1
    return recovered


async def keyless(crash: Crash, ground: Ground) -> float:
    """The worker dies, and its key is taken out of the settings: what was paid is kept all the
    same, or is unknown with its price.
    """
    async with ground.worker("--at", crash.step) as doomed:
        await ground.order("a fox")
        assert await doomed.until_ended() == -signal.SIGKILL
    ground.environ["OPENAI_API_KEY"] = ""
    died = time.monotonic()
    async with ground.worker():
        await ground.until_quiet()
        recovered = time.monotonic() - died
    (item,) = await ground.rows(tables.items)
    (attempt,) = await ground.rows(tables.attempts)
    (status, *results) = ground.cards()
    if crash.lost:
        assert (item.state, attempt.outcome, results) == ("unknown", "unknown", [])
        assert money(attempt.price) in status.plain()
        assert "No answer came, and it may have cost" in status.plain()
    else:
        assert (item.state, attempt.outcome) == ("completed", "made")
        assert len(results[0].images()) == 1
    assert await ground.booked() == (attempt.price if crash.lost else ground.openai.charged)
    return recovered


async def made_again(ground: Ground) -> int:
    """The status card says that nobody knows, and at what price; its button makes the picture."""
    (item,) = await ground.rows(tables.items)
    assert item.state == "unknown"
    (attempt,) = await ground.rows(tables.attempts)
    assert await ground.booked() == attempt.price
    (status,) = ground.cards()
    assert "unknown" in status.plain()
    assert money(attempt.price) in status.plain()
    await ground.ada.press(status, "remake")
    await ground.until(lambda: ground.posted == 2)
    return int(attempt.price)


async def published(crash: Crash, ground: Ground) -> float:
    """A picture is made and published; the worker dies on the way; another comes."""
    async with ground.worker("--at", crash.step, "--when", crash.when) as doomed:
        await ground.order("a fox")
        await ground.until(lambda: ground.posted == 2)
        await ground.until_quiet()
        facebook = await ground.connect_page()
        (business,) = await ground.rows(tables.businesses)
        account = facebook if crash.story == "facebook" else f"Site · {business.name}"
        await ground.publish(account)
        assert await doomed.until_ended() == -signal.SIGKILL
    died = time.monotonic()
    async with ground.worker():
        if crash.lost:
            await sent_again(ground)
        await ground.until_quiet()
        recovered = time.monotonic() - died
        (target,) = await ground.rows(tables.targets, state="published")
        assert target.url
        assert len(ground.graph.published) == (1 if crash.story == "facebook" else 0)
        assert ground.posted == 4
        await ground.until(lambda: target.url in str(ground.cards()[3].raw.blocks))
    return recovered


async def joined(crash: Crash, ground: Ground) -> float:
    """A picture is made for a draft; the worker dies about when it joins; it stands there once."""
    async with ground.worker("--at", crash.step) as doomed:
        await ground.order_for_post("Autumn.", "a fox")
        assert await doomed.until_ended() == -signal.SIGKILL
    died = time.monotonic()
    async with ground.worker():
        await ground.until_quiet()
        recovered = time.monotonic() - died
    (image,) = await ground.rows(tables.images)
    (post,) = await ground.rows(tables.posts)
    assert [one.image_id for one in post.images] == [image.id]
    assert len(ground.openai.bill) == 1
    assert ground.posted == 3
    draft = ground.cards()[0]
    assert "Check it" in draft.plain()
    assert len(draft.images()) == 1
    return recovered


async def sent_again(ground: Ground) -> None:
    """Facebook cannot prove that nothing stands, so after some looks a person is asked."""
    for look, pause in enumerate(LOOKS, 1):
        await ground.until_row(tables.targets, looks=look, lease_until=None)
        await ground.until_shown()
        ground.let_pass(pause)
    await ground.until_row(tables.targets, state="unknown")
    assert ground.graph.published == []
    await ground.until(lambda: "No answer came" in ground.cards()[2].plain())
    await ground.ada.choose(ground.cards()[2], "settle", "Facebook · Acme: it is not, send again")
    await ground.until_row(tables.targets, state="published")


async def removed(crash: Crash, ground: Ground) -> float:
    """A picture is taken out of the library; the worker dies on the way; another comes."""
    async with ground.worker("--at", crash.step) as doomed:
        await ground.order("a fox")
        await ground.until(lambda: ground.posted == 2)
        await ground.until_quiet()
        await ground.remove_picture()
        assert await doomed.until_ended() == -signal.SIGKILL
    died = time.monotonic()
    async with ground.worker():
        await ground.until_quiet()
        recovered = time.monotonic() - died
    (removal,) = await ground.rows(removals)
    assert removal.ended_at
    assert removal.keys
    for key in removal.keys:
        with pytest.raises(FileNotFoundError):
            await ground.bot.blobs.get(key)
    return recovered


async def brought(crash: Crash, ground: Ground) -> float:
    """A photo is brought; its worker dies on the way; another takes it in, once."""
    async with ground.worker("--at", crash.step, "--when", crash.when) as doomed:
        await ground.bring(("shop.jpg", PHOTO))
        assert await doomed.until_ended() == -signal.SIGKILL
    died = time.monotonic()
    async with ground.worker():
        await ground.until_quiet()
        recovered = time.monotonic() - died
    (image,) = await ground.rows(tables.images)
    stored = await ground.bot.blobs.get(image.storage_key)
    assert hashlib.sha256(stored).hexdigest() == image.sha256
    assert await ground.bot.blobs.get(image.thumbnail_key)
    assert ground.posted == 2
    assert "shop.jpg: stored" in ground.cards()[0].plain()
    assert len(ground.cards()[1].images()) == 1
    assert await ground.booked() == await ground.owed()
    assert await orphans(ground) == []
    return recovered


async def orphans(ground: Ground) -> list[str]:
    """What lies in the store and belongs to no row, however young."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return await find_orphans(ground.bot.database, ground.bot.blobs, tomorrow)


async def worded(crash: Crash, ground: Ground) -> float:
    """A photo is stored and looked at; the worker dies; nobody looks twice, and it is told."""
    recovered = await brought(crash, ground)
    (image,) = await ground.rows(tables.images)
    (look,) = await ground.rows(looks)
    assert image.plain_words == crash.lost
    assert image.title == ("Shop" if crash.lost else "Three rings")
    assert look.outcome == ("unknown" if crash.lost else "worded")
    assert len(ground.openai.words) == (0 if crash.step == "asked" else 1)
    lost = "No answer came about the words of 1 picture, and it may have cost"
    assert (lost in ground.cards()[0].plain()) == crash.lost
    return recovered


STORIES = {
    "picture": picture,
    "prediction": predicted,
    "keyless": keyless,
    "facebook": published,
    "site": published,
    "removal": removed,
    "upload": brought,
    "words": worded,
    "joining": joined,
}
