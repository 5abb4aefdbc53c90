"""The routes of channels, threads, guilds and direct messages.

It owns which permission each needs. It must not know the transport.
Source: https://docs.discord.com/developers/resources/channel
"""

from typing import Final

from tests.platforms.discord import payloads, refusals
from tests.platforms.discord.channels import (
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    THREADS,
    Channel,
    open_thread,
)
from tests.platforms.discord.people import direct_message
from tests.platforms.discord.permissions import Permission
from tests.platforms.discord.routing import Call, Route, require_open
from tests.platforms.discord.world import Json


def read(call: Call) -> Json:
    """GET a channel or thread."""
    return payloads.channel(call.channel())


def change(call: Call) -> Json:
    """PATCH a thread: name, archived, locked, auto_archive_duration."""
    channel = call.channel()
    if not channel.is_thread:
        raise refusals.missing_permission()
    body: Json = call.body
    moderator = call.world.bot_may(channel, Permission.MANAGE_THREADS)
    mine = channel.owner is call.world.bot
    reopening = channel.archived and body.get("archived") is False
    if channel.locked and not moderator:
        raise refusals.missing_permission()
    if reopening and not call.world.bot_may(channel, Permission.SEND_MESSAGES_IN_THREADS):
        raise refusals.missing_permission()
    if not reopening and not (moderator or mine):
        raise refusals.missing_permission()
    if "locked" in body and not moderator:
        raise refusals.missing_permission()
    if channel.archived and not reopening:
        raise refusals.archived()
    channel.name = _name(body.get("name", channel.name))
    channel.auto_archive_minutes = body.get("auto_archive_duration", channel.auto_archive_minutes)
    channel.set_archived(
        archived=bool(body.get("archived", channel.archived)),
        locked=bool(body.get("locked", channel.locked)),
    )
    return payloads.channel(channel)


def type_in(call: Call) -> None:
    """POST the typing indicator."""
    channel = call.channel()
    threaded = channel.is_thread
    needed = Permission.SEND_MESSAGES_IN_THREADS if threaded else Permission.SEND_MESSAGES
    if not call.world.bot_may(channel, needed):
        raise refusals.missing_permission()


def open_from_message(call: Call) -> Json:
    """POST a thread that hangs on a message; one per message."""
    channel = call.channel(Permission.CREATE_PUBLIC_THREADS, Permission.READ_MESSAGE_HISTORY)
    message = call.message(channel)
    _check_parent(channel)
    if message.thread is not None:
        raise refusals.Refusal(400, 160004, "A thread has already been created for this message")
    thread = open_thread(channel, _name(call.body["name"]), call.world.bot, start=message)
    thread.auto_archive_minutes = call.body.get("auto_archive_duration") or 1440
    return payloads.channel(thread)


def open_alone(call: Call) -> Json:
    """POST a thread without a message."""
    kind = call.body.get("type") or PRIVATE_THREAD
    if kind not in THREADS:
        raise refusals.invalid(f"a thread has no type {kind}")
    public = kind == PUBLIC_THREAD
    needed = Permission.CREATE_PUBLIC_THREADS if public else Permission.CREATE_PRIVATE_THREADS
    channel = call.channel(needed)
    _check_parent(channel)
    thread = open_thread(channel, _name(call.body["name"]), call.world.bot, kind=kind)
    thread.auto_archive_minutes = call.body.get("auto_archive_duration") or 1440
    return payloads.channel(thread)


def _check_parent(channel: Channel) -> None:
    if channel.is_thread or channel.guild is None:
        text = "Cannot execute action on this channel type"
        raise refusals.Refusal(400, 50024, text)


def _name(name: str) -> str:
    if not 1 <= len(name) <= 100:
        raise refusals.invalid(f"a thread name of {len(name)} characters, 1 to 100")
    return name


def join(call: Call) -> None:
    """PUT the bot among a thread's members."""
    thread = call.channel()
    if not thread.is_thread:
        raise refusals.Refusal(400, 50024, "Cannot execute action on this channel type")
    require_open(thread)
    thread.joined[call.world.bot.id] = call.world.now()
    call.world.touch()


