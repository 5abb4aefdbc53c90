"""What Discord accepts as components, in messages and in modals.

It owns the limits of buttons, menus, galleries, containers and form fields. It must not know
where the components came from; every function says in sentences what is wrong, and changes
nothing.
Source: https://docs.discord.com/developers/components/reference
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.platforms.discord.messages import (
    ACTION_ROW,
    BUTTON,
    CHECKBOX,
    CHECKBOX_GROUP,
    CONTAINER,
    FILE,
    FILE_UPLOAD,
    LABEL,
    MEDIA_GALLERY,
    OTHER_SELECTS,
    RADIO_GROUP,
    SECTION,
    SEPARATOR,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
    THUMBNAIL,
    walk,
)
from tests.platforms.discord.world import Json

SELECTS: Final = (STRING_SELECT, *OTHER_SELECTS)
LINK_STYLE: Final = 5
IN_CONTAINER: Final = (ACTION_ROW, TEXT_DISPLAY, SECTION, MEDIA_GALLERY, SEPARATOR, FILE)
AT_TOP: Final = (*IN_CONTAINER, CONTAINER)
IN_LABEL: Final = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
MOST_COMPONENTS: Final = 40
MOST_TEXT: Final = 4000
OPTION_LIMITS: Final = {STRING_SELECT: (1, 25), RADIO_GROUP: (2, 10), CHECKBOX_GROUP: (1, 10)}


def message_faults(components: list[Json], *, version_2: bool) -> list[str]:
    """What is wrong with a message's components.

    Args:
        components: as sent.
        version_2: whether the message carries IS_COMPONENTS_V2.
    """
    return list(_message_faults(components, version_2=version_2))


def _message_faults(components: list[Json], *, version_2: bool) -> Iterator[str]:
    every = list(walk(components))
    if version_2:
        if len(every) > MOST_COMPONENTS:
            yield f"{len(every)} components, at most {MOST_COMPONENTS}"
        text = sum(len(part["content"]) for part in every if part["type"] == TEXT_DISPLAY)
        if text > MOST_TEXT:
            yield f"{text} characters of text, at most {MOST_TEXT}"
    elif len(components) > 5:
        yield f"{len(components)} action rows, at most 5"
    allowed = AT_TOP if version_2 else (ACTION_ROW,)
    for part in components:
        if part["type"] not in allowed:
            yield f"component type {part['type']} may not stand at the top of this message"
    for part in every:
        yield from _part_faults(part)
    yield from _same_twice(every)


def modal_faults(modal: Json) -> list[str]:
    """What is wrong with a modal: `title`, `custom_id` and `components`."""
    return list(_modal_faults(modal))


def _modal_faults(modal: Json) -> Iterator[str]:
    yield from _length("modal title", modal.get("title"), 1, 45)
    yield from _length("modal custom_id", modal.get("custom_id"), 1, 100)
    components = modal.get("components", [])
    if not 1 <= len(components) <= 5:
        yield f"{len(components)} components in a modal, 1 to 5"
    for part in components:
        if part["type"] == LABEL:
            yield from _length("label", part.get("label"), 1, 45)
            yield from _length("label description", part.get("description"), 0, 100)
            if part["component"]["type"] not in IN_LABEL:
                yield f"component type {part['component']['type']} may not stand in a label"
        elif part["type"] == ACTION_ROW:
            yield from _modal_row(part)
        elif part["type"] != TEXT_DISPLAY:
            yield f"component type {part['type']} may not stand in a modal"
    for part in walk(components):
        if part["type"] not in (LABEL, ACTION_ROW):
            yield from _part_faults(part)
    yield from _same_twice(list(walk(components)))


def _modal_row(part: Json) -> Iterator[str]:
    inner = part.get("components", [])
    if len(inner) != 1 or inner[0]["type"] != TEXT_INPUT:
        yield "an action row in a modal holds exactly one text input"
    else:
        yield from _length("text input label", inner[0].get("label"), 1, 45)


def _part_faults(part: Json) -> Iterator[str]:
    if "custom_id" in part:
        yield from _length("custom_id", part["custom_id"], 1, 100)
    if part["type"] in RULES:
        yield from RULES[part["type"]](part)


def _text_faults(part: Json) -> Iterator[str]:
    yield from _length("text display", part.get("content"), 1, MOST_TEXT)


def _gallery_faults(part: Json) -> Iterator[str]:
    if not 1 <= len(part["items"]) <= 10:
        yield f"{len(part['items'])} items in a gallery, 1 to 10"
    for shown in part["items"]:
        yield from _length("gallery description", shown.get("description"), 0, 1024)


def _container_faults(part: Json) -> Iterator[str]:
    for inner in part["components"]:
        if inner["type"] not in IN_CONTAINER:
            yield f"component type {inner['type']} may not stand in a container"


def _upload_faults(part: Json) -> Iterator[str]:
    lowest, highest = part.get("min_values", 1), part.get("max_values", 1)
    if not 0 <= lowest <= highest <= 10:
        yield f"a file upload of {lowest} to {highest} files, at most 10"


def _row_faults(part: Json) -> Iterator[str]:
    kinds = [inner["type"] for inner in part.get("components", [])]
    if not kinds:
        yield "an action row is empty"
    elif all(kind == BUTTON for kind in kinds):
        if len(kinds) > 5:
            yield f"{len(kinds)} buttons in a row, at most 5"
    elif len(kinds) != 1 or kinds[0] not in SELECTS:
        yield "an action row holds buttons or one menu"


def _button_faults(part: Json) -> Iterator[str]:
    link = part.get("style") == LINK_STYLE
    if link != bool(part.get("url")) or link == bool(part.get("custom_id")):
        yield "a link button has a url and no custom_id, any other a custom_id and no url"
    if not part.get("label") and not part.get("emoji"):
        yield "a button needs a label or an emoji"
    yield from _length("button label", part.get("label"), 0, 80)


def _choice_faults(part: Json) -> Iterator[str]:
    options = part.get("options", [])
    fewest, most = OPTION_LIMITS.get(part["type"], (0, 0))
    if not fewest <= len(options) <= most:
        yield f"{len(options)} options, {fewest} to {most}"
    values = [option["value"] for option in options]
    if len(set(values)) != len(values):
        yield "two options have the same value"
    for option in options:
        yield from _length("option label", option["label"], 1, 100)
        yield from _length("option value", option["value"], 1, 100)
        yield from _length("option description", option.get("description"), 0, 100)
    yield from _length("placeholder", part.get("placeholder"), 0, 150)
    usual = len(options) if part["type"] == CHECKBOX_GROUP else 1
    lowest, highest = part.get("min_values", 1), part.get("max_values") or usual
    if lowest > highest or (options and part["type"] != RADIO_GROUP and highest > len(options)):
        yield f"{lowest} to {highest} values of {len(options)} options"
    chosen = sum(bool(option.get("default")) for option in options)
    if chosen > highest:
        yield f"{chosen} options chosen beforehand, at most {highest}"


def _input_faults(part: Json) -> Iterator[str]:
    yield from _length(
        "text input value", part.get("value"), 0, part.get("max_length") or MOST_TEXT
    )
    yield from _length("text input placeholder", part.get("placeholder"), 0, 100)
    if (part.get("min_length") or 0) > (part.get("max_length") or MOST_TEXT):
        yield "a text input's min_length is above its max_length"


def _section_faults(part: Json) -> Iterator[str]:
    if not 1 <= len(part["components"]) <= 3:
        yield f"{len(part['components'])} texts in a section, 1 to 3"
    if any(inner["type"] != TEXT_DISPLAY for inner in part["components"]):
        yield "a section holds text displays"
    if part.get("accessory", {}).get("type") not in (BUTTON, THUMBNAIL):
        yield "a section's accessory is a button or a thumbnail"


def _same_twice(every: list[Json]) -> Iterator[str]:
    for key in ("custom_id", "id"):
        given = [part[key] for part in every if part.get(key)]
        yield from (
            f"{key} {one!r} twice"
            for one in sorted({each for each in given if given.count(each) > 1})
        )


def _length(what: str, text: str | None, fewest: int, most: int) -> Iterator[str]:
    if not fewest <= len(text or "") <= most:
        yield f"{what} of {len(text or '')} characters, {fewest} to {most}"


RULES: Final[Mapping[int, Callable[[Json], Iterator[str]]]] = {
    ACTION_ROW: _row_faults,
    BUTTON: _button_faults,
    **dict.fromkeys((*SELECTS, RADIO_GROUP, CHECKBOX_GROUP), _choice_faults),
    TEXT_INPUT: _input_faults,
    TEXT_DISPLAY: _text_faults,
    MEDIA_GALLERY: _gallery_faults,
    SECTION: _section_faults,
    CONTAINER: _container_faults,
    FILE_UPLOAD: _upload_faults,
}
