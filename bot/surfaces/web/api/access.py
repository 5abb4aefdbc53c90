"""Access to the HTTP API: whose token it is, what it may do, and how often.

Owns the reading of the Authorization header and the limit of requests. It must not know routes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.surfaces.web.parts import ApiParts, WebParts
from bot.surfaces.web.sessions import CHANNEL, team_of
from bot.surfaces.web.surface import SURFACE
from core.business.members import Business, Member
from core.business.tokens import Scope, hash_token
from core.chat import Place
from core.errors import UserError
from core.storing import UnitOfWork

PER_MINUTE: Final = 120
MINUTE: Final = 60

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


@dataclass(frozen=True)
class Caller:
    """Whom a request speaks for."""

    member: Member
    business: Business

    def require_business(self, business_id: int | None) -> None:
        """Raise UserError("business_foreign") for any business but the token's own."""
        if business_id not in {None, self.business.id}:
            raise UserError("business_foreign", business_id=self.business.id)

    async def place(self, uow: UnitOfWork) -> Place:
        """Where on the page the cards stand of what a program has made; the page speaks for the
        business from now on.
        """
        team = team_of(self.business.id)
        found = await uow.businesses.lock(self.business.id)
        if found and await uow.businesses.by_team(SURFACE, team) is None:
            await uow.businesses.join(SURFACE, team, found)
        return Place(SURFACE, team, self.business.name, CHANNEL)


class Gate:
    """Lets requests with a valid token through."""

    def __init__(self, parts: WebParts, api: ApiParts) -> None:
        self._units = parts.units
        self._count = api.count

    def needs(self, scope: Scope) -> Callable[..., Awaitable[Caller]]:
        """A dependency that gives the caller. Raises UserError("token_missing" | "token_rejected" |
        "scope_missing" | "too_many_requests"), TryLater where nothing can be counted.
        """

        async def enter(request: Request, bearer: Bearer) -> Caller:
            if bearer is None:
                raise UserError("token_missing")
            digest = hash_token(bearer.credentials)
            async with self._units.read() as uow:
                token = await uow.tokens.get(digest)
                if token is None or token.revoked_at:
                    raise UserError("token_rejected")
                member = await uow.members.get(token.member_id)
                business = await uow.businesses.get(token.business_id)
            if member is None or business is None:
                raise UserError("token_rejected")
            await self._limit(request, digest)
            if scope not in token.scopes:
                raise UserError("scope_missing", scope=scope)
            return Caller(member, business)

        return enter

    async def _limit(self, request: Request, digest: str) -> None:
        used, left = await self._count(f"api:{digest[:32]}", MINUTE)
        request.state.limits = {
            "ratelimit-limit": str(PER_MINUTE),
            "ratelimit-remaining": str(max(PER_MINUTE - used, 0)),
            "ratelimit-reset": str(left),
        }
        if used > PER_MINUTE:
            raise UserError("too_many_requests", limit=PER_MINUTE, seconds=left)

    async def tell_limits(
        self, request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """Middleware: every answer to a known token says how much is left."""
        response = await answer(request)
        response.headers.update(getattr(request.state, "limits", {}))
        return response
