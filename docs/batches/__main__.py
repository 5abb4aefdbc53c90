"""`python -m docs.batches`: a batch of fifty prompts as the desk's page shows it.

Writes its five states, each with a palette of 256 colours: `docs/batch-input.png`, `batch.png`
while it is drawn, `batch-phone.png` when it is chosen from, `batch-drafts.png` when its drafts
were created and `batch-complete.png`.
"""

import asyncio
import re

from playwright.async_api import Page, expect

from core.wording import batches as words
from core.wording import drafts as draft_words
from docs.camera import DOCS, Scene, open_scene, photograph

LIST = DOCS.parent / "tests" / "flows" / "prompts" / "fifty.csv"
MADE = 4
"""Pictures that are there in the first photograph."""

SEEN = 18
"""Pictures that have room in it."""

UNWANTED = (2, 5, 6, 9, 11, 14, 15, 16, 18)


async def begin(page: Page) -> None:
    """Plan the batch, look at what it will cost, and start it."""
    await page.goto("/batches")
    await page.get_by_role("button", name=words.NEW_BATCH).click()
    form = page.get_by_role("dialog", name=words.FORM_TITLE)
    await form.locator("input[type=file]").set_input_files(LIST)
    await form.get_by_role("button", name=words.FORM_SUBMIT).click()
    start = page.get_by_role("button", name=words.START, exact=True)
    await expect(start).to_be_visible()
    await expect(page.locator("#threads")).to_contain_text("Batch: 50 pictures")
    await photograph(page, "batch-input.png")
    await start.click()


async def take(scene: Scene) -> None:
    """In light while it is drawn, in dark on a telephone when it is chosen from."""
    page = await scene.open_desktop()
    await begin(page)
    made = page.locator("#lot .is-completed")
    await expect(made.nth(MADE)).to_be_attached(timeout=120_000)
    for number in UNWANTED[:4]:
        await page.locator(f'.cell input[value="{number}"]').click()
    await page.locator('.cell input[value="4"]').hover()
    await expect(page.locator("#threads")).to_contain_text("Batch: drawing")
    for image in (await page.locator("#lot .is-completed img").all())[:SEEN]:
        await image.evaluate("image => image.decode()")  # which waits until it is there
    await expect(page.locator("#kept")).to_have_text(
        re.compile(r"^(?!(\d+) of \1 )"), timeout=20_000
    )
    await photograph(page, "batch.png")
    status = page.locator("#status")
    await expect(status).to_contain_text(re.compile("50 of 50 pictures made"), timeout=240_000)
    for number in UNWANTED[4:]:
        await page.locator(f'.cell input[value="{number}"]').click()
    await expect(page.locator("#kept")).to_have_text("41 of 50 kept")
    other = await scene.open_telephone()
    await other.goto(page.url)
    await other.wait_for_load_state("networkidle")
    await photograph(other, "batch-phone.png")
    await finish(page)


async def finish(page: Page) -> None:
    """Drafts of what is kept, then all of them published."""
    status, ground = page.locator("#status"), page.locator("#ground")
    await status.get_by_role("button", name=words.CREATE).click()
    publish = status.get_by_role("button", name="Publish 41 drafts")
    await expect(publish).to_be_visible(timeout=60_000)
    await status.get_by_text(draft_words.open_some(1, 34)).click()
    await ground.evaluate("ground => ground.scrollTo(0, 0)")
    await photograph(page, "batch-drafts.png")
    await page.keyboard.press("Escape")
    await publish.click()
    await expect(status).to_contain_text("41 published", timeout=120_000)
    await ground.evaluate("ground => ground.scrollTo(0, 0)")
    await photograph(page, "batch-complete.png")


async def main() -> None:
    """Nothing of the desk stays."""
    async with open_scene() as scene:
        await take(scene)


asyncio.run(main())
