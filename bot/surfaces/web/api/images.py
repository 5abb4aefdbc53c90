"""Images over HTTP: found, looked at, changed and deleted.

Owns these routes. What is found, and what deleting means, is core's.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import WithJsonSchema

from bot.surfaces.web.api.access import Caller, Gate
from bot.surfaces.web.api.shapes import (
    Done,
    ImageChange,
    ImagePage,
    ImageShape,
    OneImage,
    PassportShape,
    image_shape,
    passport_shape,
)
from bot.surfaces.web.files import FOR_A_DAY, answer
from bot.surfaces.web.parts import WebParts
from core.errors import UserError
from core.library.describing import Words, describe
from core.library.finding import find
from core.library.images import Image, require_image, star, unstar
from core.library.passport import read_passport
from core.library.removal import remove_image
from core.library.search import FILTERS, LAST_PAGE, MOST, SORTS, Given, read_search
from core.storing import UnitOfWork
from core.wording import api as words

# Told as what they are, taken as they are written: what is wrong has a sentence of core's.
PAGE: Final = {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}
LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MOST}
DATE: Final = {"type": "string", "format": "date"}


class ImageRoutes:
    """The library."""

    def __init__(self, parts: WebParts, gate: Gate) -> None:
        self._units = parts.units
        self._blobs = parts.blobs
        self._address = parts.address
        self._gate = gate

    def routes(self) -> APIRouter:
        """All of them."""
        router = APIRouter(tags=["images"])
        self._add_reading(router)
        self._add_thumbnails(router)
        self._add_writing(router)
        return router

    def _add_reading(self, router: APIRouter) -> None:
        reader = Annotated[Caller, Depends(self._gate.needs("read"))]
        listing = words.LIST.format(sorts=", ".join(SORTS), filters=", ".join(FILTERS))

        @router.get("/images/list", summary=listing)
        async def list_images(
            caller: reader,
            business_id: int | None = None,
            page: Annotated[str | None, WithJsonSchema(PAGE)] = None,
            limit: Annotated[str | None, WithJsonSchema(LIMIT)] = None,
            sort: Annotated[str, Query(json_schema_extra={"enum": list(SORTS)})] = "newest",
            filter: Annotated[  # noqa: A002  # the API's name
                str, Query(json_schema_extra={"enum": list(FILTERS)})
            ] = "all",
            search: Annotated[str, Query(description=words.SEARCH)] = "",
            tag: str = "",
            person: Annotated[str, Query(description=words.PERSON)] = "",
            provider: Annotated[str, Query(description=words.PROVIDER)] = "",
            since: Annotated[
                str | None, WithJsonSchema(DATE), Query(alias="from", description=words.SINCE)
            ] = None,
            until: Annotated[
                str | None, WithJsonSchema(DATE), Query(alias="to", description=words.UNTIL)
            ] = None,
            cursor: Annotated[str, Query(description=words.CURSOR)] = "",
        ) -> ImagePage:
            caller.require_business(business_id)
            given: dict[str, Given] = {"page": page, "limit": limit, "sort": sort, "filter": filter}
            given |= {"text": search, "tag": tag, "person": person, "provider": provider}
            given |= {"from": since, "to": until, "cursor": cursor}
            return await self._page(caller, given)

        @router.get("/images/{image_id}", summary=words.SHOW)
        async def show_image(caller: reader, image_id: int) -> ImageShape:
            async with self._units.read() as uow:
                image = await require_image(uow, caller.business.id, image_id)
                return (await self._shapes(uow, caller, [image]))[0]

        @router.get("/images/{image_id}/passport", summary=words.PASSPORT)
        async def show_passport(caller: reader, image_id: int) -> PassportShape:
            async with self._units.read() as uow:
                image = await require_image(uow, caller.business.id, image_id)
                return passport_shape(await read_passport(uow, image))

    def _add_thumbnails(self, router: APIRouter) -> None:
        reader = Annotated[Caller, Depends(self._gate.needs("read"))]

        @router.get(
            "/images/{image_id}/thumbnail",
            summary=words.THUMBNAIL,
            response_class=Response,
            responses={200: {"content": {"image/jpeg": {}}}},
        )
        async def show_thumbnail(caller: reader, image_id: int) -> Response:
            async with self._units.read() as uow:
                image = await require_image(uow, caller.business.id, image_id)
            key = image.thumbnail_key or image.storage_key
            try:
                data = await self._blobs.get(key)
            except FileNotFoundError as error:
                raise UserError("image_unknown") from error
            return answer(data, PurePosixPath(key).name, shown=True, headers=FOR_A_DAY)

    def _add_writing(self, router: APIRouter) -> None:
        writer = Annotated[Caller, Depends(self._gate.needs("write"))]

        @router.patch("/images/{image_id}", summary=words.CHANGE)
        async def change_image(caller: writer, image_id: int, change: ImageChange) -> OneImage:
            async with self._units.write() as uow:
                image = await require_image(uow, caller.business.id, image_id)
                await _change(uow, caller, image, change)
                image = await require_image(uow, caller.business.id, image_id)
                return OneImage(image=(await self._shapes(uow, caller, [image]))[0])

        @router.delete("/images/{image_id}", summary=words.DELETE)
        async def delete_image(caller: writer, image_id: int, *, force: bool = False) -> Done:
            async with self._units.write() as uow:
                image = await require_image(uow, caller.business.id, image_id)
                await remove_image(uow, image, caller.member, although_used=force)
            return Done(message=words.DELETED)

    async def _page(self, caller: Caller, given: dict[str, Given]) -> ImagePage:
        search = read_search(given, caller.business.time_zone)
        async with self._units.read() as uow:
            found = await find(uow, caller.business.id, search)
            images = await self._shapes(uow, caller, found.images)
        return ImagePage(
            images=images,
            total=found.total,
            page=found.page,
            pages=found.pages,
            exact=found.exact,
            next=found.after or None,
        )

    async def _shapes(
        self, uow: UnitOfWork, caller: Caller, images: Sequence[Image]
    ) -> list[ImageShape]:
        starred = await uow.images.starred_by(caller.member.id, [image.id for image in images])
        return [
            await image_shape(image, self._blobs, self._address, favourite=image.id in starred)
            for image in images
        ]


async def _change(uow: UnitOfWork, caller: Caller, image: Image, change: ImageChange) -> None:
    given = Words(change.title, change.description, change.tags, change.alt_text)
    if given != Words():
        await describe(uow, image, caller.member, given)
    if change.favourite is not None:
        await (star if change.favourite else unstar)(uow, image.id, caller.member.id)
