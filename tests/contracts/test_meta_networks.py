"""What Facebook and Instagram do beyond the common contract: Meta's own traps."""

from collections.abc import AsyncIterator

import pytest

from core.errors import ActionNeeded, OutcomeUnknown, TryLater, UserError
from core.ports import Absent, Credential, OutgoingPost, Published, Unsure
from tests.contracts.network_grounds import (
    Checkpoint,
    Died,
    MetaGround,
    PictureServer,
    make_post,
    meta_ground,
    publish,
)


@pytest.fixture
async def meta() -> AsyncIterator[MetaGround]:
    async with meta_ground() as ground:
        yield ground
        assert ground.server.violations + ground.server.tokens_in_urls == []


@pytest.fixture
async def pictures() -> AsyncIterator[PictureServer]:
    async with PictureServer().serving() as server:
        yield server


@pytest.fixture
def single(meta: MetaGround, pictures: PictureServer) -> OutgoingPost:
    return make_post(pictures, meta.profile)


@pytest.fixture
def carousel(meta: MetaGround, pictures: PictureServer) -> OutgoingPost:
    return make_post(pictures, meta.profile, 3)


# ── Instagram ────────────────────────────────────────────────────────────────────────────────────


async def test_a_picture_that_cannot_be_fetched_once_gets_a_fresh_address(
    meta: MetaGround, single: OutgoingPost, pictures: PictureServer
) -> None:
    """Two failures are borne; no address is used twice, and none before its container."""
    pictures.broken = 2
    assert pictures.minted == []
    await publish(meta.instagram, single)
    assert len(set(pictures.minted)) == 3
    assert len(meta.server.published) == 1


@pytest.mark.parametrize("count", [1, 3])
async def test_a_desk_that_cannot_be_reached_from_outside_is_the_admins_matter(
    meta: MetaGround, pictures: PictureServer, count: int
) -> None:
    """Three fresh addresses are tried, also in a carousel, and no more."""
    pictures.broken = 100
    with pytest.raises(ActionNeeded, match="image_unreachable"):
        await publish(meta.instagram, make_post(pictures, meta.profile, count))
    assert len(pictures.minted) == 3


async def test_an_errored_container_is_made_again(meta: MetaGround, single: OutgoingPost) -> None:
    """The second one is good, and only that is published."""
    meta.server.spoil_container()
    await publish(meta.instagram, single)
    assert [c.status for c in meta.server.containers] == ["ERROR", "PUBLISHED"]


async def test_containers_that_keep_failing_are_left_for_later(
    meta: MetaGround, single: OutgoingPost
) -> None:
    """Three are made in one go, and then the worker is free."""
    meta.server.spoil_container(times=3)
    with pytest.raises(TryLater, match="container_failed"):
        await publish(meta.instagram, single)
    assert len(meta.server.containers) == 3


async def test_a_container_that_says_why_it_failed_is_believed(
    meta: MetaGround, single: OutgoingPost
) -> None:
    """A picture that is not taken is not offered again: its `status` holds the error's number."""
    failed = {"status_code": "ERROR", "status": "2207009"}
    meta.server.fail("container", status=200, body=failed)
    with pytest.raises(UserError, match="image_rejected"):
        await publish(meta.instagram, single)
    assert len(meta.server.containers) == 1


async def test_what_expired_meanwhile_is_made_again(
    meta: MetaGround, carousel: OutgoingPost
) -> None:
    """A post that waited a day starts from pictures that are as good as new."""
    ticket = await meta.instagram.stage(carousel, {}, Checkpoint())
    meta.server.expire_containers()
    fresh = await meta.instagram.stage(carousel, ticket, Checkpoint())
    assert not set(ticket.values()) & set(fresh.values())
    await meta.instagram.send(carousel, fresh)
    assert len(meta.server.published) == 1


