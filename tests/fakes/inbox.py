"""An inbox in memory, for tests of whatever brings events.

It remembers every event that arrived, answers as told, and keeps the contract of
`core.ports.Inbox`: an event that comes again gets the first answer and changes nothing. It can be
held, so that a test sees what a surface does while the inbox still writes, and fail, as a database
does.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from core.chat import Command, Event, File, MessageRef, Nothing, Reply, SurfaceName, Typing
from core.ports import Later


@dataclass
class FakeInbox:
    """The fake. `events` are the new events in order, `deliveries` counts repetitions too.

    `connections` are the surfaces that began to listen, in order, `bare` the messages (and emoji)
    that were cleared of reactions. `answer` makes the reply to a new event, `pictures` are the
    bytes that panels show, by file id. `failures` is how many of the next deliveries end in
    `RuntimeError`. While `hold` is cleared, `handle` does not return.
    """

    answer: Callable[[Event], Reply] = field(default=lambda _: Nothing())
    failures: int = 0
    events: list[Event] = field(default_factory=list)
    connections: list[SurfaceName] = field(default_factory=list)
    bare: list[tuple[MessageRef, str | None]] = field(default_factory=list)
    deliveries: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._replies: dict[str, Reply] = {}
        self._changed = asyncio.Condition()
        self.hold.set()

    async def take(self, command: Command) -> Reply | Later:
        """As `handle`: nothing comes here in crowds."""
        return await self.handle(command)

    async def handle(self, event: Event) -> Reply:
        """Remember `event` and answer it."""
        self.deliveries += 1
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is locked")
        if isinstance(event, Typing):
            return self.answer(event)
        if event.event_id not in self._replies:
            self._replies[event.event_id] = self.answer(event)
            self.events.append(event)
        async with self._changed:
            self._changed.notify_all()
        await self.hold.wait()
        return self._replies[event.event_id]

    async def load(self, file: File) -> bytes:
        """The file's bytes: those that `pictures` holds under its id."""
        if file.id not in self.pictures:
            raise FileNotFoundError(file.id)
        return self.pictures[file.id]

    async def connected(self, surface: SurfaceName) -> None:
        """Remember that `surface` listens."""
        self.connections.append(surface)
        async with self._changed:
            self._changed.notify_all()

    async def cleared(self, message: MessageRef, emoji: str | None) -> None:
        """Remember that nobody's reaction (or none with `emoji`) stands on `message` any more."""
        self.bare.append((message, emoji))
        async with self._changed:
            self._changed.notify_all()

    async def next(self, number: int = 1) -> Event:
        """The `number`th new event, as soon as it is there; fails after five seconds."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.events) >= number)
        return self.events[number - 1]
