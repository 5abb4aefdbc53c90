"""Storing a made picture: spool, check, moderate, keep the bytes, then write the rows together.

Owns what happens between a provider's answer and the commit that settles it. The spool is the
answer as it came, kept under the attempt's id: whoever finds it finishes the work without a second
call. It must not know providers or chats.
"""

import asyncio
import hashlib
import json
from dataclasses import asdict
from typing import Literal

from core.business.ledger import settle
from core.errors import ActionNeeded, TryLater, UserError
from core.generation.batches.sheets import show_sheet
from core.generation.comparing import name_of
from core.generation.jobs import ENDED, Attempt, Item, Job
from core.generation.orders import Order
from core.library.captioning import Captioning
from core.library.captions import plain_caption
from core.library.images import Image
from core.library.keys import original_key, thumbnail_key
from core.library.pictures import Picture, check, placeholder, preview, thumbnail
from core.messages import redraw_job
from core.ports import BlobStore, Generated, Reach, Reviewers
from core.publishing.joining import join
from core.publishing.slugs import slug
from core.storing import UnitOfWork, Units

REFERENCE_SECONDS = 1.0
"""How soon it is looked again whether a file that came with an order is taken in."""

STORE_SECONDS = 15.0
"""How soon a store that refused access is asked again."""


class Storing:
    """Keeps what was made."""

    def __init__(
        self,
        units: Units,
        blobs: BlobStore,
        reviewers: Reviewers,
        captioning: Captioning,
        reach: Reach,
    ) -> None:
        self._units = units
        self._blobs = blobs
        self._reviewers = reviewers
        self._captioning = captioning
        self._reach = reach

    async def spool(self, attempt: Attempt, answer: Generated) -> None:
        """Keep the answer as it came: one JSON line, then the bytes. Raises TryLater."""
        facts = asdict(answer)
        data = facts.pop("data")
        spooled = json.dumps(facts).encode() + b"\n" + data
        try:
            await self._blobs.put(_spool_key(attempt), spooled, "application/octet-stream")
        except ActionNeeded as error:
            raise TryLater(error.code, after=STORE_SECONDS, **error.facts) from error

    async def spooled(self, attempt: Attempt) -> Generated | None:
        """The answer that an earlier worker spooled, if it came so far. Raises TryLater, also where
        the store refuses access: what lies there is paid.
        """
        try:
            head, _, data = (await self._blobs.get(_spool_key(attempt))).partition(b"\n")
        except FileNotFoundError:
            return None
        except ActionNeeded as error:
            raise TryLater(error.code, after=STORE_SECONDS, **error.facts) from error
        return Generated(data=data, **json.loads(head))

    async def references(self, business_id: int, order: Order) -> tuple[bytes, ...]:
        """The pictures that an order is made from, small enough for the price that was told.

        Raises UserError("reference_gone") for one that was deleted meanwhile, or
        ("reference_refused") for a file that is not taken; TryLater("reference_waits") for one that
        is still on its way.
        """
        found = []
        for number in await self._origins(order):
            async with self._units.read() as uow:
                image = await uow.images.of_business(business_id, number)
            try:
                data = await self._blobs.get(image.storage_key) if image else b""
            except FileNotFoundError:
                data = b""
            if not data:
                raise UserError("reference_gone", reference=number)
            found.append(await asyncio.to_thread(preview, data, None))
        return tuple(found)

    async def _origins(self, order: Order) -> list[int]:
        """The numbers of the images that an order is made from."""
        numbers = list(order.references)
        async with self._units.read() as uow:
            for item_id in order.brought:
                item = await uow.items.get(item_id)
                if item and (image_id := item.image_id or _twin(item)):
                    numbers.append(image_id)
                elif item is None or item.state in ENDED:
                    raise UserError("reference_refused", name=item.prompt if item else "?")
                else:
                    raise TryLater("reference_waits", after=REFERENCE_SECONDS)
        return list(dict.fromkeys(numbers))

    async def _parent(self, order: Order) -> int | None:
        """The first of the images that a picture was made from; a file's, if it is still there."""
        if order.references:
            return order.references[0]
        async with self._units.read() as uow:
            brought = [await uow.items.get(item_id) for item_id in order.brought]
        return next((item.image_id for item in brought if item and item.image_id), None)

    async def keep_partial(self, item: Item, partial: bytes) -> str:
        """Keep an unfinished picture for the status card; returns its key. Raises UserError for one
        that is broken, TryLater, ActionNeeded.
        """
        await asyncio.to_thread(check, partial)
        drawn = await asyncio.to_thread(preview, partial, None)
        digest = hashlib.sha256(drawn).hexdigest()[:12]
        key = f"{item.business_id}/partials/{item.id}-{digest}.jpg"
        await self._blobs.put(key, drawn, "image/jpeg")
        return key

    async def keep(
        self, item: Item, job: Job, order: Order, attempt: Attempt, answer: Generated
    ) -> None:
        """Check and store a spooled answer, and settle it.

        A picture that moderation refuses or that is none ends the item although it was paid for.
        Raises TryLater while moderation or the store are out: the spool outlives that.
        """
        try:
            await self._keep(item, job, order, attempt, answer)
        except ActionNeeded as error:
            raise TryLater(error.code, after=STORE_SECONDS, **error.facts) from error

    async def _keep(
        self, item: Item, job: Job, order: Order, attempt: Attempt, answer: Generated
    ) -> None:
        cost = answer.cost if answer.cost is not None else order.price
        try:
            picture = await asyncio.to_thread(check, answer.data)
            judged = await self._moderate(item.business_id, answer.data)
        except UserError as error:
            await self._refuse(item, attempt, answer, cost, error)
            return
        image = self._image(job, order, picture, answer, await self._parent(order))
        numbered = await asyncio.to_thread(preview, answer.data, name_of(job, item.number))
        small = await asyncio.to_thread(thumbnail, answer.data)
        image.placeholder = placeholder(small)
        preview_key = f"{item.business_id}/previews/{item.id}.jpg"
        await self._put(image, answer.data, small)
        await self._blobs.put(preview_key, numbered, "image/jpeg")
        await self._reach("stored")
        async with self._units.write() as uow:
            row = await uow.items.held(item.id, item.fence)
            paid = await uow.attempts.lock(attempt.id)
            if row is None or paid is None:
                return
            image.created_at = image.updated_at = uow.now
            row.image_id = await uow.images.insert(image)
            await self._captioning.want(uow, image, job.id)
            if not judged:
                await _tell_unjudged(uow, job)
            removed = await uow.removals.ended(image.business_id, image.sha256)
            row.preview_key = preview_key
            row.move("completed", uow.now)
            await join(uow, job, row)
            if job.kind == "batch":
                await show_sheet(uow, job, row)
            _close(paid, "made", answer, cost)
            await settle(uow, item.id, cost or 0)
            await redraw_job(uow, job.id)
        if removed:  # perhaps after they were put; by now a row names them, so they stay
            await self._put(image, answer.data, small)
        await self._reach("settled")
        await self._blobs.delete(_spool_key(attempt))

    async def _put(self, image: Image, data: bytes, small: bytes) -> None:
        await self._blobs.put(image.storage_key, data, image.mime_type)
        await self._blobs.put(image.thumbnail_key, small, "image/jpeg")

    async def _moderate(self, business_id: int, data: bytes) -> bool:
        """Whether there is anybody who judges. Raises UserError("picture_refused")."""
        async with self._units.read() as uow:
            moderator = await self._reviewers.moderator(uow, business_id)
        if moderator is None:
            return False
        verdict = await moderator.review("", data)
        if not verdict.allowed:
            raise UserError("picture_refused", categories=list(verdict.categories))
        return True

    async def _refuse(
        self, item: Item, attempt: Attempt, answer: Generated, cost: int | None, error: UserError
    ) -> None:
        async with self._units.write() as uow:
            row = await uow.items.held(item.id, item.fence)
            paid = await uow.attempts.lock(attempt.id)
            if row is None or paid is None:
                return
            _close(paid, "refused", answer, cost)
            row.move("refused", uow.now, error.trouble)
            await settle(uow, item.id, cost or 0)
            await redraw_job(uow, item.job_id)
        await self._blobs.delete(_spool_key(attempt))

    def _image(
        self, job: Job, order: Order, picture: Picture, answer: Generated, parent: int | None
    ) -> Image:
        caption = plain_caption(order.prompt)
        suffix = answer.mime_type.removeprefix("image/").replace("jpeg", "jpg")
        name = f"{slug(order.prompt)}.{suffix}"
        return Image(
            business_id=job.business_id,
            filename=name,
            original_filename=name,
            file_size=len(answer.data),
            mime_type=picture.mime_type,
            width=picture.width,
            height=picture.height,
            sha256=picture.sha256,
            source_sha256=picture.sha256,
            dhash=picture.dhash,
            storage_provider=self._blobs.name,
            storage_key=original_key(job.business_id, picture.sha256, name),
            thumbnail_key=thumbnail_key(job.business_id, picture.sha256),
            source="generate",
            provider=order.provider,
            is_ai_generated=order.by_ai,
            ai_prompt=order.prompt,
            ai_model=order.model,
            title=caption.title,
            description=caption.description,
            tags=list(caption.tags),
            alt_text=caption.alt_text,
            plain_words=caption.plain,
            parent_id=parent,
            creator_id=job.owner_id,
            created_at=job.created_at,
            updated_at=job.created_at,
        )


async def _tell_unjudged(uow: UnitOfWork, job: Job) -> None:
    """The key by which prompts were judged was taken away since: the cards say so."""
    held = await uow.jobs.lock(job.id)
    if held and held.moderation == "passed":
        held.moderation = "off"


def _twin(item: Item) -> int | None:
    """The image of a file that came twice at once, of which it is the second."""
    trouble = item.trouble
    if item.state != "completed" or trouble is None or trouble.code != "already_there":
        return None
    named = trouble.facts.get("image")
    return named if isinstance(named, int) else None


def _close(
    attempt: Attempt, outcome: Literal["made", "refused"], answer: Generated, cost: int | None
) -> None:
    attempt.outcome = outcome
    attempt.usage = dict(answer.usage)
    attempt.cost = cost
    attempt.revised_prompt = answer.revised_prompt


def _spool_key(attempt: Attempt) -> str:
    return f"spool/{attempt.id}"
