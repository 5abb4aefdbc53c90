"""Replies as answers to interactions. Owns which of Discord's answers each reply becomes; it must
not know how an answer travels.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

from bot.surfaces.discord.controls import button, link_buttons, row
from bot.surfaces.discord.events import RUN
from bot.surfaces.discord.forms import OpenForms, holds_note, modal
from bot.surfaces.discord.texts import cut, escape
from core.chat import (
    Button,
    Choices,
    Command,
    Event,
    FieldErrors,
    Form,
    Link,
    Nothing,
    Panel,
    Private,
    Reply,
    Submission,
    Typing,
    repeatable,
)
from core.wording.surfaces import (
    CHOOSE_AGAIN,
    CORRECT_THIS,
    FILL_IN_AGAIN,
    OPEN_FORM,
    SHOW,
    SHOW_PRIVATELY,
)

Json = dict[str, Any]

Origin: TypeAlias = Literal["nothing", "message", "whisper"]
"""What an interaction came from: a typed command, a control of a message (or a form opened by one),
or one of a message that its person alone sees.
"""

MESSAGE: Final = 4
DEFERRED_MESSAGE: Final = 5
DEFERRED_UPDATE: Final = 6
CHOICES: Final = 8
MODAL: Final = 9
EPHEMERAL: Final = 1 << 6

MOST_CONTENT: Final = 2000
MOST_CHOICES: Final = 25
MOST_CHOICE: Final = 100
MOST_CUSTOM_ID: Final = 100
AGAIN: Final = "form"  # the action of a button that opens a form; answered here, never by core


def answer(event: Event, reply: Reply, open_forms: OpenForms, origin: Origin) -> Json:
    """The body of the callback that answers the interaction of `event`, which came from `origin`.

    A panel is only announced: `panels` shows it, in a message of its own, or in the place of that
    from which it was asked for, where the person alone sees that one.
    """
    if isinstance(event, Typing):
        return {"type": CHOICES, "data": {"choices": _proposals(reply)}}
    if isinstance(reply, Form):
        open_forms.shown(event.actor.id, reply)
        # What a form cannot hold is read first, in the message whose button then opens it.
        if not isinstance(event, Submission) and (holds_note(reply) or origin == "whisper"):
            return {"type": MODAL, "data": modal(reply)}
    if isinstance(reply, Panel):
        return _silence(on_message=origin == "whisper")
    if isinstance(reply, Nothing | Choices):
        return _silence(on_message=origin != "nothing")
    if isinstance(reply, FieldErrors) and isinstance(event, Submission):
        open_forms.typed(event.actor.id, event.key, event.values)
    return {"type": MESSAGE, "data": {"flags": EPHEMERAL} | said(event, reply, open_forms)}


def said(event: Event, reply: Reply, open_forms: OpenForms) -> Json:
    """A message for the actor of `event`, for replies that are words or must be opened."""
    if isinstance(reply, Form):
        shown = reply.title if holds_note(reply) else reply.note
        return words(shown) | {"components": [_opener(reply, OPEN_FORM)]}
    if isinstance(reply, FieldErrors):
        form = None
        if isinstance(event, Submission):
            form = open_forms.find(event.actor.id, event.key)
        labels = {field.id: field.label for field in form.fields} if form else {}
        lines = [f"{labels.get(name, name)}: {text}" for name, text in reply.errors.items()]
        if isinstance(event, Submission) and event.attachments:
            lines.append(CHOOSE_AGAIN)
        told = words("\n".join([CORRECT_THIS, *lines]))
        return told if form is None else told | {"components": [_opener(form, FILL_IN_AGAIN)]}
    if isinstance(reply, Private):
        return words(reply.text, reply.links)
    return words("")


def offered(form: Form) -> Json:
    """A message with a button that opens `form`, where a form cannot open by itself."""
    return words(form.title) | {"components": [_opener(form, OPEN_FORM)]}


def offered_again(command: Command) -> Json:
    """A message with a button that gives the same command, where its answer cannot be private. Of
    a text that is longer than a button carries, the end is left out.
    """
    again = f"{RUN}:{command.name} {repeatable(command)}"[:MOST_CUSTOM_ID]
    return words(SHOW_PRIVATELY) | {
        "components": [row([button(Button(RUN, SHOW, style="primary"), again)])]
    }


def words(text: str, links: Sequence[Link] = (), *, place: str = "") -> Json:
    """A plain message: a sentence and its links. `place` is the channel it is about, named before
    the sentence where it is said elsewhere.
    """
    rows, written = link_buttons(links, room=6)
    lines = [f"<#{place}>"] if place else []
    lines += [escape(text)] if text else []
    lines += [f"{escape(link.label)}: {link.url}" for link in written]
    return {
        "content": cut("\n".join(lines), MOST_CONTENT),
        "components": rows,
        "allowed_mentions": {"parse": []},
    }


def _opener(form: Form, label: str) -> Json:
    return row([button(Button(AGAIN, label, style="primary"), f"{AGAIN}:{form.key}")])


def _silence(*, on_message: bool) -> Json:
    """No words yet. What came from a message may leave it as it is; a command demands a message,
    so a waiting one is opened for its author alone, which the gateway fills or takes away.
    """
    if on_message:
        return {"type": DEFERRED_UPDATE}
    return {"type": DEFERRED_MESSAGE, "data": {"flags": EPHEMERAL}}


def _proposals(reply: Reply) -> list[Json]:
    if not isinstance(reply, Choices):
        return []
    return [
        {"name": cut(option.label, MOST_CHOICE), "value": option.value}
        for option in reply.options[:MOST_CHOICES]
        if len(option.value) <= MOST_CHOICE
    ]
