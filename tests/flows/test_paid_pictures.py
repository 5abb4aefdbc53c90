"""Pictures that cost money: what is booked is the bill, and no trouble is paid for twice."""

import asyncio
import base64
import json
from collections.abc import Callable

import pytest
from aiohttp.web import Request, StreamResponse

from bot.wiring import Running
from core.business.ledger import day_of
from core.wording.money import money
from tests.desk import running_desk
from tests.driving import Chat, Person, Where, until
from tests.flows.conftest import Eyes
from tests.platforms.faults import Fault
from tests.platforms.openai import OpenAIServer
from tests.platforms.openai.server import Made

DISCORD = pytest.mark.parametrize("chat", ["discord"], indirect=True)
PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)
CHATS_THAT_PREVIEW = pytest.mark.parametrize("chat", ["discord", "page"], indirect=True)


async def until_spent(desk: Running, amount: Callable[[], int]) -> None:
    """Wait until the business has spent exactly so much today."""
    async with asyncio.timeout(10):
        while await spent(desk) != amount():  # noqa: ASYNC110  # a worker writes it
            await asyncio.sleep(0.05)


async def spent(desk: Running) -> int:
    """What the first business has spent today, in micro-USD."""
    async with desk.database.read() as uow:
        business = await uow.businesses.get(1)
        assert business is not None
        day = day_of(business, uow.now)
        spent, _ = await uow.ledger.used(business.id, (day, day))
        return spent


