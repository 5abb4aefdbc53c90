"""Keys of providers that people and businesses bring."""

from sqlalchemy import select

from core.business.keys import ProviderKey
from storage.provider_keys import provider_keys
from storage.repositories.rows import SqlRows


class Keys(SqlRows[ProviderKey, str]):
    """Keys, sealed."""

    entity = ProviderKey

    async def of_owner(self, business_id: int, owner_id: str) -> list[ProviderKey]:
        """A person's own, "" for the business's; without revoked ones, oldest first."""
        columns = provider_keys.c
        found = select(ProviderKey).where(
            columns.business_id == business_id,
            columns.owner_id == owner_id,
            columns.revoked_at.is_(None),
        )
        return await self._all(found.order_by(columns.created_at, columns.id))

    async def everywhere(self) -> list[ProviderKey]:
        """Those of all businesses, without revoked ones, oldest first."""
        columns = provider_keys.c
        found = select(ProviderKey).where(columns.revoked_at.is_(None))
        return await self._all(found.order_by(columns.created_at, columns.id))
