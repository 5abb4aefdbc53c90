"""Events that the workspace tells the app of, in Slack's wrapping.

It owns who hears what: only subscribed events, only of conversations that the app is in. It must
not change any state.
"""

import asyncio

from .app import FAMILY
from .hub import Hub
from .judge import hold_ourselves
from .workspace import Channel, File, Json, Message


async def announce(hub: Hub, channel: Channel | None, event: Json, name: str = "") -> None:
    """Deliver one event if the app hears it; returns after the first attempt.

    Args:
        hub: the workspace.
        channel: where it happened; None for what has no place.
        event: the inner event.
        name: its subscription, where that is not its type (`message.im`).
    """
    if not hub.app.hears(name or event["type"]):
        return
    if channel is not None and not hub.is_member(channel):
        return
    space = hub.workspace
    authorization = {
        "enterprise_id": None,
        "team_id": space.team_id,
        "user_id": space.bot.id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    wrapped: Json = {
        "token": hub.app.verification_token,
        "team_id": space.team_id,
        "api_app_id": hub.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": space.new_id("Ev"),
        "event_time": int(space.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": space.new_id("EC"),
    }
    await hub.delivery.send("events_api", wrapped)


def _subscription(channel: Channel) -> str:
    return "message." + FAMILY[channel.kind]


async def announce_message(hub: Hub, message: Message) -> None:
    """Tell of a new message: as `message.…`, and as `app_mention` where it names the app."""
    channel = hub.workspace.channels[message.channel]
    event = hub.renderer.event_message(message)
    if message.subtype is None:
        hold_ourselves("slack-message.schema.json", "GenericMessageEvent", event)
    telling = announce(hub, channel, event, _subscription(channel))
    await asyncio.gather(telling, _announce_mention(hub, message))


async def _announce_mention(hub: Hub, message: Message) -> None:
    channel = hub.workspace.channels[message.channel]
    named = f"<@{hub.workspace.bot.id}>" in message.text
    if named and channel.kind != "im" and not message.from_app:
        event = hub.renderer.event_message(message)
        mention = {key: value for key, value in event.items() if key != "channel_type"}
        mention.pop("subtype", None)
        await announce(hub, channel, {**mention, "type": "app_mention"})


def _hidden(hub: Hub, message: Message, subtype: str, facts: Json) -> Json:
    event = hub.renderer.event_message(message)
    kept = {key: event[key] for key in ("type", "channel", "channel_type")}
    ts = hub.workspace.new_ts()
    return {**kept, "subtype": subtype, "hidden": True, "ts": ts, "event_ts": ts} | facts


async def announce_change(hub: Hub, message: Message, before: Json) -> None:
    """Tell that a message was edited: of a mention also as a new `app_mention`, which differs from
    the first one by `edited` (slackapi/bolt-js#960).
    """
    channel = hub.workspace.channels[message.channel]
    facts = {"message": hub.renderer.message(message), "previous_message": before}
    event = _hidden(hub, message, "message_changed", facts)
    telling = announce(hub, channel, event, _subscription(channel))
    await asyncio.gather(telling, _announce_mention(hub, message))


async def announce_deletion(hub: Hub, message: Message, before: Json) -> None:
    """Tell that a message was deleted."""
    channel = hub.workspace.channels[message.channel]
    facts = {"deleted_ts": message.ts, "previous_message": before}
    event = _hidden(hub, message, "message_deleted", facts)
    await announce(hub, channel, event, _subscription(channel))


async def announce_reaction(hub: Hub, kind: str, message: Message, user: str, name: str) -> None:
    """Tell that a reaction came (`reaction_added`) or went (`reaction_removed`)."""
    event: Json = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": hub.workspace.new_ts(),
    }
    # The published schema has only the one of the two; they differ in nothing but the type.
    as_added = {**event, "type": "reaction_added"}
    hold_ourselves("slack-reaction.schema.json", "ReactionAddedEvent", as_added)
    await announce(hub, hub.workspace.channels[message.channel], event)


async def announce_file(hub: Hub, message: Message, file: File) -> None:
    """Tell that a file was shared into a conversation."""
    event = {
        "type": "file_shared",
        "channel_id": message.channel,
        "file_id": file.id,
        "user_id": file.user,
        "file": {"id": file.id},
        "event_ts": message.ts,
    }
    await announce(hub, hub.workspace.channels[message.channel], event)


async def announce_member(hub: Hub, channel: Channel, user: str) -> None:
    """Tell that somebody, perhaps the app itself, joined a channel."""
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == "public" else "G",
        "team": hub.workspace.team_id,
        "event_ts": hub.workspace.new_ts(),
    }
    await announce(hub, channel, event)


async def announce_home(hub: Hub, user: str, tab: str) -> None:
    """Tell that a person opened a tab of the app: "home" or "messages"."""
    dm = hub.workspace.direct_message(user)
    event: Json = {"type": "app_home_opened", "user": user, "channel": dm.id, "tab": tab}
    event["event_ts"] = hub.workspace.new_ts()
    home = hub.workspace.homes.get(user)
    if home is not None and tab == "home":
        event["view"] = hub.renderer.view(home)
    await announce(hub, None, event)
