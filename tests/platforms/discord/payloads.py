"""The world as Discord writes it: the JSON of users, guilds, channels, messages and events.

It owns the shapes, and how much of a message the bot may read without the privileged intent. It
must not know how they travel, and changes nothing.
Source: https://docs.discord.com/developers/resources
"""

import copy
from typing import TYPE_CHECKING, Any, Final

from tests.platforms.discord.messages import media_links
from tests.platforms.discord.permissions import Permission
from tests.platforms.discord.world import Json, Member, Role, User, World

if TYPE_CHECKING:
    from tests.platforms.discord.channels import Channel
    from tests.platforms.discord.guilds import Guild
    from tests.platforms.discord.messages import Message


SNAPSHOT: Final = (
    "type",
    "content",
    "embeds",
    "attachments",
    "components",
    "timestamp",
    "edited_timestamp",
    "flags",
    "mentions",
    "mention_roles",
)
"""What a forwarded message shows of the one behind it."""


def user(who: User) -> Json:
    """A user object."""
    return {
        "id": str(who.id),
        "username": who.name.lower().replace(" ", "_"),
        "global_name": None if who.bot else who.name,
        "discriminator": "0001" if who.bot else "0",
        "avatar": None,
        "bot": who.bot,
        "public_flags": 0,
        "flags": 0,
    }


def member(who: Member, *, with_user: bool = True) -> Json:
    """A member object; without `user` where it stands beside its user."""
    shown: Json = {
        "roles": [str(each.id) for each in who.roles],
        "joined_at": who.guild.created.isoformat(),
        "nick": None,
        "avatar": None,
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    return shown | {"user": user(who.user)} if with_user else shown


def role(one: Role) -> Json:
    """A role object."""
    return {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(int(one.permissions)),
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": 0 if one.name == "@everyone" else 1,
        "managed": one.managed,
        "mentionable": False,
        "flags": 0,
    }


def channel(one: "Channel") -> Json:
    """A channel, thread or direct-message object."""
    last = str(max(one.log)) if one.log else None
    shown: Json = {"id": str(one.id), "type": one.kind, "last_message_id": last, "flags": 0}
    if one.guild is None:
        recipients = [] if one.person is None else [user(one.person)]
        return shown | {"recipients": recipients}
    shown |= {"name": one.name, "guild_id": str(one.guild.id), "rate_limit_per_user": 0}
    if one.is_thread:
        return shown | _thread(one)
    overwrites = [
        {
            "id": str(each.target),
            "type": each.kind,
            "allow": str(int(each.allow)),
            "deny": str(int(each.deny)),
        }
        for each in one.overwrites.values()
    ]
    return shown | {
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": overwrites,
    }


def _thread(one: "Channel") -> Json:
    changed = one.archive_changed or one.world.now()
    shown: Json = {
        "parent_id": str(one.parent.id) if one.parent else None,
        "owner_id": str(one.owner.id) if one.owner else None,
        "member_count": len(one.joined),
        "message_count": len(one.log),
        "total_message_sent": len(one.log),
        "thread_metadata": {
            "archived": one.archived,
            "locked": one.locked,
            "auto_archive_duration": one.auto_archive_minutes,
            "archive_timestamp": changed.isoformat(),
            "create_timestamp": changed.isoformat(),
        },
    }
    if one.world.bot.id in one.joined:
        shown["member"] = thread_member(one, one.world.bot)
    return shown


def thread_member(thread: "Channel", who: User) -> Json:
    """Who takes part in a thread, since when."""
    return {
        "id": str(thread.id),
        "user_id": str(who.id),
        "join_timestamp": thread.joined[who.id].isoformat(),
        "flags": 0,
    }


def guild(one: "Guild") -> Json:
    """A guild object as REST answers it."""
    return {
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner.id),
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role(each) for each in one.roles.values()],
        "incidents_data": None,
    }


def guild_create(one: "Guild") -> Json:
    """The event by which a session learns of a guild.

    Without the privileged intents only the bot itself is among the members, and only threads that
    it can see and that are not archived are listed.
    """
    threads = [
        channel(each)
        for each in one.world.channels.values()
        if each.guild is one and each.is_thread and not each.archived
        if one.world.bot_may(each, Permission.VIEW_CHANNEL)
    ]
    myself = one.bot_member
    return guild(one) | {
        "joined_at": one.created.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(one.members),
        "members": [] if myself is None else [member(myself)],
        "channels": [channel(each) for each in one.channels()],
        "threads": threads,
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def emoji(text: str) -> Json:
    """A reaction's emoji: `name:id` is a guild's own, all else is Unicode."""
    name, _, number = text.partition(":")
    return {"id": number or None, "name": name}


def place(where: "Channel") -> Json:
    """Where an event happened."""
    shown: Json = {"channel_id": str(where.id)}
    return shown if where.guild is None else shown | {"guild_id": str(where.guild.id)}


def readable(one: "Message") -> bool:
    """Whether the bot may read this message's content without the privileged intent."""
    bot = one.channel.world.bot
    return one.author is bot or one.channel.guild is None or bot in one.mentions


def message(one: "Message", *, whole: bool | None = None) -> Json:
    """A message object.

    Args:
        one: the message.
        whole: True where a person handed it over (message command); by default its text and
            files are there only where the bot may read them.
    """
    whole = readable(one) if whole is None else whole
    world = one.channel.world
    shown: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel.id),
        "type": one.kind,
        "author": user(one.author),
        "content": one.content if whole else "",
        "embeds": _linked_embeds(one) if whole else [],
        "components": _linked_components(one) if whole else [],
        "attachments": _listed_attachments(one) if whole else [],
        "timestamp": one.created.isoformat(),
        "edited_timestamp": None if one.edited is None else one.edited.isoformat(),
        "tts": False,
        "mention_everyone": False,
        "mentions": [user(each) for each in one.mentions],
        "mention_roles": [],
        "pinned": False,
        "flags": one.flags,
    }
    if one.reactions:
        shown["reactions"] = [_reaction(world, one, each) for each in one.reactions]
    if one.nonce is not None:
        shown["nonce"] = one.nonce
    if one.thread is not None:
        shown["thread"] = channel(one.thread)
    if one.origin is not None:
        shown["interaction_metadata"] = one.origin
        shown["application_id"] = shown["webhook_id"] = str(world.bot.id)
    if one.forwards is not None:
        shown |= _forwarded(one.forwards, whole=whole)
    return shown | _answered(one)


