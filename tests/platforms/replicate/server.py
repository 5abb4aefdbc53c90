"""The pretended Replicate itself: predictions that are created, looked at, cancelled and fetched.

A prediction is charged when its picture is made, which is when it is created unless it fails: a
client that went away is charged all the same. Files are at `/files`, without a key, as Replicate's
are at another host.

Calls, as `calls` and faults name them: `create`, `get`, `cancel`, `file`, `account`.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from aiohttp import web

from tests.platforms.faults import Answer
from tests.platforms.picture_server import Charge, PictureServer, Refused
from tests.platforms.replicate.rules import MODELS, breaches, size_of

NSFW: Final = "NSFW content detected. Try running it again, or try a different prompt."


def _problem(status: int, title: str, detail: str, **more: Any) -> Answer:
    return Answer(status, {"title": title, "detail": detail, "status": status, **more})


UNAUTHENTICATED: Final = _problem(
    401, "Unauthenticated", "You did not pass a valid authentication token"
)
NOT_FOUND: Final = _problem(404, "Not found", "The requested resource could not be found.")


class ReplicateServer(PictureServer):
    """See the package's text for how it is used.

    Attributes:
        predictions: all of them by id, as they stand.
        files: the pictures by name, fetched or not.
    """

    path: ClassVar[str] = "/v1"
    commands: ClassVar[frozenset[str]] = PictureServer.commands | {
        "take_looks",
        "fail_next",
        "remove_data",
        "forget",
    }
    refusals: ClassVar[Mapping[str, Answer]] = {
        "payment_required": _problem(402, "Insufficient credit", "You have no credit left."),
        "forbidden": _problem(403, "Forbidden", "This token may not run that."),
        "throttled": _problem(429, "Throttled", "Request was throttled.", retry_after=7),
        "small_balance": _problem(
            429,
            "Throttled",
            "Request was throttled. Your rate limit for creating predictions is reduced to 6"
            " requests per minute with a burst of 1 requests while you have less than $5.0 in"
            " credit. Your rate limit resets in ~5s.",
            retry_after=5,
        ),
        "server_error": _problem(500, "Internal server error", "Something went wrong."),
    }

    def __init__(self) -> None:
        super().__init__()
        self.predictions: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.cancelled: list[str] = []
        self._looks = 0
        self._left: dict[str, int] = {}
        self._failures: list[str] = []
        self._forgotten: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """The five calls; every other path is a violation."""
        create = self.answering("create", self._create)
        return [
            web.post("/v1/models/{owner}/{name}/predictions", create),
            web.post("/v1/predictions", create),
            web.get("/v1/predictions/{id}", self.answering("get", self._get)),
            web.post("/v1/predictions/{id}/cancel", self.answering("cancel", self._cancel)),
            web.get("/v1/account", self.answering("account", self._account)),
            web.get("/files/{name}", self.answering("file", self._file)),
            web.route("*", "/{path:.*}", self.answering("unknown", self._unknown)),
        ]

    def take_looks(self, count: int) -> None:
        """From now on a prediction has ended only at so many looks after its creation."""
        self._looks = count

    def fail_next(self, error: str = NSFW) -> None:
        """The next prediction is created, and fails with these words; nothing is charged."""
        self._failures.append(error)

    def remove_data(self) -> None:
        """As an hour after they ended: what predictions made is removed, they stand."""
        self.files.clear()
        for made in self.predictions.values():
            made |= {"input": {}, "output": None, "metrics": {}, "data_removed": True}

    def forget(self) -> None:
        """As if every prediction had been deleted by hand; whoever asks for them cannot know."""
        self._forgotten |= set(self.predictions)

    def _authorised(self, request: web.Request) -> str:
        key = self.bearer(request)
        if key is None:
            raise Refused(UNAUTHENTICATED)
        return key

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        raise Refused(NOT_FOUND, f"{request.method} {request.path} is unknown")

    async def _account(self, request: web.Request) -> web.StreamResponse:
        self._authorised(request)
        fault = self.faults.take("account")
        if early := await self.faults.strike(fault, "before", request):
            return early
        return web.json_response({"type": "organization", "username": "desk", "name": "Desk"})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        key = self._authorised(request)
        prefer = request.headers.get("Prefer", "")
        wait = re.fullmatch(r"wait(?:=(\d+))?", prefer)
        if prefer and not (wait and 1 <= int(wait[1] or 60) <= 60):
            raise Refused(_problem(400, "Bad request", "Prefer"), f"Prefer: {prefer}")
        body = await self._body(request)
        given = body.get("input")
        info = request.match_info
        name = f"{info['owner']}/{info['name']}" if "owner" in info else str(body.get("version"))
        model = MODELS.get(name)
        if model is None:
            raise Refused(NOT_FOUND, f"there is no model {name}")
        problems = list(breaches(given, model)) if isinstance(given, dict) else ["input: missing"]
        if problems or not isinstance(given, dict):
            detail = "- " + "\n- ".join(problems)
            raise Refused(_problem(422, "Input validation failed", detail), "; ".join(problems))
        fault = self.faults.take("create")
        if early := await self.faults.strike(fault, "before", request):
            return early
        made = self._make(name, given, key, fault.spoil if fault else "")
        if late := await self.faults.strike(fault, "after", request):
            return late
        return web.json_response(self._shown(made), status=201)

    def _make(self, name: str, given: dict[str, Any], key: str, way: str) -> dict[str, Any]:
        id_ = f"p{len(self.predictions):08d}"
        made: dict[str, Any] = {
            "id": id_,
            "model": name,
            "input": given,
            "output": None,
            "error": None,
            "status": "succeeded",
            "metrics": {},
        }
        self.predictions[id_] = made
        self._left[id_] = self._looks
        if self._failures:
            made |= {"status": "failed", "error": self._failures.pop(0)}
            return made
        size, model = size_of(given), MODELS[name]
        self.bill.append(Charge(key, name, given["prompt"], size, model.micro_usd))
        address = f"http://127.0.0.1:{self._port}/files/{id_}.png"
        self.files[f"{id_}.png"] = self.paint(given["prompt"], size, way)
        made["output"] = [address] if model.many else address
        made["metrics"] = {"image_count": 1, "predict_time": 1.2}
        return made

    def _shown(self, made: dict[str, Any]) -> dict[str, Any]:
        """As it stands for whoever looks now: what has not ended has no output yet."""
        root = f"https://api.replicate.com/v1/predictions/{made['id']}"
        shown = made | {"urls": {"get": root, "cancel": f"{root}/cancel"}}
        if made["status"] != "canceled" and self._left[made["id"]] > 0:
            shown |= {"status": "processing", "output": None, "error": None, "metrics": {}}
        return shown

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self._authorised(request)
        made = self._find(request)
        fault = self.faults.take("get")
        if early := await self.faults.strike(fault, "before", request):
            return early
        self._left[made["id"]] -= 1
        return web.json_response(self._shown(made))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        self._authorised(request)
        made = self._find(request)
        self.cancelled.append(made["id"])
        if self._left[made["id"]] > 0:
            made["status"] = "canceled"
        return web.json_response(self._shown(made))

    def _find(self, request: web.Request) -> dict[str, Any]:
        made = self.predictions.get(request.match_info["id"])
        if made and made["id"] in self._forgotten:
            raise Refused(NOT_FOUND)
        if made is None:
            raise Refused(NOT_FOUND, "there is no such prediction")
        return made

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            raise Refused(NOT_FOUND, "the token was sent to the host of the files")
        fault = self.faults.take("file")
        if early := await self.faults.strike(fault, "before", request):
            return early
        data = self.files.get(request.match_info["name"])
        if data is None:
            raise Refused(NOT_FOUND, "there is no such file")
        return web.Response(body=data, content_type="image/png")

    async def _body(self, request: web.Request) -> dict[str, Any]:
        try:
            body = json.loads(await request.text())
        except ValueError as broken:
            raise Refused(_problem(400, "Bad request", "no JSON"), str(broken)) from broken
        if not isinstance(body, dict):
            raise Refused(_problem(400, "Bad request", "no object"), "the body is no object")
        return body
