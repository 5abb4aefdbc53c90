"""Posting, editing and reading are refused where Slack refuses, in its words."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms import specs
from tests.platforms.slack import Channel, Person, SlackServer
from tests.platforms.slack.asking import buttons, error, refused, section

Json = dict[str, Any]


async def test_tokens_are_told_apart(slack: SlackServer) -> None:
    """No token, a wrong one, and the app's other one are three different refusals."""
    for token, expected in {
        None: "not_authed",
        "xoxb-wrong": "invalid_auth",
        slack.app.app_token: "not_allowed_token_type",
    }.items():
        assert await error(AsyncWebClient(token, base_url=slack.api_url).auth_test()) == expected


async def test_places_where_the_app_may_not_post(
    slack: SlackServer, client: AsyncWebClient, channel: Channel
) -> None:
    """Unknown, uninvited, private, removed, archived: each has its own code."""
    for place, expected in {
        "C0NOWHERE": "channel_not_found",
        slack.channel("open", bot_is_member=False).id: "not_in_channel",
        slack.channel("secret", bot_is_member=False, private=True).id: "channel_not_found",
    }.items():
        assert await error(client.chat_postMessage(channel=place, text="hi")) == expected
        assert await error(client.conversations_history(channel=place)) == expected
    posted = await client.chat_postMessage(channel=channel.id, text="hi")
    where: Json = {"channel": channel.id, "text": "hello"}
    slack.archive(channel)
    assert await error(client.chat_postMessage(**where)) == "is_archived"
    assert await error(client.chat_update(ts=posted["ts"], **where)) == "is_inactive"
    slack.kick_bot(channel)
    assert await error(client.chat_postMessage(**where)) == "not_in_channel"
    slack.check()


async def test_an_invited_app_may_post(slack: SlackServer, client: AsyncWebClient) -> None:
    """An invitation makes it a member."""
    open_channel = slack.channel("open", bot_is_member=False)
    await slack.invite_bot(open_channel)
    await client.chat_postMessage(channel=open_channel.id, text="hi")
    assert slack.posts(open_channel) == 1


async def test_a_missing_scope_is_named(slack: SlackServer, client: AsyncWebClient) -> None:
    """The refusal says which scope is needed."""
    slack.app.scopes.remove("users:read")
    answer = await refused(client.users_info(user=slack.bot_user))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ([{"type": "divider"}] * 51, "no more than 50"),
        ([{"type": "divider"}, {"type": "fox"}], "type"),
        ([section("")], "more than 0 characters"),
        ([section("x" * 3001)], "less than 3001"),
        ([{"type": "section"}], "must have one of"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "plain_text"),
        ([{**section("x"), "colour": "red"}], "colour"),
        ([{**section("x"), "block_id": "a"}, {**section("y"), "block_id": "a"}], "already exists"),
        ([buttons(26)], "1 to 25 items"),
        ([{"type": "image", "image_url": "https://x.example/a.png"}], "alt_text"),
        (
            [{"type": "image", "image_url": "http://127.0.0.1/a.png", "alt_text": "x"}],
            "downloading image failed",
        ),
        ([{"type": "image", "slack_file": {"id": "F0"}, "alt_text": "x"}], "invalid slack file"),
        ([{"type": "markdown", "text": "x" * 7000}] * 2, "14000 characters together"),
        ([{"type": "carousel", "elements": [{"type": "card"}]}], "must have one of"),
        (
            [{"type": "alert", "text": {"type": "mrkdwn", "text": "x"}}],
            "not available in a message",
        ),
    ],
)
async def test_blocks_are_held_to_types_and_limits(
    slack: SlackServer, client: AsyncWebClient, channel: Channel, blocks: list[Json], reason: str
) -> None:
    """Each fault is answered as `invalid_blocks` with its reason, and remembered."""
    if specs.specs_folder() is None and reason in {"type", "plain_text", "colour", "alt_text"}:
        pytest.skip("the official documents are absent")
    call = client.chat_postMessage(channel=channel.id, text="x", blocks=blocks)
    answer = await refused(call)
    assert answer["error"] == "invalid_blocks"
    assert any(reason in told for told in answer["response_metadata"]["messages"]), answer
    assert slack.posts(channel) == 0
    with pytest.raises(AssertionError, match=r"chat\.postMessage"):
        slack.check()


