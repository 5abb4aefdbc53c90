"""Models that only a brought key reaches: offered to whoever may use it, as long as it stands."""

import httpx2
import pytest

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.driving.chat import until
from tests.driving.discord import DiscordPerson
from tests.flows.brought import KEY, bring, free, revoke
from tests.flows.conftest import Eyes
from tests.flows.programs import said
from tests.platforms.openai import OpenAIServer
from tests.terminal import imagedesk

__all__ = ["free"]

SLACK = pytest.mark.parametrize("chat", ["slack"], indirect=True)
OPENAI = ("gpt-image-2.5-flare", True)
SKETCH_ONLY = ("sketch", False)


async def offered_to(person: Person, where: Where) -> tuple[str, bool]:
    """Which model an order's form begins with, and whether OpenAI's stand in the list of models."""
    form = await (await person.command("/generate", where)).form()
    before = len(person.private())
    told = await person.command("/models", where)
    listed = told.text or await until(lambda: " ".join(person.private()[before:]))
    return form.fields["Model"], "gpt-image-2" in listed


async def test_what_only_a_key_reaches_is_offered_to_whoever_may_use_it(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
) -> None:
    """In the list, both forms, and what can be typed; gone once the key is revoked."""
    async with running_desk(free):
        await chat.connected()
        assert await offered_to(ada, marketing) == SKETCH_ONLY
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        assert await offered_to(ada, marketing) == OPENAI
        assert await offered_to(root, marketing) == SKETCH_ONLY
        form = await (await root.command("/bulk", marketing)).form()
        assert form.fields["Model"] == "sketch"
        refused = await root.command("/generate a fox --model gpt-image-2", marketing)
        assert "gpt-image-2" in refused.text

        await revoke(ada, marketing, "OpenAI “Ada's” (…wxyz)")
        assert await offered_to(ada, marketing) == SKETCH_ONLY
        await bring(root, marketing, KEY, Name="Ours", Whose="The business's (admins)")
        await eyes.told(root, "OpenAI takes the key “Ours”")
        assert await offered_to(ada, marketing) == OPENAI
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(
            form, {"Prompts": "a fox", "Model": "GPT Image 2: the model before; steady · ≈ $0.053"}
        )
        plan = await eyes.see(marketing, "1 picture", "GPT Image 2", "On the business's OpenAI key")
        assert plan.menus["Model"][0].startswith("GPT Image 2.5 Flare: fast and cheap")

        await revoke(root, marketing, "OpenAI “Ours” (…wxyz)")
        await root.press(plan, "Start")
        left = await eyes.changed(plan, "Other rows of the list can be made")
        assert left.menus["Model"] == ("Sketch (no AI): drawn here from the words, free · $0",)


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_what_only_a_key_reaches_is_proposed_while_it_is_typed(
    chat: Chat, ada: Person, bob: Person, marketing: Where, eyes: Eyes, free: dict[str, str]
) -> None:
    """To whoever may use that key; its sizes and qualities can be chosen by everybody's command."""
    assert isinstance(ada, DiscordPerson)
    assert isinstance(bob, DiscordPerson)
    asked = ("generate", {"model": "gpt-image-2"}, "model", marketing.channel)
    async with running_desk(free):
        await chat.connected()
        await bob.command("/models", marketing)
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        assert "GPT Image 2: " in " ".join(await ada.person.autocomplete(*asked))
        assert await bob.person.autocomplete(*asked) == ()
        line = "/generate a fox --model gpt-image-2 --quality high"
        await ada.command(line, marketing)
        await eyes.see(marketing, "Done: a fox", "GPT Image 2", "high")
        await revoke(ada, marketing, "OpenAI “Ada's” (…wxyz)")
        assert await ada.person.autocomplete(*asked) == ()


@SLACK
async def test_a_program_orders_by_the_key_of_whoever_holds_its_token(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """What that key reaches is the default there as well, and unknown once it is revoked."""
    async with running_desk(free) as desk:
        await chat.connected()
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        made = await imagedesk(free, "token", "create", "--person", ada.name, "--scope", "write")
        assert made.code == 0, made.said
        headers = {"authorization": f"Bearer {made.out.split()[-1]}"}
        address = f"{desk.settings.address}/api/v1"
        async with httpx2.AsyncClient(base_url=address, headers=headers, timeout=60) as program:
            answer = await program.post(
                "/images/generate", json={"business_id": 1, "prompt": "a fox"}
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["image"]["ai_model"] == "gpt-image-2.5-flare"
            assert len(openai.bill) == 1
            await revoke(ada, marketing, "OpenAI “Ada's” (…wxyz)")
            order = {"business_id": 1, "prompt": "a fox", "model": "gpt-image-2"}
            assert said(await program.post("/images/generate", json=order), 400) == "model_unknown"
            answer = await program.post(
                "/images/generate", json={"business_id": 1, "prompt": "an owl"}
            )
            assert answer.json()["image"]["ai_model"] == "sketch"
    assert len(openai.bill) == 1


@SLACK
async def test_nobody_else_orders_again_what_a_persons_own_key_reached(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    free: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Neither what failed nor what was made: they are told why, and nothing is paid; whoever
    brought the key goes on.
    """
    openai.refuse("billing_hard_limit_reached")
    async with running_desk(free):
        await chat.connected()
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        await ada.command("/generate a fox", marketing)
        card = await eyes.see(marketing, "Not made: a fox")
        await root.press(card, "Make again")
        await eyes.told(root, "gpt-image-2.5-flare is reached here only by a key")
        assert openai.bill == []
        await ada.press(card, "Make again")
        pictures = await eyes.see(marketing, "1 picture: a fox")
        heard = len(root.private())
        await root.press(pictures, "Again")
        await eyes.until(None, lambda: len(root.private()) > heard)
        assert "is reached here only by a key" in root.private()[-1]
        await ada.press(pictures, "Again")
        await eyes.until(marketing, lambda: len(openai.bill) == 2)


@SLACK
async def test_a_comparison_says_whose_key_pays_once_it_is_unveiled(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, free: dict[str, str]
) -> None:
    """Before that, the provider would tell whose pictures they are."""
    async with running_desk(free):
        await chat.connected()
        await bring(ada, marketing, KEY, Name="Ada's")
        await eyes.told(ada, "OpenAI takes the key")
        await ada.command("/generate a fox --compare 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        status = await eyes.see(marketing, "Done: a fox", "hidden until somebody chooses")
        assert "OpenAI" not in status.text
        await ada.react(pictures, "2️⃣")
        await eyes.changed(status, "On the OpenAI key …wxyz that Ada brought", without="hidden")
