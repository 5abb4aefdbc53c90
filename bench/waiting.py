"""A worker that waits for calls: the desk's queue, or bare saq, with a task that does nothing.

    python -m bench.waiting desk|saq REDIS_URL

Its task prints how many milliseconds ago its call was made, by the id that it carries; the call
`cpu` prints the seconds of processor time that this process has used.
"""

import asyncio
import sys
import time
from typing import Any

import saq

from storage.queue import run_worker

SLOTS = 10
CPU = "cpu"


def now() -> str:
    """A call's id: the moment at which it is made, in nanoseconds."""
    return str(time.time_ns())


def say(sent: str) -> None:
    """What this call is worth."""
    taken = (time.time_ns() - int(sent)) / 1e6 if sent != CPU else time.process_time()
    sys.stdout.write(f"{taken}\n")
    sys.stdout.flush()


async def note(sent: str) -> None:
    """The task of the desk's queue."""
    say(sent)


async def note_for_saq(_: Any, *, sent: str) -> None:
    """The same for saq."""
    say(sent)


async def main() -> None:
    """Work until SIGTERM."""
    which, redis_url = sys.argv[1:]
    if which == "desk":
        await run_worker(redis_url, {"note": note}, slots=SLOTS, drain_seconds=1)
    else:
        queue = saq.Queue.from_url(redis_url)
        functions = [("note", note_for_saq)]
        await saq.Worker(queue, functions=functions, concurrency=SLOTS).start()


if __name__ == "__main__":
    asyncio.run(main())
