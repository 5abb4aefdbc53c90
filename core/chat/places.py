"""Who and where: people, places, threads and messages, as every chat has them."""

from dataclasses import dataclass
from typing import TypeAlias

SurfaceName: TypeAlias = str  # "slack", "discord", "page"


@dataclass(frozen=True)
class Actor:
    """A person as the surface knows them at this moment.

    `id` is the platform's user id, `name` the display name, `is_admin` what the platform says now
    (Slack workspace admin or owner; Discord "Manage Server"; the local person in `demo`).
    """

    id: str
    name: str
    is_admin: bool = False


@dataclass(frozen=True)
class Place:
    """Where something was asked for.

    `team` is the platform's tenant (Slack team, Discord server; for direct messages on Discord the
    empty string). `thread` is set when it was asked inside an existing thread. `direct` means a
    one-to-one conversation with the bot.
    """

    surface: SurfaceName
    team: str
    team_name: str
    channel: str
    thread: str | None = None
    direct: bool = False


@dataclass(frozen=True)
class Thread:
    """Where the cards of one subject stand: `id` is Slack's root ts, Discord's thread channel id.

    In a direct message on Discord, which has no threads, `id` equals `channel`.
    """

    surface: SurfaceName
    team: str
    channel: str
    id: str


@dataclass(frozen=True)
class MessageRef:
    """A message in a chat: `channel` is where the API finds it, `id` its platform id."""

    surface: SurfaceName
    channel: str
    id: str


@dataclass(frozen=True)
class Pace:
    """What a surface bears: seconds between two edits of one card, and whether it shows live
    previews of unfinished pictures.
    """

    edit_seconds: float
    shows_previews: bool
