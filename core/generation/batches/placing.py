"""Placing a batch: its job, its row and its card, in the transaction of the form that was sent.

Owns what may still be changed before it starts. It must not know chats, nor who may make one.
"""

from collections.abc import Mapping

from core.business.members import new_id
from core.chat import Attachment
from core.errors import UserError
from core.generation.batches.batch import Batch
from core.generation.batches.patterns import escape
from core.generation.batches.rows import Row
from core.generation.jobs import Job
from core.generation.ordering import Customer
from core.messages import Message, add_card, redraw
from core.review.reviewing import read_review
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
    job_id = new_id()
    batch = Batch(job_id, customer.business.id, text, attachment, around, options)
    return _place(uow, customer, batch)


async def place_child(
    uow: UnitOfWork, customer: Customer, parent: Job, wishes: Mapping[int, str]
) -> Job:
    """Have pictures of a batch made again (by number), each with some words added to its prompt,
    as a batch of its own in the same thread, which starts at once.

    Raises UserError("picture_unknown") for numbers that the batch has not.
    """
    items = {item.number: item for item in await uow.items.of_job(parent.id)}
    orders = {number: item.order for number, item in items.items() if item.order}
    if strange := sorted(set(wishes) - set(orders)):
        raise UserError("picture_unknown", numbers=[str(number) for number in strange])
    rows = []
    for number, words in wishes.items():
        order = orders[number]
        prompt = f"{order.prompt.rstrip('.,; ')}, {words}" if words else order.prompt
        fields = {"size": order.size, "quality": order.quality, "model": order.model}
        fields |= {"style": order.style, "reference": " ".join(map(str, order.references))}
        given = {name: value for name, value in fields.items() if value}
        rows.append(Row(number, escape(prompt), given))
    batch = Batch(new_id(), parent.business_id, "", None, "", {}, rows, state="starting")
    root = await uow.messages.get(parent.root_id)
    return _place(uow, customer, batch, parent, root)


def _place(
    uow: UnitOfWork,
    customer: Customer,
    batch: Batch,
    parent: Job | None = None,
    root: Message | None = None,
) -> Job:
    member, business_id, place = customer.member, customer.business.id, customer.place
    card = Message(business_id, "status", batch.id, place, member.user, uow.now)
    if root:
        card.root_id, card.thread = root.id, root.thread
    job = Job(business_id, member.id, "batch", place, None, uow.now, card.root_id, id=batch.id)
    job.parent_id = parent.id if parent else None
    batch.wake_at = uow.soon
    uow.jobs.add(job)
    uow.batches.add(batch)
    add_card(uow, card)
    uow.enqueue("prepare", job.id)
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


async def create(uow: UnitOfWork, job: Job) -> None:
    """Have drafts written of what is kept. Raises UserError("batch_busy") while they are, and
    UserError("nothing_selected") where nothing is.
    """
    batch = await uow.batches.lock(job.id)
    if batch is None or batch.state != "started":
        raise UserError("batch_busy")
    if not (await read_review(uow, job.id)).selected:
        raise UserError("nothing_selected")
    batch.move("creating", uow.now)
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
