"""A desk of its own before the system's Chromium, and photographs of what it shows.

Owns the desk's life, of which nothing stays, and how a photograph is kept. It must not know what is
in the picture.
"""

import io
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from bot.wiring import Running
from tests.desk import environment, running_desk

DOCS: Final = Path(__file__).parent
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
)
DESKTOP: Final = ViewportSize(width=1280, height=860)
COLOURS: Final = 256
KMEANS: Final = 2  # rounds that bring the palette nearer to the pictures


@dataclass(frozen=True)
class Scene:
    """A desk that runs, its address, and a browser to look at it with."""

    desk: Running
    address: str
    browser: Browser

    async def open_desktop(self) -> Page:
        """A window on the page, in light."""
        window = await self.browser.new_context(base_url=self.address, viewport=DESKTOP)
        return await window.new_page()

    async def open_telephone(self) -> Page:
        """The page on a telephone, in dark."""
        window = await self.browser.new_context(
            base_url=self.address,
            viewport={"width": 390, "height": 780},
            device_scale_factor=1.5,
            color_scheme="dark",
            has_touch=True,
            is_mobile=True,
        )
        return await window.new_page()


@asynccontextmanager
async def open_scene() -> AsyncIterator[Scene]:
    """A demo's desk with nothing in it yet, until the block ends."""
    with TemporaryDirectory() as folder:
        environ = environment(Path(folder), PUBLISH_GRACE_SECONDS="1")
        address = f"http://127.0.0.1:{environ['HTTP_PORT']}"
        async with running_desk(environ, demo=True) as desk, async_playwright() as playwright:
            program = shutil.which("chromium")
            browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
            yield Scene(desk, address, browser)
            await browser.close()


async def photograph(page: Page, name: str) -> None:
    """The page as it stands, once all its pictures have come, as `docs/<name>` with a palette."""
    loaded = "[...document.images].every((image) => image.complete || image.loading === 'lazy')"
    await page.wait_for_function(loaded)
    taken = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    palette = taken.quantize(COLOURS, kmeans=KMEANS)
    drawn = taken.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    drawn.save(DOCS / name, optimize=True)
