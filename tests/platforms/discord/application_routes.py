"""The routes of the bot itself: who it is, its gateway, its commands, its interactions.

It owns storing commands, and leading callbacks and follow-ups to their interaction. It must not
know the transport.
Source: https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from typing import Any, Final

from tests.platforms.discord import command_rules, payloads, refusals
from tests.platforms.discord.interactions import Interaction
from tests.platforms.discord.routing import Call, Route
from tests.platforms.discord.world import Json


def read_me(call: Call) -> Json:
    """GET the bot's account."""
    return payloads.user(call.world.bot)


def read_application(call: Call) -> Json:
    """GET the application, with its owner."""
    return payloads.application(call.world)


def read_gateway(call: Call) -> Json:
    """GET where the gateway is."""
    return {"url": call.world.base_url.replace("http", "ws", 1) + "/gateway"}


def read_gateway_bot(call: Call) -> Json:
    """GET where the gateway is, and how many shards to open."""
    limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
    return read_gateway(call) | {"shards": 1, "session_start_limit": limits}


def read_guilds(call: Call) -> list[Json]:
    """GET the guilds that the bot is in."""
    limit, after = call.limit(200, 200), int(call.query.get("after", 0))
    mine = [each for each in call.world.guilds.values() if each.bot_member and each.id > after]
    return [
        {"id": str(each.id), "name": each.name, "icon": None, "owner": False, "features": []}
        for each in mine[:limit]
    ]


def read_commands(call: Call) -> list[Json]:
    """GET the commands registered, globally or for a guild."""
    return call.world.commands.get(_scope(call), [])


def overwrite_commands(call: Call) -> list[Json]:
    """PUT the whole list of commands; an id is kept while type and name stay."""
    scope = _scope(call)
    commands = call.body or []
    faults = command_rules.list_faults(commands)
    if faults:
        raise refusals.invalid(*faults)
    before = {(one["type"], one["name"]): one["id"] for one in call.world.commands.get(scope, [])}
    call.world.commands[scope] = [
        command_rules.stored(
            one,
            int(
                before.get((one.get("type", command_rules.CHAT_INPUT), one["name"]))
                or call.world.snowflake()
            ),
            call.world.bot.id,
            scope,
        )
        for one in commands
    ]
    call.world.touch()
    return call.world.commands[scope]


def _scope(call: Call) -> int | None:
    if call.args[0] != str(call.world.bot.id):
        raise refusals.missing_access()
    if len(call.args) == 1:
        return None
    guild = call.world.guilds.get(int(call.args[1]))
    if guild is None or guild.bot_member is None:
        raise refusals.missing_access()
    return guild.id


def respond(call: Call) -> Json | None:
    """POST the first answer to an interaction."""
    interaction = call.world.interactions.get(call.args[1])
    if interaction is None or str(interaction.id) != call.args[0]:
        raise refusals.unknown("interaction")
    interaction.respond(call.body, call.uploads)
    wanted = call.query.get("with_response", "").lower() in ("1", "true")
    return interaction.callback() if wanted else None


def follow_up(call: Call) -> Json | None:
    """POST a follow-up message."""
    message = _interaction(call).follow_up(call.body, call.uploads)
    return payloads.message(message, whole=True)


def read_message(call: Call) -> Json:
    """GET the original response or a follow-up."""
    return payloads.message(_interaction(call).find(call.args[2]), whole=True)


def edit_message(call: Call) -> Json:
    """PATCH the original response or a follow-up."""
    interaction = _interaction(call)
    message = interaction.find(call.args[2])
    return payloads.message(interaction.edit(message, call.body, call.uploads), whole=True)


def delete_message(call: Call) -> None:
    """DELETE the original response or a follow-up."""
    message = _interaction(call).find(call.args[2])
    message.channel.delete(message)


def _interaction(call: Call) -> Interaction:
    found = call.world.interactions.get(call.args[1])
    if found is None or call.args[0] != str(call.world.bot.id):
        raise refusals.unknown("Webhook")
    return found


COMMANDS: Final = "/applications/{}/commands"
GUILD_COMMANDS: Final = "/applications/{}/guilds/{}/commands"
HOOK: Final = "/webhooks/{}/{}"


def _open(method: str, template: str, handler: Any) -> Route:
    return Route(method, template, handler, authorized=False)


ROUTES: Final = [
    Route("GET", "/users/@me", read_me),
    Route("GET", "/users/@me/guilds", read_guilds),
    Route("GET", "/oauth2/applications/@me", read_application),
    Route("GET", "/applications/@me", read_application),
    Route("GET", "/gateway/bot", read_gateway_bot),
    _open("GET", "/gateway", read_gateway),
    Route("GET", COMMANDS, read_commands),
    Route("PUT", COMMANDS, overwrite_commands),
    Route("GET", GUILD_COMMANDS, read_commands),
    Route("PUT", GUILD_COMMANDS, overwrite_commands),
    _open("POST", "/interactions/{}/{}/callback", respond),
    _open("POST", HOOK, follow_up),
    _open("GET", f"{HOOK}/messages/{{}}", read_message),
    _open("PATCH", f"{HOOK}/messages/{{}}", edit_message),
    _open("DELETE", f"{HOOK}/messages/{{}}", delete_message),
]
