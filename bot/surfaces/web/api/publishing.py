"""Publishing over HTTP: a post to one account, approved by the person whose token it is, and what
became of it.

Owns these routes. The post goes the way of all posts; its card stands on the page. It must not know
any network: a route comes of each that there is.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from bot.surfaces.web.api.access import Caller, Gate
from bot.surfaces.web.api.post_shapes import (
    OnePost,
    PostOrder,
    PostPage,
    PostShape,
    post_address,
    post_shapes,
)
from bot.surfaces.web.api.problems import NotMade
from bot.surfaces.web.api.repeats import Key, Repeat, read_repeat
from bot.surfaces.web.api.waiting import Prefer, read_patience, wait_for
from bot.surfaces.web.parts import ApiParts, WebParts
from core.business.accounts import Account
from core.business.members import may_approve
from core.errors import Trouble, UserError
from core.library.images import Image, require_image
from core.publishing.posting import Draft, NetworkFacts, approve, write_post
from core.publishing.posts import ENDED, Post, PostImage, Target, TargetState
from core.publishing.rules import check
from core.storing import UnitOfWork
from core.wording import api as words

ID: Final = re.compile("[0-9a-f]{32}")


class PublishingRoutes:
    """Posts."""

    def __init__(self, parts: WebParts, api: ApiParts, gate: Gate) -> None:
        self._parts = parts
        self._api = api
        self._gate = gate

    def routes(self) -> APIRouter:
        """One to publish on each network, and those that look."""
        router = APIRouter(tags=["publishing"])
        for network, facts in self._api.networks.items():
            self._add_publishing(router, network, facts)
        self._add_reading(router)
        return router

    def _add_publishing(self, router: APIRouter, network: str, facts: NetworkFacts) -> None:
        publisher = Annotated[Caller, Depends(self._gate.needs("publish"))]

        @router.post(
            f"/publishing/{network}",
            summary=words.PUBLISH.format(network=facts.title),
            description=words.PUBLISH_ABOUT,
            operation_id=f"publish_{network}",
            responses={202: {"model": OnePost}},
        )
        async def publish(
            caller: publisher,
            order: PostOrder,
            response: Response,
            prefer: Prefer = "",
            key: Key = "",
        ) -> OnePost:
            begun = asyncio.get_running_loop().time()
            caller.require_business(order.business_id)
            repeat = read_repeat(caller, key, f"publish {network}", order)
            async with self._parts.units.read() as uow:
                post_id = await repeat.known(uow)
            post_id = post_id or await self._publish(caller, network, order, repeat)
            targets = await wait_for(
                lambda: self._targets(post_id),
                lambda seen: all(target.state in ENDED for target in seen),
                read_patience(prefer) - (asyncio.get_running_loop().time() - begun),
                self._parts.closing,
            )
            address = post_address(post_id, self._parts.address)
            if not _are_published(targets, address):
                response.status_code = 202
                response.headers["location"] = address
            return OnePost(post=await self._shape(caller, post_id))

    def _add_reading(self, router: APIRouter) -> None:
        reader = Annotated[Caller, Depends(self._gate.needs("read"))]

        @router.get("/posts", summary=words.POSTS)
        async def list_posts(
            caller: reader,
            business_id: int | None = None,
            state: Annotated[TargetState | None, Query(description=words.STATE)] = None,
            limit: Annotated[int, Query(ge=1, le=100)] = 20,
            cursor: Annotated[str, Query(description=words.CURSOR)] = "",
        ) -> PostPage:
            caller.require_business(business_id)
            own = caller.business.id
            async with self._parts.units.read() as uow:
                after = await _read_cursor(uow, own, cursor)
                found = await uow.posts.of_business(own, limit + 1, state=state, after=after)
                shapes = await post_shapes(uow, found[:limit], self._parts.address)
            return PostPage(posts=shapes, next=shapes[-1].id if found[limit:] else None)

        @router.get("/posts/{post_id}", summary=words.POST)
        async def show_post(caller: reader, post_id: str) -> PostShape:
            return await self._shape(caller, post_id)

    async def _shape(self, caller: Caller, post_id: str) -> PostShape:
        async with self._parts.units.read() as uow:
            post = await _require_post(uow, caller.business.id, post_id)
            return (await post_shapes(uow, [post], self._parts.address))[0]

    async def _targets(self, post_id: str) -> list[Target]:
        async with self._parts.units.read() as uow:
            return await uow.targets.of_post(post_id)

    async def _publish(self, caller: Caller, network: str, asked: PostOrder, repeat: Repeat) -> str:
        """The post's id. Everything that can be known before an address is fetched is."""
        async with self._parts.units.read() as uow:
            await _require_approver(uow, caller)
            account = await self._account(uow, caller, network, asked.account_id)
        facts = self._api.networks[network]
        alts = [""] * len(asked.content_images)
        problems = check(asked.content_text, alts, facts.rules, facts.title)
        if problems:
            raise problems[0]
        images = await self._bring_all(caller, asked.content_images)
        async with self._parts.units.write() as uow:
            known = await repeat.enter(uow)
            if known:
                return known
            place = await caller.place(uow)
            draft = Draft([account.id], asked.content_text, await _pictures(uow, caller, images))
            post = await write_post(uow, caller.business, caller.member, place, draft, None)
            await approve(uow, post, caller.member, self._api.networks, 0)
            await repeat.note(uow, post.id)
            return post.id

    async def _account(
        self, uow: UnitOfWork, caller: Caller, network: str, account_id: str | None
    ) -> Account:
        """The account that was named, or the only one of its network."""
        title = self._api.networks[network].title
        accounts = await uow.accounts.of_business(caller.business.id)
        theirs = [account for account in accounts if account.network == network]
        if account_id is not None:
            theirs = [account for account in theirs if account.id == account_id]
            if not theirs:
                raise UserError("account_unknown", network=title, id=account_id)
        if not theirs:
            raise UserError("account_missing", network=title)
        if len(theirs) > 1:
            names = [f"{account.name} ({account.id})" for account in theirs]
            raise UserError("account_unclear", network=title, accounts=names)
        return theirs[0]

    async def _bring_all(self, caller: Caller, urls: Sequence[str]) -> list[Image]:
        """All at once, since each may take its time; of several that fail the first one is told."""
        brought = await asyncio.gather(
            *(self._bring(caller, url, number) for number, url in enumerate(urls, 1)),
            return_exceptions=True,
        )
        images: list[Image] = []
        for one in brought:
            if isinstance(one, BaseException):
                raise one
            images.append(one)
        return images

    async def _bring(self, caller: Caller, url: str, number: int) -> Image:
        try:
            return await self._api.bring(caller.business.id, caller.member.id, url)
        except UserError as error:
            raise UserError(error.code, **error.facts, content_image=number) from error


