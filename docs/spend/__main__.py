"""`python -m docs.spend`: a month's spending as the desk's page shows it.

Writes `docs/spend.png`. The bookings are those that orders would have made.
"""

import asyncio
import random
from datetime import timedelta

from playwright.async_api import expect

from bot.wiring import Running
from core.business.budgets import Buyer, Purchase, put
from core.business.ledger import reserve, settle
from core.business.members import Member, new_id
from core.wording.money import MILLION
from docs.camera import open_scene, photograph

SEED = 7
PEOPLE = ("Ada", "Grace", "Alan")
PRICES = {
    "gpt-image-2.5-flare": 13_200,
    "stable-image-core": 30_000,
    "flux-schnell": 3_000,
    "own-server": 0,  # nobody knows its price
}
MOST = 12
"""Pictures of a model that a person orders on a day, at most."""


async def spend(desk: Running) -> None:
    """Orders of a team in this month so far, and what it may spend."""
    chance = random.Random(SEED)  # noqa: S311  # a picture, not a secret
    async with desk.database.write() as uow:
        (business,) = await uow.businesses.everywhere()
        members = [Member(business.id, "slack", name, name) for name in PEOPLE]
        for member in members:
            uow.members.add(member)
        await put(uow, business.id, "business", "", "month", "money", 5 * MILLION)
    today = desk.clock.now()
    for number in range(today.day):
        async with desk.database.write() as uow:
            uow.now = today - timedelta(days=number)
            for member in members:
                model = chance.choice(list(PRICES))
                wanted = {
                    new_id(): Purchase(PRICES[model], 1, model)
                    for _ in range(chance.randint(1, MOST))
                }
                await reserve(uow, Buyer(business, member.id), wanted, new_id())
                for item in wanted:
                    await settle(uow, item, PRICES[model])


async def main() -> None:
    """The month, with what each picture is charged at."""
    async with open_scene() as scene:
        page = await scene.open_desktop()
        await page.goto("/")
        await expect(page.locator("#log")).to_be_visible()
        await spend(scene.desk)
        await page.goto("/spend?charge=0.25")
        await photograph(page, "spend.png")


asyncio.run(main())
