"""reactions.*: emoji under messages, by the app and by people.

It owns the set of reactions. Skin tones make their own reaction (`+1::skin-tone-3`).
"""

import re
from typing import Final

from tests.platforms.slack.events import announce_reaction
from tests.platforms.slack.hub import Hub
from tests.platforms.slack.workspace import Json, Message, Refusal

from .registry import Args, method

NAME: Final = re.compile(r"[a-z0-9_'+-]+(::skin-tone-[2-6])?")
MOST_KINDS: Final = 23  # of one message by one person, as Slack's `too_many_emoji`
SAME: Final = {"thumbsup": "+1", "thumbsdown": "-1"}


def canonical(name: str) -> str:
    """The name under which Slack keeps and tells a reaction."""
    start, separator, tone = name.strip(":").partition("::")
    return SAME.get(start, start) + separator + tone


def react(hub: Hub, message: Message, user: str, name: str) -> str:
    """Add a reaction; the kept name. Refuses what Slack refuses."""
    if not NAME.fullmatch(name.strip(":")):
        raise Refusal("invalid_name")
    kept = canonical(name)
    if user in message.reactions.get(kept, []):
        raise Refusal("already_reacted")
    if len([1 for users in message.reactions.values() if user in users]) >= MOST_KINDS:
        raise Refusal("too_many_emoji")
    message.reactions.setdefault(kept, []).append(user)
    hub.workspace.changed()
    return kept


def unreact(hub: Hub, message: Message, user: str, name: str) -> str:
    """Take a reaction away; the kept name."""
    kept = canonical(name)
    if user not in message.reactions.get(kept, []):
        raise Refusal("no_reaction")
    message.reactions[kept].remove(user)
    if not message.reactions[kept]:
        del message.reactions[kept]
    hub.workspace.changed()
    return kept


def _message(hub: Hub, args: Args) -> Message:
    channel = hub.channel(args.text("channel"))
    message = channel.messages.get(args.text("timestamp"))
    if message is None:
        raise Refusal("message_not_found")
    return message


@method("reactions.get", scope="reactions:read", needs="channel timestamp", takes="full")
def get(hub: Hub, args: Args) -> Json:
    """The reactions of one message; without `full` the lists of people are not complete."""
    message = _message(hub, args)
    drawn = hub.renderer.message(message, full=args.flag("full"))
    return {"type": "message", "channel": message.channel, "message": drawn}


@method("reactions.add", scope="reactions:write", needs="channel timestamp name")
def add(hub: Hub, args: Args) -> Json:
    """React as the app."""
    message, bot = _message(hub, args), hub.workspace.bot.id
    if not hub.is_member(hub.workspace.channels[message.channel]):
        raise Refusal("not_in_channel")
    kept = react(hub, message, bot, args.text("name"))
    hub.spawn(announce_reaction(hub, "reaction_added", message, bot, kept))
    return {}


@method("reactions.remove", scope="reactions:write", needs="channel timestamp name")
def remove(hub: Hub, args: Args) -> Json:
    """Take the app's own reaction away."""
    message, bot = _message(hub, args), hub.workspace.bot.id
    kept = unreact(hub, message, bot, args.text("name"))
    hub.spawn(announce_reaction(hub, "reaction_removed", message, bot, kept))
    return {}
