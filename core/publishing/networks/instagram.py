"""Instagram: containers are made from public addresses, watched until finished, then published.

Owns Instagram's limits and its container dance. A container is its own fence: it can be published
once, and its status tells afterwards whether it was.

Sources: Instagram Platform "Content Publishing", "IG User Media", "IG Container", "Error Codes";
`is_ai_generated` from the changelog of 2026-06-22 (on a carousel only on the outer container).
Limits checked 2026-11: JPEG only; the API documents 30 hashtags, the app has shown 5 since 2025-12.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeAlias

from core.errors import ActionNeeded, DeskError, TryLater, UserError
from core.ports import (
    Absent,
    Credential,
    Keep,
    NetworkRules,
    OutgoingImage,
    OutgoingPost,
    Published,
    Ticket,
    Unsure,
)
from core.publishing.networks.meta import Graph, meaning_of

TRIES: Final = 3  # makings of one container before it is given up
LOOKS: Final = (1, 2, 3, 4, 5, 5, 10, 10, 10, 10)  # seconds between looks: a minute in all
REMAKE_SECONDS: Final = 5.0
BAD_CAROUSEL: Final = 2207028
REMADE: Final = frozenset({"container_gone", "container_failed", "image_unreachable"})

Pause: TypeAlias = Callable[[float], Awaitable[None]]


class Instagram:
    """Posts to professional accounts. The account is the Instagram user id and a token that may
    publish for it (its page's, or a person's). `pause` waits that many seconds.

    Ticket: `container`, the id of what `send` publishes; `child_1` … of a carousel's pictures;
    `published` where an earlier run turns out to have published the container.
    """

    name = "instagram"
    title = "Instagram"
    rules = NetworkRules(
        min_images=1,
        max_images=10,
        max_caption=2_200,
        max_alt=1_000,
        max_bytes=8_000_000,
        ratios=(4 / 5, 1.91),
        widths=(320, 1440),
        max_hashtags=30,
    )

    def __init__(self, graph: Graph, pause: Pause = asyncio.sleep) -> None:
        self._graph = graph
        self._pause = pause

    async def probe(self, account: Credential) -> Credential:
        """Read the account by its id, or without one the account that belongs to the token's page.

        Raises as the port says.
        """
        path, fields = account.external_id, "id,username"
        if not path:
            path, fields = "me", "instagram_business_account{id,username}"
        try:
            row = await self._graph.read(account, path, fields=fields)
        except ActionNeeded as error:
            if error.code == "account_expired":
                raise UserError("account_token_rejected", **error.facts) from error
            if error.code == "account_not_found":
                raise UserError(error.code, **error.facts) from error
            raise
        found = row if account.external_id else row.get("instagram_business_account", {})
        if "id" not in found:
            raise UserError("account_not_found", id=account.external_id)
        return Credential(str(found["id"]), str(found.get("username", "")), account.secret)

    async def stage(self, post: OutgoingPost, ticket: Ticket, keep: Keep) -> Ticket:
        """Make the containers that the ticket lacks, and those that expired or failed, and watch
        them until Instagram has taken the pictures.

        Raises besides TryLater("daily_quota"), TryLater("network_processing") when that takes
        over a minute, and ActionNeeded("image_unreachable") when no fresh address of a picture
        could be fetched.
        """
        await self._check_quota(post.account)
        return await _Containers(self._graph, self._pause, post, ticket, keep).finish()

    async def send(self, post: OutgoingPost, ticket: Ticket) -> Published:
        """Publish the container; one that is published already is only reported."""
        if ticket.get("published"):
            return Published(id="", url=_profile(post.account))
        path = f"{post.account.external_id}/media_publish"
        fields = {"creation_id": str(ticket["container"])}
        return Published(id=await self._graph.commit(post.account, path, fields), url="")

    async def find(self, post: OutgoingPost, ticket: Ticket) -> Published | Absent | Unsure:
        """Ask the container. A published one does not name its medium, and the newest medium may
        be somebody else's, so its `id` stays "". One that is finished may lag behind the truth;
        one that expired or failed was never published.
        """
        try:
            row = await self._graph.read(
                post.account, str(ticket["container"]), fields="status_code"
            )
        except UserError:
            return Unsure()
        except (ActionNeeded, TryLater) as error:
            if error.code in {"account_not_found", "container_gone"}:
                return Unsure()
            raise
        status = row.get("status_code")
        if status == "PUBLISHED":
            return Published(id="", url=_profile(post.account))
        return Absent() if status in {"EXPIRED", "ERROR"} else Unsure()

    async def permalink(self, account: Credential, published: Published) -> str:
        """The post's address; the profile where the medium is unknown or may not be read."""
        if not published.id:
            return _profile(account)
        try:
            row = await self._graph.read(account, published.id, fields="permalink")
        except (ActionNeeded, UserError):
            return _profile(account)
        return str(row.get("permalink") or _profile(account))

    async def _check_quota(self, account: Credential) -> None:
        path = f"{account.external_id}/content_publishing_limit"
        answer = await self._graph.read(account, path, fields="quota_usage,config")
        for row in answer.get("data", []):
            used, limit = row.get("quota_usage", 0), row.get("config", {}).get("quota_total")
            if limit is not None and used >= limit:
                raise TryLater("daily_quota", after=3600, used=used, limit=limit)


