"""Channels, threads and direct messages: what stands in them, and what a person does to them.

It owns their state and the events that tell the bot of a change. It must not know HTTP.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tests.platforms.discord import payloads
from tests.platforms.discord.messages import THREAD_CREATED, Flag, Message
from tests.platforms.discord.permissions import Overwrite, Permission
from tests.platforms.discord.world import Intent, Json, User, World

if TYPE_CHECKING:
    from tests.platforms.discord.guilds import Guild

TEXT: Final = 0
DIRECT: Final = 1
PUBLIC_THREAD: Final = 11
PRIVATE_THREAD: Final = 12
THREADS: Final = (PUBLIC_THREAD, PRIVATE_THREAD)


@dataclass(eq=False, kw_only=True)
class Channel:
    """A text channel, a thread, or a direct message.

    Attributes:
        guild: None for a direct message.
        parent: a thread's channel; None for all others.
        person: the other one in a direct message.
        log: the messages that all see, by id, oldest first.
        whispers: the messages that one person sees.
        posts: how many visible messages the bot has created here, deleted ones included.
    """

    world: World
    id: int
    kind: int
    name: str
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    person: User | None = None
    owner: User | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    log: dict[int, Message] = field(default_factory=dict)
    whispers: dict[int, Message] = field(default_factory=dict)
    nonces: dict[str, tuple[float, Message]] = field(default_factory=dict)
    joined: dict[int, datetime] = field(default_factory=dict)
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    archive_changed: datetime | None = None
    posts: int = 0

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread."""
        return self.kind in THREADS

    @property
    def mention(self) -> str:
        """The text by which a message names it."""
        return f"<#{self.id}>"

    def threads(self) -> list["Channel"]:
        """The threads in this channel, archived ones included, oldest first."""
        return [each for each in self.world.channels.values() if each.parent is self]

    def archive(self, *, locked: bool = False) -> None:
        """Archive this thread, as a moderator or idleness does."""
        self.set_archived(archived=True, locked=locked)

    def set_archived(self, *, archived: bool, locked: bool) -> None:
        """Archive or reopen this thread, and tell the bot."""
        self.archived, self.locked = archived, locked
        self.archive_changed = self.world.now()
        self.updated()

    def updated(self) -> None:
        """Tell the bot that this channel is no longer as it was."""
        event = "THREAD_UPDATE" if self.is_thread else "CHANNEL_UPDATE"
        self.world.emit(event, payloads.channel(self), Intent.GUILDS, self)

    def deny(self, *names: str) -> None:
        """Take permissions from the bot in this channel, e.g. `deny("SEND_MESSAGES")`."""
        denied = self._bot_overwrite()
        for name in names:
            denied.deny |= Permission[name]
            denied.allow &= ~Permission[name]
        self.updated()

    def allow(self, *names: str) -> None:
        """Give the bot permissions in this channel."""
        allowed = self._bot_overwrite()
        for name in names:
            allowed.allow |= Permission[name]
            allowed.deny &= ~Permission[name]
        self.updated()

    def remove(self) -> None:
        """Delete this channel with its threads and messages, as an admin does."""
        for thread in self.threads():
            thread.remove()
        event = "THREAD_DELETE" if self.is_thread else "CHANNEL_DELETE"
        self.world.emit(event, payloads.channel(self), Intent.GUILDS, self)
        for message in self.log.values():
            message.deleted = True
        del self.world.channels[self.id]

    def post(self, message: Message) -> Message:
        """Place a message, and tell the bot unless only one person sees it."""
        if message.ephemeral:
            self.whispers[message.id] = message
            self.world.touch()
            return message
        self.log[message.id] = message
        if message.author is self.world.bot and message.kind != THREAD_CREATED:
            self.posts += 1
        if message.nonce is not None:
            self.nonces[str(message.nonce)] = (time.monotonic(), message)
        self.emit_message("MESSAGE_CREATE", message)
        return message

    def posted_with(self, nonce: str | int) -> Message | None:
        """The message posted with this nonce a short while ago, if there was one."""
        when, message = self.nonces.get(str(nonce), (0.0, None))
        return message if time.monotonic() - when < self.world.nonce_seconds else None

    def emit_message(self, event: str, message: Message) -> None:
        """Tell the bot of a new or changed message, as much of it as it may read."""
        intent = Intent.DIRECT_MESSAGES if self.guild is None else Intent.GUILD_MESSAGES
        self.world.emit(event, payloads.message_event(message), intent, self)

    def delete(self, message: Message) -> None:
        """Take a message away, and tell the bot."""
        message.deleted = True
        if message.ephemeral:
            del self.whispers[message.id]
            self.world.touch()
            return
        del self.log[message.id]
        intent = Intent.DIRECT_MESSAGES if self.guild is None else Intent.GUILD_MESSAGES
        gone = {"id": str(message.id)} | payloads.place(self)
        self.world.emit("MESSAGE_DELETE", gone, intent, self)

    def react(self, message: Message, emoji: str, user: User) -> None:
        """Add one person's reaction; a second time changes nothing."""
        givers = message.reactions.setdefault(emoji, {})
        if user.id not in givers:
            givers[user.id] = user
            self._emit_reaction("MESSAGE_REACTION_ADD", message, emoji, user)

    def unreact(self, message: Message, emoji: str, user: User) -> None:
        """Take one person's reaction away; nothing happens where there is none."""
        givers = message.reactions.get(emoji, {})
        if givers.pop(user.id, None) is None:
            return
        if not givers:
            del message.reactions[emoji]
        self._emit_reaction("MESSAGE_REACTION_REMOVE", message, emoji, user)

    def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """Take all reactions away, or all of one emoji."""
        intent = self._reaction_intent()
        where: Json = {"message_id": str(message.id)} | payloads.place(self)
        if emoji is None:
            message.reactions.clear()
            self.world.emit("MESSAGE_REACTION_REMOVE_ALL", where, intent, self)
        elif message.reactions.pop(emoji, None):
            where["emoji"] = payloads.emoji(emoji)
            self.world.emit("MESSAGE_REACTION_REMOVE_EMOJI", where, intent, self)

    def _emit_reaction(self, event: str, message: Message, emoji: str, user: User) -> None:
        payload = payloads.reaction_event(message, emoji, user, added=event.endswith("ADD"))
        self.world.emit(event, payload, self._reaction_intent(), self)

    def _reaction_intent(self) -> Intent:
        direct = self.guild is None
        return Intent.DIRECT_MESSAGE_REACTIONS if direct else Intent.GUILD_MESSAGE_REACTIONS

    def _bot_overwrite(self) -> Overwrite:
        bot = self.world.bot.id
        return self.overwrites.setdefault(bot, Overwrite(target=bot, kind=1))


