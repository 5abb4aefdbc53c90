"""Publishing: from a due target to a post that stands, sent at most once.

    publish   taken → staged → sending (committed) → accepted → confirmed

`publish` may be run for any target on its way. One found *sending* was cut off during the single
public call: it is never sent again by itself, only looked for, at growing intervals, and becomes
*unknown* when there is no proof. It must not know any network by name.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from core.business.accounts import Account
from core.errors import ActionNeeded, DeskError, OutcomeUnknown, Trouble, TryLater, UserError
from core.leases import LEASE, keeping
from core.library.images import Image, note_use
from core.messages import Message, add_card, redraw
from core.ports import (
    Absent,
    BlobStore,
    Credential,
    OutgoingImage,
    OutgoingPost,
    Published,
    Reach,
    SocialNetwork,
    Ticket,
)
from core.publishing.posts import ENDED, Post, RenditionKept, Target, content_hash
from core.publishing.renditions import render
from core.storing import UnitOfWork, Units

LOOKS = (10, 60, 300, 900)
"""Seconds until the next look for a post whose sending was cut off; then it is *unknown*."""

RETRIES = (30, 60, 120, 240, 480, 900)
"""Seconds until a step before sending is tried again; then the target fails."""

LINK_SECONDS = 10.0
"""After which recovery asks for a published post's address, should nobody have."""

URL_LIFETIME = 3600
"""Seconds for which a network may fetch a rendition."""

OpenSecret = Callable[[Account], str]
"""Opens a sealed token. Raises ActionNeeded("secret_unreadable")."""


@dataclass(frozen=True)
class Parcel:
    """A target in our hands with all that sending it needs; valid under the lease."""

    target: Target
    post: Post
    account: Account
    images: list[Image]
    cut_off: bool


log = structlog.get_logger(__name__)


