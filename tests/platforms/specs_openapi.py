"""Judges requests by a platform's own OpenAPI document.

It owns reading such a document from the specs folder, finding the operation that a request
means, and saying in sentences what is wrong with the request's body. It must not know any of our
code, nor what a local server does with the verdict.

    judge = load("openai-openapi.json")          # None where the folder is absent
    faults = judge.check("POST", "/images/generations", "application/json", {"prompt": "a fox"})

- JSON: `body` is the decoded value, or None where nothing was sent.
- Forms (multipart or urlencoded): `body` is a list of `(name, value)` in the order sent; a value
  is a `str`, or `bytes` for a file. `image[]` twice becomes the list `image`; numbers and booleans
  are read back from their text as the schema asks. Discord's `payload_json` part is judged as the
  JSON body that it is (files beside it are counted by the local server, not here).

Only the verdict is reliable: inside a oneOf the sentence may speak of the wrong branch.
"""

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.platforms.specs import document

FORMS: Final = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
INTEGER_TOO: Final = {
    "anyOf": [{"$ref": "#/components/schemas/SnowflakeType"}, {"type": "integer"}]
}

# Where the unmodified client leaves the document, although the real service takes it: one pointer
# into components/schemas per deviation of discord.py 2.7.1, with the schema that stands instead.
DEVIATIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "discord-openapi.json": {
        "MessageAttachmentRequest/properties/id": INTEGER_TOO,
        "MessageReferenceRequest/properties/message_id": INTEGER_TOO,
        "CreatePrivateChannelRequest/properties/recipient_id": INTEGER_TOO,
        "MessageEditRequestPartial/properties/tts": {"type": ["boolean", "null"]},
        "IncomingWebhookUpdateRequestPartial/properties/tts": {"type": ["boolean", "null"]},
    },
}


class Judge:
    """One document's verdicts.

    Args:
        openapi: the decoded OpenAPI 3.1 document, already free of `nullable`.
    """

    def __init__(self, openapi: Mapping[str, Any]) -> None:
        self._paths: Mapping[str, Any] = openapi["paths"]
        resource: Resource[Any] = DRAFT202012.create_resource(openapi)
        self._registry: Registry[Any] = Registry().with_resource("urn:spec", resource)
        few_placeholders_first = sorted(self._paths, key=lambda path: (path.count("{"), path))
        self._patterns: list[tuple[re.Pattern[str], str]] = [
            (_pattern(path), path) for path in few_placeholders_first
        ]

    def check(self, method: str, path: str, content_type: str, body: object) -> list[str]:
        """What is wrong with one request; empty when it is as documented.

        Args:
            method: in any case.
            path: below the document's server URL, e.g. `/images/edits`; a query may follow.
            content_type: the request's header; parameters after `;` are ignored. Without a body
                it may be empty.
            body: see the module's text.
        """
        template = self._template(method.lower(), path)
        if template is None:
            return [f"{method} {path} is not in the document"]
        declared = self._paths[template][method.lower()].get("requestBody")
        if declared is None:
            return [] if not body else [f"{method} {path} takes no body"]
        if body is None:
            return ["the body is missing"] if declared.get("required") else []
        kind = content_type.partition(";")[0].strip().lower()
        if kind not in declared["content"]:
            return [f"{method} {path} does not take {kind or 'a body without a content type'}"]
        if kind in FORMS:
            return self._check_form(template, method.lower(), kind, body)
        return self._errors(_pointer(template, method.lower(), kind), body)

    def _check_form(self, template: str, method: str, kind: str, body: object) -> list[str]:
        if not isinstance(body, list):
            return ["a form is judged as a list of (name, value)"]
        fields = dict(body)
        if "payload_json" in fields:
            try:
                payload = json.loads(fields["payload_json"])
            except ValueError as broken:
                return [f"payload_json: {broken}"]
            return self._errors(_pointer(template, method, "application/json"), payload)
        pointer = _pointer(template, method, kind)
        return self._errors(pointer, dict(self._read_fields(pointer, body)))

    def _read_fields(
        self, pointer: str, pairs: list[tuple[str, str | bytes]]
    ) -> Iterator[tuple[str, object]]:
        """Form text as the JSON value that the schema asks for; files as text of no length."""
        names = dict.fromkeys(name for name, _ in pairs)
        for name in names:
            values = [
                "" if isinstance(value, bytes) else value for key, value in pairs if key == name
            ]
            field, brackets, _ = name.partition("[]")
            plain: object = values if brackets or len(values) > 1 else values[0]
            yield field, self._fitting(pointer, field, plain)

    def _fitting(self, pointer: str, field: str, plain: object) -> object:
        for reading in _readings(plain):
            faults = self._faults(pointer, {field: reading})
            if not any(fault.absolute_path and fault.absolute_path[0] == field for fault in faults):
                return reading
        return plain

    def _template(self, method: str, path: str) -> str | None:
        for wanted in (path, path.partition("?")[0]):
            for pattern, template in self._patterns:
                if method in self._paths[template] and pattern.fullmatch(wanted):
                    return template
        return None

    def _faults(self, pointer: str, body: object) -> Iterable[Any]:
        schema = {"$ref": f"urn:spec#/{pointer}", "unevaluatedProperties": False}
        faults: Iterable[Any] = Draft202012Validator(schema, registry=self._registry).iter_errors(
            body
        )
        return faults

    def _errors(self, pointer: str, body: object) -> list[str]:
        return [
            f"{fault.json_path}: {fault.message}"[:500] for fault in self._faults(pointer, body)
        ]


def _readings(plain: object) -> Iterator[object]:
    yield plain
    if isinstance(plain, str):
        try:
            yield json.loads(plain)
        except ValueError:
            return


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/?]+".join(re.escape(part) for part in parts))


def _pointer(template: str, method: str, kind: str) -> str:
    keys = ("paths", template, method, "requestBody", "content", kind, "schema")
    return "/".join(key.replace("~", "~0").replace("/", "~1") for key in keys)


def _without_nullable(node: Any) -> Any:
    """The same document in real 3.1: `nullable: true` becomes a type that admits null."""
    if isinstance(node, list):
        return [_without_nullable(child) for child in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _without_nullable(child) for key, child in node.items()}
    if plain.get("nullable") is True:
        del plain["nullable"]
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


def _deviate(openapi: Any, deviations: Mapping[str, object]) -> None:
    for pointer, schema in deviations.items():
        *parents, last = pointer.split("/")
        node = openapi["components"]["schemas"]
        for key in parents:
            node = node[key]
        node[last] = schema


@functools.cache
def load(name: str) -> Judge | None:
    """The judge of one document, read once per run.

    Args:
        name: file name in the specs folder, e.g. `discord-openapi.json`.

    Returns:
        None where the folder is absent: then nothing is judged, and the run says so.
    """
    found = document(name)
    if found is None:
        return None
    rewritten = _without_nullable(found)
    _deviate(rewritten, DEVIATIONS.get(name, {}))
    return Judge(rewritten)
