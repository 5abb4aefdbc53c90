"""A local server that draws pictures for money: keys, a bill, and pictures that can be bad.

It owns what all pretended picture services share beside `far_end`. It must not know any service's
paths, fields or prices.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

from aiohttp import web

from tests.platforms.far_end import FarEnd
from tests.platforms.faults import Answer, Fault
from tests.platforms.openai.pictures import Drawing, draw

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BAD_WAYS: Final = frozenset({"nonsense", "truncated", "empty"})


@dataclass(frozen=True)
class Charge:
    """One line of the bill: a picture that was made, whoever received it.

    Attributes:
        size: of the picture, in pixels.
        micro_usd: in millionths of a dollar.
    """

    key: str
    model: str
    prompt: str
    size: tuple[int, int]
    micro_usd: int


class Refused(Exception):
    """The call is answered with this instead of its work.

    Args:
        answer: what the caller is told.
        violation: a sentence for the record, where the caller should have known better.
    """

    def __init__(self, answer: Answer, violation: str = "") -> None:
        super().__init__(answer)
        self.answer = answer
        self.violation = violation


class PictureServer(FarEnd):
    """Subclasses add routes, rules and prices.

    Attributes:
        bill: every charged picture, in the order of charging.
        refusals: what is said instead of a picture, by name, for `refuse`.
    """

    commands: ClassVar[frozenset[str]] = FarEnd.commands | {
        "accept_key",
        "revoke_key",
        "refuse",
        "spoil",
    }
    refusals: ClassVar[Mapping[str, Answer]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.bill: list[Charge] = []
        self._keys: set[str] = set()
        self._drawn = 0

    @property
    def charged(self) -> int:
        """What all pictures cost, in micro-USD."""
        return sum(charge.micro_usd for charge in self.bill)

    def state(self) -> dict[str, Any]:
        """As every far end, and the bill."""
        return super().state() | {
            "bill": [asdict(charge) for charge in self.bill],
            "charged": self.charged,
        }

    def accept_key(self, key: str) -> None:
        """From now on this key passes."""
        self._keys.add(key)

    def revoke_key(self, key: str) -> None:
        """From now on this key is refused."""
        self._keys.discard(key)

    def refuse(
        self,
        reason: str,
        call: str,
        *,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """The next call is refused with one of `refusals`, before anything was charged."""
        told = self.refusals[reason]
        answer = Answer(told.status, told.body, {**told.headers, **(headers or {})})
        self.faults.add(Fault(call, "answer", "before", answer, times=times))

    def spoil(self, way: str, call: str, times: int = 1) -> None:
        """The next picture is charged and bad: `nonsense`, `truncated` or `empty`."""
        if way not in BAD_WAYS:
            raise ValueError(way)
        self.faults.add(Fault(call, "spoil", "after", spoil=way, times=times))

    def answering(self, call: str, handler: Handler) -> Handler:
        """The handler under its call's name: logged, and what it refuses answered."""

        @functools.wraps(handler)
        async def answer(request: web.Request) -> web.StreamResponse:
            self.calls.append(call)
            try:
                return await handler(request)
            except Refused as refused:
                if refused.violation:
                    self.violations.append(f"{call}: {refused.violation}")
                return refused.answer.response()

        return answer

    def bearer(self, request: web.Request) -> str | None:
        """The key that a request shows, None where it does not pass."""
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return key if key in self._keys else None

    def paint(
        self, prompt: str, size: tuple[int, int], way: str = "", number: int | None = None
    ) -> bytes:
        """A picture as PNG, no two alike; of the same `number` always the same."""
        self._drawn += 1
        if way == "empty":
            return b""
        if way == "nonsense":
            return b"This is no picture at all. " * 40
        data = draw(Drawing(self._drawn if number is None else number, prompt, size, "png"))
        return data[: len(data) // 2] if way == "truncated" else data