class Publishing:
    """Carries posts to their accounts."""

    def __init__(
        self,
        units: Units,
        networks: Mapping[str, SocialNetwork],
        blobs: BlobStore,
        open_secret: OpenSecret,
        reach: Reach,
    ) -> None:
        self._units = units
        self._networks = networks
        self._blobs = blobs
        self._open_secret = open_secret
        self._reach = reach

    async def publish(self, target_id: str) -> None:
        """Bring one target a step or all the way. May run twice at once."""
        parcel = await self._take(target_id)
        if parcel is None:
            return
        target = parcel.target
        async with keeping(self._units, lambda uow: uow.targets, target.id, target.fence):
            await self._reach("taken")
            if target.state == "published":
                await self._link(parcel, Published(target.external_id, ""))
                return
            try:
                if parcel.cut_off:
                    await self._look(parcel)
                else:
                    await self._carry(parcel)
            except TryLater as error:
                await self._put_off(parcel, error)
            except OutcomeUnknown as error:
                await self._look_later(parcel, error)
            except (UserError, ActionNeeded) as error:
                await self._fail(parcel, error)

    async def _take(self, target_id: str) -> Parcel | None:
        async with self._units.write() as uow:
            target = await uow.targets.claim(target_id, uow.later(LEASE))
            if target is None:
                return None
            post = await uow.posts.get(target.post_id)
            account = await uow.accounts.get(target.account_id)
            if post is None or account is None:
                return None
            siblings = await uow.targets.of_post(post.id)
            ids = [sibling.account_id for sibling in siblings if sibling.state != "cancelled"]
            if target.state == "scheduled":
                if post.approved_hash != content_hash(post, ids):
                    target.move("draft")
                    await redraw(uow, "post", post.id)
                    return None
                target.move("claimed")
            images = [await uow.images.get(image.image_id) for image in post.images]
            await redraw(uow, "post", post.id)
            whole = [image for image in images if image]
            return Parcel(target, post, account, whole, target.state == "sending")

    async def _carry(self, parcel: Parcel) -> None:
        network = self._networks[parcel.account.network]
        outgoing = await self._prepare(parcel, network)
        ticket = await network.stage(outgoing, dict(parcel.target.ticket), self._keep(parcel))
        if not await self._move_to_staged(parcel, ticket):
            return
        await self._reach("staged")
        if not await self._move_to_sending(parcel):
            return
        await self._reach("sending")
        published = await network.send(outgoing, ticket)
        await self._reach("accepted")
        try:
            await self._confirm(parcel, published)
        except TryLater as error:
            # It stands, and was not written down: it is looked for, and not sent once more.
            raise OutcomeUnknown(error.code, **error.facts) from error

    async def _prepare(self, parcel: Parcel, network: SocialNetwork) -> OutgoingPost:
        """Renditions in the store, written down, so that a crash makes none twice."""
        account = self._credential(parcel.account)
        kept = list(parcel.target.renditions)
        for image in parcel.images[len(kept) :]:
            try:
                data = await self._blobs.get(image.storage_key)
            except FileNotFoundError as error:
                raise UserError("picture_gone", name=image.filename) from error
            made = await asyncio.to_thread(render, data, network.rules)
            key = f"{parcel.post.business_id}/p/{made.sha256[:12]}-{parcel.post.slug}.jpg"
            await self._blobs.put(key, made.data, "image/jpeg")
            kept.append(RenditionKept(key, made.width, made.height))
        async with self._units.write() as uow:
            target = await uow.targets.held(parcel.target.id, parcel.target.fence)
            if target:
                target.renditions = kept
        images = tuple(
            self._outgoing(rendition, image, words.alt)
            for rendition, image, words in zip(kept, parcel.images, parcel.post.images, strict=True)
        )
        return OutgoingPost(
            parcel.target.id, parcel.post.caption, parcel.post.slug, images, account
        )

    def _credential(self, account: Account) -> Credential:
        return Credential(account.external_id, account.name, self._open_secret(account))

    def _outgoing(self, rendition: RenditionKept, image: Image, alt: str) -> OutgoingImage:
        return OutgoingImage(
            filename=rendition.key.rsplit("/", 1)[-1],
            width=rendition.width,
            height=rendition.height,
            alt=alt,
            read=self._reader(rendition.key),
            mint=self._minter(rendition.key),
            is_ai_generated=image.is_ai_generated,
        )

    def _reader(self, key: str) -> Callable[[], Awaitable[bytes]]:
        return lambda: self._blobs.get(key)

    def _minter(self, key: str) -> Callable[[], Awaitable[str]]:
        return lambda: self._blobs.url(key, URL_LIFETIME)

    def _keep(self, parcel: Parcel) -> Callable[[Ticket], Awaitable[None]]:
        async def keep(ticket: Ticket) -> None:
            async with self._units.write() as uow:
                target = await uow.targets.held(parcel.target.id, parcel.target.fence)
                if target:
                    target.ticket = dict(ticket)

        return keep

    async def _move_to_staged(self, parcel: Parcel, ticket: Ticket) -> bool:
        async with self._units.write() as uow:
            target = await uow.targets.held(parcel.target.id, parcel.target.fence)
            if target is None:
                return False
            target.ticket = dict(ticket)
            if target.state == "claimed":
                target.move("staged")
            return True

    async def _move_to_sending(self, parcel: Parcel) -> bool:
        """The fence: from this commit on the post may stand, and nothing sends it again."""
        async with self._units.write() as uow:
            target = await uow.targets.held(parcel.target.id, parcel.target.fence)
            if target is None:
                return False
            target.move("sending")
            target.sent_at = uow.now
            await redraw(uow, "post", parcel.post.id)
            return True

    async def _confirm(self, parcel: Parcel, published: Published) -> None:
        """Write the id down before anything else is asked; the address may come later."""
        await self._settle(parcel, published)
        await self._reach("confirmed")
        if not published.url:
            await self._link(parcel, published)

    async def _link(self, parcel: Parcel, published: Published) -> None:
        """Ask where the post stands. Until that is answered, recovery has it asked again."""
        url, again = "", None
        try:
            account = self._credential(parcel.account)
            url = await self._networks[parcel.account.network].permalink(account, published)
        except DeskError as error:
            log.warning("permalink_unknown", target=parcel.target.id, reason=error.code)
            again = error.after if isinstance(error, TryLater) else None
        async with self._units.write() as uow:
            target = await uow.targets.lock(parcel.target.id)
            if target is None or target.url:
                return
            target.url, target.lease_until = url, None
            target.wake_at = None if again is None else uow.later(again)
            await redraw(uow, "post", parcel.post.id)
            await redraw(uow, "outcome", parcel.post.id)
            await _tell_batch(uow, parcel.post)

    async def _settle(self, parcel: Parcel, published: Published) -> None:
        async with self._units.write() as uow:
            await _lock_all(uow, parcel)
            target = await uow.targets.lock(parcel.target.id)
            if target is None or target.state == "published":
                return
            target.move("published", None if published.url else uow.later(LINK_SECONDS))
            target.external_id, target.url = published.id, published.url
            target.published_at = uow.now
            siblings = await uow.targets.of_post(parcel.post.id)
            first = sum(sibling.state == "published" for sibling in siblings) == 1
            await note_use(uow, [image.image_id for image in parcel.post.images], first=first)
            await _announce(uow, parcel.post)

    async def _look(self, parcel: Parcel) -> None:
        """Ask the network whether a post that was cut off stands."""
        network = self._networks[parcel.account.network]
        try:
            outgoing = await self._prepare(parcel, network)
            found = await network.find(outgoing, dict(parcel.target.ticket))
        except (UserError, ActionNeeded) as error:
            # Being kept from looking proves nothing about the post: it may stand all the same.
            raise OutcomeUnknown(error.code, **error.facts) from error
        if isinstance(found, Published):
            await self._confirm(parcel, found)
        elif isinstance(found, Absent):
            async with self._units.write() as uow:
                target = await uow.targets.held(parcel.target.id, parcel.target.fence)
                if target:
                    target.due_at = uow.now
                    target.move("scheduled", uow.later(1))
                    uow.enqueue("publish", target.id)
        else:
            raise OutcomeUnknown("post_outcome_unknown")

    async def _look_later(self, parcel: Parcel, error: OutcomeUnknown) -> None:
        async with self._units.write() as uow:
            await _lock_all(uow, parcel)
            target = await uow.targets.held(parcel.target.id, parcel.target.fence)
            if target is None:
                return
            if target.looks < len(LOOKS):
                pause = LOOKS[target.looks]
                target.looks += 1
                target.lease_until = None
                target.trouble = error.trouble
                target.wake_at = uow.later(pause)
                uow.enqueue("publish", target.id, pause)
            else:
                target.move("unknown", trouble=Trouble("post_outcome_unknown"))
            await _announce(uow, parcel.post)

    async def _put_off(self, parcel: Parcel, error: TryLater) -> None:
        async with self._units.write() as uow:
            await _lock_all(uow, parcel)
            target = await uow.targets.held(parcel.target.id, parcel.target.fence)
            if target is None:
                return
            if target.state == "sending" and parcel.cut_off:
                target.lease_until = None
                target.wake_at = uow.later(error.after)
                uow.enqueue("publish", target.id, error.after)
                return
            if target.tries >= len(RETRIES):
                target.move("failed", trouble=error.trouble)
            else:
                pause = max(error.after, RETRIES[target.tries])
                target.tries += 1
                target.due_at = uow.later(pause)
                target.move("scheduled", target.due_at, error.trouble)
                uow.enqueue("publish", target.id, pause)
            await _announce(uow, parcel.post)

    async def _fail(self, parcel: Parcel, error: DeskError) -> None:
        async with self._units.write() as uow:
            await _lock_all(uow, parcel)
            target = await uow.targets.held(parcel.target.id, parcel.target.fence)
            if target is None:
                return
            target.move("failed", trouble=error.trouble)
            if error.code.startswith("account_"):
                account = await uow.accounts.lock(parcel.account.id)
                if account:
                    account.trouble = error.code
            await _announce(uow, parcel.post)


