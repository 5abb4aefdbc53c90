"""The backlog: commands that come all at once are written down first and carried out right after.

Slack waits three seconds for an acknowledgement, and a command takes some milliseconds to carry
out, so five hundred at once would keep the last one waiting for the work of all the others. Here
all that came meanwhile is written in one short transaction, is acknowledged, and then done in its
order, once no more is coming. Whatever a process leaves undone, recovery has done by a worker. It
must not know what commands do.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter
from pydantic_core import to_json

from core.chat import Command, Form, Nothing, Panel, Private, Reply
from core.errors import DeskError
from core.ports import ChatSurface
from core.storing import Units, WaitingEvent
from core.wording.surfaces import FORM_LATE, PANEL_LATE

Handle = Callable[[Command], Awaitable[Reply]]

CALM_SECONDS = 0.05
"""Without another command for so long, the burst is over."""

PATIENCE_SECONDS = 1.0
"""How long a command waits for calm before it is carried out all the same."""

COMMAND = TypeAdapter(Command)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Waiting:
    command: Command
    since: float
    reply: "asyncio.Future[Reply]"


class Backlog:
    """Commands that are written down and not carried out yet. `handle` does that for one."""

    def __init__(self, units: Units, handle: Handle) -> None:
        self._units = units
        self._handle = handle
        self._fresh: list[tuple[Command, asyncio.Future[None]]] = []
        self._line: deque[_Waiting] = deque()
        self._last = 0.0
        self._writing: asyncio.Task[None] | None = None
        self._working: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._fresh) + len(self._line)

    async def add(self, command: Command) -> "asyncio.Future[Reply]":
        """Return once `command` is written down; its reply comes in the future returned.

        Raises whatever kept the database from writing: then nothing stands.
        """
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        written: asyncio.Future[None] = loop.create_future()
        self._fresh.append((command, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await written
        waiting = _Waiting(command, loop.time(), loop.create_future())
        self._line.append(waiting)
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return waiting.reply

    async def _write(self) -> None:
        """While one transaction is committed, the next one's commands gather."""
        while self._fresh:
            batch, self._fresh = self._fresh, []
            events = [
                WaitingEvent(one.place.surface, one.event_id, to_json(one).decode())
                for one, _ in batch
            ]
            try:
                async with self._units.write() as uow:
                    await uow.events.hold(events, uow.soon)
            except Exception as error:  # noqa: BLE001  # each of them is told what happened
                for _, written in batch:
                    written.set_exception(error)
            else:
                for _, written in batch:
                    written.set_result(None)
        self._writing = None

    async def _work(self) -> None:
        while self._line:
            await self._until_calm(self._line[0].since)
            waiting = self._line.popleft()
            waiting.reply.set_result(await self._carry_out(waiting.command))
        self._working = None

    async def _until_calm(self, since: float) -> None:
        clock = asyncio.get_running_loop().time
        while (left := min(self._last + CALM_SECONDS, since + PATIENCE_SECONDS) - clock()) > 0:  # noqa: ASYNC110  # it is time that is waited for
            await asyncio.sleep(left)

    async def _carry_out(self, command: Command) -> Reply:
        try:
            return await carry_out(self._units, self._handle, command)
        except Exception:  # whatever it was, the event still waits, and recovery has it done
            log.exception("command_put_off", event_id=command.event_id)
            return Nothing()


async def carry_out(units: Units, handle: Handle, command: Command) -> Reply:
    """Handle a command that was written down; then it waits no longer, whatever it was told."""
    reply = await handle(command)
    if not isinstance(reply, Nothing):
        # What was refused was rolled back, and its event with it.
        async with units.write() as uow:
            await uow.events.settle(command.place.surface, command.event_id)
    return reply


class Resuming:
    """Carries out what another process wrote down, acknowledged, and left undone."""

    def __init__(self, units: Units, handle: Handle, surfaces: Mapping[str, ChatSurface]) -> None:
        self._units = units
        self._handle = handle
        self._surfaces = surfaces

    async def resume(self, name: str) -> None:
        """Carry out the command that waits as `name` ("surface/event id"), and tell its person what
        there is to tell. May run twice at once.
        """
        surface, _, event_id = name.partition("/")
        async with self._units.read() as uow:
            text = await uow.events.held(surface, event_id)
        if text is None:
            return
        command = COMMAND.validate_json(text)
        reply = await carry_out(self._units, self._handle, command)
        if isinstance(reply, Form | Panel):  # its trigger has run out long ago
            reply = Private(FORM_LATE if isinstance(reply, Form) else PANEL_LATE)
        if isinstance(reply, Private):
            try:
                await self._surfaces[surface].tell(command.place, command.actor.id, reply)
            except DeskError as error:
                log.warning("reply_lost", event_id=event_id, reason=error.code)
