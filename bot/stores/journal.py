"""What is over already: a file of lines, one for each object that was copied and compared.

Owns its format, and that it can be cut off anywhere. Losing it costs time and nothing else: what it
does not name is compared once more.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from core.ports import Listed


class Journal:
    """The lines of `path`, which is made when first needed. Close it when done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._over: dict[str, tuple[int, datetime]] = {}
        torn = self._read()
        self._file: IO[str] = path.open("a", encoding="utf-8")
        if torn:
            self._file.write("\n")

    def holds(self, one: Listed) -> bool:
        """Whether this object, as it is listed now, is over."""
        return self._over.get(one.key) == (one.size, one.changed_at)

    def note(self, one: Listed) -> None:
        """This object is over; it is once this returns, even if the process is killed then."""
        self._over[one.key] = (one.size, one.changed_at)
        self._file.write(f"{json.dumps([one.key, one.size, one.changed_at.isoformat()])}\n")
        self._file.flush()

    def forget(self) -> None:
        """Take the file away: nothing is left that could be skipped."""
        self._over = {}
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _read(self) -> bool:
        """Take in all whole lines; whether the last one was cut off."""
        text = self._path.read_text("utf-8", errors="replace") if self._path.exists() else ""
        for line in text.split("\n"):
            try:
                key, size, changed_at = json.loads(line)
                self._over[key] = (size, datetime.fromisoformat(changed_at))
            except (ValueError, TypeError):
                continue  # empty, or cut off
        return bool(text) and not text.endswith("\n")
