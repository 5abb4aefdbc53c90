"""What was spent, in a real browser: figures, another month, a charge, and a table to keep."""

import csv
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.wiring import Running
from core.business.budgets import Buyer, Purchase, put
from core.business.ledger import day_of, reserve, settle
from core.business.members import Business, Member, new_id
from core.wording import spending as words
from core.wording.money import MILLION

from .conftest import DESKTOP, PHONE, REFUSED, Open


async def spend(
    desk: Running, business: Business, member_id: str, model: str, price: int, images: int
) -> None:
    """Buy so many pictures of a model today, and settle each."""
    wanted = {new_id(): Purchase(price, 1, model) for _ in range(images)}
    async with desk.database.write() as uow:
        await reserve(uow, Buyer(business, member_id), wanted, new_id())
        for item in wanted:
            await settle(uow, item, price)


async def the_team(desk: Running) -> tuple[Business, Member]:
    """The demo's business and its person, once they have opened the page, with a colleague."""
    async with desk.database.write() as uow:
        (business,) = await uow.businesses.everywhere()
        me = await uow.members.anywhere(business.id, "local")
        assert me
        await put(uow, business.id, "business", "", "month", "money", 20 * MILLION)
        await put(uow, business.id, "person", me.id, "month", "images", 40)
        uow.members.add(Member(business.id, "slack", "U2", "=Ada", id="a" * 32))
    return business, me


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_month_is_read_charged_back_and_kept(
    open_page: Open, desk: Running, viewport: dict[str, int], tmp_path: Path
) -> None:
    """By person, model and day; what is charged back is a price for each picture; the CSV holds the
    same to the millionth, and no name in it is a formula.
    """
    async with open_page("/spend", viewport=viewport) as viewer:
        page = viewer.page
        await expect(page.get_by_text(words.NOTHING)).to_be_visible()
        business, me = await the_team(desk)
        await spend(desk, business, me.id, "flare", 13_200, 30)
        await spend(desk, business, "a" * 32, "sd3.5", 65_000, 2)
        await page.reload()
        sums = page.locator(".sums")
        await expect(sums).to_contain_text("$0.526")
        await expect(sums).to_contain_text("32")
        people = page.locator(".split").filter(has_text=words.BY_PERSON)
        await expect(people.locator("tbody tr").nth(1)).to_contain_text("=Ada")
        await expect(people.locator("tbody tr").nth(1)).to_contain_text("$0.130")
        await expect(page.locator(".plot .bar-of-day:not([height='0.0'])")).to_have_count(1)
        await expect(page.locator(".budgets")).to_contain_text("You: 40 AI pictures a month10 left")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= viewport["width"]
        await page.get_by_label(words.CHARGE).fill("dear")
        await page.get_by_role("button", name=words.SHOW, exact=True).click()
        await expect(page.get_by_role("alert")).to_have_text(words.CHARGE_WRONG)
        viewer.excused = REFUSED
        await page.get_by_label(words.CHARGE).fill("0.25")
        await page.get_by_role("button", name=words.SHOW, exact=True).click()
        await expect(sums).to_contain_text("$8.00")
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name=words.DOWNLOAD).click()
        kept = tmp_path / "spend.csv"
        await (await downloading.value).save_as(kept)
        with kept.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        today = day_of(business, desk.clock.now())
        assert sorted(rows, key=lambda row: row["person"]) == [
            {
                "day": today,
                "person": "'=Ada",
                "model": "sd3.5",
                "ai_pictures": "2",
                "cost_usd": "0.130000",
                "key": "",
                "charge_usd": "0.500000",
            },
            {
                "day": today,
                "person": "You",
                "model": "flare",
                "ai_pictures": "30",
                "cost_usd": "0.396000",
                "key": "",
                "charge_usd": "7.500000",
            },
        ]
        await page.get_by_role("link", name=words.BEFORE).click()
        await expect(page.get_by_text(words.NOTHING)).to_be_visible()
        await page.get_by_role("link", name=words.AFTER).click()
        await expect(sums).to_contain_text("$0.526")


async def test_somebody_who_is_no_admin_sees_their_own(open_page: Open, desk: Running) -> None:
    """Nothing of what colleagues have spent, neither on the page nor in the table."""
    async with open_page("/spend") as viewer:
        page = viewer.page
        business, me = await the_team(desk)
        await spend(desk, business, me.id, "flare", 10_000, 1)
        await spend(desk, business, "a" * 32, "sd3.5", 65_000, 2)
        async with desk.database.write() as uow:
            row = await uow.members.lock(me.id)
            assert row
            row.admin = False
        await page.reload()
        await expect(page.locator(".sums")).to_contain_text("$0.010")
        await expect(page.locator("#figures")).not_to_contain_text("sd3.5")
        await expect(page.locator("h1")).to_contain_text(words.OWN)
        table = await page.request.get(f"{viewer.address}/spend.csv")
        assert "Ada" not in await table.text()
        assert "0.010000" in await table.text()


async def test_what_nobody_knows_the_price_of_is_in_no_sum(open_page: Open, desk: Running) -> None:
    """It is said to be unknown, never $0, and the table leaves it open."""
    async with open_page("/spend") as viewer:
        page = viewer.page
        business, me = await the_team(desk)
        await spend(desk, business, me.id, "own-server", 0, 2)
        await spend(desk, business, me.id, "flare", 10_000, 1)
        await page.reload()
        await expect(page.locator("#figures")).to_contain_text(words.unpriced(2))
        await expect(page.locator(".sums")).to_contain_text(f"{words.EACH_NOTE}$0.010")
        models = page.locator(".split").filter(has_text=words.BY_MODEL)
        await expect(models.locator("tbody tr").nth(1)).to_contain_text("own-server2unknown")
        table = await page.request.get(f"{viewer.address}/spend.csv")
        (own,) = [line for line in (await table.text()).splitlines() if "own-server" in line]
        assert own.endswith(",own-server,2,,")


async def test_without_a_session_nothing_is_told(open_page: Open, desk: Running) -> None:
    """Neither figures nor the table."""
    async with open_page("/spend") as viewer:
        viewer.excused = REFUSED  # what the page itself asks for from now on, too
        await viewer.page.context.clear_cookies()
        table = await viewer.page.request.get(f"{viewer.address}/spend.csv")
        assert table.status == 401
