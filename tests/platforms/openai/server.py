"""The pretended OpenAI itself: keys, limits, orders, pictures, bills, and faults between them.

It owns what happens to a call from its arrival to its answer. It must not know how a picture is
drawn, what it costs or what the contract is; its neighbours do.

A call to `generate` or `edit` goes: key and contract (violations are recorded) → faults `before` →
images-per-minute limit → `latency` → pictures made **and charged** → faults `after` → answer.
A client that went away in the meantime is charged all the same.

Calls, as `calls` and faults name them: `generate`, `edit`, `caption`, `moderate`, `models`.
"""

import asyncio
import base64
import functools
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from aiohttp import web

from tests.platforms.far_end import FarEnd
from tests.platforms.faults import Fault
from tests.platforms.openai.limits import ImagesPerMinute
from tests.platforms.openai.moderation import Moderator
from tests.platforms.openai.orders import (
    Order,
    demand_documented,
    read_edit,
    read_generate,
    read_json,
)
from tests.platforms.openai.pictures import BAD_WAYS, Drawing, draw, preview, spoil
from tests.platforms.openai.prices import MODELS, Charge, count_tokens, price
from tests.platforms.openai.refusals import REFUSALS, invalid_key, model_not_found, unknown_path
from tests.platforms.openai.rules import Refused
from tests.platforms.openai.words import RATES, SEEN, USELESS, Saying, answer, read_question

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Made:
    """The outcome of an order, charged and not yet handed over.

    Attributes:
        texts: the `b64_json` of each picture, good or spoilt.
        first: what was drawn first, for the previews of a stream.
    """

    order: Order
    charge: Charge
    texts: list[str]
    first: Drawing


