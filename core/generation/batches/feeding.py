"""Feeding: of a batch's many items only a few stand ready at a time.

A thousand items that all waited for a slot would fill every worker and keep everybody else out. So
`READY` of them wait; whoever gets its slot wakes the next, and what was lost on the way is topped
up, at the latest every ten seconds. Owns this count, and how a batch is paused and cancelled. It
must not know providers.
"""

from collections.abc import Iterable
from math import ceil
from typing import Final

from core.business.ledger import release
from core.errors import Trouble
from core.generation.batches.news import tell_over, tell_pause
from core.generation.jobs import Item, Job
from core.messages import redraw, redraw_all
from core.storing import UnitOfWork

READY: Final = 8
AGAIN_SECONDS: Final = 10.0
SEEN: Final = 30
ENOUGH: Final = 10
"""Of so many pictures, and at least so many, it is told how fast they come."""
AT_ONCE: Final = 100
"""Items that are cancelled in one transaction: nobody waits long for its end."""


def seconds_for(number: int, usual: float, per_minute: int) -> float:
    """Until the last of so many pictures, each of which usually takes `usual` seconds; without a
    pace (0) as many are made at a time as stand ready.
    """
    if per_minute:
        return usual + (number - 1) * 60 / per_minute
    return usual * ceil(number / READY)


def seen_pace(items: Iterable[Item]) -> float | None:
    """Pictures a minute, as the last of these came; None until there are enough to tell."""
    ended = sorted(item.ended_at for item in items if item.started_at and item.ended_at)[-SEEN:]
    seconds = (ended[-1] - ended[0]).total_seconds() if ended else 0
    return (len(ended) - 1) * 60 / seconds if len(ended) >= ENOUGH and seconds else None


async def feed(uow: UnitOfWork, job: Job) -> None:
    """Wake as many items as may stand ready. May be repeated at any time."""
    if job.cancelled_at:
        await _cancel_some(uow, job)
        return
    job.wake_at = None
    if job.paused_at:
        return
    room = READY - await uow.items.ready(job.id)
    sleeping = await uow.items.sleeping(job.id, max(room, 1))
    for item in sleeping[: max(room, 0)]:
        _wake(uow, item)
    if sleeping or not await tell_over(uow, job):
        job.wake_at = uow.later(AGAIN_SECONDS)


async def wake_next(uow: UnitOfWork, job_id: str) -> None:
    """One got its slot: the next may stand ready."""
    for item in await uow.items.sleeping(job_id, 1):
        _wake(uow, item)


def _wake(uow: UnitOfWork, item: Item) -> None:
    item.wake_at = uow.soon
    uow.enqueue("make", item.id)


async def pause(uow: UnitOfWork, job: Job, trouble: Trouble) -> None:
    """Begin nothing more until somebody says so: each further call would fail alike."""
    if job.paused_at is None:
        job.paused_at, job.trouble = uow.now, trouble
        await tell_pause(uow, job)
        await redraw(uow, "status", job.id)


async def resume(uow: UnitOfWork, job: Job) -> None:
    """Go on after a pause; doing it again changes nothing."""
    job.paused_at = job.trouble = None
    await feed(uow, job)
    await redraw_all(uow, [("status", job.id), ("news", job.id)])  # what was said is over


async def _cancel_some(uow: UnitOfWork, job: Job) -> None:
    for item in await uow.items.sleeping(job.id, AT_ONCE):
        item.move("cancelled", uow.now)
        await release(uow, item.id)
    left = await uow.items.sleeping(job.id, 1)
    job.wake_at = uow.later(AGAIN_SECONDS) if left else None
    if left:
        uow.enqueue("start", job.id)
    else:  # those that stand ready may have been told to come back in an hour
        for item in await uow.items.of_job(job.id):
            if item.state == "queued":
                uow.enqueue("make", item.id)
    await redraw(uow, "status", job.id)
