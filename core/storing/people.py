"""The rows of people: businesses, members, accounts, keys and tokens, and their money. It must not
know how they are kept.
"""

from __future__ import annotations  # rooms import this package, and it names their rows

from typing import TYPE_CHECKING, Protocol

from core.storing.rows import Rows

if TYPE_CHECKING:
    from core.business.accounts import Account
    from core.business.budgets import Budget, LowNotice
    from core.business.keys import ProviderKey
    from core.business.ledger import Entry
    from core.business.members import Business, Member
    from core.business.spending import Spent
    from core.business.tokens import ApiToken  # noqa: F401  # named in a string below
    from core.page import SignIn  # noqa: F401  # named in a string below


class Businesses(Rows["Business", int], Protocol):
    """Tenants and the teams that speak for them."""

    async def by_team(self, surface: str, team: str) -> Business | None:
        """The business of a chat team."""
        ...

    async def join(self, surface: str, team: str, business: Business) -> None:
        """Let a team speak for `business`, which is inserted if it is new."""
        ...

    async def has_team(self, surface: str) -> bool:
        """Whether any team of this surface has been taken in."""
        ...

    async def of_user(self, surface: str, user: str) -> list[Business]:
        """The businesses in which this platform user is a member, oldest first."""
        ...


class Members(Rows["Member", str], Protocol):
    """People."""

    async def by_user(self, business_id: int, surface: str, user: str) -> Member | None:
        """The member behind a platform user."""
        ...

    async def anywhere(self, business_id: int, user: str) -> Member | None:
        """The member behind a user id of whichever surface: no two platforms' ids look alike."""
        ...

    async def named(self, business_id: int, name: str) -> list[Member]:
        """Everybody of this display name, whatever its case."""
        ...

    async def approvers_named(self, business_id: int) -> bool:
        """Whether anybody was made approver."""
        ...


class Accounts(Rows["Account", str], Protocol):
    """Connected accounts."""

    async def of_business(self, business_id: int) -> list[Account]:
        """Oldest first."""
        ...


class Keys(Rows["ProviderKey", str], Protocol):
    """Keys of providers that were brought, sealed."""

    async def of_owner(self, business_id: int, owner_id: str) -> list[ProviderKey]:
        """A person's own, "" for the business's; without revoked ones, oldest first."""
        ...


class ApiTokens(Rows["ApiToken", str], Protocol):
    """Tokens of programs, by their hash."""


class SignIns(Rows["SignIn", str], Protocol):
    """One-time links, by the hash of their token."""


class Budgets(Rows["Budget", str], Protocol):
    """What may be spent, and who was told that it is nearly used up."""

    async def of_business(self, business_id: int) -> list[Budget]:
        """All of them."""
        ...

    async def notice(self, notice: LowNotice) -> bool:
        """Note that somebody is told; False if they were before. The caller has locked the
        business.
        """
        ...

    async def forget_notices(self, budget: Budget) -> None:
        """Have everybody told again."""
        ...

    async def remove(self, budget: Budget) -> None:
        """Delete it, with its notices."""
        ...


class Ledger(Protocol):
    """Bookings."""

    def add(self, entry: Entry) -> None:
        """Insert a booking."""
        ...

    async def paid_by(self, key_id: str) -> int:
        """Micro-USD reserved or settled by this key."""
        ...

    async def used(
        self,
        business_id: int,
        days: tuple[str, str],
        *,
        member_id: str | None = None,
        channel: str | None = None,
    ) -> tuple[int, int]:
        """Micro-USD and AI pictures, reserved or settled from the first to the last of `days`, by
        one person or in one channel where that is given; without what was paid by own keys.
        """
        ...

    async def by_day(
        self,
        business_id: int,
        days: tuple[str, str],
        member_id: str | None,
        *,
        own_key: bool = False,
    ) -> list[Spent]:
        """The same by day, person, model and key, in this order; those that came to nothing left
        out. With `own_key` what people's own keys paid instead.
        """
        ...

    async def by_key(self, business_id: int, days: tuple[str, str]) -> dict[str, tuple[int, int]]:
        """Micro-USD and AI pictures that brought keys paid for in these days, by the keys' ids;
        those that came to nothing left out.
        """
        ...

    async def of_item(self, item_id: str) -> list[Entry]:
        """Oldest first."""
        ...

    async def of_job(self, job_id: str) -> list[Entry]:
        """Oldest first."""
        ...