def add_member(call: Call) -> None:
    """PUT somebody among a thread's members."""
    thread = call.channel()
    require_open(thread)
    user = call.world.users.get(int(call.args[1]))
    if user is None or thread.guild is None or user.id not in thread.guild.members:
        raise refusals.unknown("User")
    thread.joined[user.id] = call.world.now()
    call.world.touch()


def read_archived(call: Call) -> Json:
    """GET a channel's archived public threads, newest first."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    shown = [each for each in channel.threads() if each.archived and each.kind == PUBLIC_THREAD]
    listed = [payloads.channel(each) for each in reversed(shown)]
    return {"threads": listed, "members": [], "has_more": False}


def read_active(call: Call) -> Json:
    """GET a guild's threads that are not archived and that the bot can see."""
    guild, world = call.guild(), call.world
    shown = [
        each
        for each in world.channels.values()
        if each.guild is guild and each.is_thread and not each.archived
        if world.bot_may(each, Permission.VIEW_CHANNEL)
    ]
    joined = [each for each in shown if world.bot.id in each.joined]
    return {
        "threads": [payloads.channel(each) for each in shown],
        "members": [payloads.thread_member(each, world.bot) for each in joined],
    }


def open_direct(call: Call) -> Json:
    """POST a direct message with somebody."""
    user = call.world.users.get(int(call.body.get("recipient_id") or 0))
    if user is None or user is call.world.bot:
        raise refusals.unknown("User")
    return payloads.channel(direct_message(call.world, user))


def read_guild(call: Call) -> Json:
    """GET a guild."""
    guild = call.guild()
    shown = payloads.guild(guild)
    if call.query.get("with_counts", "").lower() in ("1", "true"):
        shown |= {
            "approximate_member_count": len(guild.members),
            "approximate_presence_count": len(guild.members),
        }
    return shown


def read_channels(call: Call) -> list[Json]:
    """GET a guild's channels, without threads."""
    return [payloads.channel(each) for each in call.guild().channels()]


def read_roles(call: Call) -> list[Json]:
    """GET a guild's roles."""
    return [payloads.role(each) for each in call.guild().roles.values()]


def read_member(call: Call) -> Json:
    """GET one member."""
    found = call.guild().members.get(int(call.args[1]) if call.args[1].isdecimal() else 0)
    if found is None:
        raise refusals.unknown("Member")
    return payloads.member(found)


def leave(call: Call) -> None:
    """DELETE the bot from a guild."""
    call.guild().kick_bot()


def read_user(call: Call) -> Json:
    """GET an account."""
    found = call.world.users.get(int(call.args[0]) if call.args[0].isdecimal() else 0)
    if found is None:
        raise refusals.unknown("User")
    return payloads.user(found)


ROUTES: Final = [
    Route("GET", "/channels/{}", read),
    Route("PATCH", "/channels/{}", change),
    Route("POST", "/channels/{}/typing", type_in),
    Route("POST", "/channels/{}/messages/{}/threads", open_from_message, 201),
    Route("POST", "/channels/{}/threads", open_alone, 201),
    Route("PUT", "/channels/{}/thread-members/@me", join),
    Route("PUT", "/channels/{}/thread-members/{}", add_member),
    Route("GET", "/channels/{}/threads/archived/public", read_archived),
    Route("GET", "/guilds/{}/threads/active", read_active),
    Route("GET", "/guilds/{}/channels", read_channels),
    Route("GET", "/guilds/{}/roles", read_roles),
    Route("GET", "/guilds/{}/members/{}", read_member),
    Route("GET", "/guilds/{}", read_guild),
    Route("DELETE", "/users/@me/guilds/{}", leave),
    Route("POST", "/users/@me/channels", open_direct),
]
ACCOUNT_ROUTES: Final = [Route("GET", "/users/{}", read_user)]
