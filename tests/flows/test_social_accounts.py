"""Publishing to a Facebook page and an Instagram account, against a strict local Graph API."""

from collections.abc import AsyncIterator

import pytest

from bot.wiring import Running
from core.business.accounts import Account, seal_context
from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.platforms.graph import GraphServer, Page

pytestmark = pytest.mark.parametrize("chat", ["page"], indirect=True)


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    """A Graph API; what breaks its contract fails the test."""
    async with GraphServer() as server:
        yield server
        assert server.violations == []
        assert server.tokens_in_urls == []


@pytest.fixture
def acme(graph: GraphServer) -> Page:
    """A page with an Instagram account."""
    return graph.add_page("Acme", instagram="acme")


@pytest.fixture
def social(environ: dict[str, str], graph: GraphServer) -> dict[str, str]:
    """The settings of a desk that publishes there."""
    return environ | {"META_GRAPH_URL": graph.base_url}


async def connect(desk: Running, acme: Page) -> None:
    """Both accounts, as `imagedesk account add` writes them down."""
    assert acme.instagram
    async with desk.database.write() as uow:
        (business,) = await uow.businesses.everywhere()
        for network, external_id, name in (
            ("facebook", acme.id, acme.name),
            ("instagram", acme.instagram.id, acme.instagram.username),
        ):
            account = Account(business.id, network, external_id, name, "", uow.now)
            account.sealed = desk.vault.seal(acme.token, seal_context(account))
            uow.accounts.add(account)


async def test_one_press_publishes_everywhere_at_once(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    social: dict[str, str],
    graph: GraphServer,
    acme: Page,
) -> None:
    """Page, Instagram and site: each with its picture, caption and alt text, and its link back."""
    async with running_desk(social) as desk:
        await chat.connected()
        await connect(desk, acme)
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        assert len(form.fields["Accounts"].split("\n")) == 3
        await ada.submit(form, {"Caption": "Two foxes.", "Alt text": "A fox\nAnother fox"})
        outcome = await eyes.see(marketing, "It is live")
        assert len(outcome.links) == 3
        assert outcome.pings == {"Ada"}
    posts = {post.network: post for post in graph.published}
    assert sorted(posts) == ["facebook", "instagram"]
    for post in posts.values():
        assert post.text == "Two foxes."
        assert [one.alt_text for one in post.pictures] == ["A fox", "Another fox"]
        assert [one.content_type for one in post.pictures] == ["image/jpeg"] * 2
        assert post.permalink in outcome.links.values()


async def test_what_cannot_be_published_says_why_before_anything_is_sent(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    social: dict[str, str],
    graph: GraphServer,
    acme: Page,
) -> None:
    """Instagram needs a picture, and a caption has its length; what was typed can be mended."""
    async with running_desk(social) as desk:
        await chat.connected()
        await connect(desk, acme)
        form = await (await ada.command("/post Just words.", marketing)).form()
        refused = await ada.submit(form, {"Accounts": ["Instagram · acme (needs a picture)"]})
        assert "Instagram needs a picture. Choose one" in refused.text
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        refused = await ada.submit(form, {"Caption": "x" * 2201})
        assert "at most 2200 characters; this one has 2201" in refused.text.replace(",", "")
        refused = await ada.submit(form, {"Accounts": []})
        assert "at least one account" in refused.text
        assert graph.calls == []
        await ada.submit(form, {"Accounts": ["Facebook · Acme"], "Caption": "A fox."})
        await eyes.see(marketing, "It is live")
    assert [post.network for post in graph.published] == ["facebook"]


async def test_one_account_may_fail_and_is_tried_again_by_hand(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    social: dict[str, str],
    graph: GraphServer,
    acme: Page,
) -> None:
    """What went well stands; what did not says why, and nothing else is repeated."""
    graph.fail("media", status=400, body=broken("The image could not be used.", 36003))
    async with running_desk(social) as desk:
        await chat.connected()
        await connect(desk, acme)
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {"Caption": "A fox."})
        await eyes.see(marketing, "Live on 2 of 3", "Instagram · acme: not published.")
        card = await eyes.see(marketing, "Publish", "Caption: A fox.", "not published")
        await ada.choose(card, "What is the case?", ["Instagram · acme: try again"])
        await eyes.see(marketing, "It is live")
    assert sorted(post.network for post in graph.published) == ["facebook", "instagram"]


