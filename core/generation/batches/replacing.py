"""Replacing: a batch that stands still because its model went away goes on with another one.

Owns which models can make what is left, and that money is set aside for it anew. It must not know
who chooses, nor how a pause is told.
"""

from collections.abc import Mapping, Sequence

from core.business.budgets import Buyer, channel_of
from core.business.keys import pay_by, usable
from core.business.ledger import exchange
from core.errors import UserError
from core.generation.failover import MODEL_GONE
from core.generation.fitting import fit
from core.generation.jobs import Item, Job
from core.generation.ordering import bought
from core.generation.orders import Order
from core.generation.prices import Model
from core.storing import UnitOfWork


def replacements(
    job: Job, items: Sequence[Item], models: Mapping[str, Model]
) -> dict[str, list[Order]]:
    """What waits for the model which went away, as each of `models` that can make all of it would;
    none where the batch stands still for another reason, or not at all.
    """
    waiting = [asked for _, asked in _waiting(job, items)]
    gone = _gone(job)
    found = {}
    for name, model in models.items():
        fitting = [chosen for asked in waiting if (chosen := fit(asked, model))]
        if waiting and name != gone and len(fitting) == len(waiting):
            found[name] = fitting
    return found


async def replace_model(uow: UnitOfWork, job: Job, models: Mapping[str, Model], name: str) -> None:
    """Have all that waits for the model which went away made by the one called `name`, at its own
    price. `models` are those that the batch's owner can order.

    Raises UserError("batch_goes_on") where nothing waits for that, UserError("model_unfit"), and as
    `reserve` and `pay_by`; then the transaction must not be committed.
    """
    items = await uow.items.of_job(job.id)
    waiting = [(item, asked) for item, asked in _waiting(job, items) if await _is_free(uow, item)]
    business = await uow.businesses.get(job.business_id)
    if not waiting or business is None:
        raise UserError("batch_goes_on")
    if name not in replacements(job, items, models):
        raise UserError("model_unfit", model=name)
    keys = await usable(uow, job.business_id, job.owner_id)
    wanted = {}
    for item, asked in waiting:
        chosen = fit(asked, models[name])
        if chosen:
            item.order = pay_by(keys, chosen)
            item.fingerprint, item.tries = item.order.fingerprint, 0
            wanted[item.id] = bought(item.order)
    buyer = Buyer(business, job.owner_id, channel_of(job.place))
    job.notices = [*job.notices, *await exchange(uow, buyer, wanted, job.id)]


def _gone(job: Job) -> str:
    """The model for which the batch stands still, "" where it does not for any."""
    told = job.trouble.facts.get("model") if job.trouble and job.trouble.code == MODEL_GONE else ""
    return str(told) if job.paused_at else ""


def _waiting(job: Job, items: Sequence[Item]) -> list[tuple[Item, Order]]:
    """What is left for the model that went away, each with what was asked for at first."""
    gone = _gone(job)
    return [
        (item, item.order.instead_of or item.order)
        for item in items
        if gone
        and item.state in {"queued", "generating"}
        and item.order
        and item.order.model == gone
    ]


async def _is_free(uow: UnitOfWork, item: Item) -> bool:
    """Whether nothing is being paid for it now: one that is called for comes back by itself."""
    if item.state == "queued":
        return True
    attempts = await uow.attempts.of_item(item.id)
    return not attempts or bool(attempts[-1].outcome)
