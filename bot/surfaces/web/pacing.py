"""Pacing: many bodies that come at once are taken in a few pieces at a time.

Owns the turns in which pieces of all requests' bodies are handed on, so that a hundred large files
leave room in the loop for whoever waits for a short answer. It must not know what a body holds.
"""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE: Final = 4
"""Pieces (64 KB each, as they come from a socket) in one turn of the loop: a millisecond's work."""


class Paced:
    """ASGI middleware. A slow sender keeps nobody waiting: turns are taken by what has come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, its body handed on in turns."""

        async def in_turn() -> Message:
            message = await receive()
            if message.get("more_body"):
                async with self._turns:
                    await asyncio.sleep(0)
            return message

        await self._app(scope, in_turn if scope["type"] == "http" else receive, send)
