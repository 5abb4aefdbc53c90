"""Connecting social accounts from the command line, against a strict local Graph API.

The desk runs meanwhile, as it does for an operator: it serves the picture that Instagram fetches.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.wiring import Running
from core.business.accounts import Account, seal_context
from core.business.members import Business, Member
from core.chat import Place
from core.publishing.posts import Post, Target, TargetState
from tests.desk import environment, free_port, running_desk
from tests.platforms.graph import GraphServer, Page
from tests.terminal import imagedesk, imagedesk_at_terminal


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    """A Graph API; what breaks its contract fails the test."""
    async with GraphServer() as server:
        yield server
        assert server.violations == []
        assert server.tokens_in_urls == []
        assert server.published == []


@pytest.fixture
def acme(graph: GraphServer) -> Page:
    """A page with an Instagram account."""
    return graph.add_page("Acme [bold]", instagram="acme")


@pytest.fixture
def environ(tmp_path: Path, graph: GraphServer) -> dict[str, str]:
    """The settings of the desk and of the command."""
    return environment(tmp_path, META_GRAPH_URL=graph.base_url)


@pytest.fixture
async def desk(environ: Mapping[str, str]) -> AsyncIterator[Running]:
    """A desk with one business."""
    async with running_desk(environ, demo=True) as joined:
        await begin_business(joined, "Bakery")
        yield joined


async def begin_business(desk: Running, name: str) -> None:
    """A business as a team's first word makes it."""
    async with desk.database.write() as unit:
        await unit.businesses.join("slack", f"T-{name}", Business(name, unit.now))


async def connected(desk: Running) -> list[Account]:
    """All rows that a post could go to."""
    async with desk.database.read() as unit:
        return await unit.accounts.everywhere()


async def targeted(desk: Running, account: Account, state: TargetState) -> str:
    """A post with a target at this account in this state; the target's id."""
    place = Place("slack", "T-Bakery", "Bakery", "C1")
    async with desk.database.write() as unit:
        author = Member(account.business_id, "slack", f"U-{state}", "Ada")
        post = Post(
            author.business_id, author.id, place, "r", unit.now, "Words", [], state, "Title"
        )
        target = Target(post.id, account.business_id, account.id, state)
        for row in (author, post, target):
            unit.session.add(row)
            await unit.session.flush()
        return target.id


async def test_a_page_is_connected_by_a_piped_token(
    desk: Running, environ: dict[str, str], acme: Page
) -> None:
    """The row holds id and name, and the token only sealed."""
    ended = await imagedesk(environ, "account", "add", "facebook", typed=f"{acme.token}\n")
    assert (ended.code, ended.err) == (0, "")
    assert "✓ Facebook: Acme [bold] is connected to Bakery" in ended.out
    (account,) = await connected(desk)
    assert (account.network, account.external_id, account.name) == (
        "facebook",
        acme.id,
        "Acme [bold]",
    )
    assert acme.token not in account.sealed
    assert desk.vault.open(account.sealed, seal_context(account)) == acme.token


async def test_a_network_that_does_not_answer_leaves_the_rest_to_the_person(
    desk: Running, environ: dict[str, str], acme: Page
) -> None:
    """Nobody but them asks again: that it goes on by itself would not be true."""
    silent = environ | {"META_GRAPH_URL": f"http://127.0.0.1:{free_port()}"}
    ended = await imagedesk(silent, "account", "add", "facebook", typed=acme.token)
    assert ended.code == 1
    assert "The network does not answer. Run the command again later." in ended.err
    assert await connected(desk) == []


async def test_a_persons_token_is_exchanged_for_the_pages_own(
    desk: Running, environ: dict[str, str], graph: GraphServer, acme: Page
) -> None:
    """What is kept can do no more than it must."""
    ended = await imagedesk(
        environ, "account", "add", "facebook", "--id", acme.id, typed=graph.user_token
    )
    assert ended.code == 0
    (account,) = await connected(desk)
    assert desk.vault.open(account.sealed, seal_context(account)) == acme.token


@pytest.mark.usefixtures("desk")
async def test_a_typed_token_is_not_shown(environ: dict[str, str], acme: Page) -> None:
    """At a terminal it is asked for, and the terminal does not echo it."""
    ended, shown = await imagedesk_at_terminal(
        environ, "account", "add", "facebook", typed=acme.token
    )
    assert ended.code == 0
    assert "Facebook token (nothing is shown" in ended.err
    assert acme.token not in shown + ended.said
    assert "is connected" in ended.out


@pytest.mark.usefixtures("desk")
async def test_a_token_is_never_an_argument(environ: dict[str, str], acme: Page) -> None:
    """Others on the machine could read it; so there is no place for it."""
    ended = await imagedesk(environ, "account", "add", "facebook", acme.token)
    assert ended.code == 2


async def test_connecting_again_renews_the_token(
    desk: Running, environ: dict[str, str], acme: Page
) -> None:
    """One row for each account; its trouble is over."""
    await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    (before,) = await connected(desk)
    async with desk.database.write() as unit:
        row = await unit.accounts.lock(before.id)
        assert row is not None
        row.trouble = "account_expired"
    assert "expired" in (await imagedesk(environ, "account", "list")).out
    ended = await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    assert "the token of Acme [bold] at Bakery is renewed" in ended.out
    (after,) = await connected(desk)
    assert (after.id, after.trouble) == (before.id, "")
    assert after.sealed != before.sealed


