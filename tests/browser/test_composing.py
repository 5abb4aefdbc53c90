"""Writing, forms, files and finding one's way, in a real browser."""

import base64
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Dialog, Page, expect

from bot.wiring import Running
from core.page import Line
from core.wording import page as words
from tests.contracts.page.grounds import picture
from tests.desk import running_desk

from .conftest import LOST, PHONE, Open

running = pytest.mark.usefixtures("desk")

DROP = """([name, type, data]) => {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    const give = (kind, target) =>
        target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true }));
    give("dragenter", document.body);
    window.signShown = !document.getElementById("drop").hidden;
    give("drop", document.querySelector(".channel .log"));
}"""


async def drop(page: Page, name: str, kind: str, data: bytes) -> None:
    """Drop a file onto the channel, as a hand with a mouse does."""
    await page.evaluate(DROP, [name, kind, base64.b64encode(data).decode()])


async def say(page: Page, text: str) -> None:
    """Type a line into the channel and send it."""
    await page.locator(".channel textarea").fill(text)
    await page.locator(".channel textarea").press("Enter")


@running
async def test_an_empty_desk_tells_what_to_type(open_page: Open) -> None:
    """A click on an example writes it, for the person to send."""
    async with open_page() as viewer:
        page = viewer.page
        await page.get_by_role("button", name="a red fox in fresh snow").click()
        box = page.locator(".channel textarea")
        await expect(box).to_have_value("/generate a red fox in fresh snow --count 2")
        await expect(box).to_be_focused()
        await expect(page.locator("#log article")).to_have_count(0)


@running
async def test_what_is_wrong_with_an_order_is_said_privately(open_page: Open) -> None:
    async with open_page() as viewer:
        page = viewer.page
        await say(page, "/generate a fox --count 11")
        await expect(page.get_by_text("You can ask for 1 to 10 pictures at once")).to_be_visible()
        await expect(page.get_by_text(words.ONLY_YOU)).to_be_visible()
        await say(page, "/generate " + "x" * 32_001)
        await expect(page.get_by_text("The prompt has 32001 characters")).to_be_visible()


@running
async def test_completion_is_left_and_taken_by_keyboard_alone(open_page: Open) -> None:
    async with open_page() as viewer:
        page = viewer.page
        box = page.locator(".channel textarea")
        await box.press_sequentially("/")
        await expect(page.get_by_role("option")).not_to_have_count(0)
        await box.press("ArrowDown")
        chosen = page.get_by_role("option", selected=True)
        await expect(chosen).to_contain_text("/post")
        identity = await chosen.get_attribute("id")
        await expect(box).to_have_attribute("aria-activedescendant", identity or "")
        await box.press("Escape")
        await expect(page.get_by_role("listbox")).to_be_hidden()
        await expect(box).to_have_value("/")
        await box.press_sequentially("help")
        await box.press("Enter")
        await expect(page.get_by_role("button", name="/generate a lighthouse")).to_be_visible()


@running
async def test_a_command_that_is_clicked_is_written_where_it_stands(open_page: Open) -> None:
    """That of a thread into the thread's own box: some are understood nowhere else."""
    async with open_page() as viewer:
        page = viewer.page
        await say(page, "/generate a fox")
        thread = page.get_by_role("complementary", name=words.THREAD)
        box = thread.get_by_role("textbox")
        await box.fill("/help")
        await box.press("Enter")
        await thread.get_by_role("button", name="/keep 1-8").click()
        await expect(box).to_have_value(re.compile("^/keep 1-8"))
        await expect(box).to_be_focused()
        await expect(page.locator(".channel textarea")).to_have_value("")


@running
async def test_what_was_written_into_a_thread_waits_there(open_page: Open) -> None:
    """Shut by Escape, opened again, and never in another one."""
    async with open_page() as viewer:
        page = viewer.page
        await say(page, "/generate a fox")
        thread = page.get_by_role("complementary", name=words.THREAD)
        box = thread.get_by_role("textbox")
        await box.fill("Rather in autumn")
        await box.press("Escape")
        await expect(thread).to_be_hidden()
        await say(page, "/generate an owl")
        await expect(thread).to_contain_text("an owl")
        await expect(box).to_have_value("")
        await page.locator("#threads").get_by_role("link", name="a fox").click()
        await expect(box).to_have_value("Rather in autumn")
        await box.press("Enter")
        await expect(thread.locator("article").last).to_contain_text("Rather in autumn")
        await expect(box).to_have_value("")


