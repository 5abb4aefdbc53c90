"""The desk's worker, or with `run` the whole desk in one process, which counts what it asks of the
database.

    python -m bench.working worker|run

The settings come from the environment. It prints a line when it is ready, and at each SIGUSR1 how
many statements and how many transactions there were so far.
"""

import asyncio
import signal
import sys
from collections import Counter

from sqlalchemy import event

from bot.logs import configure_logs
from bot.serving import Role, serve
from bot.wiring import Running
from core.settings import read_settings

ROLES: dict[str, frozenset[Role]] = {
    "worker": frozenset({"worker"}),
    "run": frozenset({"web", "bot", "worker"}),
}


def count(joined: Running) -> None:
    """Begin to count, and say that all is ready."""
    seen: Counter[str] = Counter()
    engine = joined.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *_: seen.update(["statement"]))
    event.listen(engine, "begin", lambda _: seen.update(["transaction"]))

    def tell() -> None:
        sys.stdout.write(f"{seen['statement']} {seen['transaction']}\n")
        sys.stdout.flush()

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def main() -> None:
    """Work until SIGTERM."""
    settings = read_settings()
    configure_logs(settings.log_level)
    asyncio.run(serve(settings, ROLES[sys.argv[1]], ready=count))


if __name__ == "__main__":
    main()
