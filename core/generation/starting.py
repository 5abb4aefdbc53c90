"""Starting: an order's prompt is moderated, then its items are woken; a batch is fed.

Owns what must be so before anything is paid: the card stands in the chat, and the prompt may be
drawn. It must not know chats or providers.
"""

from core.business.ledger import release
from core.errors import ActionNeeded, Trouble, TryLater
from core.generation.batches.feeding import feed
from core.generation.jobs import Job
from core.generation.prompts import apply_style
from core.messages import redraw, redraw_job
from core.ports import Moderator, Reviewers, Verdict
from core.storing import UnitOfWork, Units


class Starting:
    """Starts jobs. Where nobody judges for a business, prompts pass, and the cards say so."""

    def __init__(self, units: Units, reviewers: Reviewers) -> None:
        self._units = units
        self._reviewers = reviewers

    async def start(self, job_id: str) -> None:
        """Moderate the job's prompt and wake its items, once its card stands in the chat; feed it
        where it is a batch.

        Nobody pays for pictures that cannot be shown: a card that cannot be posted ends the job.
        """
        ready = await self._ready(job_id)
        if ready is None:
            return
        prompt, moderator = ready
        try:
            verdict = await moderator.review(prompt) if moderator else None
        except TryLater as error:
            await self._delay_start(job_id, error.trouble, error.after)
        except ActionNeeded as error:
            await self._delay_start(job_id, error.trouble, 60)
        else:
            await self._begin(job_id, verdict)

    async def _ready(self, job_id: str) -> tuple[str, Moderator | None] | None:
        """The prompt to moderate, and who does that; None if the job's card does not stand or all
        that is done.
        """
        async with self._units.write() as uow:
            job = await uow.jobs.lock(job_id)
            if job and job.started_at:
                await feed(uow, job)
                return None
            if job is None or job.moderation != "pending" or job.order is None:
                return None
            status = (await uow.messages.of_subject("status", job_id))[0]
            if status.sent is None:
                if status.trouble and status.drawn:
                    job.trouble = status.trouble
                    await self._end_all(uow, job, status.trouble)
                return None
            job.wake_at = uow.soon
            prompt = apply_style(job.order.prompt, job.order.style)
            return prompt, await self._reviewers.moderator(uow, job.business_id)

    async def _begin(self, job_id: str, verdict: Verdict | None) -> None:
        async with self._units.write() as uow:
            job = await uow.jobs.lock(job_id)
            if job is None or job.moderation != "pending":
                return
            job.wake_at = job.trouble = None
            job.moderation = "off" if verdict is None else "passed"
            if verdict and not verdict.allowed:
                job.moderation = "refused"
                trouble = Trouble("prompt_refused", {"categories": list(verdict.categories)})
                await self._end_all(uow, job, trouble)
                return
            for item in await uow.items.of_job(job_id):
                if item.state == "queued":
                    item.wake_at = uow.soon
                    uow.enqueue("make", item.id)
            await redraw(uow, "status", job_id)

    async def _delay_start(self, job_id: str, trouble: Trouble, after: float) -> None:
        """An outage of moderation delays, and never skips."""
        async with self._units.write() as uow:
            job = await uow.jobs.lock(job_id)
            if job and job.moderation == "pending":
                job.trouble = trouble
                job.wake_at = uow.later(after)
                uow.enqueue("start", job_id, after)
                await redraw(uow, "status", job_id)

    async def _end_all(self, uow: UnitOfWork, job: Job, trouble: Trouble) -> None:
        job.wake_at = None
        for item in await uow.items.of_job(job.id):
            if item.state == "queued":
                item.move("refused", uow.now, trouble)
                await release(uow, item.id)
        await redraw_job(uow, job.id)