async def _require_approver(uow: UnitOfWork, caller: Caller) -> None:
    named = await uow.members.approvers_named(caller.business.id)
    if not may_approve(caller.member, caller.member.id, approvers_named=named):
        raise UserError("not_approver")


async def _pictures(uow: UnitOfWork, caller: Caller, images: list[Image]) -> list[PostImage]:
    """As the library has them now, each once: one may have been deleted meanwhile."""
    ids = dict.fromkeys(image.id for image in images)
    found = [await require_image(uow, caller.business.id, image_id) for image_id in ids]
    return [PostImage(image.id, image.sha256, image.alt_text) for image in found]


async def _require_post(uow: UnitOfWork, business_id: int, post_id: str) -> Post:
    post = await uow.posts.get(post_id) if ID.fullmatch(post_id) else None
    if post is None or post.business_id != business_id:
        raise UserError("post_unknown")
    return post


async def _read_cursor(uow: UnitOfWork, business_id: int, cursor: str) -> Post | None:
    if not cursor:
        return None
    try:
        return await _require_post(uow, business_id, cursor)
    except UserError as error:
        raise UserError("cursor_wrong") from error


def _are_published(targets: list[Target], address: str) -> bool:
    """Whether the post stands; False while that is on its way, or for a person to find out. Raises
    NotMade where it surely does not stand.
    """
    for target in targets:
        if target.state in {"failed", "cancelled"}:
            raise NotMade(target.trouble or Trouble("post_withdrawn"), address)
    return all(target.state == "published" for target in targets)
