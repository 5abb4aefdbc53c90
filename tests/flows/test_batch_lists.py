"""Lists of prompts as people bring them: fifty real ones, a thousand, and all that is no list."""

from pathlib import Path
from time import monotonic

import pytest

from tests.desk import running_desk
from tests.driving import Chat, DiscordChat, Person, Where
from tests.driving.chat import Answer
from tests.driving.discord import DiscordPerson
from tests.flows.conftest import Eyes

FIFTY = Path(__file__).with_name("prompts") / "fifty.csv"
MOST_MESSAGES = 8
FEW_SECONDS = 10.0
"""Until a thousand prompts are checked and priced; about one on an idle machine."""

PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)


async def bring(root: Person, where: Where, name: str, data: bytes, prompts: str = "") -> Answer:
    """Send the form of /bulk with a file."""
    form = await (await root.command("/bulk", where)).form()
    files = [(name, data)] if name else []
    return await root.submit(form, {"Prompts": prompts}, files)


async def test_fifty_prompts_become_pictures_in_at_most_eight_messages(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A spreadsheet with quotes, umlauts and overrides; chosen from in one form with two fields."""
    async with running_desk(environ):
        await chat.connected()
        await bring(root, marketing, "fifty.csv", FIFTY.read_bytes())
        plan = await eyes.see(marketing, "Batch: 50 pictures, ≈ $0")
        assert not plan.says("Row ")
        assert "the same" not in plan.text  # a row that asks for two wants two
        assert any(url.endswith("/batches/" + url[-32:]) for url in plan.links.values())
        await root.press(plan, "Start")
        for _ in range(6):  # each with the patience of one wait
            if eyes.again(plan).says("Batch: 50 of 50 pictures made"):
                break
            await eyes.changed(plan, "Batch:", without=eyes.again(plan).text)
        done = await eyes.changed(plan, "Batch: 50 of 50 pictures made")
        firsts = range(1, 51, 10)
        sheets = [await eyes.see(marketing, f"Pictures {one}–{one + 9}") for one in firsts]
        first = sheets[0]
        for said in (
            "A Käsekuchen with cherries",
            'Our "house blend"',
            "A tall glass of iced latte",
        ):
            await eyes.until(marketing, lambda: said in eyes.again(first).alts[0])  # noqa: B023  # awaited at once

        form = await (await root.press(done, "Choose")).form()
        assert list(form.fields) == ["Pictures 1–25", "Pictures 26–50"]
        assert form.fields["Pictures 26–50"].split("\n")[0] == "26"
        await root.submit(form, {"Pictures 1–25": ["4"], "Pictures 26–50": ["31", "50"]})
        await eyes.changed(done, "3 of 50 kept.")
        again = await (await root.press(done, "Choose")).form()
        assert again.fields["Pictures 26–50"].split("\n") == ["31", "50"]
        await root.submit(again, {"Pictures 1–25": [], "Pictures 26–50": []})
        await eyes.changed(done, "0 of 50 kept.")
        assert len(chat.read(marketing)) <= MOST_MESSAGES


async def test_talk_in_a_batchs_thread_is_answered_with_how_to_choose(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """There words are wishes, with or without a command before them; elsewhere they get help."""
    async with running_desk(environ):
        await chat.connected()
        await bring(root, marketing, "", b"", "a fox\nan owl\na hare")
        plan = await eyes.see(marketing, "Batch: 3 pictures")
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "Batch: 3 of 3 pictures made")
        await root.mention("the nicest ones please", done.where)
        await eyes.told(root, "I do not understand “the nicest ones please”.", "keep 1-8 12")
        await root.mention("drop 2", done.where)
        await eyes.changed(done, "2 of 3 kept.")


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_a_reply_that_cannot_be_read_is_answered_with_how_it_can(
    chat: DiscordChat, root: DiscordPerson, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Discord keeps the words of a reply that does not ping; one that pings is read."""
    async with running_desk(environ):
        await chat.connected()
        await bring(root, marketing, "", b"", "a fox\nan owl\na hare")
        plan = await eyes.see(marketing, "Batch: 3 pictures")
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "Batch: 3 of 3 pictures made")
        thread, sheet = done.where.thread, await eyes.see(marketing, "Pictures 1–3")
        await root.person.say(thread, "keep 2", reply_to=sheet.handle, ping=False)
        await eyes.told(root, "shows the desk a reply only if it pings", "/keep 1-8 12")
        assert eyes.again(done).says("All 3 are kept")
        await root.person.say(thread, "keep 2", reply_to=sheet.handle)
        await eyes.changed(done, "1 of 3 kept.")


