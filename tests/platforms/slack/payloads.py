"""The payloads of a person's gestures: slash commands and interactions.

It owns their shapes (https://docs.slack.dev/reference/interaction-payloads). It must not know how
they are delivered.
"""

from typing import Any

from .forms import PRESSED, Control
from .hub import Hub
from .judge import hold_ourselves
from .workspace import Channel, Json, Message, ResponseUrl, Trigger, User, View


def response_address(hub: Hub, hook: ResponseUrl) -> str:
    """Where the app can answer a gesture later."""
    return f"{hub.renderer.address}/hooks/{hook.key}"


def slash(
    hub: Hub, user: User, channel: Channel, trigger: Trigger, *, command: str, text: str
) -> Json:
    """A slash command; every value is text, as in the form that Slack sends."""
    names = {"im": "directmessage", "private": "privategroup", "public": channel.name}
    payload = {
        "token": hub.app.verification_token,
        "team_id": hub.workspace.team_id,
        "team_domain": hub.workspace.domain,
        "channel_id": channel.id,
        "channel_name": names[channel.kind],
        "user_id": user.id,
        "user_name": hub.renderer.user(user)["name"],
        "command": command,
        "text": text,
        "api_app_id": hub.app.id,
        "is_enterprise_install": "false",
        "response_url": response_address(hub, hub.workspace.new_response_url(user.id, channel.id)),
        "trigger_id": trigger.id,
    }
    hold_ourselves("slack-slash.schema.json", "SlashCommand", payload)
    return payload


def _interaction(hub: Hub, kind: str, user: User, trigger: Trigger | None = None) -> Json:
    space, name = hub.workspace, hub.renderer.user(user)["name"]
    payload: Json = {
        "type": kind,
        "user": {"id": user.id, "username": name, "name": name, "team_id": space.team_id},
        "api_app_id": hub.app.id,
        "token": hub.app.verification_token,
        "team": {"id": space.team_id, "domain": space.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return payload | ({"trigger_id": trigger.id} if trigger else {})


def action(hub: Hub, control: Control, state: Json | None) -> Json:
    """One entry of `actions`: which control was used, and what it says now."""
    text = control.element.get("text")
    drawn: Json = {
        "type": control.kind,
        "action_id": control.action_id,
        "block_id": control.block_id,
        "action_ts": hub.workspace.new_ts(),
    }
    if control.kind in PRESSED:
        drawn |= {key: control.element[key] for key in ("value", "style") if key in control.element}
        return drawn | ({"text": text} if text else {})
    return drawn | {key: value for key, value in (state or {}).items() if key != "type"}


def message_action(
    hub: Hub, user: User, message: Message, actions: list[Json], trigger: Trigger
) -> Json:
    """A control of a message was used; of an ephemeral message Slack sends no content."""
    channel = hub.workspace.channels[message.channel]
    private = message.only_for is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": private,
    }
    drawn = hub.renderer.message(message)
    if "thread_ts" in drawn:
        container["thread_ts"] = drawn["thread_ts"]
    hook = hub.workspace.new_response_url(user.id, channel.id, message.ts, message.thread_ts)
    payload = _interaction(hub, "block_actions", user, trigger) | {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "actions": actions,
        "response_url": response_address(hub, hook),
        "state": {"values": {}},
    }
    return payload if private else payload | {"message": drawn}


def view_action(hub: Hub, user: User, view: View, actions: list[Json], trigger: Trigger) -> Json:
    """A control of a modal or Home tab was used."""
    return _interaction(hub, "block_actions", user, trigger) | {
        "container": {"type": "view", "view_id": view.id},
        "view": hub.renderer.view(view),
        "actions": actions,
    }


def submission(hub: Hub, user: User, view: View, trigger: Trigger) -> Json:
    """A modal was sent."""
    extra: dict[str, Any] = {"view": hub.renderer.view(view), "response_urls": []}
    return _interaction(hub, "view_submission", user, trigger) | extra


def closing(hub: Hub, user: User, view: View) -> Json:
    """A modal that asked for it was dismissed."""
    extra = {"view": hub.renderer.view(view), "is_cleared": False}
    return _interaction(hub, "view_closed", user) | extra


def shortcut(hub: Hub, user: User, message: Message, callback_id: str, trigger: Trigger) -> Json:
    """A message shortcut was chosen from a message's menu."""
    channel = hub.workspace.channels[message.channel]
    hook = hub.workspace.new_response_url(user.id, channel.id, message.ts, message.thread_ts)
    return _interaction(hub, "message_action", user, trigger) | {
        "callback_id": callback_id,
        "action_ts": hub.workspace.new_ts(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel.name},
        "message": hub.renderer.message(message),
        "response_url": response_address(hub, hook),
    }
