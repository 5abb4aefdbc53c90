"""One person's browser before the desk's page, without a screen: it loads, listens, and posts.

Owns what the page's own scripts do: the session, the stream of changes, and the ids of gestures. It
must not know what a card or form means.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from tests.driving.markup import Node, read_markup

RECONNECT = 0.05


@dataclass
class Line:
    """A line as it stands on the page: `thread` is its root's id, empty outside threads."""

    id: str
    thread: str
    at: float
    node: Node
    bytes: dict[str, bytes] = field(default_factory=dict)


class Browser:
    """A signed-in session that follows what changes. `twice` sends every gesture twice at once."""

    def __init__(self, address: str) -> None:
        self.lines: dict[str, Line] = {}
        self.twice = False
        self.listening = False
        self._client = httpx2.AsyncClient(base_url=address, timeout=20)
        self._csrf = ""
        self._seq = 0
        self._files: dict[str, bytes] = {}
        self._following: asyncio.Task[None] | None = None

    async def sign_in(self, link: str) -> str:
        """Use a one-time link; what the page says before its button is pressed."""
        page = await self._client.get(link)
        assert page.status_code == 200, page.text
        entered = await self._client.post(link)
        assert entered.status_code == 303, entered.text
        await self.open()
        return read_markup(page.text).text()

    async def open(self) -> None:
        """Load the page and follow its changes from there on."""
        page = await self._client.get("/", follow_redirects=True)
        assert page.status_code == 200, page.text
        tree = read_markup(page.text)
        (facts,) = tree.find("script", id="client")
        client: dict[str, Any] = json.loads("".join(map(str, facts.parts)))
        self._csrf, self._seq = client["csrf"], client["seq"]
        for node in list(tree.find("article", data_line=None)):
            await self._read(node, "")
            await self._open_thread(node.attributes["data-line"])
        self._following = asyncio.create_task(self._follow())

    async def read(self, path: str) -> tuple[Node, tuple[bytes, ...]]:
        """Another of the desk's pages: what stands in its main part, and its pictures' bytes."""
        page = await self._client.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code} {page.text}"
        (main,) = read_markup(page.text).find("main")
        sources = [one.attributes["src"] for one in main.find("img", src=None)]
        pictures = [await self._client.get(each) for each in sources if each.startswith("/")]
        return main, tuple(picture.raise_for_status().content for picture in pictures)

    async def download(self, path: str) -> bytes:
        """A file that the desk offers."""
        return (await self._client.get(path)).raise_for_status().content

    async def post(
        self, path: str, fields: list[tuple[str, str]], files: Sequence[tuple[str, bytes]] = ()
    ) -> dict[str, Any]:
        """One gesture, as the page's scripts send it; AssertionError where it is refused."""
        sent = [("id", uuid4().hex), *fields]
        first, *_ = await asyncio.gather(
            *(self._send(path, sent, files) for _ in range(2 if self.twice else 1))
        )
        assert first.status_code == 200, f"{path}: {first.status_code} {first.text}"
        told: dict[str, Any] = first.json()
        return told

    async def _send(
        self, path: str, fields: list[tuple[str, str]], files: Sequence[tuple[str, bytes]]
    ) -> httpx2.Response:
        body = {name: [value for known, value in fields if known == name] for name, _ in fields}
        headers = {"accept": "application/json", "x-csrf-token": self._csrf}
        brought = [("files", file) for file in files]
        return await self._client.post(path, data=body, files=brought, headers=headers)

    async def close(self) -> None:
        """Close the window."""
        if self._following:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        await self._client.aclose()

    async def _open_thread(self, root: str) -> None:
        page = await self._client.get(f"/threads/{root}")
        assert page.status_code == 200, page.text
        for node in read_markup(page.text).find("article", data_line=None):
            if node.attributes["data-line"] != root:
                await self._read(node, root)

    async def _follow(self) -> None:
        while True:
            with suppress(httpx2.TransportError):
                await self._listen()
            self.listening = False
            await asyncio.sleep(RECONNECT)

    async def _listen(self) -> None:
        request = {"params": {"after": str(self._seq)}, "timeout": None}
        async with self._client.stream("GET", "/events", **request) as stream:  # type: ignore[arg-type]  # two keywords of different types
            self.listening = stream.status_code == 200
            async for text in stream.aiter_lines():
                if text.startswith("id: "):
                    self._seq = int(text.removeprefix("id: "))
                elif text.startswith("data: "):
                    for change in json.loads(text.removeprefix("data: ")):
                        await self._read(read_markup(change["html"]), change["thread"])

    async def _read(self, tree: Node, thread: str) -> None:
        node = tree if tree.tag == "article" else next(tree.find("article", data_line=None))
        at = float(node.attributes["data-at"])
        line = Line(node.attributes["data-line"], thread, at, node)
        shown = [one.attributes["src"] for one in node.find("img", src=None)]
        offered = [one.attributes["href"] for one in node.find("a", download=None)]
        for address in (*shown, *offered):
            if address not in self._files:
                got = await self._client.get(address)
                if got.status_code == 404:
                    continue  # replaced meanwhile, as previews are: a later change shows what by
                assert got.status_code == 200, f"{address}: {got.status_code}"
                self._files[address] = got.content
            line.bytes[address] = self._files[address]
        self.lines[line.id] = line