async def test_models_are_told_with_their_prices(
    chat: Chat, root: Person, marketing: Where, environ: dict[str, str]
) -> None:
    """Each with its character and the table of 20, 50 and 100; an unknown price is never $0."""
    replicate = {"REPLICATE_API_TOKEN": "r8-test", "REPLICATE_API_URL": "http://127.0.0.1:9"}
    async with running_desk(environ | replicate):
        await chat.connected()
        told = (await root.command("/models", marketing)).text
        assert "Flux Schnell (flux-schnell): very fast and cheap drafts" in told
        assert "medium: $0.003 → $0.060 · $0.150 · $0.300" in told
        assert "SDXL (sdxl): the classic open model\n· medium: price unknown" in told
        assert "Sketch (no AI) (sketch): drawn here from the words, free\n· medium: $0\n" in told


async def test_a_thousand_prompts_are_priced_started_and_cancelled(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Within seconds each; nothing new is begun after Cancel, and every picture has an end."""
    prompts = "\n".join(f"number {one} of a thousand foxes" for one in range(1, 1001))
    async with running_desk(environ) as desk:
        await chat.connected()
        begun = monotonic()
        await bring(root, marketing, "thousand.txt", prompts.encode())
        plan = await eyes.see(marketing, "Batch: 1000 pictures, ≈ $0")
        assert monotonic() - begun < FEW_SECONDS
        await root.press(plan, "Start")
        going = await eyes.changed(plan, "Batch: drawing", "to go")
        await root.press(going, "Cancel")
        await eyes.changed(going, "cancelled", "Cost", without="cancelling")
        async with desk.database.read() as uow:
            (job,) = await uow.jobs.batches(1, 5)
            states = (await uow.items.counts([job.id]))[job.id]
        assert set(states) <= {"completed", "cancelled"}
        assert sum(states.values()) == 1000
        assert states["cancelled"] > 500


LONG_ROW = "prompt\n" + "a fox\n" * 35 + "x" * 60_000 + "\na hare\n"

REFUSED: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("many.txt", b"a fox\n" * 1001, ("That makes 1001 pictures; a batch has at most 1000.",)),
    ("big.txt", b"a fox in the snow\n" * 300_000, ("“big.txt” is larger than 2 MB.",)),
    ("colours.csv", b"colour,size\nred,1\n", ("no column “prompt”. It has: colour, size.",)),
    ("picture.csv", bytes(range(256)) * 40, ("“picture.csv” holds no text.",)),
    ("broken.json", b'["a fox",', ("“broken.json” cannot be read:",)),
    ("list.docx", b"PK\x03\x04", ("“list.docx” is no list that can be read.",)),
    ("million.txt", b"{a,b,c,d,e,f,g,h,i,j}" * 6, ("That makes 1000000 pictures;",)),
]
ROWS: list[tuple[str, bytes, tuple[str, ...]]] = [
    (
        "nested.txt",
        b"a {red, {dark, light} green} bird\nan owl",
        ("Row 1: The braces", "1 picture"),
    ),
    ("long.csv", LONG_ROW.encode(), ("Row 37: The prompt has 60000 characters;", "36 pictures")),
    (
        "bom.csv",
        "\ufeffprompt\r\nein Fuchs\r\nein Reh\r\nein Dachs\r\n".encode(),
        ("Batch: 3 pictures",),
    ),
]


@PAGE
async def test_what_is_no_list_is_told_in_one_sentence(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Nothing is made of it; what is wrong with single rows leaves the others."""
    async with running_desk(environ):
        await chat.connected()
        nothing = await bring(root, marketing, "", b"", " \n ")
        assert nothing.text == "There is no prompt. Write one a line, or bring a list."
        for name, data, said in REFUSED:
            await bring(root, marketing, name, data)
            card = await eyes.see(marketing, "Batch: the list cannot be used", *said)
            assert card.buttons == ()
        for name, data, said in ROWS:
            await bring(root, marketing, name, data)
            card = await eyes.see(marketing, *said)
            assert "Start" in card.buttons

        mixed = "über Köln\n".encode() + "fünf Bäume\n".encode("cp1252")
        await bring(root, marketing, "mixed.txt", mixed)
        card = await eyes.see(marketing, "Batch: 2 pictures", without="Row")
        await root.press(card, "Start")
        sheet = await eyes.see(marketing, "Pictures 1–2")
        both = ("1: über Köln; 2: fünf Bäume",)
        await eyes.until(marketing, lambda: eyes.again(sheet).alts == both)
