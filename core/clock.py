"""Time, injected. Owns the one way to ask what time it is; nothing else calls `datetime.now`."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time in UTC, aware."""

    def now(self) -> datetime:
        """The present moment, UTC, never naive."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The machine's present moment in UTC."""
        return datetime.now(UTC)
