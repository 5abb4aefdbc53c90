"""Instagram accounts: containers on their way to posts.

It owns the account's side of the API. It must not know Facebook pages, HTTP or faults.

Source: `networks.md` sections 1.1 to 1.5. A container is fetched and checked when it is made,
becomes FINISHED by being polled, and is published once; a carousel needs finished children.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from tests.platforms.graph.calls import Call, Operation
from tests.platforms.graph.errors import (
    GraphError,
    bad_carousel,
    broken_contract,
    caption_too_long,
    daily_quota,
    media_expired,
    media_not_found,
    missing_permission,
    not_ready,
    slow_media,
    too_large,
    too_many_tags,
    unfetchable,
    unsupported_picture,
    wrong_ratio,
)
from tests.platforms.graph.fetching import Unfetchable, fetch, look_inside
from tests.platforms.graph.world import Container, Instagram, Picture, Publication

LARGEST_IMAGE: Final = 8 * 1024**2
NARROWEST: Final = 320
LONGEST_CAPTION: Final = 2_200
LONGEST_ALT_TEXT: Final = 1_000
MOST_HASHTAGS: Final = 30
MOST_MENTIONS: Final = 20
MOST_CHILDREN: Final = 10
MOST_CONTAINERS: Final = 400
QUOTA_SECONDS: Final = 86_400
STATUS_TEXTS: Final = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been successfully published.",
    "ERROR": "Error: Media upload has failed with error code {failure}",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}


async def read_account(call: Call) -> dict[str, Any]:
    """GET /{ig}."""
    assert isinstance(call.node, Instagram)
    known = {"id": call.node.id, "username": call.node.username, "name": call.node.username}
    return call.select(known, "id")


async def read_limit(call: Call) -> dict[str, Any]:
    """GET /{ig}/content_publishing_limit."""
    assert isinstance(call.node, Instagram)
    config = {"quota_total": call.behaviour.quota_total, "quota_duration": QUOTA_SECONDS}
    known = {"quota_usage": _used(call, call.node), "config": config}
    return {"data": [call.select(known, "quota_usage")]}


async def add_container(call: Call) -> dict[str, Any]:
    """POST /{ig}/media: one picture, a carousel's child, or a carousel."""
    assert isinstance(call.node, Instagram)
    if len(call.world.containers(call.node.id)) >= MOST_CONTAINERS:
        raise daily_quota()
    caption = _caption(call)
    if "media_type" in call.parameters:
        container = _carousel(call, call.node, caption)
    else:
        container = await _single(call, call.node, caption)
    if call.spoiled:
        container.outcome, container.failure = "ERROR", call.spoiled
    if not container.polls_left:
        container.status = container.outcome
    call.world.nodes[container.id] = container
    return {"id": container.id}


async def read_container(call: Call) -> dict[str, Any]:
    """GET /{container}: asking for the status is a poll, which brings it nearer to its end."""
    assert isinstance(call.node, Container)
    shown = _poll(call.node) if "status" in call.text("fields") else call.node.status
    text = STATUS_TEXTS[shown].format(failure=call.node.failure)
    known = {"id": call.node.id, "status_code": shown, "status": text}
    return call.select(known, "id")


async def publish(call: Call) -> dict[str, Any]:
    """POST /{ig}/media_publish: the single unrepeatable step."""
    assert isinstance(call.node, Instagram)
    name = call.text("creation_id")
    container = call.world.nodes.get(name)
    if not isinstance(container, Container) or container.instagram_id != call.node.id:
        raise media_not_found(name)
    if container.is_item or container.status == "PUBLISHED":
        raise media_not_found(name)
    if container.status == "IN_PROGRESS":
        raise not_ready()
    if container.status != "FINISHED":
        raise media_expired()
    if _used(call, call.node) >= call.behaviour.quota_total:
        raise daily_quota()
    container.status = "PUBLISHED"
    container.stale_reads = call.behaviour.published_lag
    media_id = call.world.new_id("180")
    call.world.publish(
        Publication(
            network="instagram",
            id=media_id,
            account_id=call.node.id,
            text=container.caption,
            pictures=container.pictures,
            permalink=f"https://www.instagram.com/p/C{int(media_id):x}/",
            is_ai_generated=container.is_ai_generated,
        )
    )
    return {"id": media_id}


async def read_media(call: Call) -> dict[str, Any]:
    """GET /{media}."""
    assert isinstance(call.node, Publication)
    several = len(call.node.pictures) > 1
    owner = call.world.nodes[call.node.account_id]
    known = {
        "id": call.node.id,
        "permalink": call.node.permalink,
        "shortcode": call.node.permalink.rstrip("/").rpartition("/")[2],
        "caption": call.node.text or None,
        "media_type": "CAROUSEL_ALBUM" if several else "IMAGE",
        "timestamp": call.node.created_time,
        "username": owner.username if isinstance(owner, Instagram) else None,
        "alt_text": None if several else call.node.pictures[0].alt_text,
    }
    return call.select(known, "id")


def _used(call: Call, account: Instagram) -> int:
    return sum(post.account_id == account.id for post in call.world.published)


def _poll(container: Container) -> str:
    if container.status == "IN_PROGRESS":
        if container.polls_left:
            container.polls_left -= 1
        else:
            container.status = container.outcome
    elif container.status == "PUBLISHED" and container.stale_reads:
        container.stale_reads -= 1
        return "FINISHED"
    return container.status


