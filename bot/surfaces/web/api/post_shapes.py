"""The shapes of posts in the HTTP API: what is asked for, and where it stands.

Owns these shapes and how rows become them. It must not know routes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.surfaces.web.api.shapes import Words
from core.publishing.posts import Post, Target, TargetState
from core.storing import UnitOfWork
from core.wording.errors import sentence

Address = Annotated[Words, Field(max_length=8192)]


class PostOrder(BaseModel):
    """A post to be published at once. Each of `content_images` is the address of a picture;
    `account_id` says which account, where several of the network are connected.
    """

    model_config = ConfigDict(extra="forbid")

    business_id: int
    content_text: Words = ""
    content_images: Annotated[list[Address], Field(max_length=100)] = []
    account_id: Words | None = None


class PostPicture(BaseModel):
    """A picture of a post. `url` asks for the image; the alt text is this post's own."""

    id: int
    url: str
    alt_text: str


class TargetShape(BaseModel):
    """A post on its way to one account. `url` is where it stands there, once that is known; what
    went wrong comes as code and sentence; `due_at` says when it is sent, or tried again.
    """

    id: str
    network: str
    account_id: str
    account: str
    state: TargetState
    url: str | None
    error_code: str | None
    error_message: str | None
    due_at: datetime | None
    sent_at: datetime | None
    published_at: datetime | None


class PostShape(BaseModel):
    """A post, with a target for each account. `url` asks for it again."""

    id: str
    business_id: int
    url: str
    caption: str
    images: list[PostPicture]
    targets: list[TargetShape]
    created_at: datetime
    approved_at: datetime | None


class OnePost(BaseModel):
    """A post that was published, or is on its way."""

    success: bool = True
    post: PostShape


class PostPage(BaseModel):
    """Some posts, newest first; `next` is the `cursor` that goes on."""

    posts: list[PostShape]
    next: str | None


async def post_shapes(uow: UnitOfWork, posts: Sequence[Post], address: str) -> list[PostShape]:
    """Posts as the API shows them."""
    shapes: dict[str, PostShape] = {post.id: _post(post, address) for post in posts}
    for target in await uow.targets.of_posts(list(shapes)):
        shapes[target.post_id].targets.append(await _target(uow, target))
    return list(shapes.values())


def post_address(post_id: str, address: str) -> str:
    """Where the API tells of a post."""
    return f"{address}/api/v1/posts/{post_id}"


def _post(post: Post, address: str) -> PostShape:
    return PostShape(
        id=post.id,
        business_id=post.business_id,
        url=post_address(post.id, address),
        caption=post.caption,
        images=[
            PostPicture(
                id=image.image_id,
                url=f"{address}/api/v1/images/{image.image_id}",
                alt_text=image.alt,
            )
            for image in post.images
        ],
        targets=[],
        created_at=post.created_at,
        approved_at=post.approved_at,
    )


async def _target(uow: UnitOfWork, target: Target) -> TargetShape:
    account = await uow.accounts.get(target.account_id)
    return TargetShape(
        id=target.id,
        network=account.network if account else "",
        account_id=target.account_id,
        account=account.name if account else "",
        state=target.state,
        url=target.url or None,
        error_code=target.trouble.code if target.trouble else None,
        error_message=sentence(target.trouble) if target.trouble else None,
        due_at=target.due_at,
        sent_at=target.sent_at,
        published_at=target.published_at,
    )
