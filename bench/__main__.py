"""Runs the benchmarks and writes down what they saw. To add one: a module with `measure`, and a
line in `PARTS`.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType

from bench import ack, answering, ingest, library, makespan, pickup, sheet, uploads
from bench.figures import Row
from bench.processes import PROJECT
from bench.report import as_page, as_table

PARTS: dict[str, tuple[ModuleType, Callable[[Path], Awaitable[list[Row]]]]] = {
    "Acknowledgement": (ack, ack.measure),
    "Pick-up": (pickup, pickup.measure),
    "Batches": (makespan, makespan.measure),
    "Answer to chat": (answering, answering.measure),
    "Taking pictures in": (ingest, ingest.measure),
    "Uploads": (uploads, uploads.measure),
    "Contact sheet": (sheet, sheet.measure),
    "Library": (library, library.measure),
}
PAGE = PROJECT / "docs" / "benchmarks.md"


async def run(names: list[str]) -> list[Row]:
    """Each benchmark in a folder of its own, one after the other."""
    rows = []
    for name in names:
        print(f"{name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            rows += await PARTS[name][1](Path(folder))
    return rows


def main() -> None:
    """All benchmarks, or those whose module is named on the command line."""
    asked = sys.argv[1:]
    modules = {module.__name__.rpartition(".")[2]: name for name, (module, _) in PARTS.items()}
    if unknown := [word for word in asked if word not in modules]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(modules)}.")
    rows = asyncio.run(run([modules[word] for word in asked] or list(PARTS)))
    print(as_table(rows))
    if not asked:
        PAGE.write_text(as_page(rows, {name: module for name, (module, _) in PARTS.items()}))


if __name__ == "__main__":
    main()
