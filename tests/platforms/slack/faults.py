"""Misbehaviour on demand: what the pretended Slack does wrong, and how often.

It owns the list of planned faults and the counters of a rate limit. It must not know what a
method does: the endpoint asks here before and after each call.

    slack.faults.drop_after("chat.postMessage")          # commits, then cuts the connection
    slack.faults.drop_before("chat.postMessage")         # cuts it without having done anything
    slack.faults.answer("chat.update", status=429, retry_after=2, times=3)
    slack.faults.answer("chat.update", error="is_inactive")   # a plain `ok: false`
    slack.faults.fail("files.info", status=503)
    slack.faults.latency(0.15)
    slack.faults.twice = True                            # everything is delivered twice, at once
"""

from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Fault:
    """One planned fault of one method."""

    method: str
    kind: Literal["drop_after", "drop_before", "answer"]
    status: int = 200
    error: str | None = None
    retry_after: int | None = None
    left: int = 1


@dataclass
class Faults:
    """The faults still to come.

    `limit_posts` holds `chat.postMessage` to one a second and channel, answering 429 beyond it.
    """

    twice: bool = False
    limit_posts: bool = False
    delay: float = 0.0
    planned: list[Fault] = field(default_factory=list)
    _last_post: dict[str, float] = field(default_factory=dict)

    def drop_after(self, method: str, times: int = 1) -> None:
        """The next calls are carried out, but their answers are lost with the connection."""
        self.planned.append(Fault(method, "drop_after", left=times))

    def drop_before(self, method: str, times: int = 1) -> None:
        """The next calls are lost on their way: nothing is done."""
        self.planned.append(Fault(method, "drop_before", left=times))

    def answer(
        self,
        method: str,
        *,
        status: int = 200,
        error: str | None = None,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """The next calls are refused without being carried out.

        Args:
            method: for example `chat.update`, or `files.upload` for the upload URL itself.
            status: the HTTP status.
            error: Slack's code; by default `ratelimited` at 429, else `internal_error`.
            retry_after: seconds, for the `Retry-After` header; absent where None.
            times: how many calls.
        """
        code = error or ("ratelimited" if status == 429 else "internal_error")
        self.planned.append(Fault(method, "answer", status, code, retry_after, times))

    def fail(self, method: str, *, status: int = 500, times: int = 1) -> None:
        """The next calls end in a server error, not carried out and not in JSON."""
        self.planned.append(Fault(method, "answer", status, None, None, times))

    def latency(self, seconds: float) -> None:
        """Every Web API call takes this much longer from now on."""
        self.delay = seconds

    def take(self, method: str) -> Fault | None:
        """The fault that the present call of this method meets, used up by one."""
        for fault in self.planned:
            if fault.method == method:
                fault.left -= 1
                if fault.left <= 0:
                    self.planned.remove(fault)
                return fault
        return None

    def too_soon(self, channel: str, now: float) -> bool:
        """Whether this post comes within a second of the channel's last; a taken one counts."""
        if not self.limit_posts:
            return False
        if now - self._last_post.get(channel, float("-inf")) < 1:
            return True
        self._last_post[channel] = now
        return False
