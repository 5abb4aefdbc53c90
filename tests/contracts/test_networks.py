"""What every network keeps: the contract of `core.ports.SocialNetwork`.

The tests on `ground` hold for all; those on `outside` for the networks whose posts stand elsewhere.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from core.errors import ActionNeeded, OutcomeUnknown, TryLater, UserError
from core.ports import OutgoingPost, Published
from core.publishing.rules import check
from tests.contracts.network_grounds import (
    GROUNDS,
    RATE_MINUTES,
    Checkpoint,
    Died,
    Ground,
    Outside,
    PictureServer,
    Step,
    expected,
    make_post,
    publish,
)

MakePost = Callable[..., OutgoingPost]


@pytest.fixture
async def pictures() -> AsyncIterator[PictureServer]:
    async with PictureServer().serving() as server:
        yield server


@pytest.fixture(params=GROUNDS)
async def ground(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    async with GROUNDS[request.param]() as opened:
        yield opened


@pytest.fixture(params=[name for name in GROUNDS if name != "site"])
async def distant(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    """A ground whose posts stand elsewhere; its far side must have had nothing to complain of."""
    async with GROUNDS[request.param]() as opened:
        yield opened
        assert opened.outside is not None
        assert opened.outside.complaints() == []


@pytest.fixture
def outside(distant: Ground) -> Outside:
    assert distant.outside is not None
    return distant.outside


@pytest.fixture
def post(request: pytest.FixtureRequest, pictures: PictureServer) -> MakePost:
    """Makes a post of so many pictures, each of its own colour and alt text."""
    name = "distant" if "distant" in request.fixturenames else "ground"
    ground: Ground = request.getfixturevalue(name)

    return partial(make_post, pictures, ground.account)


# ── all networks ─────────────────────────────────────────────────────────────────────────────────


async def test_a_post_gets_an_address_that_people_can_open(ground: Ground, post: MakePost) -> None:
    """After `send`, `permalink` names an http address, and names it again."""
    published = await publish(ground.network, post())
    address = await ground.network.permalink(ground.account, published)
    assert address.startswith(("http://", "https://"))
    assert await ground.network.permalink(ground.account, published) == address


async def test_a_ticket_survives_json_and_holds_no_secret_and_no_address(
    ground: Ground, post: MakePost
) -> None:
    """Tickets are stored in the clear, and addresses in them would be stale when read."""
    ticket = await ground.network.stage(post(2), {}, Checkpoint())
    stored = json.dumps(ticket)
    assert json.loads(stored) == ticket
    assert "http" not in stored
    assert not ground.account.secret or ground.account.secret not in stored


async def test_what_was_sent_is_found(ground: Ground, post: MakePost) -> None:
    """`find` proves a post that stands, with an address at once or by `permalink`."""
    ticket = await ground.network.stage(post(2), {}, Checkpoint())
    await ground.network.send(post(2), ticket)
    found = await ground.network.find(post(2), ticket)
    assert isinstance(found, Published)
    assert (await ground.network.permalink(ground.account, found)).startswith("http")


async def test_a_probe_knows_the_account(ground: Ground) -> None:
    """Id and name are filled in, and the answer can be probed again."""
    known = await ground.network.probe(ground.account)
    assert known.external_id == ground.account.external_id
    assert known.name
    assert await ground.network.probe(known) == known


async def test_its_own_rules_let_an_ordinary_post_pass(ground: Ground, post: MakePost) -> None:
    """One to three pictures with a short caption are fine everywhere."""
    network = ground.network
    alts = [image.alt for image in post(3).images]
    assert check(post(3).caption, alts, network.rules, network.title) == []


# ── networks elsewhere ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 3])
async def test_a_post_stands_once_with_its_words_and_pictures(
    distant: Ground, outside: Outside, post: MakePost, count: int
) -> None:
    """The caption, the very bytes in their order, and the alt texts arrive."""
    await publish(distant.network, post(count))
    assert outside.shown() == [expected(count)]


async def test_words_alone_are_a_post_where_the_rules_say_so(
    distant: Ground, outside: Outside, post: MakePost
) -> None:
    """Facebook takes them; where a picture is needed, the rules stop it beforehand."""
    network, words = distant.network, post(0)
    if problems := check(words.caption, [], network.rules, network.title):
        assert [problem.code for problem in problems] == ["needs_image"]
    else:
        await publish(network, words)
        assert outside.shown() == [expected(0)]


async def test_a_picture_needs_no_words(distant: Ground, outside: Outside, post: MakePost) -> None:
    """An empty caption is sent as none."""
    await publish(distant.network, post(1, caption=""))
    assert outside.shown() == [expected(1, caption="")]


async def test_staging_shows_nothing_and_is_not_done_twice(
    distant: Ground, outside: Outside, post: MakePost
) -> None:
    """Before `send` nobody sees anything, and a second `stage` makes nothing new."""
    ticket = await distant.network.stage(post(3), {}, Checkpoint())
    assert await distant.network.stage(post(3), ticket, Checkpoint()) == ticket
    assert outside.prepared() == outside.steps(3)
    assert outside.shown() == []
    assert not isinstance(await distant.network.find(post(3), ticket), Published)


@pytest.mark.parametrize("count", [1, 3])
async def test_a_crash_after_any_checkpoint_costs_no_step_and_makes_no_double(
    distant: Ground, outside: Outside, post: MakePost, count: int
) -> None:
    """The next process goes on exactly where the last kept ticket says."""
    steps = outside.steps(count)
    for died_after in range(1, steps + 1):
        made, shown = outside.prepared(), outside.shown()
        one = post(count, caption=f"Died after step {died_after}")
        keep = Checkpoint(last=died_after)
        with pytest.raises(Died):
            await distant.network.stage(one, {}, keep)
        ticket = await distant.network.stage(one, keep.ticket, Checkpoint())
        await distant.network.send(one, ticket)
        assert outside.prepared() - made == steps
        assert outside.shown() == [*shown, expected(count, caption=one.caption)]


@pytest.mark.parametrize("count", [1, 3])
async def test_an_answer_lost_after_the_post_stands_is_unknown_and_then_found(
    distant: Ground, outside: Outside, post: MakePost, count: int
) -> None:
    """`send` never claims failure, and looking does not post again."""
    ticket = await distant.network.stage(post(count), {}, Checkpoint())
    outside.lose_answer()
    with pytest.raises(OutcomeUnknown):
        await distant.network.send(post(count), ticket)
    assert isinstance(await distant.network.find(post(count), ticket), Published)
    assert outside.shown() == [expected(count)]


async def test_a_call_that_was_lost_on_its_way_is_unknown_and_not_found(
    distant: Ground, outside: Outside, post: MakePost
) -> None:
    """From here it looks the same; nothing is claimed to stand, and nothing does."""
    ticket = await distant.network.stage(post(), {}, Checkpoint())
    outside.lose_call()
    with pytest.raises(OutcomeUnknown):
        await distant.network.send(post(), ticket)
    assert not isinstance(await distant.network.find(post(), ticket), Published)
    assert outside.shown() == []


async def test_after_a_lost_call_the_same_ticket_can_still_be_sent(
    distant: Ground, outside: Outside, post: MakePost
) -> None:
    """When a person says that nothing is there, one post comes of it."""
    ticket = await distant.network.stage(post(), {}, Checkpoint())
    outside.lose_call()
    with pytest.raises(OutcomeUnknown):
        await distant.network.send(post(), ticket)
    ticket = await distant.network.stage(post(), ticket, Checkpoint())
    await distant.network.send(post(), ticket)
    assert outside.shown() == [expected(1)]


@pytest.mark.parametrize("step", ["stage", "send"])
async def test_an_expired_token_needs_an_admin(
    distant: Ground, outside: Outside, post: MakePost, step: Step
) -> None:
    """Repeating is useless until somebody connects the account again."""
    ticket = {} if step == "stage" else await distant.network.stage(post(), {}, Checkpoint())
    outside.end_token(step)
    with pytest.raises(ActionNeeded, match="account_expired"):
        await distant.network.send(
            post(), ticket or await distant.network.stage(post(), {}, Checkpoint())
        )
    assert outside.shown() == []


@pytest.mark.parametrize("step", ["stage", "send"])
async def test_a_rate_limit_says_when_to_come_back(
    distant: Ground, outside: Outside, post: MakePost, step: Step
) -> None:
    """The network's own time is honoured, and afterwards the post is made once."""
    ticket = {} if step == "stage" else await distant.network.stage(post(), {}, Checkpoint())
    outside.limit_rate(step)
    with pytest.raises(TryLater, match="network_busy") as refused:
        await distant.network.send(
            post(), ticket or await distant.network.stage(post(), {}, Checkpoint())
        )
    assert refused.value.after == RATE_MINUTES * 60
    assert outside.shown() == []
    ticket = await distant.network.stage(post(), ticket, Checkpoint())
    await distant.network.send(post(), ticket)
    assert outside.shown() == [expected(1)]


async def test_a_picture_that_is_not_taken_is_the_persons_to_change(
    distant: Ground, outside: Outside, pictures: PictureServer
) -> None:
    """It is refused while nobody sees anything."""
    outside.refuse_picture()
    image = pictures.image(outside.bad_picture)
    bad = OutgoingPost("target-1", "Bad", "bad", (image,), distant.account)
    with pytest.raises(UserError, match="image_rejected"):
        await distant.network.stage(bad, {}, Checkpoint())
    assert outside.shown() == []


async def test_no_log_holds_a_token_or_a_signed_address(
    distant: Ground, post: MakePost, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even the HTTP library's own log at its chattiest."""
    caplog.set_level(logging.DEBUG)
    await publish(distant.network, post(2))
    assert distant.account.secret not in caplog.text
    assert "sesame" not in caplog.text
