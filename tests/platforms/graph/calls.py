"""One call to the pretended Graph API: its parameters, and the operation that it means.

It owns reading parameters (query, form, JSON) and fields, strictly. It must not know any operation
in particular.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from tests.platforms.far_end import Upload, read_form
from tests.platforms.graph.errors import GraphError, broken_contract
from tests.platforms.graph.world import Node, Token, World

Value = str | Upload
EVERYWHERE: Final = frozenset({"access_token", "fields"})


@dataclass(frozen=True)
class Behaviour:
    """How the service behaves beyond its contract; tests change it while it runs.

    Attributes:
        polls_until_finished: how many readings of a new container say IN_PROGRESS.
        published_lag: how many readings after a publication still say FINISHED.
        unlisted: how many of a page's newest posts its listing does not show yet.
        app_usage: percent, in `X-App-Usage`; from 100 on everything is answered with code 4.
        quota_total: Instagram posts in 24 hours.
    """

    polls_until_finished: int = 1
    published_lag: int = 0
    unlisted: int = 0
    app_usage: int = 3
    quota_total: int = 100


@dataclass(frozen=True)
class Call:
    """What an operation works with.

    Attributes:
        node: what the path names; None for the user.
        spoiled: how the work is to fail, in the operation's own words; empty for well.
        base_url: of this server, for paging links.
    """

    world: World
    behaviour: Behaviour
    node: Node | None
    parameters: Mapping[str, Value]
    token: Token
    spoiled: str
    base_url: str

    def text(self, name: str, longest: int | None = None) -> str:
        """A text parameter; empty where it was left out.

        Raises:
            GraphError: it is a file, or longer than so many characters.
        """
        value = self.parameters.get(name, "")
        if not isinstance(value, str):
            raise broken_contract(f"{name} is not a file")
        if longest is not None and len(value) > longest:
            raise GraphError(100, f"(#100) {name} has more than {longest} characters")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """A parameter that is `true` or `false`.

        Raises:
            GraphError: it is anything else.
        """
        value = self.parameters.get(name)
        if value is None:
            return default
        if value not in {"true", "false"}:
            raise broken_contract(f"{name} is true or false, not {value!r}")
        return value == "true"

    def select(self, known: Mapping[str, Any], default: str) -> dict[str, Any]:
        """The asked-for fields of a node, `default` where none were asked for."""
        return _select(_parse(self.text("fields") or default), known)


@dataclass(frozen=True)
class Operation:
    """One row of the API.

    Attributes:
        name: as faults and `calls` name it.
        parameters: that it knows; `x[i]` stands for `x[0]`, `x[1]` …
        permissions: that the token needs.
        needs_page_token: whether the user's own token is not enough.
        lacking: what is answered where a permission is missing.
    """

    name: str
    run: Callable[[Call], Awaitable[dict[str, Any]]]
    parameters: frozenset[str]
    permissions: frozenset[str]
    lacking: Callable[[], GraphError]
    needs_page_token: bool = False

    def demand_known(self, parameters: Mapping[str, Value]) -> None:
        """Raises GraphError for the first parameter that it does not know."""
        for name in parameters:
            if re.sub(r"\[\d+\]$", "[i]", name) not in self.parameters | EVERYWHERE:
                raise broken_contract(f"{self.name} has no parameter {name}")


async def read_parameters(request: web.Request) -> dict[str, Value]:
    """Query and body together; what is not text in a JSON body becomes JSON text.

    Raises:
        GraphError: a parameter twice, or a body that cannot be read.
    """
    pairs: list[tuple[str, Value]] = list(request.query.items())
    if request.content_type == "application/json":
        pairs += _read_json(await request.text())
    elif request.body_exists:
        pairs += await read_form(request)
    parameters: dict[str, Value] = {}
    for name, value in pairs:
        if name in parameters:
            raise broken_contract(f"{name} was sent twice")
        parameters[name] = value
    return parameters


def _read_json(text: str) -> list[tuple[str, Value]]:
    try:
        body = json.loads(text)
    except ValueError as broken:
        raise broken_contract(f"the body is not JSON: {broken}") from broken
    if not isinstance(body, dict):
        raise broken_contract("the body is not an object")
    pairs: list[tuple[str, Value]] = []
    for name, value in body.items():
        if isinstance(value, list):
            pairs += [(f"{name}[{place}]", _plain(item)) for place, item in enumerate(value)]
        else:
            pairs.append((name, _plain(value)))
    return pairs


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parse(text: str) -> dict[str, str]:
    """`a,b{c,d{e}}` as `{"a": "", "b": "c,d{e}"}`."""
    fields: dict[str, str] = {}
    rest = text
    while rest:
        match = re.match(r"\w+", rest)
        if match is None:
            raise broken_contract(f"Syntax error in fields: {text}")
        name, rest = match[0], rest[match.end() :]
        inner = ""
        if rest.startswith("{"):
            inner, rest = _braces(rest)
        fields[name] = inner
        if rest and not (rest.startswith(",") and len(rest) > 1):
            raise broken_contract(f"Syntax error in fields: {text}")
        rest = rest[1:]
    return fields


def _braces(text: str) -> tuple[str, str]:
    depth = 0
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return text[1:place], text[place + 1 :]
    raise broken_contract(f"Syntax error in fields: {text}")


def _select(wanted: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    for name in wanted.keys() - known.keys():
        raise broken_contract(f"Tried accessing nonexisting field ({name})")
    chosen = {name: _inside(known[name], inner) for name, inner in wanted.items()}
    # Graph leaves out what is empty, and always names the node.
    named = {"id": known["id"]} if "id" in known else {}
    return {name: value for name, value in (chosen | named).items() if value is not None}


def _inside(value: Any, inner: str) -> Any:
    if not inner or value is None:
        return value
    if isinstance(value, dict) and "data" in value:
        return value | {"data": [_select(_parse(inner), item) for item in value["data"]]}
    if isinstance(value, dict):
        return _select(_parse(inner), value)
    raise broken_contract(f"a plain field has no fields ({inner})")
