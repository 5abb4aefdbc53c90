"""`imagedesk storage sweep`: objects of ours that no row names, listed and taken away on request.

Owns what is printed. Which objects are orphans is core's to say (`core.library.removal`).
"""

from rich.console import Console

from bot.wiring import running
from core.library.removal import delete_orphan, find_orphans
from core.settings import Settings
from core.wording import stores as words


async def sweep(settings: Settings, out: Console, *, delete: bool) -> None:
    """List what no row names and is older than an hour; with `delete`, take it away.

    May be repeated. Raises TryLater, ActionNeeded as the store does.
    """
    async with running(settings, settings.redis_url) as desk:
        found = 0
        for key in await find_orphans(desk.database, desk.blobs, desk.clock.now()):
            if delete and not await delete_orphan(desk.database, desk.blobs, key):
                continue
            found += 1
            out.print(f"  {key}", markup=False)
    said = words.SWEPT if delete else words.ORPHANS
    out.print(said.format(count=found) if found else words.NO_ORPHANS, markup=False)
