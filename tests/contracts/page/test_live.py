"""What changes while a page is open, as server-sent events of a desk that really serves."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from bot.serving import Role
from bot.wiring import Running
from core.chat import Place, Private
from storage import tables
from tests.desk import environment, running_desk

from .grounds import card

WEB: frozenset[Role] = frozenset({"web"})
HERE = Place("page", "local", "", "general")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Running]:
    """A demo that only serves its page: nothing changes but by these tests."""
    async with running_desk(environment(tmp_path), roles=WEB, demo=True) as running:
        yield running


@dataclass
class Reader:
    """Follows the stream. `seq` is the id of the last event; `lines` all that came, in order."""

    stream: AsyncIterator[str]
    seq: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def until(self, words: str) -> dict[str, Any]:
        """The newest line that shows `words`; it comes within five seconds."""
        if found := self._found(words):
            return found
        async with asyncio.timeout(5):
            async for text in self.stream:
                name, _, value = text.partition(": ")
                if name == "id":
                    self.seq = value
                elif name == "data":
                    self.lines += json.loads(value)
                    if found := self._found(words):
                        return found
        raise AssertionError(f"the stream ended without {words!r}")

    def _found(self, words: str) -> dict[str, Any] | None:
        return next((line for line in reversed(self.lines) if words in line["html"]), None)


@asynccontextmanager
async def reading(desk: Running, path: str, last: str = "") -> AsyncIterator[Reader]:
    """Listen as the local person."""
    headers = {"last-event-id": last} if last else {}
    async with httpx2.AsyncClient(base_url=desk.settings.address, timeout=10) as client:
        await client.get("/", follow_redirects=True)
        async with client.stream("GET", path, headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield Reader(answer.aiter_lines())


async def load(_: object) -> bytes:
    """No card here has files."""
    raise AssertionError


async def begin(desk: Running) -> None:
    """Let the local person come in, so that the page has a business."""
    async with httpx2.AsyncClient(base_url=desk.settings.address) as client:
        page = (await client.get("/", follow_redirects=True)).text
    assert re.search(r'"seq": 0', page)


async def test_a_change_reaches_an_open_page_at_once(desk: Running) -> None:
    await begin(desk)
    async with reading(desk, "/events?after=0") as reader:
        thread, sent = await desk.page.open_thread(HERE, card("a"), load, repeat=False)
        first = await reader.until("Drawing: a fox")
        await desk.page.edit(sent, thread, card("a", title="Done: a fox"), load)
        changed = await reader.until("Done: a fox")
    assert first["id"] == changed["id"] == sent.ref.id
    assert int(reader.seq) == 2


async def test_a_reply_brings_its_root_with_the_new_count(desk: Running) -> None:
    await begin(desk)
    thread, root = await desk.page.open_thread(HERE, card("a"), load, repeat=False)
    async with reading(desk, "/events?after=1") as reader:
        reply = card("b", title="1 picture", mention="local")
        await desk.page.post(thread, reply, load, repeat=False)
        shown = await reader.until("1 picture")
        counted = await reader.until("1 reply")
    assert (shown["thread"], shown["forMe"]) == (root.ref.id, True)
    assert counted["id"] == root.ref.id


async def test_a_reader_who_was_away_gets_what_it_missed_and_nothing_twice(desk: Running) -> None:
    """Browsers send the last id they have had when they connect again."""
    await begin(desk)
    async with reading(desk, "/events?after=0") as reader:
        await desk.page.open_thread(HERE, card("a", title="First"), load, repeat=False)
        await reader.until("First")
    await desk.page.open_thread(HERE, card("b", title="Second"), load, repeat=False)
    async with reading(desk, "/events?after=0", last=reader.seq) as later:
        await desk.page.open_thread(HERE, card("c", title="Third"), load, repeat=False)
        await later.until("Third")
    titles = [re.findall("First|Second|Third", line["html"])[0] for line in later.lines]
    assert titles == ["Second", "Third"]


async def test_private_words_are_streamed_to_their_person_alone(desk: Running) -> None:
    await begin(desk)
    async with reading(desk, "/events?after=0") as reader:
        await desk.page.tell(HERE, "UELSE", Private("For another"))
        await desk.page.tell(HERE, "local", Private("For you"))
        await reader.until("For you")
    assert not any("For another" in line["html"] for line in reader.lines)


async def test_a_lost_message_is_only_late(desk: Running) -> None:
    """The rows are asked again by themselves where no message ever comes."""
    await begin(desk)
    async with reading(desk, "/events?after=0") as reader:
        async with desk.database.engine.begin() as connection:
            unheard = {
                "id": uuid4().hex,
                "business_id": 1,
                "channel": "general",
                "thread": "",
                "author": "x",
                "author_name": "X",
                "text": "Unheard",
                "files": {},
                "private_to": "",
                "seq": 1,
                "created_at": desk.clock.now(),
            }
            await connection.execute(tables.lines.insert().values(unheard))
        await reader.until("Unheard")


async def test_a_stream_ends_once_its_person_has_signed_out_anywhere(desk: Running) -> None:
    """What is said from then on is for the signed-in alone."""
    await begin(desk)
    async with (
        reading(desk, "/events?after=0") as reader,
        httpx2.AsyncClient(base_url=desk.settings.address) as elsewhere,
    ):
        await desk.page.open_thread(HERE, card("a", title="Before"), load, repeat=False)
        await reader.until("Before")
        page = (await elsewhere.get("/", follow_redirects=True)).text
        found = re.search(r'"csrf": "([^"]+)"', page)
        assert found
        out = await elsewhere.post("/sign-out", data={"csrf": found.group(1)})
        assert out.status_code == 303
        await desk.page.open_thread(HERE, card("b", title="After"), load, repeat=False)
        with pytest.raises(AssertionError, match="the stream ended"):
            await reader.until("After")


async def test_open_pages_do_not_hold_up_the_end_of_the_desk(tmp_path: Path) -> None:
    """Their streams are ended properly, not cut off; browsers then come back by themselves."""
    async with AsyncExitStack() as window:
        async with running_desk(environment(tmp_path), roles=WEB, demo=True) as desk:
            reader = await window.enter_async_context(reading(desk, "/events?after=0"))
        with pytest.raises(AssertionError, match="the stream ended"):
            await reader.until("whatever")
