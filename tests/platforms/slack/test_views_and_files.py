"""Modals, files, reactions and response URLs live as long as in Slack, and no longer."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.platforms.slack import Channel, Person, SlackServer, fox
from tests.platforms.slack.asking import error, picture, refused, section, uploaded

Json = dict[str, Any]
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 "


async def test_pictures_can_be_shown_only_when_slack_has_processed_them(
    slack: SlackServer, client: AsyncWebClient, channel: Channel
) -> None:
    """Right after the upload a block with it is invalid; later it is shown; webp never is."""
    file_id = await uploaded(client, fox.PIXEL)
    assert (await client.files_info(file=file_id))["file"]["mimetype"] == ""
    show: Json = {"channel": channel.id, "text": "fox", "blocks": [picture(file_id)]}
    early = await refused(client.chat_postMessage(**show))
    assert "not processed yet" in early["errors"][0]
    await asyncio.wait_for(fox.processed(client, file_id), 5)
    await client.chat_postMessage(**show)
    webp = await uploaded(client, WEBP, "fox.webp")
    await asyncio.wait_for(fox.processed(client, webp), 5)
    wrong = await refused(
        client.chat_postMessage(channel=channel.id, blocks=[picture(webp)], text="x")
    )
    assert "not image/webp" in wrong["errors"][0]
    assert [message.images() for message in slack.messages(channel)] == [[fox.PIXEL]]


async def test_an_upload_is_shared_late_and_completed_once(
    slack: SlackServer, client: AsyncWebClient, channel: Channel
) -> None:
    """The answer names no message; the share comes later; bytes repeat, completion does not."""
    ticket = await client.files_getUploadURLExternal(filename="fox.png", length=len(fox.PIXEL))
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.post(ticket["upload_url"], data=fox.PIXEL) as answer:
                assert answer.status == 200
        async with session.post(ticket["upload_url"], data=b"short") as answer:
            assert answer.status == 400
    files = [{"id": ticket["file_id"], "title": "A fox"}]
    done = await client.files_completeUploadExternal(files=files, channel_id=channel.id)
    assert done["files"][0]["shares"] == {}
    assert slack.messages(channel) == []
    again = client.files_completeUploadExternal(files=files, channel_id=channel.id)
    assert await error(again) == "file_not_found"
    await slack.until(lambda: slack.messages(channel))
    assert slack.messages(channel)[0].files() == {"fox.png": fox.PIXEL}


async def test_without_its_token_a_private_file_is_a_sign_in_page(
    slack: SlackServer, ada: Person, channel: Channel
) -> None:
    """Status 200 and HTML: the trap for those who do not look at what they get."""
    said = await ada.upload(channel, [("fox.png", fox.PIXEL)])
    url = slack.hub.renderer.file(slack.hub.workspace.files[said.raw.files[0]])["url_private"]
    assert await fox.download(url, slack.app.bot_token) == fox.PIXEL
    slack.check()
    assert (await fox.download(url, "xoxb-wrong")).startswith(b"<!DOCTYPE html>")
    assert [violation.where for violation in slack.violations] == ["file download"]


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: SlackServer, client: AsyncWebClient, ada: Person
) -> None:
    """Unknown, late and second uses are three different refusals."""
    first = slack.hub.workspace.new_trigger(ada.id)
    second = slack.hub.workspace.new_trigger(ada.id)
    await client.views_open(trigger_id=first.id, view=fox.FORM)
    assert await error(client.views_open(trigger_id=first.id, view=fox.FORM)) == (
        "exchanged_trigger_id"
    )
    slack.advance(3.1)
    assert await error(client.views_open(trigger_id=second.id, view=fox.FORM)) == (
        "expired_trigger_id"
    )
    assert await error(client.views_open(trigger_id="x", view=fox.FORM)) == "invalid_trigger_id"


@pytest.mark.parametrize(
    "change",
    [
        {"title": {"type": "plain_text", "text": "x" * 25}},
        {"private_metadata": "x" * 3001},
        {"submit": None},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [{**fox.FORM["blocks"][0], "label": {"type": "plain_text", "text": ""}}]},
    ],
)
async def test_modals_are_held_to_types_and_limits(
    slack: SlackServer, client: AsyncWebClient, ada: Person, change: Json
) -> None:
    """A wrong modal is `invalid_arguments` and uses up no trigger."""
    trigger = slack.hub.workspace.new_trigger(ada.id)
    wrong = {key: value for key, value in {**fox.FORM, **change}.items() if value is not None}
    assert await error(client.views_open(trigger_id=trigger.id, view=wrong)) == "invalid_arguments"
    assert slack.violations
    opened = await client.views_open(trigger_id=trigger.id, view=fox.FORM)
    assert opened["view"]["state"]["values"] == {
        "name": {"text": {"type": "plain_text_input", "value": None}}
    }


async def test_a_modal_keeps_what_was_filled_in_while_it_is_updated(
    slack: SlackServer, client: AsyncWebClient, ada: Person
) -> None:
    """Updates with a stale hash are refused, and a closed modal is gone."""
    trigger = slack.hub.workspace.new_trigger(ada.id)
    opened = (await client.views_open(trigger_id=trigger.id, view=fox.FORM))["view"]
    stale = client.views_update(view_id=opened["id"], view=fox.FORM, hash="old")
    assert await error(stale) == "hash_conflict"
    slack.hub.workspace.views[opened["id"]].values["name"]["text"]["value"] = "Vix"
    blocks = [section("≈ $0.04"), *fox.FORM["blocks"]]
    changed = await client.views_update(view_id=opened["id"], view={**fox.FORM, "blocks": blocks})
    assert changed["view"]["state"]["values"]["name"]["text"]["value"] == "Vix"
    slack.hub.workspace.views[opened["id"]].closed = True
    assert await error(client.views_update(view_id=opened["id"], view=fox.FORM)) == "not_found"


async def test_a_home_tab_is_published_for_one_person(
    slack: SlackServer, client: AsyncWebClient, ada: Person
) -> None:
    """It shows what was published last, and takes no frame of a modal."""
    assert await ada.open_home() is None
    await client.views_publish(user_id=ada.id, view={"type": "home", "blocks": [section("Hi")]})
    home = await ada.open_home()
    assert home is not None
    assert home.plain() == "Hi"
    assert slack.home(slack.person("Grace")) is None
    wrong = client.views_publish(user_id=ada.id, view=fox.FORM)
    assert await error(wrong) == "invalid_arguments"


async def test_reactions_are_a_set_per_name(
    slack: SlackServer, client: AsyncWebClient, channel: Channel, ada: Person
) -> None:
    """Skin tones stand by themselves; without `full` not everybody is listed."""
    said = await ada.say(channel, "Foxes?")
    for name in ("Grace", "Edsger"):
        await slack.person(name).react(said, "thumbsup")
    await ada.react(said, "+1")
    await ada.react(said, "+1::skin-tone-4")
    where: Json = {"channel": channel.id, "timestamp": said.ts}
    await client.reactions_add(name="eyes", **where)
    assert await error(client.reactions_add(name="eyes", **where)) == "already_reacted"
    assert await error(client.reactions_add(name="no such", **where)) == "invalid_name"
    assert await error(client.reactions_remove(name="+1", **where)) == "no_reaction"
    some = (await client.reactions_get(**where))["message"]["reactions"][0]
    every = (await client.reactions_get(full=True, **where))["message"]["reactions"][0]
    assert (some["count"], len(some["users"]), len(every["users"])) == (3, 2, 3)
    await ada.unreact(said, "+1")
    assert said.reactions == {
        "+1": {"Grace", "Edsger"},
        "+1::skin-tone-4": {"Ada"},
        "eyes": {"Image Desk"},
    }


async def test_people_channels_and_the_team_are_told_of(
    slack: SlackServer, client: AsyncWebClient, channel: Channel, ada: Person
) -> None:
    """Who administers, what a channel is, where a direct message lies."""
    assert (await client.users_info(user=ada.id))["user"]["is_admin"] is True
    assert (await client.auth_test())["user_id"] == slack.bot_user
    assert (await client.conversations_info(channel=channel.id))["channel"]["is_member"] is True
    members = (await client.conversations_members(channel=channel.id))["members"]
    assert set(members) == {ada.id, slack.bot_user}
    opened = await client.conversations_open(users=ada.id)
    assert opened["channel"]["id"] == slack.direct_message(ada).id
    directly = await client.chat_postMessage(channel=ada.id, text="hi")
    assert directly["channel"] == slack.direct_message(ada).id
    assert (await client.team_info())["team"]["domain"] == "desk-test"
    assert (await client.bots_info())["bot"]["user_id"] == slack.bot_user
    slack.check()


async def test_a_response_url_serves_five_times_within_thirty_minutes(
    slack: SlackServer, ada: Person, channel: Channel
) -> None:
    """Beyond that it is used up or expired; what it posts needs no membership."""
    hook = slack.hub.workspace.new_response_url(ada.id, channel.id)
    sender = AsyncWebhookClient(f"{slack.api_url.removesuffix('/api/')}/hooks/{hook.key}")
    for number in range(5):
        assert (await sender.send(text=f"{number}")).body == "ok"
    assert (await sender.send(text="six")).status_code == 404
    assert [m.plain() for m in slack.ephemerals(ada)] == ["0", "1", "2", "3", "4"]
    fresh = slack.hub.workspace.new_response_url(ada.id, channel.id)
    slack.advance(30 * 60 + 1)
    sender.url = f"{slack.api_url.removesuffix('/api/')}/hooks/{fresh.key}"
    assert "expired_url" in (await sender.send(text="late")).body
