"""The pretended compatible server: one model, no usage, a picture in the answer or at an address.

It acts upon what stable-diffusion.cpp and LocalAI find in prompts. What it charges stands for a
paid service behind a proxy.

Calls, as `calls` and faults name them: `generate`, `models`, `file`.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import ClassVar

from aiohttp import web

from tests.platforms.diffusion.prompt_options import find_options
from tests.platforms.faults import Answer
from tests.platforms.picture_server import Charge, PictureServer, Refused


def _problem(status: int, message: str, kind: str = "invalid_request_error") -> Answer:
    return Answer(status, {"error": {"message": message, "type": kind, "code": None}})


class CompatibleServer(PictureServer):
    """See the package's text for how it is used.

    Attributes:
        acted: the options that it found in prompts and acted upon.
        elsewhere: where its pictures are said to be, instead of at itself.
    """

    path: ClassVar[str] = "/v1"
    commands: ClassVar[frozenset[str]] = PictureServer.commands | {"answer_by_address"}
    refusals: ClassVar[Mapping[str, Answer]] = {
        "refused": _problem(400, "This prompt is not drawn here."),
        "busy": _problem(429, "The queue is full."),
        "server_error": _problem(500, "The model could not be loaded.", "server_error"),
    }

    def __init__(self) -> None:
        super().__init__()
        self.acted: list[str] = []
        self.elsewhere = ""
        self._by_address = False
        self._files: list[bytes] = []

    def routes(self) -> list[web.RouteDef]:
        """The three calls; every other path is a violation."""
        return [
            web.post("/v1/images/generations", self.answering("generate", self._generate)),
            web.get("/v1/models", self.answering("models", self._models)),
            web.get("/generated/{number}.png", self.answering("file", self._file)),
            web.route("*", "/{path:.*}", self.answering("unknown", self._unknown)),
        ]

    def answer_by_address(self) -> None:
        """From now on answers name addresses, whatever was asked for."""
        self._by_address = True

    def _authorised(self, request: web.Request) -> str:
        key = self.bearer(request)
        if key is None:
            raise Refused(_problem(401, "invalid api key"))
        return key

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        raise Refused(_problem(404, "not found"), f"{request.method} {request.path} is unknown")

    async def _models(self, request: web.Request) -> web.StreamResponse:
        self._authorised(request)
        return web.json_response({"object": "list", "data": [{"id": "flux", "object": "model"}]})

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        key = self._authorised(request)
        order = json.loads(await request.text())
        size = re.fullmatch(r"(\d+)x(\d+)", str(order.get("size")))
        if order.get("model", "flux") != "flux" or size is None or order.get("n", 1) != 1:
            raise Refused(_problem(400, "not so"), f"{order}")
        fault = self.faults.take("generate")
        if early := await self.faults.strike(fault, "before", request):
            return early
        self.acted += find_options(order["prompt"])
        sides = (int(size[1]), int(size[2]))
        data = self.paint(order["prompt"], sides, fault.spoil if fault else "")
        self.bill.append(Charge(key, "flux", order["prompt"], sides, 10_000))
        if late := await self.faults.strike(fault, "after", request):
            return late
        return web.json_response({"created": 1, "data": [self._entry(data)] if data else []})

    def _entry(self, data: bytes) -> dict[str, str]:
        if not self._by_address:
            return {"b64_json": base64.b64encode(data).decode()}
        self._files.append(data)
        root = self.elsewhere or f"http://127.0.0.1:{self._port}"
        return {"url": f"{root}/generated/{len(self._files)}.png"}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            raise Refused(_problem(400, "no key"), "the key was sent for a file")
        data = self._files[int(request.match_info["number"]) - 1]
        return web.Response(body=data, content_type="image/png")
