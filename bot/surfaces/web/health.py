"""Health: whether this process can do its work, for load balancers and `docker compose`."""

import asyncio

import structlog
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from bot.surfaces.web.parts import WebParts

PATIENCE_SECONDS = 3.0

log = structlog.get_logger(__name__)


class Health:
    """Asks the database."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    def routes(self) -> APIRouter:
        """One route."""
        router = APIRouter()
        router.api_route("/health", methods=["GET", "HEAD"])(self.ask)
        return router

    async def ask(self) -> PlainTextResponse:
        """200 where the database answers, else 503."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._parts.units.read() as uow:
                await uow.businesses.has_team("page")
        except Exception as error:  # noqa: BLE001  # whatever keeps the database from answering
            log.warning("unhealthy", reason=type(error).__name__)
            return PlainTextResponse("the database does not answer", 503)
        return PlainTextResponse("ok")
