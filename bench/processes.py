"""Processes of a benchmark: started, waited for, ended. It must not know what they do."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def python(
    *arguments: str, environ: Mapping[str, str] | None = None, listen: bool = False
) -> AsyncIterator[Process]:
    """`python -m …` until the block ends, which asks it to end too; `listen` opens its output."""
    process = await create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **(environ or {})},
        stdin=DEVNULL,
        stdout=PIPE if listen else DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_listening(port: int, process: Process) -> None:
    """Wait until somebody listens on `port`. RuntimeError if `process` ended instead."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if process.returncode is not None:
                raise RuntimeError(f"it ended with {process.returncode}") from None
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def output(*arguments: str) -> str:
    """What `python -m …` prints. RuntimeError if it fails."""
    process = await create_subprocess_exec(
        *(sys.executable, "-m", *arguments), cwd=PROJECT, stdin=DEVNULL, stdout=PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    return said.decode()
