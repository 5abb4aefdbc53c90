"""Pages from templates, and photographs of them by the system's Chromium.

Owns the drawing itself. It must not know any chat.
"""

import base64
import io
import shutil
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image
from playwright.async_api import async_playwright

WIDTH = 1100  # pixels
SHOWN = 300  # pixels: no picture is drawn larger
COLOURS = 256
KMEANS = 2  # rounds that bring the palette nearer to the pictures
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def picture_url(content: bytes) -> str:
    """A picture's bytes as an address that needs no server, no larger than it is drawn."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture.thumbnail((SHOWN, SHOWN))
    small = io.BytesIO()
    picture.save(small, "PNG")
    return f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode()}"


async def photograph(template: str, facts: dict[str, Any], target: Path) -> None:
    """Draw a template to a PNG file, as long as it needs.

    RuntimeError where there is no Chromium.
    """
    html = TEMPLATES.get_template(template).render(facts)
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("chromium is needed to draw")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = await browser.new_page(viewport={"width": WIDTH, "height": 800})
        await page.set_content(html)
        taken = await page.screenshot(full_page=True)
        await browser.close()
    # A palette makes the file a third; this one keeps the rare colours of buttons and emoji.
    drawn = Image.open(io.BytesIO(taken)).convert("RGB")
    drawn.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, KMEANS, dither=Image.Dither.NONE).save(
        target, optimize=True
    )
