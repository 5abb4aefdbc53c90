"""`imagedesk storage sweep`: objects of ours that no row names, listed and taken away on request.

Owns what is printed. Which objects are orphans is core's to say (`core.library.removal`).
"""

from rich.console import Console

from bot.wiring import running
from core.library.removal import find_orphans
from core.settings import Settings
from core.wording import stores as words


async def sweep(settings: Settings, out: Console, *, delete: bool) -> None:
    """List what no row names and is older than an hour; with `delete`, take it away.

    May be repeated. Raises TryLater, ActionNeeded as the store does.
    """
    async with running(settings, settings.redis_url) as desk:
        orphans = await find_orphans(desk.database, desk.blobs, desk.clock.now())
        for key in orphans:
            if delete:
                await desk.blobs.delete(key)
            out.print(f"  {key}", markup=False)
    said = words.SWEPT if delete else words.ORPHANS
    out.print(said.format(count=len(orphans)) if orphans else words.NO_ORPHANS, markup=False)
