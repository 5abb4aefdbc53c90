"""The report: one table, the machine it was measured on, and how each figure comes about.

Owns how rows are written down; the methods are the benchmarks' own docstrings, so that they cannot
drift from what is done.
"""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from bench.figures import Row
from bench.processes import PROJECT

HEADINGS = ("What", "Desk", "Yardstick", "Ratio", "Goal", "")
INTRODUCTION = """\
Written by `make bench`. Every row compares the desk with a yardstick in the same run on the same
machine, because absolute figures of a shared machine say little about another one: read the ratios.
✓ and ✗ say whether the goal was met in this very run; no test asserts any of these figures.
"""


def as_table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, which reads well in a terminal too."""
    lines = [HEADINGS, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    told = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    told.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(told)


def cells(row: Row) -> tuple[str, ...]:
    """A row's cells."""
    met = "" if row.met is None else "✓" if row.met else "✗"
    return (row.what, row.desk, row.yardstick, row.ratio, row.goal, met)


def as_page(rows: Sequence[Row], parts: Mapping[str, ModuleType]) -> str:
    """The whole page."""
    methods = [f"### {name}\n\n{(module.__doc__ or '').strip()}" for name, module in parts.items()]
    parts_of_page = (
        "# Benchmarks",
        INTRODUCTION.strip(),
        as_table(rows),
        "## Machine",
        machine(),
        "## Method",
        *methods,
    )
    return "\n\n".join(parts_of_page) + "\n"


def machine() -> str:
    """What it was measured on, and how busy that was with other things."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _read("/proc/cpuinfo").splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    commit = subprocess.run(
        ("git", "rev-parse", "--short", "HEAD"),  # noqa: S607  # whichever git there is
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{model}, {os.cpu_count()} cores; {platform.system()} {platform.release()}; Python "
        f"{platform.python_version()}; commit {commit or 'unknown'}; "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC. Load averages at the end: {busy}."
    )


def _read(file: str) -> str:
    path = Path(file)
    return path.read_text() if path.exists() else ""
