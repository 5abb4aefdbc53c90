"""`/models`: the models that can be used now, with their prices.

It must not know any surface.
"""

from bot.asking import Asking
from bot.desk import Desk
from core.chat import Private, Reply
from core.errors import UserError
from core.storing import UnitOfWork
from core.wording import models as words


async def show_models(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """All, or the one that is named. Raises UserError("model_unknown")."""
    name = values.get("model", "").strip()
    if not name:
        return Private(words.models([*desk.models.values()]))
    model, _ = desk.catalogue.resolve(name)
    if model not in desk.models:
        raise UserError("model_unknown", model=name, models=list(desk.models))
    return Private(words.models([desk.models[model]]))
