"""Preparing: from a list that somebody brought to a batch that can start, and its start.

    reading    fetched → read → checked → planned, with all that is told before anything is paid
    starting   checked → in one transaction: budget reserved, items written, job awake
    creating   some drafts in each transaction, until every kept picture has one

Each may be run again at any time: what it writes depends on the rows alone. It must not know any
chat, nor how a batch is drawn.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from core.business.budgets import Buyer, channel_of
from core.business.keys import pay_by, usable
from core.business.ledger import reserve
from core.business.members import Business
from core.chat import Attachment, SurfaceName
from core.errors import ActionNeeded, DeskError, Trouble, TryLater, UserError
from core.generation.batches.batch import Batch, BatchState, Summary
from core.generation.batches.creating import create_some
from core.generation.batches.feeding import feed, seconds_for
from core.generation.batches.planning import PROBLEMS, Common, Plan, plan_batch
from core.generation.batches.rows import MOST_BYTES, Row, read_file, read_lines
from core.generation.batches.sheets import show_sheet
from core.generation.jobs import Item, Job
from core.generation.offering import models_of
from core.generation.offers import Offers
from core.generation.ordering import bought
from core.generation.prices import Catalogue, Model
from core.leases import LEASE, keeping
from core.messages import redraw
from core.ports import ChatSurface, Limits, Reviewers
from core.storing import UnitOfWork, Units

AFTER: Final[dict[BatchState, BatchState]] = {
    "reading": "refused",
    "starting": "planned",
    "creating": "started",
}
"""Where a batch goes on when a step of it cannot be done."""

REFUSED_SECONDS: Final = 60.0
HOLE: Final = "…"
"""Stands in `around` for the prompt."""


@dataclass(frozen=True)
class Orderable:
    """What can be ordered: as for `read_order`, `models` being the desk's own."""

    catalogue: Catalogue
    models: Mapping[str, Model]
    blocked: str


