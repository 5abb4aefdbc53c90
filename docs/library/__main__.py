"""`python -m docs.library`: fill a demo's library, and photograph its page on desk and telephone.

Writes `docs/library.png` and `docs/library-phone.png`, each with a palette of 256 colours.
"""

import asyncio
import io
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from docs.library.photographs import fog, lights, sea
from tests.desk import environment, running_desk

DOCS = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
COLOURS = 256
KMEANS = 2  # rounds that bring the palette nearer to the pictures

SKETCHES = (
    ("a lighthouse at dusk --style vintage", 1),
    ("a red fox in fresh snow", 2),
    ("a sailing boat by the pier", 1),
    ("a mountain lake in autumn", 1),
    ("a coffee cup by the window", 1),
    ("a hot air balloon over the fields", 1),
    ("a city skyline at night", 1),
)
PHOTOGRAPHS = (
    ("Valley at six.jpg", fog(1500, 1000)),
    ("Market street.jpg", lights(1000, 1400)),
    ("Evening crossing.jpg", sea(1600, 1000)),
)


async def fill(page: Page) -> None:
    """Order sketches, publish one, bring photographs, and star a few."""
    await page.goto("/")
    await expect(page.locator("#log")).to_be_visible()
    for prompt, count in SKETCHES:
        await page.locator(".channel textarea").fill(f"/generate {prompt} --count {count}")
        await page.locator(".channel textarea").press("Enter")
        subject = prompt.partition(" --")[0]
        await expect(page.locator("#log")).to_contain_text(f"Done: {subject}", timeout=30_000)
    await page.goto("/library")
    await page.get_by_role("button", name="Add pictures").click()
    form = page.get_by_role("dialog")
    files = [FilePayload(name=n, mimeType="image/jpeg", buffer=data) for n, data in PHOTOGRAPHS]
    await form.locator("input[type=file]").set_input_files(files)
    await form.get_by_role("button", name="Add", exact=True).click()
    tiles = page.locator("#grid .tile")
    await expect(tiles).to_have_count(len(files) + sum(count for _, count in SKETCHES))
    for name in ("A red fox in fresh snow", "Evening crossing"):
        await tiles.filter(has_text=name).first.locator("[data-star]").click(force=True)
    await publish(page, "Valley at six", "Evening crossing")
    await publish(page, "A red fox in fresh snow")
    await expect(page.locator("#log article", has_text="Published:")).to_have_count(2)


async def publish(page: Page, *names: str) -> None:
    """A post of these pictures, on the built-in site."""
    await page.goto("/library")
    for name in names:
        tile = page.locator("#grid .tile", has_text=name).first
        await tile.get_by_role("checkbox").check(force=True)
    await page.get_by_role("button", name="Use in a post").click()
    await page.get_by_role("dialog").get_by_role("button", name="Preview").click()
    draft = page.locator("#log article", has_text="Check it")
    await draft.get_by_role("button", name="Publish").click()
    await expect(draft).to_have_count(0)


async def photograph(page: Page, target: Path) -> None:
    """The page as it stands, once all its pictures have come, as a PNG of a palette."""
    loaded = "[...document.images].every((image) => image.complete || image.loading === 'lazy')"
    await page.wait_for_function(loaded)
    await page.wait_for_load_state("networkidle")
    taken = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    palette = taken.quantize(COLOURS, kmeans=KMEANS)
    drawn = taken.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    drawn.save(target, optimize=True)


async def take(browser: Browser, address: str) -> None:
    """Both pictures: the grid with two chosen, in light; the favourites on a telephone, in dark."""
    desk = await browser.new_context(base_url=address, viewport={"width": 1280, "height": 860})
    page = await desk.new_page()
    await fill(page)
    await page.goto("/library")
    for number in (4, 5):
        await page.locator("#grid .tile").nth(number).get_by_role("checkbox").check(force=True)
    await page.mouse.move(5, 500)
    await photograph(page, DOCS / "library.png")
    telephone = await browser.new_context(
        base_url=address,
        viewport={"width": 390, "height": 780},
        device_scale_factor=1.5,
        color_scheme="dark",
        has_touch=True,
        is_mobile=True,
    )
    page = await telephone.new_page()
    await page.goto("/library?filter=favourites")
    await photograph(page, DOCS / "library-phone.png")


async def main() -> None:
    """Nothing of the desk stays."""
    with TemporaryDirectory() as folder:
        environ = environment(Path(folder), PUBLISH_GRACE_SECONDS="1")
        address = f"http://127.0.0.1:{environ['HTTP_PORT']}"
        async with running_desk(environ, demo=True), async_playwright() as playwright:
            program = shutil.which("chromium")
            browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
            await take(browser, address)
            await browser.close()


asyncio.run(main())
