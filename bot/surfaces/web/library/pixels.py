"""An image's bytes, in the sizes that the page shows: thumbnail, preview, original.

Owns how they are served to the people of its business. It must not know where the bytes lie.
"""

import asyncio
from pathlib import PurePosixPath
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from bot.surfaces.web.files import FOR_A_DAY, answer
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Sessions
from core.library.images import Image
from core.library.pictures import preview

AT_ONCE: Final = 2
"""Previews that are drawn side by side; each holds a whole decoded picture."""


class Pixels:
    """Serves them. They never change under their address, so a browser asks once."""

    def __init__(self, parts: WebParts, sessions: Sessions) -> None:
        self._parts = parts
        self._sessions = sessions
        self._drawing = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> APIRouter:
        """All three, the last also as a file to be saved (`?save=yes`)."""
        router = APIRouter()
        router.get("/library/{image_id:int}/thumbnail")(self.thumbnail)
        router.get("/library/{image_id:int}/preview")(self.preview)
        router.get("/library/{image_id:int}/original")(self.original)
        return router

    async def thumbnail(self, request: Request, image_id: int) -> Response:
        """At most 256 pixels a side; the original of images that are older than thumbnails."""
        image = await self._image(request, image_id)
        key = image.thumbnail_key or image.storage_key
        return answer(await self._load(key), key, shown=True, headers=FOR_A_DAY)

    async def preview(self, request: Request, image_id: int) -> Response:
        """At most 1024 pixels a side, for fine screens; drawn when it is asked for."""
        image = await self._image(request, image_id)
        async with self._drawing:
            data = await self._load(image.storage_key)
            drawn = await asyncio.to_thread(preview, data)
        return answer(drawn, "preview.jpg", shown=True, headers=FOR_A_DAY)

    async def original(self, request: Request, image_id: int, save: str = "") -> Response:
        """The bytes that are kept."""
        image = await self._image(request, image_id)
        data = await self._load(image.storage_key)
        name = PurePosixPath(image.filename).name
        return answer(data, name, shown=save != "yes", headers=FOR_A_DAY)

    async def _image(self, request: Request, image_id: int) -> Image:
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            image = await uow.images.of_business(person.business.id, image_id)
        if image is None:
            raise HTTPException(404)
        return image

    async def _load(self, key: str) -> bytes:
        try:
            return await self._parts.blobs.get(key)
        except FileNotFoundError as error:
            raise HTTPException(404) from error
