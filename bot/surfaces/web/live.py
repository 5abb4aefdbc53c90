"""What has changed on the page, as server-sent events, drawn for the one who listens.

Owns the stream: it resumes where a reader left off, and asks the rows themselves now and then, so
that a lost message is only late. It must not change anything.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from itertools import chain, repeat
from typing import Self

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from bot.surfaces.web.drawing import Drawing
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Person, Sessions

PAUSES = (0.3, 1.0, 10.0)
"""Seconds of silence after which the rows are asked again, and a comment keeps the connection
open; short at first, because a subscription takes a moment to begin. The last one is repeated.
"""

MOST_LINES = 200
"""Of what a reader missed who was away for long; older changes show when the page is loaded."""

RETRY_MILLISECONDS = 1500


class Live:
    """Streams changes to browsers."""

    def __init__(self, parts: WebParts, sessions: Sessions, drawing: Drawing) -> None:
        self._parts = parts
        self._sessions = sessions
        self._drawing = drawing

    def routes(self) -> APIRouter:
        """The stream."""
        router = APIRouter()
        router.get("/events")(self.listen)
        return router

    async def listen(self, request: Request, after: int = 0) -> Response:
        """Changes after `after`, or after the last one that this reader has had."""
        person = await self._sessions.require(request)
        last = request.headers.get("last-event-id", "")
        seq = int(last) if last.isdigit() else after
        return StreamingResponse(
            self._changes(request, person, seq),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},  # nginx would hold events back
        )

    async def _changes(self, request: Request, person: Person, seq: int) -> AsyncIterator[str]:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        messages = self._parts.queue.subscribe(f"page:{person.business.id}")
        async with _Ears(messages, self._parts.closing) as ears:
            for pause in chain(PAUSES, repeat(PAUSES[-1])):
                if self._parts.closing.is_set() or await self._sessions.person(request) is None:
                    return
                events, seq = await self._since(person, seq)
                yield events or ": \n\n"
                await ears.wait(pause)

    async def _since(self, person: Person, seq: int) -> tuple[str, int]:
        async with self._parts.units.read() as uow:
            lines = (await uow.lines.changed(person.business.id, seq))[-MOST_LINES:]
            roots = {line.thread: line.seq for line in lines if line.thread}
            shown = [line for line in lines if line.id not in roots]
            for root_id in roots:
                root = await uow.lines.get(root_id)
                shown += [root] if root else []
            views = await self._drawing.views(uow, person, shown)
        changes = [
            {
                "id": view.line.id,
                "thread": view.line.thread,
                "at": view.line.created_at.timestamp(),
                "forMe": view.for_me,
                "html": self._drawing.line(view),
            }
            for view in views
        ]
        if not changes:
            return "", max([seq, *(line.seq for line in lines)])
        newest = lines[-1].seq
        return f"id: {newest}\ndata: {json.dumps(changes)}\n\n", newest


class _Ears:
    """Hears a channel from the moment it is entered, one message or a silence at a time."""

    def __init__(self, messages: AsyncIterator[str], closing: asyncio.Event) -> None:
        self._messages = messages
        self._closing = closing

    async def __aenter__(self) -> Self:
        self._next = asyncio.ensure_future(anext(self._messages))
        self._end = asyncio.ensure_future(self._closing.wait())
        return self

    async def __aexit__(self, *failure: object) -> None:
        for waiting in (self._next, self._end):
            waiting.cancel()
        await asyncio.gather(self._next, self._end, return_exceptions=True)
        if isinstance(self._messages, AsyncGenerator):
            await self._messages.aclose()

    async def wait(self, seconds: float) -> None:
        """Until something is said, it was quiet for so long, or the process is about to end."""
        if self._next.done():
            self._next = asyncio.ensure_future(anext(self._messages))
        first = asyncio.FIRST_COMPLETED
        await asyncio.wait({self._next, self._end}, timeout=seconds, return_when=first)
