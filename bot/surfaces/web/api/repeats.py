"""Requests that may be sent twice: what was made under an Idempotency-Key is made once.

Owns what a key is bound to (the member, the route and the whole request), and that the key is
written down in the transaction that makes what it stands for, so that a process may die at any
moment in between. It must not know what is made: only its id. Keys are kept as long as other
events, a day.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Header
from pydantic import BaseModel

from bot.surfaces.web.api.access import Caller
from core.errors import UserError
from core.storing import UnitOfWork
from core.wording import api as words

SURFACE: Final = "api"
LONGEST_KEY: Final = 255

Key = Annotated[str, Header(alias="idempotency-key", max_length=LONGEST_KEY, description=words.KEY)]


@dataclass(frozen=True)
class Repeat:
    """A request that may have come before. Without a key (`event_id` "") each one is new."""

    event_id: str
    digest: str

    async def known(self, uow: UnitOfWork) -> str | None:
        """The id of what was made under this key; None if nothing was yet. Raises
        UserError("key_reused") where that was asked for by another request.
        """
        found = await uow.events.reply(SURFACE, self.event_id) if self.event_id else None
        if found is None:
            return None
        if found["digest"] != self.digest:
            raise UserError("key_reused")
        return str(found["made"])

    async def enter(self, uow: UnitOfWork) -> str | None:
        """The same in the unit that is about to make it; nobody else then does."""
        if not self.event_id or await uow.events.enter(SURFACE, self.event_id):
            return None
        return await self.known(uow)

    async def note(self, uow: UnitOfWork, made: str) -> None:
        """What was made, in the unit that made it."""
        if self.event_id:
            reply = {"digest": self.digest, "made": made}
            await uow.events.answer(SURFACE, self.event_id, reply)


def read_repeat(caller: Caller, key: str, route: str, asked: BaseModel) -> Repeat:
    """The request `asked` at `route` under `key`, which is blank where the caller gave none."""
    if not key.strip():
        return Repeat("", "")
    written = json.dumps([route, asked.model_dump(mode="json")], sort_keys=True)
    return Repeat(f"{caller.member.id}:{_digest(key.strip())}", _digest(written))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
