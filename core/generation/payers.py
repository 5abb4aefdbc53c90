"""Payers: on whose brought keys orders go, as cards tell it.

It must not know how it is chosen who pays, nor how a key is used.
"""

from collections.abc import Iterable

from core.business.keys import ProviderKey
from core.generation.orders import Order
from core.storing import UnitOfWork
from core.wording import keys as words


async def tell_payers(uow: UnitOfWork, orders: Iterable[Order]) -> list[str]:
    """A sentence for each brought key that pays for any of these orders; none where the desk pays
    for all.
    """
    single = [one for order in orders for one in order.rivals or (order,)]
    found = [await uow.keys.get(key_id) for key_id in dict.fromkeys(one.key_id for one in single)]
    return await tell_keys(uow, [key for key in found if key])


async def tell_keys(uow: UnitOfWork, keys: Iterable[ProviderKey]) -> list[str]:
    """The same of the keys themselves."""
    told = []
    for key in keys:
        owner = await uow.members.get(key.owner_id) if key.owner_id else None
        told.append(words.pays(key, owner.name if owner else ""))
    return told
