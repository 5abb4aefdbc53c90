"""The drafts of a batch, the same in every chat: opened one by one, published, stopped."""

import pytest

from core.wording import drafts as words
from tests.desk import running_desk
from tests.driving import Chat, Person, Seen, Where
from tests.driving.chat import PATIENCE, until
from tests.flows.conftest import Eyes

PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)


async def drafted(root: Person, marketing: Where, eyes: Eyes, prompts: list[str]) -> Seen:
    """The card of a batch all of whose pictures have drafts."""
    form = await (await root.command("/bulk", marketing)).form()
    given = [("list.txt", "\n".join(prompts).encode())]
    await root.submit(form, {"Quality": "low"}, given)
    card = await eyes.see(marketing, f"Batch: {len(prompts)} pictures")
    await root.press(card, "Start")
    whole, patience = f"{len(prompts)} of {len(prompts)} pictures made", PATIENCE + len(prompts)
    await until(lambda: eyes.again(card).says(whole), patience)
    await root.press(eyes.again(card), "Create drafts")
    waiting = f"{len(prompts)} to be published"
    await until(lambda: eyes.again(card).says(waiting), patience)
    return await eyes.changed(card, waiting, without="More are")


async def test_more_drafts_than_a_menu_takes_are_opened_published_and_stopped(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Each is called by its picture's number; until the grace is over, one press stops them all."""
    async with running_desk(environ | {"PUBLISH_GRACE_SECONDS": "60"}):
        await chat.connected()
        prompts = [f"fox number {number}" for number in range(1, 28)]
        done = await drafted(root, marketing, eyes, prompts)
        assert "Create drafts" not in done.buttons
        first, second = words.open_some(1, 25), words.open_some(26, 27)
        assert [len(done.menus[menu]) for menu in (first, second)] == [25, 2]
        last = done.menus[second][-1]
        assert last.startswith("27. ")
        await root.choose(done, second, [last])
        draft = await eyes.see(marketing, "Accounts", "Fox number 27")
        assert draft.where == done.where

        await root.press(done, "Publish 27 drafts")
        going = await eyes.changed(done, "0 to be published, 0 published, 27 being published")
        await eyes.changed(draft, "Publishing in 60 s")
        await root.press(going, words.STOP)
        await eyes.changed(done, "27 to be published", without="being published")
        await eyes.changed(draft, "press ✅ to publish")
        await root.press(draft, "Discard")
        left = await eyes.changed(done, "26 posts: 26 to be published, 0 published.")
        assert words.STOP not in left.buttons


@PAGE
async def test_what_cannot_be_published_is_told_and_the_others_are(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Captions that are too long, also of one title, keep nothing else back."""
    async with running_desk(environ):
        await chat.connected()
        long = "a fox " + "in the deep snow " * 1200
        done = await drafted(root, marketing, eyes, ["an owl", long, "a hare", f"{long} at night"])
        told = await root.press(done, "Publish 4 drafts")
        assert told.text.startswith("2 drafts will be published, 2 cannot be yet:\nA fox")
        done = await eyes.changed(done, "4 posts: 2 to be published, 2 published.")
        assert [one[:8] for one in done.menus["Open a draft"]] == ["2. A fox", "4. A fox"]


async def test_a_long_caption_outlives_its_form(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Which shows its beginning; whoever changes the alt text alone cuts nothing."""
    async with running_desk(environ) as desk:
        await chat.connected()
        prompt = "a fox" + " in the deep snow" * 250
        done = await drafted(root, marketing, eyes, [prompt, "a hare"])
        await root.choose(done, "Open a draft", [done.menus["Open a draft"][0]])
        draft = await eyes.see(marketing, "Accounts", "in the deep snow")
        form = await (await root.press(draft, "Edit")).form()
        await root.submit(form, {"Alt text": "A fox in snow"})
        async with desk.database.read() as uow:
            posts = [one for number in (1, 2) for one in await uow.posts.with_image(number)]
        (edited,) = (one for one in posts if one.images[0].alt == "A fox in snow")
        assert len(edited.caption) >= len(prompt)


async def test_a_draft_gets_another_address_that_no_other_post_has(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Two pictures of one prompt have two addresses; each can be written anew until it is out."""
    async with running_desk(environ):
        await chat.connected()
        done = await drafted(root, marketing, eyes, ["a fox", "a fox"])
        menu = done.menus["Open a draft"]
        await root.choose(done, "Open a draft", [menu[1]])
        draft = await eyes.see(marketing, "Accounts", "a-fox-2")
        form = await (await root.press(draft, "Address")).form()
        assert form.fields == {"Address": "a-fox-2"}
        told = await root.submit(form, {"Address": "A fox"})
        assert "Another post has the address “a-fox”." in told.text
        form = await (await root.press(draft, "Address")).form()
        await root.submit(form, {"Address": "Füchse in Köln!"})
        draft = await eyes.changed(draft, "fuchse-in-koln")
        await root.press(draft, "Publish")
        done = await eyes.changed(done, "1 published")
        assert done.links[menu[1]].endswith("/p/fuchse-in-koln")


async def test_every_draft_of_a_long_batch_is_opened_from_its_card(
    chat: Chat, root: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """What the card has no room for stands on pages that one turns, without publishing anything."""
    async with running_desk(environ):
        await chat.connected()
        done = await drafted(root, marketing, eyes, [f"fox number {one}" for one in range(1, 111)])
        assert [label for label in done.menus if "draft of" in label] == [
            words.open_some(1, 25),
            words.open_some(26, 50),
            words.open_some(51, 75),
        ]
        page = await (await root.press(done, words.MORE)).panel()
        assert page.says("Drafts, page 2 of 2", "110 drafts can be opened.")
        last = page.menus[words.open_some(101, 110)][-1]
        assert last.startswith("110. ")
        page = await (await root.choose(page, words.open_some(101, 110), [last])).panel()
        assert page.says("Drafts, page 2 of 2", words.OPENED)
        draft = await eyes.see(marketing, "Accounts", "Fox number 110")
        assert draft.where == done.where
        await root.press(draft, "Discard")
        await eyes.changed(done, "109 posts: 109 to be published")
        page = await (await root.choose(page, words.OTHERS, [words.span(1, 75)])).panel()
        assert page.says("Drafts, page 1 of 2", "109 drafts can be opened.")
