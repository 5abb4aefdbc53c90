"""People in Slack, over the local Slack with the desk's own manifest installed."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.commands import command_table
from bot.surfaces.slack.frames import NOTICE
from bot.surfaces.slack.manifest import HTTP_PATH, make_manifest
from core.generation.prices import read_catalogue
from core.wording.surfaces import OPEN_FORM, PICTURES_COMING, SHOW
from tests.driving.chat import SIGHT, Answer, Form, Seen, Where, bare, until
from tests.driving.chat import Person as AnyPerson
from tests.platforms.slack import Ack, Person, SlackMessage, SlackServer, SlackView
from tests.platforms.slack.workspace import View

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
            told = len(self._slack.ephemerals(self.person))
            await self.mention(line.lstrip("/"), where)
            return self._offered(told)
        before, (name, _, text) = self._hashes(), line.partition(" ")
        ack = await self.person.command(name, text, where.channel)
        assert ack.status == "ok", ack.text
        return self._answered(ack, before)

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

    async def command_with(
        self, line: str, files: Sequence[tuple[str, bytes]], where: Where
    ) -> None:
        """See `Person.command_with`: a mention, since a slash command takes no files."""
        words = f"<@{self._slack.bot_user}> {line.lstrip('/')}"
        await self.person.upload(where.channel, files, words, where.thread)

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
        await self._uncover(message)
        before = self._hashes()
        ack = await self.person.press(message.handle, named[0].action_id)
        assert ack.status == "ok", ack.text
        return self._answered(ack, before)

    async def choose(self, message: Seen, menu: str, labels: Sequence[str]) -> Answer:
        """See `Person.choose`."""
        named = [one for one in message.handle.controls() if _menu_name(one) == menu]
        assert len(named) == 1, f"no one menu {menu!r} in {dict(message.menus)}"
        many = named[0].kind == "multi_static_select"
        value = list(labels) if many else labels[0]
        await self._uncover(message)
        before = self._hashes()
        ack = await self.person.choose(message.handle, named[0].action_id, value)
        assert ack.status == "ok", ack.text
        return self._answered(ack, before)

    async def submit(
        self,
        form: Form,
        values: Mapping[str, str | list[str]],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Answer:
        """See `Person.submit`."""
        entered: dict[str, Any] = dict(values)
        if files:
            (field,) = (one for one in form.handle.controls() if one.kind == "file_input")
            entered[field.action_id] = files
        before = self._hashes()
        done = await self.person.submit(form.handle, entered)
        assert done.status == "ok", done.status
        words = [done.view.plain()] if done.view and _is_notice(done.view.raw) else []

        async def shown() -> Seen:
            return await self._panel(before)

        return Answer("\n".join([*done.errors.values(), *words]), self._no_form, shown)

    async def add_to_library(self, files: Sequence[tuple[str, bytes]], where: Where) -> Answer:
        """See `Person.add_to_library`: by the message's shortcut."""
        said = await self.person.upload(where.channel, files, "", where.thread)
        before = self._hashes()
        ack = await self.person.shortcut(said, "Add to library")
        assert ack.status == "ok", ack.text
        return self._answered(ack, before)

    async def home(self) -> Seen:
        """Open the desk's Home tab, and see what it shows then."""
        before = self._hashes()
        await self.person.open_home()
        return await self._panel(before)

    def private(self) -> list[str]:
        """See `Person.private`: what only they see in channels, the desk's direct messages, and
        what it says over its own views.
        """
        direct = self._slack.messages(self._slack.direct_message(self.person))
        told = [one for one in direct if one.author == "Image Desk"]
        told += self._slack.ephemerals(self.person)
        said = [(float(one.ts), one.plain()) for one in told]
        for view in self._views():
            if _is_notice(view):
                moment = float(view.hash.removesuffix(".hash"))
                said.append((moment, SlackView(self._slack.hub, view).plain()))
        return [text for _, text in sorted(said)]

    def direct(self) -> Where:
        """See `Person.direct`."""
        return Where(self._slack.direct_message(self.person))

    def _views(self) -> list[View]:
        views = self._slack.hub.workspace.views.values()
        return [one for one in views if one.user == self.person.id]

    def _hashes(self) -> set[str]:
        """By which it is told what changed since."""
        return {one.hash for one in self._views()}

    def _answered(self, ack: Ack, before: set[str]) -> Answer:
        async def opened() -> Form:
            return _form(await ack.modal())

        async def shown() -> Seen:
            return await self._panel(before)

        return Answer(ack.text, opened, shown)

    def _offered(self, told: int) -> Answer:
        """A mention gives no trigger: a button is offered that opens what was asked for."""

        async def pressed(label: str) -> Ack:
            offers = await until(lambda: self._slack.ephemerals(self.person)[told:])
            return await self.person.press(offers[0], label)

        async def opened() -> Form:
            return _form(await (await pressed(OPEN_FORM)).modal())

        async def shown() -> Seen:
            before = self._hashes()
            await pressed(SHOW)
            return await self._panel(before)

        return Answer("", opened, shown)

    async def _uncover(self, message: Seen) -> None:
        """Close what lies upon a view, to reach its controls."""
        while isinstance(message.handle, SlackView) and (upper := message.handle.covered_by):
            while upper.covered_by:
                upper = upper.covered_by
            await self.person.dismiss(upper)

    async def _panel(self, before: set[str]) -> Seen:
        """The modal or Home tab that has changed since and is seen, once its pictures are there."""
        hub = self._slack.hub

        def found() -> SlackView | None:
            views = [SlackView(hub, one) for one in self._views() if one.hash not in before]
            seen = [
                view
                for view in views
                if not (view.closed or view.covered_by or _is_notice(view.raw))
                and "submit" not in view.raw.body
                and PICTURES_COMING not in view.plain()
            ]
            return seen[-1] if seen else None

        view = await until(found, picture=lambda: [SlackView(hub, one) for one in self._views()])
        return _read(view, view.raw.id, view.blocks, self.direct())

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

    def watch(self, where: Where) -> dict[str, str]:
        """Install the manifest of a desk that takes in all files of a channel; its setting."""
        commands = command_table(read_catalogue().models)
        self.server.app.adopt(make_manifest(commands, None, watching=True))
        return {"SLACK_WATCHED_CHANNELS": where.channel.id}

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
        return [
            _seen(self.server, one, Where(channel, one.thread_ts))
            for one in shown
            if one.author == "Image Desk"
        ]

    async def delete(self, who: AnyPerson, message: Seen) -> None:
        """See `Chat.delete`."""
        assert isinstance(who, SlackPerson)
        who.person.delete(message.handle)

    def check(self) -> None:
        """See `Chat.check`."""
        self.server.check()


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


def _seen(slack: SlackServer, message: SlackMessage, where: Where) -> Seen:
    """A message as it stands now."""
    users = slack.hub.workspace.users.values()
    return replace(
        _read(message, message.ts, message.raw.blocks, where),
        files=message.files(),
        pings=frozenset(one.name for one in users if f"<@{one.id}>" in message.raw.text),
    )


def _read(shown: SlackMessage | SlackView, name: str, blocks: list[Any], where: Where) -> Seen:
    return Seen(
        id=name,
        text=shown.plain(),
        where=where,
        pictures=tuple(shown.images()),
        alts=tuple(shown.alt_texts()),
        buttons=tuple(bare(one.label) for one in shown.buttons()),
        menus={
            _menu_name(one): tuple(one.options) for one in shown.controls() if one.kind != "button"
        },
        links=_links(blocks),
        handle=shown,
    )


def _is_notice(view: View) -> bool:
    """Whether a view only says something."""
    return bool(view.body.get("callback_id") == NOTICE)


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
