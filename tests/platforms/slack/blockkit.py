"""Block Kit's limits: lengths, counts, uniqueness, and what may stand on which surface.

It owns the numbers of https://docs.slack.dev/reference/block-kit, which hold even where the
official schemas are absent (those describe the shapes, not the limits). It must not know any
method or state.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit

Json = dict[str, Any]
Surface = Literal["message", "modal", "home"]

MOST_BLOCKS: Final[Mapping[Surface, int]] = {"message": 50, "modal": 100, "home": 100}
MOST_MARKDOWN: Final = 12_000

# (kind, field) -> most characters; a field is a string or a text object.
LENGTHS: Final[Mapping[tuple[str, str], int]] = {
    ("*", "block_id"): 255,
    ("*", "action_id"): 255,
    ("*", "accessibility_label"): 75,
    ("*", "alt_text"): 2000,
    ("*", "image_url"): 3000,
    ("*", "placeholder"): 150,
    ("header", "text"): 150,
    ("section", "text"): 3000,
    ("section", "fields"): 2000,
    ("context", "elements"): 3000,
    ("alert", "text"): 3000,
    ("image", "title"): 2000,
    ("input", "label"): 2000,
    ("input", "hint"): 2000,
    ("plain_text_input", "initial_value"): 3000,
    ("card", "title"): 150,
    ("card", "subtitle"): 150,
    ("card", "body"): 200,
    ("container", "title"): 150,
    ("container", "subtitle"): 150,
    ("video", "title"): 200,
    ("video", "author_name"): 50,
    ("button", "text"): 75,
    ("button", "value"): 2000,
    ("button", "url"): 3000,
    ("workflow_button", "text"): 75,
    ("option", "text"): 75,
    ("option", "value"): 75,
    ("option", "description"): 75,
    ("option", "url"): 3000,
    ("option_group", "label"): 75,
    ("confirm", "title"): 100,
    ("confirm", "text"): 300,
    ("confirm", "confirm"): 30,
    ("confirm", "deny"): 30,
}

# (kind, field) -> fewest and most entries.
COUNTS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("section", "fields"): (1, 10),
    ("actions", "elements"): (1, 25),
    ("context", "elements"): (1, 10),
    ("context_actions", "elements"): (1, 5),
    ("carousel", "elements"): (1, 10),
    ("container", "child_blocks"): (1, 10),
    ("table", "rows"): (1, 100),
    ("table", "column_settings"): (0, 20),
    ("static_select", "options"): (1, 100),
    ("static_select", "option_groups"): (1, 100),
    ("multi_static_select", "options"): (1, 100),
    ("multi_static_select", "option_groups"): (1, 100),
    ("option_group", "options"): (1, 100),
    ("overflow", "options"): (1, 5),
    ("radio_buttons", "options"): (1, 10),
    ("checkboxes", "options"): (1, 10),
}

# (kind, field) -> least and greatest number.
NUMBERS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("file_input", "max_files"): (1, 10),
    ("plain_text_input", "min_length"): (0, 3000),
    ("plain_text_input", "max_length"): (1, 3000),
    ("multi_static_select", "max_selected_items"): (1, 100),
    ("data_table", "page_size"): (1, 100),
    ("datetimepicker", "initial_date_time"): (1_000_000_000, 9_999_999_999),
}

ONLY_ON: Final[Mapping[str, Surface]] = {
    "alert": "modal",
    "file_input": "modal",
    "context_actions": "message",
}
SOME_OF: Final[Mapping[str, frozenset[str]]] = {
    "section": frozenset({"text", "fields"}),
    "card": frozenset({"hero_image", "title", "actions", "body"}),
}
KIND_BY_FIELD: Final[Mapping[str, str]] = {
    "options": "option",
    "initial_options": "option",
    "initial_option": "option",
    "option_groups": "option_group",
    "confirm": "confirm",
}


def objects(node: Any, pointer: str = "", name: str = "") -> Iterator[tuple[str, str, Json]]:
    """Every object below a node: its JSON pointer, its kind and itself, outermost first.

    The kind is its `type`, or what its place makes it (an option, a confirmation dialog).
    """
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from objects(each, f"{pointer}/{index}", name)
    elif isinstance(node, dict):
        # A dialog's own `confirm` is a text object, told apart by its type.
        yield pointer, str(node.get("type") or KIND_BY_FIELD.get(name, "")), node
        for key, value in node.items():
            if key != "metadata":
                yield from objects(value, f"{pointer}/{key}", key)


def _length(value: Any) -> int | None:
    if isinstance(value, dict):
        value = value.get("text")
    return len(value) if isinstance(value, str) else None


def _limits_of(kind: str, node: Json) -> Iterator[tuple[str, str]]:
    """Pairs (field, fault) of one object against the three tables."""
    for key, value in node.items():
        most = LENGTHS.get((kind, key)) or LENGTHS.get(("*", key))
        for each in value if isinstance(value, list) else [value]:
            length = _length(each)
            if most is not None and length is not None and length > most:
                yield key, f"must be less than {most + 1} characters, not {length}"
        fewest, most = COUNTS.get((kind, key), (0, 10_000))
        if isinstance(value, list) and not fewest <= len(value) <= most:
            yield key, f"must have {fewest} to {most} items, not {len(value)}"
        if (kind, key) in NUMBERS and isinstance(value, int):
            least, greatest = NUMBERS[kind, key]
            if not least <= value <= greatest:
                yield key, f"must be from {least} to {greatest}, not {value}"
    if kind in {"plain_text", "mrkdwn", "markdown"} and not node.get("text"):
        yield "text", "must be more than 0 characters"
    if kind in SOME_OF and not SOME_OF[kind] & node.keys():
        yield "", f"must have one of {sorted(SOME_OF[kind])}"


def options(element: Json) -> list[Json]:
    """A select's options, in groups or not, in their order."""
    found = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        found += group.get("options") or []
    return found