async def test_a_connection_cut_after_the_post_is_found_and_not_posted_twice(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    social: dict[str, str],
    graph: GraphServer,
    acme: Page,
) -> None:
    """The container tells that it was published; one that cannot be found is a person's to say."""
    graph.drop_after("media_publish")
    graph.drop_after("feed")
    graph.behave(unlisted=10)
    async with running_desk(social) as desk:
        await chat.connected()
        await connect(desk, acme)
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {"Caption": "A fox."})
        card = await eyes.see(
            marketing, "Facebook · Acme: no answer came", "Instagram · acme: no answer came"
        )
        await look_for_the_last_time(desk, "facebook")
        card = await eyes.changed(card, "Facebook · Acme: unknown", "Nothing is sent again")
        await eyes.until(marketing, lambda: "Open on Instagram" in str(eyes.again(card).links))
        await eyes.see(marketing, "Live on 2 of 3", "say what is the case")
        card = eyes.again(card)
        assert card.menus["What is the case?"] == (
            "Facebook · Acme: it is there",
            "Facebook · Acme: it is not, send again",
            "Facebook · Acme: leave it",
        )
        await ada.choose(card, "What is the case?", ["Facebook · Acme: it is there"])
        await eyes.see(marketing, "It is live")
    assert sorted(post.network for post in graph.published) == ["facebook", "instagram"]


def broken(message: str, code: int) -> dict[str, object]:
    """An error as Meta words it."""
    return {"error": {"message": message, "type": "OAuthException", "code": code}}


async def look_for_the_last_time(desk: Running, network: str) -> None:
    """Let the time pass after which the desk looks again, and stops looking for this network's."""
    async with desk.database.write() as uow:
        ((post, _),) = await uow.posts.pages(1, 10)
        for target in await uow.targets.of_post(post.id):
            account = await uow.accounts.get(target.account_id)
            if target.state == "sending" and account:
                target.wake_at = uow.now
                target.looks = 99 if account.network == network else target.looks


async def test_what_was_staged_before_a_stop_is_not_what_is_published_after_an_edit(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    social: dict[str, str],
    graph: GraphServer,
    acme: Page,
) -> None:
    """Both networks held the old words and picture already when the post was stopped."""
    for call in ("media_publish", "feed"):
        graph.fail(call, status=400, body=broken("Too many calls.", 4))
    async with running_desk(social) as desk:
        await chat.connected()
        await connect(desk, acme)
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        given = {"Caption": "Two foxs.", "Alt text": "A fox\nAnother fox"}
        accounts = ["Facebook · Acme", "Instagram · acme (needs a picture)"]
        await ada.submit(form, {"Accounts": accounts, **given})
        card = await eyes.see(marketing, "Publish", "Caption: Two foxs.")
        await eyes.until(marketing, lambda: graph.calls.count("media_publish") == 1)
        await eyes.until(marketing, lambda: graph.calls.count("feed") == 1)
        card = await eyes.changed(card, "Facebook · Acme: about", "Instagram · acme: about")
        await ada.press(card, "Stop")
        card = await eyes.changed(card, "Check it")
        form = await (await ada.press(card, "Edit")).form()
        await ada.submit(form, {"Caption": "A fox.", "Pictures": ["2. Picture 2 · A fox"]})
        card = await eyes.changed(card, "Caption: A fox.")
        await ada.press(card, "Publish")
        await eyes.see(marketing, "It is live")
    assert sorted(post.network for post in graph.published) == ["facebook", "instagram"]
    for post in graph.published:
        assert post.text == "A fox."
        assert [one.alt_text for one in post.pictures] == ["Another fox"]


async def test_what_stands_already_is_not_said_to_be_discarded_with_the_rest(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    social: dict[str, str],
    graph: GraphServer,
    acme: Page,
) -> None:
    """One account has it, the other one waits and is given up."""
    graph.fail("feed", status=400, body=broken("Too many calls.", 4))
    async with running_desk(social) as desk:
        await chat.connected()
        await connect(desk, acme)
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        async with desk.database.read() as uow:
            (site,) = [one for one in await uow.accounts.everywhere() if one.network == "site"]
        accounts = ["Facebook · Acme", f"Site · {site.name}"]
        await ada.submit(form, {"Accounts": accounts, "Caption": "A fox."})
        card = await eyes.see(marketing, "Publish", "Caption: A fox.")
        card = await eyes.changed(card, "Facebook · Acme: about to be published. The network")
        await eyes.until(marketing, lambda: eyes.again(card).links)
        await ada.press(card, "Stop")
        card = await eyes.changed(card, "Check it")
        assert card.buttons == ("Publish", "Discard")  # its words stand elsewhere already
        await ada.press(card, "Discard")
        card = await eyes.changed(card, "Published: A fox", without="Nothing was published")
        assert [label for label in card.links if label.startswith("Open on Site")]
    assert graph.published == []
