"""Making: from a queued item to a stored picture, paid at most once.

    claimed → submitted (→ begun) → answered → spooled → stored → settled

`make` may be run for any unfinished item at any time. What an earlier worker left behind decides:
an answer in the spool is adopted; a picture whose handle the provider told is fetched by it; any
other call that was submitted and never answered becomes *unknown*; all else begins anew. It must
not know any chat or any provider's name.
"""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass

import structlog

from core.business.ledger import release, settle
from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.generation.batches.feeding import feed, pause, wake_next
from core.generation.failover import MODEL_GONE, Failover
from core.generation.jobs import Attempt, Item, Job
from core.generation.offers import Offer, Offers
from core.generation.orders import Order
from core.generation.prompts import apply_style
from core.generation.storing import Storing
from core.leases import LEASE, keeping
from core.messages import redraw, redraw_job
from core.ports import (
    Allowance,
    Begun,
    Generated,
    ImageRequest,
    Limits,
    Preview,
    Reach,
    Reviewers,
    Told,
)
from core.storing import Units

MAX_TRIES = 6
"""How often a provider may answer "later" before the item fails."""

NOT_TRIED = frozenset(
    {
        "slot_far",
        "reference_waits",
        "provider_busy",
        "limits_unavailable",
        "moderation_unavailable",
        "conflict",
        "database_unavailable",
    }
)
"""Delays that say nothing about the picture: it waits as long as they last."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """An item in our hands, with all that making it needs; read once, valid under the lease."""

    item: Item
    job: Job
    order: Order
    person: str
    open_attempt: Attempt | None


class Making:
    """Makes pictures."""

    def __init__(
        self,
        units: Units,
        offers: Offers,
        storing: Storing,
        reviewers: Reviewers,
        limits: Limits,
        failover: Failover,
        reach: Reach,
    ) -> None:
        self._units = units
        self._offers = offers
        self._storing = storing
        self._reviewers = reviewers
        self._limits = limits
        self._failover = failover
        self._reach = reach
        self._calling: set[str] = set()

    async def make(self, item_id: str) -> None:
        """Make one picture, or finish what another worker began. May run twice at once."""
        if item_id in self._calling:
            return  # its lease ran out (a clock was set, a disk was full), but the call is alive
        claim = await self._claim(item_id)
        if claim is None:
            return
        item = claim.item
        async with keeping(self._units, lambda uow: uow.items, item.id, item.fence):
            await self._reach("claimed")
            try:
                await self._make(claim)
            except TryLater as error:
                if not await self._failover.pass_on(claim.item, claim.order, error):
                    await self._put_off(claim, error)
            except OutcomeUnknown as error:
                await self._end(claim, "unknown", error)
            except UserError as error:
                await self._refuse(claim, error)
            except ActionNeeded as error:
                if claim.job.kind == "batch":
                    await self._pause(claim, error)
                else:
                    await self._end(claim, "failed", error)
        if claim.job.kind == "batch":
            await self._feed(claim.job.id)

    async def _claim(self, item_id: str) -> Claim | None:
        async with self._units.write() as uow:
            item = await uow.items.claim(item_id, uow.later(LEASE))
            if item is None:
                return None
            job = await uow.jobs.lock(item.job_id)
            order = item.order or (job.order if job else None)
            if job is None or order is None:
                return None
            attempts = await uow.attempts.of_item(item.id)
            open_attempt = attempts[-1] if attempts and not attempts[-1].outcome else None
            if job.moderation == "pending":
                item.lease_until = None
                item.wake_at = None  # `start` wakes it
                return None
            if job.cancelled_at and open_attempt is None:
                item.move("cancelled", uow.now)
                await release(uow, item.id)
                await redraw_job(uow, job.id)
                return None
            item.begin(uow.now)
            await redraw(uow, "status", job.id)
            return Claim(item, job, order, _anonymous(job.owner_id), open_attempt)

    async def _feed(self, job_id: str) -> None:
        async with self._units.write() as uow:
            job = await uow.jobs.lock(job_id)
            if job:
                await feed(uow, job)

    async def _refuse(self, claim: Claim, error: UserError) -> None:
        """End the item; where a batch's model went away, that is about all that is left of it."""
        if claim.job.kind != "batch" or error.code != MODEL_GONE:
            await self._end(claim, "refused", error)
        elif not await self._failover.pass_on(claim.item, claim.order, error):
            await self._pause(claim, UserError(MODEL_GONE, model=claim.order.model))

    async def _pause(self, claim: Claim, error: DeskError) -> None:
        """Each further call of the batch would fail alike: it stops, and what is left waits."""
        async with self._units.write() as uow:
            item = await uow.items.held(claim.item.id, claim.item.fence)
            job = await uow.jobs.lock(claim.job.id)
            if item and job:
                item.move("queued", uow.now)
                item.wake_at = None
                await pause(uow, job, error.trouble)

    async def _make(self, claim: Claim) -> None:
        attempt = claim.open_attempt
        spooled = await self._storing.spooled(attempt) if attempt else None
        if attempt and spooled:
            await self._storing.keep(claim.item, claim.job, claim.order, attempt, spooled)
            return
        offer = await self._find(claim.order, attempt)
        if attempt and attempt.handle:
            await self._finish(claim, offer, attempt, self._request(claim, offer, attempt))
            return
        if attempt and not offer.provider.repeatable:
            raise OutcomeUnknown("worker_died")
        if claim.job.kind == "batch":
            await self._judge(claim)
        references = await self._storing.references(claim.job.business_id, claim.order)
        number = await self._take_slot(claim, offer)
        attempt = await self._submit(claim, offer, attempt)
        if attempt is None:
            return
        await self._reach("submitted")
        request = self._request(claim, offer, attempt, references)
        await self._finish(claim, offer, attempt, request, number)

    async def _find(self, order: Order, attempt: Attempt | None) -> Offer:
        try:
            return await self._offers.find(order)
        except ActionNeeded as error:
            if attempt:  # whoever would know what became of it cannot be asked
                raise OutcomeUnknown("worker_died") from error
            raise

    async def _finish(
        self, claim: Claim, offer: Offer, attempt: Attempt, request: ImageRequest, number: int = 0
    ) -> None:
        self._calling.add(claim.item.id)
        try:
            answer = await self._call(claim, offer, attempt, request, number)
            await self._reach("answered")
            await self._spool(attempt, answer)
        finally:
            self._calling.discard(claim.item.id)
        await self._reach("spooled")
        await self._storing.keep(claim.item, claim.job, claim.order, attempt, answer)

    async def _judge(self, claim: Claim) -> None:
        """Moderate the prompt of a batch's item. Raises UserError("prompt_refused"), TryLater."""
        async with self._units.read() as uow:
            moderator = await self._reviewers.moderator(uow, claim.job.business_id)
        if moderator is None:
            return
        verdict = await moderator.review(apply_style(claim.order.prompt, claim.order.style))
        if not verdict.allowed:
            raise UserError("prompt_refused", categories=list(verdict.categories))

    async def _spool(self, attempt: Attempt, answer: Generated) -> None:
        """Keep a paid answer, however long the store is out: until then it is only in memory."""
        while True:
            try:
                await self._storing.spool(attempt, answer)
            except TryLater as error:
                log.warning("answer_not_spooled", attempt=attempt.id, reason=error.code)
                await asyncio.sleep(error.after)
            else:
                return

    async def _take_slot(self, claim: Claim, offer: Offer) -> int:
        if not offer.per_minute:
            return 0
        urgent = claim.job.kind != "batch"
        slot = self._limits.take(offer.pace(claim.order.model), offer.per_minute, urgent=urgent)
        return await self._failover.wait(claim.order, slot)

    async def _submit(self, claim: Claim, offer: Offer, repeated: Attempt | None) -> Attempt | None:
        """Commit that the paid call begins; None if the item is not ours or not wanted any more."""
        async with self._units.write() as uow:
            item = await uow.items.held(claim.item.id, claim.item.fence)
            job = await uow.jobs.get(claim.job.id)
            if item is None or job is None:
                return None
            if job.cancelled_at:
                item.move("cancelled", uow.now)
                await release(uow, item.id)
                await redraw_job(uow, job.id)
                return None
            if job.paused_at or item.order not in {None, claim.order}:
                item.move("queued", uow.now)  # by then perhaps for another model
                item.wake_at = None
                return None
            if job.kind == "batch" and offer.per_minute:
                await wake_next(uow, job.id)
            if item.trouble:  # what its last call met
                item.trouble = None
                await redraw(uow, "status", job.id)
            if repeated:
                return repeated
            attempt = Attempt(item.id, uow.now, claim.order.price)
            uow.attempts.add(attempt)
            return attempt

    def _request(
        self, claim: Claim, offer: Offer, attempt: Attempt, references: tuple[bytes, ...] = ()
    ) -> ImageRequest:
        order = claim.order
        model = offer.provider.models[order.model]
        return ImageRequest(
            prompt=apply_style(order.prompt, order.style),
            model=order.model,
            size=order.size,
            quality=order.quality,
            seed=claim.item.seed,
            person=claim.person,
            references=references,
            previews=order.previews if model.preview_cost else 0,
            resumes=attempt.handle,
        )

    async def _call(
        self, claim: Claim, offer: Offer, attempt: Attempt, request: ImageRequest, number: int
    ) -> Generated:
        pace = offer.pace(request.model)
        listener = self._listener(pace if offer.per_minute else "", attempt, number)
        try:
            return await offer.provider.generate(request, self._preview(claim), listener)
        except OutcomeUnknown:
            raise  # the attempt stays open until the item says so: else it would be called again
        except DeskError as error:
            if "cost" not in error.facts:  # a refusal that was billed ends together with its item
                await self._close_attempt(attempt, error)
            if isinstance(error, TryLater) and offer.per_minute:
                # One failure of many calls is its own matter; the rate is everybody's.
                seconds = error.after if error.code == "provider_busy" else 0
                await self._limits.pause(pace, offer.per_minute, seconds, number)
            raise

    def _listener(self, pace: str, attempt: Attempt, number: int) -> Told:
        async def listen(told: Allowance | Begun) -> None:
            with suppress(TryLater):  # a rate is told again; a handle matters only if we die
                if isinstance(told, Begun):
                    async with self._units.write() as uow:
                        row = await uow.attempts.lock(attempt.id)
                        if row:
                            row.handle = told.handle
                    await self._reach("begun")
                elif pace:
                    await self._limits.learn(pace, told, number)

        return listen

    def _preview(self, claim: Claim) -> Preview:
        async def show(partial: bytes) -> None:
            key = await self._storing.keep_partial(claim.item, partial)
            async with self._units.write() as uow:
                item = await uow.items.held(claim.item.id, claim.item.fence)
                if item:
                    item.partial_key = key
                    await redraw(uow, "status", claim.job.id)

        return show

    async def _close_attempt(self, attempt: Attempt, error: DeskError) -> None:
        async with self._units.write() as uow:
            row = await uow.attempts.lock(attempt.id)
            if row:
                row.outcome = "not_made" if isinstance(error, TryLater) else "refused"
                row.cost = 0

    async def _put_off(self, claim: Claim, error: TryLater) -> None:
        async with self._units.write() as uow:
            item = await uow.items.held(claim.item.id, claim.item.fence)
            if item is None:
                return
            item.tries += error.code not in NOT_TRIED
            attempts = await uow.attempts.of_item(item.id)
            if attempts and not attempts[-1].outcome:
                # The answer is spooled and paid; only storing or moderating it has to wait.
                item.lease_until = None
                item.trouble = error.trouble
                item.wake_at = uow.later(error.after)
            elif item.tries >= MAX_TRIES:
                item.move("failed", uow.now, error.trouble)
                await release(uow, item.id)
            else:
                item.move("queued", uow.now, error.trouble)
                item.wake_at = uow.later(error.after)
            if item.wake_at:
                uow.enqueue("make", item.id, error.after)
            await redraw_job(uow, item.job_id)

    async def _end(self, claim: Claim, state: str, error: DeskError) -> None:
        async with self._units.write() as uow:
            item = await uow.items.held(claim.item.id, claim.item.fence)
            if item is None:
                return
            attempts = await uow.attempts.of_item(item.id)
            # What is closed is booked: by an earlier making, or as nothing.
            last = attempts[-1] if attempts and not attempts[-1].outcome else None
            if isinstance(error, OutcomeUnknown):
                item.move("unknown", uow.now, error.trouble)
                if last:
                    last.outcome, last.cost = "unknown", _cost_told(error, last.price)
            else:
                item.move("refused" if state == "refused" else "failed", uow.now, error.trouble)
                if last:
                    last.outcome, last.cost = "refused", _cost_told(error, 0)
            if last and (last.cost or last.outcome == "unknown"):
                await settle(uow, item.id, last.cost or 0)  # also a price that nobody knows
            else:
                await release(uow, item.id)
            await redraw_job(uow, item.job_id)


def _cost_told(error: DeskError, otherwise: int | None) -> int | None:
    """What a call has cost, or may have, as its provider said."""
    told = error.facts.get("cost")
    return told if isinstance(told, int) else otherwise


def _anonymous(member_id: str) -> str:
    """A stable name for a member that tells a provider nothing about the person."""
    return hashlib.sha256(f"imagedesk:{member_id}".encode()).hexdigest()[:32]