def _choice_faults(kind: str, node: Json) -> Iterator[tuple[str, str]]:
    if kind in {"static_select", "multi_static_select"} and not options(node):
        yield "options", "must have options or option_groups"
    chosen = node.get("initial_options") or [node.get("initial_option")]
    for each in chosen:
        if isinstance(each, dict) and options(node) and each not in options(node):
            yield "initial_option", "must exactly match one of the options"


def _image_faults(
    kind: str, node: Json, fault_of: Callable[[Json], str | None]
) -> Iterator[tuple[str, str]]:
    if kind != "image":
        return
    file, url = node.get("slack_file"), node.get("image_url")
    if isinstance(file, dict):
        reason = fault_of(file)
        if reason:
            yield "slack_file", reason
    if (file is None) == (url is None):
        yield "", "must have either image_url or slack_file"
    if isinstance(url, str):
        parts = urlsplit(url)
        # Slack fetches the picture from the open internet: it cannot see this machine.
        if parts.scheme not in {"http", "https"} or parts.hostname in {"127.0.0.1", "localhost"}:
            yield "image_url", "downloading image failed"


def _holders(blocks: list[Json], pointer: str = "/blocks") -> Iterator[tuple[str, Json]]:
    """The blocks that hold elements: cards and child blocks count by themselves."""
    for index, block in enumerate(blocks):
        inner = {"carousel": "elements", "container": "child_blocks"}.get(str(block.get("type")))
        if inner and isinstance(block.get(inner), list):
            yield from _holders(block[inner], f"{pointer}/{index}/{inner}")
        else:
            yield f"{pointer}/{index}", block


def _repeated(found: Iterator[tuple[str, str]], what: str) -> Iterator[str]:
    seen: set[str] = set()
    for pointer, name in found:
        if name in seen:
            yield f"`{what}` {name!r} already exists [json-pointer:{pointer}]"
        seen.add(name)


def faults(
    blocks: list[Json], surface: Surface, image_fault: Callable[[Json], str | None]
) -> Iterator[str]:
    """Why Slack would refuse these blocks on this surface; nothing where it would show them.

    Args:
        blocks: the decoded blocks.
        surface: where they are to stand.
        image_fault: given a `slack_file` object, says why it cannot be shown, or None.
    """
    if len(blocks) > MOST_BLOCKS[surface]:
        yield f"no more than {MOST_BLOCKS[surface]} items allowed [json-pointer:/blocks]"
    for pointer, kind, node in objects(blocks, "/blocks"):
        found = [
            *_limits_of(kind, node),
            *_choice_faults(kind, node),
            *_image_faults(kind, node, image_fault),
        ]
        if ONLY_ON.get(kind, surface) != surface:
            found.append(("type", f"{kind} is not available in a {surface}"))
        yield from (f"{fault} [json-pointer:{pointer}/{key}]" for key, fault in found)
    markdown = sum(len(str(b.get("text"))) for b in blocks if b.get("type") == "markdown")
    if markdown > MOST_MARKDOWN:
        yield f"markdown blocks hold {markdown} characters together, at most {MOST_MARKDOWN}"
    named = ((p, n["block_id"]) for p, _, n in objects(blocks, "/blocks") if n.get("block_id"))
    yield from _repeated(named, "block_id")
    for place, block in _holders(blocks):
        inside = objects(block, place)
        acting = ((p, n["action_id"]) for p, _, n in inside if n.get("action_id"))
        yield from _repeated(acting, "action_id")


def view_faults(view: Json) -> Iterator[str]:
    """Why Slack would refuse a view's frame: title, buttons, private metadata, ids."""
    for key, most in {
        "title": 24,
        "submit": 24,
        "close": 24,
        "callback_id": 255,
        "external_id": 255,
        "private_metadata": 3000,
    }.items():
        length = _length(view.get(key))
        if length is not None and length > most:
            yield f"must be less than {most + 1} characters [json-pointer:/view/{key}]"
    blocks = view.get("blocks")
    inputs = [b for b in blocks or [] if isinstance(b, dict) and b.get("type") == "input"]
    if view.get("type") == "modal" and inputs and "submit" not in view:
        yield "`submit` is required when an `input` block is within blocks [json-pointer:/view]"
    if view.get("type") == "home" and view.keys() & {"title", "submit", "close"}:
        yield "a home tab has no title, submit or close [json-pointer:/view]"
