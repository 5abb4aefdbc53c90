"""Forms as Discord modals. Owns their layout and limits, reading what was filled in, and the few
forms that a person may open again; it must not know what a form is for.

https://docs.discord.com/developers/components/reference#label and …#file-upload
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.surfaces.discord.controls import SELECT, options
from bot.surfaces.discord.texts import cut, escape
from core.chat import Form, FormField
from core.wording.surfaces import CHOOSE_AGAIN

Json = dict[str, Any]

LABEL: Final = 18
INPUT: Final = 4
FILES: Final = 19
TEXT: Final = 10
LINE: Final = 1
PARAGRAPH: Final = 2

MOST_PARTS: Final = 5
MOST_TITLE: Final = 45
MOST_LABEL: Final = 45
MOST_HINT: Final = 100
MOST_INPUT: Final = 4000
MOST_FILES: Final = 10
MOST_REMEMBERED: Final = 500


def modal(form: Form) -> Json:
    """The data of a modal. A `note` takes a part of its own where one of the five is free, else it
    stands in place of the first field's hint, unless it is a report of several lines. Spare fields
    are left out.
    """
    parts = [_labelled(field, field.hint) for field in form.fields if not field.spare]
    if form.note and len(parts) < MOST_PARTS:
        parts.insert(0, {"type": TEXT, "content": escape(form.note)})
    elif form.note and holds_note(form):
        parts[0] = _labelled(form.fields[0], form.note)
    return {"custom_id": form.key, "title": cut(form.title, MOST_TITLE), "components": parts}


def holds_note(form: Form) -> bool:
    """Whether the note of a form has room in its modal. Where there is none, it is told before."""
    parts = [field for field in form.fields if not field.spare]
    return len(parts) < MOST_PARTS or "\n" not in form.note


def filled_in(components: Sequence[Json]) -> dict[str, str]:
    """What a person entered, by field id; a multi-select's values joined by newlines. Files, which
    are no text, are `given_files`.
    """
    return {
        part["custom_id"]: "\n".join(part["values"]) if "values" in part else part.get("value", "")
        for part in _inputs(components)
        if part["type"] != FILES
    }


def given_files(components: Sequence[Json]) -> list[str]:
    """The ids of the files that a person chose, in their order."""
    return [
        str(number)
        for part in _inputs(components)
        if part["type"] == FILES
        for number in part["values"]
    ]


class OpenForms:
    """The forms shown lately, by person and key, so that one sent with mistakes can be opened again
    with all that was typed. Discord takes no answer inside a modal, and a modal sent is gone.

    It is memory of one process: after a restart a person starts the form anew.
    """

    def __init__(self) -> None:
        self._forms: OrderedDict[tuple[str, str], Form] = OrderedDict()

    def shown(self, person: str, form: Form) -> None:
        """Remember a form as it was shown; the oldest is forgotten for it."""
        self._forms[person, form.key] = form
        self._forms.move_to_end((person, form.key))
        if len(self._forms) > MOST_REMEMBERED:
            self._forms.popitem(last=False)

    def typed(self, person: str, key: str, values: Mapping[str, str]) -> None:
        """Put what was typed into the form, where it is still remembered. Files cannot be put into
        one, so that its field asks for them again.
        """
        if form := self._forms.get((person, key)):
            fields = tuple(
                replace(field, hint=CHOOSE_AGAIN)
                if field.kind == "files"
                else replace(field, value=values.get(field.id, field.value))
                for field in form.fields
            )
            self._forms[person, key] = replace(form, fields=fields)

    def find(self, person: str, key: str) -> Form | None:
        """The form with what was typed last."""
        return self._forms.get((person, key))


def _labelled(field: FormField, hint: str) -> Json:
    component = _component(field)
    shown: Json = {"type": LABEL, "label": cut(field.label, MOST_LABEL), "component": component}
    return shown | ({"description": cut(hint, MOST_HINT)} if hint else {})


def _component(field: FormField) -> Json:
    if field.kind == "files":
        return _files(field)
    return _select(field) if field.options else _input(field)


def _files(field: FormField) -> Json:
    return {
        "type": FILES,
        "custom_id": field.id,
        "required": field.required,
        "min_values": 1 if field.required else 0,
        "max_values": MOST_FILES,
    }


def _input(field: FormField) -> Json:
    most = min(field.max_length, MOST_INPUT)
    shown: Json = {
        "type": INPUT,
        "custom_id": field.id,
        "style": PARAGRAPH if field.kind == "paragraph" else LINE,
        "required": field.required,
        "max_length": most,
    }
    return shown | ({"value": field.value[:most]} if field.value else {})


def _select(field: FormField) -> Json:
    chosen = field.value.split("\n")
    offered = options(field.options, chosen)
    return {
        "type": SELECT,
        "custom_id": field.id,
        "options": offered,
        "required": field.required,
        "min_values": 1 if field.required else 0,
        "max_values": len(offered) if field.kind == "multiselect" else 1,
    }


def _inputs(components: Sequence[Json]) -> Iterator[Json]:
    """The inputs of a modal that was sent: each stands alone in a label, or in a row."""
    for part in components:
        if "component" in part:
            yield part["component"]
        yield from part.get("components", [])
