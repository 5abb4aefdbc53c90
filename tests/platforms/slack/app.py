"""What the app was granted when it was installed in the pretended workspace.

It owns scopes, event subscriptions, slash commands, shortcuts and tokens, given by default or
taken from an app manifest, so that a manifest that forgets something is found out. It must not
know what the app then does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .workspace import ChannelKind, Refusal

DEFAULT_SCOPES: Final = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "users:read",
    }
)
DEFAULT_EVENTS: Final = frozenset(
    {"app_home_opened", "app_mention", "message.im", "reaction_added", "reaction_removed"}
)
SCOPES_OF_EVENTS: Final[Mapping[str, str]] = {
    "app_mention": "app_mentions:read",
    "file_shared": "files:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
FAMILY: Final[Mapping[ChannelKind, str]] = {"public": "channels", "private": "groups", "im": "im"}

LONGEST: Final[Mapping[str, int]] = {"name": 35, "description": 140, "long_description": 4000}
LONGEST_OF_COMMANDS: Final[Mapping[str, int]] = {
    "command": 32,
    "description": 2000,
    "usage_hint": 1000,
}
LONGEST_OF_SHORTCUTS: Final[Mapping[str, int]] = {
    "name": 24,
    "description": 150,
    "callback_id": 255,
}


def _too_long(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The texts beyond the limits of https://docs.slack.dev/reference/app-manifest."""
    features = manifest.get("features", {})
    parts = [(manifest.get("display_information", {}), LONGEST)]
    parts += [(each, LONGEST_OF_COMMANDS) for each in features.get("slash_commands", ())]
    parts += [(each, LONGEST_OF_SHORTCUTS) for each in features.get("shortcuts", ())]
    for part, limits in parts:
        for key, most in limits.items():
            if len(str(part.get(key, ""))) > most:
                yield f"{key} {part[key]!r} has more than {most} characters"


@dataclass
class InstalledApp:
    """The app as this workspace knows it.

    `commands` and `shortcuts` are None where any is taken (no manifest was given).
    """

    id: str = "A0DESK00001"
    bot_token: str = "xoxb-desk-test"
    app_token: str = "xapp-desk-test"
    signing_secret: str = "desk-test-signing-secret"
    verification_token: str = "desk-test-verification"
    scopes: set[str] = field(default_factory=lambda: set(DEFAULT_SCOPES))
    events: set[str] = field(default_factory=lambda: set(DEFAULT_EVENTS))
    commands: set[str] | None = None
    shortcuts: set[str] | None = None
    socket_mode: bool = True
    home_tab: bool = True

    def adopt(self, manifest: Mapping[str, Any]) -> None:
        """Grant exactly what an app manifest asks for.

        Args:
            manifest: the decoded manifest, see https://docs.slack.dev/reference/app-manifest.

        Raises:
            ValueError: what Slack refuses to save: an event without its scope, a text that is too
                long, no address where Socket Mode is off.
        """
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        self.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
        self.events = set(settings.get("event_subscriptions", {}).get("bot_events", ()))
        self.commands = {each["command"] for each in features.get("slash_commands", ())}
        self.shortcuts = {each["callback_id"] for each in features.get("shortcuts", ())}
        self.home_tab = bool(features.get("app_home", {}).get("home_tab_enabled"))
        self.socket_mode = bool(settings.get("socket_mode_enabled"))
        wanting = {
            event
            for event in self.events
            if event in SCOPES_OF_EVENTS and SCOPES_OF_EVENTS[event] not in self.scopes
        }
        if self.commands and "commands" not in self.scopes:
            wanting.add("slash commands")
        if (self.commands or self.shortcuts) and not settings.get("interactivity", {}).get(
            "is_enabled", False
        ):
            wanting.add("interactivity")
        faults = [*_too_long(manifest), *self._unreachable(manifest)]
        if faults:
            raise ValueError(f"Slack would not save this manifest: {faults}")
        if wanting:
            raise ValueError(f"the manifest lacks what these need: {sorted(wanting)}")

    def _unreachable(self, manifest: Mapping[str, Any]) -> Iterator[str]:
        if self.socket_mode:
            return
        settings, features = manifest.get("settings", {}), manifest.get("features", {})
        for part in ("event_subscriptions", "interactivity"):
            if part in settings and not settings[part].get("request_url"):
                yield f"settings.{part} has no request_url"
        for each in features.get("slash_commands", ()):
            if not each.get("url"):
                yield f"{each['command']} has no url"

    def require(self, scope: str) -> None:
        """Refuse with `missing_scope` where the app was not granted this one."""
        if scope not in self.scopes:
            provided = ",".join(sorted(self.scopes))
            raise Refusal("missing_scope", needed=scope, provided=provided)

    def hears(self, event: str) -> bool:
        """Whether the app is subscribed to an event and may read what it tells."""
        scope = SCOPES_OF_EVENTS.get(event)
        return event in self.events and (scope is None or scope in self.scopes)
