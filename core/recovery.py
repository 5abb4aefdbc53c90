"""Recovery: whatever should have been woken, and was not, is woken again.

Every unfinished row carries `wake_at`, the moment at which somebody should look at it if nothing
happens until then: the end of a lease, the end of a pause, or ten seconds after a wake-up was sent.
The sweep wakes what is due and moves the moment on. Losing all of the queue loses no work.
"""

import asyncio

import structlog

from core.errors import TryLater
from core.storing import UnitOfWork, Units

SWEEP_SECONDS = 2.0
"""With the lease of 8 s: a killed worker's row goes on within 15 s."""

AGAIN_SECONDS = 10.0
"""A row is looked at again so soon after a wake-up was sent for it, should that be lost."""

EVENTS_KEPT_SECONDS = 86_400.0
"""Slack's last redelivery comes after five minutes; a day is plenty."""

REMOVALS_KEPT_SECONDS = 86_400.0
"""No upload takes a day; one that began before a removal ended puts its bytes once more."""

log = structlog.get_logger(__name__)


async def sweep_for_ever(units: Units) -> None:
    """Sweep every two seconds until cancelled; an unreachable database is waited for."""
    while True:
        try:
            await sweep(units)
        except TryLater as error:
            log.warning("sweep_failed", reason=error.code)
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(units: Units) -> None:
    """Wake every row whose moment has come. May run in several workers at once."""
    async with units.write() as uow:
        next_at = uow.soon
        for task, ids in (
            ("start", await uow.jobs.to_wake(next_at)),
            ("prepare", await uow.batches.to_wake(next_at)),
            ("make", await uow.items.to_wake(next_at)),
            ("show", await uow.messages.to_wake(next_at)),
            ("publish", await uow.targets.to_wake(next_at)),
            ("remove", await uow.removals.to_wake(next_at)),
            ("caption", await uow.looks.to_wake(next_at)),
        ):
            for id_ in ids:
                uow.enqueue(task, id_)
        for surface, event_id in await uow.events.to_wake(next_at):
            uow.enqueue("handle", f"{surface}/{event_id}")
        await uow.events.forget(uow.later(-EVENTS_KEPT_SECONDS))
        await uow.removals.forget(uow.later(-REMOVALS_KEPT_SECONDS))


async def wake_catching_up(uow: UnitOfWork, surface: str) -> None:
    """After a (re)connect: have the reactions of the last 14 days' cards read again, paced."""
    since = uow.later(-14 * 86_400)
    for place, message_id in enumerate(await uow.messages.reactable(surface, since)):
        uow.enqueue("catch_up", message_id, place * 0.5)
