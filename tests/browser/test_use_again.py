"""Pictures in and out of a post, by hand."""

import pytest
from playwright.async_api import Page, expect

from tests.core.hostile import encode, scene

from .conftest import DESKTOP, PHONE, Open

pytestmark = pytest.mark.usefixtures("desk")

PHOTO = {"name": "front.jpg", "mimeType": "image/jpeg", "buffer": encode(scene(900, 600), "JPEG")}


async def ask(page: Page, line: str) -> None:
    """Enter a line."""
    await page.locator(".channel textarea").fill(line)
    await page.locator(".channel").get_by_role("button", name="Send").click()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_pictures_are_chosen_uploaded_generated_and_taken_away(
    open_page: Open, *, phone: bool
) -> None:
    """One of the library is chosen by its face, one is uploaded, one is generated, all in one
    dialog; the draft completes itself, lets go of two again, and is published with the upload.
    """
    how = {"viewport": PHONE, "has_touch": True} if phone else {"viewport": DESKTOP}
    async with open_page(**how) as viewer:
        page = viewer.page
        await ask(page, "/generate a fox --count 2")
        await expect(page.locator("#log article", has_text="Done: a fox")).to_be_visible()
        await ask(page, "/post Autumn is here.")
        form = page.get_by_role("dialog", name="New post")
        await form.get_by_role("checkbox", name="A fox · no. 1").check(force=True)
        await form.locator("input[type=file]").set_input_files([PHOTO])
        await form.get_by_label("Generate with AI").fill("a red leaf")
        await form.get_by_role("button", name="Preview").click()
        await expect(form).to_be_hidden()
        draft = page.locator("article", has_text="Check it, then press").last
        await expect(draft.locator(".pictures img")).to_have_count(3)
        await draft.get_by_role("button", name="Edit").click()
        form = page.get_by_role("dialog", name="Edit the post")
        await form.get_by_role("checkbox", name="1. A fox · no. 1").uncheck(force=True)
        await form.get_by_role("checkbox", name="A red leaf").uncheck(force=True)
        await form.get_by_role("button", name="Save").click()
        await expect(draft.locator(".pictures img")).to_have_count(1)
        await draft.get_by_role("button", name="Publish", exact=True).click()
        published = page.locator("#log article", has_text="Published: Front")
        link = published.get_by_role("link", name="Site")
        await page.goto(await link.get_attribute("href") or "")
        await expect(page.locator("figure")).to_have_count(1)


async def test_a_post_with_a_long_address_is_as_wide_as_a_telephone(open_page: Open) -> None:
    """On its public page, whatever stands in its words."""
    async with open_page(viewport=PHONE, has_touch=True) as viewer:
        page = viewer.page
        await ask(page, "/post Read https://example.com/" + "autumn" * 20)
        form = page.get_by_role("dialog", name="New post")
        await form.get_by_role("button", name="Preview").click()
        draft = page.locator("#log article", has_text="Check it, then press")
        await draft.get_by_role("button", name="Publish", exact=True).click()
        published = page.locator("#log article", has_text="Published: ")
        link = published.get_by_role("link", name="Site")
        await page.goto(await link.get_attribute("href") or "")
        await expect(page.locator(".words")).to_contain_text("autumnautumn")
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