class _Containers:
    """One post's containers on their way to FINISHED."""

    def __init__(
        self, graph: Graph, pause: Pause, post: OutgoingPost, ticket: Ticket, keep: Keep
    ) -> None:
        self._graph = graph
        self._pause = pause
        self._post = post
        self._ticket = dict(ticket)
        self._keep = keep

    async def finish(self) -> Ticket:
        if len(self._post.images) == 1:
            await self._ensure("container", partial(self._make_single, self._post.images[0]))
        elif not await self._stands("container"):
            try:
                await self._assemble()
            except UserError as error:
                if error.facts.get("meta_subcode") != BAD_CAROUSEL:
                    raise
                # A carousel that we lost (its answer, or our process) still holds the children.
                self._ticket.clear()
                await self._assemble()
        return self._ticket

    async def _assemble(self) -> None:
        for number, image in enumerate(self._post.images, 1):
            await self._ensure(f"child_{number}", partial(self._make_child, image))
        await self._ensure("container", self._make_carousel)

    async def _stands(self, slot: str) -> bool:
        """Whether this container of an earlier run is good; forgets it where it is not."""
        if slot not in self._ticket:
            return False
        try:
            await self._watch(slot)
        except DeskError as error:
            if error.code not in REMADE:
                raise
            del self._ticket[slot]
            return False
        return True

    async def _ensure(self, slot: str, make: Callable[[], Awaitable[str]]) -> None:
        trouble: DeskError | None = None
        for _ in range(TRIES):
            if trouble is not None:
                await self._pause(REMAKE_SECONDS)
            try:
                if slot not in self._ticket:
                    self._ticket[slot] = await make()
                    await self._keep(dict(self._ticket))
                await self._watch(slot)
            except DeskError as error:
                if error.code not in REMADE:
                    raise
                trouble = error
                self._ticket.pop(slot, None)
            else:
                return
        if trouble is not None:
            raise trouble

    async def _watch(self, slot: str) -> None:
        """Return once it is finished. Raises one of REMADE where another must be made."""
        container = str(self._ticket[slot])
        for seconds in (*LOOKS, None):
            try:
                row = await self._graph.read(
                    self._post.account, container, fields="status_code,status"
                )
            except ActionNeeded as error:
                if error.code == "account_not_found":
                    raise TryLater("container_gone", after=60, **error.facts) from error
                raise
            status = row.get("status_code")
            if status in {"FINISHED", "PUBLISHED"}:
                if slot == "container" and status == "PUBLISHED":
                    self._ticket["published"] = True
                return
            if status == "EXPIRED":
                raise TryLater("container_gone", after=60)
            if status == "ERROR":
                raise _failure(str(row.get("status", "")))
            if seconds is not None:
                await self._pause(seconds)
        raise TryLater("network_processing", after=60)

    async def _make_single(self, image: OutgoingImage) -> str:
        return await self._make(
            {**await self._picture(image), **self._words(), **self._disclosure()}
        )

    async def _make_child(self, image: OutgoingImage) -> str:
        return await self._make({**await self._picture(image), "is_carousel_item": "true"})

    async def _make_carousel(self) -> str:
        children = [f"child_{number}" for number in range(1, len(self._post.images) + 1)]
        return await self._make(
            {
                "media_type": "CAROUSEL",
                "children": ",".join(str(self._ticket[child]) for child in children),
                **self._words(),
                **self._disclosure(),
            }
        )

    async def _make(self, fields: dict[str, str]) -> str:
        path = f"{self._post.account.external_id}/media"
        return await self._graph.write(self._post.account, path, fields)

    async def _picture(self, image: OutgoingImage) -> dict[str, str]:
        fields = {"image_url": await image.mint()}
        return {**fields, "alt_text": image.alt} if image.alt else fields

    def _words(self) -> dict[str, str]:
        return {"caption": self._post.caption} if self._post.caption else {}

    def _disclosure(self) -> dict[str, str]:
        generated = any(image.is_ai_generated for image in self._post.images)
        return {"is_ai_generated": "true"} if generated else {}


def _failure(status: str) -> DeskError:
    """What a failed container says: its `status` holds an error subcode."""
    for number in re.findall(r"\d{5,}", status):
        meaning = meaning_of(int(number))
        if meaning is not None and meaning[0] is not TryLater:
            kind, code = meaning
            return kind(code, meta_subcode=int(number), message=status[:100])
    return TryLater("container_failed", after=60, status=status[:100])


def _profile(account: Credential) -> str:
    return f"https://www.instagram.com/{account.name}/" if account.name else ""
