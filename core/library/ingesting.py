"""Ingesting: from a file that a person brought to a picture in the library, with a verdict each.

    queued → claimed → fetched → stored → settled

May be run for any unfinished item at any time: until the last commit nothing stands that a second
run would double. Each file is an item of its own, so that one bad file never costs the good ones.
It must not know any chat.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from core.chat import Attachment
from core.errors import ActionNeeded, Trouble, TryLater, UserError
from core.generation.jobs import Item, Job
from core.leases import LEASE, keeping
from core.library.examination import FULL, RETRY_SECONDS
from core.library.examiner import MOST_BYTES
from core.library.images import Image, alike
from core.library.intake import Brought, Entered, Intake, Ready
from core.library.keys import read_key
from core.library.pictures import preview
from core.messages import redraw, redraw_job
from core.ports import BlobStore, ChatSurface, Reach
from core.publishing.joining import join
from core.storing import UnitOfWork, Units

REFUSED_SECONDS: Final = 60.0
"""How soon a chat or store that refused access is asked again: only an admin can change that."""


@dataclass(frozen=True)
class Claim:
    """An item in our hands, read once, valid under the lease."""

    item: Item
    job: Job
    attachment: Attachment


class Ingesting:
    """Takes in what people bring. `surfaces` fetch it, by their names."""

    def __init__(
        self,
        units: Units,
        surfaces: Mapping[str, ChatSurface],
        intake: Intake,
        blobs: BlobStore,
        reach: Reach,
    ) -> None:
        self._units = units
        self._surfaces = surfaces
        self._intake = intake
        self._blobs = blobs
        self._reach = reach

    async def ingest(self, item_id: str) -> None:
        """Take one file in, or say why not. May run twice at once."""
        claim = await self._claim(item_id)
        if claim is None:
            return
        item = claim.item
        async with keeping(self._units, lambda uow: uow.items, item.id, item.fence):
            await self._reach("claimed")
            try:
                with _folder() as folder:
                    await self._ingest(claim, folder)
            except TryLater as error:
                await self._put_off(claim, error.trouble, error.after)
            except ActionNeeded as error:
                await self._put_off(claim, error.trouble, REFUSED_SECONDS)
            except UserError as error:
                await self._refuse(claim, error.trouble)

    async def _claim(self, item_id: str) -> Claim | None:
        async with self._units.write() as uow:
            item = await uow.items.claim(item_id, uow.later(LEASE))
            job = await uow.jobs.lock(item.job_id) if item else None
            if item is None or job is None or item.attachment is None:
                return None
            if job.cancelled_at:
                item.move("cancelled", uow.now)
                await redraw_job(uow, job.id)
                return None
            item.begin(uow.now)
            await redraw(uow, "status", job.id)
            return Claim(item, job, item.attachment)

    async def _ingest(self, claim: Claim, folder: Path) -> None:
        item, job = claim.item, claim.job
        path = folder / "file"
        await self._fetch(claim, path)
        await self._reach("fetched")
        brought = Brought(path, item.prompt, job.business_id, job.owner_id)
        ready = await self._intake.prepare(brought)
        preview_key = f"{job.business_id}/previews/{item.id}.jpg"
        await self._blobs.put(preview_key, await _draw(ready, item.number), "image/jpeg")
        await self._reach("stored")
        entered = await self._settle(claim, ready, preview_key)
        if entered is None:
            return
        if entered.put_again:
            await self._intake.restore(ready)
        await self._reach("settled")
        await self._forget(claim)

    async def _settle(self, claim: Claim, ready: Ready, preview_key: str) -> Entered | None:
        """Image and item in one commit; None if the item is not ours any more."""
        async with self._units.write() as uow:
            row = await uow.items.held(claim.item.id, claim.item.fence)
            if row is None:
                return None
            if claim.job.post_id:  # before the business, as forms do, or two might deadlock
                await uow.posts.lock(claim.job.post_id)
            entered = await self._intake.enter(uow, ready, row.job_id)
            image = entered.image
            others = {other.image_id for other in await uow.items.of_job(row.job_id)}
            trouble = None if entered.is_new else _named("already_there", image)
            if entered.is_new:
                trouble = await _resembling(uow, image, others)
            if image.id not in others:  # the same file twice in one drop is shown once
                row.image_id, row.preview_key = image.id, preview_key
            row.move("completed", uow.now, trouble)
            await join(uow, claim.job, row)
            await redraw_job(uow, row.job_id)
            return entered

    async def _fetch(self, claim: Claim, path: Path) -> None:
        """Stream the file to `path`. Raises as `ChatSurface.fetch`, and TryLater("disk_full")."""
        surface = self._surfaces.get(claim.job.place.surface)
        if surface is None:
            raise UserError("upload_gone")
        async with writing(path) as file:
            async for piece in surface.fetch(claim.attachment, MOST_BYTES):
                await asyncio.to_thread(file.write, piece)

    async def _put_off(self, claim: Claim, trouble: Trouble, after: float) -> None:
        async with self._units.write() as uow:
            item = await uow.items.held(claim.item.id, claim.item.fence)
            if item is None:
                return
            item.tries += 1
            item.move("queued", uow.now, trouble)
            item.wake_at = uow.later(after)
            uow.enqueue("make", item.id, after)
            await redraw(uow, "status", item.job_id)

    async def _refuse(self, claim: Claim, trouble: Trouble) -> None:
        async with self._units.write() as uow:
            item = await uow.items.held(claim.item.id, claim.item.fence)
            if item is None:
                return
            item.move("refused", uow.now, trouble)
            await redraw_job(uow, item.job_id)
        await self._forget(claim)

    async def _forget(self, claim: Claim) -> None:
        """Drop what a surface had put into our store for us: from now on nobody needs it."""
        parts = read_key(claim.attachment.id)
        if parts and parts.kind == "incoming":
            await self._blobs.delete(claim.attachment.id)


@contextmanager
def _folder() -> Iterator[Path]:
    """A fresh folder, gone afterwards. Raises TryLater("disk_full") where none can be made."""
    try:
        folder = TemporaryDirectory(prefix="imagedesk-")
    except OSError as error:
        if error.errno in FULL:
            raise TryLater("disk_full", after=RETRY_SECONDS) from error
        raise
    with folder as name:
        yield Path(name)


@asynccontextmanager
async def writing(path: Path) -> AsyncIterator[IO[bytes]]:
    """A fresh file at `path`. Raises TryLater("disk_full") where it does not fit."""
    try:
        file = await asyncio.to_thread(path.open, "wb")
        try:
            yield file
        finally:
            await asyncio.to_thread(file.close)
    except OSError as error:
        if error.errno in FULL:
            raise TryLater("disk_full", after=RETRY_SECONDS) from error
        raise


async def _resembling(uow: UnitOfWork, image: Image, together: set[int | None]) -> Trouble | None:
    """The image of this business that a new one looks most like, if any does. Those that came
    `together` with it are left out: whoever brought them has seen that they are alike.
    """
    others = [other for other in await alike(uow, image) if other.id not in together]
    return _named("looks_like", others[0]) if others else None


def _named(code: str, image: Image) -> Trouble:
    return Trouble(code, {"image": image.id, "title": image.title})


async def _draw(ready: Ready, number: int) -> bytes:
    data = await asyncio.to_thread(ready.examined.path.read_bytes)
    return await asyncio.to_thread(preview, data, number)
