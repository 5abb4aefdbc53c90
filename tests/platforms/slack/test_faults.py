"""The pretended Slack misbehaves as told, and grants what a manifest asks for."""

import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.platforms.slack import Channel, SlackServer
from tests.platforms.slack.asking import error

Json = dict[str, Any]


async def test_a_dropped_answer_hides_a_post_that_was_made(
    slack: SlackServer, channel: Channel
) -> None:
    """The real client with its default retries posts twice; that is the trap to avoid."""
    slack.faults.drop_after("chat.postMessage")
    careless = AsyncWebClient(slack.app.bot_token, base_url=slack.api_url)
    await careless.chat_postMessage(channel=channel.id, text="hi")
    assert slack.posts(channel) == 2
    slack.faults.drop_before("chat.postMessage")
    careful = AsyncWebClient(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[])
    with pytest.raises(aiohttp.ClientError):
        await careful.chat_postMessage(channel=channel.id, text="hi")
    assert slack.posts(channel) == 2


async def test_planned_refusals_are_answered_and_used_up(
    slack: SlackServer, client: AsyncWebClient, channel: Channel
) -> None:
    """A 429 carries its Retry-After, a 500 is no JSON, and the next call goes through."""
    slack.faults.answer("chat.postMessage", status=429, retry_after=2)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=channel.id, text="hi")
    assert caught.value.response.headers["Retry-After"] == "2"
    slack.faults.fail("chat.postMessage", status=503)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=channel.id, text="hi")
    assert slack.posts(channel) == 0
    await client.chat_postMessage(channel=channel.id, text="hi")
    assert (slack.posts(channel), slack.calls["chat.postMessage"]) == (1, 3)


async def test_one_post_a_second_and_channel(slack: SlackServer, client: AsyncWebClient) -> None:
    """With the limit on, the second post in a second is a 429, in its channel only."""
    slack.faults.limit_posts = True
    first, other = slack.channel("one"), slack.channel("two")
    await client.chat_postMessage(channel=first.id, text="hi")
    await client.chat_postMessage(channel=other.id, text="hi")
    assert await error(client.chat_postMessage(channel=first.id, text="hi")) == "ratelimited"
    slack.advance(1)
    await client.chat_postMessage(channel=first.id, text="hi")


async def test_a_manifest_grants_exactly_what_it_asks_for() -> None:
    """Commands, events and scopes that it forgot do not work; what cannot be saved fails."""
    manifest: Json = {
        "features": {"slash_commands": [{"command": "/fox", "description": "A fox"}]},
        "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
        "settings": {"interactivity": {"is_enabled": True}, "socket_mode_enabled": True},
    }
    async with SlackServer(manifest=manifest) as slack:
        ada = slack.person("Ada")
        assert (await ada.command("/wolf")).status == "unknown_command"
        client = AsyncWebClient(slack.app.bot_token, base_url=slack.api_url)
        assert await error(client.users_info(user=ada.id)) == "missing_scope"
        await ada.react(await ada.say(slack.channel("marketing"), "hi"), "+1")
        assert slack.deliveries == []
    manifest["settings"]["event_subscriptions"] = {"bot_events": ["reaction_added"]}
    with pytest.raises(ValueError, match="reaction_added"):
        SlackServer(manifest=manifest)
    manifest["oauth_config"]["scopes"]["bot"].append("reactions:read")
    manifest["settings"]["socket_mode_enabled"] = False
    with pytest.raises(ValueError, match="/fox has no url"):
        SlackServer(manifest=manifest)


async def test_time_passes_only_for_slack(slack: SlackServer) -> None:
    """`advance` moves the workspace's clock, not the machine's."""
    before = time.time()
    slack.advance(1000)
    assert slack.hub.workspace.now() - before >= 1000
    assert time.time() - before < 100
