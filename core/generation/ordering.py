"""Placing an order: rate, budget, job, items and cards, in the transaction of the command.

It must not know chats; the inbox hands it a member, a place and a checked order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from core.business.budgets import Buyer, Purchase, channel_of
from core.business.keys import ProviderKey, pay_by, pay_by_key, usable
from core.business.ledger import release, reserve
from core.business.members import Business, Member, new_id
from core.chat import Place
from core.errors import UserError
from core.generation.comparing import shuffle
from core.generation.jobs import Item, Job
from core.generation.orders import Order
from core.messages import Message, add_card, redraw, redraw_job
from core.publishing.posts import Post
from core.storing import UnitOfWork

REMADE: Final = frozenset({"failed", "unknown"})
"""In these states an item is made again."""


@dataclass(frozen=True)
class Customer:
    """Who orders, for whom, and where from."""

    business: Business
    member: Member
    place: Place


async def place_order(
    uow: UnitOfWork,
    customer: Customer,
    order: Order,
    per_minute: int,
    parent: Job | None = None,
    post: Post | None = None,
) -> Job:
    """Write the job with its items, reserve their price, and wake its card. It stands in the thread
    of the job that it repeats (`parent`), or of the post whose draft its pictures join (`post`).

    Raises UserError("reference_unknown" | "too_many_orders" | "budget_spent" | "images_spent" |
    "key_refused"); then nothing was written.
    """
    member, business = customer.member, customer.business
    for number in order.references:
        if await uow.images.of_business(business.id, number) is None:
            raise UserError("reference_unknown", reference=number)
    await require_pace(uow, member, per_minute)
    rivals = [await pay_by_key(uow, business.id, member.id, one) for one in order.rivals]
    order = await pay_by_key(uow, business.id, member.id, replace(order, rivals=tuple(rivals)))
    job_id = new_id()
    before = parent or post
    root = await uow.messages.get(before.root_id) if before else None
    job = Job(
        business_id=business.id,
        owner_id=member.id,
        kind="compare" if rivals else "generate",
        place=customer.place,
        order=order,
        created_at=uow.now,
        root_id=place_cards(uow, customer, job_id, root),
        parent_id=parent.id if parent else None,
        wake_at=uow.soon,
        post_id=post.id if post else None,
        id=job_id,
    )
    items = _items_of(job, order)
    buyer = Buyer(business, member.id, channel_of(customer.place))
    job.notices = await reserve(
        uow, buyer, {item.id: bought(item.order or order) for item in items}, job_id
    )
    uow.jobs.add(job)
    for item in items:
        uow.items.add(item)
    return job


async def require_pace(uow: UnitOfWork, member: Member, per_minute: int) -> None:
    """Raises UserError("too_many_orders") where this member's last minute had as many already."""
    recent = await uow.jobs.orders_since(member.id, uow.later(-60))
    if recent >= per_minute:
        raise UserError("too_many_orders", limit=per_minute)


def _items_of(job: Job, order: Order) -> list[Item]:
    """A picture each; of a comparison, each of another model's."""
    seeds = Random(job.id)  # noqa: S311  # pictures should differ, nobody must not guess them
    models = shuffle(order, job.id)
    return [
        Item(
            job.id,
            job.business_id,
            number,
            order.prompt,
            seeds.getrandbits(31),
            order=one if models else None,
            fingerprint=one.fingerprint,
        )
        for number, one in enumerate(models or [order] * order.count, 1)
    ]


def bought(order: Order) -> Purchase:
    """One picture of an order, as it is paid; what has no known price counts as a picture only."""
    return Purchase(order.price or 0, int(order.by_ai), order.model, order.key_id, order.own_key)


def place_cards(uow: UnitOfWork, customer: Customer, job_id: str, root: Message | None) -> str:
    """Write the status and result cards of a new job, in the thread of `root` or in one of their
    own, and wake the first; returns the id of the message that opens the thread.
    """
    business_id, place, user = customer.business.id, customer.place, customer.member.user
    status = Message(business_id, "status", job_id, place, user, uow.now)
    if root:
        status.root_id, status.thread = root.id, root.thread
    result = Message(business_id, "result", job_id, place, user, uow.now, root_id=status.root_id)
    add_card(uow, status)
    uow.messages.add(result)
    return status.root_id


async def make_again(uow: UnitOfWork, business: Business, member: Member, job: Job) -> int:
    """Ask anew for the pictures of a job that failed or are unknown; returns how many.

    Their price is reserved again: an unknown call may have been billed, and stays booked.
    Raises UserError("budget_spent" | "images_spent" | "nothing_to_remake").
    """
    lost = [item for item in await uow.items.of_job(job.id) if item.state in REMADE]
    keys = await usable(uow, business.id, member.id)
    orders = {item.id: _as_asked(item, job, keys) for item in lost}
    wanted = {id_: bought(order) for id_, order in orders.items() if order}
    if not wanted:
        raise UserError("nothing_to_remake")
    buyer = Buyer(business, member.id, channel_of(job.place))
    job.notices = [*job.notices, *await reserve(uow, buyer, wanted, job.id)]
    job.cancelled_at = None
    for item in lost:
        item.move("queued", uow.now)
        item.tries = 0
        item.wake_at = None
        asked = orders[item.id]
        if asked and (item.order or asked != job.order):
            item.order, item.fingerprint = asked, asked.fingerprint
        if job.kind != "batch":
            item.wake_at = uow.soon
            uow.enqueue("make", item.id)
    if job.kind == "batch":  # it is fed, a few at a time
        job.wake_at = uow.soon
        uow.enqueue("start", job.id)
    await redraw_job(uow, job.id)
    return len(lost)


def _as_asked(item: Item, job: Job, keys: Mapping[str, ProviderKey]) -> Order | None:
    """What was asked for at first, whichever model has tried it since, by the key that pays now."""
    order = item.order or job.order
    return pay_by(keys, order.instead_of or order) if order else None


async def withdraw(uow: UnitOfWork, job: Job) -> bool:
    """Take an order back if nothing of it has begun; False if something has."""
    items = await uow.items.of_job(job.id)
    if any(item.state != "queued" for item in items):
        return False
    job.cancelled_at = uow.now
    for item in items:
        item.move("cancelled", uow.now)
        await release(uow, item.id)
    await redraw(uow, "status", job.id)
    return True
