"""What a route of the REST API is given, and how routes are listed.

It owns the shape of a call and the checks of access that most routes share. It must not know the
transport.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.platforms.discord import refusals
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.drafts import Uploads
from tests.platforms.discord.faults import pattern
from tests.platforms.discord.guilds import Guild
from tests.platforms.discord.messages import Message
from tests.platforms.discord.permissions import Permission
from tests.platforms.discord.world import World


@dataclass(frozen=True)
class Call:
    """One request, taken apart.

    Attributes:
        args: the path's variable segments, decoded.
        body: the JSON value (of `payload_json` for a multipart request); None without a body.
        uploads: the files of a multipart request.
    """

    world: World
    args: tuple[str, ...]
    query: Mapping[str, str]
    body: Any
    uploads: Uploads

    def channel(self, *needed: Permission) -> Channel:
        """The channel named first in the path.

        Raises:
            Refusal: there is none, the bot cannot see it, or lacks what is needed there.
        """
        return reachable(self.world, self.args[0], *needed)

    def message(self, channel: Channel) -> Message:
        """The message named second in the path. Refusal 10008 where there is none."""
        if not self.args[1].isdecimal() or int(self.args[1]) not in channel.log:
            raise refusals.unknown("Message")
        return channel.log[int(self.args[1])]

    def guild(self) -> Guild:
        """The guild named first in the path. Refusal where the bot is not in it."""
        found = self.world.guilds.get(int(self.args[0]) if self.args[0].isdecimal() else 0)
        if found is None:
            raise refusals.unknown("Guild")
        if found.bot_member is None:
            raise refusals.missing_access()
        return found

    def limit(self, usual: int, most: int) -> int:
        """The page size asked for."""
        limit = int(self.query.get("limit", usual))
        if not 1 <= limit <= most:
            raise refusals.invalid(f"limit {limit}, 1 to {most}")
        return limit


Handler = Callable[[Call], Any]  # JSON to answer; None answers 204 without a body


@dataclass(frozen=True)
class Route:
    """One operation.

    Args:
        template: `{}` stands for each variable segment.
        handler: changes the world and returns the JSON to answer, or None for 204.
        status: of a successful answer with a body.
        authorized: whether the bot's token is needed; interaction tokens are their own.
    """

    method: str
    template: str
    handler: Handler
    status: int = 200
    authorized: bool = True

    @property
    def path(self) -> re.Pattern[str]:
        """What a path of this route looks like."""
        return pattern(self.template)


def reachable(world: World, channel_id: str, *needed: Permission) -> Channel:
    """A channel by its id, where the bot sees it and holds all that is needed."""
    channel = world.channels.get(int(channel_id)) if channel_id.isdecimal() else None
    if channel is None:
        raise refusals.unknown("Channel")
    if not world.bot_may(channel, Permission.VIEW_CHANNEL):
        raise refusals.missing_access()
    if not world.bot_may(channel, *needed):
        raise refusals.missing_permission()
    return channel


def require_open(channel: Channel) -> None:
    """Refusal 50083 where a thread is archived.

    The real API reopens an unlocked thread by itself when a message is sent into it, though not
    for edits, deletions and reactions; this one never does, so that a bot does not rely on it.
    """
    if channel.archived:
        raise refusals.archived()
