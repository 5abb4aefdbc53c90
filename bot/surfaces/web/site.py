"""The built-in site: the public page of each published post, its pictures, and the feed.

Owns what strangers may see: a post stands here from the moment its site target is published. It
must not know who published it or how.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from fastapi import APIRouter, HTTPException, Response

from bot.surfaces.web.files import answer
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.templating import Templates
from core.library.captions import shorten
from core.publishing.posts import Post, RenditionKept, Target
from core.storing import UnitOfWork

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 takes in no form (§2.2)."""

IN_FEED = 50
LONGEST_SUMMARY = 200

FOR_A_MINUTE = "public, max-age=60"

PUBLIC = {
    "cache-control": "public, max-age=31536000, immutable",
    "cross-origin-resource-policy": "cross-origin",
}


@dataclass(frozen=True)
class Plate:
    """A picture on a public page: its address, pixels, alt text, and whether an AI made it."""

    url: str
    width: int
    height: int
    alt: str
    by_ai: bool
    sketched: bool


@dataclass(frozen=True)
class PostPage:
    """A published post as strangers see it; `address` is its canonical one."""

    post: Post
    business: str
    business_id: int
    address: str
    published_at: datetime
    plates: tuple[Plate, ...]

    @property
    def paragraphs(self) -> list[str]:
        """The caption, paragraph by paragraph; none where it only repeats the title."""
        words = self.post.caption.strip()
        if words.casefold() == self.post.title.strip().casefold():
            return []
        return [part.strip() for part in words.split("\n\n") if part.strip()]

    @property
    def summary(self) -> str:
        """One line for previews."""
        said = self.post.description or self.post.caption or self.post.title
        return shorten(" ".join(said.split()), LONGEST_SUMMARY)


class Site:
    """Serves what is public."""

    def __init__(self, parts: WebParts, templates: Templates) -> None:
        self._parts = parts
        self._templates = templates

    def routes(self) -> APIRouter:
        """Pages, pictures, feed."""
        router = APIRouter()
        for address, answer_ in (
            ("/p/{slug}", self.page),
            ("/p/{slug}/{filename}", self.picture),
            ("/feed/{business_id}.atom", self.feed),
        ):
            router.api_route(address, methods=["GET", "HEAD"])(answer_)
        return router

    async def page(self, slug: str) -> Response:
        """The page of a post."""
        async with self._parts.units.read() as uow:
            found = await self._published(uow, slug)
            if found is None:
                raise HTTPException(404)
            page = await self._page(uow, *found)
        answered = self._templates.page("post.html", {"page": page})
        answered.headers["cache-control"] = FOR_A_MINUTE
        return answered

    async def picture(self, slug: str, filename: str) -> Response:
        """A picture of a post, as it was made for the site."""
        async with self._parts.units.read() as uow:
            found = await self._published(uow, slug)
        names = (
            {PurePosixPath(one.key).name: one.key for one in found[1].renditions} if found else {}
        )
        if filename not in names:
            raise HTTPException(404)
        try:
            data = await self._parts.blobs.get(names[filename])
        except FileNotFoundError as error:
            raise HTTPException(404) from error
        return answer(data, filename, shown=True, headers=PUBLIC)

    async def feed(self, business_id: int) -> Response:
        """The newest pages of a business, as Atom (RFC 4287)."""
        async with self._parts.units.read() as uow:
            business = await uow.businesses.get(business_id)
            if business is None:
                raise HTTPException(404)
            found = await uow.posts.pages(business_id, IN_FEED)
            pages = [await self._page(uow, post, target) for post, target in found]
        facts = {
            "business": business,
            "pages": pages,
            "address": f"{self._parts.address}/feed/{business_id}.atom",
            "home": self._parts.address,
            "updated": pages[0].published_at if pages else business.created_at,
        }
        text = UNWRITABLE.sub("", self._templates.draw("feed.xml", facts))
        headers = {"cache-control": FOR_A_MINUTE}
        return Response(text, media_type="application/atom+xml", headers=headers)

    async def _published(self, uow: UnitOfWork, slug: str) -> tuple[Post, Target] | None:
        post = await uow.posts.by_slug(slug)
        for target in await uow.targets.of_post(post.id) if post else []:
            account = await uow.accounts.get(target.account_id)
            if post and account and account.network == "site" and target.state == "published":
                return post, target
        return None

    async def _page(self, uow: UnitOfWork, post: Post, target: Target) -> PostPage:
        business = await uow.businesses.get(post.business_id)
        return PostPage(
            post=post,
            business=business.name if business else "",
            business_id=post.business_id,
            address=f"{self._parts.address}/p/{post.slug}",
            published_at=target.published_at or post.created_at,
            plates=tuple([await self._plate(uow, post, *one) for one in _pairs(post, target)]),
        )

    async def _plate(
        self, uow: UnitOfWork, post: Post, image_id: int, alt: str, kept: RenditionKept
    ) -> Plate:
        image = await uow.images.get(image_id)
        name = PurePosixPath(kept.key).name
        return Plate(
            url=f"{self._parts.address}/p/{post.slug}/{name}",
            width=kept.width,
            height=kept.height,
            alt=alt,
            by_ai=bool(image and image.is_ai_generated),
            sketched=bool(image and image.ai_model and not image.is_ai_generated),
        )


def _pairs(post: Post, target: Target) -> list[tuple[int, str, RenditionKept]]:
    return [
        (image.image_id, image.alt, kept)
        for image, kept in zip(post.images, target.renditions, strict=False)
    ]