class Preparing:
    """Prepares batches. `surfaces` fetch what was brought, by their names; `offers` and `limits`
    tell how fast pictures are made.
    """

    def __init__(
        self,
        units: Units,
        surfaces: Mapping[SurfaceName, ChatSurface],
        orderable: Orderable,
        reviewers: Reviewers,
        offers: Offers,
        limits: Limits,
    ) -> None:
        self._units = units
        self._surfaces = surfaces
        self._orderable = orderable
        self._reviewers = reviewers
        self._offers = offers
        self._limits = limits

    async def prepare(self, batch_id: str) -> None:
        """Bring a batch one state further. May run twice at once."""
        async with self._units.write() as uow:
            batch = await uow.batches.claim(batch_id, uow.later(LEASE))
            job = await uow.jobs.get(batch_id) if batch else None
        if batch is None or job is None:
            return
        async with keeping(self._units, lambda uow: uow.batches, batch.id, batch.fence):
            try:
                if batch.state == "reading":
                    await self._read(batch, job)
                elif batch.state == "starting":
                    await self._start(batch, job)
                else:
                    await self._create(batch)
            except TryLater as error:
                await self._put_off(batch, error.trouble, error.after)
            except ActionNeeded as error:
                await self._put_off(batch, error.trouble, REFUSED_SECONDS)
            except UserError as error:
                await self._refuse(batch, error.trouble)

    async def _read(self, batch: Batch, job: Job) -> None:
        rows = batch.rows or [*read_lines(batch.text), *await self._fetch(batch.attachment, job)]
        plan = await self._plan(batch, job, rows)
        paces = await self._paces(plan, job)
        async with self._units.write() as uow:
            held = await uow.batches.held(batch.id, batch.fence)
            if held:
                plan = await _check_references(uow, plan, batch.business_id)
                held.rows = rows
                held.summary = await self._summarize(uow, plan, held, paces)
                held.move("planned", uow.now)
                await redraw(uow, "status", batch.id)

    async def _fetch(self, attachment: Attachment | None, job: Job) -> list[Row]:
        if attachment is None:
            return []
        surface = self._surfaces.get(job.place.surface)
        if surface is None:
            raise UserError("upload_gone")
        data = bytearray()
        try:
            async for piece in surface.fetch(attachment, MOST_BYTES):
                data += piece
        except UserError as error:
            if error.code != "upload_too_big":
                raise
            raise UserError("list_too_big", name=attachment.filename, limit=MOST_BYTES) from error
        return await asyncio.to_thread(read_file, attachment.filename, bytes(data))

    async def _plan(self, batch: Batch, job: Job, rows: list[Row]) -> Plan:
        """Of what the job's owner can order now."""
        given = self._orderable
        async with self._units.read() as uow:
            models = await models_of(
                uow, given.catalogue, given.models, job.business_id, job.owner_id
            )
        before, _, behind = batch.around.partition(HOLE)
        common = Common(batch.options, before, behind)
        return await asyncio.to_thread(
            plan_batch, rows, common, given.catalogue, models, given.blocked
        )

    async def _paces(self, plan: Plan, job: Job) -> dict[str, int]:
        """Pictures a minute of each provider on the key that pays, as is known by now; 0, or none,
        where there is no pace.
        """
        async with self._units.read() as uow:
            keys = await usable(uow, job.business_id, job.owner_id)
        paces = {}
        for provider, order in {one.order.provider: one.order for one in plan.pictures}.items():
            with suppress(DeskError):  # what cannot be told now is told when it is made
                offer = await self._offers.find(pay_by(keys, order))
                paces[provider] = offer.per_minute
                if offer.per_minute:
                    known = await self._limits.rate(offer.pace(order.model), offer.per_minute)
                    paces[provider] = known
        return paces

    async def _summarize(
        self, uow: UnitOfWork, plan: Plan, batch: Batch, paces: Mapping[str, int]
    ) -> Summary:
        held = await self._held(uow, plan, batch.business_id)
        saved = [planned.order.price or 0 for planned in plan.pictures if planned.order in held]
        return Summary(
            pictures=len(plan.pictures),
            estimate=plan.estimate,
            seconds=self._seconds(plan, paces),
            duplicates=len(plan.duplicates),
            repeated=tuple(dict.fromkeys(plan.duplicates))[:PROBLEMS],
            held=len(saved),
            saved=sum(saved),
            problems=tuple(plan.problems),
            wrong=plan.wrong,
            providers=tuple(dict.fromkeys(one.order.provider for one in plan.pictures)),
        )

    async def _held(self, uow: UnitOfWork, plan: Plan, business_id: int) -> dict[object, int]:
        """The library's image for each order that was made before and is still there."""
        prints = {planned.order.fingerprint: planned.order for planned in plan.pictures}
        made = await uow.items.made(business_id, list(prints))
        return {prints[fingerprint]: image_id for fingerprint, image_id in made.items()}

    def _seconds(self, plan: Plan, paces: Mapping[str, int]) -> float:
        """Until the last picture: the slowest provider's pace, and its model's usual time."""
        longest = 0.0
        providers = {planned.order.provider for planned in plan.pictures}
        for provider in providers:
            orders = [one.order for one in plan.pictures if one.order.provider == provider]
            usual = max(self._orderable.catalogue.models[order.model].seconds for order in orders)
            longest = max(longest, seconds_for(len(orders), usual, paces.get(provider, 0)))
        return longest

    async def _start(self, batch: Batch, asked: Job) -> None:
        plan = await self._plan(batch, asked, batch.rows)
        paces = await self._paces(plan, asked)
        async with self._units.write() as uow:
            held = await uow.batches.held(batch.id, batch.fence)
            job = await uow.jobs.lock(batch.id)
            business = await uow.businesses.get(batch.business_id)
            if held is None or job is None or business is None:
                return
            plan = await _check_references(uow, plan, business.id)
            try:
                await self._compare(uow, plan, held, paces)
                await self._place(uow, held, job, business, plan)
            except UserError as error:
                held.move("planned", uow.now, error.trouble)
            else:
                held.move("started", uow.now)
            await redraw(uow, "status", batch.id)

    async def _compare(
        self, uow: UnitOfWork, plan: Plan, batch: Batch, paces: Mapping[str, int]
    ) -> None:
        """Raises UserError("list_changed") where other rows can be made than was told, or for more
        or less, as when a reference was deleted or a key revoked meanwhile; then the card tells the
        list anew.
        """
        told = batch.summary
        known = (told.wrong, told.estimate) if told else (0, plan.estimate)
        if (plan.wrong, plan.estimate) != known:
            batch.summary = await self._summarize(uow, plan, batch, paces)
            raise UserError("list_changed")

    async def _place(
        self, uow: UnitOfWork, batch: Batch, job: Job, business: Business, plan: Plan
    ) -> None:
        """Write the items. Raises UserError as `reserve` and `pay_by`; then nothing was written."""
        library = await self._held(uow, plan, business.id) if batch.reuse else {}
        seeds = Random(job.id)  # noqa: S311  # pictures should differ, nobody must not guess them
        items = [
            Item(
                job.id,
                business.id,
                number,
                planned.order.prompt,
                seeds.getrandbits(31),
                order=planned.order,
                fingerprint=planned.order.fingerprint,
                row=planned.row,
            )
            for number, planned in enumerate(plan.pictures, 1)
        ]
        new = [item for item in items if item.order not in library]
        keys = await usable(uow, business.id, job.owner_id)
        for item in new:
            item.order = pay_by(keys, item.order) if item.order else None
        wanted = {item.id: bought(item.order) for item in new if item.order}
        buyer = Buyer(business, job.owner_id, channel_of(job.place))
        job.notices = await reserve(uow, buyer, wanted, job.id)
        for item in items:
            item.wake_at = None
            uow.items.add(item)
            if item.order in library:
                item.image_id = library[item.order]
                item.move("generating", uow.now)
                item.move("completed", uow.now)
                await show_sheet(uow, job, item)
        judged = await self._reviewers.moderator(uow, business.id)
        job.moderation = "passed" if judged else "off"
        job.started_at = uow.now
        await feed(uow, job)

    async def _create(self, batch: Batch) -> None:
        more = True
        while more:
            async with self._units.write() as uow:
                held = await uow.batches.held(batch.id, batch.fence)
                job = await uow.jobs.lock(batch.id)
                if held is None or job is None:
                    return
                more = await create_some(uow, job)
                if not more:
                    held.move("started", uow.now)
                await redraw(uow, "status", batch.id)

    async def _put_off(self, batch: Batch, trouble: Trouble, after: float) -> None:
        async with self._units.write() as uow:
            held = await uow.batches.held(batch.id, batch.fence)
            if held is None:
                return
            held.tries += 1
            held.trouble, held.lease_until = trouble, None
            held.wake_at = uow.later(after)
            uow.enqueue("prepare", held.id, after)
            await redraw(uow, "status", held.id)

    async def _refuse(self, batch: Batch, trouble: Trouble) -> None:
        async with self._units.write() as uow:
            held = await uow.batches.held(batch.id, batch.fence)
            if held:
                held.move(AFTER[held.state], uow.now, trouble)
                await redraw(uow, "status", held.id)


async def _check_references(uow: UnitOfWork, plan: Plan, business_id: int) -> Plan:
    """The plan without the rows that are made from what the business's library does not have."""
    if not plan.references:
        return plan
    there = await uow.images.existing(business_id, plan.references)
    return plan.without(plan.references - there)
