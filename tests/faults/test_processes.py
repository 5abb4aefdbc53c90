"""Whole processes: two on one data folder, one that was killed, one that is asked to end."""

import asyncio
import json
import signal
from pathlib import Path

import httpx2
import pytest

from storage import tables
from tests.contracts.queue_grounds import alive, server_pid
from tests.desk import desk_process, environment
from tests.faults.grounds import Ground, grounds

ENDLESS = (
    "POST /say HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nContent-Length: 1000000\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\nExpect: 100-continue\r\n\r\n"
)
"""A request whose body never comes."""


async def test_a_second_desk_on_the_same_folder_refuses_in_a_sentence(tmp_path: Path) -> None:
    """Two embedded queues and two sweeps on one folder would each think they were alone."""
    async with (
        desk_process(environment(tmp_path), "demo", "--no-browser"),
        desk_process(environment(tmp_path), "demo", "--no-browser", ready="") as second,
    ):
        assert await second.until_ended() == 1
        (sentence,) = [line for line in second.said if "✗" in line]
        assert "Another Image Desk is running" in sentence
        assert not any("Traceback" in line for line in second.said)


async def test_the_queue_of_a_killed_desk_is_ended_by_the_next(tmp_path: Path) -> None:
    """SIGKILL leaves the embedded server behind; the next desk on the folder clears it away."""
    address = tmp_path / "queue" / "address"
    async with desk_process(environment(tmp_path), "demo", "--no-browser") as first:
        left_behind = await server_pid(address.read_text("ascii"))
        await first.kill()
    assert alive(left_behind)
    async with desk_process(environment(tmp_path), "demo", "--no-browser") as second:
        assert not alive(left_behind)
        of_its_own = await server_pid(address.read_text("ascii"))
        assert await second.stop() == 0
    assert not alive(of_its_own)


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
async def test_a_desk_that_is_asked_to_end_while_it_begins_leaves_nothing_behind(
    tmp_path: Path, asked: signal.Signals
) -> None:
    """Its queue's server has begun, the desk has not: both end, without a word."""
    address = tmp_path / "queue" / "address"
    async with desk_process(environment(tmp_path), "demo", ready="") as desk:
        async with asyncio.timeout(20):
            while not address.exists():  # noqa: ASYNC110  # a file tells nobody that it is there
                await asyncio.sleep(0.005)
        desk.process.send_signal(asked)
        assert await desk.until_ended() == 0
        assert desk.said == []
    assert not address.exists()


async def test_a_worker_that_is_asked_to_end_finishes_what_was_paid(tmp_path: Path) -> None:
    """SIGTERM comes while a call is at the provider: its answer is stored, nothing new is begun."""
    async with grounds(tmp_path) as ground:
        ground.openai.hang("generate", after=True)
        async with ground.worker() as worker:
            await ground.order("a fox")
            await ground.openai.faults.until_hanging()
            ending = asyncio.create_task(worker.stop(60))
            await refusing(ground)
            ground.openai.release()
            assert await ending == 0
        first = (await ground.rows(tables.items))[0]
        assert first.state == "completed", (first, worker.said)
        async with ground.worker():
            await ground.until(lambda: ground.posted == 4)
            await ground.until_quiet()
        assert len(ground.openai.bill) == 2
        assert await ground.booked() == await ground.owed()


@pytest.mark.parametrize("signals", [1, 2])
async def test_a_request_that_the_end_cuts_off_is_told_so(tmp_path: Path, signals: int) -> None:
    """However often it is asked to end: the sender hears that it may come again, and what is logged
    are lines of JSON, no traceback.
    """
    environ = environment(tmp_path)
    async with desk_process(environ, "demo") as desk:
        host = f"127.0.0.1:{environ['HTTP_PORT']}"
        async with httpx2.AsyncClient(base_url=f"http://{host}") as browser:
            cookie = (await browser.get("/")).headers["set-cookie"].partition(";")[0]
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(ENDLESS.format(host=host, cookie=cookie).encode())
        assert b"100 Continue" in await reader.readline()  # it is being read
        for _ in range(signals):
            desk.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.1)  # two that come together are one
        assert await desk.until_ended() == 0
        answer = await reader.read()
        writer.close()
    assert answer.lstrip().startswith(b"HTTP/1.1 503 ")
    logged = [json.loads(line) for line in desk.said if line[:1] not in {"✓", " "}]
    assert {"path": "/say"}.items() <= logged[-1].items()


async def refusing(ground: Ground) -> None:
    """Another order comes while the worker is ending; it is taken, and waits for the next one."""
    await ground.order("a lighthouse")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ground.slack.until(lambda: ground.posted > 1, 60), 1)
