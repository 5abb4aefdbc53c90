"""Slow and broken connections, many windows, and files that miss their place, in a real browser."""

import asyncio
import re

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from bot.wiring import Running
from core.wording import batches as batch_words
from core.wording import page as words
from tests.contracts.page.grounds import picture
from tests.desk import PATIENCE

from .conftest import LOST, REFUSED, Open
from .test_batches import plan
from .test_composing import say

pytestmark = pytest.mark.usefixtures("desk")

DROP = """([target, name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name));
    const how = { dataTransfer: transfer, bubbles: true, cancelable: true };
    const give = (kind) => document.querySelector(target).dispatchEvent(new DragEvent(kind, how));
    give("dragover");
    return give("drop");
}"""
"""Whether the browser would go to the file."""

UNSEEN = "Object.defineProperty(document, 'hidden', { get: () => true })"
CONNECTIONS = 6
"""How many a browser opens to one desk over HTTP/1.1."""


async def attach(page: Page, name: str) -> None:
    """Put a picture into the channel's box."""
    given = FilePayload(name=name, mimeType="image/jpeg", buffer=picture())
    await page.locator(".channel input[type=file]").set_input_files([given])


async def test_what_is_written_while_a_line_is_lost_does_not_cost_the_line(open_page: Open) -> None:
    """Both stand in the box again."""
    async with open_page() as viewer:
        page = viewer.page
        written = asyncio.Event()

        async def lose(route: Route) -> None:
            await written.wait()
            await route.abort()

        await page.route("**/say", lose)
        await say(page, "We open on Monday")
        box = page.locator(".channel textarea")
        await expect(box).to_have_value("")
        await box.fill("and on Tuesday")
        written.set()
        await expect(page.locator("#toasts")).to_contain_text(words.SPOKEN["failed"])
        await expect(box).to_have_value("We open on Monday\nand on Tuesday")
        viewer.excused = LOST


async def test_a_file_that_is_added_while_others_are_sent_waits_for_the_next_line(
    open_page: Open,
) -> None:
    async with open_page() as viewer:
        page = viewer.page
        added = asyncio.Event()

        async def hold(route: Route) -> None:
            await added.wait()
            await route.continue_()

        await page.route("**/say", hold)
        await attach(page, "first.jpg")
        await page.locator(".channel").get_by_role("button", name=words.SEND).click()
        await attach(page, "second.jpg")
        tray = page.locator(".channel .tray li")
        await expect(tray).to_have_count(2)
        added.set()
        await expect(tray).to_have_count(1)
        await expect(tray).to_contain_text("second.jpg")
        await expect(page.locator("#log .uploads")).to_have_text("first.jpg")


async def test_of_two_threads_the_one_that_was_asked_for_last_is_shown(open_page: Open) -> None:
    """However late the other one comes."""
    async with open_page() as viewer:
        page = viewer.page
        await say(page, "/generate a fox")
        await expect(page.locator("#log")).to_contain_text("Done: a fox")
        await say(page, "/generate an owl")
        await expect(page.locator("#log")).to_contain_text("Done: an owl")
        side = page.get_by_role("navigation")
        fox = side.get_by_role("link", name="Done: a fox")
        owl = side.get_by_role("link", name="Done: an owl")
        slow = await fox.get_attribute("data-open-thread")
        other = asyncio.Event()

        async def hold(route: Route) -> None:
            await other.wait()
            await route.continue_()

        await page.route(f"**/threads/{slow}", hold)
        thread = page.get_by_role("complementary", name=words.THREAD)
        await page.goto("/")
        await fox.click()
        await owl.click()
        await expect(thread).to_contain_text("Done: an owl")
        async with page.expect_response(f"**/threads/{slow}"):
            other.set()
        await expect(thread).to_contain_text("Done: an owl")
        await expect(owl).to_have_attribute("aria-current", "true")


