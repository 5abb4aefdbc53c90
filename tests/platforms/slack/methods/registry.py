"""The table of Web API methods and the reading of their arguments.

It owns which arguments a method takes and how they are decoded (slack_sdk sends them as a query,
a form or JSON). It must not know what a method does.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.platforms.slack.hub import Hub
from tests.platforms.slack.workspace import Json, Refusal

# The token may stand among the arguments, and bolt adds the team's id to every call.
EVERYWHERE: Final = frozenset({"token", "team_id"})


class Args:
    """The arguments of one call, as they were sent; what was sent as null is absent.

    Args:
        method: the method's name, for violations.
        hub: where violations are remembered.
        values: the decoded arguments.
    """

    def __init__(self, method: str, hub: Hub, values: Mapping[str, Any]) -> None:
        self.method = method
        self._hub = hub
        self._values = {key: value for key, value in values.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> set[str]:
        """The names of all arguments that were sent."""
        return set(self._values)

    def text(self, name: str, default: str = "") -> str:
        """A string; a number that was sent instead is refused, as Slack loses its last digits."""
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise self._wrong(f"{name} must be a string, not {value!r}")
        return value

    def number(self, name: str, default: int) -> int:
        """An integer, possibly sent as its digits."""
        value = self._values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise self._wrong(f"{name} must be a number, not {value!r}") from None

    def flag(self, name: str) -> bool:
        """A truth value; forms send 1, 0, true and false."""
        return str(self._values.get(name, "")).lower() in {"1", "true"}

    def decoded(self, name: str) -> Any:
        """A structure, decoded where it came as JSON text; None where absent."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise self._wrong(f"{name} is not JSON") from None

    def _wrong(self, reason: str) -> Refusal:
        return self._hub.judge.refuse(self.method, "invalid_arguments", reason)


Handler = Callable[[Hub, Args], Json]


@dataclass(frozen=True)
class Method:
    """One row of the table."""

    name: str
    scope: str | None
    needs: frozenset[str]
    takes: frozenset[str]
    handler: Handler

    def call(self, hub: Hub, values: Mapping[str, Any]) -> Json:
        """Carry out a call whose token was good.

        Raises:
            Refusal: with Slack's error code; missing and unknown arguments are violations too.
        """
        args = Args(self.name, hub, values)
        if self.scope is not None:
            hub.app.require(self.scope)
        unknown = args.names() - self.needs - self.takes - EVERYWHERE
        if unknown:
            # Slack would pass over them in silence, and the app would believe in their effect.
            hub.judge.object(self.name, f"takes no {sorted(unknown)}")
        missing = self.needs - args.names()
        if missing:
            reasons = [f"missing required field: {name}" for name in sorted(missing)]
            raise hub.judge.refuse(self.name, "invalid_arguments", *reasons)
        return self.handler(hub, args)


METHODS: Final[dict[str, Method]] = {}


def method(
    name: str, *, scope: str | None = None, needs: str = "", takes: str = ""
) -> Callable[[Handler], Handler]:
    """Put a function into the table.

    Args:
        name: the method, for example `chat.postMessage`.
        scope: what the app must have been granted.
        needs: required arguments, with blanks between.
        takes: the other arguments.
    """

    def add(handler: Handler) -> Handler:
        METHODS[name] = Method(
            name, scope, frozenset(needs.split()), frozenset(takes.split()), handler
        )
        return handler

    return add


def page(items: list[Any], args: Args, default: int, most: int) -> tuple[list[Any], Json]:
    """One page of a list, and what tells of the next (`response_metadata`).

    Args:
        items: the whole list in its order.
        args: `limit` and `cursor` are read.
        default: the limit where none was asked for.
        most: the greatest limit that is honoured.
    """
    cursor = args.text("cursor").removeprefix("next:") or "0"
    if not cursor.isdecimal():
        raise Refusal("invalid_cursor")
    start = int(cursor)
    end = start + min(args.number("limit", default), most)
    following = f"next:{end}" if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": following}}
