"""What a person puts into the controls of a view or message, as Slack states it.

It owns finding a control and the shape of each kind's state
(https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload). It must not know
who is told of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .blockkit import options

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]

# Where a control's state lies, and what it begins with.
SINGLE: Final[Mapping[str, tuple[str, str]]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "file_input": ("files", ""),
    "overflow": ("selected_option", ""),
}
BIGGEST_FILE: Final = 10 * 1024**2
LISTS: Final = frozenset({"selected_options", "files"})
PRESSED: Final = frozenset({"button", "workflow_button", "icon_button"})


@dataclass(frozen=True)
class Control:
    """One control that a person sees in a message or view."""

    block_id: str
    action_id: str
    kind: str
    label: str
    element: Json
    block: Json

    @property
    def value(self) -> str:
        """What a button carries; empty for other kinds."""
        return str(self.element.get("value", ""))

    @property
    def options(self) -> dict[str, str]:
        """A menu's choices: what is read, to what it stands for."""
        return {each["text"]["text"]: each.get("value", "") for each in options(self.element)}

    @property
    def required(self) -> bool:
        """Whether a modal cannot be sent while this is empty."""
        return self.block.get("type") == "input" and not self.block.get("optional", False)

    @property
    def state_key(self) -> str:
        """Where this kind keeps what was put into it."""
        return SINGLE[self.kind][0]


def _elements(block: Json) -> Iterator[Json]:
    for key in ("elements", "actions"):
        yield from block.get(key) or []
    for key in ("element", "accessory"):
        if isinstance(block.get(key), dict):
            yield block[key]


def controls(blocks: Sequence[Json]) -> list[Control]:
    """Every control in these blocks, in reading order, also those of cards and containers."""
    found = []
    for block in blocks:
        inner = block.get("child_blocks") or []
        if block.get("type") == "carousel":
            inner = block["elements"]
        found += controls(inner)
        for element in _elements(block):
            kind = element.get("type", "")
            if kind in SINGLE or kind in PRESSED:
                text = (block.get("label") or element.get("text") or {}).get("text", "")
                text = text or (element.get("placeholder") or {}).get("text", "")
                ids = block.get("block_id", ""), element.get("action_id", "")
                found.append(Control(*ids, kind, text, element, block))
    return found


def find(blocks: Sequence[Json], wanted: str, value: str | None = None) -> Control:
    """The one control meant by its action id, its start, its block id or its label.

    Args:
        blocks: where to look.
        wanted: compared in this order: the action id, the label, the block id, the beginning of
            an action id.
        value: tells buttons with the same action id or label apart.

    Raises:
        AssertionError: no control is meant, or several; it lists what there is.
    """
    present = [c for c in controls(blocks) if value is None or c.value == value]
    exact = [
        [c for c in present if wanted == getattr(c, name)]
        for name in ("action_id", "label", "block_id")
    ]
    begun = [c for c in present if c.action_id.startswith(wanted)]
    found = next((group for group in [*exact, begun] if group), [])
    if len(found) == 1:
        return found[0]
    shown = [f"{c.kind} {c.label!r} ({c.action_id}={c.value})" for c in controls(blocks)]
    raise AssertionError(f"not exactly one control is meant by {wanted!r}: {shown}")


def initial_values(blocks: Sequence[Json], before: Values) -> Values:
    """The state of a view as it opens; with `before`, what was filled in stays."""
    values: Values = {}
    for control in controls(blocks):
        if control.kind in PRESSED or control.kind == "overflow":
            continue
        key, initial = SINGLE[control.kind]
        kept = before.get(control.block_id, {}).get(control.action_id)
        if kept is None or kept["type"] != control.kind:
            empty: Any = [] if key in LISTS else None
            kept = {"type": control.kind, key: control.element.get(initial, empty)}
        values.setdefault(control.block_id, {})[control.action_id] = kept
    return values


def _option(control: Control, wanted: str) -> Json:
    for each in options(control.element):
        if wanted in {each.get("value"), each["text"]["text"]}:
            return {key: each[key] for key in ("text", "value") if key in each}
    raise AssertionError(f"{control.label!r} offers {control.options}, not {wanted!r}")


def state(control: Control, value: Any) -> Json:
    """The state of a control into which a person puts this value.

    Args:
        control: which.
        value: text, an option's value or label, a list of them, or a file list already drawn.
    """
    key = control.state_key
    if key == "selected_option":
        value = None if value is None else _option(control, str(value))
    elif key == "selected_options":
        value = [_option(control, str(each)) for each in value]
        most = control.element.get("max_selected_items")
        if most is not None and len(value) > most:
            raise AssertionError(f"{control.label!r} takes at most {most} choices")
    elif control.kind == "datetimepicker":
        value = int(value)
    elif key == "value" and value is not None:
        value = str(value) or None  # Slack states an empty field as null
    return {"type": control.kind, key: value}


def check_files(control: Control, files: Sequence[tuple[str, bytes]]) -> None:
    """What a file input does not let a person put in: too many, other kinds, more than 10 MB."""
    kinds = control.element.get("filetypes")
    if len(files) > control.element.get("max_files", 10):
        raise AssertionError(f"{control.label!r} does not take {len(files)} files")
    for name, content in files:
        if kinds and name.rpartition(".")[2].lower() not in kinds:
            raise AssertionError(f"{control.label!r} takes {kinds}, not {name}")
        if len(content) > BIGGEST_FILE:
            raise AssertionError(f"{name} has {len(content)} bytes, Slack takes 10 MB there")


def missing(control: Control, values: Values) -> str | None:
    """What Slack itself says at a field before it sends a modal; None where it is content."""
    held = values.get(control.block_id, {}).get(control.action_id, {})
    value = held.get(control.state_key)
    if control.required and value in (None, "", []):
        return "Please complete this required field."
    if control.kind == "plain_text_input" and isinstance(value, str):
        least = control.element.get("min_length", 0)
        most = control.element.get("max_length", 3000)
        if not least <= len(value) <= most:
            return f"Please enter {least} to {most} characters."
    return None
