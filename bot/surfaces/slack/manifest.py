"""The app manifest: what Slack is asked to grant the desk.

Owns the scopes and events that the other modules of this package rely on. It must not know what a
command does: the rows come from the command table.

https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Sequence
from typing import Any, Final

from core.chat import CommandSpec
from core.wording.surfaces import (
    APP_DESCRIPTION,
    APP_NAME,
    BACKGROUND_COLOUR,
    GENERATE_HERE,
    GENERATE_HERE_DESCRIPTION,
)

from .events import is_about_people

Json = dict[str, Any]

HTTP_PATH: Final = "/slack/events"
SHORTCUT_COMMAND: Final = "generate"
SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:write",
    "mpim:history",
    "reactions:read",
    "users:read",
)
EVENTS: Final = (
    "app_home_opened",
    "app_mention",
    "message.im",
    "reaction_added",
    "reaction_removed",
)
WATCHING: Final = ("message.channels", "message.groups")


def make_manifest(
    commands: Sequence[CommandSpec], request_url: str | None, *, watching: bool = False
) -> Json:
    """The manifest for Socket Mode, or for signed HTTP at `request_url`. With `watching`, Slack
    tells of all messages in channels that the desk is in.
    """
    address = {"request_url": request_url} if request_url else {}
    heard = [*EVENTS, *(WATCHING if watching else ())]
    return {
        "display_information": {
            "name": APP_NAME,
            "description": APP_DESCRIPTION,
            "background_color": BACKGROUND_COLOUR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": APP_NAME, "always_online": True},
            "shortcuts": [
                _shortcut(spec)
                for spec in commands
                if spec.on_message or spec.name == SHORTCUT_COMMAND
            ],
            "slash_commands": [
                _slash_command(spec, request_url) for spec in commands if not spec.on_message
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": heard, **address},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def _shortcut(spec: CommandSpec) -> Json:
    named = (spec.name, spec.description)
    name, description = named if spec.on_message else (GENERATE_HERE, GENERATE_HERE_DESCRIPTION)
    return {
        "name": name,
        "type": "message",
        "callback_id": spec.name,
        "description": description,
    }


def _slash_command(spec: CommandSpec, request_url: str | None) -> Json:
    command: Json = {
        "command": f"/{spec.name}",
        "description": spec.description,
        "should_escape": is_about_people(spec),  # Slack then sends ids with the names
    }
    if spec.usage:
        command["usage_hint"] = spec.usage
    return command | ({"url": request_url} if request_url else {})
