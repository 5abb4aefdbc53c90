"""The REST side's transport: bodies, the token, the official document, rate limits, faults.

It owns everything between the socket and a route, and the record of what was called. It must not
know what any route means.
Source: https://docs.discord.com/developers/reference and …/topics/rate-limits
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from tests.platforms.discord import application_routes, channel_routes, message_routes, refusals
from tests.platforms.discord.drafts import Upload
from tests.platforms.discord.faults import Fault, Faults
from tests.platforms.discord.refusals import Refusal
from tests.platforms.discord.routing import Call, Route
from tests.platforms.discord.world import World
from tests.platforms.specs_openapi import load

API: Final = "/api/v10"
MOST_BYTES: Final = 25 * 1024 * 1024
ROUTES: Final = [
    *application_routes.ROUTES,
    *channel_routes.ROUTES,
    *message_routes.ROUTES,
    *channel_routes.ACCOUNT_ROUTES,
]


@dataclass
class Exchange:
    """One call that reached the server, as tests look at it.

    Attributes:
        path: below /api/v10, without the query.
        status: of the answer; 0 where the connection was cut instead.
        at: seconds of the monotonic clock when it came.
        body: the JSON value that was sent, or None.
        files: how many files came with it.
    """

    method: str
    path: str
    at: float
    status: int = 0
    body: Any = None
    files: int = 0


@dataclass
class Bucket:
    """How often a route was called in the present window."""

    limit: int
    seconds: float
    opened: float = field(default_factory=time.monotonic)
    used: int = 0

    def take(self) -> None:
        """Count one call. Refusal 429 where there were too many."""
        if time.monotonic() - self.opened >= self.seconds:
            self.opened, self.used = time.monotonic(), 0
        if self.used >= self.limit:
            raise refusals.limited(self.reset_after())
        self.used += 1

    def reset_after(self) -> float:
        """Seconds until the window ends."""
        return round(max(0.001, self.opened + self.seconds - time.monotonic()), 3)

    def headers(self, name: str) -> dict[str, str]:
        """The rate-limit headers of an answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - self.used),
            "X-RateLimit-Reset": f"{time.time() + self.reset_after():.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after():.3f}",
            "X-RateLimit-Bucket": name,
        }


