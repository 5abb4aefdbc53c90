"""The command line as a person uses it: a process of its own, its words and its exit code.

Owns starting `python -m bot`, by a pipe or at a terminal. It must not know any command.
"""

import asyncio
import os
import pty
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PATIENCE = 60.0


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code, and what it said on standard output and error."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both together."""
        return self.out + self.err


async def imagedesk(environ: Mapping[str, str], *words: str, typed: str = "") -> Ended:
    """Run `imagedesk <words>` with `typed` on its standard input, and wait for its end.

    `environ` is all that it is told, beside where to find programs.
    """
    process = await _start(environ, words, PIPE)
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate(typed.encode())
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def begin(environ: Mapping[str, str], *words: str) -> Process:
    """`imagedesk <words>` while it runs, to be killed; its output waits in the pipes."""
    return await _start(environ, words, PIPE)


async def imagedesk_at_terminal(
    environ: Mapping[str, str], *words: str, typed: str
) -> tuple[Ended, str]:
    """The same, typed at a terminal once something was asked; also what the terminal showed."""
    ours, theirs = pty.openpty()
    try:
        process = await _start(environ, words, theirs)
        assert process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            asked = await process.stderr.readuntil(b": ")  # the prompt; echo is off by then
            os.write(ours, typed.encode() + b"\n")
            out, err = await process.communicate()
        os.set_blocking(ours, False)
        try:
            shown = os.read(ours, 65_536)
        except BlockingIOError:
            shown = b""
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode is not None
    ended = Ended(process.returncode, out.decode(), (asked + err).decode())
    return ended, shown.decode()


async def _start(environ: Mapping[str, str], words: tuple[str, ...], stdin: int) -> Process:
    return await create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "COLUMNS": "160", **environ},
        stdin=stdin,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,  # without our terminal, or it would be asked instead of `stdin`
    )
