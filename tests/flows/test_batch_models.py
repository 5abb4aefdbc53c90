"""A batch whose model goes away midway: another one makes the rest, by whoever's choice that is."""

import pytest

from core.wording import batches as words
from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.flows.test_batches import begin
from tests.flows.test_failover import both, replicate
from tests.flows.test_paid_pictures import until_spent
from tests.platforms.openai import OpenAIServer
from tests.platforms.replicate import ReplicateServer

__all__ = ["both", "replicate"]

PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)
GONE = "gpt-image-2.5-flare"
SLOW = {"OPENAI_IMAGES_PER_MINUTE": "60"}


async def test_the_rest_is_made_by_the_model_that_its_owner_chooses(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """The batch pauses and says so; what is made stays, and each picture is paid once, at the price
    of the model that made it.
    """
    async with running_desk(paid | SLOW):
        await chat.connected()
        card = await begin(root, marketing, eyes, 8)
        await eyes.until(marketing, lambda: len(openai.bill) >= 2)
        openai.withdraw_model(GONE)
        paused = await eyes.changed(
            card, "Batch: paused", f"The model {GONE} is not offered any more", "nothing was paid"
        )
        news = await eyes.see(marketing, "Your batch stands still", GONE, "Choose another model")
        assert news.pings == {"Root"}
        made = len(openai.bill)
        offered = paused.menus[words.INSTEAD]
        assert not [label for label in offered if label.startswith("GPT Image 2.5 Flare")]
        (other,) = [label for label in offered if label.startswith("GPT Image 2:")]
        await root.choose(paused, words.INSTEAD, [other])
        await eyes.changed(news, "was told to go on", without="not offered")
        done = await eyes.changed(card, "Batch: 8 of 8 pictures made", "All 8 are kept")
        assert words.INSTEAD not in done.menus
    assert [charge.model for charge in openai.bill] == [GONE] * made + ["gpt-image-2"] * (8 - made)
    assert len({charge.prompt for charge in openai.bill}) == 8


@PAGE
async def test_a_dearer_model_is_not_taken_beyond_the_budget(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """It is said what is left; the batch stands as before, and another model can be chosen."""
    openai.withdraw_model(GONE)
    async with running_desk(paid | {"DAILY_BUDGET": "0.03"}):
        await chat.connected()
        card = await begin(root, marketing, eyes, 3)
        paused = await eyes.changed(card, "Batch: paused")
        offered = paused.menus[words.INSTEAD]
        dear, free = "GPT Image 2.6 Flare: 3 pictures, ≈ $0.072", "Sketch (no AI): 3 pictures, $0"
        assert {dear, free} <= set(offered)
        await root.choose(paused, words.INSTEAD, [dear])
        await eyes.told(root, "budget")
        assert eyes.again(card).text == paused.text
        await root.choose(paused, words.INSTEAD, [free])
        await eyes.changed(card, "Batch: 3 of 3 pictures made")
        told = await root.choose(paused, words.INSTEAD, [free])
        assert "does not wait for another model any more" in told.text
    assert openai.bill == []


@PAGE
async def test_the_operators_order_of_models_makes_the_rest_by_itself(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    both: dict[str, str],
    openai: OpenAIServer,
    replicate: ReplicateServer,
) -> None:
    """The first of them that is within the price takes over, and the card says why."""
    async with running_desk(both | SLOW) as desk:
        await chat.connected()
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": "\n".join(f"a fox {one}" for one in range(8))})
        await root.press(await eyes.see(marketing, "Batch: 8 pictures"), "Start")
        await eyes.until(marketing, lambda: len(openai.bill) >= 2)
        openai.withdraw_model(GONE)
        card = await eyes.see(marketing, "Batch: 8 of 8 pictures made")
        assert card.says(f"The model {GONE} is not offered any more", "made by Flux Schnell")
        await until_spent(desk, lambda: openai.charged + replicate.charged)
        assert not eyes.all(marketing, "stands still")
    assert len(openai.bill) + len(replicate.bill) == 8
