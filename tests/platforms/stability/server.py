"""The pretended Stability AI: multipart orders, pictures as bytes, credits, a ban for haste.

A call goes: key → pace (150 in ten seconds) → contract → faults `before` → picture made and charged
→ faults `after` → answer.

Calls, as `calls` and faults name them: `generate`, `balance`.

Sources: platform.stability.ai, v2beta reference; credits as in `providers.md`, a cent each.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final

from aiohttp import web

from tests.platforms.far_end import read_form
from tests.platforms.faults import Answer
from tests.platforms.picture_server import Charge, PictureServer, Refused

SIZES: Final[Mapping[str, tuple[int, int]]] = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "21:9": (1536, 640),
    "9:21": (640, 1536),
}
MICRO_USD: Final[Mapping[str, int]] = {
    "core": 30_000,
    "ultra": 80_000,
    "sd3.5-large": 65_000,
    "sd3.5-large-turbo": 40_000,
    "sd3.5-medium": 35_000,
}
COMMON: Final = frozenset({"prompt", "negative_prompt", "aspect_ratio", "seed", "output_format"})
FIELDS: Final = {
    "core": COMMON | {"style_preset"},
    "ultra": COMMON,
    "sd3": COMMON | {"model", "mode", "cfg_scale"},
}
MOST_CALLS: Final = 150
WINDOW: Final = 10.0
BAN: Final = 60.0


def _problem(status: int, name: str, *errors: str) -> Answer:
    return Answer(
        status, {"id": "9160aa70222cb4d24b4d6b07a6c64107", "name": name, "errors": errors}
    )


class StabilityServer(PictureServer):
    """See the package's text for how it is used.

    Args:
        clock: seconds, for the pace alone.

    Attributes:
        people: the hashes of those who asked, as sent.
    """

    commands: ClassVar[frozenset[str]] = PictureServer.commands | {"filter_next"}
    refusals: ClassVar[Mapping[str, Answer]] = {
        "content_moderation": _problem(
            403, "content_moderation", "Your request was flagged by our content moderation system."
        ),
        "payment_required": _problem(402, "payment_required", "You lack sufficient credits."),
        "forbidden": _problem(403, "permission_denied", "This key may not use that."),
        "throttled": _problem(429, "rate_limit_exceeded", "You have exceeded the rate limit."),
        "server_error": _problem(500, "internal_error", "An unexpected error occurred."),
    }

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.people: list[str] = []
        self._clock = clock
        self._calls: deque[float] = deque()
        self._banned_until = 0.0
        self._filtered = 0

    def routes(self) -> list[web.RouteDef]:
        """The two calls; every other path is a violation."""
        generate = self.answering("generate", self._generate)
        return [
            web.post("/v2beta/stable-image/generate/{service}", generate),
            web.get("/v1/user/balance", self.answering("balance", self._balance)),
            web.route("*", "/{path:.*}", self.answering("unknown", self._unknown)),
        ]

    def filter_next(self, count: int = 1) -> None:
        """The next so many pictures are made, charged and blurred."""
        self._filtered += count

    def _authorised(self, request: web.Request) -> str:
        key = self.bearer(request)
        if key is None:
            raise Refused(_problem(401, "unauthorized", "missing or invalid authorization header"))
        return key

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        raise Refused(_problem(404, "not_found", "?"), f"{request.method} {request.path}")

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        self._authorised(request)
        fault = self.faults.take("balance")
        if early := await self.faults.strike(fault, "before", request):
            return early
        return web.json_response({"credits": 42.5})

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        key = self._authorised(request)
        self._pace()
        service = request.match_info["service"]
        if request.content_type != "multipart/form-data":
            problem = "content-type: must be multipart/form-data"
            raise Refused(_problem(400, "bad_request", problem), problem)
        fields = {name: str(value) for name, value in await read_form(request)}
        if problems := list(_breaches(service, fields, request.headers.get("Accept", ""))):
            raise Refused(_problem(400, "bad_request", *problems), "; ".join(problems))
        self.people.append(request.headers.get("stability-client-user-id", ""))
        fault = self.faults.take("generate")
        if early := await self.faults.strike(fault, "before", request):
            return early
        size = SIZES[fields.get("aspect_ratio", "1:1")]
        model = fields.get("model", "sd3.5-large") if service == "sd3" else service
        data = self.paint(fields["prompt"], size, fault.spoil if fault else "")
        self.bill.append(Charge(key, model, fields["prompt"], size, MICRO_USD[model]))
        if late := await self.faults.strike(fault, "after", request):
            return late
        reason, self._filtered = (
            ("CONTENT_FILTERED", self._filtered - 1) if self._filtered else ("SUCCESS", 0)
        )
        told = {"finish-reason": reason, "seed": fields.get("seed", "1")}
        return web.Response(body=data, content_type="image/png", headers=told)

    def _pace(self) -> None:
        now = self._clock()
        while self._calls and self._calls[0] <= now - WINDOW:
            self._calls.popleft()
        self._calls.append(now)
        if len(self._calls) > MOST_CALLS:
            self._banned_until = now + BAN
        if now < self._banned_until:
            raise Refused(self.refusals["throttled"])


def _breaches(service: str, fields: Mapping[str, str], accept: str) -> Iterator[str]:
    if service not in FIELDS:
        yield f"service: there is no {service}"
        return
    for name in fields.keys() - FIELDS[service]:
        yield f"{name}: is not allowed"
    if not 1 <= len(fields.get("prompt", "")) <= 10_000:
        yield "prompt: 1 to 10000 characters"
    if fields.get("aspect_ratio", "1:1") not in SIZES:
        yield f"aspect_ratio: is one of {', '.join(SIZES)}"
    seed = fields.get("seed", "0")
    if not seed.isdecimal() or int(seed) > 4_294_967_294:
        yield "seed: 0 to 4294967294"
    if fields.get("output_format", "png") not in {"png", "jpeg", "webp"}:
        yield "output_format: is png, jpeg or webp"
    if service == "sd3" and fields.get("model", "sd3.5-large") not in MICRO_USD:
        yield "model: is none of Stability's"
    if accept != "image/*":
        yield "accept: only image/* is pretended here"
