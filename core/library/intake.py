"""Intake: how a file on this machine becomes an image of the library, once.

    examined → put into the store → entered (in the caller's transaction)

Owns the check, the bytes that are stored and the image's row; the same bytes, brought again, are
the image that is there already. It must not know who brought a file or where from.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from core.errors import ActionNeeded, TryLater
from core.library.captioning import Captioning
from core.library.captions import plain_caption
from core.library.examination import Examined, Examiner
from core.library.images import Image
from core.library.keys import original_key, thumbnail_key
from core.ports import BlobStore
from core.publishing.slugs import slug
from core.storing import UnitOfWork, Units

AGAIN_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Brought:
    """A file that a member brought: `path` is where it lies, in a folder that its bringer owns and
    that outlives the intake; `name` what people call it.
    """

    path: Path
    name: str
    business_id: int
    member_id: str


@dataclass(frozen=True)
class Ready:
    """A file that passed. `is_put` says that its bytes are in the store, which is not so where the
    library had them before.
    """

    image: Image
    examined: Examined
    is_put: bool


@dataclass(frozen=True)
class Entered:
    """The image that stands for the file, which is new or was there. With `put_again`, a removal of
    the same bytes ended meanwhile: after the commit they must be put once more.
    """

    image: Image
    is_new: bool
    put_again: bool = False


@dataclass(frozen=True)
class Seen:
    """What a file's bytes alone tell: their SHA-256, and the image that was made of them before or
    is stored as they are, if there was one at that moment.
    """

    sha256: str
    image: Image | None
    moment: datetime


class Intake:
    """Takes files in."""

    def __init__(
        self, units: Units, blobs: BlobStore, captioning: Captioning, examiner: Examiner
    ) -> None:
        self._units = units
        self._blobs = blobs
        self._captioning = captioning
        self._examiner = examiner

    async def keep(self, brought: Brought) -> tuple[Image, bool]:
        """The image of this file and whether it is new. May be repeated.

        Raises UserError where it is refused (as `Examiner.examine`), TryLater, ActionNeeded.
        """
        ready = await self.prepare(brought)
        async with self._units.write() as uow:
            entered = await self.enter(uow, ready)
        if entered.put_again:
            await self.restore(ready)
        return entered.image, entered.is_new

    async def prepare(self, brought: Brought) -> Ready:
        """Examine a file and put what may be stored; no row names it yet. Raises as `keep`."""
        judging = asyncio.ensure_future(self._examiner.examine(brought.path, brought.name))
        looking = asyncio.ensure_future(self._look(brought))
        # Whatever becomes of one, the other must not go on alone: the file's folder is not ours.
        await asyncio.gather(judging, looking, return_exceptions=True)
        found, seen = judging.result(), looking.result()
        image, known = self._image(brought, found, seen), seen.image
        if known is None and found.sha256:
            async with self._units.read() as uow:
                known = await uow.images.by_hash(brought.business_id, found.sha256)
        ready = Ready(image, found, is_put=known is None)
        if ready.is_put:
            await self.put(ready)
        return ready

    async def put(self, ready: Ready) -> None:
        """Put a file's bytes into the store. May be repeated. Raises TryLater, ActionNeeded."""
        image, found = ready.image, ready.examined
        both = await asyncio.gather(
            self._blobs.put_file(image.storage_key, found.path, image.mime_type),
            self._blobs.put(image.thumbnail_key, found.thumbnail, "image/jpeg"),
            return_exceptions=True,  # whatever becomes of one, the other must not go on alone
        )
        for failure in both:
            if failure:
                raise failure

    async def restore(self, ready: Ready) -> None:
        """Put them once more, for an image that stands already, however long the store is out: no
        row would tell another worker that they are missing.
        """
        while True:
            try:
                await self.put(ready)
            except (TryLater, ActionNeeded) as error:
                log.warning("image_not_restored", image=ready.image.id, reason=error.code)
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def enter(self, uow: UnitOfWork, ready: Ready, job_id: str = "") -> Entered:
        """Write the image's row, unless the library has these bytes, and have it looked at.
        `job_id` is of the job that brought it, if any. Raises TryLater while the same bytes are
        being removed.
        """
        image = ready.image
        await uow.businesses.lock(image.business_id)  # or the same file, twice, would be two images
        known = await _known(uow, image.business_id, image.source_sha256, image.sha256)
        if known:
            return Entered(known, is_new=False)
        if not ready.is_put:  # it was there a moment ago
            raise TryLater("image_being_removed", after=AGAIN_SECONDS)
        image.created_at = image.updated_at = uow.now
        image.id = await uow.images.insert(image)
        await self._captioning.want(uow, image, job_id)
        removed = await uow.removals.ended(image.business_id, image.sha256)
        return Entered(image, is_new=True, put_again=removed)

    async def _look(self, brought: Brought) -> Seen:
        digest = await asyncio.to_thread(_digest, brought.path)
        async with self._units.read() as uow:
            return Seen(digest, await _known(uow, brought.business_id, digest, digest), uow.now)

    def _image(self, brought: Brought, found: Examined, seen: Seen) -> Image:
        stem = brought.name.rpartition(".")[0] or brought.name
        caption = plain_caption(" ".join(stem.replace("_", " ").replace("-", " ").split()))
        sha256 = found.sha256 or seen.sha256
        suffix = found.mime_type.removeprefix("image/").replace("jpeg", "jpg")
        name, business_id = f"{slug(stem)}.{suffix}", brought.business_id
        return Image(
            business_id=business_id,
            filename=name,
            original_filename=brought.name,
            file_size=found.file_size,
            mime_type=found.mime_type,
            width=found.width,
            height=found.height,
            sha256=sha256,
            source_sha256=seen.sha256,
            dhash=found.dhash,
            storage_provider=self._blobs.name,
            storage_key=original_key(business_id, sha256, name),
            thumbnail_key=thumbnail_key(business_id, sha256),
            placeholder=found.placeholder,
            source="upload",
            is_ai_generated=False,
            title=caption.title,
            description=caption.description,
            tags=list(caption.tags),
            alt_text=caption.alt_text,
            plain_words=caption.plain,
            creator_id=brought.member_id,
            created_at=seen.moment,
            updated_at=seen.moment,
        )


async def _known(uow: UnitOfWork, business_id: int, came: str, stored: str) -> Image | None:
    """The image that was made of bytes that `came`, or is `stored` as these."""
    made = await uow.images.by_source(business_id, came)
    return made or await uow.images.by_hash(business_id, stored)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
