"""People in Slack, over the local Slack with the desk's own manifest installed."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from bot.commands import command_table
from bot.surfaces.slack.manifest import HTTP_PATH, make_manifest
from core.generation.prices import read_catalogue
from tests.driving.chat import SIGHT, Answer, Form, Seen, Where, bare, until
from tests.driving.chat import Person as AnyPerson
from tests.platforms.slack import Channel, Person, SlackMessage, SlackServer, SlackView

NAMES = {
    **dict(
        zip(
            ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣"),
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            strict=True,
        )
    ),
    "🔟": "keycap_ten",
    "✅": "white_check_mark",
    "⭐": "star",
    "❌": "x",
    "🔁": "repeat",
    "📤": "outbox_tray",
    "👍": "+1",
}


def make_server(events_url: str | None = None) -> SlackServer:
    """A local Slack that grants exactly what our manifest asks for: for Socket Mode, or for signed
    HTTP at `events_url`.
    """
    manifest = make_manifest(command_table(read_catalogue().models), events_url)
    return SlackServer(manifest=manifest, share_delay=0.02, retry_delays=(0.05, 0.1, 0.2))


class SlackPerson:
    """A member of the workspace."""

    def __init__(self, slack: SlackServer, person: Person) -> None:
        self._slack = slack
        self.person = person
        self.name = person.name

    @property
    def mark(self) -> str:
        """As Slack writes a mention into a message."""
        return f"<@{self.person.id}>"

    async def command(self, line: str, where: Where) -> Answer:
        """See `Person.command`."""
        if where.thread:
            await self.mention(line.lstrip("/"), where)
            return Answer("", self._no_form)
        name, _, text = line.partition(" ")
        ack = await self.person.command(name, text, where.channel)
        assert ack.status == "ok", ack.text

        async def opened() -> Form:
            return _form(await ack.modal())

        return Answer(ack.text, opened)

    async def mention(self, words: str, where: Where) -> None:
        """See `Person.mention`; in the direct message nobody need be named."""
        if where.channel.kind == "im":
            await self.person.say(where.channel, words, where.thread)
        else:
            await self.person.mention(where.channel, words, where.thread)

    async def bring(self, files: Sequence[tuple[str, bytes]], where: Where) -> None:
        """See `Person.bring`; in the direct message nobody need be named."""
        bot = f"<@{self._slack.bot_user}>" if where.channel.kind != "im" else ""
        await self.person.upload(where.channel, files, bot, where.thread)

    async def react(self, message: Seen, emoji: str) -> None:
        """See `Person.react`."""
        await self.person.react(message.handle, NAMES[emoji])

    async def unreact(self, message: Seen, emoji: str) -> None:
        """See `Person.unreact`."""
        await self.person.unreact(message.handle, NAMES[emoji])

    async def press(self, message: Seen, button: str) -> Answer:
        """See `Person.press`."""
        named = [one for one in message.handle.buttons() if bare(one.label) == button]
        assert len(named) == 1, f"no one button {button!r} in {message.buttons}"
        ack = await self.person.press(message.handle, named[0].action_id)
        assert ack.status == "ok", ack.text

        async def opened() -> Form:
            return _form(await ack.modal())

        return Answer(ack.text, opened)

    async def choose(self, message: Seen, menu: str, labels: Sequence[str]) -> Answer:
        """See `Person.choose`."""
        named = [one for one in message.handle.controls() if _menu_name(one) == menu]
        assert len(named) == 1, f"no one menu {menu!r} in {dict(message.menus)}"
        many = named[0].kind == "multi_static_select"
        value = list(labels) if many else labels[0]
        ack = await self.person.choose(message.handle, named[0].action_id, value)
        assert ack.status == "ok", ack.text
        return Answer(ack.text, self._no_form)

    async def submit(self, form: Form, values: Mapping[str, str | list[str]]) -> Answer:
        """See `Person.submit`."""
        done = await self.person.submit(form.handle, values)
        assert done.status == "ok", done.status
        return Answer("\n".join(done.errors.values()), self._no_form)

    def private(self) -> list[str]:
        """See `Person.private`: what only they see in channels, and the desk's direct messages."""
        direct = self._slack.messages(self._slack.direct_message(self.person))
        told = [one for one in direct if one.author == "Image Desk"]
        told += self._slack.ephemerals(self.person)
        return [message.plain() for message in sorted(told, key=lambda one: one.ts)]

    def direct(self) -> Where:
        """See `Person.direct`."""
        return Where(self._slack.direct_message(self.person))

    async def _no_form(self) -> Form:
        raise AssertionError("this opens no form")


