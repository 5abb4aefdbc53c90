"""Uploading over HTTP: one file, measured while it streams in, then taken into the library.

Owns this route. How a file is judged and kept is core's.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request

from bot.surfaces.web.api.access import Caller, Gate
from bot.surfaces.web.api.shapes import OneImage, image_shape
from bot.surfaces.web.parts import ApiParts, WebParts
from bot.surfaces.web.uploads import Body, Incoming, read_body
from core.errors import UserError
from core.library.intake import Brought
from core.library.uploading import plain_name
from core.wording import api as words

FORM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["business_id", "file"],
    "properties": {
        "business_id": {"type": "integer"},
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
    },
}


class UploadRoutes:
    """Files that programs bring."""

    def __init__(self, parts: WebParts, api: ApiParts, gate: Gate) -> None:
        self._parts = parts
        self._api = api
        self._gate = gate

    def routes(self) -> APIRouter:
        """The one there is."""
        router = APIRouter(tags=["images"])
        writer = Annotated[Caller, Depends(self._gate.needs("write"))]

        @router.post(
            "/images/upload",
            summary=words.UPLOAD,
            openapi_extra={
                "requestBody": {
                    "required": True,
                    "content": {"multipart/form-data": {"schema": FORM}},
                }
            },
        )
        async def upload(caller: writer, request: Request) -> OneImage:
            body = await _read(request)
            try:
                caller.require_business(_business(body))
                return await self._keep(caller, _file(body))
            finally:
                body.close()

        return router

    async def _keep(self, caller: Caller, file: Incoming) -> OneImage:
        async with file.laid_down() as path:
            image, is_new = await self._api.keep(
                Brought(path, plain_name(file.filename), caller.business.id, caller.member.id)
            )
        async with self._parts.units.read() as uow:
            starred = await uow.images.starred_by(caller.member.id, [image.id])
        blobs, address = self._parts.blobs, self._parts.address
        shape = await image_shape(image, blobs, address, favourite=bool(starred))
        return OneImage(image=shape, duplicate=not is_new)


async def _read(request: Request) -> Body:
    """The form. Raises UserError("file_missing") for a body that is no form with a file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise UserError("file_missing")
    try:
        return await read_body(request)
    except HTTPException as error:  # no boundary, or the bytes in a field that has no file's name
        raise UserError("file_missing") from error


def _business(body: Body) -> int:
    given = body.get("business_id")
    if not given.isascii() or not given.isdigit():
        raise UserError("request_wrong", fields=["business_id"])
    return int(given[:18])


def _file(body: Body) -> Incoming:
    if len(body.files) != 1:
        raise UserError("file_missing")
    if body.files[0].too_big:
        raise UserError("upload_too_big")
    return body.files[0]
