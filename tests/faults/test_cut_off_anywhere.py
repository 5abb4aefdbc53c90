"""A picture is cut off at every commit in turn, before it and behind it: paid once, booked once.

The real kills (`test_crashes`) strike at the steps that the desk names; here it is every unit of
work that making a picture writes, for each answer that a provider may give.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.business.budgets import Buyer
from core.business.ledger import Entry, cost_of, reserve
from core.business.members import Business, Member, new_id
from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.generation.failover import Failover
from core.generation.jobs import Attempt, Item, Job
from core.generation.making import Making
from core.generation.offers import Offer
from core.generation.ordering import bought
from core.generation.orders import Order
from core.generation.storing import Storing
from core.library.captioning import Captioning
from core.messages import Message
from core.ports import Generated, ImageRequest, Preview, Told
from core.settings import Settings
from core.steps import pass_by
from core.storing import UnitOfWork
from storage.database import Database, open_engine
from storage.limits import RedisLimits
from storage.migrations import migrate
from tests.contracts.blob_grounds import StoppedClock
from tests.contracts.library_grounds import ORDER, PLACE
from tests.contracts.provider_grounds import CATALOGUE
from tests.fakes.blobs import MemoryBlobs
from tests.fakes.queue import MemoryQueue
from tests.fakes.reviewers import Nobody

CLOCK = StoppedClock()
LONG = 60.0
"""Seconds after which every lease and every pause is over."""

PRICE = 40_000
ASKED = replace(ORDER, model="gpt-image-2.5-flare", price=PRICE)
CLAIMED_SUBMITTED_ENDED = 3

ANSWERS: dict[str, DeskError | bytes] = {
    "junk": b"no picture at all",
    "billed": UserError("provider_filtered", provider="x", cost=PRICE),
    "refused": UserError("provider_refused", provider="x", reason="no"),
    "busy": TryLater("provider_busy", after=1, provider="x"),
    "locked": ActionNeeded("openai_key_rejected", url=""),
    "lost": OutcomeUnknown("openai_no_answer"),
}
SLOW = "slow"
BILLED = {"made", SLOW, "junk", "billed", "lost"}


class CutOff(BaseException):
    """The worker is gone."""


class Cutting:
    """Units of work; the worker ends at that of number `at`, before its commit or `behind` it."""

    def __init__(self, inner: Database, at: int = 0, *, behind: bool = False) -> None:
        self._inner = inner
        self._at = at
        self._behind = behind
        self.count = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """See `core.storing.Units`."""
        self.count += 1
        here = self.count == self._at
        async with self._inner.write() as uow:
            yield uow
            if here and not self._behind:
                raise CutOff
        if here:
            raise CutOff

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `core.storing.Units`."""
        return self._inner.read()


class Provider:
    """Gives the answers of `script`, then pictures; `bill` is what they cost. A slow picture is
    `asked` for, and waits until it `answers`.
    """

    name = "openai"
    models = CATALOGUE.models
    repeatable = False

    def __init__(self, script: Iterator[str]) -> None:
        self._script = script
        self.bill = 0
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def generate(
        self,
        request: ImageRequest,  # noqa: ARG002  # whatever is asked
        preview: Preview | None = None,  # noqa: ARG002  # none is shown
        told: Told | None = None,  # noqa: ARG002  # nothing is told
    ) -> Generated:
        """See `ImageProvider.generate`."""
        name = next(self._script, "made")
        self.bill += PRICE if name in BILLED else 0
        if name == SLOW:
            self.asked.set()
            await self.answers.wait()
        answer = ANSWERS.get(name, picture())
        if isinstance(answer, DeskError):
            raise answer
        return Generated(answer, "image/png", {}, PRICE)

    async def find(self, order: Order) -> Offer:  # noqa: ARG002  # there is one
        """See `core.generation.offers.Offers`."""
        return Offer(self)


class Forbidding(MemoryBlobs):
    """Refuses the first look at what it keeps."""

    asked = 0

    async def get(self, key: str) -> bytes:
        """As a store whose rights are being mended."""
        self.asked += 1
        if self.asked == 1:
            raise ActionNeeded("storage_forbidden", path=key)
        return await super().get(key)


def picture() -> bytes:
    """One that is kept."""
    out = io.BytesIO()
    Image.new("RGB", (400, 400), "red").save(out, "PNG")
    return out.getvalue()


