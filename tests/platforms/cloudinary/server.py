"""A strict local Cloudinary: upload, destroy, download, and the list of what is there.

It owns one product environment with its assets, and does to them what signed requests say. What
requests must look like stands in `rules`. Transformations, folders and the delivery network are
not here: a client that needs them finds 404.

Calls by name: `upload`, `destroy`, `download`, `list`.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from aiohttp import BasicAuth, web

from tests.platforms.cloudinary.rules import Refused, check_file, check_name, check_signature
from tests.platforms.far_end import FarEnd, Upload, read_form

CLOUD: Final = "desk-test"
KEY: Final = "874837483274837"
SECRET: Final = "a676b67565c6767a6767d6767f676fe1"
KINDS: Final = frozenset({"image", "raw", "video"})
TYPES: Final = frozenset({"upload", "private", "authenticated"})
MOST_LISTED: Final = 500
MIME: Final = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]
Place: TypeAlias = tuple[str, str, str]
"""Kind, type and public id."""


@dataclass(frozen=True)
class Asset:
    """What was uploaded; `format` is "" for raw, `version` the second of its last upload."""

    data: bytes
    format: str
    version: int


class CloudinaryServer(FarEnd):
    """The server.

    Attributes:
        assets: what it holds.
        now: tells the seconds.
        page: how many assets a list holds unless asked for fewer.
        alter: what it makes of bytes before it keeps them; the real one keeps them as they are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.assets: dict[Place, Asset] = {}
        self.now: Callable[[], float] = time.time
        self.page = MOST_LISTED
        self._grown = asyncio.Condition()
        self.alter: Callable[[bytes], bytes] = bytes

    async def until_holding(self, count: int) -> None:
        """Returns as soon as there are so many assets."""
        async with self._grown:
            await self._grown.wait_for(lambda: len(self.assets) >= count)

    def settings(self) -> dict[str, str]:
        """The environment of a desk that uses it."""
        return {
            "CLOUDINARY_CLOUD_NAME": CLOUD,
            "CLOUDINARY_API_KEY": KEY,
            "CLOUDINARY_API_SECRET": SECRET,
            "CLOUDINARY_API_URL": self.base_url,
        }

    def routes(self) -> list[web.RouteDef]:
        """The Upload API's methods and one of the Admin API's."""
        start = f"/v1_1/{CLOUD}"
        return [
            web.get(f"{start}/resources/{{kind}}/{{type}}", self._call("list", self._list)),
            web.get(f"{start}/{{kind}}/download", self._call("download", self._download)),
            web.post(f"{start}/{{kind}}/upload", self._call("upload", self._upload)),
            web.post(f"{start}/{{kind}}/destroy", self._call("destroy", self._destroy)),
        ]

    def state(self) -> dict[str, Any]:
        """What is held, by name and size."""
        return super().state() | {
            "assets": {"/".join(place): len(asset.data) for place, asset in self.assets.items()}
        }

    def _call(self, name: str, work: Handler) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            self.calls.append(name)
            fault = self.faults.take(name)
            if early := await self.faults.strike(fault, "before", request):
                return early
            if request.match_info["kind"] not in KINDS:
                raise web.HTTPNotFound
            try:
                done = await work(request)
            except Refused as refused:
                return refused.response()
            return await self.faults.strike(fault, "after", request) or done

        return answer

    def _place(self, request: web.Request, fields: dict[str, str]) -> Place:
        check_signature(fields, KEY, SECRET, self.now())
        name, kind = fields.get("public_id", ""), fields.get("type", "upload")
        check_name(name)
        if kind not in TYPES:
            raise Refused(400, f"Invalid type {kind}")
        if kind != "authenticated":
            self.violations.append(f"{name} is for everybody to see ({kind})")
        return request.match_info["kind"], kind, name

    async def _upload(self, request: web.Request) -> web.Response:
        parts = dict(await read_form(request))
        fields = {name: text for name, text in parts.items() if isinstance(text, str)}
        place = self._place(request, fields)
        file = parts.get("file")
        if not isinstance(file, Upload):
            raise Refused(400, "Missing required parameter - file")
        shape = check_file(file.data, place[0])
        held = self.assets.get(place)
        existing = held is not None and fields.get("overwrite", "true") == "false"
        if held is None or not existing:
            held = Asset(self.alter(file.data), shape, int(self.now()))
            self.assets[place] = held
            async with self._grown:
                self._grown.notify_all()
        return web.json_response(_told(place, held) | ({"existing": True} if existing else {}))

    async def _destroy(self, request: web.Request) -> web.Response:
        fields = {name: str(text) for name, text in await read_form(request)}
        gone = self.assets.pop(self._place(request, fields), None)
        return web.json_response({"result": "ok" if gone else "not found"})

    async def _download(self, request: web.Request) -> web.Response:
        fields = dict(request.query)
        place = self._place(request, fields)
        asset = self.assets.get(place)
        if asset is None:
            raise Refused(404, f"Resource not found - {place[2]}")
        asked = fields.get("format", "")
        if asked != asset.format:
            # The real one would convert it, or refuse: never the bytes that were sent.
            self.violations.append(f"{place[2]} is {asset.format or 'raw'}, asked for as {asked}")
            raise Refused(400, f"Invalid extension in transformation: {asked}")
        headers = {}
        if fields.get("attachment") == "true":
            name = quote(fields.get("target_filename", place[2].rpartition("/")[2]), safe="")
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        kind = MIME.get(asset.format, "application/octet-stream")
        return web.Response(body=asset.data, content_type=kind, headers=headers)

    async def _list(self, request: web.Request) -> web.Response:
        given = BasicAuth.decode(request.headers.get("Authorization", "Basic Og=="))
        if (given.login, given.password) != (KEY, SECRET):
            raise Refused(401, "unknown api_key")
        most = int(request.query.get("max_results", "10"))
        if not 1 <= most <= MOST_LISTED:
            raise Refused(400, "max_results must be between 1 and 500")
        wanted = request.match_info["kind"], request.match_info["type"]
        prefix = request.query.get("prefix", "")
        after = request.query.get("next_cursor", "")
        found = sorted(
            place
            for place in self.assets
            if place[:2] == wanted and place[2].startswith(prefix) and place[2] > after
        )
        page = found[: min(most, self.page)]
        more = {"next_cursor": page[-1][2]} if len(found) > len(page) else {}
        return web.json_response(
            {"resources": [_told(place, self.assets[place]) for place in page]} | more
        )


def _told(place: Place, asset: Asset) -> dict[str, Any]:
    kind, shown, name = place
    return {
        "public_id": name,
        "resource_type": kind,
        "type": shown,
        "version": asset.version,
        "bytes": len(asset.data),
        "etag": hashlib.md5(asset.data).hexdigest(),  # noqa: S324  # theirs
        "created_at": "2026-01-01T00:00:00Z",
    } | ({"format": asset.format} if asset.format else {})
