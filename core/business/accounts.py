"""Connected social accounts. Owns their rows; tokens are sealed, `storage` alone opens them."""

from dataclasses import dataclass, field
from datetime import datetime

from core.business.members import new_id

DISCONNECTED = "account_disconnected"
"""The `trouble` of an account that was taken away; its row stays while posts refer to it."""


@dataclass(eq=False)
class Account:
    """An account to which a business publishes. `sealed` is the token, encrypted for this row.

    `trouble` is the reason code that pauses it (an expired token …), empty while it works.
    """

    business_id: int
    network: str
    external_id: str
    name: str
    sealed: str
    created_at: datetime
    trouble: str = ""
    id: str = field(default_factory=new_id)


def seal_context(account: Account) -> str:
    """What a sealed token is bound to, so that a row swapped between tenants cannot be opened."""
    return f"account:{account.business_id}:{account.network}:{account.id}"