async def test_whoever_asks_without_a_connection_is_told(open_page: Open) -> None:
    """For a thread as well as for pictures."""
    async with open_page() as viewer:
        page = viewer.page
        await say(page, "/generate a fox")
        await expect(page.locator("#log")).to_contain_text("Done: a fox")
        await page.goto("/")
        await page.context.set_offline(True)
        await page.get_by_role("navigation").get_by_role("link", name="Done: a fox").click()
        await expect(page.locator("#toasts")).to_contain_text(words.SPOKEN["failed"])
        await page.context.set_offline(False)
        await page.goto("/library")
        await page.context.set_offline(True)
        await page.get_by_role("searchbox").fill("fox")
        await expect(page.locator("#toasts")).to_contain_text(words.SPOKEN["failed"])
        viewer.excused = LOST


async def test_a_form_says_itself_that_it_did_not_arrive(open_page: Open) -> None:
    """A message behind it would be read by nobody; it is sent once more, and then taken."""
    async with open_page("/batches") as viewer:
        page = viewer.page
        await page.get_by_role("button", name=batch_words.NEW_BATCH).click()
        form = page.get_by_role("dialog", name=batch_words.FORM_TITLE)
        await form.get_by_label(batch_words.PROMPTS).fill("an owl")
        await page.context.set_offline(True)
        await form.get_by_role("button", name=batch_words.FORM_SUBMIT).click()
        await expect(form.get_by_role("alert")).to_have_text(words.SPOKEN["failed"])
        await page.context.set_offline(False)
        await form.get_by_role("button", name=batch_words.FORM_SUBMIT).click()
        await expect(page).to_have_url(re.compile("/batches/"))
        viewer.excused = LOST


async def test_a_file_that_misses_its_place_does_not_take_the_page_away(open_page: Open) -> None:
    """Onto a form it is a file of that form; elsewhere, where none is taken, nothing happens."""
    async with open_page("/batches") as viewer:
        page = viewer.page
        assert not await page.evaluate(DROP, ["#ground", "list.txt", "a fox"])
        await page.get_by_role("button", name=batch_words.NEW_BATCH).click()
        form = page.get_by_role("dialog", name=batch_words.FORM_TITLE)
        await form.get_by_label(batch_words.PROMPTS).fill("an owl")
        assert not await page.evaluate(DROP, ["#form textarea", "list.txt", "a fox"])
        await expect(form.locator(".tray li")).to_have_text(re.compile("list.txt"))
        await expect(form.get_by_label(batch_words.PROMPTS)).to_have_value("an owl")


async def test_the_library_hears_of_pictures_again_after_the_desk_had_refused_it(
    open_page: Open,
) -> None:
    async with open_page() as viewer, open_page() as other:
        page = viewer.page
        refused = asyncio.Event()

        async def refuse(route: Route) -> None:
            await route.fulfill(status=503)
            refused.set()

        await page.route("**/events*", refuse, times=1)
        await page.goto("/library")
        await refused.wait()
        await say(other.page, "/generate a fox")
        await expect(page.locator("#grid .tile")).to_have_count(1)
        viewer.excused = "responded with a status of 503"


async def test_windows_that_nobody_sees_leave_a_connection_to_the_next(open_page: Open) -> None:
    """Of those of one kind there may be as many as a browser has connections."""
    async with open_page("/batches") as viewer:
        await plan(viewer.page, prompts="an owl")
        window = viewer.page.context
        for path in ("/", "/library", viewer.page.url):
            pages = [await window.new_page() for _ in range(CONNECTIONS)]
            for page in pages:
                await page.add_init_script(UNSEEN)
                await page.goto(path)
            await viewer.page.reload()
            await expect(viewer.page.locator("#status")).to_contain_text("Batch: 1 picture")
            for page in pages:
                await page.close()


async def test_a_batch_is_followed_no_more_once_its_person_has_signed_out_anywhere(
    open_page: Open, desk: Running
) -> None:
    async with open_page("/batches") as viewer:
        await plan(viewer.page, prompts="an owl")
        await viewer.page.evaluate(
            "async () => { const begun = await fetch(`${location.pathname}/events`);"
            " window.ended = begun.text(); }"
        )
        async with desk.database.write() as uow:
            you = await uow.members.anywhere(1, "local")
            assert you
            locked = await uow.members.lock(you.id)
            assert locked
            locked.sign_outs += 1
        async with asyncio.timeout(PATIENCE):
            heard = await viewer.page.evaluate("window.ended")
        assert heard.startswith("retry:")
        await viewer.page.goto("about:blank")  # the page itself asks again, and is refused
        viewer.excused = REFUSED
