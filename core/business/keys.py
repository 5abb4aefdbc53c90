"""Keys of providers that people and businesses bring, to pay for their pictures themselves.

Owns their rows, who may take one away, and which of them pays for an order: the person's own, else
the business's, else the desk's (none of these). A key itself is sealed; `storage` alone opens it,
and nothing here ever holds it. It must not know any provider or chat.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.business.members import new_id
from core.chat import Place
from core.errors import UserError
from core.generation.orders import Order
from core.storing import UnitOfWork

LAST = 4
SHORTEST = 12
LONGEST = 300
LONGEST_NAME = 40


@dataclass(eq=False)
class ProviderKey:
    """A key that was brought. `owner_id` is the member whose own it is, "" for the business's.

    `sealed` is the key, encrypted for this row, empty once it is `revoked_at`; `last` are its last
    characters, `fingerprint` tells whether two are the same. `tried_at` is when its provider took
    it or refused it (`trouble`, a reason code); until then it may be used. `place` is where its
    bringer is told.
    """

    business_id: int
    owner_id: str
    brought_by: str
    provider: str
    name: str
    last: str
    fingerprint: str
    sealed: str
    place: Place
    created_at: datetime
    trouble: str = ""
    tried_at: datetime | None = None
    revoked_at: datetime | None = None
    id: str = field(default_factory=new_id)

    @property
    def seal_context(self) -> str:
        """What the sealed key is bound to: in another row it cannot be opened."""
        return f"key:{self.business_id}:{self.provider}:{self.id}"


def fingerprint(key: str) -> str:
    """The same for the same key, and of no use without it: keys are long and random."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


async def usable(uow: UnitOfWork, business_id: int, member_id: str) -> dict[str, ProviderKey]:
    """The key that pays for a person's pictures, by provider; absent where the desk pays. A
    person's own goes before the business's, the newest before older ones.
    """
    found: dict[str, ProviderKey] = {}
    for whose in ("", member_id):
        for key in await uow.keys.of_owner(business_id, whose):
            found[key.provider] = key
    return found


async def business_key(uow: UnitOfWork, business_id: int, provider: str) -> ProviderKey | None:
    """The newest key that a business brought for a provider."""
    keys = await uow.keys.of_owner(business_id, "")
    return next((key for key in reversed(keys) if key.provider == provider), None)


async def pay_by_key(uow: UnitOfWork, business_id: int, member_id: str, order: Order) -> Order:
    """The same order, with the key that pays for it.

    Raises UserError("key_refused") where its provider refused that key: nobody else's is taken
    instead without a word.
    """
    return pay_by(await usable(uow, business_id, member_id), order)


def pay_by(keys: Mapping[str, ProviderKey], order: Order) -> Order:
    """The same, of keys that are `usable`."""
    key = keys.get(order.provider)
    if key is None:
        return replace(order, key_id="", own_key=False)
    if key.trouble:
        raise UserError("key_refused", name=key.name, last=key.last, own=bool(key.owner_id))
    return replace(order, key_id=key.id, own_key=bool(key.owner_id))


def revoke(key: ProviderKey, now: datetime) -> None:
    """Forget a key; it pays for nothing from now on. May be repeated."""
    key.sealed = ""
    key.revoked_at = key.revoked_at or now
