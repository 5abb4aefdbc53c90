"""A guild ("server"): its channels, roles and members, and what its admins do.

It owns creating them and telling the bot. It must not know HTTP, nor what people do in channels.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.platforms.discord import payloads
from tests.platforms.discord.channels import TEXT, Channel
from tests.platforms.discord.people import Person
from tests.platforms.discord.permissions import EVERYONE, Permission
from tests.platforms.discord.world import Intent, Member, Role, User, World

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(eq=False, kw_only=True)
class Guild:
    """One guild; the bot is a member from the start."""

    world: World
    id: int
    name: str
    owner: User
    created: datetime
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        """The role that all members have."""
        return self.roles[self.id]

    @property
    def bot_member(self) -> Member | None:
        """The bot in this guild; None after it was kicked."""
        return self.members.get(self.world.bot.id)

    def channels(self) -> list[Channel]:
        """Its text channels, without threads, oldest first."""
        mine = (each for each in self.world.channels.values() if each.guild is self)
        return [each for each in mine if not each.is_thread]

    def channel(self, name: str) -> Channel:
        """The text channel of that name, made when there is none."""
        for existing in self.channels():
            if existing.name == name:
                return existing
        made = Channel(
            world=self.world, id=self.world.snowflake(), kind=TEXT, name=name, guild=self
        )
        self.world.channels[made.id] = made
        self.world.emit("CHANNEL_CREATE", payloads.channel(made), Intent.GUILDS, made)
        return made

    def role(self, name: str, *permissions: str) -> Role:
        """The role of that name, made with these permissions when there is none."""
        for existing in self.roles.values():
            if existing.name == name:
                return existing
        granted = Permission(0)
        for each in permissions:
            granted |= Permission[each]
        made = Role(self.world.snowflake(), name, granted)
        self.roles[made.id] = made
        event = {"guild_id": str(self.id), "role": payloads.role(made)}
        self.world.emit("GUILD_ROLE_CREATE", event, Intent.GUILDS)
        return made

    def person(
        self, name: str, *, manage_guild: bool = False, roles: "Iterable[str]" = ()
    ) -> Person:
        """A new member.

        Args:
            name: the account's name.
            manage_guild: whether "Manage Server" is theirs.
            roles: names of roles, made where they do not exist.
        """
        held = [self.role(each) for each in roles]
        if manage_guild:
            held.append(self.role("Managers", "MANAGE_GUILD"))
        member = Member(self.world.user(name), self, held)
        self.members[member.user.id] = member
        return Person(member)

    def welcome(self, person: Person) -> Person:
        """Somebody of another guild joins this one too, with the same account."""
        member = Member(person.user, self)
        self.members[member.user.id] = member
        return Person(member)

    def kick_bot(self) -> None:
        """Throw the bot out."""
        self.members.pop(self.world.bot.id, None)
        self.world.emit("GUILD_DELETE", {"id": str(self.id)}, Intent.GUILDS)

    def invite_bot(self) -> None:
        """Invite the bot, as an admin does with its link."""
        role = Role(self.world.snowflake(), self.world.bot.name, EVERYONE, managed=True)
        self.roles[role.id] = role
        self.members[self.world.bot.id] = Member(self.world.bot, self, [role])
        self.world.emit("GUILD_CREATE", payloads.guild_create(self), Intent.GUILDS)


def found(world: World, name: str) -> Guild:
    """The guild of that name, founded with the bot in it when there is none."""
    for existing in world.guilds.values():
        if existing.name == name:
            return existing
    founder = world.user(f"{name} founder")
    guild = Guild(world=world, id=world.snowflake(), name=name, owner=founder, created=world.now())
    guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE)
    guild.members[founder.id] = Member(founder, guild)
    world.guilds[guild.id] = guild
    guild.invite_bot()
    return guild
