"""Failover: a picture that its provider is too busy for, or out for, is asked of another model.

    busy or out for longer than PATIENCE → the next of the operator's models that can be used, at
    most at the reserved price → its price is set aside instead, and the item is queued again

So it is with a picture of a batch whose model is not offered any more; a single order is told.

Only what was surely not made is passed on: an unknown outcome may have been paid. A picture of a
comparison stays with its model, or that model would be compared with another one's work. It must
not know chats or any provider's name.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import Final

from core.business.ledger import rebook
from core.errors import ActionNeeded, Trouble, TryLater, UserError
from core.generation.fitting import fit
from core.generation.jobs import Item, Job
from core.generation.ordering import bought
from core.generation.orders import Order
from core.generation.prices import Catalogue, Model
from core.messages import redraw
from core.storing import UnitOfWork, Units
from core.wording import failover as words

PATIENCE: Final = 5.0
"""For so many seconds an answer "later" is waited out."""

NOT_MADE: Final = frozenset({"provider_busy", "provider_failed", "provider_unreachable"})
"""With these codes a provider itself says that it made nothing and will not for a while."""

MODEL_GONE: Final = "model_gone"
"""With this code a provider says that it does not offer the model any more."""

NOT_ASKED: Final = "slot_far"
"""With this code nobody was asked: perhaps because a provider that is out is being spared."""

PASSED_ON: Final = NOT_MADE | {NOT_ASKED, MODEL_GONE}


def stand_ins(
    names: Iterable[str], catalogue: Catalogue, usable: Mapping[str, Model]
) -> dict[str, Model]:
    """The `usable` ones of the models that an operator names, in that order. Raises
    ActionNeeded("settings_wrong") for a name that no model has.
    """
    named = [catalogue.resolve(name)[0] for name in names]
    wrong = [name for name in named if name not in catalogue.models]
    if wrong:
        raise ActionNeeded("settings_wrong", problems=[words.unknown(name) for name in wrong])
    return {name: usable[name] for name in named if name in usable}


class Failover:
    """Passes pictures on to `models`, those of the operator that can be used, in their order."""

    def __init__(self, units: Units, models: Mapping[str, Model]) -> None:
        self._units = units
        self._models = models
        self._out: dict[str, float] = {}
        self._news: dict[str, asyncio.Event] = {}

    async def wait(self, order: Order, slot: Coroutine[None, None, int]) -> int:
        """Wait for a `slot` of the order's provider, but not while that is known to be out. Raises
        TryLater("slot_far"), and what the slot raises.
        """
        if order.key_id or not self._models:
            return await slot  # its key is paced apart
        news = self._news.setdefault(order.provider, asyncio.Event())
        taken = asyncio.ensure_future(slot)
        told = asyncio.ensure_future(news.wait())
        try:
            if not self._seconds(order.provider):
                await asyncio.wait({taken, told}, return_when=asyncio.FIRST_COMPLETED)
            if taken.done():
                return taken.result()
            raise TryLater(NOT_ASKED, after=self._seconds(order.provider))
        finally:
            taken.cancel()
            told.cancel()

    async def pass_on(self, item: Item, order: Order, error: TryLater | UserError) -> bool:
        """Queue the held `item` for another model, if its provider's answer calls for that and
        there is one; False if it stays as it is. May be repeated.
        """
        # Who brought a key does not pay by somebody else's unasked.
        if not self._models or order.key_id or error.code not in PASSED_ON:
            return False
        async with self._units.write() as uow:
            row = await uow.items.held(item.id, item.fence)
            job = await uow.jobs.lock(item.job_id)
            if row is None or job is None or job.kind == "compare" or job.cancelled_at:
                return False
            attempts = await uow.attempts.of_item(row.id)
            if attempts and not attempts[-1].outcome:
                return False  # paid and spooled: only the store or moderation has to wait
            booked = (await uow.ledger.of_item(row.id))[-1].at
            asked = [one.submitted_at for one in attempts if one.submitted_at >= booked]
            waited = uow.now - min(asked, default=uow.now)
            if not self._is_out(order.provider, error, waited.total_seconds()):
                return False
            chosen = self._next(order)
            if chosen is None or not await rebook(uow, row.id, bought(chosen)):
                return False
            _queue(uow, row, chosen)
            if error.code == MODEL_GONE:
                _tell_once(job, Trouble("model_replaced", {"model": order.model}))
            await redraw(uow, "status", job.id)
            return True

    def _is_out(self, provider: str, error: TryLater | UserError, waited: float) -> bool:
        """Whether the provider makes nothing for longer than is waited; then the items that are
        kept from it meanwhile need not ask it for themselves.
        """
        if not isinstance(error, TryLater):
            return True  # for this model: its others are not kept from it
        if error.code == NOT_ASKED:
            return self._seconds(provider) > 0
        if waited + error.after <= PATIENCE:
            return False
        self._out[provider] = asyncio.get_running_loop().time() + error.after
        if news := self._news.pop(provider, None):
            news.set()
        return True

    def _seconds(self, provider: str) -> float:
        """For how long it is still out, 0 where nothing is known of that."""
        return max(self._out.get(provider, 0) - asyncio.get_running_loop().time(), 0)

    def _next(self, order: Order) -> Order | None:
        """The order for the model that comes after the present one, within the reserved price."""
        asked = order.instead_of or order
        names = list(self._models)
        start = names.index(order.model) + 1 if order.instead_of and order.model in names else 0
        for name in names[start:]:
            model = self._models[name]
            if name == asked.model or self._seconds(model.provider):
                continue
            chosen = fit(asked, model)
            if chosen and chosen.price is not None and chosen.price <= (order.price or 0):
                return replace(chosen, instead_of=asked)
        return None


def _tell_once(job: Job, trouble: Trouble) -> None:
    if trouble not in job.notices:
        job.notices = [*job.notices, trouble]


def _queue(uow: UnitOfWork, item: Item, order: Order) -> None:
    item.order, item.fingerprint = order, order.fingerprint
    item.move("queued", uow.now)
    item.tries = 0
    item.wake_at = uow.soon
    uow.enqueue("make", item.id)
