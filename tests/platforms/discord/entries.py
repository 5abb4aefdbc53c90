"""What a person may enter: the registered command, its options, the component they touch.

It owns the checks that Discord's own client makes before anything is sent, and the `data` of the
interaction that it then sends. It must not know who waits for the answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.platforms.discord import payloads
from tests.platforms.discord.attachments import keep
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.command_rules import CHAT_INPUT, SUBCOMMAND, SUBCOMMAND_GROUP
from tests.platforms.discord.forms import NotAllowed
from tests.platforms.discord.messages import OTHER_SELECTS
from tests.platforms.discord.permissions import Permission
from tests.platforms.discord.world import Json, Member

STRING: Final = 3
INTEGER: Final = 4
BOOLEAN: Final = 5
USER: Final = 6
CHANNEL: Final = 7
ROLE: Final = 8
MENTIONABLE: Final = 9
NUMBER: Final = 10
ATTACHMENT: Final = 11
PLAIN: Final[Mapping[int, tuple[type, ...]]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
}
IN_GUILD: Final = 0
WITH_BOT: Final = 1


def registered(member: Member, channel: Channel, name: str, kind: int = CHAT_INPUT) -> Json:
    """The command of that name as this person finds it in that place.

    Raises:
        NotAllowed: it is not registered, not offered there, or not for them.
    """
    world, guild = member.guild.world, channel.guild
    offered = list(world.commands.get(None, []))
    if guild is not None:
        offered = [*world.commands.get(guild.id, []), *offered]
    context = WITH_BOT if guild is None else IN_GUILD
    for command in offered:
        contexts = command.get("contexts")
        here = contexts is None or context in contexts
        if guild is None and contexts is None:
            here = command.get("dm_permission", True)
        if command["name"] == name and command["type"] == kind and here:
            _check_permission(member, channel, command)
            return command
    raise NotAllowed(f"no command {name!r} here; there are {[one['name'] for one in offered]}")


def _check_permission(member: Member, channel: Channel, command: Json) -> None:
    needed = command.get("default_member_permissions")
    if needed is None or channel.guild is None:
        return
    held = int(member.permissions(channel))
    if held & int(needed) != int(needed) and Permission.ADMINISTRATOR not in Permission(held):
        raise NotAllowed(f"{command['name']!r} needs permissions {needed}")


def command_data(
    command: Json,
    path: Sequence[str],
    given: Mapping[str, Any],
    channel: Channel,
    focused: str | None = None,
) -> Json:
    """The `data` of a slash command.

    Args:
        command: as registered.
        path: names of subcommand group and subcommand.
        given: option name → what was entered.
        focused: the option in which the person is still typing; it and what is required are then
            not checked.
    """
    definition, nesting = command, []
    for name in path:
        inner = [one for one in definition["options"] if one["name"] == name]
        if not inner or inner[0]["type"] not in (SUBCOMMAND, SUBCOMMAND_GROUP):
            raise NotAllowed(f"{command['name']!r} has no subcommand {name!r}")
        definition = inner[0]
        nesting.append(definition)
    resolved: Json = {}
    sent = _options(definition, given, channel, focused, resolved)
    for level in reversed(nesting):
        sent = [{"name": level["name"], "type": level["type"], "options": sent}]
    data: Json = {
        "id": command["id"],
        "name": command["name"],
        "type": CHAT_INPUT,
        "options": sent,
    }
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data | {"resolved": resolved} if resolved else data


def _options(
    definition: Json,
    given: Mapping[str, Any],
    channel: Channel,
    focused: str | None,
    resolved: Json,
) -> list[Json]:
    known = {one["name"]: one for one in definition.get("options") or []}
    unknown = given.keys() - known.keys()
    if unknown:
        raise NotAllowed(f"{definition['name']!r} has no option {unknown}; it has {list(known)}")
    missing = [one["name"] for one in known.values() if one.get("required")]
    missing = [name for name in missing if name not in given]
    if missing and focused is None:
        raise NotAllowed(f"{definition['name']!r} needs {missing}")
    sent = []
    for name, value in given.items():
        option = known[name]
        if name == focused:
            if not option.get("autocomplete"):
                raise NotAllowed(f"{name!r} offers no autocomplete")
            sent.append({"name": name, "type": option["type"], "value": value, "focused": True})
        else:
            entered = _entered(option, value, channel, resolved)
            sent.append({"name": name, "type": option["type"], "value": entered})
    return sent


def _entered(option: Json, value: Any, channel: Channel, resolved: Json) -> Any:
    kind, name = option["type"], option["name"]
    if kind not in PLAIN:
        return _entity(kind, value, channel, resolved)
    fits = isinstance(value, PLAIN[kind]) and (kind == BOOLEAN or not isinstance(value, bool))
    if not fits:
        raise NotAllowed(f"{name!r} takes a value of type {kind}, not {value!r}")
    choices = option.get("choices") or []
    if choices and value not in [each["value"] for each in choices]:
        raise NotAllowed(f"{name!r} has no choice {value!r}; it has {choices}")
    measured: float = len(value) if kind == STRING else value
    lowest = option.get("min_length" if kind == STRING else "min_value")
    highest = option.get("max_length" if kind == STRING else "max_value")
    if kind == STRING and highest is None:
        highest = 6000
    if (lowest is not None and measured < lowest) or (highest is not None and measured > highest):
        raise NotAllowed(f"{name!r} takes {lowest} to {highest}, not {measured}")
    return value


def _entity(kind: int, value: Any, channel: Channel, resolved: Json) -> str:
    if kind == ATTACHMENT:
        attachment = keep(channel.world, channel.id, *value, ephemeral=True)
        resolved.setdefault("attachments", {})[str(attachment.id)] = attachment.payload()
        return str(attachment.id)
    if kind == CHANNEL:
        shown = payloads.channel(value) | {"permissions": "0"}
        resolved.setdefault("channels", {})[str(value.id)] = shown
    elif kind == ROLE:
        resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
    elif kind in (USER, MENTIONABLE):
        resolved.setdefault("users", {})[str(value.id)] = payloads.user(value.user)
        if channel.guild is not None:
            shown = payloads.member(value.member, with_user=False) | {"permissions": "0"}
            resolved.setdefault("members", {})[str(value.id)] = shown
    return str(value.id)


def component(every: list[Json], which: str, kinds: tuple[int, ...]) -> Json:
    """The one component that a person means, and can touch.

    Args:
        every: all components of the message.
        which: its label or placeholder, or how its custom_id begins.
        kinds: the component types to look among.
    """
    usable = [part for part in every if part["type"] in kinds and part.get("custom_id")]
    exact = [
        part
        for part in usable
        if which in (part.get("label"), part.get("placeholder"), part["custom_id"])
    ]
    matching = exact or [part for part in usable if part["custom_id"].startswith(which)]
    if len(matching) != 1:
        shown = [
            (part.get("label") or part.get("placeholder"), part["custom_id"]) for part in usable
        ]
        raise NotAllowed(f"{len(matching)} components match {which!r} of {shown}")
    if matching[0].get("disabled"):
        raise NotAllowed(f"{which!r} is disabled")
    return matching[0]


def chosen(part: Json, values: Sequence[str]) -> list[str]:
    """The values that a person chooses in a menu, given as values or labels."""
    if part["type"] in OTHER_SELECTS:
        picked = [str(each) for each in values]
    else:
        options = {each["value"]: each["label"] for each in part["options"]}
        by_label = {label: value for value, label in options.items()}
        unknown = [each for each in values if each not in options and each not in by_label]
        if unknown:
            raise NotAllowed(f"no option {unknown}; there are {options}")
        picked = [each if each in options else by_label[each] for each in values]
    lowest, highest = part.get("min_values", 1), part.get("max_values", 1)
    if not lowest <= len(picked) <= highest:
        raise NotAllowed(f"{lowest} to {highest} are to be chosen, not {len(picked)}")
    return picked
