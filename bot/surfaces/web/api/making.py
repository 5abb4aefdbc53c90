"""Making over HTTP: an order, the wait for its picture, and the state of jobs.

Owns these routes and how long they wait. The job's cards stand on the page, where people choose and
publish what programs had made. It must not know providers.
"""

import asyncio
import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Response

from bot.surfaces.web.api.access import Caller, Gate
from bot.surfaces.web.api.problems import NotMade
from bot.surfaces.web.api.shapes import (
    Begun,
    ImageOrder,
    JobShape,
    OneImage,
    image_shape,
    job_shape,
)
from bot.surfaces.web.parts import ApiParts, WebParts
from bot.surfaces.web.sessions import CHANNEL, team_of
from bot.surfaces.web.surface import SURFACE
from core.chat import Place
from core.errors import UserError
from core.generation.jobs import ENDED, Item, Job
from core.generation.ordering import Customer, place_order
from core.storing import UnitOfWork
from core.wording import api as words

LONGEST_WAIT: Final = 60.0
FIRST_LOOK: Final = 0.1
RAREST_LOOK: Final = 1.0
"""Seconds between two looks at the rows, which grow from the first to this."""


class MakingRoutes:
    """Orders and jobs."""

    def __init__(self, parts: WebParts, api: ApiParts, gate: Gate) -> None:
        self._parts = parts
        self._api = api
        self._gate = gate

    def routes(self) -> APIRouter:
        """All of them."""
        router = APIRouter(tags=["making"])
        writer = Annotated[Caller, Depends(self._gate.needs("write"))]
        reader = Annotated[Caller, Depends(self._gate.needs("read"))]

        @router.post("/images/generate", summary=words.GENERATE, responses={202: {"model": Begun}})
        async def generate(
            caller: writer,
            order: ImageOrder,
            response: Response,
            prefer: Annotated[str, Header(description=words.PREFER)] = "",
        ) -> OneImage | Begun:
            caller.require_business(order.business_id)
            job = await self._order(caller, order)
            items = await self._wait(job, _patience(prefer))
            if all(item.state in ENDED for item in items):
                return await self._made(job, items)
            response.status_code = 202
            shape = job_shape(job, items, self._parts.address)
            response.headers["location"] = shape.url
            return Begun(job=shape)

        @router.get("/jobs/{job_id}", summary=words.JOB)
        async def show_job(caller: reader, job_id: str) -> JobShape:
            if not re.fullmatch("[0-9a-f]{32}", job_id):
                raise UserError("job_unknown")
            async with self._parts.units.read() as uow:
                job = await uow.jobs.get(job_id)
                if job is None or job.business_id != caller.business.id:
                    raise UserError("job_unknown")
                items = await uow.items.of_job(job.id)
            return job_shape(job, items, self._parts.address)

        return router

    async def _order(self, caller: Caller, asked: ImageOrder) -> Job:
        given = asked.model_dump(exclude={"business_id"})
        order = self._api.read_order(given | {"count": "1"})
        business, team = caller.business, team_of(caller.business.id)
        place = Place(SURFACE, team, business.name, CHANNEL, None)
        async with self._parts.units.write() as uow:
            found = await uow.businesses.lock(business.id)
            if found and await uow.businesses.by_team(SURFACE, team) is None:
                await uow.businesses.join(SURFACE, team, found)
            customer = Customer(business, caller.member, place)
            return await place_order(uow, customer, order, self._api.orders_per_minute)

    async def _wait(self, job: Job, patience: float) -> list[Item]:
        """The job's items, ended if they do in time. Also returns when the process is to end."""
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + patience, FIRST_LOOK
        while True:
            async with self._parts.units.read() as uow:
                items = await uow.items.of_job(job.id)
            left = end - loop.time()
            closing = self._parts.closing.is_set()
            if closing or left <= 0 or all(item.state in ENDED for item in items):
                return items
            try:
                async with asyncio.timeout(min(pause, left)):
                    await self._parts.closing.wait()
            except TimeoutError:
                pause = min(pause * 1.5, RAREST_LOOK)

    async def _made(self, job: Job, items: list[Item]) -> OneImage:
        """The picture. Raises NotMade with the item's own reason where there is none."""
        item = items[0]
        async with self._parts.units.read() as uow:
            image = await uow.images.get(item.image_id) if item.image_id else None
            if image is None:
                raise await _reason(uow, job, item)
        blobs, address = self._parts.blobs, self._parts.address
        return OneImage(image=await image_shape(image, blobs, address, favourite=False))


async def _reason(uow: UnitOfWork, job: Job, item: Item) -> NotMade:
    fresh = await uow.jobs.get(job.id)
    trouble = item.trouble or (fresh.trouble if fresh else None)
    if trouble:
        return NotMade(trouble.code, **trouble.facts)
    return NotMade("order_withdrawn")


def _patience(prefer: str) -> float:
    """`Prefer: wait=5` (RFC 7240 §4.3) shortens the wait."""
    wanted = re.search(r"\bwait\s*=\s*(\d{1,3})\b", prefer)
    return min(float(wanted[1]), LONGEST_WAIT) if wanted else LONGEST_WAIT
