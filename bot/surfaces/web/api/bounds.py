"""How much of a request is read: bodies that are parsed whole are small.

Owns that bound, before the body is parsed and so before anybody is known. Files, which stream, have
their own. It must not know what a body holds.
"""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 1_000_000
STREAMED: Final = "/images/upload"


class Bounded:
    """ASGI middleware that reads no more than `MOST_BYTES` of a body; the rest is HTTP 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, its body counted while it comes in."""
        if scope["type"] != "http" or _is_streamed(scope):
            await self._app(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BYTES:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


def _is_streamed(scope: Scope) -> bool:
    # By any other method the same path is that of an image, whose body is parsed whole.
    return bool(scope["method"] == "POST" and scope["path"].endswith(STREAMED))
