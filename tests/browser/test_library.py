"""The library in a real browser: pictures brought, found, looked at, and used."""

import re
import zipfile

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from bot.wiring import Running
from core.wording import page as words
from tests.contracts.page.grounds import picture
from tests.contracts.page.shelves import keep

from .conftest import DESKTOP, PHONE, REFUSED, Open
from .test_composing import say

pytestmark = pytest.mark.usefixtures("desk")

TABLET = {"width": 820, "height": 1100}

DROP = """([name, type, data]) => {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    const target = document.getElementById("ground");
    target.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
}"""


async def fill_desk(page: Page) -> None:
    """Two foxes and a boat, drawn."""
    await say(page, "/generate a red fox in snow --count 2")
    await expect(page.locator("#log")).to_contain_text("Done: a red fox in snow")
    await say(page, "/generate a blue boat")
    await expect(page.locator("#log")).to_contain_text("Done: a blue boat")


async def bring(page: Page, *files: tuple[str, bytes]) -> None:
    """Add pictures with the button, through the form."""
    await page.get_by_role("button", name=words.ADD_PICTURES).click()
    form = page.get_by_role("dialog", name="Add pictures")
    given = [FilePayload(name=name, mimeType="image/jpeg", buffer=data) for name, data in files]
    await form.locator("input[type=file]").set_input_files(given)
    await expect(form.locator(".tray li")).to_have_count(len(files))
    await form.get_by_role("button", name="Add", exact=True).click()
    await expect(form).to_be_hidden()


def tiles(page: Page) -> Locator:
    """The images in the grid."""
    return page.locator("#grid .tile")


async def columns(page: Page) -> int:
    """How many images stand side by side."""
    tops = await tiles(page).evaluate_all("tiles => tiles.map((tile) => tile.offsetTop)")
    return int(tops.count(tops[0]))


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_pictures_are_brought_and_stand_in_the_grid(
    open_page: Open, viewport: dict[str, int]
) -> None:
    """Seen before they are sent, taken out again, judged one by one, and shown by themselves."""
    async with open_page("/library", viewport=viewport) as viewer:
        page = viewer.page
        await expect(page.get_by_text(words.NOTHING_YET)).to_be_visible()
        await page.get_by_role("button", name=words.ADD_PICTURES).click()
        form = page.get_by_role("dialog", name="Add pictures")
        brought = [
            FilePayload(name="shop.jpg", mimeType="image/jpeg", buffer=picture()),
            FilePayload(name="other.jpg", mimeType="image/jpeg", buffer=picture(500, 500)),
            FilePayload(name="lie.png", mimeType="image/png", buffer=b"<html>"),
        ]
        await form.locator("input[type=file]").set_input_files(brought)
        tray = form.locator(".tray li")
        await expect(tray).to_have_count(3)
        seen = tray.first.locator("img")
        assert await seen.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
        await form.get_by_role("button", name="Remove other.jpg").click()
        await expect(tray).to_have_count(2)
        await form.get_by_role("button", name="Add", exact=True).click()
        await expect(form).to_be_hidden()
        told = page.locator("#toasts")
        await expect(told).to_contain_text("shop.jpg: stored (JPEG, 640 × 480 px")
        await expect(told).to_contain_text("lie.png: not stored. That is not a picture.")
        await expect(tiles(page)).to_have_count(1)
        await expect(page.locator("#count")).to_have_text("1 picture")
        tile = tiles(page).first
        await expect(tile).to_contain_text("Uploaded")
        await expect(tile).to_contain_text("not used yet")
        shown = tile.locator("img.shown")
        assert await shown.evaluate("image => image.decode().then(() => true)")
        blur = tile.locator("img.blur")
        assert (await blur.get_attribute("src") or "").startswith("data:image/")
        assert await page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


async def test_a_picture_that_is_dropped_onto_the_grid_is_put_into_the_form(
    open_page: Open,
) -> None:
    async with open_page("/library") as viewer:
        page = viewer.page
        await page.evaluate(DROP, ["shop.jpg", "image/jpeg", "AAAA"])
        form = page.get_by_role("dialog", name="Add pictures")
        await expect(form.locator(".tray li")).to_contain_text("shop.jpg")
        page.once("dialog", lambda question: question.accept())  # whether to discard it
        await page.keyboard.press("Escape")
        await expect(form).to_be_hidden()
        await expect(tiles(page)).to_have_count(0)


