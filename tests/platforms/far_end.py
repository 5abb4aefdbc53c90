"""A local server that stands in for somebody else's service: its life, its log, its controls.

It owns starting and stopping on 127.0.0.1, in the caller's event loop or as a process of its own,
the record of calls and of violations, and `/_control`, through which another process orders what a
test in the same process orders by calling methods. It must not know any service's API.

    GET  /_control              the whole state as JSON;  /_control/bill  one part of it
    POST /_control/drop_after   {"call": "media_publish"}: one method of `commands`, by its name
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from tests.platforms.faults import Answer, Fault, Faults

LARGEST_REQUEST: Final = 256 * 1024**2  # sixteen large references in one edit


@dataclass(frozen=True)
class Upload:
    """One file of a form, as it came."""

    filename: str
    content_type: str
    data: bytes


class FarEnd:
    """One server. Subclasses add `routes`, `state` and further `commands`.

    Attributes:
        calls: the names of all calls that arrived, in order, refused ones included.
        violations: sentences about requests that break the service's documented contract. A test
            that means well demands that this stays empty.
    """

    path: ClassVar[str] = ""
    commands: ClassVar[frozenset[str]] = frozenset(
        {"drop_before", "drop_after", "hang", "fail", "release", "clear"}
    )

    def __init__(self) -> None:
        self.faults = Faults()
        self.calls: list[str] = []
        self.violations: list[str] = []
        self._runner: web.AppRunner | None = None
        self._port = 0

    def routes(self) -> list[web.RouteDef]:
        """The service's own paths."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """What another process may read, as JSON values by name."""
        return {
            "calls": self.calls,
            "violations": self.violations,
            "hanging": self.faults.hanging,
            "waiting_faults": len(self.faults.waiting),
        }

    @property
    def base_url(self) -> str:
        """What a client is given as the service's address; valid while the server runs."""
        return f"http://127.0.0.1:{self._port}{self.path}"

    async def start(self, port: int = 0) -> None:
        """Listens on 127.0.0.1; port 0 takes a free one."""
        application = web.Application(client_max_size=LARGEST_REQUEST)
        application.add_routes(
            [
                web.get("/_control", self._read_state),
                web.get("/_control/{part}", self._read_state),
                web.post("/_control/{command}", self._obey),
                *self.routes(),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stops listening; whatever hangs is let go first. May be repeated."""
        if self._runner is not None:
            self.faults.release()
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def drop_before(self, call: str, times: int | None = 1) -> None:
        """The next call ends without an answer, and nothing was done."""
        self.faults.add(Fault(call, "cut", "before", times=times))

    def drop_after(self, call: str, times: int | None = 1) -> None:
        """The next call is done in full, and then the connection ends without an answer."""
        self.faults.add(Fault(call, "cut", "after", times=times))

    def hang(self, call: str, *, after: bool = False, times: int | None = 1) -> None:
        """The next call stands still until `release`, before its work or after it."""
        self.faults.add(Fault(call, "hang", "after" if after else "before", times=times))

    def fail(
        self,
        call: str,
        *,
        status: int,
        body: Any,
        headers: Mapping[str, str] | None = None,
        after: bool = False,
        times: int | None = 1,
    ) -> None:
        """The next call is answered with this; with `after`, although its work was done."""
        answer = Answer(status, body, headers or {})
        self.faults.add(Fault(call, "answer", "after" if after else "before", answer, times=times))

    def release(self) -> None:
        """Lets everything that hangs go on."""
        self.faults.release()

    def clear(self, call: str = "*") -> None:
        """Forgets the faults that still wait for this call, or all of them."""
        self.faults.clear(call)

    async def _read_state(self, request: web.Request) -> web.Response:
        state = self.state()
        part = request.match_info.get("part")
        if part is None:
            return web.json_response(state)
        if part not in state:
            raise web.HTTPNotFound(text=f"the state has no part {part}")
        return web.json_response(state[part])

    async def _obey(self, request: web.Request) -> web.Response:
        command = request.match_info["command"]
        if command not in self.commands:
            raise web.HTTPNotFound(text=f"there is no command {command}")
        arguments = json.loads(await request.text() or "{}")
        return web.json_response(getattr(self, command)(**arguments), dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, default=vars)


async def read_form(request: web.Request) -> list[tuple[str, str | Upload]]:
    """A multipart or urlencoded body as its fields, in the order sent."""
    if request.content_type != "multipart/form-data":
        return list(parse_qsl(await request.text(), keep_blank_values=True))
    fields: list[tuple[str, str | Upload]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise web.HTTPBadRequest(text="every part of a form needs a name")
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            fields.append((part.name, data.decode()))
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            fields.append((part.name, Upload(part.filename, kind, data)))
    return fields


def serve_from_the_command_line(server: FarEnd) -> None:
    """Runs the server as this process until SIGTERM or SIGINT.

    Reads `--port N` (0, the default, takes a free one) and prints the base address as the first
    line of standard output, as soon as it listens.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(_serve(server, parser.parse_args().port))


async def _serve(server: FarEnd, port: int) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await server.start(port)
    sys.stdout.write(f"{server.base_url}\n")
    sys.stdout.flush()
    await ended.wait()
    await server.close()
