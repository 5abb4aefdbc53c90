"""The guard before every route: who may be asked by which name, from where, and what every answer
carries.

Owns the Host check, the refusal of cross-site requests, security headers, and the last resort for
errors: no traceback ever leaves. It must not know sessions.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Trouble

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # Without an origin, forms of our own could not be told from a stranger's.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

Draw = Callable[[Scope, int, Trouble | None], Response]
"""An answer for whoever asked: of a status, and what is wrong where that is known."""

log = structlog.get_logger(__name__)


class Guard:
    """ASGI middleware. `address` names the host; `draw` makes the answers; with `signed`, requests
    prove their sender by themselves and may come from anywhere.
    """

    def __init__(self, app: ASGIApp, address: str, draw: Draw, *, signed: bool = False) -> None:
        self._app = app
        self._address = address
        self._host = (urlsplit(address).hostname or "").lower()
        self._draw = draw
        self._signed = signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: refused, or answered with our headers, or an error page at worst."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if not self._signed:  # a machine shows its answer to nobody
                    headers = MutableHeaders(scope=message)
                    for name, value in HEADERS.items():
                        headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            await refusal(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except ClientDisconnect:
            log.info("client_left", path=scope["path"])
        except Exception:
            # Whatever it was: it is written down here, and the person reads a sentence.
            log.exception("request_failed", path=scope["path"])
            if started:
                raise
            await self._draw(scope, 500, None)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = _hostname(headers.get("host", ""))
        if host not in LOOPBACK and host != self._host:
            return self._draw(scope, 400, Trouble("wrong_host", {"address": self._address}))
        if scope["method"] not in SAFE and not self._signed and _cross_site(headers):
            return self._draw(scope, 403, Trouble("cross_site"))
        return None


def is_local(client: str, headers: Headers) -> bool:
    """Whether a request comes from this machine itself.

    A tunnel or proxy on this machine brings strangers over loopback, but under the public host, or
    at least with a header that says for whom.
    """
    forwarded = any(name in headers for name in FORWARDED)
    return client in LOOPBACK and _hostname(headers.get("host", "")) in LOOPBACK and not forwarded


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _cross_site(headers: Headers) -> bool:
    """What the browser itself says of where a request comes from; other clients say nothing."""
    fetched = headers.get("sec-fetch-site")
    if fetched:
        return fetched not in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:
        return True
