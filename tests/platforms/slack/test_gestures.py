"""A person can do in the pretended Slack what they can do in the real one, and no more."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.platforms.slack import Channel, Person, SlackServer, fox


@pytest.fixture(autouse=True)
async def app(slack: SlackServer) -> AsyncIterator[None]:
    """The real client is connected, and breaks no rule."""
    async with fox.over_sockets(slack.api_url, slack.app):
        await slack.until(lambda: slack.sockets == 1)
        yield
    slack.check()


async def test_menus_of_a_private_message_replace_it(
    slack: SlackServer, ada: Person, channel: Channel
) -> None:
    """What was chosen arrives by label or value; the response URL replaces the private message."""
    ack = await ada.command("/fox", "menus", channel)
    assert ack.message is not None
    await ada.choose(ack.message, "pick:", ["red", "Fennec"])
    await slack.until(lambda: ack.message and ack.message.edits == 1)
    assert ack.message.plain() == "You chose Red fox and Fennec"
    assert slack.posts(channel) == 0


async def test_an_overflow_menu_gives_one_choice(
    slack: SlackServer, ada: Person, channel: Channel
) -> None:
    """An overflow menu is a menu with one choice."""
    ack = await ada.command("/fox", "menus", channel)
    assert ack.message is not None
    await ada.choose(ack.message, "more:1", "arctic")
    await slack.until(lambda: ack.message and ack.message.edits == 1)
    assert ack.message.plain() == "You chose Arctic fox"


async def test_only_what_is_offered_can_be_chosen(ada: Person, channel: Channel) -> None:
    """Unknown controls, unknown options and too many options are mistakes of the test."""
    ack = await ada.command("/fox", "menus", channel)
    assert ack.message is not None
    with pytest.raises(AssertionError, match="not exactly one control"):
        await ada.press(ack.message, "publish")
    with pytest.raises(AssertionError, match="not 'wolf'"):
        await ada.choose(ack.message, "pick:1", ["wolf"])
    with pytest.raises(AssertionError, match="at most 2"):
        await ada.choose(ack.message, "pick:1", ["red", "arctic", "fennec"])
    with pytest.raises(AssertionError, match="use choose"):
        await ada.press(ack.message, "more:1")


async def test_a_long_form_is_filled_in_updated_and_replaced(
    slack: SlackServer, ada: Person, channel: Channel
) -> None:
    """A choice redraws the open form, the rest stays filled in, and files come with it."""
    form = await (await ada.command("/fox", "form", channel)).modal()
    await ada.choose(form, "Kind", "Arctic fox")
    await slack.until(lambda: "Arctic fox: $0.04" in form.plain())
    files = [("fox.png", fox.PIXEL), ("den.png", fox.PIXEL)]
    sent = await ada.submit(
        form, {"Coats": ["Red fox", "fennec"], "When": 1_900_000_000, "Pictures": files}
    )
    assert sent.view is not None
    assert json.loads(sent.view.plain()) == {
        "kind": "arctic",
        "coats": ["red", "fennec"],
        "when": 1_900_000_000,
        "files": ["fox.png", "den.png"],
    }
    await ada.dismiss(form)
    assert form.closed


async def test_a_form_cannot_be_sent_without_its_required_fields(
    ada: Person, channel: Channel
) -> None:
    """Slack says so at each field and asks nobody."""
    form = await (await ada.command("/fox", "form", channel)).modal()
    sent = await ada.submit(form)
    assert sent.errors.keys() == {"kind", "files"}
    assert not sent.sent


async def test_a_shortcut_acts_on_any_message(
    slack: SlackServer, ada: Person, channel: Channel
) -> None:
    """Also on one in a thread, where slash commands are not."""
    start = await ada.say(channel, "Foxes?")
    reply = await ada.say(channel, "Two", thread=start.ts)
    assert (await ada.shortcut(reply, "look")).status == "ok"
    await slack.until(lambda: slack.posts(channel) == 1)
    assert slack.thread(channel, start.ts)[-1].plain() == "Looked at: Two"


async def test_a_deleted_message_is_gone(slack: SlackServer, ada: Person, channel: Channel) -> None:
    """Nobody can use it any more."""
    await ada.command("/fox", "red", channel)
    await slack.until(lambda: slack.posts(channel) == 2)
    parent = slack.messages(channel)[0]
    ada.delete(parent)
    assert parent.deleted
    assert slack.messages(channel) != []
