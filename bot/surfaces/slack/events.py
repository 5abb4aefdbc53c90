"""Slack's payloads as neutral events.

Owns where in a payload everything stands, and the ids by which a delivery is recognised when it
comes again. It must not know how payloads arrive or what becomes of events.

https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/reference/events
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from core.chat import (
    Actor,
    Attachment,
    Command,
    CommandSpec,
    Dropped,
    MessageRef,
    Place,
    Press,
    Reaction,
    Submission,
    Visit,
    repeatable,
)

from . import forms
from .files import read_attachment
from .frames import read_frame
from .people import Desk
from .shortcodes import unicode_of
from .words import plain

Json = Mapping[str, Any]

SURFACE: Final = "slack"
OPENER: Final = "open-form"  # the action id of the button that stands in for a modal
LONGEST_VALUE: Final = 2000  # characters
LONGEST_SIGN: Final = 6  # characters of one in JSON: \u0000
DIRECT: Final = "D"  # ids of direct messages begin so
WRITTEN: Final = frozenset({None, "file_share", "thread_broadcast"})


def is_about_people(spec: CommandSpec) -> bool:
    """Whether a command names people, as its usage shows: then mentions keep their ids."""
    return "@" in spec.usage


def command(body: Json, actor: Actor, desk: Desk, commands: Mapping[str, CommandSpec]) -> Command:
    """A slash command; Slack takes none inside threads."""
    name = body["command"].lstrip("/")
    return Command(
        event_id=body["trigger_id"],
        actor=actor,
        place=_place(desk, body["team_id"], body["channel_id"], None),
        name=name,
        text=_text(body.get("text") or "", commands.get(name)),
    )


def shortcut(body: Json, actor: Actor, desk: Desk, commands: Mapping[str, CommandSpec]) -> Command:
    """A message shortcut: the command that is its callback id, in the message's thread. Only a
    command that stands in messages' menus alone is about the message's files.
    """
    message, spec = body["message"], commands.get(body["callback_id"])
    thread = message.get("thread_ts") or message["ts"]
    return Command(
        event_id=body["trigger_id"],
        actor=actor,
        place=_place(desk, body["team"]["id"], body["channel"]["id"], thread),
        name=body["callback_id"],
        attachments=_attachments(message) if spec and spec.on_message else (),
    )


def opener(body: Json, actor: Actor, desk: Desk) -> Command:
    """The button that stands in for a modal was pressed: its command again, with a trigger."""
    asked = json.loads(body["actions"][0]["value"])
    thread = asked["thread"]
    return Command(
        event_id=body["trigger_id"],
        actor=actor,
        place=_place(desk, body["team"]["id"], body["channel"]["id"], thread),
        name=asked["name"],
        text=asked["text"],
    )


def opener_value(asked: Command) -> str:
    """What the button carries for `opener`; of a text for which it has no room, the end is cut."""
    text = repeatable(asked)
    while (over := len(_carried(asked, text)) - LONGEST_VALUE) > 0:
        text = text[: -(over // LONGEST_SIGN + 1)]
    return _carried(asked, text)


def _carried(asked: Command, text: str) -> str:
    carried = {"name": asked.name, "text": text, "thread": asked.place.thread}
    return json.dumps(carried, ensure_ascii=False)


def spoken(
    body: Json, actor: Actor, desk: Desk, commands: Mapping[str, CommandSpec]
) -> Command | Dropped | None:
    """A message to the desk: a mention, or anything written to it directly.

    Its first word may be a command; otherwise attached files count as dropped, and mere words ask
    for help. None for what nobody wrote to us, and for what was edited: Slack tells of a mention
    anew, under another event id, each time somebody corrects it, and would order it again.
    """
    event = body["event"]
    unwritten = event.get("bot_id") or event.get("subtype") not in WRITTEN or event.get("edited")
    if unwritten or not event.get("user"):
        return None
    raw = re.sub(rf"<@{desk.user}(\|[^>]*)?>", " ", event.get("text") or "").strip()
    attachments = _attachments(event)
    place = _place(desk, body["team_id"], event["channel"], event.get("thread_ts"))
    first, *others = re.split(r"\s+", raw, maxsplit=1)
    name, rest = first.lower().lstrip("/"), "".join(others)
    if attachments and name not in commands:
        return Dropped(body["event_id"], actor, place, attachments, plain(raw))
    if name not in commands:
        name, rest = "help", raw
    return Command(
        event_id=body["event_id"],
        actor=actor,
        place=place,
        name=name,
        text=_text(rest, commands.get(name)),
        attachments=attachments,
    )


def dropped(body: Json, actor: Actor, desk: Desk) -> Dropped | None:
    """Files that somebody posted in a channel that is watched, without a word to us; None for all
    else. (What mentions us arrives once more, as a mention.)
    """
    event = body["event"]
    said = event.get("text") or ""
    attachments = _attachments(event)
    ours = event.get("bot_id") or event.get("subtype") not in WRITTEN or f"<@{desk.user}" in said
    if ours or not attachments:
        return None
    place = _place(desk, body["team_id"], event["channel"], event.get("thread_ts"))
    return Dropped(body["event_id"], actor, place, attachments, plain(said))


def visit(body: Json, actor: Actor, desk: Desk) -> Visit:
    """The Home tab was opened; its place is the person's direct message with us."""
    place = _place(desk, body["team_id"], body["event"]["channel"], None)
    return Visit(body["event_id"], actor, place)


