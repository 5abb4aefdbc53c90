"""Tokens by which programs use the desk."""

from sqlalchemy import select

from core.business.members import Member
from core.business.tokens import ApiToken
from storage import tables
from storage.repositories.rows import SqlRows
from storage.tokens import api_tokens


class ApiTokens(SqlRows[ApiToken, str]):
    """Tokens, by their hash."""

    entity = ApiToken

    async def everywhere(self) -> list[ApiToken]:
        """Those of all businesses, revoked ones too, oldest first."""
        columns = api_tokens.c
        return await self._all(select(ApiToken).order_by(columns.created_at, columns.token_hash))

    async def holders(self, business_id: int) -> list[Member]:
        """Who may hold one: the members of this business, by name."""
        columns = tables.members.c
        found = select(Member).where(columns.business_id == business_id)
        ordered = found.order_by(columns.name, columns.id)
        return list((await self.session.scalars(ordered)).all())