@running
async def test_a_form_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(
    open_page: Open,
) -> None:
    async with open_page() as viewer:
        page = viewer.page
        await page.get_by_role("button", name="New post").click()
        form = page.get_by_role("dialog", name="New post")
        caption = form.get_by_label("Caption")
        await expect(caption).to_be_focused()
        await form.get_by_role("button", name="Preview").click()
        await expect(caption).to_have_attribute("aria-invalid", "true")
        await expect(form.locator("#field-caption-error")).to_contain_text("nothing to publish")
        await caption.fill("We open on Monday!")
        await form.get_by_role("checkbox").uncheck()
        await form.get_by_role("button", name="Preview").click()
        await expect(form).to_contain_text("Choose at least one account.")
        await expect(caption).to_have_value("We open on Monday!")
        await expect(caption).to_have_attribute("aria-invalid", "false")
        await form.get_by_role("checkbox").check()
        await form.get_by_role("button", name="Preview").click()
        await expect(form).to_be_hidden()
        post = page.locator("#log article", has_text="Publish: We open on Monday!")
        await expect(post.get_by_role("button", name="Edit")).to_be_visible()


@running
async def test_escape_asks_before_it_discards_a_form_that_was_filled_in(open_page: Open) -> None:
    async with open_page() as viewer:
        page, asked = viewer.page, list[str]()

        async def answer(question: Dialog) -> None:
            asked.append(question.message)
            await (question.dismiss() if len(asked) == 1 else question.accept())

        page.on("dialog", answer)
        await page.get_by_role("button", name="New post").click()
        form = page.get_by_role("dialog", name="New post")
        caption = form.get_by_label("Caption")
        await caption.fill("We open on Monday!")
        await page.keyboard.press("Escape")
        await expect(caption).to_have_value("We open on Monday!")
        await caption.press("Escape")
        await expect(form).to_be_hidden()
        assert asked == [words.SPOKEN["discard"]] * 2