async def _lock_all(uow: UnitOfWork, parcel: Parcel) -> None:
    """Before a target ends: whether it is the first of its post to stand, or the last of all, is
    told by the others, which may be ending at this moment. They are taken in one order everywhere.
    """
    for target in await uow.targets.of_post(parcel.post.id):
        await uow.targets.lock(target.id)


async def _tell_batch(uow: UnitOfWork, post: Post) -> None:
    """A batch's own card tells how its posts stand."""
    if post.job_id:
        await redraw(uow, "status", post.job_id)


async def _announce(uow: UnitOfWork, post: Post) -> None:
    """Draw the post's card; once every target has ended, say the outcome in a reply of its own."""
    await redraw(uow, "post", post.id)
    await _tell_batch(uow, post)
    targets = await uow.targets.of_post(post.id)
    if any(target.state not in ENDED for target in targets):
        return
    if await uow.messages.of_subject("outcome", post.id):
        await redraw(uow, "outcome", post.id)
        return
    cards = await uow.messages.of_subject("post", post.id)
    if not cards:  # one of a batch's drafts, whose card tells of all of them
        return
    card = cards[0]
    outcome = Message(
        post.business_id,
        "outcome",
        post.id,
        post.place,
        card.person,
        uow.now,
        root_id=card.root_id,
    )
    add_card(uow, outcome)