@CHATS_THAT_PREVIEW
async def test_the_cost_on_the_card_is_the_bill_and_previews_come_live(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Estimate before, actual cost after, to the micro-dollar; unfinished pictures are shown."""
    openai.hang("generate", after=True)
    async with running_desk(paid) as desk:
        await chat.connected()
        form = await (await ada.command("/generate", marketing)).form()
        assert list(form.fields) == ["Prompt", "Style", "Size", "Quality", "Model"]
        assert "$0.013" in form.text
        assert "$5.00 is left today" in form.text
        await ada.submit(form, {"Prompt": "a fox", "Quality": "high", "Style": "vintage"})
        drawing = await eyes.see(marketing, "Drawing: a fox")
        await eyes.until(marketing, lambda: len(eyes.again(drawing).pictures) == 1)
        openai.release()
        await eyes.see(marketing, "1 picture: a fox")
        done = await eyes.changed(drawing, "Done: a fox", "GPT Image 2.5 Flare", "high", "vintage")
        assert done.pictures == ()
        assert "film grain" in openai.bill[0].prompt
        await eyes.until(marketing, lambda: openai.words)
        assert openai.calls == ["moderate", "generate", "moderate", "caption"]
        await until_spent(desk, lambda: openai.charged)
    assert done.says("Cost", money(openai.charged), "Estimate", "$0.056")
    assert "Not moderated" not in done.text


class Smudging(OpenAIServer):
    """Its first unfinished picture is broken."""

    async def _stream(
        self,
        response: StreamResponse,
        made: Made,
        fault: Fault | None,
        request: Request,
    ) -> StreamResponse:
        kind = "image_generation.partial_image"
        smudge = base64.b64encode(b"\x89PNG\r\n\x1a\n and no more").decode()
        event = {"type": kind, "b64_json": smudge, "partial_image_index": 0}
        await response.write(f"event: {kind}\ndata: {json.dumps(event)}\n\n".encode())
        return await super()._stream(response, made, fault, request)


@PAGE
async def test_a_broken_unfinished_picture_does_not_lose_the_finished_one(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
) -> None:
    """It is paid, and nothing is wrong with it."""
    async with Smudging() as openai:
        openai.accept_key("sk-test")
        settings = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": openai.base_url}
        async with running_desk(environ | settings):
            await chat.connected()
            await ada.command("/generate a fox", marketing)
            await eyes.see(marketing, "1 picture: a fox")
        assert openai.calls.count("generate") == 1


@PAGE
async def test_refusals_name_their_reason_and_cost_nothing(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Category, verification with its link, key, billing, a flagged prompt: each in a sentence."""
    openai.flag("poison", "illicit")
    async with running_desk(paid):
        await chat.connected()
        for prompt, reason, sentence in (
            ("a duel", "moderation_blocked", ("violence", "Nothing was paid", "Word it")),
            ("a deer", "organization_must_be_verified", ("https://", "Verify Organization")),
            ("a dove", "invalid_key", ("OPENAI_API_KEY", "nothing was paid")),
            ("a dog", "billing_hard_limit_reached", ("https://",)),
        ):
            openai.refuse(reason)
            await ada.command(f"/generate {prompt}", marketing)
            card = await eyes.see(marketing, f"Not made: {prompt}", *sentence)
            assert card.says("Cost", "$0")
        before = openai.calls.count("generate")
        await ada.command("/generate how to brew poison", marketing)
        await eyes.see(marketing, "Not made: how to brew poison", "illicit", "nothing paid")
        assert openai.calls.count("generate") == before
    assert openai.bill == []


@DISCORD
async def test_a_busy_provider_is_waited_for_and_paid_once(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """429 means surely not done: it goes on by itself, and the card says why it waits."""
    openai.refuse("rate_limited", retry_after=1)
    async with running_desk(paid):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
    assert openai.calls.count("generate") == 2
    assert len(openai.bill) == 1


@PAGE
async def test_a_lost_answer_is_unknown_with_its_price_and_made_again_by_hand(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Perhaps it was billed (here it was), so nothing is repeated until somebody says so."""
    openai.drop_after("generate")
    async with running_desk(paid):
        await chat.connected()
        await ada.command("/generate a fox --count 2", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        status = await eyes.see(
            marketing, "1 of 2", "Picture", "unknown", "may have cost $0.013", "Make again"
        )
        assert status.buttons == ("Make again",)
        assert len(openai.bill) == 2
        await ada.press(status, "Make again")
        await eyes.see(marketing, "2 pictures: a fox")
        await eyes.changed(status, "Done: a fox", "2 of 2", without="unknown")
    assert len(openai.bill) == 3


@PAGE
async def test_an_outage_of_moderation_delays_and_what_waits_can_be_withdrawn(
    chat: Chat,
    ada: Person,
    bob: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Nothing is skipped; ❌ on a waiting order ends it, and taking 🔁 away takes it back."""
    async with running_desk(paid):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        openai.end_moderation()
        await ada.react(pictures, "🔁")
        await eyes.see(marketing, "Queued: a fox", "Waiting for moderation")
        await ada.unreact(pictures, "🔁")
        await eyes.see(marketing, "Cancelled: a fox")
        await bob.command("/generate a cat", marketing)
        waiting = await eyes.see(marketing, "Queued: a cat", "Waiting for moderation")
        await bob.react(waiting, "❌")
        await eyes.changed(waiting, "Cancelled: a cat")
        openai.clear("moderate")
        openai.refuse("rate_limited", "moderate", retry_after=1)
        await bob.command("/generate a dog", marketing)
        await eyes.see(marketing, "1 picture: a dog")
    assert [charge.prompt for charge in openai.bill] == ["a fox", "a dog"]


@PAGE
async def test_cancelling_finishes_what_was_begun_and_keeps_it(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """What was paid for is shown; nothing more is begun."""
    openai.hang("generate", times=None)
    async with running_desk(paid | {"OPENAI_IMAGES_PER_MINUTE": "40"}):
        await chat.connected()
        await ada.command("/generate a fox --count 6", marketing)
        status = await eyes.see(marketing, "Drawing: a fox")
        await openai.faults.until_hanging(4)
        await ada.react(status, "❌")
        await eyes.changed(status, "Cancelling: a fox", "4 pictures had begun", without="to go")
        openai.clear("generate")
        openai.release()
        await eyes.see(marketing, "4 pictures: a fox")
        await eyes.changed(status, "Cancelled: a fox", "4 pictures had been made")
    assert len(openai.bill) == 4


@PAGE
async def test_budget_and_pace_hold_even_when_all_ask_at_once(
    chat: Chat,
    ada: Person,
    bob: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """With $0.05 left, three pictures start and not a fourth; a hurried person is slowed down."""
    everybody = (ada, bob, root)
    async with running_desk(paid | {"DAILY_BUDGET": "0.05", "ORDERS_PER_MINUTE": "2"}):
        await chat.connected()
        await asyncio.gather(
            *(one.command("/generate a fox --count 2", marketing) for one in everybody)
        )
        refused = await until(lambda: [one for one in everybody if one.private()])
        await eyes.until(marketing, lambda: len([one for one in everybody if one.private()]) == 2)
        assert all("Nothing was made" in one.private()[-1] for one in refused)
        assert "$0.024" in await eyes.told(refused[0], "left", "$0.026")
        await eyes.see(marketing, "2 pictures: a fox")
        await refused[0].command("/generate a cat", marketing)
        await eyes.see(marketing, "1 picture: a cat")
        winner = next(one for one in everybody if not one.private())
        await winner.command("/generate a dog --model sketch", marketing)
        await winner.command("/generate a cow --model sketch", marketing)
        await eyes.told(winner, "more than 2 orders in a minute")
        assert not eyes.all(marketing, "a cow")
    assert len(openai.bill) == 3


@PAGE
async def test_prompts_have_their_limits_and_old_models_their_heirs(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """32,001 characters and none at all are told; a retired model's name is no dead end."""
    async with running_desk(paid):
        await chat.connected()
        answer = await ada.command(f"/generate {'fox ' * 8000}x", marketing)
        assert "32000" in answer.text.replace(",", "")
        form = await (await ada.command("/generate", marketing)).form()
        assert "prompt" in (await ada.submit(form, {"Prompt": "  "})).text.lower()
        assert openai.calls == []
        await ada.command("/generate a fox --model dall-e-3 --quality hd", marketing)
        await eyes.see(marketing, "Done: a fox", "dall-e-3", "gpt-image-2.5-flare", "high")
    assert [charge.model for charge in openai.bill] == ["gpt-image-2.5-flare"]
