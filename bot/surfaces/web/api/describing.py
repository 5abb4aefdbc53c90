"""The API's description for people: its operations in groups, made from the OpenAPI document.

Owns what of the document is shown. It must not know a route.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation: where it is, what it does, and what can be given, by name: one that must be
    given ends in an asterisk.
    """

    method: str
    path: str
    summary: str
    about: str
    query: list[str]
    headers: list[str]
    body: list[str]


def describe(document: Facts, root: str) -> dict[str, list[Operation]]:
    """The operations of an OpenAPI document by their tag; `root` stands before each path."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, facts in methods.items():
            operation = _operation(document, method, f"{root}{path}", facts)
            groups.setdefault(facts["tags"][0], []).append(operation)
    return groups


def _operation(document: Facts, method: str, path: str, facts: Facts) -> Operation:
    return Operation(
        method.upper(),
        path,
        facts["summary"],
        facts.get("description", ""),
        query=_named(facts, "query"),
        headers=_named(facts, "header"),
        body=_fields(document, facts),
    )


def _named(facts: Facts, place: str) -> list[str]:
    found = [one for one in facts.get("parameters", ()) if one["in"] == place]
    return [_marked(one["name"], required=one.get("required", False)) for one in found]


def _fields(document: Facts, facts: Facts) -> list[str]:
    kinds = facts.get("requestBody", {}).get("content", {})
    fields = []
    for kind in kinds.values():
        schema = kind["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        needed = schema.get("required", ())
        fields += [_marked(name, required=name in needed) for name in schema["properties"]]
    return fields


def _marked(name: str, *, required: bool) -> str:
    return f"{name}*" if required else name
