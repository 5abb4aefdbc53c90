"""Models that somebody can order now: `/models` lists them with their prices, and an order has one
of them show its picture on the way.

It must not know any surface.
"""

from collections.abc import Mapping

from bot.asking import Asking
from bot.desk import Desk
from bot.keys import models_for
from core.chat import Private, Reply
from core.errors import UserError
from core.generation.orders import Order, with_preview
from core.generation.prices import Model
from core.storing import UnitOfWork
from core.wording import models as words


async def show_models(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:
    """All that this person can order, or the one named. Raises UserError("model_unknown")."""
    name = values.get("model", "").strip()
    models = await models_for(desk, uow, asking)
    if not name:
        return Private(words.models([*models.values()]))
    model, _ = desk.catalogue.resolve(name)
    if model not in models:
        raise UserError("model_unknown", model=name, models=list(models))
    return Private(words.models([models[model]]))


def previewed(desk: Desk, asking: Asking, models: Mapping[str, Model], order: Order) -> Order:
    """The order with what this chat can show of it on the way."""
    if asking.place.surface not in desk.with_previews:
        return order
    return with_preview(order, models[order.model])
