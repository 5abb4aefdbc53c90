"""Batches: from a list of prompts to chosen pictures, the same in every chat."""

import csv
import io

import httpx2
import pytest
from PIL import Image

from core.wording.money import money
from tests.desk import running_desk
from tests.driving import Chat, Person, Seen, Where
from tests.flows.conftest import Eyes
from tests.platforms.openai import OpenAIServer

PROMPTS = "a fox at {dawn, dusk}\nan owl\n\nan owl\na {red bird"


async def test_a_list_is_checked_priced_started_and_chosen_from(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The card says what is wrong with which row before anything is made; then a sheet comes."""
    async with running_desk(environ):
        await chat.connected()
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": PROMPTS, "Around each prompt": "a photo of … on white"})
        plan = await eyes.see(marketing, "Batch: 4 pictures, ≈ $0")
        assert plan.says("Row 5: The braces", "Wrong rows are left out.")
        assert plan.says("1 picture asks for the same as an earlier row: row 4.")
        assert plan.buttons == ("Start", "Leave it")

        await root.choose(plan, "Quality", ["low"])
        plan = await eyes.changed(plan, "Sketch (no AI) · low · 1024x1024 · no style")
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "Batch: 4 of 4 pictures made")
        assert done.says("4 made", "Cost", "$0")
        news = await eyes.see(marketing, "Your batch is done: 4 of 4 pictures")
        assert news.pings == {"Root"}
        assert news.where == done.where
        await eyes.see(marketing, "Pictures 1–4")
        (sheet,) = await eyes.until(
            marketing,
            lambda: [
                seen
                for seen in chat.read(marketing)
                if len(seen.menus.get("Keep pictures", ())) == 4
            ],
        )
        assert Image.open(io.BytesIO(sheet.pictures[0])).size == (1064, 272)
        await root.choose(sheet, "Keep pictures", ["2. a photo of a fox at dusk on white"])
        await eyes.changed(sheet, "Kept: 2 (1 of 4)")
        done = await eyes.changed(done, "1 of 4 kept.")

        await root.press(done, "List as CSV")
        await eyes.see(marketing, "The batch as a table")
        offered = await eyes.until(
            marketing, lambda: [one.files for one in chat.read(marketing) if one.files]
        )
        (table,) = offered[0].values()
        lines = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
        assert [line["kept"] for line in lines] == ["no", "yes", "no", "no"]
        assert lines[1]["prompt"] == "a photo of a fox at dusk on white"
        assert (lines[1]["row"], lines[1]["state"], lines[1]["quality"]) == (
            "1",
            "completed",
            "low",
        )

        await root.press(done, "Create drafts")
        done = await eyes.changed(done, "1 post: 1 to be published, 0 published.")
        (label,) = done.menus["Open a draft"]
        number, _, title = label.partition(". ")
        assert number == "2"
        await root.choose(done, "Open a draft", [label])
        draft = await eyes.see(marketing, title, "Accounts")
        assert draft.where == done.where
        await root.press(done, "Publish 1 draft")
        done = await eyes.changed(done, "1 post: 0 to be published, 1 published.")
        async with httpx2.AsyncClient() as browser:
            assert (await browser.get(done.links[label])).status_code == 200


async def test_a_written_reply_chooses_and_makes_again(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """In the batch's thread: what is kept, what is dropped, and one picture with other words."""
    async with running_desk(environ):
        await chat.connected()
        card = await begin(root, marketing, eyes, 4)
        card = await eyes.changed(card, "Batch: 4 of 4 pictures made")
        told = await root.command('/keep 1-2, redo 3 "at night", drop 2', card.where)
        assert told.text == ""
        await eyes.changed(card, "1 of 4 kept.")
        again = await eyes.see(marketing, "Batch: 1 of 1 picture made")
        assert again.where == card.where
        picture = await eyes.see(marketing, "Picture 1")
        assert "fox number 3, at night" in picture.alts[0]
        await root.command("/keep the best", card.where)
        await eyes.told(root, "I do not understand “keep the best”.")
        await root.command("/redo 9", card.where)
        await eyes.told(root, "The batch has no picture 9.")


async def test_reactions_on_a_sheet_choose_while_the_rest_still_runs(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Numbers are the places on the sheet; ✅ keeps all of it, ❌ none; taken back, as before."""
    async with running_desk(environ):
        await chat.connected()
        card = await begin(root, marketing, eyes, 12)
        await eyes.changed(card, "Batch: 12 of 12 pictures made")
        second = await eyes.see(marketing, "Pictures 11–12")
        first = await eyes.see(marketing, "Pictures 1–10")
        await root.react(second, "2️⃣")
        await eyes.changed(second, "Kept: 12 (1 of 2).")
        await eyes.changed(first, "None of these is kept.")
        await root.react(first, "✅")
        await eyes.changed(card, "11 of 12 kept.")
        await root.react(second, "❌")
        await eyes.changed(second, "None of these is kept.")
        await root.unreact(first, "✅")
        await root.unreact(second, "❌")
        await eyes.changed(card, "1 of 12 kept.")


PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)


async def begin(root: Person, marketing: Where, eyes: Eyes, prompts: int) -> Seen:
    """A batch of so many prompts that has just been started, as its card."""
    form = await (await root.command("/bulk", marketing)).form()
    lines = "\n".join(f"fox number {number}" for number in range(1, prompts + 1))
    await root.submit(form, {"Prompts": lines, "Quality": "low"})
    plan = await eyes.see(marketing, f"Batch: {prompts} pictures")
    await root.press(plan, "Start")
    return plan


@PAGE
@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        ("billing_hard_limit_reached", "https://platform.openai.com/settings"),
        ("invalid_key", "OpenAI does not take this desk's key"),
        ("model_not_found", "The model gpt-image-2.5-flare is not offered any more"),
    ],
)
async def test_what_every_further_call_would_meet_pauses_the_lot_and_keeps_the_rest(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
    refusal: str,
    told: str,
) -> None:
    """Nothing fails for it; somebody says go on, and all are there, paid once each."""
    openai.refuse(refusal)
    async with running_desk(paid):
        await chat.connected()
        card = await begin(root, marketing, eyes, 12)
        paused = await eyes.changed(card, "Batch: paused", "Paused; nothing is lost.", told)
        assert "; about" not in paused.text
        assert paused.buttons[:2] == ("Go on", "Cancel")
        news = await eyes.see(marketing, "Your batch stands still", "Paused; nothing is lost.")
        assert news.pings == {"Root"}
        await root.press(paused, "Go on")
        await eyes.changed(news, "was told to go on", without="nothing is lost")
        await eyes.changed(card, "Batch: 12 of 12 pictures made", "All 12 are kept")
    assert sorted(charge.prompt for charge in openai.bill) == sorted(
        f"fox number {number}" for number in range(1, 13)
    )


@PAGE
async def test_what_the_library_holds_is_pointed_out_and_taken_from_there_for_nothing(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Only what is new is paid and estimated; and what is paid is the table's price, for a batch
    pays for no unfinished pictures.
    """
    async with running_desk(paid):
        await chat.connected()
        for prompts in (["a fox", "an owl", "a hare"], ["a hare", "a stork", "a fox"]):
            form = await (await root.command("/bulk", marketing)).form()
            await root.submit(form, {"Prompts": "\n".join(prompts)})
            card = await eyes.see(marketing, "Batch: 3 pictures, ≈ $0.040")
            if "a stork" not in prompts:
                await root.press(card, "Start")
                await eyes.changed(card, "Batch: 3 of 3 pictures made")
        assert card.says("2 pictures of it are in the library already, for $0.")
        await root.press(card, "Start, reuse 2 (saves $0.026)")
        done = await eyes.changed(card, "Batch: 3 of 3 pictures made", "Estimate", "$0.013")
        assert [charge.prompt for charge in openai.bill][3:] == ["a stork"]
        await eyes.changed(done, "$0.013", without="$0.040")
        assert {charge.usage.image_out for charge in openai.bill} == {439}


@PAGE
async def test_cancelling_begins_no_further_call(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """What was begun is finished and paid, the rest is not; the cost is exact."""
    openai.hang("generate", after=False)
    async with running_desk(paid | {"OPENAI_IMAGES_PER_MINUTE": "60"}):
        await chat.connected()
        card = await begin(root, marketing, eyes, 40)
        await eyes.until(marketing, lambda: openai.calls.count("generate") >= 2)
        await root.press(await eyes.changed(card, "being made"), "Cancel")
        await eyes.changed(card, "Batch: cancelling")
        begun = openai.calls.count("generate")
        openai.release()
        done = await eyes.changed(card, f"{begun} made, {40 - begun} cancelled")
        assert openai.calls.count("generate") == begun
        assert len(openai.bill) == begun
        await eyes.changed(done, money(sum(charge.micro_usd for charge in openai.bill)))


@PAGE
async def test_a_model_that_is_not_offered_is_told_by_its_row(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Before anything is made; one that was retired is made by what took its place."""
    async with running_desk(paid):
        await chat.connected()
        form = await (await root.command("/bulk", marketing)).form()
        rows = b"prompt,model\na fox,gpt-image-2\nan owl,gpt-image-9\na hare,\na stork,dall-e-3\n"
        await root.submit(form, {}, [("list.csv", rows)])
        plan = await eyes.see(marketing, "Batch: 3 pictures", "Row 3: ", "gpt-image-9")
        await root.press(plan, "Start")
        await eyes.changed(plan, "Batch: 3 of 3 pictures made")
    assert len(openai.bill) == 3


@PAGE
async def test_the_time_is_told_by_the_rate_that_was_learned(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """A tier that is set too low is known from the first answer on."""
    openai.limit_images(per_minute=250)
    foxes = "\n".join(f"fox number {number}" for number in range(1, 51))
    async with running_desk(paid | {"OPENAI_IMAGES_PER_MINUTE": "5"}):
        await chat.connected()
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": foxes})
        await eyes.see(marketing, "Batch: 50 pictures", "It takes about 10 min.")
        await root.command("/generate an owl", marketing)
        await eyes.see(marketing, "Done: an owl")
        form = await (await root.command("/bulk", marketing)).form()
        await root.submit(form, {"Prompts": foxes})
        await eyes.see(marketing, "Batch: 50 pictures", "It takes about 32 s.")