async def test_a_carousel_whose_answer_was_lost_is_assembled_anew(
    meta: MetaGround, carousel: OutgoingPost
) -> None:
    """Its children belong to a container that nobody knows; the next ones do not."""
    keep = Checkpoint(last=3)
    with pytest.raises(Died):
        await meta.instagram.stage(carousel, {}, keep)
    meta.server.drop_after("media")
    with pytest.raises(TryLater, match="network_unavailable"):
        await meta.instagram.stage(carousel, keep.ticket, keep)
    await meta.instagram.send(carousel, await meta.instagram.stage(carousel, keep.ticket, keep))
    [post] = meta.server.published
    assert len(post.pictures) == 3


async def test_patience_ends_after_a_minute_and_goes_on_with_the_same_container(
    meta: MetaGround, single: OutgoingPost
) -> None:
    """Slow processing costs neither a worker nor a second container."""
    meta.server.behave(polls_until_finished=15)
    keep = Checkpoint()
    with pytest.raises(TryLater, match="network_processing"):
        await meta.instagram.stage(single, {}, keep)
    assert sum(meta.patience.waited) == 60
    await meta.instagram.send(single, await meta.instagram.stage(single, keep.ticket, keep))
    assert len(meta.server.containers) == len(meta.server.published) == 1


async def test_a_published_container_that_lags_is_not_believed_absent(
    meta: MetaGround, single: OutgoingPost
) -> None:
    """FINISHED right after a lost publish proves nothing; later it says the truth."""
    meta.server.behave(published_lag=1)
    ticket = await meta.instagram.stage(single, {}, Checkpoint())
    meta.server.drop_after("media_publish")
    with pytest.raises(OutcomeUnknown):
        await meta.instagram.send(single, ticket)
    assert isinstance(await meta.instagram.find(single, ticket), Unsure)
    assert isinstance(await meta.instagram.find(single, ticket), Published)


async def test_a_post_found_by_its_container_leads_to_the_profile(
    meta: MetaGround, single: OutgoingPost
) -> None:
    """A container does not name its medium, and the newest medium may be somebody else's."""
    ticket = await meta.instagram.stage(single, {}, Checkpoint())
    await meta.instagram.send(single, ticket)
    found = await meta.instagram.find(single, ticket)
    assert found == Published(id="", url="https://www.instagram.com/acme/")
    address = await meta.instagram.permalink(meta.profile, found)
    assert address == "https://www.instagram.com/acme/"


async def test_an_expired_container_proves_that_nothing_stands(
    meta: MetaGround, single: OutgoingPost
) -> None:
    """It was not published in its 24 hours, so the post may be sent again."""
    ticket = await meta.instagram.stage(single, {}, Checkpoint())
    meta.server.expire_containers()
    assert isinstance(await meta.instagram.find(single, ticket), Absent)


async def test_a_post_that_stands_is_reported_and_not_sent_again(
    meta: MetaGround, carousel: OutgoingPost
) -> None:
    """Even where a person wrongly said that nothing was there, and the pictures have expired."""
    ticket = await meta.instagram.stage(carousel, {}, Checkpoint())
    meta.server.drop_after("media_publish")
    with pytest.raises(OutcomeUnknown):
        await meta.instagram.send(carousel, ticket)
    meta.server.expire_containers()
    again = await meta.instagram.stage(carousel, ticket, Checkpoint())
    assert isinstance(await meta.instagram.send(carousel, again), Published)
    assert meta.server.calls.count("media_publish") == len(meta.server.published) == 1
    assert meta.server.calls.count("media") == 4


async def test_a_full_quota_is_noticed_before_any_container(
    meta: MetaGround, single: OutgoingPost
) -> None:
    """The day's limit is read, not guessed."""
    meta.server.behave(quota_total=0)
    with pytest.raises(TryLater, match="daily_quota") as full:
        await meta.instagram.stage(single, {}, Checkpoint())
    assert full.value.facts == {"used": 0, "limit": 0}
    assert meta.server.containers == []


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("generated", [True, False])
async def test_only_what_ai_made_is_labelled_so(
    meta: MetaGround, pictures: PictureServer, count: int, *, generated: bool
) -> None:
    """Pictures and carousels alike."""
    post = make_post(pictures, meta.profile, count, is_ai_generated=generated)
    await publish(meta.instagram, post)
    assert [p.is_ai_generated for p in meta.server.published] == [generated]