class SlackChat:
    """The workspace."""

    name = "slack"

    def __init__(self, server: SlackServer) -> None:
        self.server = server

    @property
    def twice(self) -> bool:
        """Whether everything is delivered twice."""
        return self.server.faults.twice

    @twice.setter
    def twice(self, value: bool) -> None:
        self.server.faults.twice = value

    def settings(self) -> dict[str, str]:
        """See `Chat.settings`; Socket Mode."""
        return {
            "SLACK_BOT_TOKEN": self.server.app.bot_token,
            "SLACK_APP_TOKEN": self.server.app.app_token,
            "SLACK_SIGNING_SECRET": self.server.app.signing_secret,
            "SLACK_API_URL": self.server.api_url,
        }

    async def connected(self) -> None:
        """See `Chat.connected`."""
        await until(lambda: self.server.sockets)

    def person(self, name: str, *, admin: bool = False) -> SlackPerson:
        """See `Chat.person`."""
        return SlackPerson(self.server, self.server.person(name, admin=admin))

    def channel(self, name: str) -> Where:
        """See `Chat.channel`."""
        return Where(self.server.channel(name))

    async def thread(self, who: AnyPerson, where: Where) -> Where:
        """See `Chat.thread`."""
        assert isinstance(who, SlackPerson)
        said = await who.person.say(where.channel, "What about our autumn posts?")
        return Where(where.channel, said.ts)

    def forbid(self, where: Where) -> None:
        """See `Chat.forbid`: the app is removed from the channel."""
        self.server.kick_bot(where.channel)

    def read(self, where: Where) -> list[Seen]:
        """See `Chat.read`."""
        channel = where.channel
        standing = (
            self.server.thread(channel, where.thread)
            if where.thread
            else sorted(self.server.messages(channel), key=lambda one: (one.thread_ts, one.ts))
        )
        shown = [one for one in standing if float(one.ts) < time.time() - SIGHT]
        return [self._seen(channel, one) for one in shown if one.author == "Image Desk"]

    async def delete(self, who: AnyPerson, message: Seen) -> None:
        """See `Chat.delete`."""
        assert isinstance(who, SlackPerson)
        who.person.delete(message.handle)

    def check(self) -> None:
        """See `Chat.check`."""
        self.server.check()

    def _seen(self, channel: Channel, message: SlackMessage) -> Seen:
        users = self.server.hub.workspace.users.values()
        return Seen(
            id=message.ts,
            text=message.plain(),
            where=Where(channel, message.thread_ts),
            pictures=tuple(message.images()),
            alts=tuple(message.alt_texts()),
            files=message.files(),
            buttons=tuple(bare(one.label) for one in message.buttons()),
            menus={
                _menu_name(one): tuple(one.options)
                for one in message.controls()
                if one.kind != "button"
            },
            pings=frozenset(one.name for one in users if f"<@{one.id}>" in message.raw.text),
            links=_links(message.raw.blocks),
            handle=message,
        )


class SignedSlackChat(SlackChat):
    """The same over signed HTTP, with a desk that listens at `port` of this machine."""

    def __init__(self, server: SlackServer, port: int) -> None:
        super().__init__(server)
        self._port = port

    def settings(self) -> dict[str, str]:
        """See `Chat.settings`; without an app token there is no Socket Mode."""
        settings = super().settings() | {"HTTP_PORT": str(self._port)}
        del settings["SLACK_APP_TOKEN"]
        return settings

    async def connected(self) -> None:
        """See `Chat.connected`."""
        await self.server.deliver_to(events_url(self._port))


def events_url(port: int) -> str:
    """Where a desk at this port takes Slack's events."""
    return f"http://127.0.0.1:{port}{HTTP_PATH}"


def _menu_name(control: Any) -> str:
    placeholder: str = (control.element.get("placeholder") or {}).get("text", "")
    return placeholder if control.kind != "button" else ""


def _links(node: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    if isinstance(node, list):
        for each in node:
            found |= _links(each)
    elif isinstance(node, dict):
        if node.get("type") == "link":
            found[str(node.get("text") or node["url"])] = str(node["url"])
        for value in node.values():
            found |= _links(value)
    return found


def _form(view: SlackView) -> Form:
    values = {
        control.label: _value(view.values[control.block_id][control.action_id])
        for control in view.controls()
        if control.block.get("type") == "input"
    }
    return Form(f"{view.title}\n{view.plain()}", values, view)


def _value(state: Mapping[str, Any]) -> str:
    chosen = [state["selected_option"]] if state.get("selected_option") else []
    chosen += state.get("selected_options") or []
    return "\n".join(one["value"] for one in chosen) or str(state.get("value") or "")
