"""Bringing: an address that a program named becomes an image of the library.

Owns which addresses are ours: an image's own in the store, in the API, on the page. Whatever else
is fetched, then taken in like every other file, so that it is checked and known again. It must not
know HTTP, nor what the image is wanted for.
"""

import asyncio
import re
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from core.errors import UserError
from core.library.examiner import MOST_BYTES
from core.library.images import Image
from core.library.ingesting import writing
from core.library.intake import Brought, Intake
from core.library.uploading import plain_name
from core.ports import BlobStore, Fetcher
from core.storing import UnitOfWork, Units

BY_ID: Final = re.compile(r"/(?:api/v1/images|library)/(\d{1,18})(?:/thumbnail)?/?")
"""An image's addresses in the API and on the page."""

BY_HASH: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
"""What the store's addresses of an original and of its thumbnail hold, see `core.library.keys`."""

PORTS: Final = {"http": 80, "https": 443}


class Bringing:
    """Brings images by their addresses. `address` is where people reach the desk."""

    def __init__(
        self, units: Units, blobs: BlobStore, fetcher: Fetcher, intake: Intake, address: str
    ) -> None:
        self._units = units
        self._blobs = blobs
        self._fetcher = fetcher
        self._intake = intake
        self._origin = _origin(urlsplit(address))

    async def bring(self, business_id: int, member_id: str, url: str) -> Image:
        """The image that `url` names, fetched and stored where it was not ours. May be repeated.

        Raises UserError("image_unknown") for an address of ours that names none of the business's
        images, else as `core.ports.Fetcher.fetch` and `core.library.intake.Intake.keep`.
        """
        parts = _parts(url)
        async with self._units.read() as uow:
            known = await self._known(uow, business_id, parts)
        if known:
            return known
        if _origin(parts) == self._origin:
            raise UserError("image_unknown")
        with TemporaryDirectory(prefix="imagedesk-") as folder:
            path = Path(folder) / "file"
            async with (
                aclosing(self._fetcher.fetch(url, MOST_BYTES)) as pieces,
                writing(path) as file,
            ):
                async for piece in pieces:
                    await asyncio.to_thread(file.write, piece)
            name = plain_name(unquote(parts.path))
            image, _ = await self._intake.keep(Brought(path, name, business_id, member_id))
        return image

    async def _known(self, uow: UnitOfWork, business_id: int, parts: SplitResult) -> Image | None:
        ours = _origin(parts) == self._origin
        if ours and (found := BY_ID.fullmatch(parts.path)):
            return await uow.images.of_business(business_id, int(found[1]))
        for sha256 in dict.fromkeys(BY_HASH.findall(f"{parts.path}?{parts.query}")):
            image = await uow.images.by_hash(business_id, sha256)
            if image and (ours or await self._is_stored_at(image, parts)):
                return image
        return None

    async def _is_stored_at(self, image: Image, parts: SplitResult) -> bool:
        """Whether the store serves this image there; how long a link holds does not matter."""
        for key in filter(None, (image.storage_key, image.thumbnail_key)):
            stored = urlsplit(await self._blobs.url(key, 1))
            if (_origin(stored), stored.path) == (_origin(parts), parts.path):
                return True
        return False


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise UserError("address_wrong") from error


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port (RFC 6454 §4). Raises UserError("address_wrong")."""
    try:
        port = parts.port
    except ValueError as error:
        raise UserError("address_wrong") from error
    return parts.scheme, parts.hostname or "", port or PORTS.get(parts.scheme, 0)
