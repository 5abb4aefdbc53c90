"""A batch on the page in a real browser: its five states, from the form to published drafts."""

import re

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from bot.wiring import Running
from core.wording import batches as words
from core.wording import page as page_words

from .conftest import DESKTOP, PHONE, Open

pytestmark = pytest.mark.usefixtures("desk")

LIST = "prompt,quality\n" + "\n".join(f"a fox number {number},low" for number in range(1, 13))


def tiles(page: Page) -> Locator:
    """The pictures of the batch, made or not."""
    return page.locator("#lot > .cell")


def box(page: Page, number: int) -> Locator:
    """What says whether a picture is kept."""
    return page.get_by_role("checkbox", name=re.compile(f"^Picture {number}: "))


async def plan(page: Page, *, prompts: str = "", file: str = "") -> None:
    """From the list of batches through the form to the batch's own page."""
    await page.goto("/batches")
    await page.get_by_role("button", name=words.NEW_BATCH).click()
    form = page.get_by_role("dialog", name=words.FORM_TITLE)
    await form.get_by_label(words.PROMPTS).fill(prompts)
    if file:
        given = FilePayload(name="list.csv", mimeType="text/csv", buffer=file.encode())
        await form.locator("input[type=file]").set_input_files(given)
    await form.get_by_role("button", name=words.FORM_SUBMIT).click()
    await expect(page).to_have_url(re.compile("/batches/"))
    # Before its scripts have come, a key would be pressed in vain.
    await expect(page.locator("#status[inert]")).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_batch_goes_through_its_five_states(
    open_page: Open, viewport: dict[str, int]
) -> None:
    """Planned, generating, chosen from, made drafts of, and published, on one page."""
    async with open_page(viewport=viewport) as viewer:
        page = viewer.page
        await plan(page, file=LIST)
        status = page.locator("#status")
        await expect(status).to_contain_text("Batch: 12 pictures, ≈ $0")
        await expect(status).to_contain_text("20: $0 · 50: $0 · 100: $0")
        await expect(tiles(page)).to_have_count(0)
        await status.get_by_role("button", name=words.START).click()

        await expect(tiles(page)).to_have_count(12)
        await expect(status).to_contain_text("Batch: 12 of 12 pictures made", timeout=30_000)
        await expect(page.locator("#lot .is-completed img")).to_have_count(12)
        await expect(page.locator("#kept")).to_have_text("12 of 12 kept")
        assert await page.evaluate("document.documentElement.scrollWidth") == viewport["width"]

        await page.get_by_role("button", name=words.KEEP_NONE, exact=True).click()
        await expect(page.locator("#kept")).to_have_text("0 of 12 kept")
        await box(page, 3).click()
        await box(page, 9).focus()
        await page.keyboard.press("Space")
        await expect(page.locator("#kept")).to_have_text("2 of 12 kept")
        await page.get_by_role("button", name=words.ONLY_KEPT).click()
        await expect(tiles(page).filter(visible=True)).to_have_count(2)

        await status.get_by_role("button", name=words.CREATE).click()
        await expect(status).to_contain_text("2 posts: 2 to be published, 0 published.")
        await status.get_by_role("button", name="Publish 2 drafts").click()
        await expect(status).to_contain_text("2 posts: 0 to be published, 2 published.")
        await expect(status.locator(".links a")).to_have_count(2)
        await page.reload()
        await expect(page.locator("#kept")).to_have_text("2 of 12 kept")
        await expect(box(page, 3)).to_be_checked()
        await expect(box(page, 4)).not_to_be_checked()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_side_bar_follows_a_batch_in_every_room(
    open_page: Open, viewport: dict[str, int]
) -> None:
    """Its title there is that of its card, as it gets on, wherever somebody looks; who stands on
    its link with the keyboard stays there.
    """
    async with open_page(viewport=viewport) as viewer, open_page("/spend") as other:
        page = viewer.page
        await plan(page, prompts="an owl\na hare")
        threads = page.locator("#threads")
        await expect(threads).to_contain_text("Batch: 2 pictures, ≈ $0")
        await expect(other.page.locator("#threads")).to_contain_text("Batch: 2 pictures, ≈ $0")
        await page.locator("#status").get_by_role("button", name=words.START).click()
        if viewport == PHONE:
            await expect(threads).not_to_be_in_viewport()
            await page.get_by_role("button", name=page_words.MENU).click()
        link = threads.get_by_role("link", name="Batch")
        await link.focus()
        await expect(link).to_contain_text("Batch: 2 of 2 pictures made", timeout=30_000)
        await expect(link).to_be_focused()
        await expect(threads).to_be_in_viewport()
        await expect(other.page.locator("#threads")).to_contain_text("2 of 2 pictures made")
        await link.click()
        await expect(page).to_have_url(re.compile(r"/\?thread="))


