"""Facebook pages: photos, posts and what can be read of them.

It owns the page's side of the API. It must not know Instagram, HTTP or faults.

Source: `networks.md` sections 1.1 to 1.5. A post of several photos is staged photo by photo
(`published=false`) and made by one `feed`; a photo stands in one post only, so `feed` with the same
photos again is refused, while a single published photo sent twice is two posts.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.platforms.far_end import Upload
from tests.platforms.graph.calls import Call, Operation
from tests.platforms.graph.errors import (
    GraphError,
    already_posted,
    broken_contract,
    missing_photo,
    page_permission,
    same_message,
    unreadable_photo,
)
from tests.platforms.graph.fetching import Unfetchable, fetch, look_inside
from tests.platforms.graph.world import Page, Photo, Picture, Publication

LARGEST_PHOTO: Final = 4_000_000  # the error says 4 MB, and nobody says of which kind
LONGEST_MESSAGE: Final = 63_206
LONGEST_ALT_TEXT: Final = 1_000
MOST_PHOTOS: Final = 10
LARGEST_PAGE: Final = 100
TYPES: Final = frozenset({"image/jpeg", "image/png"})


async def read_user(call: Call) -> dict[str, Any]:
    """GET /me: whoever speaks, and with a page's token that is the page."""
    if call.token.page_id is not None:
        page = call.world.nodes[call.token.page_id]
        assert isinstance(page, Page)
        return call.select(_page_fields(page), "id,name")
    try:
        return call.select({"id": "4242", "name": "Robin Owner"}, "id,name")
    except GraphError as error:
        # Asking a page's fields is how a client learns that it holds a person's token.
        error.violation = False
        raise


async def list_accounts(call: Call) -> dict[str, Any]:
    """GET /me/accounts: the user's pages with their tokens."""
    tasks = ["CREATE_CONTENT", "MANAGE"]
    rows = [_page_fields(page) | {"tasks": tasks} for page in call.world.pages()]
    return _paged(call, rows, "access_token,category,name,id,tasks", "me/accounts")


async def read_page(call: Call) -> dict[str, Any]:
    """GET /{page}."""
    assert isinstance(call.node, Page)
    return call.select(_page_fields(call.node), "id,name")


async def add_photo(call: Call) -> dict[str, Any]:
    """POST /{page}/photos: published at once, or staged with `published=false`."""
    assert isinstance(call.node, Page)
    message = call.text("message", LONGEST_MESSAGE)
    published = call.flag("published", default=True)
    picture = await _take_picture(call)
    photo = Photo(call.world.new_id("122"), call.node.id, picture)
    call.world.nodes[photo.id] = photo
    if not published:
        return {"id": photo.id}
    post = _post(call, message, [photo])
    return {"id": photo.id, "post_id": post.id}


async def add_post(call: Call) -> dict[str, Any]:
    """POST /{page}/feed: a text, a link, or staged photos made into one post."""
    assert isinstance(call.node, Page)
    message = call.text("message", LONGEST_MESSAGE)
    photos = [_staged_photo(call, value) for value in _attached(call)]
    if len({photo.id for photo in photos}) != len(photos):
        raise broken_contract("a photo is attached twice")
    if not (message or photos or call.text("link")):
        raise GraphError(100, "(#100) A post needs a message, a link or photos")
    if len(photos) > MOST_PHOTOS:
        raise GraphError(100, f"(#100) A post holds at most {MOST_PHOTOS} photos")
    newest = _posts_of(call.node.id, call)[:1]
    if not photos and [post.text for post in newest if not post.pictures] == [message]:
        raise same_message()
    return {"id": _post(call, message, photos).id}


async def list_posts(call: Call) -> dict[str, Any]:
    """GET /{page}/published_posts, newest first; `behaviour.unlisted` of them are not there yet."""
    assert isinstance(call.node, Page)
    visible = _posts_of(call.node.id, call)[call.behaviour.unlisted :]
    rows = [_post_fields(post) for post in visible]
    return _paged(call, rows, "created_time,message,id", f"{call.node.id}/published_posts")


async def read_post(call: Call) -> dict[str, Any]:
    """GET /{post}."""
    assert isinstance(call.node, Publication)
    return call.select(_post_fields(call.node), "created_time,message,id")


async def read_photo(call: Call) -> dict[str, Any]:
    """GET /{photo}: `page_story_id` names the post that it stands in, once it does."""
    assert isinstance(call.node, Photo)
    known = {
        "id": call.node.id,
        "link": f"https://www.facebook.com/photo/?fbid={call.node.id}",
        "page_story_id": call.node.post_id,
        "alt_text_custom": call.node.picture.alt_text,
        "width": call.node.picture.width,
        "height": call.node.picture.height,
    }
    return call.select(known, "id")


async def delete_photo(call: Call) -> dict[str, Any]:
    """DELETE /{photo}: for staged ones that no post came of."""
    assert isinstance(call.node, Photo)
    if call.node.post_id is not None:
        raise GraphError(100, "(#100) The photo stands in a post")
    del call.world.nodes[call.node.id]
    return {"success": True}


async def _take_picture(call: Call) -> Picture:
    source = call.parameters.get("source")
    url = call.text("url")
    alt_text = call.text("alt_text_custom", LONGEST_ALT_TEXT) or None
    if bool(url) == isinstance(source, Upload):
        raise missing_photo("send either url or source, as a file")
    try:
        if isinstance(source, Upload):
            data, kind = source.data, source.content_type
        else:
            data, kind = await fetch(url, LARGEST_PHOTO)
    except Unfetchable as nothing:
        raise missing_photo(str(nothing)) from nothing
    if len(data) > LARGEST_PHOTO or kind not in TYPES:
        raise unreadable_photo()
    try:
        return look_inside(data, kind, ("JPEG", "PNG"), url or None, alt_text)
    except Unfetchable as bad:
        raise unreadable_photo() from bad


