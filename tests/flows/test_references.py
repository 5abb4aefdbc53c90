"""Pictures made from others: of the library by their numbers, or brought along with the order."""

import csv
import io
import json

import pytest
from PIL import Image

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.flows.test_batch_lists import bring
from tests.flows.test_library import opened, pressed
from tests.flows.test_paid_pictures import spent, until_spent
from tests.platforms.openai import OpenAIServer

EACH = pytest.mark.parametrize("chat", ["slack", "discord", "page"], indirect=True)
SLACK = pytest.mark.parametrize("chat", ["slack"], indirect=True)
PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)


def drawn(colour: str) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), colour).save(out, "PNG")
    return out.getvalue()


@EACH
async def test_a_picture_is_made_from_one_of_the_library(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """By its number: told on the card with its price, in the passport, and on the bill."""
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await ada.command("/generate it in snow --reference 1", marketing)
        await eyes.see(marketing, "1 picture: it in snow")
        done = await eyes.see(marketing, "Done: it in snow")
        assert done.says("Made from", "picture 1", "Estimate", "Cost")
        assert openai.calls.count("edit") == 1
        await eyes.until(marketing, lambda: len(openai.words) == 2)
        await until_spent(desk, lambda: openai.charged)
        async with desk.database.read() as uow:
            image = await uow.images.of_business(1, 2)
        assert image is not None
        assert image.parent_id == 1


@EACH
async def test_a_file_that_comes_with_the_order_is_what_it_is_made_from(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """It is taken into the library first, under its own verdict."""
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command_with("/generate it in snow", [("logo.png", drawn("red"))], marketing)
        await eyes.see(marketing, "1 picture: it in snow")
        done = await eyes.see(marketing, "Done: it in snow")
        assert done.says("Made from", "1 file", "Estimate", "Cost")
        assert openai.calls.count("edit") == 1
        async with desk.database.read() as uow:
            image = await uow.images.of_business(1, 2)
            assert image is not None
            parent = await uow.images.of_business(1, image.parent_id or 0)
        assert parent is not None
        assert parent.original_filename == "logo.png"


@EACH
async def test_a_file_that_is_not_taken_makes_no_picture(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """And nothing is paid."""
    async with running_desk(paid):
        await chat.connected()
        await ada.command_with("/generate it in snow", [("logo.png", b"no picture")], marketing)
        await eyes.see(marketing, "Not made: it in snow", "logo.png", "Nothing was paid")
    assert openai.bill == []


@PAGE
async def test_what_cannot_be_a_reference_is_told_at_once(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """No number, no such picture, a model that makes none from others."""
    async with running_desk(paid):
        await chat.connected()
        for options, told in (
            ("--reference fox", "no picture's number"),
            ("--reference 99", "no such picture"),
            ("--reference 1 --model sketch", "makes no picture from another one"),
        ):
            await ada.command(f"/generate a fox {options}", marketing)
            await eyes.told(ada, told)
    assert openai.calls == []


LIST = b"""prompt,reference
it in snow,1
it in rain,"1, 99"
a hare,
it at sea,fox
an owl,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
"""


@EACH
async def test_rows_of_a_batch_are_made_from_pictures_of_the_library(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Each by its column; what cannot be is told by its row; made again, it is so once more."""
    async with running_desk(paid) as desk:
        await chat.connected()
        await root.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await bring(root, marketing, "list.csv", LIST)
        plan = await eyes.see(marketing, "Batch: 2 pictures, ≈ $0.035")
        assert plan.says("Row 3: There is no such picture as 99")
        assert plan.says("Row 5: “fox” is no picture's number")
        assert plan.says("Row 6: A picture is made from at most 16 others; these are 17.")
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "Batch: 2 of 2 pictures made", "Estimate", "$0.035")
        assert openai.calls.count("edit") == 1

        await root.press(done, "List as CSV")
        offered = await eyes.until(
            marketing, lambda: [one.files for one in chat.read(marketing) if one.files]
        )
        (table,) = offered[0].values()
        lines = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
        assert [(line["row"], line["reference"]) for line in lines] == [("2", "1"), ("4", "")]

        await root.command('/redo 1 "at night"', done.where)
        await eyes.see(marketing, "Batch: 1 of 1 picture made")
        assert openai.calls.count("edit") == 2
        async with desk.database.read() as uow:
            children = await uow.images.children(1)
        assert [child.ai_prompt for child in children] == ["it in snow", "it in snow, at night"]
        await until_spent(desk, lambda: openai.charged)


@SLACK
async def test_what_was_made_from_a_deleted_picture_is_not_made_again_without_it(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """A picture of the words alone would be another one; the card says what is missing."""
    async with running_desk(paid) as desk:
        await chat.connected()
        await root.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await bring(root, marketing, "list.csv", b"prompt,reference\nit in snow,1\n")
        plan = await eyes.see(marketing, "Batch: 1 picture")
        await root.press(plan, "Start")
        done = await eyes.changed(plan, "Batch: 1 of 1 picture made")
        passport = await opened(root, "/image 1", marketing)
        assert passport.says("no. 1")
        await pressed(root, await pressed(root, passport, "Delete"), "Delete")
        await root.command("/redo 1", done.where)
        again = await eyes.see(marketing, "Batch: 0 pictures", "There is no such picture as 1")
        assert again.buttons == ("Leave it",)
        assert openai.calls.count("edit") == 1
        await until_spent(desk, lambda: openai.charged)


@SLACK
async def test_a_reference_that_goes_before_the_start_changes_the_list(
    chat: Chat,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """The card tells it anew and nothing is paid; a second Start makes what is left."""
    rows = [{"prompt": "it in snow", "reference": [1]}, {"prompt": "a hare", "reference": None}]
    async with running_desk(paid) as desk:
        await chat.connected()
        await root.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await bring(root, marketing, "list.json", json.dumps(rows).encode())
        plan = await eyes.see(marketing, "Batch: 2 pictures")
        passport = await opened(root, "/image a fox", marketing)
        await pressed(root, await pressed(root, passport, "Delete"), "Delete")
        await root.press(plan, "Start")
        plan = await eyes.changed(plan, "Batch: 1 picture,", "Other rows of the list can be made")
        assert plan.says("Row 1: There is no such picture as 1")
        await root.press(plan, "Start")
        await eyes.changed(plan, "Batch: 1 of 1 picture made")
        assert "edit" not in openai.calls
        await until_spent(desk, lambda: openai.charged)


@SLACK
async def test_what_was_not_begun_again_is_not_booked_again(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """The answer to the only call got lost; when it is asked for again, its reference is gone."""
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await eyes.until(marketing, lambda: openai.words)
        await until_spent(desk, lambda: openai.charged)
        openai.drop_after("edit")
        await ada.command("/generate it in snow --reference 1", marketing)
        lost = await eyes.see(marketing, "it in snow", "unknown", "may have cost")
        booked = await spent(desk)
        passport = await opened(ada, "/image 1", marketing)
        await pressed(ada, await pressed(ada, passport, "Delete"), "Delete")
        await ada.press(lost, "Make again")
        await eyes.changed(lost, "Not made: it in snow", "was deleted")
        assert openai.calls.count("edit") == 1
        assert await spent(desk) == booked


@SLACK
async def test_a_reference_that_goes_while_the_picture_is_made_does_not_lose_it(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """It has been used by then, and the picture is paid."""
    async with running_desk(paid) as desk:
        await chat.connected()
        openai.hang("edit", after=True)
        await ada.command_with("/generate it in snow", [("logo.png", drawn("red"))], marketing)
        await openai.faults.until_hanging()
        await eyes.until(marketing, lambda: openai.words)
        passport = await opened(ada, "/image 1", marketing)
        await pressed(ada, await pressed(ada, passport, "Delete"), "Delete")
        openai.release()
        await eyes.see(marketing, "1 picture: it in snow")
        await eyes.until(marketing, lambda: len(openai.words) == 2)
        await until_spent(desk, lambda: openai.charged)
