"""What changes of a batch while somebody looks, as server-sent events.

A batch may stand in any chat, so the rows themselves are asked; the more there are of them, the
less often, and at once after a gesture that was made here. Owns that pace, and what a reader has
had. It must not change anything.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Final
from weakref import WeakValueDictionary

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from bot.surfaces.web.batches import lots
from bot.surfaces.web.batches.pages import require_batch
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Person, Sessions
from bot.surfaces.web.templating import Templates
from core.wording import batches as words

SOON: Final = 1.0
LATE: Final = 3.0
"""Seconds between two readings, of a batch that goes on and of one that is over."""

SHARE: Final = 4
"""A reader waits so many times as long as a reading took: a thousand pictures weigh no more on the
desk than fifty.
"""

RETRY_MILLISECONDS: Final = 1500


class BatchStream:
    """Streams the changes of one batch."""

    def __init__(
        self, parts: WebParts, sessions: Sessions, templates: Templates, draw: lots.DrawBatch
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._templates = templates
        self._draw = draw
        self._touched: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def touched(self, job_id: str) -> None:
        """Somebody did something to this batch: whoever looks at it here wants to see it now."""
        if event := self._touched.get(job_id):
            event.set()
            event.clear()

    def routes(self) -> APIRouter:
        """The stream."""
        router = APIRouter()
        router.get("/batches/{job_id}/events")(self.listen)
        return router

    async def listen(self, request: Request, job_id: str, seen: str = "") -> Response:
        """What differs from the batch as it was `seen`, by its digest, and whatever follows."""
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            await require_batch(uow, person, job_id)
        return StreamingResponse(
            self._changes(request, person, job_id, seen),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},  # nginx would hold events back
        )

    async def _changes(
        self, request: Request, person: Person, job_id: str, seen: str
    ) -> AsyncIterator[str]:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        had: lots.Lot | None = None
        touched = self._touched.setdefault(job_id, asyncio.Event())
        while not self._parts.closing.is_set():
            begun = monotonic()
            signed_in = await self._sessions.person(request) is not None
            lot = await self._look(person, job_id) if signed_in else None
            if lot is None:
                return
            if had is None and lot.digest == seen:
                had = lot
            change = self._difference(had, lot)
            yield f"data: {json.dumps(change)}\n\n" if change else ": \n\n"
            had = lot
            pause = max(LATE if lot.over else SOON, (monotonic() - begun) * SHARE)
            await self._rest(pause, touched)

    async def _look(self, person: Person, job_id: str) -> lots.Lot | None:
        async with self._parts.units.read() as uow:
            job = await require_batch(uow, person, job_id)
            return await lots.look_at(uow, job, self._draw)

    def _difference(self, had: lots.Lot | None, lot: lots.Lot) -> dict[str, object]:
        """What is to be drawn anew, as HTML."""
        change: dict[str, object] = {}
        if had is None or had.card != lot.card:
            change["card"] = self._templates.draw("card.html", {"card": lot.card})
        if had is None or had.kept != lot.kept:
            change["kept"] = lot.kept
        known = {tile.number: tile for tile in had.tiles} if had else {}
        fresh = [tile for tile in lot.tiles if known.get(tile.number) != tile]
        if fresh:
            change["tiles"] = [
                {"number": tile.number, "digest": tile.digest, "html": self._draw_tile(tile)}
                for tile in fresh
            ]
        return change

    def _draw_tile(self, tile: lots.Tile) -> str:
        return self._templates.draw("batch-tile.html", {"tile": tile, "batch_words": words})

    async def _rest(self, seconds: float, touched: asyncio.Event) -> None:
        """Wait, but not beyond the next gesture or the end of the process."""
        ends = [asyncio.ensure_future(one.wait()) for one in (self._parts.closing, touched)]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
