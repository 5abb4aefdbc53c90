"""A worker that ends exactly where it is told to: the desk's own, with a step that kills.

    python -m tests.faults.worker --at posted --when "SELECT …" --by KILL

The settings come from the environment, as for `imagedesk worker`. It owns nothing but the end of
itself, and a clock that a test may move on.
"""

import argparse
import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.serving import serve
from bot.wiring import Running
from core.settings import Settings, read_settings
from core.steps import STEPS

READY = "the worker is ready"


class MovedClock:
    """The machine's clock and the seconds that stand in a file, read anew each time."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """The present moment in UTC, moved."""
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text() or 0))


class Fate:
    """Sends this process `signal_` at the step `at`, once `when` finds a row in the database."""

    def __init__(self, settings: Settings, at: str, when: str, signal_: signal.Signals) -> None:
        self._database = settings.data_dir / "desk.sqlite3"
        self._at = at
        self._when = when
        self._signal = signal_
        self._struck = False

    async def reach(self, step: str) -> None:
        """As `core.ports.Reach`."""
        if step == self._at and not self._struck and self._is_time():
            self._struck = True
            if self._signal == signal.SIGSTOP:
                await self._let_others_write()
            os.kill(os.getpid(), self._signal)

    async def _let_others_write(self) -> None:
        """Wait for a moment without a transaction of ours: SQLite would stand still with us."""
        while True:
            with closing(sqlite3.connect(self._database, timeout=0)) as database:
                try:
                    database.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    await asyncio.sleep(0.005)
                else:
                    database.rollback()
                    return

    def _is_time(self) -> bool:
        with closing(sqlite3.connect(self._database)) as database:
            return database.execute(self._when).fetchone() is not None


def say_ready(_: Running) -> None:
    """Let the test know that all parts have started."""
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()


async def main() -> None:
    """Run the worker until SIGTERM, or until its fate comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--at", choices=STEPS)
    parser.add_argument("--when", default="SELECT 1")
    parser.add_argument("--by", default="KILL", choices=("KILL", "STOP"))
    parser.add_argument("--clock", type=Path, required=True)
    told = parser.parse_args()
    settings = read_settings()
    fate = Fate(settings, told.at, told.when, signal.Signals[f"SIG{told.by}"])
    await serve(
        settings,
        frozenset({"worker"}),
        ready=say_ready,
        reach=fate.reach,
        clock=MovedClock(told.clock),
    )


if __name__ == "__main__":
    asyncio.run(main())
