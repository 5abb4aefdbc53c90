"""Offering: which models somebody can order.

The desk's own come to everybody. A provider for which the desk has no key is reachable by one that
a person or the business brought: its models are offered to whoever may use that key, to nobody
else, and for as long as the key is not revoked. It must not know who asks from where.
"""

from collections.abc import Iterable, Mapping

from core.business.keys import usable
from core.errors import UserError
from core.generation.orders import Order
from core.generation.prices import Catalogue, Model
from core.storing import UnitOfWork

SKETCH = "sketch"
"""The built-in provider: where the desk has nothing else, brought ones go before it."""


def offered(
    catalogue: Catalogue, own: Mapping[str, Model], brought: Iterable[str]
) -> Mapping[str, Model]:
    """What can be ordered, the default first: the desk's `own` models, and those of the providers
    that a key was `brought` for.
    """
    providers = {model.provider for model in own.values()}
    reached = set(brought) - providers
    more = {name: model for name, model in catalogue.models.items() if model.provider in reached}
    return more | dict(own) if providers <= {SKETCH} else dict(own) | more


async def models_of(
    uow: UnitOfWork,
    catalogue: Catalogue,
    own: Mapping[str, Model],
    business_id: int,
    member_id: str,
) -> Mapping[str, Model]:
    """The same for one member, by the keys that stand now."""
    return offered(catalogue, own, await usable(uow, business_id, member_id))


def require_offered(models: Mapping[str, Model], order: Order) -> None:
    """Raises UserError("model_unreachable") where what was ordered once cannot be ordered by
    whoever asks now: mostly because it was paid by a key that is not theirs.
    """
    for one in order.rivals or (order.instead_of or order,):
        if one.model not in models:
            raise UserError("model_unreachable", model=one.model, models=list(models))