def open_thread(
    parent: Channel,
    name: str,
    owner: User,
    *,
    kind: int = PUBLIC_THREAD,
    start: Message | None = None,
) -> Channel:
    """A new thread, and the bot told of it.

    Args:
        parent: the channel in which it hangs.
        start: the message from which it is opened, whose id it then shares; None for a thread of
            its own, which the system announces in the channel.
    """
    world = parent.world
    thread = Channel(
        world=world,
        id=world.snowflake() if start is None else start.id,
        kind=kind,
        name=name,
        guild=parent.guild,
        parent=parent,
        owner=owner,
        archive_changed=world.now(),
    )
    world.channels[thread.id] = thread
    thread.joined[owner.id] = world.now()
    created = payloads.channel(thread) | {"newly_created": True}
    world.emit("THREAD_CREATE", created, Intent.GUILDS, thread)
    if start is not None:
        start.thread = thread
        start.flags |= Flag.HAS_THREAD
        parent.emit_message("MESSAGE_UPDATE", start)
    elif kind == PUBLIC_THREAD:
        _announce(thread, parent, owner)
    return thread


def _announce(thread: Channel, parent: Channel, owner: User) -> None:
    announcement = Message(
        channel=parent,
        id=parent.world.snowflake(),
        author=owner,
        created=parent.world.now(),
        content=thread.name,
        kind=THREAD_CREATED,
        thread=thread,
    )
    parent.post(announcement)
