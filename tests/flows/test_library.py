"""The library in chat: found, looked at, put into posts, worded anew, and deleted."""

import io
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.driving.chat import Seen
from tests.driving.discord import DiscordPerson
from tests.flows.conftest import Eyes

CHATS = pytest.mark.parametrize("chat", ["slack", "discord"], indirect=True)
"""On the page the same leads to the page's own library."""

PICK, FILTER, SORT = "Pick pictures", "Filter", "Sort"


async def opened(who: Person, line: str, where: Where) -> Seen:
    """The panel that a command opens."""
    return await (await who.command(line, where)).panel()


async def pressed(who: Person, panel: Seen, button: str) -> Seen:
    """The panel that takes its place."""
    return await (await who.press(panel, button)).panel()


async def chosen(who: Person, panel: Seen, menu: str, *labels: str) -> Seen:
    """The same for a menu."""
    return await (await who.choose(panel, menu, labels)).panel()


@CHATS
async def test_pictures_of_two_pages_are_put_into_a_post(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Picked on each, published together, and counted as used from then on."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox --count 10", marketing)
        await eyes.see(marketing, "10 pictures: a fox")
        await ada.command("/generate a boat", marketing)
        await eyes.see(marketing, "1 picture: a boat")

        first = await opened(ada, "/library", marketing)
        assert first.says("Library: 11 pictures", "1. A boat · no. 11 · sketched · not used yet")
        (sheet,) = first.pictures
        assert Image.open(io.BytesIO(sheet)).size == (5 * 264 + 8, 2 * 264 + 8)
        assert "Previous" not in first.buttons
        boat = first.menus[PICK][0]
        first = await chosen(ada, first, PICK, boat)
        second = await pressed(ada, first, "Next")
        assert second.says("1. A fox · no. 1", "Picked: no. 11.")
        assert "Next" not in second.buttons
        second = await chosen(ada, second, PICK, *second.menus[PICK])
        assert second.says("Picked: no. 11, no. 1.") or second.says("Picked: no. 1, no. 11.")

        form = await (await ada.press(second, "Use in a post")).form()
        assert len(form.fields["Alt text"].split("\n")) == 2
        await ada.submit(form, {"Caption": "Autumn at sea"})
        draft = await eyes.see(marketing, "Autumn at sea", "Check it")
        await ada.press(draft, "Publish")
        outcome = await eyes.see(marketing, "It is live")
        (link,) = outcome.links.values()
        async with httpx2.AsyncClient() as browser:
            page = (await browser.get(link)).text
        assert page.count("<figure") == 2

        used = await opened(ada, "/library --sort most_used --filter published", marketing)
        assert used.says("Library: 2 pictures")
        assert used.text.count("used 1 time") == 2