class OpenAIServer(FarEnd):
    """See the package's text for how it is used.

    Args:
        today: the day by which models are alive or shut.
        clock: seconds, for the images-per-minute limit alone.
        drawing: how a picture is drawn; no two may have the same bytes.

    Attributes:
        bill: every charged picture call, in the order of charging.
        words: every charged look at a picture, likewise.
        seen: what a look finds, as the JSON of its answer (a text is answered as it stands).
    """

    path: ClassVar[str] = "/v1"
    commands: ClassVar[frozenset[str]] = FarEnd.commands | {
        "accept_key",
        "end_moderation",
        "flag",
        "flag_images",
        "limit_images",
        "refuse",
        "revoke_key",
        "slow_down",
        "spoil",
        "withdraw_model",
    }

    def __init__(
        self,
        *,
        today: date = date(2026, 11, 21),
        clock: Callable[[], float] = time.monotonic,
        drawing: Callable[[Drawing], bytes] = draw,
    ) -> None:
        super().__init__()
        self.bill: list[Charge] = []
        self.words: list[Saying] = []
        self.seen: object = dict(SEEN)
        self._today = today
        self._keys: set[str] = set()
        self._withdrawn: set[str] = set()
        self._limits = ImagesPerMinute(clock)
        self._moderator = Moderator()
        self._latency = 0.0
        self._draw = drawing
        self._drawn = 0

    @property
    def charged(self) -> int:
        """What pictures and words cost, in micro-USD."""
        pictures = sum(charge.micro_usd for charge in self.bill)
        return pictures + sum(saying.micro_usd for saying in self.words)

    def state(self) -> dict[str, Any]:
        """As every far end, and the bill."""
        bill = [asdict(charge) for charge in self.bill]
        words = [asdict(saying) for saying in self.words]
        mine = {"bill": bill, "words": words, "charged": self.charged}
        return super().state() | mine | {"refused": self._limits.refused}

    def routes(self) -> list[web.RouteDef]:
        """The five calls; every other path is a violation."""
        return [
            web.post("/v1/images/generations", self._answering("generate", self._generate)),
            web.post("/v1/images/edits", self._answering("edit", self._edit)),
            web.post("/v1/chat/completions", self._answering("caption", self._caption)),
            web.post("/v1/moderations", self._answering("moderate", self._moderate)),
            web.get("/v1/models", self._answering("models", self._models)),
            web.route("*", "/{path:.*}", self._answering("unknown", self._unknown)),
        ]

    def accept_key(self, key: str) -> None:
        """From now on this key passes."""
        self._keys.add(key)

    def revoke_key(self, key: str) -> None:
        """From now on this key is answered 401."""
        self._keys.discard(key)

    def withdraw_model(self, name: str) -> None:
        """From now on this model draws nothing, as if it had never been."""
        self._withdrawn.add(name)

    def refuse(
        self, reason: str, call: str = "generate", *, times: int | None = 1, **facts: Any
    ) -> None:
        """The next call is refused, before anything was charged.

        Args:
            reason: a name in `refusals.REFUSALS`, e.g. `rate_limited`.
            times: how often; None until `clear(call)`.
            facts: that refusal's own arguments, e.g. `retry_after=2`.
        """
        answer = REFUSALS[reason](**facts)
        self.faults.add(Fault(call, "answer", "before", answer, times=times))

    def spoil(self, way: str, call: str = "generate", times: int = 1) -> None:
        """The next pictures (or, with the call `caption`, words) are charged and bad.

        Args:
            way: of pictures `empty` (200 without data), `broken_base64`, `truncated` or
                `wrong_size`; of words `empty`, `malformed`, `cut_off` or `refused`.
        """
        if way not in (USELESS if call == "caption" else BAD_WAYS | {"empty"}):
            raise ValueError(way)
        self.faults.add(Fault(call, "spoil", "after", spoil=way, times=times))

    def flag(self, word: str, category: str) -> None:
        """Every text with this word (any case) is flagged as this category."""
        self._moderator.words[word.lower()] = category

    def flag_images(self, category: str, times: int = 1) -> None:
        """The next so many pictures that are moderated are flagged as this category."""
        self._moderator.flag_images(category, times)

    def end_moderation(self) -> None:
        """Moderation answers 500 until `clear("moderate")`."""
        self.refuse("server_error", "moderate", times=None)

    def limit_images(self, per_minute: int, burst: int | None = None) -> None:
        """Each key makes so many images a minute; it saves up `burst`, by default a minute's."""
        self._limits.per_minute, self._limits.burst = per_minute, burst

    def slow_down(self, seconds: float) -> None:
        """Every picture call takes this long before its pictures are made."""
        self._latency = seconds

    def _answering(self, call: str, handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def answer(request: web.Request) -> web.StreamResponse:
            self.calls.append(call)
            try:
                return await handler(request)
            except Refused as refused:
                if refused.violation:
                    self.violations.append(f"{call}: {refused.violation}")
                return refused.answer.response()

        return answer

    def _key(self, request: web.Request) -> str:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if key not in self._keys:
            raise Refused(invalid_key(key))
        return key

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        raise Refused(unknown_path(request.method, request.path), f"{request.path} is unknown")

    async def _models(self, request: web.Request) -> web.StreamResponse:
        self._key(request)
        fault = self.faults.take("models")
        if early := await self.faults.strike(fault, "before", request):
            return early
        alive = [
            {
                "id": name,
                "object": "model",
                "created": _unix(model.released),
                "owned_by": "system",
                "shutdown_date": model.shut and model.shut.isoformat(),
            }
            for name, model in MODELS.items()
            if model.is_alive(self._today)
        ]
        seeing = [{"id": name, "object": "model", "owned_by": "system"} for name in RATES]
        return web.json_response({"object": "list", "data": alive + seeing})

    async def _moderate(self, request: web.Request) -> web.StreamResponse:
        self._key(request)
        body = await read_json(request)
        demand_documented("/moderations", request.content_type, body)
        fault = self.faults.take("moderate")
        if early := await self.faults.strike(fault, "before", request):
            return early
        verdict = self._moderator.review(body)
        return await self.faults.strike(fault, "after", request) or web.json_response(verdict)

    async def _caption(self, request: web.Request) -> web.StreamResponse:
        self._key(request)
        body = await read_json(request)
        demand_documented("/chat/completions", request.content_type, body)
        question = read_question(body)
        fault = self.faults.take("caption")
        if early := await self.faults.strike(fault, "before", request):
            return early
        completion, saying = answer(question, self.seen, fault.spoil if fault else "")
        self.words.append(saying)
        return await self.faults.strike(fault, "after", request) or web.json_response(completion)

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        key = self._key(request)
        return await self._serve(await read_generate(request, self._today), key, request)

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        key = self._key(request)
        return await self._serve(await read_edit(request, self._today), key, request)

    async def _serve(self, order: Order, key: str, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take(order.call)
        if early := await self.faults.strike(fault, "before", request):
            return early
        if order.model_name in self._withdrawn:
            raise Refused(model_not_found(order.model_name))
        if refusal := self._limits.spend(key, order.n):
            raise Refused(refusal)
        stream = await self._begin_stream(key, request) if order.streamed else None
        await asyncio.sleep(self._latency)
        made = await self._make(order, key, fault.spoil if fault else "")
        if stream and not stream.prepared:
            return web.Response()  # whoever asked has gone, and is charged all the same
        if stream:
            return await self._stream(stream, made, fault, request)
        if late := await self.faults.strike(fault, "after", request):
            return late
        body = {
            "created": int(time.time()),
            "data": [{"b64_json": text} for text in made.texts],
            **order.settings(),
            "usage": made.charge.usage.json(),
        }
        return web.json_response(body, headers=self._limits.headers(key))

    async def _make(self, order: Order, key: str, way: str) -> Made:
        drawings = [self._next_drawing(order) for _ in range(order.n)]
        pictures = [await asyncio.to_thread(self._draw, drawing) for drawing in drawings]
        usage = count_tokens(
            order.model,
            quality=order.quality,
            size=order.size,
            n=order.n,
            previews=order.previews,
            prompt=order.prompt,
            references=order.reference_pixels,
        )
        charge = Charge(
            call=order.call,
            key=key,
            model=order.model_name,
            quality=order.quality,
            size="{}x{}".format(*order.size),
            n=order.n,
            usage=usage,
            micro_usd=price(order.model, usage),
            prompt=order.prompt,
            safety_identifier=order.safety_identifier,
        )
        self.bill.append(charge)
        texts = [_as_text(picture, way) for picture in pictures if way != "empty"]
        return Made(order, charge, texts, drawings[0])

    def _next_drawing(self, order: Order) -> Drawing:
        self._drawn += 1
        return Drawing(
            number=self._drawn,
            prompt=order.prompt,
            size=order.size,
            kind=order.kind,
            transparent=order.transparent,
            reference=order.references[0] if order.references else None,
        )

    async def _begin_stream(self, key: str, request: web.Request) -> web.StreamResponse:
        """What is said as soon as the order is taken: that it is, and how the key stands."""
        headers = {"Content-Type": "text/event-stream", **self._limits.headers(key)}
        response = web.StreamResponse(headers=headers)
        with suppress(ConnectionResetError):
            await response.prepare(request)
        return response

    async def _stream(
        self, response: web.StreamResponse, made: Made, fault: Fault | None, request: web.Request
    ) -> web.StreamResponse:
        """Previews, then what the fault does, then the picture with its usage."""
        family = "image_generation" if made.order.call == "generate" else "image_edit"
        about: dict[str, Any] = {"created_at": int(time.time()), **made.order.settings()}
        for step in range(made.order.previews):
            rough = _as_text(await asyncio.to_thread(preview, made.first, step), "")
            event = {"b64_json": rough, "partial_image_index": step, **about}
            await response.write(_event(f"{family}.partial_image", event))
        if await self.faults.strike(fault, "after", request):
            if fault is not None and fault.answer is not None:
                await response.write(_event("error", fault.answer.body))
            return response
        for text in made.texts:
            event = {"b64_json": text, "usage": made.charge.usage.json(), **about}
            await response.write(_event(f"{family}.completed", event))
        return response


def _unix(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _as_text(picture: bytes, way: str) -> str:
    return spoil(picture, way) if way else base64.b64encode(picture).decode()


def _event(kind: str, data: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | data)}\n\n".encode()
