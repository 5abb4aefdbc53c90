"""The desk's books against the provider's: what it has booked is what it was charged.

Owns that comparison. It reads the database of a desk that has ended, so nothing is still being
written. What is only set aside (a call that was never made) is not yet money. Where no answer ever
came, nobody can know more than the table's price: such a desk's books may be half a cent off.
"""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from core.settings import read_settings
from storage import tables
from storage.database import open_engine
from storage.looks import looks
from tests.platforms.openai import OpenAIServer

HALF_A_CENT: Final = 5_000
"""In micro-USD."""


async def compare(environ: dict[str, str], openai: OpenAIServer) -> None:
    """Fail where the sum of the ledger, in the database of these settings, is not the bill."""
    engine = open_engine(read_settings(environ))
    try:
        async with engine.connect() as connection:
            ours = await _booked(connection)
            bearable = HALF_A_CENT if await _unknown(connection) else 0
    finally:
        await engine.dispose()
    assert abs(ours - openai.charged) <= bearable, f"booked {ours}, charged {openai.charged}"


async def _booked(connection: AsyncConnection) -> int:
    """Micro-USD of everything that was settled or released."""
    columns, later = tables.ledger.c, aliased(tables.ledger).c
    closed = select(later.id).where(later.item_id == columns.item_id, later.id > columns.id)
    counted = (columns.kind != "reserve") | closed.exists()
    total = select(func.coalesce(func.sum(columns.amount), 0)).where(counted)
    return int(await connection.scalar(total) or 0)


async def _unknown(connection: AsyncConnection) -> int:
    """How many answers never came."""
    found = 0
    for table in (tables.attempts, looks):
        rows = select(func.count()).select_from(table).where(table.c.outcome == "unknown")
        found += int(await connection.scalar(rows) or 0)
    return found
