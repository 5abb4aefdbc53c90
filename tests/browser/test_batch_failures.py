"""A batch on the page where not every picture comes: each says why, and what it cost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.wiring import Running
from core.business.members import Member
from core.review.marks import Mark
from core.review.signals import Signal
from core.wording import batches as words
from tests.desk import environment
from tests.platforms.openai import OpenAIServer

from .conftest import PHONE, Open
from .test_batches import box, plan, tiles

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    """An OpenAI whose pictures are not free."""
    async with OpenAIServer() as server:
        server.accept_key("sk-test")
        yield server
        assert server.violations == []


@pytest.fixture
def environ(tmp_path: Path, openai: OpenAIServer) -> dict[str, str]:
    """The settings of a demo that pays."""
    paid = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": openai.base_url}
    return environment(tmp_path / "data", **paid)


async def test_a_picture_that_is_not_there_says_why_and_is_made_again(
    open_page: Open, openai: OpenAIServer
) -> None:
    """The reason stands at its place, it cannot be kept, and one button makes it again."""
    openai.flag("frightening", "violence")
    openai.drop_after("generate")
    async with open_page(viewport=PHONE) as viewer:
        page = viewer.page
        await plan(page, prompts="a fox\nan owl\na frightening hare")
        status = page.locator("#status")
        await status.get_by_role("button", name=words.START).click()
        await expect(status).to_contain_text("Batch: 1 of 3 pictures made", timeout=30_000)
        refused = tiles(page).nth(2)
        await expect(refused).to_contain_text("refused")
        await expect(refused.locator(".reason")).not_to_be_empty()
        await expect(box(page, 3)).to_be_disabled()
        unknown = page.locator("#lot .is-unknown")
        await expect(unknown).to_contain_text("perhaps paid, $0.0")
        await expect(page.locator("#kept")).to_have_text("1 of 1 kept")
        await status.get_by_role("button", name=words.RETRY).click()
        await expect(status).to_contain_text("Batch: 2 of 3 pictures made", timeout=30_000)
        await expect(unknown).to_have_count(0)
        paid = page.locator("#lot .is-completed .under span")
        assert all(said.startswith("$0.0") for said in await paid.all_inner_texts())
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_what_somebody_else_keeps_stays_kept(open_page: Open, desk: Running) -> None:
    """One's own choice is taken back, and the page says why the picture stays."""
    async with open_page() as viewer:
        page = viewer.page
        await plan(page, prompts="a fox\nan owl")
        await page.locator("#status").get_by_role("button", name=words.START).click()
        await expect(page.locator("#kept")).to_have_text("2 of 2 kept", timeout=30_000)
        async with desk.database.write() as uow:
            (job,) = await uow.jobs.batches(1, 1)
            colleague = Member(1, "page", "colleague", "Ada")
            uow.members.add(colleague)
            uow.marks.add(Mark(job.id, colleague.id, Signal.CHOOSE, 2, "", uow.now))
        await expect(page.locator("#kept")).to_have_text("1 of 2 kept")
        await expect(box(page, 1)).not_to_be_checked()
        await box(page, 2).click()
        await expect(page.locator("#toasts")).to_contain_text("2 stays kept")
        await expect(box(page, 2)).to_be_checked()