async def test_one_searches_while_one_types(open_page: Open) -> None:
    """The box keeps the focus, the address follows, and going back asks what was asked before."""
    async with open_page() as viewer:
        page = viewer.page
        await fill_desk(page)
        await (
            page.get_by_role("banner")
            .or_(page.locator(".bar"))
            .get_by_role("link", name=words.LIBRARY)
            .click()
        )
        await expect(tiles(page)).to_have_count(3)
        box = page.get_by_role("searchbox", name=words.SEARCH)
        await box.press_sequentially("fo", delay=20)
        await expect(tiles(page)).to_have_count(2)
        await expect(box).to_be_focused()
        await expect(page).to_have_url(re.compile(r"/library\?text=fo$"))
        await box.press_sequentially("x snow")
        await expect(page).to_have_url(re.compile(r"text=fox\+snow$"))
        await expect(tiles(page)).to_have_count(2)
        await box.fill("unicorn")
        await expect(page.get_by_text(words.NOTHING_FOUND)).to_be_visible()
        await page.get_by_role("link", name=words.CLEAR_SEARCH).click()
        await expect(tiles(page)).to_have_count(3)
        await expect(box).to_have_value("")
        await page.go_back()
        await expect(box).to_have_value("unicorn")
        await expect(page.get_by_text(words.NOTHING_FOUND)).to_be_visible()
        await page.reload()
        await expect(box).to_have_value("unicorn")


async def test_what_is_shown_is_narrowed_and_sorted(open_page: Open) -> None:
    """By kind, tag, person, provider and day, each of which stays when one comes by the address."""
    async with open_page() as viewer:
        page = viewer.page
        await fill_desk(page)
        await page.goto("/library")
        await bring(page, ("shop.jpg", picture()))
        await expect(tiles(page)).to_have_count(4)
        await page.get_by_role("radio", name="Uploaded").check(force=True)
        await expect(tiles(page)).to_have_count(1)
        await page.get_by_role("radio", name="Unused").check(force=True)
        await expect(tiles(page)).to_have_count(4)
        await page.get_by_role("radio", name="Published").check(force=True)
        await expect(page.get_by_text(words.NOTHING_FOUND)).to_be_visible()
        await page.get_by_role("radio", name="All", exact=True).check(force=True)
        await page.get_by_label(words.SORT).select_option("name")
        await expect(tiles(page).first).to_contain_text("A blue boat")
        await page.get_by_text(words.NARROW).click()
        await page.get_by_label(words.TAG, exact=True).select_option("snow")
        await expect(tiles(page)).to_have_count(2)
        await page.get_by_label(words.TAG, exact=True).select_option("")
        await page.get_by_label(words.PROVIDER, exact=True).select_option("sketch")
        await expect(tiles(page)).to_have_count(3)
        await page.get_by_label(words.PERSON).select_option(label="You (4)")
        await page.get_by_label(words.TO, exact=True).fill("2020-01-01")
        await expect(tiles(page)).to_have_count(0)
        await page.get_by_label(words.FROM, exact=True).fill("2021-01-01")
        await expect(page.get_by_role("alert")).to_contain_text("is after the last one")
        await page.reload()
        await expect(page.get_by_label(words.PROVIDER, exact=True)).to_have_value("sketch")
        await expect(page.get_by_label(words.TO, exact=True)).to_have_value("2020-01-01")
        viewer.excused = REFUSED