class Rest:
    """All routes of one server.

    Attributes:
        exchanges: every call, oldest first.
        violations: what broke the official document or a documented rule, a sentence each.
        rate: calls and seconds that each route allows per channel, guild or webhook.
    """

    def __init__(self, world: World, token: str, faults: Faults) -> None:
        self._world = world
        self._token = token
        self._faults = faults
        self._judge = load("discord-openapi.json")
        self._routes = [(route, route.path) for route in ROUTES]
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self.exchanges: list[Exchange] = []
        self.violations: list[str] = []
        self.rate: tuple[int, float] = (50, 1.0)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request below /api/v10."""
        raw_path = request.rel_url.raw_path.removeprefix(API)
        exchange = Exchange(request.method, unquote(raw_path), time.monotonic())
        self.exchanges.append(exchange)
        if self._faults.latency:
            await asyncio.sleep(self._faults.latency)
        fault = self._faults.take(request.method, raw_path)
        if fault is not None and fault.kind == "before":
            return self._cut(request)
        response = (
            _misanswer(fault)
            if fault is not None and fault.kind == "instead"
            else await self._serve(request, raw_path, exchange)
        )
        if fault is not None and fault.kind == "after":
            return self._cut(request)
        exchange.status = response.status
        self._world.touch()
        return response

    async def _serve(self, request: web.Request, path: str, exchange: Exchange) -> web.Response:
        headers: dict[str, str] = {}
        try:
            route, args = self._find(request, path)
            bucket, name = self._bucket(route, args)
            bucket.take()
            headers = bucket.headers(name)
            call = await self._read(request, args, exchange)
            self._check(request, path, call)
            answer = route.handler(call)
        except Refusal as refusal:
            self.violations += [
                f"{request.method} {exchange.path}: {fault}" for fault in refusal.faults
            ]
            return _json(refusal.body, refusal.status, headers | refusal.headers)
        except ConnectionError:  # the caller ended while it sent its body: it broke no rule
            raise
        except Exception as broken:
            # The client would only see a 500 and try again; the test must see the bug.
            self.violations.append(f"{request.method} {path} broke the local server: {broken!r}")
            raise
        if answer is None:
            return web.Response(status=204, headers=headers)
        return _json(answer, route.status, headers)

    def _find(self, request: web.Request, path: str) -> tuple[Route, tuple[str, ...]]:
        for route, pattern in self._routes:
            match = pattern.fullmatch(path)
            if match is None or route.method != request.method:
                continue
            given = request.headers.get("Authorization")
            if route.authorized and given != f"Bot {self._token}":
                raise refusals.unauthorized()
            return route, tuple(unquote(each) for each in match.groups())
        self.violations.append(f"{request.method} {path}: no such route")
        raise Refusal(404, 0, "404: Not Found")

    def _bucket(self, route: Route, args: tuple[str, ...]) -> tuple[Bucket, str]:
        major = args[0] if args else ""
        if route.template.startswith("/webhooks"):
            major = "/".join(args[:2])
        key = (route.method, route.template, major)
        bucket = self._buckets.setdefault(key, Bucket(*self.rate))
        bucket.limit, bucket.seconds = self.rate
        name = hashlib.sha256(f"{route.method} {route.template}".encode()).hexdigest()[:32]
        return bucket, name

    async def _read(self, request: web.Request, args: tuple[str, ...], exchange: Exchange) -> Call:
        if (request.content_length or 0) > MOST_BYTES:
            raise refusals.too_large()
        uploads: dict[int, Upload] = {}
        body = None
        if request.content_type == "multipart/form-data":
            body, uploads = await _multipart(request)
        elif request.can_read_body:
            body = _decode(await request.read()) if request.body_exists else None
        exchange.body, exchange.files = body, len(uploads)
        return Call(self._world, args, request.query, body, uploads)

    def _check(self, request: web.Request, path: str, call: Call) -> None:
        """Hold the body against the official document. Refusal 50035 where it breaks it."""
        content_type = request.headers.get("Content-Type", "")
        if call.body is not None and not call.uploads and content_type != "application/json":
            raise refusals.invalid(f"content type {content_type!r}")
        if self._judge is None or request.method == "GET":
            return
        body = call.body
        if call.uploads:
            files = [(f"files[{index}]", b"") for index in call.uploads]
            body = [("payload_json", json.dumps(call.body)), *files]
        faults = self._judge.check(request.method, path, content_type, body)
        if faults:
            raise refusals.invalid(*faults)

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        self._world.touch()
        return web.Response(status=500)


async def _multipart(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    body: Any = None
    uploads: dict[int, Upload] = {}
    received = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise refusals.invalid("a part of the form has no name")
        content = bytes(await part.read(decode=False))
        received += len(content)
        if received > MOST_BYTES:
            raise refusals.too_large()
        if part.name == "payload_json":
            body = _decode(content)
        elif part.name.startswith("files[") and part.name[6:-1].isdecimal() and part.filename:
            uploads[int(part.name[6:-1])] = Upload(part.filename, content)
        else:
            raise refusals.invalid(f"form part {part.name!r}")
    if body is None:
        raise refusals.invalid("the form has no payload_json")
    return body, uploads


def _decode(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None


def _misanswer(fault: Fault) -> web.Response:
    if fault.status == 429 and fault.retry_after is None:
        page = "<html><title>Access denied</title><body>error code: 1015</body></html>"
        return web.Response(status=429, text=page, content_type="text/html")
    if fault.status == 429:
        refusal = refusals.limited(fault.retry_after or 0.0)
    else:
        refusal = Refusal(fault.status, 0, f"{fault.status}: on demand")
    return _json(refusal.body, refusal.status, refusal.headers)


def _json(value: Any, status: int, headers: Mapping[str, str]) -> web.Response:
    # aiohttp would add "; charset=utf-8", which discord.py does not take for JSON.
    return web.Response(
        body=json.dumps(value).encode(),
        status=status,
        headers={"Content-Type": "application/json"} | dict(headers),
    )
