"""Removal: an image goes for good, with everything that was made of it.

    asked (uses are named) → row gone, keys written down → marked → erased → removed

Owns who is asked, what stays visible, and that no object is left behind. The image's row goes at
once, in one transaction with a `Removal` that keeps the names of its objects; a task deletes those
and may be cut off anywhere and repeated. An object is deleted only when no row names it: two images
may share their bytes. It must not know a store.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from core.business.members import Member, may_direct, new_id
from core.errors import ActionNeeded, Trouble, TryLater, UserError
from core.generation.jobs import Item
from core.leases import LEASE, keeping
from core.library.images import Image
from core.library.keys import read_key
from core.messages import Subject, redraw_all
from core.ports import BlobStore, Reach
from core.publishing.joining import entitle
from core.publishing.posting import unschedule
from core.publishing.posts import Post, TargetState, is_draft
from core.storing import UnitOfWork, Units

STANDING: frozenset[TargetState] = frozenset({"published", "unknown"})
MOVING: frozenset[TargetState] = frozenset({"claimed", "staged", "sending"})

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 60.0
"""Until a store that refused is asked again."""

GRACE = timedelta(hours=1)
"""A younger object may belong to a row that is just being written."""

KEYS_AT_ONCE = 200


@dataclass(eq=False)
class Removal:
    """Objects that lost their image. `keys` are all that may have to go, `member_id` who wanted it.

    Kept for a day after `ended_at`, so that an upload of the same bytes, begun before, sees it.
    """

    business_id: int
    image_id: int
    sha256: str
    keys: list[str]
    member_id: str
    at: datetime
    ended_at: datetime | None = None
    trouble: Trouble | None = None
    lease_until: datetime | None = None
    fence: int = 0
    wake_at: datetime | None = None
    id: str = field(default_factory=new_id)


@dataclass(frozen=True)
class Use:
    """A post that shows the image on one account: where it stands, or when it is due."""

    post_id: str
    title: str
    account: str
    state: TargetState
    url: str
    at: datetime | None


async def uses_of(uow: UnitOfWork, image_id: int) -> list[Use]:
    """Where the image is published, on its way or scheduled; drafts do not count."""
    uses = []
    for post in await uow.posts.with_image(image_id):
        for target in await uow.targets.of_post(post.id):
            if target.state in STANDING | MOVING | {"scheduled"}:
                account = await uow.accounts.get(target.account_id)
                at = target.published_at or target.due_at
                named = f"{account.network.capitalize()} · {account.name}" if account else ""
                uses.append(Use(post.id, post.title, named, target.state, target.url, at))
    return uses


async def remove_image(
    uow: UnitOfWork, image: Image, member: Member, *, although_used: bool = False
) -> Removal:
    """Take the image out of the library now, and have its objects deleted.

    Published posts stay where they are, but our own copies of this picture go, also from the desk's
    own pages; scheduled posts become drafts without it. Raises UserError: `not_yours`;
    `image_on_its_way` (`posts`) while a post is being sent; `image_in_use` (`posts`, their titles)
    unless `although_used`.
    """
    if not may_direct(member, image.creator_id):
        raise UserError("not_yours")
    for post in await uow.posts.with_image(image.id):
        for target in await uow.targets.of_post(post.id):
            # Where rows are locked singly, a worker may be about to send one of them.
            await uow.targets.lock(target.id)
    uses = await uses_of(uow, image.id)
    if moving := _titles(uses, MOVING):
        raise UserError("image_on_its_way", posts=moving)
    if uses and not although_used:
        raise UserError("image_in_use", posts=_titles(uses, STANDING | {"scheduled"}))
    keys = [key for key in (image.storage_key, image.thumbnail_key) if key]
    cards: list[tuple[Subject, str]] = []
    for post in await uow.posts.with_image(image.id):
        keys += await _leave_post(uow, post, image.id)
        cards.append(("post", post.id))
    for item in await uow.items.of_image(image.id):
        keys += _leave_item(item)
        cards += [("status", item.job_id), ("result", item.job_id)]
    await redraw_all(uow, cards)
    removal = Removal(
        image.business_id,
        image.id,
        image.sha256,
        list(dict.fromkeys(keys)),
        member.id,
        uow.now,
        wake_at=uow.soon,
    )
    await uow.images.delete(image)
    uow.removals.add(removal)
    uow.enqueue("remove", removal.id)
    return removal


def _titles(uses: list[Use], states: frozenset[TargetState]) -> list[str]:
    return list(dict.fromkeys(use.title for use in uses if use.state in states))


async def _leave_post(uow: UnitOfWork, post: Post, image_id: int) -> list[str]:
    """Take the image out of a post; returns the keys of its renditions, which go with it."""
    await unschedule(uow, post)
    places = [place for place, image in enumerate(post.images) if image.image_id == image_id]
    stays = [image for image in post.images if image.image_id != image_id]
    gone: list[str] = []
    for target in await uow.targets.of_post(post.id):
        kept = target.renditions
        gone += [kept[place].key for place in places if place < len(kept)]
        target.renditions = [one for place, one in enumerate(kept) if place not in places]
        if target.state not in STANDING:
            target.ticket = {}  # what a network has staged shows the picture
    post.images = stays
    if is_draft(post, await uow.targets.of_post(post.id)):
        await entitle(uow, post)
    return gone


def _leave_item(item: Item) -> list[str]:
    """The item stays, to say what was made and paid; its previews go."""
    gone = [key for key in (item.preview_key, item.partial_key) if key]
    item.image_id = item.preview_key = item.partial_key = None
    item.trouble = Trouble("image_removed")
    return gone


class Removing:
    """Deletes the objects of removed images."""

    def __init__(self, units: Units, blobs: BlobStore, reach: Reach) -> None:
        self._units = units
        self._blobs = blobs
        self._reach = reach

    async def remove(self, removal_id: str) -> None:
        """Bring one removal to its end. May be repeated, and run twice at once."""
        since = asyncio.get_running_loop().time()
        async with self._units.write() as uow:
            removal = await uow.removals.claim(removal_id, uow.later(LEASE))
        if removal is None:
            return
        # With `since`: a worker that slept through its lease must not delete what came meanwhile.
        async with keeping(
            self._units, lambda uow: uow.removals, removal.id, removal.fence, since=since
        ):
            await self._reach("marked")
            try:
                await self._erase(removal)
            except (TryLater, ActionNeeded) as error:
                await self._put_off(removal, error)
                return
            await self._reach("erased")
            async with self._units.write() as uow:
                held = await uow.removals.held(removal.id, removal.fence)
                if held:
                    held.ended_at, held.trouble = uow.now, None
                    held.lease_until = held.wake_at = None
            await self._reach("removed")

    async def _erase(self, removal: Removal) -> None:
        for key in removal.keys:
            async with self._units.read() as uow:
                named = await uow.objects.named([key])
            if not named:
                await self._blobs.delete(key)

    async def _put_off(self, removal: Removal, error: TryLater | ActionNeeded) -> None:
        after = error.after if isinstance(error, TryLater) else AGAIN_SECONDS
        log.warning("image_not_removed", removal=removal.id, reason=error.code)
        async with self._units.write() as uow:
            held = await uow.removals.held(removal.id, removal.fence)
            if held:
                held.trouble = error.trouble
                held.lease_until = None
                held.wake_at = uow.later(after)
                uow.enqueue("remove", held.id, after)


# ── the sweeper ──────────────────────────────────────────────────────────────────────────────────


async def find_orphans(units: Units, store: BlobStore, now: datetime) -> list[str]:
    """Keys of ours in the store that no row names, and that are older than an hour.

    An object whose name is none of our shapes is somebody else's and left out. Raises TryLater,
    ActionNeeded.
    """
    orphans: list[str] = []
    batch: list[str] = []
    async for listed in store.list():
        if listed.changed_at <= now - GRACE and read_key(listed.key):
            batch.append(listed.key)
        if len(batch) >= KEYS_AT_ONCE:
            orphans += await _unnamed(units, batch)
            batch = []
    return orphans + await _unnamed(units, batch)


async def delete_orphan(units: Units, store: BlobStore, key: str) -> bool:
    """Delete what `find_orphans` found, unless a row has named it since: the same picture may have
    been brought again. Whether it was deleted. Raises TryLater, ActionNeeded.
    """
    if not await _unnamed(units, [key]):
        return False
    await store.delete(key)
    return True


async def _unnamed(units: Units, keys: list[str]) -> list[str]:
    async with units.read() as uow:
        named = await uow.objects.named(keys)
    return [key for key in keys if key not in named]
