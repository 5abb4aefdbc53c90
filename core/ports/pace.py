"""The ports of waking workers and pacing their calls, and of the steps that they pass."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeAlias

from core.ports.pictures import Allowance


class Queue(Protocol):
    """Wakes workers. Losing every message loses no work: rows are the truth."""

    async def enqueue(self, task: str, id_: str, delay: float = 0) -> None:
        """Ask some worker to run `task` for the row `id_`, not before `delay` seconds. May be
        repeated. Never raises for an unreachable queue: it is logged, and recovery wakes later.
        """
        ...

    async def publish(self, channel: str, text: str) -> None:
        """Tell every process that listens to `channel` now; lost when nobody listens."""
        ...

    def subscribe(self, channel: str) -> AsyncIterator[str]:
        """What is published to `channel` from now on; survives a queue restart (with a gap)."""
        ...


class Limits(Protocol):
    """Paces calls of one key across all workers. `per_minute` is what is set for the key; what was
    learned of it counts more. Everything may raise TryLater("limits_unavailable"): then no slot was
    taken and nothing may be begun.
    """

    async def take(self, key: str, per_minute: int, *, urgent: bool) -> int:
        """Wait for the next slot of `key` and return the call's number; `urgent` goes before all
        that are not. Raises TryLater("slot_far") rather than wait for more than a minute.
        """
        ...

    async def pause(self, key: str, per_minute: int, seconds: float, number: int) -> None:
        """After call `number` was refused: let nobody start under `key` for `seconds`, not even
        those who wait. After several in a row it is longer, and then one goes alone. With 0 seconds
        (a failure that need not be about the rate) only several in a row make a pause.
        """
        ...

    async def learn(self, key: str, told: Allowance, number: int) -> None:
        """Go by what the answer to call `number` told of the key."""
        ...

    async def rate(self, key: str, per_minute: int) -> int:
        """Calls a minute that `key` bears, as far as is known; takes no slot."""
        ...


Reach: TypeAlias = Callable[[str], Awaitable[None]]
"""Awaited at every step of `core.steps.STEPS`; does nothing in production (a log line), and lets
the crash tests end the process exactly there."""
