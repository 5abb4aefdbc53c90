"""The contract of looks at pictures, on SQLite and on PostgreSQL."""

import pytest

from core.business.budgets import Buyer, Purchase
from core.business.ledger import cost_of, reserve
from core.business.members import Business, new_id
from core.library.captioning import Captioning, Look
from core.steps import pass_by
from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock
from tests.fakes.blobs import MemoryBlobs
from tests.fakes.reviewers import Nobody


@pytest.fixture
async def business_id(database: Database) -> int:
    """A business."""
    async with database.write() as uow:
        business = Business("Acme", uow.now)
        await uow.businesses.join("web", "acme", business)
        return business.id


async def add(database: Database, business_id: int, seconds: float, job_id: str = "") -> Look:
    """A look that is due so many seconds from now."""
    async with database.write() as uow:
        look = Look(business_id, 7, new_id(), job_id)
        look.wake_at = uow.later(seconds)
        uow.looks.add(look)
    return look


async def test_a_look_is_taken_by_one_worker_at_a_time(
    database: Database,
    clock: StoppedClock,
    business_id: int,
) -> None:
    """Until its lease runs out; and one that has ended by nobody."""
    look = await add(database, business_id, 0)
    async with database.write() as uow:
        assert await uow.looks.claim(look.id, uow.later(8))
    async with database.write() as uow:
        assert await uow.looks.claim(look.id, uow.later(8)) is None
    clock.pass_(9)
    async with database.write() as uow:
        held = await uow.looks.claim(look.id, uow.later(8))
        assert held
        assert held.fence == 2
        assert await uow.looks.held(look.id, 1) is None
        held.end("worded")
    clock.pass_(9)
    async with database.write() as uow:
        assert await uow.looks.claim(look.id, uow.later(8)) is None


async def test_recovery_wakes_what_is_due(
    database: Database,
    business_id: int,
    clock: StoppedClock,
) -> None:
    """A wake-up call that was lost is made again, and not for what is due later or has ended."""
    due = await add(database, business_id, 5)
    await add(database, business_id, 500)
    clock.pass_(6)
    async with database.write() as uow:
        assert await uow.looks.to_wake(uow.later(10)) == [due.id]
    async with database.write() as uow:
        assert await uow.looks.to_wake(uow.later(10)) == []


async def test_those_that_wait_come_in_their_turn(
    database: Database,
    business_id: int,
) -> None:
    """The longest due first; not what is worked on, and not what was put off once."""
    later, first = await add(database, business_id, 9), await add(database, business_id, 1)
    taken, tried = await add(database, business_id, 0), await add(database, business_id, 0)
    async with database.write() as uow:
        await uow.looks.claim(taken.id, uow.later(8))
        put_off = await uow.looks.lock(tried.id)
        assert put_off
        put_off.tries = 1
    async with database.read() as uow:
        assert await uow.looks.waiting(1) == [first.id]
        assert await uow.looks.waiting(5) == [first.id, later.id]


async def test_looks_are_found_by_their_job(
    database: Database,
    business_id: int,
) -> None:
    """With all that is known of them."""
    job_id = new_id()
    look = await add(database, business_id, 0, job_id)
    await add(database, business_id, 0)
    async with database.write() as uow:
        row = await uow.looks.lock(look.id)
        assert row
        row.usage, row.cost, row.submitted_at = {"prompt_tokens": 7}, 57, uow.now
        row.end("worded")
    async with database.read() as uow:
        (found,) = await uow.looks.of_job(job_id)
        assert (found.usage, found.cost, found.outcome) == ({"prompt_tokens": 7}, 57, "worded")
        assert found.submitted_at == uow.now


async def test_without_a_key_any_more_nothing_is_left_waiting(
    database: Database,
    business_id: int,
) -> None:
    """What was wanted ends; what may have been paid is booked at its price."""
    wanted, paid = await add(database, business_id, 0), await add(database, business_id, 0)
    async with database.write() as uow:
        begun = await uow.looks.lock(paid.id)
        business = await uow.businesses.lock(business_id)
        assert begun
        assert business
        await reserve(uow, Buyer(business, begun.member_id), {begun.id: Purchase(500)}, begun.id)
        begun.submitted_at, begun.price = uow.now, 500
    captioning = Captioning(database, MemoryBlobs(), Nobody(), pass_by)
    await captioning.caption(wanted.id)
    await captioning.caption(paid.id)
    async with database.read() as uow:
        ended = [await uow.looks.get(one.id) for one in (wanted, paid)]
        assert [look.outcome for look in ended if look] == ["unwanted", "unknown"]
        assert cost_of(await uow.ledger.of_item(paid.id)) == 500
        assert await uow.ledger.of_item(wanted.id) == []
