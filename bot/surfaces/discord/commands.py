"""The command table as Discord's application commands. Owns their JSON and when it is sent; it
must not know what a command does.

https://docs.discord.com/developers/interactions/application-commands
"""

from collections.abc import Sequence
from typing import Any, Final

from bot.surfaces.discord.rest import Rest
from bot.surfaces.discord.texts import cut
from core.chat import CommandOption, CommandSpec

Json = dict[str, Any]

CHAT_INPUT: Final = 1
MESSAGE: Final = 3
KINDS: Final = {"text": 3, "integer": 4, "file": 11}
GUILD_INSTALL: Final = 0
IN_SERVERS_AND_BOT_DMS: Final = [0, 1]

MOST_DESCRIPTION: Final = 100
MOST_CHOICES: Final = 25
MOST_CHOICE: Final = 100


def application_commands(specs: Sequence[CommandSpec]) -> list[Json]:
    """The whole table: what is typed after a slash, and what stands in the menu of each message,
    which Discord lists under "Apps".
    """
    return [_on_message(spec) if spec.on_message else _typed(spec) for spec in specs]


async def register(rest: Rest, application_id: str, specs: Sequence[CommandSpec]) -> None:
    """Make Discord's commands the table's, by one call, and only where they differ: each change
    counts against a daily number and makes people's clients load them anew. May be repeated.
    """
    wanted = application_commands(specs)
    path, places = "/applications/{application_id}/commands", {"application_id": application_id}
    there = await rest.call("GET", path, places=places)
    if _comparable(there) != _comparable(wanted):
        await rest.call("PUT", path, body=wanted, places=places)


def _typed(spec: CommandSpec) -> Json:
    return {
        "name": spec.name,
        "type": CHAT_INPUT,
        "description": cut(spec.description, MOST_DESCRIPTION),
        "options": [_option(option) for option in spec.options],
        "integration_types": [GUILD_INSTALL],
        "contexts": IN_SERVERS_AND_BOT_DMS,
    }


def _on_message(spec: CommandSpec) -> Json:
    return {
        "name": spec.name,
        "type": MESSAGE,
        "integration_types": [GUILD_INSTALL],
        "contexts": IN_SERVERS_AND_BOT_DMS,
    }


def _option(option: CommandOption) -> Json:
    shown: Json = {
        "name": option.name,
        "type": KINDS[option.kind],
        "description": cut(option.description, MOST_DESCRIPTION),
        # Nothing is demanded here, not even a prompt: a bare command opens the form.
        "required": False,
    }
    if option.complete:
        shown["autocomplete"] = True
    elif option.choices:
        shown["choices"] = choices(option)
    if option.minimum is not None:
        shown["min_value"] = option.minimum
    if option.maximum is not None:
        shown["max_value"] = option.maximum
    return shown


def choices(option: CommandOption) -> list[Json]:
    """An option's fixed choices, as numbers where it takes numbers."""
    return [
        {
            "name": cut(choice.label, MOST_CHOICE),
            "value": int(choice.value) if option.kind == "integer" else choice.value,
        }
        for choice in option.choices[:MOST_CHOICES]
    ]


def _comparable(commands: Sequence[Json]) -> list[Json]:
    """What we set of each command, with Discord's silent defaults left out."""
    ours = ("name", "type", "description", "options", "integration_types", "contexts")
    return sorted(
        (_plain({key: each[key] for key in ours if key in each}) for each in commands),
        key=lambda each: (each["type"], each["name"]),
    )


def _plain(part: Any) -> Any:
    """Without what is empty or false, which Discord may leave out or add."""
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items() if not _is_nothing(value)}
    if isinstance(part, list):
        return [_plain(each) for each in part]
    return part


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [])
