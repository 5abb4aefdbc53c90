"""The routes of messages and reactions.

It owns which permission each needs, paging, and the nonce. It must not know the transport.
Source: https://docs.discord.com/developers/resources/message
"""

from bisect import bisect_left
from datetime import timedelta
from typing import Final

import emoji as emoji_names

from tests.platforms.discord import drafts, payloads, refusals
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.messages import Message
from tests.platforms.discord.permissions import Permission
from tests.platforms.discord.routing import Call, Route, require_open
from tests.platforms.discord.world import Json

MOST_REACTIONS: Final = 20


def create(call: Call) -> Json:
    """POST a message; with `enforce_nonce` a repeated nonce answers the first message again."""
    channel, body = call.channel(), call.body
    needed = {_sending(channel): True, Permission.ATTACH_FILES: bool(call.uploads)}
    needed[Permission.EMBED_LINKS] = bool(body.get("embeds"))
    needed[Permission.READ_MESSAGE_HISTORY] = bool(body.get("message_reference"))
    if not call.world.bot_may(channel, *(each for each, wanted in needed.items() if wanted)):
        raise refusals.missing_permission()
    require_open(channel)
    if body.get("enforce_nonce") and body.get("nonce") is not None:
        earlier = channel.posted_with(body["nonce"])
        if earlier is not None:
            return payloads.message(earlier)
    message = drafts.write(channel, call.world.bot, body, call.uploads)
    return payloads.message(channel.post(message))


def _sending(channel: Channel) -> Permission:
    in_thread = channel.is_thread
    return Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES


def read_one(call: Call) -> Json:
    """GET one message."""
    return payloads.message(call.message(call.channel(Permission.READ_MESSAGE_HISTORY)))


def read_page(call: Call) -> list[Json]:
    """GET messages, newest first."""
    channel, limit = call.channel(), call.limit(50, 100)
    if not call.world.bot_may(channel, Permission.READ_MESSAGE_HISTORY):
        return []
    anchors = [key for key in ("before", "after", "around") if key in call.query]
    if len(anchors) > 1:
        raise refusals.invalid("before, after and around exclude each other")
    ids = sorted(channel.log)
    if "after" in call.query:
        ids = [each for each in ids if each > int(call.query["after"])][:limit]
    elif "around" in call.query:
        first = max(bisect_left(ids, int(call.query["around"])) - limit // 2, 0)
        ids = ids[first : first + limit]
    elif "before" in call.query:
        ids = [each for each in ids if each < int(call.query["before"])]
    return [payloads.message(channel.log[each]) for each in reversed(ids[-limit:])]


def edit(call: Call) -> Json:
    """PATCH one's own message; old ones take few edits (30046)."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.world.bot:
        text = "Cannot edit a message authored by another user"
        raise refusals.Refusal(403, 50005, text)
    require_open(channel)
    _check_age(call, message)
    if call.uploads and not call.world.bot_may(channel, Permission.ATTACH_FILES):
        raise refusals.missing_permission()
    drafts.change(message, call.body, call.uploads)
    channel.emit_message("MESSAGE_UPDATE", message)
    return payloads.message(message)


def _check_age(call: Call, message: Message) -> None:
    if call.world.now() - message.created < timedelta(hours=1):
        return
    message.edits += 1
    if message.edits > call.world.old_edits:
        text = "Maximum number of edits to messages older than 1 hour reached. Try again later"
        raise refusals.limited(600.0, code=30046, text=text)


def delete(call: Call) -> None:
    """DELETE one's own message, or with MANAGE_MESSAGES anybody's."""
    channel = call.channel()
    message = call.message(channel)
    mine = message.author is call.world.bot
    if not mine and not call.world.bot_may(channel, Permission.MANAGE_MESSAGES):
        raise refusals.missing_permission()
    require_open(channel)
    channel.delete(message)


def react(call: Call) -> None:
    """PUT the bot's reaction; the first of its kind needs ADD_REACTIONS."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message, emoji = call.message(channel), _emoji(call.args[2])
    if emoji not in message.reactions and not call.world.bot_may(channel, Permission.ADD_REACTIONS):
        raise refusals.missing_permission()
    require_open(channel)
    if emoji not in message.reactions and len(message.reactions) >= MOST_REACTIONS:
        raise refusals.Refusal(400, 30010, "Maximum number of reactions reached (20)")
    channel.react(message, emoji, call.world.bot)


def unreact(call: Call) -> None:
    """DELETE the bot's own reaction."""
    channel = call.channel()
    require_open(channel)
    channel.unreact(call.message(channel), _emoji(call.args[2]), call.world.bot)


def unreact_other(call: Call) -> None:
    """DELETE somebody's reaction, with MANAGE_MESSAGES."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    require_open(channel)
    user = call.world.users.get(int(call.args[3]))
    if user is None:
        raise refusals.unknown("User")
    channel.unreact(call.message(channel), _emoji(call.args[2]), user)


def clear_reactions(call: Call) -> None:
    """DELETE all reactions, or all of one emoji, with MANAGE_MESSAGES."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    require_open(channel)
    emoji = _emoji(call.args[2]) if len(call.args) > 2 else None
    channel.clear_reactions(call.message(channel), emoji)


def read_reactions(call: Call) -> list[Json]:
    """GET who reacted with an emoji: by account id, 25 a page (at most 100), `after` an id."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    message, emoji = call.message(channel), _emoji(call.args[2])
    limit, after = call.limit(25, 100), int(call.query.get("after", 0))
    if call.query.get("type", "0") != "0":
        return []
    givers = sorted(each for each in message.reactions.get(emoji, {}) if each > after)
    return [payloads.user(call.world.users[each]) for each in givers[:limit]]


def _emoji(text: str) -> str:
    name, _, number = text.partition(":")
    if not (name and number.isdecimal()) and not emoji_names.is_emoji(text):
        raise refusals.unknown("Emoji")
    return text


MESSAGE: Final = "/channels/{}/messages/{}"
REACTION: Final = f"{MESSAGE}/reactions/{{}}"
ROUTES: Final = [
    Route("POST", "/channels/{}/messages", create),
    Route("GET", "/channels/{}/messages", read_page),
    Route("GET", MESSAGE, read_one),
    Route("PATCH", MESSAGE, edit),
    Route("DELETE", MESSAGE, delete),
    Route("PUT", f"{REACTION}/@me", react),
    Route("DELETE", f"{REACTION}/@me", unreact),
    Route("DELETE", f"{REACTION}/{{}}", unreact_other),
    Route("DELETE", REACTION, clear_reactions),
    Route("DELETE", f"{MESSAGE}/reactions", clear_reactions),
    Route("GET", REACTION, read_reactions),
]
