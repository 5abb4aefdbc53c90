"""A person at the keyboard: what they type, press, fill in, drop and react with.

It owns the gestures and what the person sees at once in answer. It must not know how the app is
reached, nor anything of the app's own code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import forms, payloads
from .delivery import Answer
from .endpoint import post_content
from .events import (
    announce_change,
    announce_file,
    announce_home,
    announce_message,
    announce_reaction,
)
from .hub import Hub
from .methods.chat import remove
from .methods.reactions import react, unreact
from .methods.views import check, lay, replace
from .reading import SlackMessage, SlackView
from .rendering import sniff
from .workspace import Channel, File, Json, Message, Refusal, Trigger, User, View

Place = SlackMessage | SlackView


@dataclass
class Ack:
    """What became of a gesture.

    `status` is "ok", or what Slack says it could not do: `operation_timeout`, `nobody` (no app is
    connected), `http_error`, `not_in_threads`. `text` is what the person reads privately at once.
    """

    hub: Hub
    status: str
    text: str = ""
    seconds: float = 0.0
    trigger: Trigger | None = None
    message: SlackMessage | None = None

    @property
    def view(self) -> SlackView | None:
        """The modal that this gesture has opened by now."""
        if self.trigger is None or self.trigger.view is None:
            return None
        return SlackView(self.hub, self.trigger.view)

    async def modal(self, timeout: float = 5) -> SlackView:  # noqa: ASYNC109  # a wait is what this offers
        """The modal that this gesture opens; waits for it."""
        opened = await self.hub.workspace.until(lambda: self.view, timeout)
        if not opened or self.view is None:
            raise AssertionError(f"no modal opened: {self.status} {self.text}")
        return self.view


@dataclass
class Submission:
    """What became of a modal that was sent: closed, errors at its fields, or another content.

    `sent` is False where Slack itself found a field wanting and asked nobody.
    """

    status: str = "ok"
    closed: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    view: SlackView | None = None
    sent: bool = True


class Person:
    """One member of the workspace.

    Args:
        hub: the workspace.
        user: who.
    """

    def __init__(self, hub: Hub, user: User) -> None:
        self._hub = hub
        self.user = user

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def name(self) -> str:
        """What others read."""
        return self.user.name

    async def command(
        self, command: str, text: str = "", channel: Channel | None = None, thread: str = ""
    ) -> Ack:
        """Type a slash command; by default in the direct message with the app.

        Args:
            command: with its slash.
            text: what follows it.
            channel: where it is typed.
            thread: a thread's ts; Slack takes no slash commands of apps there.
        """
        hub = self._hub
        if thread:
            return Ack(hub, "not_in_threads", f"{command} is not supported in threads. Sorry!")
        if hub.app.commands is not None and command not in hub.app.commands:
            return Ack(hub, "unknown_command", f"{command} is not a valid command.")
        place = channel or hub.workspace.direct_message(self.id)
        trigger = hub.workspace.new_trigger(self.id)
        payload = payloads.slash(hub, self.user, place, trigger, command=command, text=text)
        answer = await hub.delivery.send("slash_commands", payload)
        return self._heard(answer, trigger, place)

    def _heard(self, answer: Answer, trigger: Trigger, place: Channel) -> Ack:
        hub = self._hub
        if answer.error is not None:
            return Ack(hub, answer.error, f"failed: {answer.error}", answer.seconds, trigger)
        content = answer.payload
        if isinstance(content, str):
            content = {"text": content}
        ack = Ack(hub, "ok", "", answer.seconds, trigger)
        if content and (content.get("text") or content.get("blocks")):
            try:
                message = post_content(hub, "acknowledgement", place.id, self.id, content)
            except Refusal as refusal:
                return Ack(hub, refusal.error, "failed", answer.seconds, trigger)
            ack.message = SlackMessage(hub, message)
            ack.text = ack.message.plain()
        return ack

    async def say(self, channel: Channel, text: str, thread: str | None = None) -> SlackMessage:
        """Write a message, in a thread where one is named."""
        return await self.upload(channel, [], text, thread)

    async def mention(self, channel: Channel, text: str, thread: str | None = None) -> SlackMessage:
        """Write a message that begins with the app's name."""
        return await self.say(channel, f"<@{self._hub.workspace.bot.id}> {text}", thread)

    async def upload(
        self,
        channel: Channel,
        files: Sequence[tuple[str, bytes]],
        text: str = "",
        thread: str | None = None,
    ) -> SlackMessage:
        """Write a message with attached files.

        Args:
            channel: where.
            files: pairs of name and bytes.
            text: what is written beside; `<@…>` with the app's id mentions it.
            thread: a thread's ts.
        """
        space = self._hub.workspace
        message = Message(channel.id, space.new_ts(), self.id, text, thread_ts=thread)
        message.client_msg_id = space.new_id("m")
        message.files = [self._file(name, content).id for name, content in files]
        message.subtype = "file_share" if files else None
        space.add_message(message)
        await announce_message(self._hub, message)
        for each in message.files:
            await announce_file(self._hub, message, space.files[each])
        return SlackMessage(self._hub, message)

    def _file(self, name: str, content: bytes) -> File:
        space = self._hub.workspace
        file = File(space.new_id("F"), name, name, len(content), self.id, space.now(), content)
        file.uploaded = file.completed = file.processed = True
        file.mimetype = sniff(content)
        space.files[file.id] = file
        return file

    async def press(self, place: Place, button: str, value: str | None = None) -> Ack:
        """Press a button of a message or view.

        Args:
            place: where it is seen; the message or view as it stands now.
            button: its action id, the beginning of it, or what is written on it.
            value: tells buttons with the same name apart.
        """
        control = forms.find(_blocks(place), button, value)
        if control.kind not in forms.PRESSED:
            raise AssertionError(f"{control.label!r} is a {control.kind}: use choose()")
        return await self._act(place, control, None)

    async def choose(self, place: Place, menu: str, value: Any) -> Ack:
        """Choose in a menu, select, checkbox group or date picker of a message or view.

        Args:
            place: where it is seen.
            menu: its action id, the beginning of it, its label or its block id.
            value: an option's value or label; a list of them where several can be chosen.
        """
        control = forms.find(_blocks(place), menu)
        if control.kind in forms.PRESSED:
            raise AssertionError(f"{control.label!r} is a button: use press()")
        if isinstance(place, SlackView) and control.kind != "overflow":
            block = place.raw.values.setdefault(control.block_id, {})
            block[control.action_id] = forms.state(control, value)
        return await self._act(place, control, forms.state(control, value))

    async def _act(self, place: Place, control: forms.Control, state: Json | None) -> Ack:
        hub = self._hub
        self._look_at(place)
        origin = place.raw if isinstance(place, SlackView) else None
        trigger = hub.workspace.new_trigger(self.id, origin)
        actions = [payloads.action(hub, control, state)]
        if isinstance(place, SlackMessage):
            payload = payloads.message_action(hub, self.user, place.raw, actions, trigger)
        else:
            payload = payloads.view_action(hub, self.user, place.raw, actions, trigger)
        answer = await hub.delivery.send("interactive", payload)
        return Ack(hub, answer.error or "ok", "", answer.seconds, trigger)

    def _look_at(self, place: Place) -> None:
        """What is gone, or covered by another view, cannot be used."""
        if isinstance(place, SlackMessage):
            seen = not place.deleted
        else:
            seen = not place.closed and place.raw.user == self.id and place.covered_by is None
        if not seen:
            raise AssertionError(f"{place} is not seen by {self.name}, nobody can use it")

    async def shortcut(self, message: SlackMessage, callback_id: str) -> Ack:
        """Choose one of the app's shortcuts from a message's menu."""
        hub = self._hub
        if hub.app.shortcuts is not None and callback_id not in hub.app.shortcuts:
            raise AssertionError(f"the app has no shortcut {callback_id}: {hub.app.shortcuts}")
        trigger = hub.workspace.new_trigger(self.id)
        payload = payloads.shortcut(hub, self.user, message.raw, callback_id, trigger)
        answer = await hub.delivery.send("interactive", payload)
        return Ack(hub, answer.error or "ok", "", answer.seconds, trigger)

    async def submit(self, view: SlackView, values: Mapping[str, Any] | None = None) -> Submission:
        """Fill in a modal and send it; what is not named stays as it is.

        Args:
            view: an open modal.
            values: label, block id or action id of a field, to what is put in: text, an option's
                value or label, a list of them, or `(name, bytes)` pairs for a file input.
        """
        self._look_at(view)
        for name, value in (values or {}).items():
            self._fill(view.raw, forms.find(view.raw.body["blocks"], name), value)
        present = {c.block_id: forms.missing(c, view.values) for c in view.controls()}
        wanting = {block: fault for block, fault in present.items() if fault}
        if wanting:
            return Submission(errors=wanting, view=view, sent=False)
        trigger = self._hub.workspace.new_trigger(self.id, view.raw)
        payload = payloads.submission(self._hub, self.user, view.raw, trigger)
        answer = await self._hub.delivery.send("interactive", payload)
        return self._submitted(view, answer)

    def _fill(self, view: View, control: forms.Control, value: Any) -> None:
        if control.kind == "file_input":
            forms.check_files(control, value)
            files = [self._file(name, content) for name, content in value]
            value = [self._hub.renderer.file(each) for each in files]
        view.values[control.block_id][control.action_id] = forms.state(control, value)

    def _submitted(self, view: SlackView, answer: Answer) -> Submission:
        content = answer.payload if isinstance(answer.payload, dict) else {}
        action, judge = content.get("response_action"), self._hub.judge
        if answer.error is not None:
            return Submission(answer.error, view=view)
        if action == "errors":
            blocks = {b["block_id"] for b in view.raw.body["blocks"] if b["type"] == "input"}
            if not content.get("errors") or content["errors"].keys() - blocks:
                judge.object("view_submission", f"errors at no input block: {content}")
            return Submission(errors=content.get("errors", {}), view=view)
        if action == "update":
            replace(self._hub, "view_submission", view.raw, content["view"])
            return Submission(view=view)
        if action == "push":
            check(self._hub, "view_submission", content["view"], "modal")
            return Submission(view=SlackView(self._hub, lay(self._hub, view.raw, content["view"])))
        if content and action != "clear":
            judge.object("view_submission", f"the local Slack knows no such answer: {content}")
        for each in view.raw.stack() if action == "clear" else [view.raw]:
            self._hub.workspace.close(each)
        return Submission(closed=True)

    async def dismiss(self, view: SlackView) -> None:
        """Close a view without sending it, back to what it covers; the app hears of it where it
        asked to.
        """
        self._look_at(view)
        self._hub.workspace.close(view.raw)
        if view.raw.body.get("notify_on_close"):
            payload = payloads.closing(self._hub, self.user, view.raw)
            await self._hub.delivery.send("interactive", payload)

    async def react(self, message: SlackMessage, emoji: str) -> None:
        """React; `emoji` is a name such as `white_check_mark` or `+1::skin-tone-4`."""
        kept = react(self._hub, message.raw, self.id, emoji)
        await announce_reaction(self._hub, "reaction_added", message.raw, self.id, kept)

    async def unreact(self, message: SlackMessage, emoji: str) -> None:
        """Take a reaction away again."""
        kept = unreact(self._hub, message.raw, self.id, emoji)
        await announce_reaction(self._hub, "reaction_removed", message.raw, self.id, kept)

    async def open_home(self, tab: str = "home") -> SlackView | None:
        """Open the app's Home tab, or its "messages"; what Home shows by then."""
        if not self._hub.app.home_tab:
            raise AssertionError("the app has no Home tab")
        await announce_home(self._hub, self.id, tab)
        home = self._hub.workspace.homes.get(self.id)
        return None if home is None else SlackView(self._hub, home)

    async def edit(self, message: SlackMessage, text: str) -> None:
        """Write a message of one's own anew."""
        if message.raw.user != self.id:
            raise AssertionError(f"{self.name} may not edit {message}")
        before = self._hub.renderer.message(message.raw)
        message.raw.text, message.raw.edited_ts = text, self._hub.workspace.new_ts()
        message.raw.edits += 1
        self._hub.workspace.changed()
        await announce_change(self._hub, message.raw, before)

    def delete(self, message: SlackMessage) -> None:
        """Delete a message, one's own or, as an admin, another's."""
        if not self.user.admin and message.raw.user != self.id:
            raise AssertionError(f"{self.name} may not delete {message}")
        remove(self._hub, message.raw)


def _blocks(place: Place) -> list[Json]:
    if isinstance(place, SlackMessage):
        return place.raw.blocks
    return list(place.raw.body["blocks"])
