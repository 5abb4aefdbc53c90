"""What Discord tells, as events of the desk. Owns the translation of interactions, messages and
reactions; it must not know what is answered.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import discord

from bot.surfaces.discord.forms import filled_in, given_files
from core.chat import (
    HELP,
    TALK,
    Actor,
    Attachment,
    Command,
    Dropped,
    Event,
    Place,
    Press,
    Submission,
    Typing,
)

Json = dict[str, Any]

SURFACE: Final = "discord"
RUN: Final = "run"  # the action of a button that carries a whole command
FILE: Final = 11  # the type of an option
_DECORATION: Final = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


def of_interaction(interaction: discord.Interaction) -> Event | None:
    """The event of an interaction; None for what the desk never offered."""
    data: Json = dict(interaction.data or {})
    actor, where = _actor(interaction), _place(interaction)
    event_id = str(interaction.id)
    match interaction.type:
        case discord.InteractionType.application_command:
            return _command(event_id, actor, where, data)
        case discord.InteractionType.autocomplete:
            return _typing(actor, where, data)
        case discord.InteractionType.component:
            action, _, key = str(data["custom_id"]).partition(":")
            if action == RUN:
                name, _, text = key.partition(" ")
                return Command(event_id, actor, where, name, text)
            return Press(event_id, actor, where, action, key, tuple(data.get("values") or ()))
        case discord.InteractionType.modal_submit:
            key, values = str(data["custom_id"]), filled_in(data["components"])
            files = _resolved(data, given_files(data["components"]))
            return Submission(event_id, actor, where, key, values, files)
    return None


def of_message(
    message: discord.Message, me: int, where: Place, commands: frozenset[str]
) -> Command | Dropped | None:
    """The event of a message that was written to the desk directly or mentions it.

    Its first word may be a command; otherwise attached files count as dropped, and mere words ask
    for help. An answer to a card, which mentions the desk without being addressed to it, is talk in
    a thread and None elsewhere.
    """
    desk = re.compile(rf"<@!?{me}>")
    words = desk.sub(" ", message.content).strip()
    first, *others = re.split(r"\s+", words, maxsplit=1)
    name, rest = first.lstrip("/").lower(), "".join(others)
    event_id, actor = str(message.id), _author(message)
    files = tuple(_file(each) for each in message.attachments)
    if name in commands:
        return Command(event_id, actor, where, name, rest, attachments=files)
    if files:
        return Dropped(event_id, actor, where, files, words)
    if where.direct or desk.match(message.content.lstrip()):
        return Command(event_id, actor, where, HELP, words)
    return Command(event_id, actor, where, TALK, words) if where.thread and words else None


def answers(message: discord.Message, me: int) -> bool:
    """Whether it is a reply to a message of the desk, which may or may not mention it."""
    to = message.reference.resolved if message.reference else None
    return isinstance(to, discord.Message) and to.author.id == me


def of_unread(message: discord.Message, where: Place) -> Command | None:
    """The event of a reply in a thread that does not mention the desk: talk without its words,
    which Discord gives to no bot that is not mentioned.
    """
    return Command(str(message.id), _author(message), where, TALK) if where.thread else None


def plain_emoji(name: str | None, number: object) -> str:
    """An emoji as core knows it: a custom one (`number` is its id) as its name between colons, a
    Unicode one without variation selector and skin tone.
    """
    return f":{name}:" if number else _DECORATION.sub("", name or "")


def _command(event_id: str, actor: Actor, where: Place, data: Json) -> Command:
    given: list[Json] = data.get("options") or []
    options = {each["name"]: str(each["value"]) for each in given if each["type"] != FILE}
    files = _resolved(data, [str(each["value"]) for each in given if each["type"] == FILE])
    text = ""
    messages: Json = (data.get("resolved") or {}).get("messages", {})
    for message in messages.values():  # a command of the message menu
        # One that was forwarded holds nothing itself.
        forwarded = [each["message"] for each in message.get("message_snapshots") or []]
        for each in (message, *forwarded):
            files += tuple(_raw_file(one) for one in each.get("attachments", []))
        text = str(message.get("content", ""))
    return Command(event_id, actor, where, data["name"], text, options, files)


def _typing(actor: Actor, where: Place, data: Json) -> Typing | None:
    for option in data.get("options") or []:
        if option.get("focused"):
            return Typing(actor, where, data["name"], option["name"], str(option["value"]))
    return None


def _actor(interaction: discord.Interaction) -> Actor:
    user = interaction.user
    admin = interaction.guild_id is not None and interaction.permissions.manage_guild
    return Actor(str(user.id), user.display_name, admin)


def _place(interaction: discord.Interaction) -> Place:
    channel, guild = interaction.channel, interaction.guild
    number = str(interaction.channel_id or "")
    if interaction.guild_id is None:
        return Place(SURFACE, "", "", number, direct=True)
    team, name = str(interaction.guild_id), guild.name if guild else ""
    if isinstance(channel, discord.Thread):
        return Place(SURFACE, team, name, str(channel.parent_id), thread=number)
    return Place(SURFACE, team, name, number)


def _author(message: discord.Message) -> Actor:
    author = message.author
    admin = isinstance(author, discord.Member) and author.guild_permissions.manage_guild
    return Actor(str(author.id), author.display_name, admin)


def _file(attachment: discord.Attachment) -> Attachment:
    return Attachment(str(attachment.id), attachment.filename, attachment.url, attachment.size)


def _resolved(data: Json, ids: Sequence[str]) -> tuple[Attachment, ...]:
    """The files of these ids, in their order; Discord tells them beside what was entered."""
    told: Json = (data.get("resolved") or {}).get("attachments", {})
    return tuple(_raw_file(told[each]) for each in ids)


def _raw_file(attachment: Json) -> Attachment:
    return Attachment(
        str(attachment["id"]), attachment["filename"], attachment["url"], int(attachment["size"])
    )
