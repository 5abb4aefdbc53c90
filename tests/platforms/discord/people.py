"""A person in a guild, and what they do: type commands, press, choose, fill in, react, write.

It owns the human side of every journey test: each action checks first what Discord's own client
would check (`NotAllowed`), sends what it would send, and waits for the first answer (`NoAnswer`
after three seconds). It must not know HTTP.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.platforms.discord import entries, interactions, payloads
from tests.platforms.discord.attachments import keep
from tests.platforms.discord.channels import DIRECT, Channel, open_thread
from tests.platforms.discord.command_rules import ON_MESSAGE
from tests.platforms.discord.drafts import MENTION
from tests.platforms.discord.forms import File, Modal, NotAllowed
from tests.platforms.discord.interactions import Ack
from tests.platforms.discord.messages import (
    BUTTON,
    OTHER_SELECTS,
    REPLY,
    STRING_SELECT,
    Message,
    walk,
)
from tests.platforms.discord.world import Json, Member, User, World

if TYPE_CHECKING:
    from tests.platforms.discord.guilds import Guild


class Person:
    """A member of one guild, at their keyboard.

    Args:
        member: who they are there.
    """

    def __init__(self, member: Member) -> None:
        self.member = member

    @property
    def user(self) -> User:
        """Their account."""
        return self.member.user

    @property
    def id(self) -> int:
        """Their account's id."""
        return self.user.id

    @property
    def guild(self) -> "Guild":
        """The guild that they are in."""
        return self.member.guild

    @property
    def _world(self) -> World:
        return self.guild.world

    def direct_message(self) -> Channel:
        """Their direct message with the bot."""
        return direct_message(self._world, self.user)

    async def command(self, name: str, options: Mapping[str, Any] | None, channel: Channel) -> Ack:
        """Type a slash command.

        Args:
            name: e.g. `generate`, or `image upload` for a subcommand.
            options: name → value; a `File`, `Person`, `Channel` or `Role` for options of such a
                type.
            channel: where it is typed.
        """
        command = entries.registered(self.member, channel, name.split(maxsplit=1)[0])
        data = entries.command_data(command, name.split()[1:], options or {}, channel)
        return await self._start(interactions.COMMAND, channel, data)

    async def autocomplete(
        self, name: str, options: Mapping[str, Any], focused: str, channel: Channel | None = None
    ) -> tuple[str, ...]:
        """Type into an option, and read what is offered.

        Args:
            name: the command.
            options: what is typed so far, the focused option included (else it is empty).
            focused: the option's name.
            channel: where; the guild's first channel by default.
        """
        where = channel or self.guild.channels()[0]
        command = entries.registered(self.member, where, name.split(maxsplit=1)[0])
        data = entries.command_data(
            command, name.split()[1:], {focused: ""} | dict(options), where, focused=focused
        )
        return (await self._start(interactions.AUTOCOMPLETE, where, data)).choices

    async def message_command(self, name: str, message: Message) -> Ack:
        """Choose "Apps → name" on a message."""
        command = entries.registered(self.member, message.channel, name, kind=ON_MESSAGE)
        handed_over = payloads.message(message, whole=True)
        data: Json = {
            "id": command["id"],
            "name": name,
            "type": ON_MESSAGE,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): handed_over}},
        }
        return await self._start(interactions.COMMAND, message.channel, data)

    async def press(self, message: Message, which: str) -> Ack:
        """Press a button.

        Args:
            message: where it stands.
            which: its label, or how its custom_id begins; exactly one must match.
        """
        part = self._component(message, which, (BUTTON,))
        data: Json = {"component_type": BUTTON, "custom_id": part["custom_id"], "id": part["id"]}
        return await self._start(interactions.COMPONENT, message.channel, data, message)

    async def choose(self, message: Message, which: str, values: Sequence[str]) -> Ack:
        """Choose in a menu.

        Args:
            message: where it stands.
            which: its placeholder, or how its custom_id begins.
            values: values or labels of its options.
        """
        part = self._component(message, which, (STRING_SELECT, *OTHER_SELECTS))
        chosen = entries.chosen(part, values)
        data: Json = {"component_type": part["type"], "custom_id": part["custom_id"]}
        data |= {"id": part["id"], "values": chosen}
        return await self._start(interactions.COMPONENT, message.channel, data, message)

    async def submit(self, modal: Modal, values: Mapping[str, Any]) -> Ack:
        """Fill a form in and send it.

        Args:
            modal: as an `Ack` brought it.
            values: label or custom_id → what is entered; fields left out keep what stood in them.
        """
        if modal.origin.user is not self.user:
            raise NotAllowed("the form opened before somebody else")
        channel = modal.origin.channel
        components, files = modal.fill(values, channel)
        data: Json = {"custom_id": modal.custom_id, "components": components}
        if files:
            data["resolved"] = payloads.resolved(files)
        touched = modal.origin.touched
        return await self._start(interactions.MODAL_SUBMIT, channel, data, touched)

    async def react(self, message: Message, emoji: str) -> None:
        """Add a reaction."""
        if message.deleted or message.channel.archived or message.ephemeral:
            raise NotAllowed("one cannot react there")
        message.channel.react(message, emoji, self.user)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take one's reaction away."""
        if message.channel.archived:
            raise NotAllowed("one cannot react in an archived thread")
        message.channel.unreact(message, emoji, self.user)

    async def say(
        self,
        channel: Channel,
        text: str,
        files: Sequence[File] = (),
        *,
        mention_bot: bool = False,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Write a message; an archived thread is reopened by it, as in the real client. A reply
        mentions whom it answers, unless its `ping` is switched off.
        """
        if channel.locked:
            raise NotAllowed("the thread is locked")
        if channel.archived:
            channel.set_archived(archived=False, locked=False)
        content = f"{self._world.bot.mention} {text}" if mention_bot else text
        named = [self._world.users.get(int(found)) for found in MENTION.findall(content)]
        if reply_to is not None and ping:
            named.append(reply_to.author)
        message = Message(
            channel=channel,
            id=self._world.snowflake(),
            author=self.user,
            created=self._world.now(),
            content=content,
            kind=0 if reply_to is None else REPLY,
            reference=reply_to,
            mentions=[each for each in dict.fromkeys(named) if each is not None],
            attachments=[keep(self._world, channel.id, *each) for each in files],
        )
        return channel.post(message)

    async def forward(self, message: Message, channel: Channel) -> Message:
        """Hand a message on to another channel."""
        forwarded = Message(
            channel=channel,
            id=self._world.snowflake(),
            author=self.user,
            created=self._world.now(),
            forwards=message,
        )
        return channel.post(forwarded)

    async def edit(self, message: Message, text: str) -> None:
        """Change one's own message."""
        if message.author is not self.user:
            raise NotAllowed("it is somebody else's message")
        message.content, message.edited = text, self._world.now()
        message.channel.emit_message("MESSAGE_UPDATE", message)

    async def delete(self, message: Message) -> None:
        """Delete a message: one's own, or as a moderator."""
        message.channel.delete(message)

    def open_thread(self, channel: Channel, name: str) -> Channel:
        """Open a thread of one's own."""
        return open_thread(channel, name, self.user)

    def _component(self, message: Message, which: str, kinds: tuple[int, ...]) -> Json:
        if message.deleted or message.loading:
            raise NotAllowed("the message is gone")
        if message.ephemeral_for not in (None, self.user):
            raise NotAllowed("only somebody else sees this message")
        return entries.component(list(walk(message.components)), which, kinds)

    async def _start(
        self, kind: int, channel: Channel, data: Json, touched: Message | None = None
    ) -> Ack:
        return await interactions.start(kind, self.user, channel, data, touched).first_answer()


def direct_message(world: World, user: User) -> Channel:
    """The direct message between the bot and an account, opened when there is none."""
    for existing in world.channels.values():
        if existing.person is user:
            return existing
    made = Channel(world=world, id=world.snowflake(), kind=DIRECT, name="", person=user)
    world.channels[made.id] = made
    return made
