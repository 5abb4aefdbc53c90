"""A whole desk on loopback, and the system's Chromium before it."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.wiring import Running
from tests.desk import environment, running_desk

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


@dataclass
class Viewer:
    """A window on the page, and what went wrong in it: errors of scripts, refusals of the policy,
    answers of 500, and requests that would leave this machine. `excused` is what the browser says
    of a loss that a test stages, whenever it comes to say so.
    """

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)
    excused: str = ""

    def watch(self) -> None:
        """Take note of whatever goes wrong from now on."""
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.wrong.append(said.text) if said.type == "error" else None,
        )
        self.page.on("request", lambda asked: self._check(asked.url))

    def unexcused(self) -> list[str]:
        """What went wrong that nobody had staged."""
        return [told for told in self.wrong if not self.excused or self.excused not in told]

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "blob:", "data:")):
            self.wrong.append(f"asked for {url}")


Open = Callable[..., Any]

LOST = "Failed to load resource: net::"
"""How Chromium notes a request that got no answer."""

REFUSED = "responded with a status of 4"
"""How Chromium notes an answer that refuses."""

expect.set_options(timeout=20_000)
"""Milliseconds that a browser is given which shares its machine with three other tests."""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The settings of a demo; its folder and port stay the same over restarts."""
    return environment(tmp_path / "data", PUBLISH_GRACE_SECONDS="1")


@pytest.fixture
async def desk(environ: dict[str, str]) -> AsyncIterator[Running]:
    """The demo, running."""
    async with running_desk(environ, demo=True) as running:
        yield running


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """The system's browser."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(chromium: Browser, environ: dict[str, str]) -> AsyncIterator[Open]:
    """Opens the page in a window of its own; at the end nothing may have gone wrong in any."""
    address = f"http://127.0.0.1:{environ['HTTP_PORT']}"
    viewers: list[Viewer] = []

    @asynccontextmanager
    async def open_(path: str = "/", **context: Any) -> AsyncIterator[Viewer]:
        how: dict[str, Any] = {"viewport": DESKTOP, **context}
        window: BrowserContext = await chromium.new_context(base_url=address, **how)
        viewer = Viewer(await window.new_page(), address)
        viewers.append(viewer)
        viewer.watch()
        await viewer.page.goto(path)
        yield viewer
        await window.close()

    yield open_
    assert [told for viewer in viewers for told in viewer.unexcused()] == []