async def test_one_chooses_by_keys_and_by_ranges(open_page: Open) -> None:
    """Arrows move, Space keeps or not, Shift takes all between, Enter opens the picture."""
    async with open_page() as viewer:
        page = viewer.page
        await plan(page, prompts="a {red, green, blue, grey} {bird, boat}")
        await page.locator("#status").get_by_role("button", name=words.START).click()
        await expect(page.locator("#kept")).to_have_text("8 of 8 kept", timeout=30_000)
        await box(page, 1).focus()
        await page.keyboard.press("ArrowRight")
        await expect(box(page, 2)).to_be_focused()
        await page.keyboard.press("Space")
        await expect(page.locator("#kept")).to_have_text("7 of 8 kept")
        await expect(box(page, 2)).to_be_focused()
        await box(page, 6).click(modifiers=["Shift"])
        await expect(page.locator("#kept")).to_have_text("3 of 8 kept")
        await page.get_by_role("button", name=words.KEEP_ALL, exact=True).click()
        await expect(page.locator("#kept")).to_have_text("8 of 8 kept")
        await box(page, 2).focus()
        await expect(page.locator("#lot .prompt").nth(1)).to_have_css("opacity", "1")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(r"/library/\d+$"))


@pytest.mark.parametrize("width", [390, 320])
async def test_every_menu_of_a_batch_stays_within_a_telephone(open_page: Open, width: int) -> None:
    """Wherever it stands in its row; Escape shuts it and leaves the keyboard on it."""
    async with open_page(viewport={"width": width, "height": 780}) as viewer:
        page = viewer.page
        await plan(page, prompts="an owl")
        menus = page.locator("#status summary")
        await expect(menus).to_have_count(4)
        for number in range(4):
            await menus.nth(number).press("Enter")
            await expect(page.locator("#status details[open] .popover")).to_be_in_viewport(ratio=1)
            sides = "ground => [ground.scrollWidth, ground.clientWidth]"
            assert await page.locator("#ground").evaluate(sides) == [width, width]
            await page.keyboard.press("Tab")
            await page.keyboard.press("Escape")
            await expect(page.locator("#status details[open]")).to_have_count(0)
            await expect(menus.nth(number)).to_be_focused()


async def test_a_card_that_changes_under_the_keyboard_leaves_it_on_its_menu(
    open_page: Open,
) -> None:
    """Somebody else chooses the quality while one stands on the sizes."""
    async with open_page() as viewer, open_page() as other:
        await plan(viewer.page, prompts="an owl")
        status = viewer.page.locator("#status")
        await expect(status).to_contain_text("Batch: 1 picture")
        sizes = status.locator("summary").nth(2)
        await sizes.focus()
        await expect(sizes).to_be_focused()
        await other.page.goto(viewer.page.url)
        await other.page.locator("#status summary").nth(1).click()
        await other.page.locator("#status details[open]").get_by_text("high", exact=True).click()
        await expect(status).to_contain_text("· high · 1024x1024")
        await expect(sizes).to_be_focused()
        await viewer.page.keyboard.press("Enter")
        await expect(status.locator("details[open]")).to_contain_text("1792x1024")


