"""Images per minute and key, as the pretended OpenAI counts them.

It owns the buckets and the `x-ratelimit-*-images` headers (their exact names are remembered, not
documented). It must not know what an image is.
"""

from collections.abc import Callable
from typing import Any

from tests.platforms.faults import Answer
from tests.platforms.openai.refusals import rate_limited


class ImagesPerMinute:
    """One bucket per key, full at first, refilled evenly.

    Args:
        clock: seconds, never going back.

    Attributes:
        per_minute: how fast every bucket fills; None while nothing is limited.
        burst: the size of every bucket; None where it holds a minute's images.
        refused: how many calls found it too empty.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.per_minute: int | None = None
        self.burst: int | None = None
        self.refused = 0
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, key: str, images: int) -> Answer | None:
        """Takes so many images out of the key's bucket.

        Returns:
            The 429 with its `retry-after` where the bucket does not hold them; then none is taken.
        """
        if self.per_minute is None:
            return None
        left = self._left(key, self.per_minute)
        if left < images:
            self.refused += 1
            wait = (images - left) * 60 / self.per_minute
            refusal = rate_limited(retry_after=round(wait, 1))
            return Answer(refusal.status, refusal.body, self.headers(key) | dict(refusal.headers))
        self._buckets[key] = (left - images, self._clock())
        return None

    def headers(self, key: str) -> dict[str, str]:
        """How the key stands; nothing where nothing is limited."""
        if self.per_minute is None:
            return {}
        left = self._left(key, self.per_minute)
        facts: dict[str, Any] = {
            "limit": self.per_minute,
            "remaining": int(left),
            "reset": f"{(self._size(self.per_minute) - left) * 60 / self.per_minute:.1f}s",
        }
        return {f"x-ratelimit-{name}-images": str(fact) for name, fact in facts.items()}

    def _left(self, key: str, per_minute: int) -> float:
        now = self._clock()
        size = self._size(per_minute)
        left, since = self._buckets.get(key, (size, now))
        return min(size, left + (now - since) * per_minute / 60)

    def _size(self, per_minute: int) -> float:
        return float(self.burst or per_minute)
