"""Misbehaviour on demand: what the REST side does wrong the next time a route is called.

It owns the list of faults that wait. It must not know what the routes do.
"""

import re
from dataclasses import dataclass


@dataclass
class Fault:
    """One fault that waits.

    Args:
        kind: `before` (cut without doing it), `after` (do it, then cut) or `instead` (answer).
        times: how often it will still strike.
        status: of the answer.
        retry_after: seconds, for a 429; None answers as Cloudflare does: HTML, no number.
    """

    kind: str
    method: str
    path: re.Pattern[str]
    times: int
    status: int = 500
    retry_after: float | None = None


def pattern(template: str) -> re.Pattern[str]:
    """`/channels/{}/messages` as a regular expression; each `{}` is one segment and captured."""
    return re.compile("([^/]+)".join(re.escape(part) for part in template.split("{}")))


class Faults:
    """What shall go wrong. Templates are written as `/channels/{}/messages`.

    Attributes:
        latency: seconds that every call takes.
    """

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self.latency = 0.0

    def drop_after(self, method: str, template: str, times: int = 1) -> None:
        """Do what is asked, then cut the connection instead of answering."""
        self._waiting.append(Fault("after", method, pattern(template), times))

    def drop_before(self, method: str, template: str, times: int = 1) -> None:
        """Cut the connection without doing anything."""
        self._waiting.append(Fault("before", method, pattern(template), times))

    def fail(self, method: str, template: str, status: int = 500, times: int = 1) -> None:
        """Answer with this status, and do nothing."""
        self._waiting.append(Fault("instead", method, pattern(template), times, status))

    def answer(
        self,
        method: str,
        template: str,
        status: int = 429,
        retry_after: float | None = None,
        times: int = 1,
    ) -> None:
        """Answer a rate limit, and do nothing.

        Args:
            method: of HTTP.
            template: of the path.
            status: of the answer.
            retry_after: seconds; None answers without it, as Cloudflare's ban does.
            times: how often.
        """
        path = pattern(template)
        self._waiting.append(Fault("instead", method, path, times, status, retry_after))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()
        self.latency = 0.0

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this call, and is used up by it."""
        for fault in self._waiting:
            if fault.method == method and fault.path.fullmatch(path):
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return None
