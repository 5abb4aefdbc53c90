"""What people do to a batch on the page: choose from it, and use the controls of its card.

Owns how such a gesture is read and answered. It must not know what a control means.
"""

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from bot.surfaces.web.batches.pages import require_batch
from bot.surfaces.web.chat import gesture_id, told
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Sessions
from bot.surfaces.web.templating import Templates
from core.chat import Press
from core.generation.batches.planning import MOST
from core.review.reviewing import choose_among, read_review
from core.wording import batches as words


class BatchActs:
    """Takes what people do to batches. `touched` is told whose id something was done to."""

    def __init__(
        self,
        parts: WebParts,
        sessions: Sessions,
        templates: Templates,
        touched: Callable[[str], None],
    ) -> None:
        self._parts = parts
        self._touched = touched
        self._sessions = sessions
        self._templates = templates

    def routes(self) -> APIRouter:
        """Both."""
        router = APIRouter()
        router.post("/batches/{job_id}/choose")(self.choose)
        router.post("/batches/{job_id}/press")(self.press)
        return router

    async def choose(self, request: Request, job_id: str) -> Response:
        """Keep some pictures (`keep`, numbers between spaces) and others not (`drop`). May be
        repeated. What others keep, which stays, is told.
        """
        person, body = await self._sessions.gesture(request)
        keep, drop = _numbers(body.get("keep")), _numbers(body.get("drop"))
        async with self._parts.units.write() as uow:
            await require_batch(uow, person, job_id)
            job = await uow.jobs.lock(job_id)
            if job is None:
                raise HTTPException(404)
            await choose_among(uow, job, person.member, keep | drop, keep)
            review = await read_review(uow, job.id)
        self._touched(job_id)
        still = sorted(number for number in drop - keep if review.keeps(number))
        return JSONResponse({"still": still, "said": words.kept_by_others(still)})

    async def press(self, request: Request, job_id: str) -> Response:
        """A button or menu of the batch's card, as if it were used in its chat."""
        person, body = await self._sessions.gesture(request)
        async with self._parts.units.read() as uow:
            job = await require_batch(uow, person, job_id)
            cards = await uow.messages.of_subject("status", job.id)
        if not cards:
            raise HTTPException(404)
        event = Press(
            gesture_id(person, body),
            person.actor,
            person.place(),
            body.get("action"),
            cards[0].id,
            tuple(body.all("value")),
        )
        reply = await self._parts.inbox.handle(event)
        self._touched(job_id)
        return told(request, self._templates, reply, f"/batches/{job_id}")


def _numbers(text: str) -> set[int]:
    """Picture numbers between spaces. Raises 400 for anything else."""
    given = text.split()
    if not all(one.isdecimal() and len(one) <= len(str(MOST)) for one in given):
        raise HTTPException(400)
    return {int(one) for one in given}
