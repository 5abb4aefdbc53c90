"""Failures on demand, for local servers that stand in for other people's services.

It owns a queue of faults that tests order in advance ("the next `generate` hangs", "the next
`media_publish` is done, and then the line is cut") and the way they strike a request. It must not
know what the calls mean: a server names its calls, does its own work between the two moments
`before` and `after`, and asks here at both.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from aiohttp import web

Moment = Literal["before", "after"]
Effect = Literal["answer", "cut", "hang", "spoil"]
ANY_CALL: Final = "*"


@dataclass(frozen=True)
class Answer:
    """What a server says instead of its own answer.

    Attributes:
        status: HTTP status.
        body: anything that JSON can hold.
        headers: sent in addition to the content type.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        """The same as aiohttp sends it."""
        return web.json_response(self.body, status=self.status, headers=dict(self.headers))


@dataclass
class Fault:
    """One failure that waits for its call.

    Attributes:
        call: the call's name in the server's own words, or `*` for whichever comes first.
        effect: `answer` says something else, `cut` ends the connection without an answer, `hang`
            waits until it is released and then goes on, `spoil` leaves the work in the server's
            hands, to be done badly.
        moment: before the server's work (nothing has happened yet) or after it (it is done, the
            money is spent, the post is public, only the answer is missing).
        answer: for the effect `answer` alone.
        spoil: for the effect `spoil` alone: how, in the server's own words.
        times: how many calls it strikes; None until it is cleared.
    """

    call: str
    effect: Effect
    moment: Moment = "before"
    answer: Answer | None = None
    spoil: str = ""
    times: int | None = 1


class Faults:
    """The faults of one server, struck in the order in which they were added."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.hanging = 0
        self._gate = asyncio.Event()
        self._changed = asyncio.Condition()

    def add(self, fault: Fault) -> None:
        """Lets the fault strike the next call that it names."""
        self.waiting.append(fault)

    def clear(self, call: str = ANY_CALL) -> None:
        """Forgets the faults that wait for this call, or all; what hangs goes on hanging."""
        self.waiting = [fault for fault in self.waiting if call not in (ANY_CALL, fault.call)]

    def take(self, call: str) -> Fault | None:
        """The fault that strikes this call, if any; it is used up by it."""
        for fault in self.waiting:
            if fault.call in (ANY_CALL, call):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self.waiting.remove(fault)
                return fault
        return None

    async def strike(
        self, fault: Fault | None, moment: Moment, request: web.Request
    ) -> web.Response | None:
        """Does at this moment what the fault says.

        Returns:
            The response to give instead of the server's own, or None to go on.
        """
        if fault is None or fault.moment != moment:
            return None
        if fault.effect == "hang":
            await self._hang()
        elif fault.effect == "cut":
            return cut(request)
        elif fault.answer is not None:
            return fault.answer.response()
        return None

    async def until_hanging(self, count: int = 1) -> None:
        """Returns as soon as `count` calls hang."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.hanging >= count)

    def release(self) -> None:
        """Lets everything that hangs now go on; a later hang waits for the next release."""
        self._gate.set()
        self._gate = asyncio.Event()

    async def _hang(self) -> None:
        gate = self._gate
        async with self._changed:
            self.hanging += 1
            self._changed.notify_all()
        try:
            await gate.wait()
        finally:
            self.hanging -= 1


def cut(request: web.Request) -> web.Response:
    """Ends the connection at once; the returned response never reaches anybody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
