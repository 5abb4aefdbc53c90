"""The pretended server of one's own: `/sdapi/v1`, free, one picture for one seed.

Calls, as `calls` and faults name them: `txt2img`, `models`.

Sources: A1111's `/docs`: unknown fields are passed over there, so they are violations here.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from aiohttp import web

from tests.platforms.diffusion.prompt_options import find_options
from tests.platforms.faults import Answer
from tests.platforms.picture_server import Charge, PictureServer, Refused

FIELDS: Final[dict[str, type]] = {
    "prompt": str,
    "negative_prompt": str,
    "width": int,
    "height": int,
    "steps": int,
    "seed": int,
    "batch_size": int,
    "n_iter": int,
    "cfg_scale": float,
}
MEMORY: Final = "CUDA out of memory. Tried to allocate 2.00 GiB."


class DiffusionServer(PictureServer):
    """See the package's text for how it is used.

    Args:
        api: whether it was started with `--api`.

    Attributes:
        acted: the options that it found in prompts and acted upon.
        prompts: what it drew, as sent.
    """

    commands: ClassVar[frozenset[str]] = PictureServer.commands | {"lock"}
    refusals: ClassVar[Mapping[str, Answer]] = {
        "server_error": Answer(
            500, {"error": "OutOfMemoryError", "detail": "", "body": "", "errors": MEMORY}
        ),
        "busy": Answer(429, {"error": "queue_full", "detail": "too many"}, {"retry-after": "3"}),
    }

    def __init__(self, *, api: bool = True) -> None:
        super().__init__()
        self.acted: list[str] = []
        self.prompts: list[str] = []
        self._api = api
        self._locked = False

    def routes(self) -> list[web.RouteDef]:
        """The two calls; every other path is a violation."""
        if not self._api:
            return [web.route("*", "/{path:.*}", self.answering("unknown", self._off))]
        return [
            web.post("/sdapi/v1/txt2img", self.answering("txt2img", self._draw)),
            web.get("/sdapi/v1/sd-models", self.answering("models", self._models)),
            web.route("*", "/{path:.*}", self.answering("unknown", self._unknown)),
        ]

    def lock(self) -> None:
        """From now on user and password are wanted (`--api-auth`)."""
        self._locked = True

    async def _off(self, _request: web.Request) -> web.StreamResponse:
        raise Refused(Answer(404, {"detail": "Not Found"}))

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        raise Refused(Answer(404, {"detail": "Not Found"}), f"{request.path} is unknown")

    def _enter(self) -> None:
        if self._locked:
            raise Refused(Answer(401, {"detail": "Incorrect username or password"}))

    async def _models(self, _request: web.Request) -> web.StreamResponse:
        self._enter()
        return web.json_response([{"title": "v1-5.safetensors [6ce0161689]", "model_name": "v1-5"}])

    async def _draw(self, request: web.Request) -> web.StreamResponse:
        self._enter()
        order = _read(await request.text())
        fault = self.faults.take("txt2img")
        if early := await self.faults.strike(fault, "before", request):
            return early
        self.prompts.append(order["prompt"])
        self.acted += find_options(order["prompt"])
        size = (order["width"], order["height"])
        digest = hashlib.sha256(json.dumps(order, sort_keys=True).encode()).digest()
        number = int.from_bytes(digest[:4])
        data = self.paint(order["prompt"], size, fault.spoil if fault else "", number)
        self.bill.append(Charge("", "v1-5", order["prompt"], size, 0))
        if late := await self.faults.strike(fault, "after", request):
            return late
        images = [base64.b64encode(data).decode()] if data else []
        return web.json_response({"images": images, "parameters": order, "info": "{}"})


def _read(text: str) -> dict[str, Any]:
    order = json.loads(text)
    problems = [
        f"{name}: {value!r}"
        for name, value in order.items()
        if not isinstance(value, FIELDS.get(name, ()))
    ]
    problems += [f"{name}: missing" for name in ("prompt", "width", "height") if name not in order]
    if not problems and (order["width"] % 8 or order["height"] % 8):
        problems.append("sides are multiples of 8")
    if problems:
        raise Refused(Answer(422, {"detail": problems}), "; ".join(problems))
    return {name: order[name] for name in FIELDS if name in order}
