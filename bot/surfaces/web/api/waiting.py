"""Waiting for work that a request began: until it has ended, the caller's patience has, or the
process is to end.

Owns how long and how often one looks. It must not know the work.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

from fastapi import Header

from core.wording import api as words

LONGEST_WAIT: Final = 60.0
FIRST_LOOK: Final = 0.1
RAREST_LOOK: Final = 1.0
"""Seconds between two looks at the rows, which grow from the first to this."""

Prefer = Annotated[str, Header(description=words.PREFER)]

SeenT = TypeVar("SeenT")


async def wait_for(
    look: Callable[[], Awaitable[SeenT]],
    has_ended: Callable[[SeenT], bool],
    patience: float,
    closing: asyncio.Event,
) -> SeenT:
    """What `look` saw last: work that has ended, if it does within `patience` seconds and before
    the process is to end (`closing`).
    """
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + patience, FIRST_LOOK
    while True:
        seen = await look()
        left = end - loop.time()
        if closing.is_set() or left <= 0 or has_ended(seen):
            return seen
        try:
            async with asyncio.timeout(min(pause, left)):
                await closing.wait()
        except TimeoutError:
            pause = min(pause * 1.5, RAREST_LOOK)


def read_patience(prefer: str) -> float:
    """`Prefer: wait=5` (RFC 7240 §4.3) shortens the wait."""
    wanted = re.search(r"\bwait\s*=\s*(\d{1,3})\b", prefer)
    return min(float(wanted[1]), LONGEST_WAIT) if wanted else LONGEST_WAIT