async def test_a_passport_is_read_and_an_image_described(open_page: Open) -> None:
    """The words are a person's from then on; one comes back to the grid as it was."""
    async with open_page() as viewer:
        page = viewer.page
        await fill_desk(page)
        await page.goto("/library?text=fox")
        await tiles(page).first.get_by_role("link").click()
        await expect(page.get_by_role("heading", name="A red fox in snow")).to_be_visible()
        passport = page.locator("#passport")
        await expect(passport).to_contain_text("a red fox in snow")
        await expect(passport).to_contain_text("sketch")
        await expect(passport).to_contain_text("free")
        await expect(passport).to_contain_text("You")
        await expect(page.get_by_text(words.PLAIN_WORDS)).to_be_visible()
        await page.get_by_label(words.TITLE).fill("Reynard")
        await page.get_by_label(words.TAGS, exact=True).first.fill("autumn, hunt")
        await page.get_by_role("button", name=words.SAVE, exact=True).click()
        await expect(page.locator("#toasts")).to_contain_text(words.SAVED)
        await expect(page.get_by_role("heading", name="Reynard")).to_be_visible()
        await expect(page).to_have_title(re.compile("^Reynard"))
        tags = page.get_by_role("list", name=words.TAGS).get_by_role("link")
        await expect(tags).to_have_text(["autumn", "hunt"])
        await expect(page.get_by_text(words.PLAIN_WORDS)).to_be_hidden()
        await page.get_by_role("button", name=words.STAR).click()
        await page.get_by_role("link", name=words.TO_LIBRARY).click()
        await expect(page).to_have_url(re.compile(r"/library\?text=fox$"))
        await page.reload()
        await expect(tiles(page).filter(has_text="Reynard")).to_have_count(1)
        await page.goto("/library?filter=favourites&tag=hunt")
        await expect(tiles(page)).to_have_count(1)
        star = tiles(page).get_by_role("button", name="Favourite: Reynard")
        await expect(star).to_have_attribute("aria-pressed", "true")
        await star.click()
        await expect(star).to_have_attribute("aria-pressed", "false")
        await expect(page.locator("#toasts")).to_be_empty()


async def test_several_are_tagged_and_saved_at_once(open_page: Open) -> None:
    """With Shift, everything between two; the archive holds what is kept."""
    async with open_page() as viewer:
        page = viewer.page
        await fill_desk(page)
        await page.goto("/library")
        bar = page.get_by_role("form", name=words.CHOSEN_PICTURES)
        await expect(bar).to_be_hidden()
        boxes = page.locator("#grid").get_by_role("checkbox")
        await boxes.first.check(force=True)
        await boxes.last.click(force=True, modifiers=["Shift"])
        await expect(bar).to_contain_text("3 selected")
        await bar.get_by_role("button", name=words.TAG_THEM).click()
        form = page.get_by_role("dialog", name=words.TAGS_TITLE)
        await form.get_by_role("button", name=words.TAGS_ADD).click()
        await expect(form).to_contain_text(words.TAGS_NONE)
        await form.get_by_label(words.TAGS_LABEL).fill("campaign")
        await page.keyboard.press("Enter")
        await expect(page.locator("#toasts")).to_contain_text("3 pictures tagged.")
        await expect(bar).to_be_hidden()
        await page.goto("/library?tag=campaign")
        await expect(tiles(page)).to_have_count(3)
        for number in range(2):
            await boxes.nth(number).check(force=True)
        async with page.expect_download() as begun:
            await bar.get_by_role("button", name=words.SAVE_THEM).click()
        saved = await begun.value
        assert re.fullmatch(r"library-\d{4}-\d\d-\d\d\.zip", saved.suggested_filename)
        packed = zipfile.ZipFile(await saved.path())
        assert packed.testzip() is None
        assert len(packed.namelist()) == 2