def press(body: Json, actor: Actor, desk: Desk) -> Press | None:
    """A control of a card was used, in a message or in one of our views; None for one that is not
    ours.
    """
    used = body["actions"][0]
    action, separator, key = str(used.get("action_id") or "").partition(":")
    place = _place_of_press(body, desk)
    if not separator or place is None:
        return None
    chosen = [used["selected_option"]] if used.get("selected_option") else []
    chosen += used.get("selected_options") or []
    return Press(
        event_id=body["trigger_id"],
        actor=actor,
        place=place,
        action=action,
        key=key,
        values=tuple(each["value"] for each in chosen),
    )


def _place_of_press(body: Json, desk: Desk) -> Place | None:
    if body.get("view"):
        return read_frame(body["view"]).place
    channel = (body.get("channel") or {}).get("id")
    container = body.get("container") or {}
    thread = container.get("thread_ts") or container.get("message_ts")
    return _place(desk, body["team"]["id"], channel, thread) if channel else None


def submission(body: Json, actor: Actor) -> Submission:
    """A modal was sent. Sent again unchanged, because an answer got lost, it is the same event."""
    view = body["view"]
    frame, values = read_frame(view), forms.read_values(view)
    attachments = _attachments({"files": forms.read_files(view)})
    sent = [values, [each.id for each in attachments]]
    digest = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()[:16]
    event_id = f"{view['id']}:{digest}"
    return Submission(event_id, actor, frame.place, frame.key, values, attachments)


def under_ours(event: Json, desk: Desk) -> bool:
    """Whether a reaction is to a message of ours, as far as Slack tells."""
    return event["item"].get("type") == "message" and event.get("item_user") in {None, desk.user}


def reaction(body: Json, actor: Actor, desk: Desk) -> Reaction:
    """An emoji was put on a message or taken off."""
    event = body["event"]
    item = event["item"]
    return Reaction(
        event_id=body["event_id"],
        actor=actor,
        place=_place(desk, body["team_id"], item["channel"], None),
        message=MessageRef(SURFACE, item["channel"], item["ts"]),
        emoji=unicode_of(event["reaction"]),
        added=event["type"] == "reaction_added",
    )


def _text(raw: str, spec: CommandSpec | None) -> str:
    return plain(raw, keep_people=spec is not None and is_about_people(spec)).strip()


def _place(desk: Desk, team: str, channel: str, thread: str | None) -> Place:
    return Place(
        surface=SURFACE,
        team=team,
        team_name=desk.team_name if team == desk.team else "",
        channel=channel,
        thread=thread or None,
        direct=channel.startswith(DIRECT),
    )


def _attachments(message: Json) -> tuple[Attachment, ...]:
    return tuple(
        read_attachment(file)
        for file in message.get("files") or ()
        if file.get("mode") != "tombstone"
    )
