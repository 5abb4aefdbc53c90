"""The chat port on the page's rows."""

import asyncio
from contextlib import aclosing

import pytest

from bot.surfaces.web.content import read_content
from core.chat import Actor, Attachment, File, Link, Private, Thread
from core.errors import ActionNeeded, UserError
from core.page import LineReaction

from .grounds import Ground, card, picture, place

pytestmark = pytest.mark.usefixtures("ada")


async def test_a_card_opens_a_thread_in_which_further_cards_are_replies(ground: Ground) -> None:
    """What is asked for in the channel stands there; its results stand beneath it."""
    thread, root = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    reply = await ground.page.post(thread, card("b"), ground.load, repeat=False)
    assert thread == Thread("page", "b1", "general", root.ref.id)
    assert (await ground.line(root.ref.id)).thread == ""
    assert (await ground.line(reply.ref.id)).thread == root.ref.id


@pytest.mark.parametrize("repeat", [True, False])
async def test_a_card_that_stands_is_found_instead_of_posted_again(
    ground: Ground, *, repeat: bool
) -> None:
    """Whoever crashed after posting finds its line by the card's key."""
    thread, first = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    again = await ground.page.open_thread(place(), card("a"), ground.load, repeat=repeat)
    assert again == (thread, first)
    reply = await ground.page.post(thread, card("b"), ground.load, repeat=False)
    assert await ground.page.post(thread, card("b"), ground.load, repeat=repeat) == reply
    assert len(await ground.lines()) == 2


async def test_an_edit_changes_the_line_and_comes_last_among_the_changes(ground: Ground) -> None:
    """Readers who were away ask for what changed since, in order."""
    thread, first = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    await ground.page.post(thread, card("b"), ground.load, repeat=False)
    fresh = card("a", title="Done: a fox", colour="good")
    sent = await ground.page.edit(first, thread, fresh, ground.load)
    assert sent.ref == first.ref
    newest = (await ground.lines())[-1]
    assert newest.id == first.ref.id
    assert read_content(newest).card == fresh


async def test_readers_are_told_of_every_change(ground: Ground) -> None:
    thread, sent = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    async with aclosing(ground.queue.subscribe("page:1")) as heard:
        listening = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(0)  # one turn of the loop, in which it begins to listen
        await ground.page.edit(sent, thread, card("a", title="Done"), ground.load)
        assert await listening == "2"


async def test_pictures_are_measured_once_so_that_the_page_keeps_room_for_them(
    ground: Ground,
) -> None:
    """An edit loads only the pictures that are new; one that is gone has no size."""
    await ground.blobs.put("1/one.jpg", picture(640, 480), "image/jpeg")
    await ground.blobs.put("1/two.jpg", picture(512, 512), "image/jpeg")
    one, two, gone = (File(f"1/{name}.jpg", "x.jpg", "image/jpeg") for name in ("one", "two", "no"))
    pictures = card("a", pictures=(one, gone))
    thread, sent = await ground.page.open_thread(place(), pictures, ground.load, repeat=False)
    await ground.page.edit(sent, thread, card("a", pictures=(one, two)), ground.load)
    assert ground.loaded == [one.id, gone.id, two.id]
    sizes = read_content(await ground.line(sent.ref.id)).sizes
    assert sizes == {one.id: (640, 480), two.id: (512, 512)}


async def test_a_private_word_is_one_line_for_one_person(ground: Ground) -> None:
    text = Private("Here it is.", (Link("Open", "https://example.org"),))
    await ground.page.tell(place(), "UADA", text)
    (line,) = await ground.lines()
    assert (line.private_to, line.text) == ("UADA", "Here it is.")
    assert read_content(line).links == text.links


async def test_a_private_word_for_one_occasion_is_said_once(ground: Ground) -> None:
    for _ in range(2):
        await ground.page.tell(place(), "UADA", Private("Hello"), key="k" * 32)
    assert len(await ground.lines()) == 1


async def test_reactions_are_read_as_a_set_with_people_as_they_are_now(ground: Ground) -> None:
    """An admin stays one: the desk takes what a chat says of people as the truth."""
    await ground.member("Root", admin=True)
    _, sent = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    async with ground.database.write() as uow:
        for user in ("ADA", "ROOT"):
            given = LineReaction(sent.ref.id, f"U{user}", user.title(), "✅", uow.now)
            await uow.lines.react(given)
    assert await ground.page.reactions(sent.ref) == {
        ("✅", Actor("UADA", "Ada")),
        ("✅", Actor("UROOT", "Root", is_admin=True)),
    }


@pytest.mark.parametrize(("key", "code"), [("1/file", "upload_too_big"), ("1/no", "upload_gone")])
async def test_what_cannot_be_fetched_says_why(ground: Ground, key: str, code: str) -> None:
    await ground.blobs.put("1/file", b"12345", "text/plain")
    with pytest.raises(UserError) as caught:
        async for _ in ground.page.fetch(Attachment(key, "file", "", 4), 4):
            pass
    assert caught.value.code == code


async def test_a_page_that_speaks_for_no_business_is_gone(ground: Ground) -> None:
    with pytest.raises(ActionNeeded) as caught:
        await ground.page.open_thread(place(business=7), card("a"), ground.load, repeat=False)
    assert caught.value.code == "chat_gone"
