"""What Meta's refusals mean to the desk, before the unrepeatable step and in it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.ports import Credential, OutgoingPost, Unsure
from core.publishing.networks.facebook import Facebook
from core.publishing.networks.meta import Graph
from tests.contracts.network_grounds import (
    Checkpoint,
    MetaGround,
    PictureServer,
    make_post,
    meta_ground,
)
from tests.platforms.graph import GraphServer


@pytest.fixture
async def meta() -> AsyncIterator[MetaGround]:
    async with meta_ground() as ground:
        yield ground


@pytest.fixture
def photo(meta: MetaGround) -> OutgoingPost:
    return make_post(PictureServer(), meta.page)


async def failure_of(meta: MetaGround, photo: OutgoingPost, step: str) -> DeskError:
    """Stages, or sends what was staged, and returns the error."""
    if step == "photos":
        with pytest.raises(DeskError) as failed:
            await meta.facebook.stage(photo, {}, Checkpoint())
    else:
        ticket = await meta.facebook.stage(photo, {}, Checkpoint())
        with pytest.raises(DeskError) as failed:
            await meta.facebook.send(photo, ticket)
    return failed.value


MEANINGS: list[tuple[str, type[DeskError], str]] = [
    ("expired_token", ActionNeeded, "account_expired"),
    ("invalid_token", ActionNeeded, "account_expired"),
    ("missing_permission", ActionNeeded, "account_forbidden"),
    ("page_permission", ActionNeeded, "account_forbidden"),
    ("blocked", ActionNeeded, "account_blocked"),
    ("suspected_spam", ActionNeeded, "account_blocked"),
    ("restricted_account", ActionNeeded, "account_blocked"),
    ("app_limit", TryLater, "network_busy"),
    ("page_limit", TryLater, "network_busy"),
    ("daily_quota", TryLater, "daily_quota"),
    ("slow_media", ActionNeeded, "image_unreachable"),
    ("not_ready", TryLater, "network_processing"),
    ("media_expired", TryLater, "container_gone"),
]


@pytest.mark.parametrize("step", ["photos", "feed"])
@pytest.mark.parametrize("row", MEANINGS, ids=[row[0] for row in MEANINGS])
async def test_a_documented_refusal_has_one_meaning(
    meta: MetaGround,
    photo: OutgoingPost,
    row: tuple[str, type[DeskError], str],
    step: str,
) -> None:
    """Who must act is told by the kind, and what happened by the code."""
    reason, kind, code = row
    meta.server.refuse(reason, step)
    failed = await failure_of(meta, photo, step)
    assert (type(failed), failed.code) == (kind, code)
    assert meta.server.published == []


ERROR: dict[str, Any] = {"message": "Something else", "type": "OAuthException", "code": 987_654}
UNCLEAR: list[tuple[int, Any]] = [
    (500, {"error": {"message": "Unexpected", "code": 2, "is_transient": True}}),
    (400, {"error": {"message": "Unknown", "code": 1}}),
    (502, "<html>Bad gateway</html>"),
    (503, {}),
    (302, {}),
    (200, "not an object"),
    (200, {"no": "id"}),
]


@pytest.mark.parametrize(("status", "body"), UNCLEAR)
async def test_an_unclear_answer_is_repeated_before_the_post_and_never_after(
    meta: MetaGround, photo: OutgoingPost, status: int, body: Any
) -> None:
    """What came of an upload does not matter; what came of a post is found out."""
    headers = {"Location": meta.server.base_url}
    meta.server.fail("photos", status=status, body=body, headers=headers)
    staging = await failure_of(meta, photo, "photos")
    assert (type(staging), staging.code) == (TryLater, "network_unavailable")
    meta.server.fail("feed", status=status, body=body, headers=headers, after=True)
    assert isinstance(await failure_of(meta, photo, "feed"), OutcomeUnknown)
    assert len(meta.server.published) == 1
    assert "unknown" not in meta.server.calls


async def test_a_refusal_that_nobody_documented_proves_nothing(
    meta: MetaGround, photo: OutgoingPost
) -> None:
    """Before the post it is the person's; in it, the post may stand all the same."""
    meta.server.fail("photos", status=400, body={"error": ERROR})
    staging = await failure_of(meta, photo, "photos")
    assert (type(staging), staging.code) == (UserError, "network_refused")
    meta.server.fail("feed", status=400, body={"error": ERROR}, after=True)
    assert isinstance(await failure_of(meta, photo, "feed"), OutcomeUnknown)


async def test_a_look_that_is_refused_leaves_us_unsure(
    meta: MetaGround, photo: OutgoingPost
) -> None:
    """A post that perhaps stands never fails because looking for it did."""
    async with PictureServer().serving() as pictures:
        profile = make_post(pictures, meta.profile)
        ticket = await meta.instagram.stage(profile, {}, Checkpoint())
    for call in ("published_posts", "container"):
        meta.server.fail(call, status=400, body={"error": ERROR})
    assert isinstance(await meta.facebook.find(photo, {"photos": ["1"]}), Unsure)
    assert isinstance(await meta.instagram.find(profile, ticket), Unsure)
    assert meta.server.faults.waiting == []


async def test_where_nobody_answers_the_phone_nothing_was_said(photo: OutgoingPost) -> None:
    """Without a connection nothing was sent, so even the post may be tried again."""
    async with GraphServer() as server:
        address = server.base_url
    async with Graph(address) as graph:
        with pytest.raises(TryLater, match="network_unavailable"):
            await Facebook(graph).send(photo, {"photos": ["1"]})


async def test_facts_hold_metas_trace_and_neither_token_nor_address(
    meta: MetaGround, photo: OutgoingPost
) -> None:
    """Meta's support asks for the trace; its sentences quote what they were given."""
    message = f"The token {photo.account.secret} or https://desk.example/m/1?signature=sesame"
    error = {"message": message, "code": 190, "error_subcode": 463, "fbtrace_id": "Axyz"}
    meta.server.fail("photos", status=400, body={"error": error})
    facts = (await failure_of(meta, photo, "photos")).facts
    assert facts == {
        "status": 400,
        "meta_code": 190,
        "meta_subcode": 463,
        "fbtrace_id": "Axyz",
        "message": "The token … or …",
    }


async def test_a_permalink_that_may_not_be_read_falls_back_to_the_id(
    meta: MetaGround, photo: OutgoingPost
) -> None:
    """The post stands, so people get an address that leads there."""
    ticket = await meta.facebook.stage(photo, {}, Checkpoint())
    published = await meta.facebook.send(photo, ticket)
    meta.server.withdraw(photo.account.secret, "pages_read_engagement")
    address = await meta.facebook.permalink(photo.account, published)
    assert address == f"https://www.facebook.com/{published.id}"


async def test_a_token_for_another_account_is_the_admins_matter(
    meta: MetaGround, photo: OutgoingPost
) -> None:
    """The page was deleted, or the person lost it."""
    account = Credential("999", "", photo.account.secret)
    stranger = OutgoingPost("target-1", "Hi", "hi", photo.images, account)
    with pytest.raises(ActionNeeded, match="account_not_found"):
        await meta.facebook.stage(stranger, {}, Checkpoint())
