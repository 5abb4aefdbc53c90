"""What stands in this local Discord, and who is told when it changes.

It owns the identities, the clock of snowflakes, and the one way by which every change reaches the
bot (`emit`) and the waiting test (`touch`). It must not know HTTP or the gateway's frames.
"""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntFlag
from typing import TYPE_CHECKING, Any, Final

from tests.platforms.discord.permissions import EVERYTHING, Permission, in_channel

if TYPE_CHECKING:
    from tests.platforms.discord.attachments import Attachment
    from tests.platforms.discord.channels import Channel
    from tests.platforms.discord.guilds import Guild
    from tests.platforms.discord.interactions import Interaction

Json = dict[str, Any]
DISCORD_EPOCH: Final = 1_420_070_400_000  # the first millisecond of 2015


class Intent(IntFlag):
    """What a session asks to hear of. Source: topics/gateway, list of intents."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED: Final = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_INTENTS: Final = (1 << 26) - 1


@dataclass(eq=False)
class User:
    """An account: the bot's, its owner's, or a person's."""

    id: int
    name: str
    bot: bool = False

    @property
    def mention(self) -> str:
        """The text by which a message names this account."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A guild's role; @everyone carries the guild's own id."""

    id: int
    name: str
    permissions: Permission
    managed: bool = False


@dataclass(eq=False)
class Member:
    """An account within one guild."""

    user: User
    guild: "Guild"
    roles: list[Role] = field(default_factory=list)

    def permissions(self, channel: "Channel | None" = None) -> Permission:
        """What this member may do, in the guild or in one of its channels or threads."""
        if self.guild.owner is self.user:
            return EVERYTHING
        held = [self.guild.everyone, *self.roles]
        granted = Permission(0)
        for role in held:
            granted |= role.permissions
        if channel is None:
            return EVERYTHING if Permission.ADMINISTRATOR in granted else granted
        overwrites = (channel.parent or channel).overwrites.values()
        return in_channel(granted, self.user.id, [role.id for role in held], overwrites)


class World:
    """All that exists on one local server.

    Attributes:
        interaction_seconds: how long the platform waits for the first answer (3 s).
        token_seconds: how long an interaction's token may be used (15 min).
        attachment_seconds: how long a signed attachment link is good.
        nonce_seconds: how long `enforce_nonce` remembers.
        ahead: how far this server's clock is ahead of the real one. Put it back by two hours, let
            something be posted, set it to zero again: that message, its id included, is old.
        old_edits: how many edits a message older than one hour takes before 30046.
    """

    def __init__(self) -> None:
        self._increment = itertools.count(1)
        self._changed = asyncio.Event()
        self.emit_to: Callable[[str, Json, Intent | None], None] = lambda *_: None
        self.base_url = ""
        self.key = secrets.token_bytes(16)
        self.ahead = timedelta()
        self.interaction_seconds = 3.0
        self.token_seconds = 900.0
        self.attachment_seconds = 86_400.0
        self.nonce_seconds = 300.0
        self.old_edits = 3
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[int | None, list[Json]] = {}
        self.bot = self.user("Image Desk", bot=True)
        self.owner = self.user("Owner")

    def snowflake(self) -> int:
        """A new id, larger than every one before unless the clock was put back."""
        # 12 bits of increment would wrap within a busy test; the time part only grows, so adding
        # the counter keeps ids unique and in order.
        milliseconds = int(self.now().timestamp() * 1000) - DISCORD_EPOCH
        return (milliseconds << 22) + next(self._increment)

    def now(self) -> datetime:
        """The present of this server, in UTC."""
        return datetime.now(UTC) + self.ahead

    def user(self, name: str, *, bot: bool = False) -> User:
        """A new account."""
        user = User(self.snowflake(), name, bot=bot)
        self.users[user.id] = user
        return user

    def bot_may(self, channel: "Channel", *permissions: Permission) -> bool:
        """Whether the bot holds all of these in a channel; in a direct message it always does."""
        if channel.guild is None:
            return True
        held = channel.guild.bot_member
        return held is not None and all(each in held.permissions(channel) for each in permissions)

    def emit(
        self, event: str, payload: Json, intent: Intent | None, channel: "Channel | None" = None
    ) -> None:
        """Tell the bot of a change, if it asked for such events and can see the channel.

        Args:
            event: the gateway's name, e.g. `MESSAGE_CREATE`.
            payload: as Discord sends it.
            intent: what a session must have asked for; None goes to all.
            channel: where it happened; None for what belongs to no channel.
        """
        self.touch()
        if channel is not None and channel.guild is not None:
            member = channel.guild.bot_member
            if member is None or Permission.VIEW_CHANNEL not in member.permissions(channel):
                return
        self.emit_to(event, payload, intent)

    def touch(self) -> None:
        """Wake whoever waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, seconds: float) -> None:
        """Return at the next change. TimeoutError when none came in time."""
        await asyncio.wait_for(self._changed.wait(), seconds)
