"""The verdicts on traffic: Slack's own published types first, then Block Kit's limits.

It owns the list of violations and the official schemas made strict (a misspelt field is refused,
as Slack does). It must not know the workspace, except through the lookup of files that it is given.
"""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft7Validator, ValidationError

from tests.platforms import specs

from . import blockkit
from .workspace import Refusal

Json = dict[str, Any]
# One deviation of the published types from the running service: a message of an app carries more
# than they list, so only blocks and views are held to their listed fields.
HELD_TO_THEIR_FIELDS: Final = frozenset({"slack-blocks.schema.json", "slack-modal.schema.json"})


@dataclass(frozen=True)
class Violation:
    """One request (or acknowledgement) of the app that Slack would not have taken."""

    where: str
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.where}: " + "; ".join(self.reasons)


def _closed(node: Any) -> Any:
    """The same schema, where objects that list properties allow no others."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _closed(value) for key, value in node.items()}
    if copy.get("properties") and copy.get("type") == "object":
        copy.setdefault("additionalProperties", False)
    return copy


@functools.cache
def _validator(name: str, definition: str) -> Draft7Validator | None:
    document = specs.document(name)
    if document is None:
        return None
    definitions = document["definitions"]
    if name in HELD_TO_THEIR_FIELDS:
        definitions = _closed(definitions)
    return Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": definitions})


@functools.cache
def _kinds(name: str) -> Mapping[str, str]:
    """Per block type, its definition: so a fault is told of that block, not of the whole union."""
    document = specs.document(name) or {"definitions": {"KnownBlock": {"anyOf": []}}}
    found = {}
    for each in document["definitions"]["KnownBlock"]["anyOf"]:
        definition = each["$ref"].rsplit("/", 1)[-1]
        body = document["definitions"][definition]
        branch = body.get("anyOf", [body])[0]
        found[branch["properties"]["type"]["const"]] = definition
    return found


def _nearest(error: ValidationError) -> ValidationError:
    """Of a union's faults, one of the branch that came closest; only the verdict is reliable."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for each in error.context:
            branches.setdefault(each.schema_path[0], []).append(each)
        error = min(branches.values(), key=len)[0]
    return error


def _sentences(errors: Iterator[ValidationError], start: str) -> list[str]:
    nearest = map(_nearest, errors)
    return [
        f"{error.message[:200]} [json-pointer:{start}/{'/'.join(map(str, error.absolute_path))}]"
        for error in nearest
    ]


class Judge:
    """Holds what the app sends to Slack's rules and remembers what broke them.

    Args:
        image_fault: given a `slack_file` object, says why Slack would not show it, or None.
    """

    def __init__(self, image_fault: Callable[[Json], str | None]) -> None:
        self.violations: list[Violation] = []
        self._image_fault = image_fault

    def object(self, where: str, *reasons: str) -> None:
        """Remember that the app broke a rule here."""
        self.violations.append(Violation(where, reasons))

    def refuse(self, where: str, error: str, *reasons: str) -> Refusal:
        """Remember a violation and make the answer that Slack gives to it."""
        self.object(where, *reasons)
        messages = [f"[ERROR] {reason}" for reason in reasons]
        return Refusal(error, errors=list(reasons), response_metadata={"messages": messages})

    def blocks(self, where: str, blocks: Any, surface: blockkit.Surface) -> None:
        """Refuse `invalid_blocks` (messages) or `invalid_arguments` (views) with the reasons.

        Args:
            where: the method, for the violation.
            blocks: what was sent, of any type.
            surface: where the blocks are to stand.
        """
        if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
            raise self.refuse(where, "invalid_blocks_format", "blocks must be an array of objects")
        reasons = [*self._official(blocks), *blockkit.faults(blocks, surface, self._image_fault)]
        if reasons:
            error = "invalid_blocks" if surface == "message" else "invalid_arguments"
            raise self.refuse(where, error, *reasons)

    def _official(self, blocks: list[Json]) -> Iterator[str]:
        name = "slack-blocks.schema.json"
        if specs.document(name) is None:
            return
        for index, block in enumerate(blocks):
            kind = block.get("type")
            definition = _kinds(name).get(kind) if isinstance(kind, str) else None
            if definition is None:
                yield f"unsupported type: {kind} [json-pointer:/blocks/{index}/type]"
                continue
            validator = _validator(name, definition)
            if validator is not None:
                yield from _sentences(validator.iter_errors(block), f"/blocks/{index}")

    def view(self, where: str, view: Any) -> None:
        """Refuse `invalid_arguments` unless this is a modal or Home tab that Slack would show."""
        if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
            raise self.refuse(where, "invalid_arguments", "view must be a modal or a home tab")
        reasons = list(blockkit.view_faults(view))
        validator = _validator("slack-modal.schema.json", "ModalView")
        if view["type"] == "modal" and validator is not None:
            # The blocks are judged one by one below, where the sentences are of more use.
            frame = {**view, "blocks": []}
            reasons += _sentences(validator.iter_errors(frame), "/view")
        if reasons:
            raise self.refuse(where, "invalid_arguments", *reasons)
        surface: blockkit.Surface = "modal" if view["type"] == "modal" else "home"
        self.blocks(where, view.get("blocks"), surface)

    def message(self, where: str, event: Json) -> None:
        """Hold a message to the published event type, once it stands as the app wanted it."""
        validator = _validator("slack-message.schema.json", "GenericMessageEvent")
        reasons = _sentences(validator.iter_errors(event), "/message") if validator else []
        if reasons:
            raise self.refuse(where, "invalid_arguments", *reasons)


def hold_ourselves(name: str, definition: str, payload: Mapping[str, Any]) -> None:
    """Fail loudly where what this server sends is not what Slack would send.

    Args:
        name: the schema's file, for example `slack-slash.schema.json`.
        definition: the type in it.
        payload: what is about to be sent.
    """
    validator = _validator(name, definition)
    if validator is None:
        return
    faults = _sentences(validator.iter_errors(payload), "")
    if faults:
        text = json.dumps(payload, indent=1, default=str)[:2000]
        raise AssertionError(f"the local Slack would send a wrong {definition}: {faults}\n{text}")