def _attached(call: Call) -> list[str]:
    names = [name for name in call.parameters if name.startswith("attached_media[")]
    if names != [f"attached_media[{place}]" for place in range(len(names))]:
        raise broken_contract("attached_media is counted from 0")
    return [call.text(name) for name in names]


def _staged_photo(call: Call, text: str) -> Photo:
    try:
        value = json.loads(text)
    except ValueError as broken:
        raise broken_contract(f"attached_media is no JSON: {text}") from broken
    if not isinstance(value, dict) or value.keys() != {"media_fbid"}:
        raise broken_contract(f'attached_media is {{"media_fbid": id}}, not {text}')
    photo = call.world.nodes.get(str(value["media_fbid"]))
    if not isinstance(photo, Photo) or photo.page_id != call.world.page_of(call.node or photo):
        raise GraphError(100, f"(#100) {text} is no photo of this page")
    if photo.post_id is not None:
        raise already_posted()
    return photo


def _post(call: Call, message: str, photos: list[Photo]) -> Publication:
    assert isinstance(call.node, Page)
    number = call.world.new_id("122")
    post = Publication(
        network="facebook",
        id=f"{call.node.id}_{number}",
        account_id=call.node.id,
        text=message,
        pictures=tuple(photo.picture for photo in photos),
        permalink=f"https://www.facebook.com/{call.node.id}/posts/{number}",
        link=call.text("link") or None,
        photo_ids=tuple(photo.id for photo in photos),
    )
    for photo in photos:
        photo.post_id = post.id
    call.world.publish(post)
    return post


def _posts_of(page_id: str, call: Call) -> list[Publication]:
    return [post for post in reversed(call.world.published) if post.account_id == page_id]


def _page_fields(page: Page) -> dict[str, Any]:
    instagram = page.instagram
    return {
        "id": page.id,
        "name": page.name,
        "category": "Brand",
        "link": f"https://www.facebook.com/{page.id}",
        "access_token": page.token,
        "instagram_business_account": instagram
        and {"id": instagram.id, "username": instagram.username},
    }


def _post_fields(post: Publication) -> dict[str, Any]:
    targets: list[Mapping[str, Any]] = [
        {"type": "photo", "target": {"id": photo}} for photo in post.photo_ids
    ]
    attachments: dict[str, Any] | None = None
    if len(targets) == 1:
        attachments = {"data": [{**targets[0], "subattachments": None}]}
    elif targets:
        album = {"type": "album", "target": None, "subattachments": {"data": targets}}
        attachments = {"data": [album]}
    return {
        "id": post.id,
        "message": post.text or None,
        "created_time": post.created_time,
        "permalink_url": post.permalink,
        "is_published": True,
        "attachments": attachments,
    }


def _paged(call: Call, rows: list[dict[str, Any]], default: str, path: str) -> dict[str, Any]:
    """One page of a listing; as with Meta, `next` carries the token, and following it leaks it."""
    limit = call.text("limit") or "25"
    after = call.text("after") or "0"
    if not (limit.isdecimal() and 1 <= int(limit) <= LARGEST_PAGE and after.isdecimal()):
        raise broken_contract("limit goes from 1 to 100; after is a cursor from an answer")
    first, last = int(after), int(after) + int(limit)
    paging: dict[str, Any] = {"cursors": {"before": after, "after": str(last)}}
    if last < len(rows):
        query = f"limit={limit}&after={last}&access_token={call.token.value}"
        paging["next"] = f"{call.base_url}/v26.0/{path}?{query}"
    return {"data": [call.select(row, default) for row in rows[first:last]], "paging": paging}


READ: Final = frozenset({"pages_read_engagement"})
WRITE: Final = READ | {"pages_manage_posts"}
PAGED: Final = frozenset({"limit", "after"})
NONE: Final[frozenset[str]] = frozenset()

OPERATIONS: Final[Mapping[tuple[str, str, str], Operation]] = {
    ("GET", "me", ""): Operation("me", read_user, NONE, NONE, page_permission),
    ("GET", "me", "accounts"): Operation(
        "accounts", list_accounts, PAGED, frozenset({"pages_show_list"}), page_permission
    ),
    ("GET", "Page", ""): Operation("page", read_page, NONE, READ, page_permission),
    ("POST", "Page", "photos"): Operation(
        name="photos",
        run=add_photo,
        parameters=frozenset({"url", "source", "message", "published", "alt_text_custom"}),
        permissions=WRITE,
        lacking=page_permission,
        needs_page_token=True,
    ),
    ("POST", "Page", "feed"): Operation(
        name="feed",
        run=add_post,
        parameters=frozenset({"message", "link", "attached_media[i]"}),
        permissions=WRITE,
        lacking=page_permission,
        needs_page_token=True,
    ),
    ("GET", "Page", "published_posts"): Operation(
        "published_posts", list_posts, PAGED, READ, page_permission
    ),
    ("GET", "post", ""): Operation("post", read_post, NONE, READ, page_permission),
    ("GET", "Photo", ""): Operation("photo", read_photo, NONE, READ, page_permission),
    ("DELETE", "Photo", ""): Operation(
        "delete_photo", delete_photo, NONE, WRITE, page_permission, needs_page_token=True
    ),
}
