"""`python -m docs.library`: fill a demo's library, and photograph its page on desk and telephone.

Writes `docs/library.png` and `docs/library-phone.png`, each with a palette of 256 colours.
"""

import asyncio

from playwright.async_api import FilePayload, Page, expect

from docs.camera import open_scene, photograph
from docs.library.photographs import fog, lights, sea

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


async def take() -> None:
    """Both pictures: the grid with two chosen, in light; the favourites on a telephone, in dark."""
    async with open_scene() as scene:
        page = await scene.open_desktop()
        await fill(page)
        await page.goto("/library")
        for number in (4, 5):
            await page.locator("#grid .tile").nth(number).get_by_role("checkbox").check(force=True)
        await page.mouse.move(5, 500)
        await page.wait_for_load_state("networkidle")
        await photograph(page, "library.png")
        telephone = await scene.open_telephone()
        await telephone.goto("/library?filter=favourites")
        await telephone.wait_for_load_state("networkidle")
        await photograph(telephone, "library-phone.png")


asyncio.run(take())