@running
async def test_escape_closes_what_lies_on_top_and_gives_the_focus_back(open_page: Open) -> None:
    async with open_page() as viewer:
        page = viewer.page
        opener = page.get_by_role("button", name="New post")
        await opener.press("Enter")
        await expect(page.get_by_role("dialog", name="New post")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog", name="New post")).to_be_hidden()
        await expect(opener).to_be_focused()
        await say(page, "/generate a fox")
        thread = page.get_by_role("complementary", name="Thread")
        await expect(thread.locator(".pictures img")).to_have_count(1)
        picture_link = thread.locator("[data-picture]")
        await picture_link.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(picture_link).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(thread).to_be_hidden()


@running
async def test_pictures_are_dropped_seen_and_sent(open_page: Open) -> None:
    """Each is shown before it is sent; what is no picture is marked at once and not sent."""
    async with open_page() as viewer:
        page = viewer.page
        await drop(page, "shop.jpg", "image/jpeg", picture())
        assert await page.evaluate("window.signShown")
        await drop(page, "notes.txt", "text/plain", b"Dear diary")
        tray = page.locator(".channel .tray li")
        await expect(tray).to_have_count(2)
        assert await tray.first.locator("img").evaluate("image => image.decode().then(() => true)")
        await expect(tray.last).to_contain_text("notes.txt: Not a picture")
        await expect(page.locator("#drop")).to_be_hidden()
        await say(page, "Our shop")
        line = page.locator("#log article", has_text="Our shop")
        await expect(line).to_contain_text("shop.jpg")
        stored = page.locator("#log article", has_text="Added: shop.jpg")
        await expect(stored).to_contain_text("stored (JPEG, 640 × 480 px")
        await expect(tray).to_have_count(0)


async def test_one_goes_back_in_the_channel(open_page: Open, desk: Running) -> None:
    """By a button above the oldest line; what is read stays in view, and the keyboard stays there
    for the next press.
    """
    async with open_page() as viewer:
        async with desk.database.write() as uow:
            for number in range(130):
                at = uow.now + timedelta(seconds=number)
                said = Line(1, "general", "", "local", "You", f"Word {number}.", at)
                await uow.lines.add(said)
        page = viewer.page
        await page.reload()
        await expect(page.locator("#log article")).to_have_count(60)
        earlier = page.get_by_role("button", name="Earlier")
        await earlier.focus()
        oldest = page.locator("#log article", has_text="Word 70.")
        before = await oldest.bounding_box()
        await page.keyboard.press("Enter")
        await expect(page.locator("#log article")).to_have_count(120)
        assert await oldest.bounding_box() == before
        await expect(earlier).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#log article")).to_have_count(130)
        await expect(page.locator("#log article").first).to_contain_text("Word 0.")
        await expect(earlier).to_have_count(0)


@running
async def test_what_the_desk_refuses_of_a_file_is_told(open_page: Open, tmp_path: Path) -> None:
    async with open_page() as viewer:
        page = viewer.page
        lie = tmp_path / "lie.png"
        lie.write_bytes(b"<html>")
        await page.locator(".channel input[type=file]").set_input_files(lie)
        await page.get_by_role("button", name="Send").click()
        verdict = page.get_by_text("lie.png: not stored. That is not a picture.")
        await expect(verdict).to_be_visible()


@running
async def test_nothing_jumps_while_pictures_come(open_page: Open) -> None:
    """Pictures have their room before they have their bytes."""
    async with open_page() as viewer:
        page = viewer.page
        await say(page, "/generate a fox --count 2")
        thread = page.get_by_role("complementary", name="Thread")
        await expect(thread.locator(".pictures img")).to_have_count(2)
        await page.add_init_script(
            """window.shifted = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) window.shifted += entry.value;
            }).observe({ type: "layout-shift", buffered: true });"""
        )
        await page.reload()
        await expect(thread.locator(".pictures img")).to_have_count(2)
        await thread.locator(".pictures img").last.evaluate("image => image.decode()")
        assert await page.evaluate("window.shifted") < 0.02


@running
async def test_the_page_can_be_read_and_written_before_its_scripts_have_come(
    open_page: Open,
) -> None:
    async with open_page() as viewer:
        await say(viewer.page, "I was here first")
        await expect(viewer.page.locator("#log")).to_contain_text("I was here first")
    async with open_page(java_script_enabled=False) as viewer:
        page = viewer.page
        await expect(page.locator("#log")).to_contain_text("I was here first")
        await page.locator(".channel textarea").fill("So was I")
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator("#log")).to_contain_text("So was I")


@running
async def test_a_telephone_shows_one_thing_at_a_time(open_page: Open) -> None:
    async with open_page(viewport=PHONE, has_touch=True) as viewer:
        page = viewer.page
        await say(page, "/generate a fox")
        await page.locator("#log").get_by_role("link", name="1 reply").click()
        thread = page.get_by_role("complementary", name="Thread")
        await expect(thread).to_be_visible()
        await expect(page.locator(".channel")).to_be_hidden()
        await thread.get_by_role("link", name="Close").click()
        await expect(page.locator(".channel")).to_be_visible()
        await page.get_by_role("button", name="Channels and threads").click()
        await page.get_by_role("navigation").get_by_role("link", name="a fox").click()
        await expect(thread).to_be_visible()
        await page.go_back()
        await expect(page.locator(".channel")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_a_card_still_acts_after_the_desk_was_started_again(
    open_page: Open, environ: dict[str, str]
) -> None:
    """The window stays open meanwhile, and finds its way back by itself."""
    async with running_desk(environ, demo=True):
        opened = open_page()
        viewer = await opened.__aenter__()
        await say(viewer.page, "/generate a fox")
        thread = viewer.page.get_by_role("complementary", name="Thread")
        await expect(thread.locator(".pictures img")).to_have_count(1)
    async with running_desk(environ, demo=True):
        await thread.get_by_role("button", name="Approve").click()
        await expect(thread).to_contain_text("✅ Approved by You: 1.")
        viewer.excused = LOST
        await opened.__aexit__(None, None, None)
