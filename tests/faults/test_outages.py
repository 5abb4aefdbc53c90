"""What is left of the work when a worker, a call, a post or the queue is cut off or comes too late.

Each test has a ground of its own, see `grounds`; what Slack, OpenAI or Facebook would not have
taken fails it as well.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.leases import LEASE
from core.recovery import AGAIN_SECONDS
from core.wording.money import money
from storage import tables
from tests.faults.grounds import Ground, grounds


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    """Everything but workers."""
    async with grounds(tmp_path) as ready:
        yield ready


async def test_calls_cut_off_by_a_kill_are_shown_as_unknown_and_never_repeated(
    ground: Ground,
) -> None:
    """Three calls hang at the provider when their worker dies: all three may have been paid."""
    ground.openai.hang("generate", times=None)
    async with ground.worker() as doomed:
        await ground.order("a fox --count 3")
        await ground.openai.faults.until_hanging(3)
        await doomed.kill()
    ground.let_pass(LEASE)
    ground.openai.clear("generate")
    ground.openai.release()
    async with ground.worker():
        await ground.until_quiet()
        assert len(ground.openai.bill) == 3
        unknown = await ground.rows(tables.items, state="unknown")
        assert len(unknown) == 3
        price = (await ground.rows(tables.attempts))[0].price
        assert await ground.booked() == 3 * price
        (status,) = ground.cards()
        told = f"1, 2 and 3: unknown. No answer came, and it may have cost {money(price)} each"
        assert told in status.plain()
        await ground.ada.press(status, "remake")
        await ground.until(lambda: ground.posted == 2)
        await ground.until_quiet()
    assert len(ground.openai.bill) == 6
    paid = sum(charge.micro_usd for charge in ground.openai.bill[3:])
    assert await ground.booked() == 3 * price + paid + await ground.words_booked()
    assert len(ground.cards()[1].images()) == 3


@pytest.mark.parametrize("standing", [0, 1], ids=["status", "result"])
async def test_a_post_whose_answer_is_lost_with_its_worker_is_found_by_its_key(
    ground: Ground, standing: int
) -> None:
    """Slack took the card, the answer never came, and then the worker died."""
    ground.openai.hang("generate")
    async with ground.worker() as doomed:
        if not standing:
            ground.slack.faults.drop_after("chat.postMessage")
        await ground.order("a fox")
        await ground.until(lambda: ground.posted == 1)
        if standing:
            await ground.openai.faults.until_hanging()
            ground.slack.faults.drop_after("chat.postMessage")
            ground.openai.release()
            await ground.until(lambda: ground.posted == 2)
        await doomed.kill()
    ground.let_pass(LEASE)
    ground.openai.clear()
    async with ground.worker():
        await ground.until_quiet()
    assert ground.posted == 2
    assert await ground.booked() == await ground.owed()


async def test_work_goes_on_when_the_queue_was_restarted_empty(ground: Ground) -> None:
    """The worker outlives its queue, and rows are the truth."""
    ground.openai.hang("generate", times=None)
    async with ground.worker() as worker:
        await ground.order("a fox --count 2")
        await ground.openai.faults.until_hanging(2)
        await ground.valkey.kill()
        ground.openai.clear()
        ground.openai.release()
        await ground.until_row(tables.items, state="completed", number=2)
        await ground.valkey.start()
        await ground.until_quiet()
        await ground.order("a lighthouse")
        await ground.until(lambda: ground.posted == 4)
        await ground.until_quiet()
        assert worker.process.returncode is None
    assert len(ground.openai.bill) == 3
    assert await ground.booked() == await ground.owed()


async def test_wake_up_calls_that_were_flushed_are_made_again(ground: Ground) -> None:
    """Commands are acknowledged and queued; then somebody empties Redis."""
    for prompt in ("a fox", "a lighthouse", "a whale"):
        await ground.order(prompt)
    await ground.valkey.forget()
    ground.let_pass(AGAIN_SECONDS)
    async with ground.worker():
        await ground.until(lambda: ground.posted == 6)
        await ground.until_quiet()
    assert len(ground.openai.bill) == 3
    assert await ground.booked() == await ground.owed()


async def test_a_command_is_taken_while_the_queue_is_down(ground: Ground) -> None:
    """It is acknowledged at once, and done when the queue is back."""
    async with ground.worker() as worker:
        await ground.valkey.kill()
        await ground.order("a fox")
        assert ground.slack.deliveries[-1].answers[-1].seconds < 3
        await ground.valkey.start()
        await ground.until(lambda: ground.posted == 2)
        await ground.until_quiet()
        assert worker.process.returncode is None
    assert len(ground.openai.bill) == 1


async def test_two_workers_called_for_the_same_rows_do_everything_once(ground: Ground) -> None:
    """Every row's call is made ten times over, while both are working."""
    async with ground.worker(), ground.worker():
        await ground.order("a fox --count 4")
        (job,) = await ground.rows(tables.jobs)
        items = await ground.rows(tables.items)
        cards = await ground.rows(tables.messages)
        calls = [("start", job.id), *(("show", card.id) for card in cards)]
        calls += [("make", item.id) for item in items]
        for task, id_ in calls * 10:
            await ground.bot.queue.enqueue(task, id_)
        await ground.until(lambda: ground.posted == 2)
        for task, id_ in calls * 10:
            await ground.bot.queue.enqueue(task, id_)
        await ground.until_quiet()
    assert len(ground.openai.bill) == 4
    assert ground.posted == 2
    assert await ground.booked() == await ground.owed()
