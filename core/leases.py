"""Leases: how a worker keeps a row while it works on it.

A claimed row carries a lease and a fence. The heartbeat here renews the lease; a worker that died
stops renewing, and after at most `LEASE` seconds another may claim the row. Whoever lost the lease
is refused by its fence when it comes to write.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from core.storing import Leased, UnitOfWork, Units

LEASE = 8.0
"""Seconds after which a silent worker's row is free: with the sweep below 15 s in all."""

BEAT = 2.5
"""Seconds between two renewals: three may fail before the lease is lost."""


@asynccontextmanager
async def keeping(
    units: Units, rows: Callable[[UnitOfWork], Leased[Any]], key: str, fence: int
) -> AsyncIterator[None]:
    """Renew the lease on row `key` until the block ends."""
    beating = asyncio.create_task(_beat(units, rows, key, fence))
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat(
    units: Units, rows: Callable[[UnitOfWork], Leased[Any]], key: str, fence: int
) -> None:
    while True:
        await asyncio.sleep(BEAT)
        async with units.write() as uow:
            if not await rows(uow).renew(key, fence, uow.later(LEASE)):
                return
