"""`/models`: the models that somebody can order now, with their prices.

It must not know any surface.
"""

from bot.asking import Asking
from bot.desk import Desk
from bot.keys import models_for
from core.chat import Private, Reply
from core.errors import UserError
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
