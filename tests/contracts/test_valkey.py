"""The embedded Valkey: one per data folder, whatever became of the one before."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from core.errors import ActionNeeded
from storage.valkey import embedded_valkey
from tests.contracts.queue_grounds import alive, answers, server_pid, until

OWNER = """
import asyncio, sys
from pathlib import Path
from storage.valkey import embedded_valkey

async def own():
    async with embedded_valkey(Path(sys.argv[1])) as address:
        print(address, flush=True)
        await asyncio.Event().wait()

asyncio.run(own())
"""


@asynccontextmanager
async def owned(data_dir: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Another process that owns `data_dir`, and its server's address."""
    owner = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        OWNER,
        str(data_dir),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert owner.stdout
    address = (await owner.stdout.readline()).decode().strip()
    try:
        yield owner, address
    finally:
        if owner.returncode is None:
            owner.send_signal(signal.SIGINT)
        await owner.communicate()


def modes_of_files_with(text: str, folder: Path) -> set[int]:
    """The permissions of all files in `folder` that hold `text`."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {stat.S_IMODE(file.stat().st_mode) for file in files if text in file.read_text()}


def command_line(pid: int) -> str:
    """What everybody on this machine sees of a process."""
    if Path("/proc/self").exists():
        return Path(f"/proc/{pid}/cmdline").read_text()
    return subprocess.run(  # noqa: S603  # a fixed command and a number
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


async def test_serves_who_knows_the_password(tmp_path: Path) -> None:
    """The address works, and without its password nothing does."""
    async with embedded_valkey(tmp_path) as address:
        assert await answers(address)
        port = address.rpartition(":")[2]
        async with Redis.from_url(f"redis://127.0.0.1:{port}") as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.ping()


async def test_keeps_its_password_to_itself(tmp_path: Path) -> None:
    """The password stands in a file of the owner alone, and in no process list."""
    async with embedded_valkey(tmp_path) as address:
        password = address.split(":")[2].partition("@")[0]
        assert modes_of_files_with(password, tmp_path) == {0o600}
        assert password not in command_line(await server_pid(address))


async def test_ends_with_its_owner(tmp_path: Path) -> None:
    """When the desk ends, the server is gone."""
    async with embedded_valkey(tmp_path) as address:
        pid = await server_pid(address)
        assert alive(pid)
    assert not alive(pid)


async def test_starts_again_under_the_same_address(tmp_path: Path) -> None:
    """A server that dies is replaced, and nobody needs a new address."""
    async with embedded_valkey(tmp_path) as address:
        os.kill(await server_pid(address), signal.SIGKILL)

        async def is_back() -> bool:
            return await answers(address)

        await until(is_back)


async def test_ends_the_server_that_a_killed_owner_left(tmp_path: Path) -> None:
    """After a SIGKILL of the owner its server lives on; the next owner ends it and has its own."""
    async with owned(tmp_path) as (owner, old_address):
        old_server = await server_pid(old_address)
        owner.kill()
        await owner.wait()
        assert await answers(old_address)
    async with embedded_valkey(tmp_path) as address:
        assert await answers(address)

        async def old_one_is_gone() -> bool:
            return not alive(old_server)

        await until(old_one_is_gone)
    assert not await answers(old_address)


async def test_starts_where_the_recorded_server_is_gone(tmp_path: Path) -> None:
    """When owner and server were both killed, the next owner starts as if nothing had been."""
    async with owned(tmp_path) as (owner, old_address):
        os.kill(owner.pid, signal.SIGSTOP)  # so that it does not start its server again
        os.kill(await server_pid(old_address), signal.SIGKILL)
        owner.kill()
    async with embedded_valkey(tmp_path) as address:
        assert await answers(address)


async def test_refuses_a_folder_that_another_process_owns(tmp_path: Path) -> None:
    """Two living owners of one folder are one too many; the first is not disturbed."""
    async with owned(tmp_path) as (_, address):
        with pytest.raises(ActionNeeded) as refusal:
            async with embedded_valkey(tmp_path):
                pass
        assert (refusal.value.code, refusal.value.facts) == (
            "data_dir_in_use",
            {"path": str(tmp_path)},
        )
        assert await answers(address)
    async with embedded_valkey(tmp_path) as own_address:
        assert await answers(own_address)


async def test_says_that_it_cannot_write(tmp_path: Path) -> None:
    """A folder that cannot be made or written is named."""
    (tmp_path / "file").touch()
    with pytest.raises(ActionNeeded) as refusal:
        async with embedded_valkey(tmp_path / "file" / "data"):
            pass
    assert refusal.value.code == "data_dir_not_writable"
    assert refusal.value.facts == {"path": str(tmp_path / "file" / "data")}
