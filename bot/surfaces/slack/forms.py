"""Draws a form as a modal, and reads what was filled in.

Owns the modal's frame and what it carries in `private_metadata`: the form's key and the place
that it was opened from, for a submission itself does not tell where. It must not know what a form
is for.

https://docs.slack.dev/reference/views/modal-views
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from core.chat import Form, FormField, Menu, Place

from .cards import menu_element
from .words import LONGEST_TEXT, cut, rich, text

Json = dict[str, Any]

CALLBACK_ID: Final = "form"
LONGEST_TITLE: Final = 24
LONGEST_LABEL: Final = 2000


def draw(form: Form, place: Place) -> Json:
    """A modal view of `form`; its submission will carry `place`."""
    blocks = [rich([text(cut(form.note, LONGEST_TEXT))])] if form.note else []
    blocks += [_input(field) for field in form.fields]
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "title": _plain(form.title, LONGEST_TITLE),
        "submit": _plain(form.submit, LONGEST_TITLE),
        "private_metadata": json.dumps({"key": form.key, "place": asdict(place)}),
        "blocks": blocks,
    }


def read_frame(view: Mapping[str, Any]) -> tuple[str, Place]:
    """The form's key, and where it was opened from."""
    carried = json.loads(view["private_metadata"])
    return carried["key"], Place(**carried["place"])


def read_values(view: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by field id; "" where nothing, many choices joined by newlines."""
    return {
        field: _value(state)
        for field, states in view["state"]["values"].items()
        for state in states.values()
    }


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
        "label": _plain(field.label, LONGEST_LABEL),
        "element": _element(field),
        "optional": not field.required,
    }
    return drawn | {"hint": _plain(field.hint, LONGEST_LABEL)} if field.hint else drawn


def _element(field: FormField) -> Json:
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


def _plain(words: str, most: int) -> Json:
    return {"type": "plain_text", "text": cut(words, most)}
