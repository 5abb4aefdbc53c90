"""What Discord accepts as application commands, and what it stores of them.

It owns the rules of names, descriptions, options and choices, which the OpenAPI document leaves
out. It must not know HTTP.
Source: https://docs.discord.com/developers/interactions/application-commands
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tests.platforms.discord.world import Json

CHAT_INPUT: Final = 1
ON_USER: Final = 2
ON_MESSAGE: Final = 3
SUBCOMMAND: Final = 1
SUBCOMMAND_GROUP: Final = 2
STRING: Final = 3
INTEGER: Final = 4
NUMBER: Final = 10
MOST_OF: Final = {CHAT_INPUT: 100, ON_USER: 15, ON_MESSAGE: 15}
VALUES: Final[Mapping[int, tuple[type, ...]]] = {
    STRING: (str,),
    INTEGER: (int,),
    NUMBER: (int, float),
}
MOST_CHARACTERS: Final = 8000
ONLY_OF: Final[Mapping[str, tuple[int, ...]]] = {
    "choices": tuple(VALUES),
    "autocomplete": tuple(VALUES),
    "min_value": (INTEGER, NUMBER),
    "max_value": (INTEGER, NUMBER),
    "min_length": (STRING,),
    "max_length": (STRING,),
}


def list_faults(commands: list[Json]) -> list[str]:
    """What is wrong with a whole list of commands, as a bulk overwrite brings it."""
    return list(_list_faults(commands))


def _list_faults(commands: list[Json]) -> Iterator[str]:
    kinds = Counter(command.get("type", CHAT_INPUT) for command in commands)
    for kind, count in kinds.items():
        if count > MOST_OF.get(kind, 0):
            yield f"{count} commands of type {kind}, at most {MOST_OF.get(kind, 0)}"
    names = Counter((command.get("type", CHAT_INPUT), command["name"]) for command in commands)
    yield from (f"command {name!r} twice" for (_, name), count in names.items() if count > 1)
    for command in commands:
        yield from _command_faults(command)


def _command_faults(command: Json) -> Iterator[str]:
    name = command["name"]
    if command.get("type", CHAT_INPUT) != CHAT_INPUT:
        if not 1 <= len(name) <= 32:
            yield f"{name!r}: a name has 1 to 32 characters"
        if command.get("description") or command.get("options"):
            yield f"{name!r}: a menu command has neither description nor options"
        return
    yield from _described(command)
    yield from _options_faults(name, command.get("options") or [])
    if _characters(command) > MOST_CHARACTERS:
        yield f"{name!r}: {_characters(command)} characters in all, at most {MOST_CHARACTERS}"


def _described(one: Json) -> Iterator[str]:
    name, description = one["name"], one.get("description") or ""
    # \p{L}\p{N}, hyphen, underscore and apostrophe; str.isalnum is that class for letters and
    # numbers of every script.
    if not 1 <= len(name) <= 32 or not all(sign.isalnum() or sign in "-_'" for sign in name):
        yield f"{name!r}: a name has 1 to 32 letters, numbers, - and _"
    if name != name.lower():
        yield f"{name!r}: a name has no capitals"
    if not 1 <= len(description) <= 100:
        yield f"{name!r}: a description has 1 to 100 characters"


def _options_faults(name: str, options: list[Json]) -> Iterator[str]:
    if len(options) > 25:
        yield f"{name!r}: {len(options)} options, at most 25"
    names = [option["name"] for option in options]
    if len(set(names)) != len(names):
        yield f"{name!r}: two options of one name"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{name!r}: required options come first"
    nested = [option["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP) for option in options]
    if any(nested) and not all(nested):
        yield f"{name!r}: subcommands and options do not mix"
    for option in options:
        yield from _described(option)
        if option["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP):
            yield from _options_faults(f"{name} {option['name']}", option.get("options") or [])
        else:
            yield from _choices_faults(f"{name} {option['name']}", option)


def _choices_faults(name: str, option: Json) -> Iterator[str]:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        yield f"{name!r}: choices and autocomplete exclude each other"
    yield from (
        f"{name!r}: an option of type {option['type']} has no {key}"
        for key, kinds in ONLY_OF.items()
        if option.get(key) and option["type"] not in kinds
    )
    if option["type"] in VALUES:
        yield from choice_faults(name, option["type"], choices)


def choice_faults(name: str, kind: int, choices: list[Json]) -> Iterator[str]:
    """What is wrong with choices, of an option or of an autocomplete answer.

    Args:
        name: how the sentences call the option.
        kind: the option's type.
    """
    if len(choices) > 25:
        yield f"{name!r}: {len(choices)} choices, at most 25"
    for choice in choices:
        value = choice["value"]
        if not 1 <= len(choice["name"]) <= 100:
            yield f"{name!r}: a choice's name has 1 to 100 characters"
        if not isinstance(value, VALUES[kind]) or isinstance(value, bool):
            yield f"{name!r}: the choice {value!r} is not of the option's type"
        elif isinstance(value, str) and not 1 <= len(value) <= 100:
            yield f"{name!r}: a choice's value has 1 to 100 characters"


def _characters(one: Json) -> int:
    choices = one.get("choices") or []
    own = len(one["name"]) + len(one.get("description") or "")
    own += sum(len(choice["name"]) + len(str(choice["value"])) for choice in choices)
    return own + sum(_characters(option) for option in one.get("options") or [])


def stored(command: Json, command_id: int, application: int, guild: int | None) -> Json:
    """A command as it is answered after registration, with Discord's defaults filled in."""
    filled: Json = {
        "type": CHAT_INPUT,
        "description": "",
        "default_member_permissions": None,
        "nsfw": False,
        "integration_types": [0],
        "contexts": None,
    }
    # Discord leaves out the options of a command that has none.
    filled |= {key: value for key, value in command.items() if value not in (None, [])}
    needed = filled["default_member_permissions"]
    filled |= {
        "default_member_permissions": None if needed is None else str(needed),
        "id": str(command_id),
        "application_id": str(application),
        "version": str(command_id),
        "name_localizations": command.get("name_localizations"),
        "description_localizations": command.get("description_localizations"),
    }
    return filled if guild is None else filled | {"guild_id": str(guild)}