async def test_instagram_fetches_a_test_picture_before_it_is_connected(
    desk: Running, environ: dict[str, str], graph: GraphServer, acme: Page
) -> None:
    """Meta itself fetches over PUBLIC_URL; nothing is posted, and the picture is deleted."""
    ended = await imagedesk(environ, "account", "add", "instagram", typed=acme.token)
    assert (ended.code, ended.err) == (0, "")
    assert "Instagram fetches a test picture from" in ended.out
    assert [container.status for container in graph.containers] == ["FINISHED"]
    (account,) = await connected(desk)
    assert account.name == "acme"
    trials = desk.settings.data_dir / "blobs" / "trial"
    assert list(trials.iterdir()) == []


async def test_an_address_that_does_not_reach_the_desk_is_named_with_the_fix(
    desk: Running, environ: dict[str, str], graph: GraphServer, acme: Page
) -> None:
    """We look ourselves first: Meta is not even asked."""
    astray = {**environ, "PUBLIC_URL": "http://127.0.0.1:1"}
    ended = await imagedesk(astray, "account", "add", "instagram", typed=acme.token)
    assert ended.code == 1
    assert "http://127.0.0.1:1, but it does not answer (ConnectError)" in ended.err
    assert "set PUBLIC_URL to the https address" in ended.err
    assert "Nothing was stored." in ended.err
    assert graph.containers == []
    assert await connected(desk) == []


async def test_an_address_that_meta_does_not_reach_is_named_with_the_fix(
    desk: Running, environ: dict[str, str], graph: GraphServer, acme: Page
) -> None:
    """Firewalls and tunnels let us through, and Meta not."""
    graph.refuse("unfetchable", "media", times=None, why="a firewall")
    ended = await imagedesk(environ, "account", "add", "instagram", typed=acme.token)
    assert ended.code == 1
    assert "Instagram could not fetch a test picture from http://127.0.0.1:" in ended.err
    assert "although this machine can" in ended.err
    assert await connected(desk) == []


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("network", "token", "said"),
    [
        ("facebook", "EAAwrong", "does not take this token"),
        ("instagram", "EAAwrong", "does not take this token"),
        ("facebook", "", "No token was given"),
        ("mastodon", "x", "no network “mastodon” to connect. There are: facebook, instagram."),
        ("site", "x", "no network “site” to connect"),
    ],
)
async def test_what_cannot_be_connected_is_a_sentence(
    environ: dict[str, str], acme: Page, network: str, token: str, said: str
) -> None:
    """It says what is wrong, and the token is not repeated."""
    ended = await imagedesk(environ, "account", "add", network, typed=token)
    assert ended.code == 1
    assert said in ended.err
    assert "EAAwrong" not in ended.said
    assert "Traceback" not in ended.err


async def test_without_a_business_the_way_to_one_is_told(
    environ: dict[str, str], acme: Page
) -> None:
    """Accounts belong to a business, which a chat begins."""
    ended = await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    assert ended.code == 1
    assert "Use it there once" in ended.err


async def test_of_several_businesses_one_is_named(
    desk: Running, environ: dict[str, str], acme: Page
) -> None:
    """They are listed; --business chooses."""
    await begin_business(desk, "Garage")
    unclear = await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    assert unclear.code == 1
    assert "There are: 1 Bakery, 2 Garage." in unclear.err
    words = ("account", "add", "facebook", "--business", "2")
    assert (await imagedesk(environ, *words, typed=acme.token)).code == 0
    (account,) = await connected(desk)
    assert account.business_id == 2


async def test_an_account_without_posts_is_forgotten(
    desk: Running, environ: dict[str, str], acme: Page
) -> None:
    """By the beginning of its id, as the list shows it."""
    assert "No account is connected" in (await imagedesk(environ, "account", "list")).out
    await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    (account,) = await connected(desk)
    listed = (await imagedesk(environ, "account", "list")).out
    assert all(word in listed for word in (account.id[:8], "1 Bakery", "facebook", "Acme [bold]"))
    ended = await imagedesk(environ, "account", "remove", account.id[:8])
    assert "is disconnected" in ended.out
    assert await connected(desk) == []
    again = await imagedesk(environ, "account", "remove", account.id[:8])
    assert again.code == 1
    assert "no connected account" in again.err


async def test_an_account_with_posts_on_their_way_stays(
    desk: Running, environ: dict[str, str], acme: Page
) -> None:
    """Disconnecting would strand them."""
    await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    (account,) = await connected(desk)
    await targeted(desk, account, "scheduled")
    ended = await imagedesk(environ, "account", "remove", account.id)
    assert ended.code == 1
    assert "still has 1 posts on their way" in ended.err
    assert [one.id for one in await connected(desk)] == [account.id]


async def test_what_was_published_stays_when_its_account_goes(
    desk: Running, environ: dict[str, str], acme: Page
) -> None:
    """The row stays without its token, drafts no longer go there, and connecting brings it back."""
    await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    (account,) = await connected(desk)
    published = await targeted(desk, account, "published")
    draft = await targeted(desk, account, "draft")
    assert (await imagedesk(environ, "account", "remove", account.id)).code == 0
    assert await connected(desk) == []
    async with desk.database.read() as unit:
        row = await unit.accounts.get(account.id)
        assert row is not None
        assert row.sealed == ""
        states = [(await unit.targets.get(id_)).state for id_ in (published, draft)]  # type: ignore[union-attr]  # both were made above
        assert states == ["published", "cancelled"]
    back = await imagedesk(environ, "account", "add", "facebook", typed=acme.token)
    assert "is connected to Bakery" in back.out
    assert [one.id for one in await connected(desk)] == [account.id]
