"""Placing a batch: its job, its row and its card, in the transaction of the form that was sent.

Owns who may, and what may still be changed before it starts. It must not know chats.
"""

from core.business.members import new_id
from core.chat import Attachment
from core.errors import UserError
from core.generation.batches.batch import Batch
from core.generation.jobs import Job
from core.generation.ordering import Customer
from core.messages import Message, redraw
from core.storing import UnitOfWork


def place_batch(
    uow: UnitOfWork,
    customer: Customer,
    text: str,
    attachment: Attachment | None,
    around: str,
    options: dict[str, str],
) -> Job:
    """Write the job, its list and its card, and wake them. Nothing is paid before it starts.

    Raises UserError("list_empty") where neither text nor file was given.
    """
    if not text.strip() and attachment is None:
        raise UserError("list_empty")
    member, business, place = customer.member, customer.business, customer.place
    job_id = new_id()
    card = Message(
        business.id, "status", job_id, place, member.user, uow.now, wake_at=uow.later(10)
    )
    job = Job(business.id, member.id, "batch", place, None, uow.now, card.id, id=job_id)
    batch = Batch(job_id, business.id, text, attachment, around, options, wake_at=uow.later(10))
    uow.jobs.add(job)
    uow.batches.add(batch)
    uow.messages.add(card)
    uow.enqueue("show", card.id)
    uow.enqueue("prepare", job_id)
    return job


async def change(uow: UnitOfWork, job: Job, option: str, value: str) -> None:
    """Another model, quality, size or style, "" for none; the list is priced again.

    Raises UserError("batch_reading") while the list is read, and UserError("batch_settled") once it
    has started or was dropped.
    """
    batch = await _planned(uow, job)
    options = {**batch.options, option: value}
    if option == "model":  # another model has other sizes and qualities
        options = {name: options[name] for name in ("model", "style") if name in options}
    batch.options = options
    batch.move("reading", uow.now)
    await _prepare(uow, job)


async def start(uow: UnitOfWork, job: Job, *, reuse: bool) -> None:
    """Have it made; with `reuse` without what the library holds. Raises as `change`."""
    batch = await _planned(uow, job)
    batch.reuse = reuse
    batch.move("starting", uow.now)
    await _prepare(uow, job)


async def drop(uow: UnitOfWork, job: Job) -> None:
    """Leave it. Raises as `change`."""
    batch = await _planned(uow, job)
    batch.move("dropped", uow.now)
    job.cancelled_at = uow.now
    await redraw(uow, "status", job.id)


async def _planned(uow: UnitOfWork, job: Job) -> Batch:
    batch = await uow.batches.lock(job.id)
    if batch and batch.state == "reading":
        raise UserError("batch_reading")
    if batch is None or batch.state != "planned":
        raise UserError("batch_settled")
    return batch


async def _prepare(uow: UnitOfWork, job: Job) -> None:
    uow.enqueue("prepare", job.id)
    await redraw(uow, "status", job.id)
