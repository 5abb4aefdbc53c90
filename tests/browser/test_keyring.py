"""The keyring in a real browser: a key is added, named, kept after a question, and revoked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.wiring import Running
from core.wording import keys as words
from tests.desk import environment
from tests.platforms.openai import OpenAIServer

from .conftest import DESKTOP, PHONE, Open

KEY = "sk-of-the-browser-0123456789-wxyz"


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    """An OpenAI that takes the key."""
    async with OpenAIServer() as server:
        server.accept_key(KEY)
        yield server
        assert server.violations == []


@pytest.fixture
def environ(tmp_path: Path, openai: OpenAIServer) -> dict[str, str]:
    """The settings of a demo without any key of its own."""
    return environment(tmp_path / "data", OPENAI_BASE_URL=openai.base_url)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_key_is_added_and_revoked_on_the_page(
    open_page: Open,
    desk: Running,  # it runs
    openai: OpenAIServer,
    viewport: dict[str, int],
) -> None:
    """What was typed stands nowhere on the page; a wrong key is told at its field; what comes of
    trying one shows by itself; a key is taken away after a question.
    """
    async with open_page("/keys", viewport=viewport) as viewer:
        page = viewer.page
        ring = page.locator("#panel")
        await expect(ring).to_contain_text(words.NOTHING_HERE)
        here = page.locator("#side").get_by_role("link", name=words.TITLE, include_hidden=True)
        await expect(here).to_have_attribute("aria-current", "page")
        await ring.get_by_role("button", name=words.ADD).click()
        form = page.get_by_role("dialog")
        await form.get_by_label(words.KEY, exact=True).fill("short")
        await form.get_by_role("button", name=words.ADD_SUBMIT, exact=True).click()
        await expect(form.get_by_label(words.KEY, exact=True)).to_have_attribute(
            "aria-invalid", "true"
        )
        await form.get_by_label(words.KEY, exact=True).fill(KEY)
        await form.get_by_label(words.NAME).fill("Mine")
        openai.hang("models")
        await form.get_by_role("button", name=words.ADD_SUBMIT, exact=True).click()
        await expect(ring).to_contain_text("is stored and being tried")
        openai.release()
        await expect(ring).to_contain_text("OpenAI “Mine” (…wxyz): yours")
        await expect(ring).to_contain_text("OpenAI takes the key “Mine” (…wxyz).")
        await expect(ring).to_contain_text("OpenAI “Mine” (…wxyz): yours, works")
        assert KEY not in await page.content()

        await ring.get_by_text(words.REVOKE).click()
        await ring.get_by_role("button", name="OpenAI “Mine” (…wxyz)").click()
        await expect(ring).to_contain_text("Revoke OpenAI “Mine” (…wxyz)?")
        await ring.get_by_role("button", name=words.KEEP).click()
        await expect(ring).to_contain_text("OpenAI “Mine” (…wxyz): yours")
        await ring.get_by_text(words.REVOKE).click()
        await ring.get_by_role("button", name="OpenAI “Mine” (…wxyz)").click()
        await ring.get_by_role("button", name=words.REVOKE_IT).click()
        await expect(ring).to_contain_text(words.NOTHING_HERE)