async def test_all_that_is_shown_is_saved_at_once(open_page: Open, desk: Running) -> None:
    """However many there are: more than a form of any other kind has fields."""
    async with open_page() as viewer:
        page = viewer.page
        async with desk.database.read() as uow:
            you = await uow.members.anywhere(1, "local")
        assert you
        for number in range(62):
            await keep(desk, you, f"picture {number}.png")
        await page.goto("/library")
        await expect(tiles(page)).to_have_count(40)
        await tiles(page).last.scroll_into_view_if_needed()
        await expect(tiles(page)).to_have_count(62)
        await page.keyboard.press("Control+a")
        bar = page.get_by_role("form", name=words.CHOSEN_PICTURES)
        async with page.expect_download() as begun:
            await bar.get_by_role("button", name=words.SAVE_THEM).click()
        packed = zipfile.ZipFile(await (await begun.value).path())
        assert len(packed.namelist()) == 62


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_images_are_put_into_a_post_and_deleted_only_after_a_warning(
    open_page: Open, viewport: dict[str, int]
) -> None:
    """The form shows what is chosen, takes it away, and offers all of the library."""
    async with open_page(viewport=viewport) as viewer:
        page = viewer.page
        await fill_desk(page)
        await page.goto("/library")
        await tiles(page).nth(0).get_by_role("checkbox").check(force=True)
        await tiles(page).nth(1).get_by_role("checkbox").check(force=True)
        await page.get_by_role("button", name=words.USE).click()
        form = page.get_by_role("dialog", name="New post")
        picks = form.locator("[data-picks]").get_by_role("checkbox")
        await expect(picks).to_have_count(3)
        await expect(picks.nth(1)).to_be_checked()
        await picks.nth(1).uncheck(force=True)
        await form.get_by_role("searchbox").fill("boat")
        await expect(picks).to_have_count(1)
        await expect(picks).to_be_checked()
        await form.get_by_label("Caption").fill("We sail on Monday")
        await form.get_by_role("button", name="Preview").click()
        draft = page.locator("#log article", has_text="Check it")
        await expect(draft.locator(".pictures img")).to_have_count(1)
        await draft.get_by_role("button", name="Publish").click()
        await expect(page.locator("#log")).to_contain_text("Published: A blue boat")

        await page.goto("/library?filter=published")
        await expect(tiles(page)).to_contain_text("used once")
        await tiles(page).get_by_role("link").click()
        await page.wait_for_load_state()  # before its scripts have come, the question is a page
        await page.get_by_role("button", name="Delete").click()
        question = page.get_by_role("dialog", name="Delete this picture?")
        await expect(question).to_contain_text("A blue boat")
        await expect(question).to_contain_text("published")
        await question.get_by_role("button", name=words.CANCEL).click()
        await expect(question).to_be_hidden()
        await page.get_by_role("button", name="Delete").click()
        await question.get_by_role("button", name=words.DELETE, exact=True).click()
        await expect(page).to_have_url(re.compile("/library$"))
        await expect(tiles(page)).to_have_count(2)


