"""Who is who in the workspace: the desk itself, and the people who speak to it.

Owns the short memory of `users.info`. It must not know what they ask for.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from core.chat import Actor
from core.errors import DeskError

from .calls import in_our_words

FRESH_SECONDS: Final = 300.0
GLANCE_SECONDS: Final = 1.0  # of the three that Slack allows before an acknowledgement

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Desk:
    """The desk's own bot user and its workspace, as `auth.test` tells."""

    user: str
    bot: str
    team: str
    team_name: str


class People:
    """Asks Slack for names and rights, and remembers them for some minutes."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._desk: Desk | None = None
        self._known: dict[str, tuple[float, Actor]] = {}

    async def desk(self) -> Desk:
        """Ourselves; asked once. Raises ActionNeeded("chat_forbidden"), TryLater."""
        if self._desk is None:
            with in_our_words():
                told = await self._client.auth_test()
            self._desk = Desk(
                user=str(told["user_id"]),
                bot=str(told.get("bot_id") or ""),
                team=str(told["team_id"]),
                team_name=str(told.get("team") or ""),
            )
        return self._desk

    async def ask(self, user: str) -> Actor:
        """A person by id. Raises ActionNeeded, TryLater."""
        kept = self._known.get(user)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        desk = await self.desk()
        with in_our_words():
            told = (await self._client.users_info(user=user))["user"]
        profile = told.get("profile") or {}
        name = profile.get("display_name") or told.get("real_name") or told.get("name") or user
        # Somebody from a connected workspace may be an admin there; that makes them none here.
        ours = told.get("team_id") == desk.team
        admin = ours and bool(told.get("is_admin") or told.get("is_owner"))
        actor = Actor(user, str(name), admin)
        self._known[user] = (time.monotonic() + FRESH_SECONDS, actor)
        return actor

    async def glance(self, user: str, name: str = "") -> Actor:
        """As `ask`, but within the time that an acknowledgement leaves, and without errors.

        Where Slack does not answer, what was known before stands, else a person without rights
        called `name`.
        """
        try:
            async with asyncio.timeout(GLANCE_SECONDS):
                return await self.ask(user)
        except (TimeoutError, DeskError) as error:
            _log.warning("slack_person_unknown", user=user, reason=str(error))
            kept = self._known.get(user)
            return kept[1] if kept is not None else Actor(user, name or user)
