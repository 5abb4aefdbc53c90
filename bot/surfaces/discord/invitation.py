"""How an admin brings the desk into a server. Owns the permissions it asks for, the invitation and
what `imagedesk manifest discord` prints.

https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

import discord

from bot.surfaces.discord.commands import application_commands
from core.chat import CommandSpec

Json = dict[str, Any]

AUTHORIZE: Final = "https://discord.com/oauth2/authorize"
SCOPES: Final = ("bot", "applications.commands")
GRANTS: Final = {  # by Discord's names, with what each is for
    "view_channel": "hear commands and reactions in a channel",
    "send_messages": "post the card of an order",
    "create_public_threads": "open its thread",
    "send_messages_in_threads": "post what comes into it, and reopen it after it was archived",
    "attach_files": "pictures and originals",
    "read_message_history": "find a card again after a crash; read missed reactions",
}
PERMISSIONS: Final = discord.Permissions(**dict.fromkeys(GRANTS, True))
INTENTS: Final = discord.Intents(
    guilds=True,  # which servers, roles and channels there are
    guild_messages=True,  # words and files that mention the desk
    guild_reactions=True,  # choosing and approving
    dm_messages=True,  # the same in direct messages
    dm_reactions=True,
)


def invite_link(application_id: str) -> str:
    """The address under which an admin adds the bot to a server, with what the desk needs."""
    asked = {
        "client_id": application_id,
        "permissions": PERMISSIONS.value,
        "scope": " ".join(SCOPES),
    }
    return f"{AUTHORIZE}?{urlencode(asked)}"


def make_manifest(specs: Sequence[CommandSpec], application_id: str) -> Json:
    """What an admin is to know, as plain values: the link, what it asks for and why, and the
    commands, which the desk registers by itself when it starts.
    """
    return {
        "invite": invite_link(application_id),
        "scopes": list(SCOPES),
        "permissions": dict(GRANTS),
        "intents": [name for name, asked in INTENTS if asked],
        "commands": application_commands(specs),
    }
