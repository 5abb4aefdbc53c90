"""A public place for pictures, on 127.0.0.1: what a network is pointed at when it wants a URL.

It owns files under URLs, with the mistakes that such places make (a redirect, a wrong type, an
answer that never comes), and drawing files of a wanted shape. It must not know who fetches them.
"""

import io
from typing import Literal

from aiohttp import web
from PIL import Image

from tests.platforms.far_end import FarEnd


class PictureHost(FarEnd):
    """Serves what was put there; `calls` lists the paths that were fetched."""

    def __init__(self) -> None:
        super().__init__()
        self._files: dict[str, tuple[bytes, str]] = {}
        self._moved: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        """Every path; what was never put there is 404."""
        return [web.get("/{path:.*}", self._answer)]

    def put(self, name: str, data: bytes, content_type: str = "image/jpeg") -> str:
        """The URL under which these bytes are from now on."""
        self._files[f"/{name}"] = (data, content_type)
        return f"{self.base_url}/{name}"

    def move(self, name: str, url: str) -> str:
        """The URL of a redirect to `url`."""
        self._moved[f"/{name}"] = url
        return f"{self.base_url}/{name}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(request.path)
        fault = self.faults.take(request.path)
        if early := await self.faults.strike(fault, "before", request):
            return early
        if request.path in self._moved:
            raise web.HTTPFound(self._moved[request.path])
        if request.path not in self._files:
            raise web.HTTPNotFound
        data, content_type = self._files[request.path]
        return web.Response(body=data, content_type=content_type)


def draw_file(
    width: int, height: int, kind: Literal["JPEG", "PNG", "MPO"] = "JPEG", colour: str = "teal"
) -> bytes:
    """A picture of this shape, encoded."""
    out = io.BytesIO()
    with Image.new("RGB", (width, height), colour) as picture:
        # Pillow writes an MPO of one frame as a plain JPEG.
        more = {"save_all": True, "append_images": [picture]} if kind == "MPO" else {}
        picture.save(out, kind, **more)
    return out.getvalue()
