"""People in Discord, over the local Discord."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from core.wording.surfaces import OPEN_FORM
from tests.driving.chat import SIGHT, Answer, Form, Seen, Where, bare, read_line, until
from tests.driving.chat import Person as AnyPerson
from tests.platforms.discord import Ack, DiscordServer, Guild, Modal, Person
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.messages import FILE_UPLOAD, Flag, Message

FREE = {
    "generate": "prompt",
    "post": "text",
    "keep": "wishes",
    "redo": "wishes",
    "approver": "person",
    "budget": "amount",
    "library": "search",
    "image": "name",
}
"""Which typed option takes a command's free text."""

_WRITTEN_LINK = re.compile(r"(\S[^\n]*?): (https?://\S+)")


class DiscordPerson:
    """A member of the server."""

    def __init__(self, server: DiscordServer, person: Person) -> None:
        self._server = server
        self._answers: list[Ack] = []
        self.person = person
        self.name = person.user.name

    @property
    def mark(self) -> str:
        """As Discord writes a mention."""
        return self.person.user.mention

    async def command(self, line: str, where: Where) -> Answer:
        """See `Person.command`."""
        name, free, given = read_line(line)
        options: dict[str, Any] = {
            key: int(value) if key in {"count", "compare"} else value
            for key, value in given.items()
        }
        if free:
            options[FREE[name]] = free
        return self._heard(await self.person.command(name, options, where.thread or where.channel))

    async def mention(self, words: str, where: Where) -> None:
        """See `Person.mention`."""
        await self.person.say(where.thread or where.channel, words, mention_bot=True)

    async def bring(self, files: Sequence[tuple[str, bytes]], where: Where) -> None:
        """See `Person.bring`."""
        await self.person.say(where.thread or where.channel, "", files, mention_bot=True)

    async def command_with(
        self, line: str, files: Sequence[tuple[str, bytes]], where: Where
    ) -> None:
        """See `Person.command_with`: a file has an option of its own."""
        name, free, given = read_line(line)
        (file,) = files
        options: dict[str, Any] = {FREE[name]: free, **given, "picture": file}
        await self.person.command(name, options, where.thread or where.channel)

    async def react(self, message: Seen, emoji: str) -> None:
        """See `Person.react`."""
        await self.person.react(message.handle, emoji)

    async def unreact(self, message: Seen, emoji: str) -> None:
        """See `Person.unreact`."""
        await self.person.unreact(message.handle, emoji)

    async def press(self, message: Seen, button: str) -> Answer:
        """See `Person.press`."""
        return self._heard(await self.person.press(message.handle, button))

    async def choose(self, message: Seen, menu: str, labels: Sequence[str]) -> Answer:
        """See `Person.choose`."""
        return self._heard(await self.person.choose(message.handle, menu, labels))

    async def submit(
        self,
        form: Form,
        values: Mapping[str, str | list[str]],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Answer:
        """See `Person.submit`."""
        entered: dict[str, Any] = dict(values)
        if files:
            (field,) = (one for one in form.handle.fields if one.kind == FILE_UPLOAD)
            entered[field.custom_id] = files
        return self._heard(await self.person.submit(form.handle, entered))

    async def add_to_library(self, files: Sequence[tuple[str, bytes]], where: Where) -> Answer:
        """See `Person.add_to_library`: chosen among the message's apps."""
        message = await self.person.say(where.thread or where.channel, "", files)
        return self._heard(await self.person.message_command("Add to library", message))

    async def upload(self, files: Sequence[tuple[str, bytes]], where: Where) -> Answer:
        """Type `/upload` with each file in an option of its own, which only this chat can."""
        options = {f"file{number}": file for number, file in enumerate(files, start=1)}
        channel = where.thread or where.channel
        return self._heard(await self.person.command("upload", options, channel))

    def private(self) -> list[str]:
        """See `Person.private`: whispers in channels, and what came into the direct message. What
        an answer shows as a panel is left out.
        """
        told: list[Message] = []
        for channel in self._server.world.channels.values():
            if channel.person is self.person.user:
                told += [one for one in channel.log.values() if one.author.bot]
            told += [
                one
                for one in channel.whispers.values()
                if one.ephemeral_for is self.person.user and not one.flags & Flag.IS_COMPONENTS_V2
            ]
        ordered = sorted(told, key=lambda one: one.id)
        return [text for one in ordered if not one.deleted and (text := _heard_in(one))]

    def direct(self) -> Where:
        """See `Person.direct`."""
        return Where(self.person.direct_message())

    def _heard(self, ack: Ack) -> Answer:
        async def opened() -> Form:
            modal, told = ack.modal, ack.message
            if modal is None and told and OPEN_FORM in [one.label for one in told.buttons()]:
                modal = (await self.person.press(told, OPEN_FORM)).modal
            assert modal is not None, f"no form opened: {ack.kind} {ack.content}"
            return _form(modal)

        async def shown() -> Seen:
            panel = ack.message
            assert panel is not None, f"no panel came: {ack.kind}"
            assert ack.ephemeral, f"everybody sees it: {ack.content}"
            await until(
                lambda: ack.interaction.filled or panel.deleted, picture=lambda: ack.content
            )
            assert not panel.deleted, "the answer was taken away"
            return _seen(self._server, panel, _where(panel.channel))

        said = ack.message if ack.kind == "message" and ack.ephemeral else None
        return Answer(_heard_in(said) if said else "", opened, shown)


class DiscordChat:
    """The server (guild)."""

    name = "discord"

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.guild: Guild = server.guild("Acme")
        server.rest.rate = (500, 1.0)

    @property
    def twice(self) -> bool:
        """Whether every dispatch is delivered twice."""
        return self.server.gateway.twice

    @twice.setter
    def twice(self, value: bool) -> None:
        self.server.gateway.twice = value

    def settings(self) -> dict[str, str]:
        """See `Chat.settings`."""
        return {
            "DISCORD_TOKEN": self.server.token,
            "DISCORD_API_URL": self.server.api_url,
            "DISCORD_GATEWAY_URL": self.server.gateway_url,
        }

    async def connected(self) -> None:
        """See `Chat.connected`."""
        await until(lambda: self.server.gateway.listening)

    def person(self, name: str, *, admin: bool = False) -> DiscordPerson:
        """See `Chat.person`."""
        return DiscordPerson(self.server, self.guild.person(name, manage_guild=admin))

    def channel(self, name: str) -> Where:
        """See `Chat.channel`."""
        return Where(self.guild.channel(name))

    async def thread(self, who: AnyPerson, where: Where) -> Where:
        """See `Chat.thread`."""
        assert isinstance(who, DiscordPerson)
        return Where(where.channel, who.person.open_thread(where.channel, "Autumn posts"))

    def forbid(self, where: Where) -> None:
        """See `Chat.forbid`: the right to write is denied."""
        where.channel.deny("SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS")

    def read(self, where: Where) -> list[Seen]:
        """See `Chat.read`: a thread's root, then its thread."""
        if where.thread is not None:
            return self._in(where.thread, where)
        read: list[Seen] = []
        for message in self._shown(where.channel):
            if message.thread is not None:
                read += self._in(message.thread, Where(where.channel, message.thread))
            elif message.author.bot:
                read.append(_seen(self.server, message, where))
        return read

    async def delete(self, who: AnyPerson, message: Seen) -> None:
        """See `Chat.delete`."""
        assert isinstance(who, DiscordPerson)
        await who.person.delete(message.handle)

    def check(self) -> None:
        """See `Chat.check`."""
        assert self.server.violations == []

    def _shown(self, channel: Channel) -> list[Message]:
        seen_from = self.server.world.now() - timedelta(seconds=SIGHT)
        return [one for one in self.server.messages(channel) if one.created < seen_from]

    def _in(self, thread: Channel, where: Where) -> list[Seen]:
        begun = [one for one in self._shown(where.channel) if one.thread is thread]
        standing = [*begun, *self._shown(thread)]
        return [_seen(self.server, one, where) for one in standing if one.author.bot]


def _seen(server: DiscordServer, message: Message, where: Where) -> Seen:
    names = {user.id: user.name for user in server.world.users.values()}
    shown = message.plain()
    text = re.sub(r"<@!?(\d+)>", lambda found: f"@{names[int(found[1])]}", shown)
    text = re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text)
    links = {one.label: one.url for one in message.buttons() if one.url}
    links |= dict(_WRITTEN_LINK.findall(text))
    return Seen(
        id=str(message.id),
        text=text,
        where=where,
        pictures=tuple(message.images()),
        alts=tuple(message.alt_texts()),
        files={one.filename: one.content for one in message.files() if one.size is None},
        buttons=tuple(bare(one.label) for one in message.buttons() if not one.url),
        menus={one.placeholder: tuple(one.options.values()) for one in message.selects()},
        pings=frozenset(names[one] for one in message.notified),
        links=links,
        handle=message,
    )


def _where(channel: Channel) -> Where:
    return Where(channel.parent, channel) if channel.is_thread else Where(channel)


def _heard_in(message: Message) -> str:
    """What is read in a private message, its links with their addresses."""
    links = [f"{one.label} ({one.url})" for one in message.buttons() if one.url]
    return "\n".join(text for text in (message.plain(), *links) if text)


def _form(modal: Modal) -> Form:
    values = {
        field.label: "\n".join(field.chosen) if field.options else field.value
        for field in modal.fields
    }
    return Form(modal.plain(), values, modal)
