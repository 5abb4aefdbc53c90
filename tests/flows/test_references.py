"""Pictures made from others: of the library by their numbers, or brought along with the order."""

import io

import pytest
from PIL import Image

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.flows.test_paid_pictures import until_spent
from tests.platforms.openai import OpenAIServer

EACH = pytest.mark.parametrize("chat", ["slack", "discord", "page"], indirect=True)
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
        assert done.says("Made from", "picture 1", "Estimate", "$0.021")
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
        assert done.says("Made from", "1 file", "Estimate", "$0.021")
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
