"""Originals: the full files of a job, as one archive."""

import io
import zipfile

from core.ports import BlobStore
from core.storing import Units


async def pack_originals(units: Units, blobs: BlobStore, job_id: str) -> bytes:
    """All finished pictures of a job in a zip (stored, not compressed: pictures are already).

    May be repeated. Raises FileNotFoundError, TryLater as the store does.
    """
    async with units.read() as uow:
        items = await uow.items.of_job(job_id)
        images = [
            (item.number, await uow.images.get(item.image_id)) for item in items if item.image_id
        ]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for number, image in images:
            if image:
                data = await blobs.get(image.storage_key)
                packed.writestr(f"{number:02}-{image.filename}", data)
    return archive.getvalue()
