"""The app manifest: enough for the whole journey, and no more than is told."""

import asyncio

from bot.surfaces.slack import Slack
from bot.surfaces.slack.manifest import make_manifest
from core.chat import (
    Card,
    Dropped,
    File,
    Private,
)
from core.ports import ChatSurface
from core.settings import Settings
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import SlackServer

from .material import COMMANDS, JPEG, LIBRARY, PICTURES, UPLOAD, Load


async def test_the_manifest_grants_all_that_the_surface_uses(
    settings: Settings, load: Load
) -> None:
    """A workspace that grants exactly the manifest lets every part of a journey happen."""
    manifest = make_manifest(COMMANDS, None)
    async with SlackServer(manifest=manifest, share_delay=0.02) as slack:
        own = settings.model_copy(update={"slack_api_url": slack.api_url})
        surface, inbox = Slack(own, COMMANDS), FakeInbox()
        ada, channel = slack.person("Ada"), slack.channel("secret", private=True)
        channel.members.add(ada.id)
        task = asyncio.create_task(surface.listen(inbox))
        await slack.until(lambda: slack.sockets)
        await ada.command("/generate", "a fox", channel)
        root = await ada.mention(channel, "help")
        await ada.shortcut(root, "generate")
        await ada.upload(slack.direct_message(ada), [("fox.jpg", JPEG)])
        await inbox.next(4)
        card = Card(
            "k1",
            "Foxes",
            pictures=(File("b1", "1.jpg", "image/jpeg"),),
            files=(File("z1", "all.zip", "application/zip"),),
        )
        place = inbox.events[0].place
        _, sent = await surface.open_thread(place, card, load, repeat=True)
        await ada.react(next(m for m in slack.messages(channel) if m.ts == sent.ref.id), "star")
        await inbox.next(5)
        await surface.reactions(sent.ref)
        await surface.tell(place, slack.person("Not here").id, Private("Hello"))
        dropped = inbox.events[3]
        assert isinstance(dropped, Dropped)
        assert [chunk async for chunk in surface.fetch(dropped.attachments[0], 1000)] == [JPEG]
        await ada.shortcut(root, "Add to library")
        inbox.answer, inbox.pictures = lambda _: LIBRARY, PICTURES
        await ada.open_home()
        await slack.until(lambda: (home := slack.home(ada)) and home.images())
        inbox.answer = lambda _: UPLOAD
        form = await (await ada.command("/generate", "", channel)).modal()
        await ada.submit(form, {"Pictures": [("fox.jpg", JPEG)]})
        task.cancel()
        await asyncio.wait([task])
        slack.check()


def test_the_manifest_names_the_address_where_http_is_used() -> None:
    """Slack is told where to send everything."""
    url = "https://desk.example/slack/events"
    manifest = make_manifest(COMMANDS, url)
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["settings"]["event_subscriptions"]["request_url"] == url
    assert manifest["settings"]["interactivity"]["request_url"] == url
    assert [each["url"] for each in manifest["features"]["slash_commands"]] == [url] * 3
    assert [each["command"] for each in manifest["features"]["slash_commands"]] == [
        "/generate",
        "/approver",
        "/help",
    ]


def test_the_surface_is_a_chat_surface(surface: Slack) -> None:
    """Its pace says that pictures are not shown before they are done."""
    port: ChatSurface = surface
    assert port.name == "slack"
    assert (port.pace.edit_seconds, port.pace.shows_previews) == (3, False)


def test_the_manifest_keeps_to_slacks_lengths() -> None:
    """As https://docs.slack.dev/reference/app-manifest states them."""
    manifest = make_manifest(COMMANDS, None)
    shown, features = manifest["display_information"], manifest["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert [(each["type"], each["callback_id"]) for each in features["shortcuts"]] == [
        ("message", "generate"),
        ("message", "Add to library"),
    ]
    assert all(len(each["name"]) <= 24 for each in features["shortcuts"])
    assert all(len(each["description"]) <= 150 for each in features["shortcuts"])
    assert all(len(each["command"]) <= 32 for each in features["slash_commands"])


def test_people_come_with_their_ids_where_a_command_is_about_them() -> None:
    """Slack sends ids only where the manifest asks for them, and then in every text."""
    commands = make_manifest(COMMANDS, None)["features"]["slash_commands"]
    assert [each["should_escape"] for each in commands] == [False, True, False]


def test_an_entry_of_a_messages_menu_is_no_slash_command() -> None:
    """It is called by its name, from the message."""
    features = make_manifest(COMMANDS, None)["features"]
    assert "/Add to library" not in [each["command"] for each in features["slash_commands"]]
    assert features["shortcuts"][1] == {
        "name": "Add to library",
        "type": "message",
        "callback_id": "Add to library",
        "description": "Take these pictures in",
    }


def test_messages_in_channels_are_asked_for_only_to_watch_them() -> None:
    """Who watches no channel lets Slack tell of none."""
    usual = make_manifest(COMMANDS, None)["settings"]["event_subscriptions"]["bot_events"]
    watching = make_manifest(COMMANDS, None, watching=True)["settings"]["event_subscriptions"]
    more = {"message.channels", "message.groups"}
    assert not more & set(usual)
    assert set(watching["bot_events"]) == {*usual, *more}
