"""Leases: how a worker keeps a row while it works on it.

A claimed row carries a lease and a fence. The heartbeat here renews the lease; a worker that died
stops renewing, and after at most `LEASE` seconds another may claim the row. Whoever lost the lease
is refused by its fence when it comes to write. A chat knows no fences, so whoever posts there stops
as soon as the lease may be somebody else's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from core.errors import TryLater
from core.storing import Leased, UnitOfWork, Units

LEASE = 8.0
"""Seconds after which a silent worker's row is free: with the sweep below 15 s in all."""

BEAT = 2.5
"""Seconds between two renewals: three may fail before the lease is lost."""


MARGIN = 1.0
"""Seconds by which a holder that must stop in time stops before its lease ends."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def keeping(
    units: Units,
    rows: Callable[[UnitOfWork], Leased[Any]],
    key: str,
    fence: int,
    *,
    since: float | None = None,
) -> AsyncIterator[None]:
    """Renew the lease on row `key` until the block ends.

    With `since`, the loop's time before the row was claimed, the block is left quietly where it
    stands when the lease is let go or could not be renewed in time: a process that was stopped for
    a minute must not go on where it was, also where it was just about to begin.
    """
    try:
        async with asyncio.timeout_at(since + LEASE - MARGIN if since else None) as limit:
            ended = asyncio.Event()
            beating = asyncio.create_task(_beat(units, rows, key, fence, limit, ended))
            try:
                yield
            finally:
                ended.set()
                await beating  # not cancelled: in a transaction that would cost a connection
    except TimeoutError:
        if not limit.expired():
            raise
        log.warning("lease_lost", row=key)


async def notice_the_time() -> None:
    """Await this right before what cannot be taken back, where no fence of the other side helps.

    Whatever was ready when a process was stopped still runs before its loop looks at the clock, and
    so before a lease that ended meanwhile is noticed. The loop looks once for each of these turns;
    the second one is where whoever lost the lease is stopped.
    """
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def _beat(
    units: Units,
    rows: Callable[[UnitOfWork], Leased[Any]],
    key: str,
    fence: int,
    limit: asyncio.Timeout,
    ended: asyncio.Event,
) -> None:
    """Renew until it has ended; a database that does not answer may be back by the next beat."""
    strictly, loop = limit.when() is not None, asyncio.get_running_loop()
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT):
                await ended.wait()
                return
        asked = loop.time()
        try:
            async with units.write() as uow:
                held = await rows(uow).renew(key, fence, uow.later(LEASE))
        except TryLater as error:
            log.warning("lease_not_renewed", row=key, reason=error.code)
            continue
        if strictly and not (limit.expired() or ended.is_set()):
            limit.reschedule(asked + LEASE - MARGIN if held else asked)
        if not held:
            return
