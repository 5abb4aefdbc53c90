"""The pretended Slack lets the real slack-bolt client do its work, and misbehaves on demand."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.platforms.slack import SlackServer, fox


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    """A workspace with late uploads and quick retries; no rule may have been broken at the end."""
    async with SlackServer(share_delay=0.2, ack_window=0.5, retry_delays=(0.0, 0.1)) as server:
        yield server
        server.check()


@pytest.fixture
async def app(slack: SlackServer) -> AsyncIterator[None]:
    """The real client, connected through Socket Mode."""
    async with fox.over_sockets(slack.api_url, slack.app):
        await slack.until(lambda: slack.sockets == 1)
        yield


@pytest.mark.parametrize("transport", ["sockets", "http"])
async def test_the_real_client_does_a_whole_job(slack: SlackServer, transport: str) -> None:
    """Command, thread, reaction, late upload, button, form with an error, edit: on both ways."""
    if transport == "sockets":
        async with fox.over_sockets(slack.api_url, slack.app):
            await a_whole_job(slack)
    else:
        async with fox.over_http(slack.api_url, slack.app) as url:
            http = await slack.deliver_to(url)
            assert await http.verify()
            await a_whole_job(slack)


async def a_whole_job(slack: SlackServer) -> None:
    """The journey itself, in a person's gestures."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    ack = await ada.command("/fox", "red & quick", channel)
    assert (ack.status, ack.text) == ("ok", "On it.")
    assert [message.plain() for message in slack.ephemerals(ada)] == ["On it."]
    await slack.until(lambda: slack.posts(channel) == 2)
    parent, reply = slack.messages(channel)
    assert reply.thread_ts == parent.ts
    assert reply.plain() == "@Ada: red & quick"
    assert parent.metadata == {"event_type": "fox", "event_payload": {"id": "1"}}

    await ada.react(parent, "white_check_mark")
    await slack.until(lambda: slack.posts(channel) == 3)
    assert parent.reactions == {"white_check_mark": {"Ada"}}
    card = slack.thread(channel, parent.ts)[-1]
    assert card.images() == [fox.PIXEL]
    assert card.alt_texts() == ["a fox"]
    assert [button.label for button in card.buttons()] == ["Rename"]

    form = await (await ada.press(card, "rename:")).modal()
    assert (form.title, form.fields()) == ("Name the fox", ["Name"])
    assert not (await ada.submit(form, {})).sent, "Slack itself asks for a required field"
    assert not (await ada.submit(form, {"Name": "x" * 21})).sent, "Slack itself counts characters"
    assert (await ada.submit(form, {"Name": "Rex"})).errors == {"name": "That is a dog's name."}
    assert (await ada.submit(form, {"name": "Vix"})).closed
    await slack.until(lambda: card.edits == 1)
    assert card.plain() == "Vix the fox"
    assert slack.calls["chat.postMessage"] == 3


async def test_attachments_of_a_mention_are_downloaded_with_the_token(
    slack: SlackServer, app: None
) -> None:
    """A mention inside a thread brings its files, whose bytes need the bot token."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    start = await ada.say(channel, "Look at this")
    await ada.upload(
        channel,
        [("fox.png", fox.PIXEL), ("notes.txt", b"quick")],
        text=f"<@{slack.bot_user}> add these",
        thread=start.ts,
    )
    await slack.until(lambda: slack.posts(channel) == 1)
    assert slack.thread(channel, start.ts)[-1].plain() == f"Got [{len(fox.PIXEL)}, 5]"


async def test_a_command_that_nobody_acknowledges_fails_for_the_person(
    slack: SlackServer, app: None
) -> None:
    """After the window the person reads that it failed, and a command is never sent again."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    ack = await ada.command("/fox", "nothing", channel)
    assert ack.status == "operation_timeout"
    assert ack.seconds >= 0.5
    assert len(slack.deliveries[0].answers) == 1


async def test_commands_are_refused_in_threads(slack: SlackServer, app: None) -> None:
    """Slack takes no slash commands of apps in threads: the app never hears of it."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    start = await ada.say(channel, "Foxes?")
    ack = await ada.command("/fox", "red", channel, thread=start.ts)
    assert ack.status == "not_in_threads"
    assert slack.deliveries == []


async def test_nothing_is_kept_for_an_app_that_is_not_connected(slack: SlackServer) -> None:
    """Without a socket a command fails at once and a reaction is never heard of."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    start = await ada.say(channel, "Foxes?")
    assert (await ada.command("/fox", "red", channel)).status == "nobody"
    await ada.react(start, "+1")
    async with fox.over_sockets(slack.api_url, slack.app):
        await slack.until(lambda: slack.sockets == 1)
        assert start.reactions == {"+1": {"Ada"}}
        assert slack.posts(channel) == 0
    assert [each.answers[0].error for each in slack.deliveries] == ["nobody", "nobody"]


