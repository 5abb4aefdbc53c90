"""What people put into the chat, read by REST: reactions and files. Owns paging and streaming; it
must not know what a reaction means or where a file goes.

https://docs.discord.com/developers/resources/message#get-reactions
"""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from bot.surfaces.discord.addresses import serves_files
from bot.surfaces.discord.events import plain_emoji
from bot.surfaces.discord.failures import PAUSE, UNREACHABLE
from bot.surfaces.discord.people import People
from bot.surfaces.discord.rest import Rest
from core.chat import Actor, Attachment, MessageRef
from core.errors import TryLater, UserError

Json = dict[str, Any]

MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
READ: Final = "Read Message History"
PAGE: Final = 100
KINDS: Final = {"normal": 0, "burst": 1}
CHUNK: Final = 64 * 1024
TIMEOUT: Final = aiohttp.ClientTimeout(total=None, connect=10, sock_read=30)


async def read_reactions(
    rest: Rest, people: People, message: MessageRef
) -> frozenset[tuple[str, Actor]]:
    """As `ChatSurface.reactions`."""
    where = {"channel_id": message.channel, "message_id": message.id}
    told = await rest.call("GET", MESSAGE, permission=READ, places=where)
    server = await people.server_of(message.channel)
    found: set[tuple[str, Actor]] = set()
    for reaction in told.get("reactions", []):
        name, number = reaction["emoji"]["name"], reaction["emoji"].get("id")
        for kind, count in reaction["count_details"].items():
            if not count:
                continue
            emoji = f"{name}:{number}" if number else name
            async for user in _givers(rest, where, emoji, KINDS[kind]):
                person = None if user.get("bot") else await people.person(server, str(user["id"]))
                if person is not None:
                    found.add((plain_emoji(name, number), person))
    return frozenset(found)


async def stream_file(attachment: Attachment, limit: int, api_url: str) -> AsyncIterator[bytes]:
    """As `ChatSurface.fetch`; from Discord's own hosts alone, and without following redirects."""
    if not serves_files(attachment.url, api_url):
        raise UserError("upload_gone")
    if attachment.size > limit:
        raise UserError("upload_too_big", limit=limit)
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.get(attachment.url, allow_redirects=False) as response,
        ):
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in {
                HTTPStatus.TOO_MANY_REQUESTS,
                HTTPStatus.REQUEST_TIMEOUT,
            }:
                raise TryLater("chat_unavailable", after=PAUSE)
            if response.status != HTTPStatus.OK:
                raise UserError("upload_gone")
            taken = 0
            async for chunk in response.content.iter_chunked(CHUNK):
                taken += len(chunk)
                if taken > limit:
                    raise UserError("upload_too_big", limit=limit)
                yield chunk
    except UNREACHABLE as error:
        raise TryLater("chat_unavailable", after=PAUSE) from error


async def _givers(rest: Rest, where: dict[str, str], emoji: str, kind: int) -> AsyncIterator[Json]:
    query: dict[str, str | int] = {"limit": PAGE, "type": kind}
    while True:
        page: list[Json] = await rest.call(
            "GET", f"{MESSAGE}/reactions/{{emoji}}", query=query, places=where | {"emoji": emoji}
        )
        for user in page:
            yield user
        if len(page) < PAGE:
            return
        query = query | {"after": str(page[-1]["id"])}