class Scene:
    """One picture on a desk with a provider that answers as `script` says."""

    def __init__(self, database: Database, *script: str) -> None:
        self._database = database
        self.provider = Provider(iter(script))
        self.blobs: MemoryBlobs = MemoryBlobs()
        self.item_id = new_id()

    async def order(self) -> None:
        """Somebody orders it."""
        async with self._database.write() as uow:
            business = Business("Acme", uow.now)
            await uow.businesses.join("web", new_id(), business)
            ada = Member(business.id, "web", "ada", "Ada")
            card = Message(business.id, "status", new_id(), PLACE, "ada", uow.now)
            job = Job(business.id, ada.id, "generate", PLACE, ASKED, uow.now, card.root_id)
            job.moderation, card.subject_id = "off", job.id
            item = Item(job.id, business.id, 1, ASKED.prompt, 7, id=self.item_id)
            uow.members.add(ada)
            uow.messages.add(card)
            uow.jobs.add(job)
            uow.items.add(item)
            await reserve(uow, Buyer(business, ada.id), {item.id: bought(ASKED)}, job.id)

    async def make(self, units: Cutting) -> None:
        """A worker is woken for it."""
        with suppress(CutOff):
            await self.worker(units).make(self.item_id)

    def worker(self, units: Cutting) -> Making:
        """A worker, as each process has one."""
        nobody = Nobody()
        captioning = Captioning(units, self.blobs, nobody, pass_by)
        return Making(
            units,
            self.provider,
            Storing(units, self.blobs, nobody, captioning, pass_by),
            nobody,
            RedisLimits("redis://127.0.0.1:1"),  # unpaced, so nobody asks it
            Failover(units, {}),
            pass_by,
        )

    async def finish(self) -> tuple[Item, list[Attempt], list[Entry]]:
        """Other workers are woken until it has ended."""
        for _ in range(10):
            async with self._database.read() as uow:
                item = await uow.items.get(self.item_id)
                assert item
                if item.state not in {"queued", "generating"}:
                    attempts = await uow.attempts.of_item(item.id)
                    return item, attempts, await uow.ledger.of_item(item.id)
            CLOCK.pass_(LONG)
            await self.make(Cutting(self._database))
        raise AssertionError("it never ends")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh one."""
    engine = open_engine(Settings(data_dir=tmp_path))
    await migrate(engine)
    yield Database(engine, MemoryQueue(), CLOCK)
    await engine.dispose()


async def judge(scene: Scene) -> Item:
    """It has ended, was paid at most once, and what is booked is what was paid or may have been."""
    item, attempts, entries = await scene.finish()
    assert scene.provider.bill <= PRICE
    assert all(attempt.outcome for attempt in attempts)
    assert entries[-1].kind != "reserve"
    may_be_paid = PRICE if item.state == "unknown" else scene.provider.bill
    assert cost_of(entries) == may_be_paid, (item.state, item.trouble, attempts)
    return item


@pytest.mark.parametrize("answer", ["made", *ANSWERS])
@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
async def test_wherever_a_worker_ends_a_picture_is_paid_and_booked_once(
    database: Database, answer: str, *, behind: bool
) -> None:
    """Also where it had just been told that the picture is refused, and what that costs."""
    whole = Scene(database, answer)
    await whole.order()
    units = Cutting(database)
    await whole.make(units)
    assert units.count >= CLAIMED_SUBMITTED_ENDED
    for at in range(1, units.count + 1):
        scene = Scene(database, answer)
        await scene.order()
        await scene.make(Cutting(database, at, behind=behind))
        await judge(scene)


async def test_an_answer_that_lies_in_a_store_which_refuses_waits_there(
    database: Database,
) -> None:
    """It is paid: it is fetched as soon as somebody has mended the rights."""
    scene = Scene(database)
    scene.blobs = Forbidding()
    await scene.order()
    await scene.make(Cutting(database, 3))
    assert any(key.startswith("spool/") for key in scene.blobs.objects)
    assert (await judge(scene)).state == "completed"


async def test_a_clock_that_is_set_back_hides_no_call_that_may_be_paid(database: Database) -> None:
    """Nor does the clock of another machine: the call that began last is dated before the first."""
    scene = Scene(database, "busy")
    await scene.order()
    await scene.make(Cutting(database))
    CLOCK.pass_(-LONG)
    await scene.make(Cutting(database, 2, behind=True))
    assert (await judge(scene)).state == "unknown"


async def test_a_worker_whose_clock_is_set_does_not_give_up_its_own_call(
    database: Database,
) -> None:
    """To everybody its lease has ended, and recovery wakes it again: its call is alive."""
    scene = Scene(database, SLOW)
    await scene.order()
    worker = scene.worker(Cutting(database))
    making = asyncio.create_task(worker.make(scene.item_id))
    await scene.provider.asked.wait()
    CLOCK.pass_(LONG)
    await worker.make(scene.item_id)
    scene.provider.answers.set()
    await making
    assert (await judge(scene)).state == "completed"