async def test_an_event_that_is_not_acknowledged_comes_again(slack: SlackServer) -> None:
    """The same event id comes again with its retry counted, until it is acknowledged."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    async with fox.over_http(slack.api_url, slack.app) as url:
        await slack.deliver_to(url.replace("/slack/events", "/nowhere"))
        await ada.mention(channel, "hello")
        await slack.until(lambda: len(slack.deliveries[0].answers) == 3)
        await slack.deliver_to(url)
        await slack.redeliver(slack.deliveries[0])
        await slack.until(lambda: slack.posts(channel) == 1)
        raw = slack.deliveries[0].raw
        assert raw is not None
        assert raw[1]["X-Slack-Retry-Num"] == "1"
        assert raw[1]["X-Slack-Retry-Reason"] == "http_timeout"
    assert [answer.status for answer in slack.deliveries[0].answers] == [404, 404, 404, 200]


async def test_forged_and_stale_requests_are_told_from_true_ones(slack: SlackServer) -> None:
    """The transport can sign wrongly, too early and too late; the real client answers 401."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    async with fox.over_http(slack.api_url, slack.app) as url:
        http = await slack.deliver_to(url)
        await ada.command("/fox", "red", channel)
        await slack.until(lambda: slack.posts(channel) == 2)
        sent = slack.deliveries[0]
        assert await http.forged(sent) == 401
        assert await http.stale(sent, age=301) == 401
        assert await http.stale(sent, age=-301) == 401
        assert await http.repeated(sent) == 200
        await slack.until(lambda: slack.posts(channel) == 4)


async def test_everything_can_be_delivered_twice(slack: SlackServer, app: None) -> None:
    """Doubles carry the same ids, so that an app can tell; this one does not."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    slack.faults.twice = True
    await ada.command("/fox", "red", channel)
    await slack.until(lambda: slack.posts(channel) == 4)
    slack.faults.twice = False
    await slack.redeliver_last("slash_commands")
    await slack.until(lambda: slack.posts(channel) == 6)
    assert len(slack.deliveries) == 1


async def test_broken_and_refreshed_sockets_are_replaced(slack: SlackServer, app: None) -> None:
    """The real client comes back after a cut and after Slack's own request."""
    opened = slack.hub.sockets.opened
    await slack.refresh_sockets()
    await slack.until(lambda: slack.hub.sockets.opened == opened + 1)
    slack.cut_sockets()
    await slack.until(lambda: slack.hub.sockets.opened == opened + 2)
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    assert (await ada.command("/fox", "red", channel)).status == "ok"


async def test_several_sockets_take_turns(slack: SlackServer, app: None) -> None:
    """With two connections each payload goes to one of them only."""
    async with fox.over_sockets(slack.api_url, slack.app):
        await slack.until(lambda: slack.sockets == 2)
        ada, channel = slack.person("Ada"), slack.channel("marketing")
        for _ in range(2):
            await ada.command("/fox", "red", channel)
        await slack.until(lambda: slack.posts(channel) == 4)
    assert {len(each.answers) for each in slack.deliveries} == {1}


async def test_commands_work_in_a_direct_message(slack: SlackServer, app: None) -> None:
    """There the app is always a member, and the channel is called as Slack calls it."""
    ada = slack.person("Ada")
    dm = slack.direct_message(ada)
    assert (await ada.command("/fox", "red")).status == "ok"
    await slack.until(lambda: slack.posts(dm) == 2)
    assert slack.deliveries[0].payload["channel_name"] == "directmessage"


async def test_calls_take_as_long_as_told(slack: SlackServer, app: None) -> None:
    """Latency holds for every call, so that a bench can be made of it."""
    slack.faults.latency(0.15)
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    started = time.monotonic()
    await ada.command("/fox", "red", channel)
    await slack.until(lambda: slack.posts(channel) == 2)
    assert time.monotonic() - started >= 0.3


async def test_waiting_in_vain_tells_what_stands_there(slack: SlackServer) -> None:
    """A failed wait shows channels and messages, so that the test explains itself."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    await ada.say(channel, "no fox here")
    with pytest.raises(AssertionError, match="no fox here"):
        await slack.until(lambda: slack.posts(channel), timeout=0.01)


async def test_a_wait_is_woken_by_a_change_of_its_own_state(slack: SlackServer) -> None:
    """What others do meanwhile ends the wait at once."""
    ada, channel = slack.person("Ada"), slack.channel("marketing")
    waiting = asyncio.ensure_future(slack.until(lambda: slack.messages(channel)))
    await asyncio.sleep(0)
    await ada.say(channel, "now")
    await asyncio.wait_for(waiting, 1)