def _caption(call: Call) -> str:
    caption = call.text("caption")
    if len(caption) > LONGEST_CAPTION:
        raise caption_too_long()
    if len(re.findall(r"#\w", caption)) > MOST_HASHTAGS:
        raise too_many_tags("hashtags", MOST_HASHTAGS)
    if len(re.findall(r"@\w", caption)) > MOST_MENTIONS:
        raise too_many_tags("mentions", MOST_MENTIONS)
    return caption


async def _single(call: Call, account: Instagram, caption: str) -> Container:
    if "children" in call.parameters:
        raise broken_contract("children belong to media_type=CAROUSEL")
    is_item = call.flag("is_carousel_item", default=False)
    if is_item and caption:
        raise broken_contract("a carousel's caption belongs to the carousel, not to its child")
    if is_item and "is_ai_generated" in call.parameters:
        raise broken_contract("is_ai_generated belongs to the carousel, not to its child")
    ai = call.flag("is_ai_generated", default=False)
    picture = await _take_picture(call)
    return _container(call, account, caption, (picture,), ai=ai, is_item=is_item)


def _carousel(call: Call, account: Instagram, caption: str) -> Container:
    if call.text("media_type") != "CAROUSEL":
        raise GraphError(100, f"Unknown media type {call.text('media_type')}", 2207023)
    for name in ("image_url", "alt_text", "is_carousel_item"):
        if name in call.parameters:
            raise broken_contract(f"{name} belongs to the children of a carousel")
    names = call.text("children").split(",")
    if not 2 <= len(names) <= MOST_CHILDREN or len(set(names)) != len(names):
        raise bad_carousel(f"It needs 2 to {MOST_CHILDREN} different children.")
    children = [_child(call, account, name) for name in names]
    for child in children:
        child.taken = True
    ai = call.flag("is_ai_generated", default=False)
    pictures = tuple(picture for child in children for picture in child.pictures)
    return _container(call, account, caption, pictures, ai=ai, is_item=False)


def _child(call: Call, account: Instagram, name: str) -> Container:
    child = call.world.nodes.get(name)
    if not isinstance(child, Container) or child.instagram_id != account.id or not child.is_item:
        raise bad_carousel(f"{name} is no carousel item of this account.")
    if child.status == "IN_PROGRESS":
        raise not_ready()
    if child.status != "FINISHED":
        raise media_expired()
    if child.taken:
        raise bad_carousel(f"{name} stands in another carousel.")
    return child


def _container(
    call: Call,
    account: Instagram,
    caption: str,
    pictures: tuple[Picture, ...],
    *,
    ai: bool,
    is_item: bool,
) -> Container:
    return Container(
        id=call.world.new_id("179"),
        instagram_id=account.id,
        caption=caption,
        pictures=pictures,
        is_ai_generated=ai,
        is_item=is_item,
        polls_left=call.behaviour.polls_until_finished,
    )


async def _take_picture(call: Call) -> Picture:
    url = call.text("image_url")
    if not url:
        raise GraphError(100, "(#100) The parameter image_url is required")
    alt_text = call.text("alt_text", LONGEST_ALT_TEXT) or None
    try:
        data, kind = await fetch(url, LARGEST_IMAGE)
        if len(data) > LARGEST_IMAGE:
            raise too_large()
        if kind != "image/jpeg":
            raise unfetchable(f"the content type is {kind}")
        picture = look_inside(data, kind, ("JPEG",), url, alt_text)
    except Unfetchable as nothing:
        raise (slow_media() if nothing.slow else unfetchable(str(nothing))) from nothing
    if picture.width < NARROWEST:
        raise unsupported_picture(f"It is {picture.width} pixels wide, less than {NARROWEST}.")
    # 4:5 to 1.91:1, in whole numbers so that 1080x1350 is in and nothing depends on rounding.
    if not (
        5 * picture.width >= 4 * picture.height and 100 * picture.width <= 191 * picture.height
    ):
        raise wrong_ratio(picture.width, picture.height)
    return picture


READ: Final = frozenset({"instagram_basic"})
WRITE: Final = READ | {"instagram_content_publish"}
NONE: Final[frozenset[str]] = frozenset()
MEDIA: Final = frozenset(
    {
        "image_url",
        "caption",
        "alt_text",
        "is_ai_generated",
        "is_carousel_item",
        "media_type",
        "children",
    }
)

OPERATIONS: Final[Mapping[tuple[str, str, str], Operation]] = {
    ("GET", "Instagram", ""): Operation("instagram", read_account, NONE, READ, missing_permission),
    ("GET", "Instagram", "content_publishing_limit"): Operation(
        "content_publishing_limit", read_limit, NONE, WRITE, missing_permission
    ),
    ("POST", "Instagram", "media"): Operation(
        "media", add_container, MEDIA, WRITE, missing_permission
    ),
    ("GET", "Container", ""): Operation(
        "container", read_container, NONE, WRITE, missing_permission
    ),
    ("POST", "Instagram", "media_publish"): Operation(
        "media_publish", publish, frozenset({"creation_id"}), WRITE, missing_permission
    ),
    ("GET", "media", ""): Operation("media_object", read_media, NONE, READ, missing_permission),
}
