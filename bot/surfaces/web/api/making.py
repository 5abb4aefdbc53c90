"""Making over HTTP: an order, the wait for its picture, and the state of jobs.

Owns these routes. The job's cards stand on the page, where people choose and
publish what programs had made. It must not know providers.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from bot.surfaces.web.api.access import Caller, Gate
from bot.surfaces.web.api.problems import NotMade
from bot.surfaces.web.api.repeats import Key, Repeat, read_repeat
from bot.surfaces.web.api.shapes import (
    Begun,
    ImageOrder,
    JobShape,
    OneImage,
    image_shape,
    job_shape,
)
from bot.surfaces.web.api.waiting import Prefer, read_patience, wait_for
from bot.surfaces.web.parts import ApiParts, WebParts
from core.errors import Trouble, UserError
from core.generation.jobs import ENDED, Item, Job
from core.generation.ordering import Customer, place_order
from core.generation.prompts import STYLES
from core.storing import UnitOfWork
from core.wording import api as words


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

        @router.post(
            "/images/generate",
            summary=words.GENERATE,
            description=words.GENERATE_ABOUT.format(styles=", ".join(STYLES)),
            response_model=None,
            responses={200: {"model": OneImage}, 202: {"model": Begun}},
        )
        async def generate(
            caller: writer,
            order: ImageOrder,
            response: Response,
            prefer: Prefer = "",
            key: Key = "",
        ) -> OneImage | Begun:
            caller.require_business(order.business_id)
            repeat = read_repeat(caller, key, "generate", order)
            async with self._parts.units.read() as uow:
                job_id = await repeat.known(uow)
            job_id = job_id or await self._order(caller, order, repeat)
            job, items = await wait_for(
                lambda: self._job(caller, job_id),
                lambda seen: all(item.state in ENDED for item in seen[1]),
                read_patience(prefer),
                self._parts.closing,
            )
            if all(item.state in ENDED for item in items):
                return await self._made(caller, job, items)
            response.status_code = 202
            shape = job_shape(job, items, self._parts.address)
            response.headers["location"] = shape.url
            return Begun(job=shape)

        @router.get("/jobs/{job_id}", summary=words.JOB)
        async def show_job(caller: reader, job_id: str) -> JobShape:
            if not re.fullmatch("[0-9a-f]{32}", job_id):
                raise UserError("job_unknown")
            return job_shape(*await self._job(caller, job_id), self._parts.address)

        return router

    async def _order(self, caller: Caller, asked: ImageOrder, repeat: Repeat) -> str:
        """The job's id. Raises as `read_order`, `place_order` and `Repeat.enter`."""
        given = asked.model_dump(exclude={"business_id", "references"})
        references = " ".join(map(str, asked.references))
        given |= {"count": "1", "reference": references}
        order = await self._api.read_order(caller.business.id, caller.member.id, given)
        async with self._parts.units.write() as uow:
            known = await repeat.enter(uow)
            if known:
                return known
            place = await caller.place(uow)
            customer = Customer(caller.business, caller.member, place)
            job = await place_order(uow, customer, order, self._api.orders_per_minute)
            await repeat.note(uow, job.id)
            return job.id

    async def _job(self, caller: Caller, job_id: str) -> tuple[Job, list[Item]]:
        async with self._parts.units.read() as uow:
            job = await uow.jobs.get(job_id)
            if job is None or job.business_id != caller.business.id:
                raise UserError("job_unknown")
            return job, await uow.items.of_job(job.id)

    async def _made(self, caller: Caller, job: Job, items: list[Item]) -> OneImage:
        """The picture. Raises NotMade with the item's own reason where there is none."""
        item = items[0]
        async with self._parts.units.read() as uow:
            image = await uow.images.get(item.image_id) if item.image_id else None
            if image is None:
                address = f"{self._parts.address}/api/v1/jobs/{job.id}"
                raise NotMade(await _reason(uow, job, item), address)
            starred = await uow.images.starred_by(caller.member.id, [image.id])
        blobs, address = self._parts.blobs, self._parts.address
        shape = await image_shape(image, blobs, address, favourite=image.id in starred)
        return OneImage(image=shape)


async def _reason(uow: UnitOfWork, job: Job, item: Item) -> Trouble:
    fresh = await uow.jobs.get(job.id)
    return item.trouble or (fresh and fresh.trouble) or Trouble("order_withdrawn")
