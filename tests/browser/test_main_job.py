"""The main job by hand, as a person does it in a browser."""

import pytest
from playwright.async_api import Locator, Page, expect

from bot.wiring import Running

from .conftest import DESKTOP, LOST, PHONE, Open

pytestmark = pytest.mark.usefixtures("desk")


async def order(page: Page, *, phone: bool) -> None:
    """Type an order with completion of command, option and value."""
    box = page.locator(".channel textarea")
    await box.click()
    await page.keyboard.type("/gen")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Tab")
    await page.keyboard.type("a lighthouse at dusk --st")
    await expect(page.get_by_role("option", name="--style")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option", name="minimalist")).to_be_visible()
    await page.keyboard.type("vi")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Tab")
    await page.keyboard.type("--count 4")
    await expect(box).to_have_value("/generate a lighthouse at dusk --style vintage --count 4")
    if phone:
        await page.get_by_role("button", name="Send").click()
    else:
        await page.keyboard.press("Enter")
    await expect(box).to_have_value("")


async def thread_of(page: Page, *, phone: bool) -> Locator:
    """The thread with the pictures: it opens by itself, on a telephone by its message."""
    if phone:
        await page.locator("#toasts").get_by_role("button", name="Open").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.locator(".pictures img")).to_have_count(4)
    return thread


async def react(thread: Locator, emoji: str) -> None:
    """Put an emoji on the pictures by the small picker."""
    result = thread.locator("article", has_text="4 pictures: a lighthouse at dusk")
    await result.get_by_label("React", exact=True).click()
    await result.get_by_role("button", name=f"React {emoji}").click()
    await expect(result.locator(".chip.mine", has_text=emoji)).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_from_an_order_to_a_published_page(open_page: Open, *, phone: bool) -> None:
    """/generate → status → pictures in the thread → 1️⃣ and ✅ → Publish → the page with its link."""
    how = {"viewport": PHONE, "has_touch": True} if phone else {"viewport": DESKTOP}
    async with open_page(**how) as viewer:
        page = viewer.page
        await order(page, phone=phone)
        status = page.locator("#log article", has_text="a lighthouse at dusk")
        await expect(status).to_have_count(1)
        await expect(status).to_contain_text("Sketch (no AI)")
        thread = await thread_of(page, phone=phone)
        await react(thread, "1️⃣")
        await expect(thread.get_by_role("checkbox", name="Picture 1")).to_be_checked()
        await react(thread, "✅")
        await expect(thread).to_contain_text("✅ Approved by You: 1.")
        await thread.get_by_role("button", name="Publish").click()
        form = page.get_by_role("dialog", name="Publish")
        await form.get_by_label("Caption").fill("The light is on again.\n\nCome and see.")
        await form.get_by_label("Alt text").fill("A striped lighthouse over a calm sea")
        await form.get_by_role("button", name="Publish").click()
        await expect(form).to_be_hidden()
        outcome = thread.locator("article", has_text="It is live").last
        link = outcome.get_by_role("link", name="Site")
        await expect(link).to_be_visible()
        assert (
            await page.evaluate("document.documentElement.scrollWidth")
            <= page.viewport_size["width"]
        )
        await page.goto(await link.get_attribute("href") or "")
        assert page.url.endswith("/p/the-light-is-on-again-come-and-see")
        await expect(page.get_by_role("heading", level=1)).to_have_text("A lighthouse at dusk")
        await expect(page.get_by_text("Come and see.")).to_be_visible()
        image = page.get_by_role("img", name="A striped lighthouse over a calm sea")
        assert await image.evaluate("image => image.complete && image.naturalWidth") == 1024
        assert (
            await page.evaluate("document.documentElement.scrollWidth")
            <= page.viewport_size["width"]
        )


async def test_everything_still_stands_and_works_after_a_reload(open_page: Open) -> None:
    """The page is drawn from rows: buttons of an old card act as on the first day."""
    async with open_page() as viewer:
        page = viewer.page
        await order(page, phone=False)
        thread = await thread_of(page, phone=False)
        await page.reload()
        thread = page.get_by_role("complementary", name="Thread")
        await thread.get_by_label("Picture 2").check()
        await thread.get_by_label("Picture 4").check()
        await expect(thread).to_contain_text("Chosen by You: 2 and 4.")
        await thread.get_by_role("button", name="Approve").click()
        await expect(thread).to_contain_text("✅ Approved by You: 2 and 4.")
        await thread.get_by_text("More", exact=True).click()
        await thread.get_by_role("button", name="Originals").click()
        archive = thread.get_by_role("link", name="originals.zip")
        async with page.expect_download() as download:
            await archive.click()
        assert (await (await download.value).path()).read_bytes().startswith(b"PK")


async def test_two_windows_see_the_same_at_once(open_page: Open, desk: Running) -> None:
    """What one does appears in the other by itself, also after its connection was lost."""
    async with open_page() as one, open_page() as other:
        await one.page.locator(".channel textarea").fill("Hello from here")
        await one.page.keyboard.press("Enter")
        await expect(other.page.get_by_text("Hello from here")).to_be_visible()
        await other.page.context.set_offline(True)
        await one.page.locator(".channel textarea").fill("Said while away")
        await one.page.keyboard.press("Enter")
        await expect(one.page.locator("#log").get_by_text("Said while away")).to_be_visible()
        await other.page.context.set_offline(False)
        await expect(other.page.get_by_text("Said while away")).to_be_visible()
        other.excused = LOST