async def test_a_message_that_slack_would_take_is_no_violation(
    slack: SlackServer, client: AsyncWebClient, channel: Channel, ada: Person
) -> None:
    """Cards, menus and dates of the newer kinds pass, and are read as a person reads them."""
    option = {"text": {"type": "plain_text", "text": "Fox 1"}, "value": "1"}
    menu: Json = {"type": "multi_static_select", "action_id": "pick", "options": [option]}
    menu["placeholder"] = {"type": "plain_text", "text": "Choose"}
    cards = [
        {"type": "card", "title": {"type": "mrkdwn", "text": f"*Fox {n}*"}, "body": text}
        for n in (1, 2)
        for text in [{"type": "mrkdwn", "text": f"by <@{ada.id}> &amp; <https://x.example|us>"}]
    ]
    blocks: list[Json] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Foxes"}},
        {"type": "carousel", "elements": cards},
        {"type": "actions", "elements": [menu]},
    ]
    await client.chat_postMessage(channel=channel.id, text="Foxes", blocks=blocks)
    assert slack.messages(channel)[0].plain().split("\n") == [
        "Foxes",
        *("*Fox 1*", "by @Ada & us (https://x.example)"),
        *("*Fox 2*", "by @Ada & us (https://x.example)"),
        "Choose",
    ]
    slack.check()


async def test_threads_and_texts_that_slack_does_not_take(
    slack: SlackServer, client: AsyncWebClient, channel: Channel
) -> None:
    """Nothing to say, too much to say, and threads that are none."""
    say = client.chat_postMessage
    parent = await say(channel=channel.id, text="start")
    reply = await say(channel=channel.id, text="reply", thread_ts=parent["ts"])
    empty = client.api_call("chat.postMessage", json={"channel": channel.id, "text": ""})
    assert await error(empty) == "no_text"
    assert await error(say(channel=channel.id, text="x" * 40_001)) == "msg_too_long"
    for ts, expected in {
        "1700000000.000001": "thread_not_found",
        "yesterday": "invalid_thread_ts",
        reply["ts"]: "invalid_thread_ts",
    }.items():
        assert await error(say(channel=channel.id, text="x", thread_ts=ts)) == expected
    number: Any = float(parent["ts"])
    assert await error(say(channel=channel.id, text="x", thread_ts=number)) == "invalid_arguments"
    assert slack.posts(channel) == 2


async def test_only_own_messages_can_be_changed(
    slack: SlackServer, client: AsyncWebClient, channel: Channel, ada: Person
) -> None:
    """Unknown ones, others' and ephemeral ones cannot; what is not sent stays."""
    where: Json = {"channel": channel.id}
    said = await ada.say(channel, "mine")
    assert await error(client.chat_update(ts="1.2", text="x", **where)) == "message_not_found"
    assert await error(client.chat_update(ts=said.ts, text="x", **where)) == "cant_update_message"
    assert await error(client.chat_delete(ts=said.ts, **where)) == "cant_delete_message"
    shown = await client.chat_postEphemeral(user=ada.id, text="psst", **where)
    assert [m.plain() for m in slack.ephemerals(ada)] == ["psst"]
    late = client.chat_update(ts=shown["message_ts"], text="x", **where)
    assert await error(late) == "message_not_found"
    own = await client.chat_postMessage(text="a", blocks=[section("A")], **where)
    await client.chat_update(ts=own["ts"], text="b", **where)
    assert slack.messages(channel)[-1].plain() == "A"
    await client.chat_delete(ts=own["ts"], **where)
    assert [m.plain() for m in slack.messages(channel)] == ["mine"]


async def test_metadata_is_shown_only_to_those_who_ask(
    client: AsyncWebClient, channel: Channel
) -> None:
    """History and replies keep it back without `include_all_metadata`, and page on."""
    metadata = {"event_type": "card", "event_payload": {"id": "7"}}
    parent = await client.chat_postMessage(channel=channel.id, text="a", metadata=metadata)
    for text in "bcd":
        await client.chat_postMessage(channel=channel.id, text=text, thread_ts=parent["ts"])
    bare = await client.conversations_history(channel=channel.id)
    assert [message["text"] for message in bare["messages"]] == ["a"]
    assert "metadata" not in bare["messages"][0]
    told = await client.conversations_history(channel=channel.id, include_all_metadata=True)
    assert told["messages"][0]["metadata"] == metadata
    seen: list[str] = []
    async for page in await client.conversations_replies(
        channel=channel.id, ts=parent["ts"], limit=2
    ):
        seen += [message["text"] for message in page["messages"]]
    assert seen == ["a", "b", "c", "d"]
    unknown = client.conversations_replies(channel=channel.id, ts="1.2")
    assert await error(unknown) == "thread_not_found"


async def test_arguments_and_methods_that_do_not_exist_are_violations(
    slack: SlackServer, client: AsyncWebClient, channel: Channel
) -> None:
    """Slack would pass over an unknown argument in silence; here it is told at the end."""
    await client.chat_postMessage(channel=channel.id, text="hi", colour="red")
    assert await error(client.api_call("chat.shout")) == "unknown_method"
    missing = client.api_call("chat.postMessage", json={"text": "hi"})
    assert await error(missing) == "invalid_arguments"
    assert [violation.where for violation in slack.violations] == [
        "chat.postMessage",
        "chat.shout",
        "chat.postMessage",
    ]