# ── Facebook ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_page_that_does_not_list_the_post_yet_leaves_us_unsure(
    meta: MetaGround, pictures: PictureServer
) -> None:
    """The listing is ranked, bounded and late: it never proves absence."""
    post = make_post(pictures, meta.page)
    ticket = await meta.facebook.stage(post, {}, Checkpoint())
    meta.server.behave(unlisted=1)
    await meta.facebook.send(post, ticket)
    assert isinstance(await meta.facebook.find(post, ticket), Unsure)
    meta.server.behave(unlisted=0)
    assert isinstance(await meta.facebook.find(post, ticket), Published)


async def test_photos_that_stand_already_are_looked_up_and_not_posted_again(
    meta: MetaGround, pictures: PictureServer
) -> None:
    """Even where a person wrongly said that nothing was there."""
    post = make_post(pictures, meta.page, 2)
    ticket = await meta.facebook.stage(post, {}, Checkpoint())
    first = await meta.facebook.send(post, ticket)
    with pytest.raises(OutcomeUnknown, match="duplicate_refused"):
        await meta.facebook.send(post, ticket)
    found = await meta.facebook.find(post, ticket)
    assert isinstance(found, Published)
    assert (found.id, len(meta.server.published)) == (first.id, 1)


async def test_older_words_that_say_the_same_are_not_taken_for_ours(
    meta: MetaGround, pictures: PictureServer
) -> None:
    """What stood there before was not sent by us now."""
    older = await publish(meta.facebook, make_post(pictures, meta.page, 0, "Open today"))
    await publish(meta.facebook, make_post(pictures, meta.page, 0, "Closed"))
    words = make_post(pictures, meta.page, 0, "Open today")
    ticket = await meta.facebook.stage(words, {}, Checkpoint())
    assert isinstance(await meta.facebook.find(words, ticket), Unsure)
    ours = await meta.facebook.send(words, ticket)
    found = await meta.facebook.find(words, ticket)
    assert isinstance(found, Published)
    assert found.id == ours.id != older.id


# ── connecting an account ────────────────────────────────────────────────────────────────────────


async def test_a_pages_token_alone_tells_page_and_profile(meta: MetaGround) -> None:
    """Nobody has to look up ids."""
    unknown = Credential("", "", meta.page.secret)
    assert await meta.facebook.probe(unknown) == meta.page
    assert await meta.instagram.probe(unknown) == meta.profile


async def test_a_persons_token_is_exchanged_for_the_pages(meta: MetaGround) -> None:
    """Only a page's token may publish, and this person runs the page."""
    given = Credential(meta.page.external_id, "", meta.server.user_token)
    assert await meta.facebook.probe(given) == meta.page


@pytest.mark.parametrize("secret", ["", "wrong", "two\nlines", "schlüssel"])
async def test_what_is_no_token_is_told_when_it_is_connected(meta: MetaGround, secret: str) -> None:
    """Whatever was pasted."""
    for network, account in ((meta.facebook, meta.page), (meta.instagram, meta.profile)):
        with pytest.raises(UserError, match="account_token_rejected"):
            await network.probe(Credential(account.external_id, "", secret))


async def test_an_account_that_is_not_there_is_told_when_it_is_connected(meta: MetaGround) -> None:
    """Or one that this token may not see; Meta does not say which."""
    lone = meta.server.add_page("No profile")
    for network in (meta.facebook, meta.instagram):
        with pytest.raises(UserError, match="account_not_found"):
            await network.probe(Credential("12345", "", meta.page.secret))
    with pytest.raises(UserError, match="account_not_found"):
        await meta.instagram.probe(Credential("", "", lone.token))