async def test_everything_is_done_by_keys_alone(open_page: Open) -> None:
    """Found, walked, chosen, starred, opened, left, deleted and tagged, without the mouse; whoever
    has done something stays among the pictures.
    """
    async with open_page() as viewer:
        page = viewer.page
        await fill_desk(page)
        await page.goto("/library")
        await expect(tiles(page)).to_have_count(3)
        await page.keyboard.press("/")
        await page.keyboard.type("fox")
        await expect(tiles(page)).to_have_count(2)
        await page.keyboard.press("Escape")
        await expect(tiles(page)).to_have_count(3)
        await tiles(page).first.get_by_role("link").focus()
        await page.keyboard.press("ArrowRight")
        second = tiles(page).nth(1)
        await expect(second.get_by_role("link")).to_be_focused()
        await page.keyboard.press("f")
        await expect(second.locator("[data-star]")).to_have_attribute("aria-pressed", "true")
        await page.keyboard.press("Space")
        await expect(second.get_by_role("checkbox")).to_be_checked()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Space")
        await expect(page.locator("#chosen")).to_contain_text("2 selected")
        await page.keyboard.press("Escape")
        await expect(page.locator("#chosen")).to_be_hidden()
        await page.keyboard.press("Enter")
        await expect(page.locator("#passport")).to_be_visible()
        await page.go_back()
        await tiles(page).first.get_by_role("link").focus()
        await page.keyboard.press("Delete")
        question = page.get_by_role("dialog", name="Delete this picture?")
        await expect(question.get_by_role("button", name=words.DELETE, exact=True)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#toasts")).to_contain_text("1 picture deleted.")
        await expect(tiles(page)).to_have_count(2)
        await expect(tiles(page).first.get_by_role("link")).to_be_focused()
        await page.keyboard.press("Space")
        await page.get_by_role("button", name=words.TAG_THEM).focus()
        await page.keyboard.press("Enter")
        await page.keyboard.type("harbour")
        await page.keyboard.press("Enter")
        await expect(page.locator("#toasts")).to_contain_text("1 picture tagged.")
        await expect(tiles(page).first.get_by_role("link")).to_be_focused()


async def test_the_grid_goes_on_by_itself_and_is_found_again_as_it_was_left(
    open_page: Open, desk: Running
) -> None:
    """Four, two or one side by side, as wide as the window is."""
    async with open_page() as viewer:
        page = viewer.page
        async with desk.database.read() as uow:
            you = await uow.members.anywhere(1, "local")
        assert you
        for number in range(60):
            await keep(desk, you, f"picture {number}.png")
        await page.goto("/library?sort=oldest")
        assert await columns(page) == 4
        await expect(tiles(page)).to_have_count(40)
        await tiles(page).last.scroll_into_view_if_needed()
        await expect(tiles(page)).to_have_count(60)
        await expect(page.get_by_role("link", name=words.MORE)).to_be_hidden()
        called = await page.locator("#grid .name").all_inner_texts()
        assert called == [f"Picture {number}" for number in range(60)]
        await tiles(page).nth(55).get_by_role("link").click()
        await page.wait_for_url(re.compile(r"/library/\d+$"))
        await page.wait_for_load_state()  # until then the link leads to the library's beginning
        await page.get_by_role("link", name=words.TO_LIBRARY).click()
        await expect(tiles(page)).to_have_count(60)
        await expect(tiles(page).nth(55)).to_be_in_viewport()
        await tiles(page).nth(55).get_by_role("link").focus()
        await page.keyboard.press("Delete")
        await expect(page.get_by_role("dialog", name=words.delete_title(1))).to_be_visible()
        async with page.expect_response(re.compile("/library/answers")):
            await page.keyboard.press("Enter")
        await expect(page.locator("#count")).to_have_text("59 pictures")
        await expect(tiles(page)).to_have_count(59)
        for viewport, side_by_side in ((TABLET, 2), (PHONE, 1)):
            await page.set_viewport_size(viewport)
            assert await columns(page) == side_by_side
            assert await page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


async def test_one_comes_back_to_where_one_was_however_far_that_is(
    open_page: Open, desk: Running
) -> None:
    """Farther than the desk gives pictures at once."""
    async with open_page() as viewer:
        page = viewer.page
        async with desk.database.read() as uow:
            you = await uow.members.anywhere(1, "local")
        assert you
        for number in range(150):
            await keep(desk, you, f"picture {number}.png")
        await page.goto("/library?sort=oldest")
        for shown in (40, 80, 120, 150):
            await expect(tiles(page)).to_have_count(shown)
            await tiles(page).last.scroll_into_view_if_needed()
        await tiles(page).nth(140).get_by_role("link").click()
        await page.wait_for_url(re.compile(r"/library/\d+$"))
        await page.go_back()
        await expect(tiles(page)).to_have_count(150)
        await expect(tiles(page).nth(140)).to_be_in_viewport()


async def test_library_typed_in_the_conversation_opens_the_grid_with_that_search(
    open_page: Open,
) -> None:
    async with open_page() as viewer:
        page = viewer.page
        await fill_desk(page)
        await say(page, "/library fox --sort oldest")
        await expect(page).to_have_url(re.compile(r"/library\?"))
        await expect(tiles(page)).to_have_count(2)
        await expect(page.get_by_role("searchbox", name=words.SEARCH)).to_have_value("fox")
        await expect(page.get_by_label(words.SORT)).to_have_value("oldest")


async def test_the_grid_can_be_searched_before_its_scripts_have_come(open_page: Open) -> None:
    async with open_page() as viewer:
        await fill_desk(viewer.page)
    async with open_page("/library", java_script_enabled=False) as viewer:
        page = viewer.page
        await page.get_by_role("searchbox", name=words.SEARCH).fill("boat")
        await page.get_by_role("button", name=words.SEARCH_SUBMIT).click()
        await expect(tiles(page)).to_have_count(1)
        await tiles(page).get_by_role("link").click()
        await page.get_by_label(words.TITLE).fill("Titania")
        await page.get_by_role("button", name=words.SAVE, exact=True).click()
        await expect(page.get_by_role("heading", name="Titania")).to_be_visible()