async def test_a_picture_that_was_deleted_since_is_told_so_and_can_be_kept_no_more(
    open_page: Open,
) -> None:
    """Its place says why it is empty; all others stay as they were chosen."""
    async with open_page() as viewer:
        page = viewer.page
        await plan(page, prompts="an owl\na hare")
        await page.locator("#status").get_by_role("button", name=words.START).click()
        await expect(page.locator("#kept")).to_have_text("2 of 2 kept", timeout=30_000)
        batch = page.url
        await tiles(page).first.get_by_role("link").click()
        await page.wait_for_load_state()  # before its scripts have come, the question is a page
        await page.get_by_role("button", name=page_words.DELETE_THEM).click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        await expect(page).to_have_url(re.compile("/library$"))
        await page.goto(batch)
        await expect(page.locator("#kept")).to_have_text("1 of 2 kept")
        await expect(tiles(page).first).to_contain_text("The picture was deleted")
        await expect(box(page, 1)).to_be_disabled()
        await expect(box(page, 1)).not_to_be_checked()
        await expect(box(page, 2)).to_be_checked()


async def test_the_keyboard_finds_what_is_kept_and_stays_among_it(open_page: Open) -> None:
    """While only that is shown, what is kept no more is left for the next one."""
    async with open_page() as viewer:
        page = viewer.page
        await plan(page, prompts="an owl\na hare\na fox")
        await page.locator("#status").get_by_role("button", name=words.START).click()
        await expect(page.locator("#kept")).to_have_text("3 of 3 kept", timeout=30_000)
        await box(page, 1).click()
        await page.get_by_role("button", name=words.ONLY_KEPT).press("Enter")
        await page.keyboard.press("Tab")
        await expect(box(page, 2)).to_be_focused()
        await page.keyboard.press("Space")
        await expect(box(page, 3)).to_be_focused()
        await expect(page.locator("#kept")).to_have_text("1 of 3 kept")


async def test_the_list_of_batches_the_card_and_the_page_lead_to_each_other(
    open_page: Open,
) -> None:
    """The newest first; the card in the conversation opens the page, which opens its thread."""
    async with open_page() as viewer:
        page = viewer.page
        await page.locator(".bar").get_by_role("link", name=words.BATCHES).click()
        await expect(page.get_by_text(words.NO_BATCHES, exact=True)).to_be_visible()
        await plan(page, prompts="an old owl")
        await expect(page.locator("#status")).to_contain_text("Batch: 1 picture")
        await page.locator("#status").get_by_role("button", name=words.LEAVE).click()
        await expect(page.locator("#status")).to_contain_text("Batch: left")
        await plan(page, prompts="a young owl")
        here = page.url
        await page.get_by_role("link", name=words.OWN_THREAD).click()
        card = page.get_by_role("complementary", name="Thread").locator("[data-card]")
        leads = card.get_by_role("link", name=words.ON_PAGE)
        assert await leads.get_attribute("href") == here
        await page.goto("/batches")
        await expect(page.locator(".batches li")).to_have_count(2)
        await expect(page.locator(".batches b").first).to_have_text("a young owl")
        await expect(page.locator(".batches li").last).to_contain_text("left")


async def test_a_thousand_pictures_are_drawn_and_chosen_from_at_once(
    open_page: Open, desk: Running
) -> None:
    """The page stands within seconds, loads only what is seen, and one gesture keeps none."""
    async with open_page() as viewer:
        page = viewer.page
        await plan(page, prompts="\n".join(f"prompt number {one}" for one in range(1, 1001)))
        status = page.locator("#status")
        await expect(status).to_contain_text("Batch: 1000 pictures")
        await status.get_by_role("button", name=words.START).click()
        await expect(tiles(page)).to_have_count(1000, timeout=15_000)
        await status.get_by_role("button", name=words.CANCEL).click()
        await expect(status).to_contain_text("cancelled", timeout=30_000)
        await page.get_by_role("button", name=words.KEEP_NONE, exact=True).click()
        await expect(page.locator("#kept")).to_have_text(re.compile(r"^0 of \d+ kept$"))
        opened = await page.evaluate(
            "async () => { const at = performance.now(); await fetch(location.href)"
            ".then((one) => one.text()); return performance.now() - at; }"
        )
        assert opened < 3000
        async with desk.database.read() as uow:
            (job,) = await uow.jobs.batches(1, 5)
            made = sum(one.state == "completed" for one in await uow.items.of_job(job.id))
        assert made < 1000