def _forwarded(one: "Message", *, whole: bool) -> Json:
    """What a message hands on. Source: resources/message, message snapshot object."""
    kept = message(one, whole=whole)
    where = {"type": 1, "message_id": str(one.id)} | place(one.channel)
    snapshot = {key: kept[key] for key in SNAPSHOT}
    return {"message_reference": where, "message_snapshots": [{"message": snapshot}]}


def _answered(one: "Message") -> Json:
    if one.reference is None:
        return {}
    where = {"message_id": str(one.reference.id)} | place(one.channel)
    return {"message_reference": where, "referenced_message": message(one.reference)}


def _listed_attachments(one: "Message") -> list[Json]:
    """The files beside the message; those that embeds or components show are not repeated here.

    Source: resources/message, `attachments`; discord/discord-api-docs#8279.
    """
    shown = {link.get("attachment_id") for link in media_links(one.components)}
    pictures = [embed.get(part) for embed in one.embeds for part in ("image", "thumbnail")]
    named = {picture["url"] for picture in pictures if picture}
    return [
        each.payload()
        for each in one.attachments
        if str(each.id) not in shown and f"attachment://{each.filename}" not in named
    ]


def _linked_components(one: "Message") -> list[Json]:
    """The components with fresh links: an old signature would have expired."""
    shown = copy.deepcopy(one.components)
    held = {str(each.id): each for each in one.attachments}
    for link in media_links(shown):
        if link.get("attachment_id") in held:
            link.update(held[link["attachment_id"]].media())
    return shown


def _linked_embeds(one: "Message") -> list[Json]:
    """The embeds with fresh links to the files that they name as `attachment://…`."""
    shown = copy.deepcopy(one.embeds)
    held = {f"attachment://{each.filename}": each for each in one.attachments}
    for embed in shown:
        for part in ("image", "thumbnail"):
            attachment = held.get((embed.get(part) or {}).get("url", ""))
            if attachment is not None:
                embed[part] = {"url": attachment.url(), "proxy_url": attachment.url()}
    return shown


def _reaction(world: World, one: "Message", text: str) -> Json:
    givers = one.reactions[text]
    return {
        "emoji": emoji(text),
        "count": len(givers),
        "count_details": {"burst": 0, "normal": len(givers)},
        "me": world.bot.id in givers,
        "me_burst": False,
        "burst_colors": [],
    }


def message_event(one: "Message") -> Json:
    """A message as MESSAGE_CREATE and MESSAGE_UPDATE carry it."""
    shown = message(one) | place(one.channel)
    writer = author_member(one)
    return shown if writer is None else shown | {"member": member(writer, with_user=False)}


def author_member(one: "Message") -> Member | None:
    """The author as a member; None in direct messages and for who has left."""
    where = one.channel.guild
    return None if where is None else where.members.get(one.author.id)


def reaction_event(one: "Message", text: str, who: User, *, added: bool) -> Json:
    """MESSAGE_REACTION_ADD (which carries the member) or MESSAGE_REACTION_REMOVE."""
    shown: Json = place(one.channel) | {
        "user_id": str(who.id),
        "message_id": str(one.id),
        "emoji": emoji(text),
        "burst": False,
        "type": 0,
    }
    if not added:
        return shown
    shown["message_author_id"] = str(one.author.id)
    where = one.channel.guild
    if where is not None and who.id in where.members:
        shown["member"] = member(where.members[who.id])
    return shown


def application(world: World) -> Json:
    """The application as its owner sees it."""
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(world.owner),
        "bot": user(world.bot),
        "team": None,
        "summary": "",
        "verify_key": "00" * 32,
        "flags": 0,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "integration_types_config": {"0": {}},
    }


def resolved(attachments: list[Any]) -> Json:
    """The `resolved` part for files that came with a command or a form."""
    return {"attachments": {str(each.id): each.payload() for each in attachments}}
