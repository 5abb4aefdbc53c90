"""Offers: which providers can be used now, how fast, and who finds the one for an order.

It must not know how a picture is made there, nor whose keys there are.
"""

from dataclasses import dataclass
from typing import Protocol

from core.generation.orders import Order
from core.ports import ImageProvider


@dataclass(frozen=True)
class Offer:
    """A provider that can be used now, and how it is paced: by the key that pays, `by_model` each
    model apart; `per_minute` 0: not at all.
    """

    provider: ImageProvider
    limit_key: str = ""
    per_minute: int = 0
    by_model: bool = False

    def pace(self, model: str) -> str:
        """The name under which calls for this model share their slots."""
        return f"{self.limit_key}:{model}" if self.by_model else self.limit_key


class Offers(Protocol):
    """Which provider makes an order's pictures, by whose key."""

    async def find(self, order: Order) -> Offer:
        """Raises ActionNeeded("provider_missing" | "key_gone" | "key_unreadable")."""
        ...