@CHATS
async def test_the_library_is_searched(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """By words in the command, by its menus, and by the form; what is not there is said."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox in snow --count 2", marketing)
        await eyes.see(marketing, "2 pictures: a fox in snow")
        await ada.command("/generate a boat", marketing)
        await eyes.see(marketing, "1 picture: a boat")

        panel = await opened(ada, "/library fox", marketing)
        assert panel.says("Library: 2 pictures", "Searched: “fox”.", "A fox in snow")
        panel = await chosen(ada, panel, SORT, "Oldest first")
        assert panel.says("1. A fox in snow · no. 1")
        panel = await chosen(ada, panel, FILTER, "Uploaded")
        assert panel.says("Library: 0 pictures", "Nothing answers this search.")
        assert panel.pictures == ()

        form = await (await ada.press(panel, "Search")).form()
        assert form.fields["Words"] == "fox"
        wrong = await ada.submit(form, {"From (first day)": "soon"})
        assert "“soon” is not a date" in wrong.text
        panel = await chosen(ada, panel, FILTER, "All pictures")
        form = await (await ada.press(panel, "Search")).form()
        panel = await (await ada.submit(form, {"Words": "boat", "By whom": "Ada"})).panel()
        assert panel.says("Library: 1 picture", "“boat”, by Ada", "A boat")

        await ada.mention("library --sort size", marketing)
        await eyes.told(ada, "There is no sort “size”. There are: newest, oldest")
        await ada.command("/image unicorn", marketing)
        await eyes.told(ada, "No picture is called “unicorn”")


@CHATS
async def test_a_picture_shows_its_passport_and_takes_new_words(
    chat: Chat, ada: Person, bob: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Prompt, model and who approved; a favourite; new words, by which it is found at once."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await ada.react(await eyes.see(marketing, "1 picture: a fox"), "✅")
        await eyes.see(marketing, "Approved by Ada")

        passport = await opened(ada, "/image 1", marketing)
        assert passport.says("A fox · no. 1", "Sketched by Ada", "a fox", "free", "Ada")
        assert not passport.says("sketch sketch")
        (picture,) = passport.pictures
        assert Image.open(io.BytesIO(picture)).size == (1024, 1024)
        passport = await pressed(ada, passport, "Favourite")
        assert passport.says("Favourite of")

        form = await (await ada.press(passport, "Edit")).form()
        assert form.fields["Title"] == "A fox"
        words = {"Title": "Reynard at dusk", "Tags": "autumn, #hunt"}
        passport = await (await ada.submit(form, words)).panel()
        assert passport.says("Reynard at dusk · no. 1", "Saved.", "autumn, hunt")

        found = await opened(bob, "/library hunt --filter favourites", marketing)
        assert found.says("1. Reynard at dusk · no. 1")
        theirs = await opened(bob, "/image reynard", marketing)
        assert theirs.says("Reynard at dusk · no. 1")
        for button in ("Edit", "Delete"):
            await bob.press(theirs, button)
            await eyes.told(bob, "Only the person who asked, approvers and admins")


@CHATS
async def test_all_that_is_known_of_a_picture_is_told(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Long words are cut one by one, and not the last of them left out."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command(f"/generate a fox {'in deep snow ' * 40}--count 10", marketing)
        await eyes.see(marketing, "10 pictures: a fox")
        async with desk.database.write() as uow:
            image = await uow.images.lock(1)
            assert image
            image.title, image.description = "Reynard", "_All_ about _it_. " * 40
            image.tags = [f"tag_{number}" for number in range(50)]
            image.alt_text = "_It_ sits _there_. " * 40
        passport = await opened(ada, "/image 1", marketing)
        assert passport.says("in deep snow", "_All_ about _it_.", "tag_9", "_It_ sits _there_.")
        assert passport.says("plain, from its prompt")


@CHATS
async def test_words_for_which_a_form_has_no_room_are_kept(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Whoever changes the title alone cuts neither the tags nor the description."""
    tags = ["red, not green", *(f"{number:02}".ljust(60, "x") for number in range(49))]
    long = "words and " * 400
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        async with desk.database.write() as uow:
            image = await uow.images.lock(1)
            assert image
            image.tags, image.description = tags, long
        passport = await opened(ada, "/image 1", marketing)
        form = await (await ada.press(passport, "Edit")).form()
        passport = await (await ada.submit(form, {"Title": "Reynard"})).panel()
        assert passport.says("Reynard · no. 1", "Saved.")
        async with desk.database.read() as uow:
            kept = await uow.images.get(1)
            assert kept
            assert (kept.tags, kept.description) == (tags, long)


@CHATS
async def test_a_picture_that_is_used_is_deleted_only_after_a_warning(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Which names the post: kept once, and then really gone, from the store as well."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {"Caption": "Our fox"})
        await eyes.see(marketing, "It is live")

        passport = await opened(ada, "/image a fox", marketing)
        question = await pressed(ada, passport, "Delete")
        assert question.says("Delete “A fox”?", "It is used by “A fox”")
        passport = await pressed(ada, question, "Keep")
        assert passport.says("A fox · no. 1", "Used 1 time")
        question = await pressed(ada, passport, "Delete")
        gallery = await pressed(ada, question, "Delete")
        assert gallery.says("Library: 0 pictures", "“A fox” is deleted from the library.")

        objects = Path(environ["DATA_DIR"]) / "blobs"
        await eyes.until(None, lambda: not [one for one in objects.rglob("*") if one.is_file()])


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_names_are_completed_from_the_library(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """While they are typed: pictures for /image, titles and tags for /library."""
    assert isinstance(ada, DiscordPerson)
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a lighthouse", marketing)
        await eyes.see(marketing, "1 picture: a lighthouse")
        proposed = await ada.person.autocomplete(
            "image", {"name": "light"}, "name", marketing.channel
        )
        assert proposed == ("A lighthouse · no. 1",)
        proposed = await ada.person.autocomplete(
            "library", {"search": "light"}, "search", marketing.channel
        )
        assert proposed == ("lighthouse", "A lighthouse")


@CHATS
async def test_a_gesture_in_the_library_that_comes_twice_acts_once(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A page is turned once, and one post is written."""
    async with running_desk(environ) as desk:
        await chat.connected()
        for count in (10, 10, 1):
            await ada.command(f"/generate a fox --count {count}", marketing)
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "picture: a fox")) == 1)
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "10 pictures: a fox")) == 2)
        chat.twice = True
        panel = await opened(ada, "/library --sort oldest", marketing)
        panel = await pressed(ada, panel, "Next")
        assert panel.says("1. A fox · no. 11")
        panel = await chosen(ada, panel, PICK, panel.menus[PICK][0])
        form = await (await ada.press(panel, "Use in a post")).form()
        await ada.submit(form, {"Caption": "Only once"})
        await eyes.see(marketing, "Only once", "Check it")
        async with desk.database.read() as uow:
            assert len(await uow.posts.with_image(11)) == 1


@pytest.mark.parametrize("chat", ["page"], indirect=True)
async def test_on_the_page_the_commands_lead_to_its_own_library(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """With the same question, or to the same picture; what cannot be is said."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox in snow --count 2", marketing)
        await eyes.see(marketing, "2 pictures: a fox in snow")
        await ada.command("/generate a boat", marketing)
        await eyes.see(marketing, "1 picture: a boat")

        grid = await opened(ada, "/library fox --sort oldest", marketing)
        assert grid.says("2 pictures", "A fox in snow")
        assert not grid.says("A boat")
        assert len(grid.pictures) == 2
        passport = await opened(ada, "/image boat", marketing)
        assert passport.says("A boat", "sketch", "Ada")
        several = await opened(ada, "/image fox", marketing)
        assert several.says("2 pictures")
        await ada.command("/image unicorn", marketing)
        await eyes.told(ada, "No picture is called “unicorn”")
