"""Calls of Discord's REST API with the bot's token. Owns the session and that nothing but our own
errors leaves it; it must not know what is said in a call.

It needs no gateway, so that a worker can post; it logs in at the first call.
"""

import asyncio
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord.http import HTTPClient, Route

from bot.surfaces.discord import failures

PATIENCE: Final = 90.0  # seconds; the library waits out rate limits of up to 30 s by itself
NOWHERE: Final[Mapping[str, str]] = {}
LONGEST_WAIT: Final = 30.0  # seconds of rate limit that are slept; more becomes TryLater


@dataclass(frozen=True)
class Upload:
    """One file to be sent, under the name by which the message's parts refer to it."""

    filename: str
    mime_type: str
    data: bytes


class Rest:
    """One bot's REST session, within one event loop."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._http: HTTPClient | None = None
        self._entering = asyncio.Lock()
        self._user = ""

    async def me(self) -> str:
        """The bot's own user id. Raises as `call`."""
        await self._session("")
        return self._user

    async def call(
        self,
        method: str,
        path: str,
        *,
        permission: str = "",
        body: Any = None,
        uploads: Sequence[Upload] = (),
        query: Mapping[str, str | int] | None = None,
        places: Mapping[str, str] = NOWHERE,
    ) -> Any:
        """One call; returns the decoded answer.

        `path` names its parts as `{channel_id}`, which `places` fills; `permission` is what the bot
        must hold there, named when Discord refuses. With `uploads` the body goes as multipart.
        Raises as `failures.understood` tells; `code_of` gives Discord's own number.
        """
        http = await self._session(permission)
        how: dict[str, Any] = {} if query is None else {"params": dict(query)}
        if uploads:
            # As files of the library's own, which rewinds them when it repeats a call.
            files = [discord.File(io.BytesIO(one.data), one.filename) for one in uploads]
            how |= {"files": files, "form": _form(body, uploads, files)}
        elif body is not None:
            how["json"] = body
        try:
            async with asyncio.timeout(PATIENCE):
                return await http.request(Route(method, path, metadata=None, **dict(places)), **how)
        except (discord.DiscordException, *failures.UNREACHABLE) as error:
            raise failures.understood(error, permission) from error

    async def aclose(self) -> None:
        """Give the connections back; the next call would log in again. May be repeated."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _session(self, permission: str) -> HTTPClient:
        async with self._entering:
            if self._http is None:
                http = HTTPClient(asyncio.get_running_loop(), max_ratelimit_timeout=LONGEST_WAIT)
                try:
                    user = await http.static_login(self._token)
                except (discord.DiscordException, *failures.UNREACHABLE) as error:
                    await http.close()
                    raise failures.understood(error, permission) from error
                self._user, self._http = str(user["id"]), http
        return self._http


def code_of(error: BaseException) -> int:
    """Discord's own number of the refusal behind one of our errors; 0 where there is none."""
    cause = error.__cause__
    return cause.code if isinstance(cause, discord.HTTPException) else 0


def _form(
    body: Any, uploads: Sequence[Upload], files: Sequence[discord.File]
) -> list[dict[str, Any]]:
    parts = [
        {
            "name": f"files[{number}]",
            "value": file.fp,
            "filename": upload.filename,
            "content_type": upload.mime_type,
        }
        for number, (upload, file) in enumerate(zip(uploads, files, strict=True))
    ]
    return [{"name": "payload_json", "value": json.dumps(body)}, *parts]
