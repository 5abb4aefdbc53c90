"""Reading batches: the list of them, each with its pictures, and the table to download.

Owns these routes, and which batch an address means. It changes nothing.
"""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from bot.surfaces.web.batches import lots
from bot.surfaces.web.drawing import Drawing
from bot.surfaces.web.files import answer
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Person, Sessions
from bot.surfaces.web.templating import Templates
from core.generation.batches.drafts import draw_page
from core.generation.batches.lot import write_lot
from core.generation.jobs import Job
from core.storing import UnitOfWork
from core.wording import batches as words
from core.wording import drafts as draft_words


async def require_batch(uow: UnitOfWork, person: Person, job_id: str) -> Job:
    """The batch of this id. Raises 404 where this person's business has none."""
    job = await uow.jobs.get(job_id)
    if job is None or job.kind != "batch" or job.business_id != person.business.id:
        raise HTTPException(404)
    return job


class BatchPages:
    """Shows batches."""

    def __init__(
        self,
        parts: WebParts,
        sessions: Sessions,
        drawing: Drawing,
        templates: Templates,
        draw: lots.DrawBatch,
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._drawing = drawing
        self._templates = templates
        self._draw = draw

    def routes(self) -> APIRouter:
        """The list, a batch, its drafts, and its table."""
        router = APIRouter()
        router.get("/batches")(self.list)
        router.get("/batches/{job_id}")(self.open)
        router.get("/batches/{job_id}/drafts")(self.drafts)
        router.get("/batches/{job_id}/list.csv")(self.table)
        router.get("/batches/{job_id}/thread")(self.thread)
        return router

    async def list(self, request: Request) -> Response:
        """The batches of the business, the newest first."""
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        async with self._parts.units.read() as uow:
            listed = await lots.newest(uow, person.business.id)
            facts = await self._around(uow, person)
        return self._templates.page("batches.html", {**facts, "listed": listed})

    async def open(self, request: Request, job_id: str) -> Response:
        """A batch with all its pictures."""
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        async with self._parts.units.read() as uow:
            job = await require_batch(uow, person, job_id)
            lot = await lots.look_at(uow, job, self._draw)
            facts = await self._around(uow, person)
        if lot is None:
            raise HTTPException(404)
        return self._templates.page("batch.html", {**facts, "lot": lot})

    async def drafts(
        self, request: Request, job_id: str, page: int = 1, opened: str = ""
    ) -> Response:
        """A page of the drafts that can be opened; see `draw_page`."""
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        async with self._parts.units.read() as uow:
            job = await require_batch(uow, person, job_id)
            panel = await draw_page(uow, job.id, job.id, page, opened)
            facts = await self._around(uow, person)
        facts |= {"card": panel.card, "job": job, "thread": lots.thread_of(job)}
        return self._templates.page("drafts.html", facts)

    async def table(self, request: Request, job_id: str) -> Response:
        """The batch as a table that a spreadsheet opens."""
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            await require_batch(uow, person, job_id)
        data = await write_lot(self._parts.units, job_id)
        return answer(data, "batch.csv", shown=False, headers={"cache-control": "no-store"})

    async def thread(self, request: Request, job_id: str) -> Response:
        """Where the batch's card stands on the page, which it does a moment after the form."""
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            job = await require_batch(uow, person, job_id)
            root = await uow.messages.get(job.root_id)
        if root is None or root.thread is None or root.surface != lots.PAGE:
            raise HTTPException(404)
        return RedirectResponse(f"/?thread={root.thread.id}", 303)

    async def _around(self, uow: UnitOfWork, person: Person) -> dict[str, object]:
        around = await self._drawing.around(uow, person)
        return {**around, "batch_words": words, "draft_words": draft_words}
