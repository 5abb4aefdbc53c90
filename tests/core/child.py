"""One examiner process by itself, spoken to in its own protocol, and what a file costs it.

Owns the measuring, by Linux's proc(5): seconds of computing, since those by the clock would count
what else the machine does, and the greatest resident memory since the process began (VmHWM;
`ru_maxrss` would count what it inherited).
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.library.examination import SURROUNDINGS, Limits

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Cost:
    """What the examiner answered, the seconds that it computed, the bytes that it held at most."""

    answer: dict[str, Any]
    seconds: float
    peak: int


def cost(data: bytes, folder: Path) -> Cost:
    """Have a fresh process with the limits of production examine `data`."""
    source, kept = folder / "costly", folder / "costly.kept"
    source.write_bytes(data)
    limits = Limits()
    command = [sys.executable, "-m", "core.library.examiner", str(limits.memory), str(limits.cpu)]
    with subprocess.Popen(  # noqa: S603  # our own module
        command,
        cwd=ROOT,
        env=SURROUNDINGS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        exchange(process, folder / "absent", kept)  # so that its start is not counted
        before = computed(process.pid)
        answer = exchange(process, source, kept)
        seconds = computed(process.pid) - before
        held = peak(process.pid)
        process.kill()
    return Cost(answer, seconds, held)


def exchange(process: "subprocess.Popen[str]", source: Path, kept: Path) -> dict[str, Any]:
    """One question and its answer."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps([str(source), str(kept)]) + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def computed(pid: int) -> float:
    """Seconds that a process has computed, in its own code and in the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def status(pid: int) -> dict[str, str]:
    """A process's /proc status, by name."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def peak(pid: int) -> int:
    """The most bytes of memory that a process ever held."""
    return int(status(pid)["VmHWM"].split()[0]) * 1024


def children() -> list[int]:
    """The examiner processes of this one."""
    listed = [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]
    return [pid for pid in listed if b"core.library.examiner" in commandline(pid)]


async def until(holds: Callable[[], bool], *, is_: bool) -> None:
    """Wait until `holds()` is as asked: no event tells that a process began or ended."""
    while holds() is not is_:  # noqa: ASYNC110  # as said
        await asyncio.sleep(0.01)


def commandline(pid: int) -> bytes:
    """Empty for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
