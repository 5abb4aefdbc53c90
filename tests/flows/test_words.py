"""The words of pictures, found by an AI after the picture stands, or plain for ever."""

import asyncio

import pytest
from sqlalchemy import select

from bot.wiring import Running
from core.library.captioning import AT_ONCE, Look
from core.library.describing import Words, describe
from core.library.images import Image
from tests.core.hostile import encode, scene
from tests.desk import running_desk
from tests.driving import Chat, Person, Where, until
from tests.flows.conftest import Eyes
from tests.platforms.openai import OpenAIServer

pytestmark = pytest.mark.parametrize("chat", ["page"], indirect=True)

PHOTO = encode(scene(1200, 800), "JPEG")


async def image_of(desk: Running, number: int = 1) -> Image:
    """A picture as it stands in the library."""
    async with desk.database.read() as uow:
        image = await uow.images.get(number)
    assert image is not None
    return image


async def looked_at(desk: Running) -> Look:
    """The one look there was, once it has ended."""
    async with asyncio.timeout(10):
        while True:
            async with desk.database.read() as uow:
                found = list((await uow.session.scalars(select(Look))).all())
            if len(found) == 1 and found[0].outcome:
                return found[0]
            await asyncio.sleep(0.05)


async def test_pictures_get_their_words_after_they_stand(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """An upload is stored under plain words while the look is out; then it has better ones."""
    openai.hang("caption", after=True)
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop-front.jpg", PHOTO)], marketing)
        status = await eyes.see(marketing, "shop-front.jpg: stored")
        plain = await image_of(desk)
        assert (plain.title, plain.plain_words) == ("Shop front", True)
        openai.release()
        look = await looked_at(desk)
        image = await image_of(desk)
        assert (image.title, image.plain_words) == ("Three rings", False)
        assert image.alt_text == "Three coloured rings, one inside the other, on a plain ground"
        assert image.tags == ["rings", "colour", "pattern"]
        assert look.cost == openai.charged
        await eyes.changed(status, "Cost", "under $0.001 for words by AI")
        pictures = await eyes.see(marketing, "1 picture: shop-front.jpg")
        told = (f"Picture 1: {image.alt_text}",)
        await until(lambda: eyes.again(pictures).alts == told)
        await ada.bring([("again.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "again.jpg: already in the library, as “Three rings” (no. 1)")
    assert openai.calls == ["caption"]


async def test_what_is_drawn_for_nothing_is_not_looked_at_for_money(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Nobody spends unasked: a sketch keeps the words of its prompt; a paid picture is seen."""
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/generate a whale --model sketch", marketing)
        await eyes.see(marketing, "1 picture: a whale")
        await ada.command("/generate a fox --quality low", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await looked_at(desk)
        assert (await image_of(desk, 1)).title == "A whale"
        assert (await image_of(desk, 2)).title == "Three rings"
    assert openai.calls.count("caption") == 1
    assert '"a fox"' in openai.words[0].hint


@pytest.mark.parametrize("way", ["malformed", "cut_off", "refused", "empty"])
async def test_a_useless_answer_leaves_the_plain_words_and_is_booked(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
    way: str,
) -> None:
    """It is paid, and nobody asks again."""
    openai.spoil(way, "caption")
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop.jpg", PHOTO)], marketing)
        look = await looked_at(desk)
        assert look.outcome == "unusable"
        assert look.cost == openai.charged > 0
        image = await image_of(desk)
        assert (image.title, image.plain_words) == ("Shop", True)
        await eyes.see(marketing, "shop.jpg: stored", "Cost", "under $0.001")
    assert openai.calls == ["caption"]


async def test_an_answer_that_is_lost_is_told_with_its_price_and_not_asked_for_again(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """The line is cut after OpenAI had looked: it may have been billed, and here it was."""
    openai.drop_after("caption")
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop.jpg", PHOTO)], marketing)
        look = await looked_at(desk)
        assert look.outcome == "unknown"
        assert look.cost == look.price >= openai.charged
        await eyes.see(
            marketing,
            "shop.jpg: stored",
            "No answer came about the words of 1 picture, and it may have cost under $0.001.",
            "the plain words stand",
        )
        assert (await image_of(desk)).plain_words
    assert openai.calls == ["caption"]


async def test_a_busy_provider_is_asked_later_and_a_bad_key_never(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """429 means surely not done; a key that is not taken leaves the plain words, at no cost."""
    openai.refuse("rate_limited", "caption", retry_after=0.2)
    openai.refuse("invalid_key", "caption")
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop.jpg", PHOTO)], marketing)
        look = await looked_at(desk)
        assert look.outcome == "refused"
        assert (look.tries, look.cost) == (1, 0)
        status = await eyes.see(marketing, "shop.jpg: stored")
        await eyes.changed(status, "shop.jpg: stored", without="Cost")
        assert (await image_of(desk)).plain_words
    assert openai.calls == ["caption", "caption"]
    assert openai.charged == 0


async def test_without_money_left_the_plain_words_stand(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Words count against the day's budget, and never keep a picture from being stored."""
    async with running_desk(paid | {"DAILY_BUDGET": "0.0004"}) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "shop.jpg: stored")
        look = await looked_at(desk)
        assert look.outcome == "unaffordable"
        assert (await image_of(desk)).plain_words
    assert openai.calls == []


async def test_what_a_person_wrote_is_never_overwritten(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Ada names the picture while the look is out; what the look cost is booked all the same."""
    openai.hang("caption", after=True)
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "shop.jpg: stored")
        await openai.faults.until_hanging()
        async with desk.database.write() as uow:
            image = await uow.images.get(1)
            assert image
            member = await uow.members.get(image.creator_id)
            assert member
            await describe(uow, image, member, Words(title="Our shop in May"))
        openai.release()
        look = await looked_at(desk)
        image = await image_of(desk)
        assert (image.title, image.alt_text) == ("Our shop in May", "Shop")
        assert look.cost == openai.charged > 0


async def test_many_pictures_at_once_are_looked_at_a_few_at_a_time(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """The others wait their turn without keeping anything else waiting, and none is forgotten."""
    files = [(f"{n}.jpg", encode(scene(400 + 16 * n, 500), "JPEG")) for n in range(10)]
    openai.hang("caption", times=None)
    async with running_desk(paid) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring(files, marketing)
        await eyes.see(marketing, "10 pictures: 0.jpg and 9 more")
        await openai.faults.until_hanging(AT_ONCE)
        assert openai.calls.count("caption") == AT_ONCE
        openai.clear("caption")
        openai.release()
        await eyes.until(marketing, lambda: len(openai.words) == len(files))
        await until_all_worded(desk)
    assert openai.calls.count("caption") == len(files)


async def until_all_worded(desk: Running) -> None:
    """Wait until every picture has been seen."""
    async with asyncio.timeout(10):
        while True:
            async with desk.database.read() as uow:
                found = list((await uow.session.scalars(select(Look))).all())
            if {look.outcome for look in found} == {"worded"}:
                return
            await asyncio.sleep(0.05)
