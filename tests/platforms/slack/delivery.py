"""How gestures and events reach the app: retries, doubles, and a record of all that was sent.

It owns Slack's rules of delivery (three seconds to acknowledge; only events are sent again). The
two transports, Socket Mode and signed HTTP, are handed in; it must not know how they work.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from .faults import Faults

Json = dict[str, Any]
Kind = Literal["slash_commands", "interactive", "events_api"]
RETRY_DELAYS: Final = (0.0, 60.0, 300.0)


@dataclass(frozen=True)
class Answer:
    """What the app answered to one delivery.

    `error` is None when it was acknowledged in time; `nobody` when no connection was open,
    `operation_timeout` after three seconds, `connection_lost`, or `http_error`.
    """

    error: str | None
    payload: Any = None
    status: int | None = None
    seconds: float = 0.0


@dataclass
class Sent:
    """One payload and every answer that its deliveries got."""

    kind: Kind
    payload: Json
    answers: list[Answer] = field(default_factory=list)
    raw: tuple[bytes, dict[str, str]] | None = None  # body and headers, over HTTP


class Transport(Protocol):
    """One way to the app."""

    async def carry(self, sent: Sent, attempt: int, reason: str) -> Answer:
        """Deliver once and wait for the acknowledgement.

        Args:
            sent: what to deliver.
            attempt: 0 at first, then the number of the retry.
            reason: why it is sent again, empty at first.
        """
        ...


class Delivery:
    """Sends payloads to the app.

    Args:
        faults: whether everything is delivered twice is asked there.
        spawn: runs retries and doubles beside.
        changed: called when an answer arrived.
        retry_delays: seconds before each retry of an event.
        transport: the way to the app; another one may be put in its place.
    """

    def __init__(
        self,
        faults: Faults,
        spawn: Callable[[Coroutine[Any, Any, Any]], None],
        changed: Callable[[], None],
        retry_delays: tuple[float, ...],
        transport: Transport,
    ) -> None:
        self.log: list[Sent] = []
        self.transport = transport
        self._faults = faults
        self._spawn = spawn
        self._changed = changed
        self._retry_delays = retry_delays

    async def send(self, kind: Kind, payload: Json) -> Answer:
        """Deliver a new payload; an event that fails is sent again later, beside.

        Returns:
            The answer to the first delivery.
        """
        sent = Sent(kind, payload)
        self.log.append(sent)
        if self._faults.twice:
            self._spawn(self.again(sent))
        answer = await self._carry(sent, 0, "")
        # What finds no socket open is gone: Socket Mode buffers nothing.
        if kind == "events_api" and answer.error not in {None, "nobody"}:
            self._spawn(self._retry(sent, answer))
        return answer

    async def again(self, sent: Sent) -> Answer:
        """Deliver a payload once more, as Slack does when an acknowledgement got lost."""
        event = sent.kind == "events_api"
        return await self._carry(sent, 1 if event else 0, "timeout" if event else "")

    async def _retry(self, sent: Sent, answer: Answer) -> None:
        for attempt, delay in enumerate(self._retry_delays, start=1):
            await asyncio.sleep(delay)
            reason = "error" if answer.error == "http_error" else "timeout"
            answer = await self._carry(sent, attempt, reason)
            if answer.error is None:
                return

    async def _carry(self, sent: Sent, attempt: int, reason: str) -> Answer:
        started = asyncio.get_running_loop().time()
        got = await self.transport.carry(sent, attempt, reason)
        taken = asyncio.get_running_loop().time() - started
        answer = Answer(got.error, got.payload, got.status, taken)
        sent.answers.append(answer)
        self._changed()
        return answer
