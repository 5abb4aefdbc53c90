"""Draws a form as a modal, and reads what was filled in.

Owns the fields and what a submission says of them. It must not know what a form is for, nor what a
view carries beside (`frames`).

https://docs.slack.dev/reference/views/modal-views
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.chat import Form, FormField, Menu

from . import frames
from .cards import menu_element
from .frames import Frame, plain_text
from .words import LONGEST_TEXT, cut, rich, text

Json = dict[str, Any]

LONGEST_LABEL: Final = 2000
MOST_FILES: Final = 10


def draw(form: Form, frame: Frame) -> Json:
    """A modal view of `form`; its submission will carry `frame`, whose key is the form's."""
    blocks = [rich([text(cut(form.note, LONGEST_TEXT))])] if form.note else []
    blocks += [_input(field) for field in form.fields]
    own = Frame(frame.place, form.key, frame.over_home)
    view = frames.modal(frames.FORM, own, form.title, blocks)
    return view | {"submit": plain_text(form.submit, frames.LONGEST_TITLE)}


def read_values(view: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by field id; "" where nothing, many choices joined by newlines."""
    return {field: _value(state) for field, state in _states(view) if state["type"] != "file_input"}


def read_files(view: Mapping[str, Any]) -> list[Json]:
    """Slack's file objects that were put into the field of files; their `id` is always there."""
    return [file for _, state in _states(view) for file in state.get("files") or ()]


def _states(view: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    for field, states in view["state"]["values"].items():
        for state in states.values():
            yield field, state


def _value(state: Mapping[str, Any]) -> str:
    if state["type"] == "plain_text_input":
        return state.get("value") or ""
    if state["type"] == "multi_static_select":
        return "\n".join(each["value"] for each in state.get("selected_options") or [])
    chosen = state.get("selected_option") or {}
    return chosen.get("value") or ""


def _input(field: FormField) -> Json:
    drawn: Json = {
        "type": "input",
        "block_id": field.id,
        "label": plain_text(field.label, LONGEST_LABEL),
        "element": _element(field),
        "optional": not field.required,
    }
    return drawn | {"hint": plain_text(field.hint, LONGEST_LABEL)} if field.hint else drawn


def _element(field: FormField) -> Json:
    if field.kind == "files":
        # Slack looks at the names alone, and takes no file beyond 10 MB.
        kinds = {"filetypes": list(field.endings), "max_files": MOST_FILES}
        return {"type": "file_input", "action_id": field.id, **kinds}
    if field.kind in {"select", "multiselect"}:
        chosen = tuple(field.value.split("\n"))
        many = field.kind == "multiselect"
        return menu_element(Menu(field.id, field.label, field.options, chosen, many), field.id)
    element: Json = {
        "type": "plain_text_input",
        "action_id": field.id,
        "multiline": field.kind == "paragraph",
        "max_length": min(field.max_length, LONGEST_TEXT),
    }
    if field.value:
        element["initial_value"] = field.value[: element["max_length"]]
    return element
