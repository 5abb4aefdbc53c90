"""The grounds on which the page is tried: real rows and blobs, a clock that stands still, and an
inbox that remembers.

Owns how the parts are joined and how people get a browser. It must not know the sentences of the
contract.
"""

import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from PIL import Image

from bot.commands import command_table
from bot.surfaces.web.app import WebParts, make_app
from bot.surfaces.web.surface import Page
from core.business.admission import Door
from core.business.members import Business, Member
from core.chat import Card, File, Place
from core.generation.prices import read_catalogue
from core.page import Line, SignIn
from core.settings import Settings
from storage.blobs.local import LocalBlobs
from storage.database import Database, open_engine
from storage.migrations import migrate
from storage.secrets import Vault
from tests.fakes.inbox import FakeInbox
from tests.fakes.queue import MemoryQueue

ADDRESS = "http://127.0.0.1:8080"


class StillClock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment it shows."""
        return self._now

    def wait(self, **span: float) -> None:
        """Let time pass, as `timedelta` takes it."""
        self._now += timedelta(**span)


class Browser(httpx2.AsyncClient):
    """A browser of one person: keeps cookies, and knows its page's token."""

    async def token(self) -> str:
        """The token that the page hands to its scripts."""
        found = re.search(r'"csrf": "([^"]+)"', (await self.get("/")).text)
        assert found, "nobody is signed in"
        return found.group(1)

    async def act(
        self,
        path: str,
        fields: Mapping[str, str | Sequence[str]],
        files: list[tuple[str, bytes]] | None = None,
        gesture: str = "",
    ) -> httpx2.Response:
        """A gesture as the page's scripts send it; `gesture` is its id, by default a new one."""
        sent = [
            (name, (None, one.encode())) for name, value in fields.items() for one in _all(value)
        ]
        sent.append(("id", (None, (gesture or uuid4().hex).encode())))
        brought = [("files", (name, data)) for name, data in files or []]
        headers = {"accept": "application/json", "x-csrf-token": await self.token()}
        return await self.post(path, files=[*sent, *brought], headers=headers)


def _all(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


@dataclass
class Ground:
    """A page with everything behind it. `changes` to its parts count for browsers opened later."""

    database: Database
    blobs: LocalBlobs
    queue: MemoryQueue
    clock: StillClock
    vault: Vault
    page: Page
    inbox: FakeInbox
    loaded: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def parts(self) -> WebParts:
        """What the application is handed, with `changes`."""
        parts = WebParts(
            units=self.database,
            inbox=self.inbox,
            queue=self.queue,
            page=self.page,
            blobs=self.blobs,
            load=self.load,
            signer=self.vault,
            door=Door(frozenset(), 5_000_000),
            commands=command_table(read_catalogue().of("sketch")),
            clock=self.clock,
            address=ADDRESS,
            check_media=self.blobs.check,
        )
        return replace(parts, **self.changes)

    @asynccontextmanager
    async def browser(
        self, host: str = ADDRESS, client: str = "127.0.0.1"
    ) -> AsyncIterator[Browser]:
        """A browser without a session; `client` is the address that it comes from."""
        transport = httpx2.ASGITransport(make_app(self.parts), client=(client, 40000))
        async with Browser(transport=transport, base_url=host) as browser:
            yield browser

    @asynccontextmanager
    async def signed_in(self, member: Member) -> AsyncIterator[Browser]:
        """A browser in which `member` has followed a one-time link."""
        async with self.browser() as browser:
            answer = await browser.post(f"/sign-in/{await self.link(member)}")
            assert answer.status_code == 303
            yield browser

    async def link(self, member: Member) -> str:
        """The token of a fresh one-time link."""
        token = uuid4().hex
        async with self.database.write() as uow:
            digest = sha256(token.encode()).hexdigest()
            uow.signins.add(SignIn(digest, member.id, uow.now + timedelta(minutes=10)))
        return token

    async def member(
        self, name: str, *, business: int = 1, surface: str = "slack", admin: bool = False
    ) -> Member:
        """A person of a business, which is made if it is new (numbers are given in turn)."""
        async with self.database.write() as uow:
            if await uow.businesses.get(business) is None:
                made = Business(f"Business {business}", uow.now)
                await uow.businesses.join("slack", f"T{business}", made)
                assert made.id == business
                await uow.businesses.join("page", f"b{business}", made)
            member = Member(business, surface, f"U{name.upper()}", name, admin)
            uow.members.add(member)
        return member

    async def load(self, file: File) -> bytes:
        """As the desk loads a card's files, remembering which."""
        self.loaded.append(file.id)
        return await self.blobs.get(file.id)

    async def line(self, line_id: str) -> Line:
        """A line as it stands now."""
        async with self.database.read() as uow:
            line = await uow.lines.get(line_id)
        assert line is not None
        return line

    async def lines(self, business: int = 1) -> list[Line]:
        """All lines of a business, in the order of their last change."""
        async with self.database.read() as uow:
            return await uow.lines.changed(business, 0)


def place(business: int = 1, thread: str | None = None) -> Place:
    """The page's channel of a business, or a thread in it."""
    return Place("page", f"b{business}", f"Business {business}", "general", thread)


def card(key: str, title: str = "Drawing: a fox", **facts: object) -> Card:
    """A card of the desk."""
    return Card(key.ljust(32, "0"), title, **facts)  # type: ignore[arg-type]  # named as the fields are


def picture(width: int = 640, height: int = 480, kind: str = "JPEG", **how: object) -> bytes:
    """An encoded picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind, **how)
    return out.getvalue()


@asynccontextmanager
async def open_ground(folder: Path) -> AsyncIterator[Ground]:
    """A page on an empty database in `folder`."""
    engine = open_engine(Settings(data_dir=folder))
    try:
        await migrate(engine)
        clock = StillClock()
        queue, vault = MemoryQueue(), Vault("a key for tests")
        database = Database(engine, queue, clock)
        blobs = LocalBlobs(folder / "blobs", vault, lambda: ADDRESS, clock)
        yield Ground(database, blobs, queue, clock, vault, Page(database, blobs), FakeInbox())
    finally:
        await engine.dispose()
