"""The rows of talk: events that were heard, and the lines of the page's own chat. It must not know
how they are kept.
"""

from __future__ import annotations  # rooms import this package, and it names their rows

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from core.page import Line, LineReaction


@dataclass(frozen=True)
class WaitingEvent:
    """An event that is written down to be handled a moment later, `text` being all of it."""

    surface: str
    event_id: str
    text: str


class Events(Protocol):
    """What was handled already, by the platforms' own event ids, and what waits to be."""

    async def enter(self, surface: str, event_id: str) -> bool:
        """Note that this event is being handled; False if it was (or is being) handled already.

        Waits for a unit that is handling the same event just now.
        """
        ...

    async def hold(self, waiting: list[WaitingEvent], until: datetime) -> None:
        """Write events down that somebody else handles if it was not done `until` then; those that
        are known already stay as they are.
        """
        ...

    async def held(self, surface: str, event_id: str) -> str | None:
        """The text of the event that waits under this id; None if none does (any more)."""
        ...

    async def settle(self, surface: str, event_id: str) -> bool:
        """Whether an event was waiting under this id; it waits no longer."""
        ...

    async def to_wake(self, next_at: datetime) -> list[tuple[str, str]]:
        """Surface and id of events that wait for too long, moved on to `next_at`."""
        ...

    async def answer(self, surface: str, event_id: str, reply: dict[str, Any]) -> None:
        """Keep the reply, so that a second delivery gets the same."""
        ...

    async def reply(self, surface: str, event_id: str) -> dict[str, Any] | None:
        """What was answered."""
        ...

    async def forget(self, before: datetime) -> None:
        """Drop what is older."""
        ...


class Lines(Protocol):
    """The page's chat."""

    async def add(self, line: Line) -> None:
        """Insert with the next `seq`, and tell the page's readers after the commit."""
        ...

    async def get(self, line_id: str) -> Line | None:
        """The line."""
        ...

    async def by_key(self, key: str) -> Line | None:
        """The line that holds the card with this key."""
        ...

    async def touch(self, line: Line) -> None:
        """Give a changed line the next `seq`, and tell the page's readers after the commit."""
        ...

    async def of_channel(
        self, business_id: int, channel: str, limit: int, before: Line | None = None
    ) -> list[Line]:
        """The newest lines outside threads, or the last ones `before` a line; oldest first."""
        ...

    async def of_threads(self, line_ids: list[str]) -> list[Line]:
        """The replies to these lines, oldest first."""
        ...

    async def newest(self, business_id: int) -> int:
        """The greatest `seq` there is, 0 without lines."""
        ...

    async def changed(self, business_id: int, after_seq: int) -> list[Line]:
        """Lines with a greater `seq`, in its order."""
        ...

    async def reactions(self, line_ids: list[str]) -> list[LineReaction]:
        """All reactions on these lines, oldest first."""
        ...

    async def react(self, reaction: LineReaction) -> bool:
        """Put it on; False if it stood already."""
        ...

    async def unreact(self, line_id: str, user: str, emoji: str) -> bool:
        """Take it off; False if it did not stand."""
        ...
