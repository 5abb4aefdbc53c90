"""Pictures come into posts from the library, a device or a prompt, the same in every chat."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from bot.wiring import Running
from core.business.accounts import Account, seal_context
from core.library.images import Image
from core.library.removal import remove_image
from tests.core.hostile import encode, scene
from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.driving.chat import Seen
from tests.flows.conftest import Eyes
from tests.platforms.graph import GraphServer, Page
from tests.platforms.openai import OpenAIServer

FRONT = ("front.jpg", encode(scene(1200, 800), "JPEG"))
BACK = ("back.jpg", encode(scene(800, 1200), "JPEG"))
ADD = "Add a picture"
PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)


class Gate:
    """Holds the desk's work at one step until it is opened."""

    def __init__(self, step: str) -> None:
        self._step = step
        self.opened = asyncio.Event()

    async def __call__(self, step: str) -> None:
        """Told each step that is reached."""
        if step == self._step:
            await self.opened.wait()


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    """A Graph API; what breaks its contract fails the test."""
    async with GraphServer() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def acme(graph: GraphServer) -> Page:
    """A page with an Instagram account."""
    return graph.add_page("Acme", instagram="acme")


async def connect(desk: Running, acme: Page) -> None:
    """The Instagram account, as `imagedesk account add` writes it down."""
    assert acme.instagram
    async with desk.database.write() as uow:
        (business,) = await uow.businesses.everywhere()
        found = acme.instagram
        account = Account(business.id, "instagram", found.id, found.username, "", uow.now)
        account.sealed = desk.vault.seal(acme.token, seal_context(account))
        uow.accounts.add(account)


async def read_image(desk: Running, number: int) -> Image:
    """A picture of the library by its number."""
    async with desk.database.read() as uow:
        image = await uow.images.get(number)
    assert image
    return image


async def published(person: Person, draft: Seen, eyes: Eyes) -> str:
    """The page that comes of a draft."""
    await person.press(eyes.again(draft), "Publish")
    outcome = await eyes.see(draft.where, "It is live")
    (link,) = outcome.links.values()
    async with httpx2.AsyncClient() as browser:
        return (await browser.get(link)).text


async def test_pictures_of_the_library_go_into_a_new_post_and_out_again(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Chosen in the form of a post that began as text, with their own alt texts; one is taken away
    again, and only the one that was published counts as used.
    """
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await ada.command("/generate a boat", marketing)
        await eyes.see(marketing, "1 picture: a boat")

        form = await (await ada.command("/post Autumn is here.", marketing)).form()
        assert form.fields["Pictures"] == ""
        await ada.submit(form, {"Pictures": ["A boat · no. 2", "A fox · no. 1"]})
        draft = await eyes.see(marketing, "Autumn is here.", "Check it")
        assert draft.says("Alt text of “A boat”", "Alt text of “A fox”")
        assert len(draft.pictures) == 2

        form = await (await ada.choose(draft, ADD, ["From the library"])).form()
        assert len(form.fields["Alt text"].split("\n")) == 2
        await ada.submit(
            form, {"Pictures": ["2. A fox · no. 1"], "Alt text": "A boat at sea\nA fox in leaves"}
        )
        draft = await eyes.changed(draft, "Publish: A fox", "A fox in leaves", without="boat")
        assert len(draft.pictures) == 1
        page = await published(ada, draft, eyes)
        assert page.count("<figure") == 1
        assert "A fox in leaves" in page
        fox, boat = await read_image(desk, 1), await read_image(desk, 2)
        assert (fox.usage_count, boat.usage_count) == (1, 0)
        assert fox.last_used_at
        assert boat.last_used_at is None


async def test_alt_texts_for_which_a_form_has_no_room_are_kept(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """They are shown in part, and published whole where nobody changed them."""
    alts = {1: "A fox" + " in the snow" * 150, 2: "A fox" + " in the dark" * 150}
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        async with desk.database.write() as uow:
            for number, alt in alts.items():
                image = await uow.images.lock(number)
                assert image
                image.alt_text = alt
        form = await (await ada.press(pictures, "Publish")).form()
        assert len(form.fields["Alt text"]) <= 3000
        await ada.submit(form, {"Caption": "Foxes."})
        outcome = await eyes.see(marketing, "It is live")
        (link,) = outcome.links.values()
        async with httpx2.AsyncClient() as browser:
            page = (await browser.get(link)).text
        assert all(alt in page for alt in alts.values())


async def test_an_alt_text_that_is_too_long_is_told_where_its_picture_was_chosen(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A form that was opened without pictures has no field of alt texts."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        async with desk.database.write() as uow:
            image = await uow.images.lock(1)
            assert image
            image.alt_text = "A fox. " * 300
        form = await (await ada.command("/post Autumn.", marketing)).form()
        refused = await ada.submit(form, {"Pictures": ["A fox · no. 1"]})
        assert "an alt text has at most 2000 characters" in refused.text


async def test_new_pictures_are_uploaded_within_the_form(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The post waits as a draft, takes the good ones in their order, and is then confirmed."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        assert "waits as a draft" in form.text
        files = [FRONT, ("notes.png", b"only words"), BACK]
        assert (await ada.submit(form, {"Caption": "Our shop."}, files)).text == ""
        brought = await eyes.see(pictures.where, "Added to the post “A fox”")
        assert len(brought.pictures) == 2
        await eyes.see(pictures.where, "notes.png: not stored. That is not a picture.")
        draft = await eyes.see(pictures.where, "Our shop.", "Check it")
        assert len(draft.pictures) == 3
        assert draft.where == pictures.where
        page = await published(ada, draft, eyes)
        assert page.count("<figure") == 3
        async with desk.database.read() as uow:
            ((post, _),) = await uow.posts.pages(1, 10)
        shown = [await read_image(desk, one.image_id) for one in post.images]
        assert [image.original_filename for image in shown[1:]] == ["front.jpg", "back.jpg"]
        assert [image.usage_count for image in shown] == [1, 1, 1]


async def test_a_picture_is_generated_for_a_post(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """From the draft's own card; it joins the draft in its thread, and is then published."""
    async with running_desk(environ):
        await chat.connected()
        form = await (await ada.command("/post Leaves are falling.", marketing)).form()
        await ada.submit(form, {})
        draft = await eyes.see(marketing, "Leaves are falling.", "Check it")
        form = await (await ada.choose(draft, ADD, ["Generate with AI"])).form()
        await ada.submit(form, {"Prompt": "a red leaf"})
        made = await eyes.see(draft.where, "1 picture: a red leaf", "Added to the post")
        assert made.pings == {"Ada"}
        draft = await eyes.changed(draft, "Alt text of “A red leaf”", "Check it")
        assert draft.pictures
        page = await published(ada, draft, eyes)
        assert page.count("<figure") == 1


@pytest.mark.parametrize("chat", ["slack", "page"], indirect=True)
async def test_a_picture_is_generated_within_the_form(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Where the form has room for it, all three ways stand side by side. What cannot be drawn is
    said there, and nothing is written; the post waits for the picture as a draft.
    """
    async with running_desk(environ | {"BLOCKED_WORDS": "gore"}):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        assert {"Pictures", "New pictures", "Generate with AI"} <= set(form.fields)
        assert "one picture by Sketch (no AI) (free)" in form.text
        refused = await ada.submit(form, {"Generate with AI": "gore on a wall"})
        assert "gore" in refused.text
        assert not eyes.all(marketing, "Check it")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {"Generate with AI": "a red leaf", "Caption": "Leaves."}, [FRONT])
        await eyes.see(pictures.where, "1 picture: a red leaf", "Added to the post")
        await eyes.see(pictures.where, "1 picture: front.jpg", "Added to the post")
        draft = await eyes.see(pictures.where, "Alt text of “A red leaf”", "Check it")
        assert len(draft.pictures) == 3
        page = await published(ada, draft, eyes)
        assert page.count("<figure") == 3


@pytest.mark.parametrize("chat", ["slack", "page"], indirect=True)
async def test_a_form_that_is_refused_leaves_nothing_behind(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Neither a draft nor an upload: once corrected, there is one of each."""
    async with running_desk(environ):
        await chat.connected()
        form = await (await ada.command("/post Autumn is here.", marketing)).form()
        drawn = {"Generate with AI": "a swastika"}
        refused = await ada.submit(form, drawn, [FRONT])
        assert "“swastika” is not allowed here" in refused.text
        await ada.submit(form, {"Generate with AI": "a fox"}, [FRONT])
        draft = await eyes.see(marketing, "Autumn is here.", "Check it")
        assert len(draft.pictures) == 2
        assert len(eyes.all(marketing, "Publish: ")) == 1
        assert len(eyes.all(marketing, "front.jpg: ")) == 1


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_a_form_of_five_fields_leaves_generating_to_the_card(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        assert "New pictures" in form.fields
        assert "Generate with AI" not in form.fields


async def test_instagram_is_marked_and_refused_without_a_picture(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    graph: GraphServer,
    acme: Page,
) -> None:
    """At its field, with the ways to add one, before anything is sent; with one it is published."""
    accounts = {"Accounts": ["Instagram · acme (needs a picture)"]}
    async with running_desk(environ | {"META_GRAPH_URL": graph.base_url}) as desk:
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
        await connect(desk, acme)
        form = await (await ada.command("/post Just words.", marketing)).form()
        refused = await ada.submit(form, accounts)
        assert "Instagram needs a picture. Choose one from the library, or add" in refused.text
        assert graph.calls == []
        form = await (await ada.command("/post Just words.", marketing)).form()
        await ada.submit(form, accounts | {"Pictures": ["A fox · no. 1"]})
        draft = await eyes.see(marketing, "Just words.", "Check it")
        await ada.press(draft, "Publish")
        await eyes.see(marketing, "It is live")
    (post,) = graph.published
    assert len(post.pictures) == 1


async def test_nothing_joins_a_post_that_was_decided_meanwhile(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """While a picture is coming nobody can approve; discarded, the post stays as it was, the
    picture's card says so, and nothing more is begun for it.
    """
    gate = Gate("stored")
    async with running_desk(environ, reach=gate) as desk:
        await chat.connected()
        form = await (await ada.command("/post A quiet day.", marketing)).form()
        await ada.submit(form, {}, [FRONT])
        draft = await eyes.see(marketing, "A quiet day.", "A picture is being added.")
        await ada.press(draft, "Publish")
        await eyes.told(ada, "Its pictures are still being added.")
        form = await (await ada.choose(draft, ADD, ["Generate with AI"])).form()
        await ada.press(draft, "Discard")
        draft = await eyes.changed(draft, "Discarded. Nothing was published.")
        gate.opened.set()
        await eyes.see(draft.where, "1 picture: front.jpg", "Not added to the post")
        refused = await ada.submit(form, {"Prompt": "a red leaf"})
        assert "That is decided already." in refused.text
        assert not eyes.all(marketing, "a red leaf")
        async with desk.database.read() as uow:
            (use,) = [await uow.posts.with_image(1)]
        assert use == []


async def test_an_approval_that_comes_before_the_pictures_is_asked_about(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """✅ on a post whose picture is still coming publishes nothing unseen, but it is not lost: the
    desk asks, and "Yes" counts once the picture stands there.
    """
    gate = Gate("stored")
    async with running_desk(environ, reach=gate):
        await chat.connected()
        form = await (await ada.command("/post A quiet day.", marketing)).form()
        await ada.submit(form, {}, [FRONT])
        draft = await eyes.see(marketing, "A quiet day.", "A picture is being added.")
        await ada.react(draft, "✅")
        question = await eyes.see(marketing, "Ada asked for publishing this post (✅)")
        await ada.press(question, "Yes, do it")
        await eyes.told(ada, "Its pictures are still being added.")
        gate.opened.set()
        await eyes.changed(draft, "Check it")
        assert not eyes.all(marketing, "It is live")
        await ada.press(question, "Yes, do it")
        await eyes.changed(question, "Settled.")
        await eyes.see(marketing, "It is live")


async def test_what_joins_while_a_draft_is_edited_stays_in_it(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Somebody's form knows nothing of a picture that comes meanwhile, and does not undo it."""
    gate = Gate("stored")
    async with running_desk(environ, reach=gate):
        await chat.connected()
        form = await (await ada.command("/post A quiet day.", marketing)).form()
        await ada.submit(form, {}, [FRONT])
        draft = await eyes.see(marketing, "A quiet day.", "A picture is being added.")
        form = await (await ada.press(draft, "Edit")).form()
        gate.opened.set()
        draft = await eyes.changed(draft, "Check it")
        await ada.submit(form, {"Caption": "A loud day."})
        draft = await eyes.changed(draft, "A loud day.", "Check it")
        assert len(draft.pictures) == 1


@PAGE
async def test_a_picture_is_taken_out_of_the_publish_form(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """What stays keeps its own line of the alt texts; what was deleted meanwhile is told there."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/generate a fox --count 3", marketing)
        pictures = await eyes.see(marketing, "3 pictures: a fox")
        form = await (await ada.press(pictures, "Publish")).form()
        alts = "The first fox\nThe second fox\nThe third fox"
        async with desk.database.write() as uow:
            third = int(form.fields["Pictures"].rpartition(":")[2])
            image = await uow.images.lock(third)
            assert image
            member = await uow.members.get(image.creator_id)
            assert member
            await remove_image(uow, image, member)
        refused = await ada.submit(form, {"Alt text": alts})
        assert (
            refused.text == "One of these pictures is not in the library any more. Choose others."
        )
        await ada.submit(form, {"Pictures": ["2. Picture 2 · A fox"], "Alt text": alts})
        outcome = await eyes.see(marketing, "It is live")
        (link,) = outcome.links.values()
        async with httpx2.AsyncClient() as browser:
            page = (await browser.get(link)).text
        assert page.count("<figure") == 1
        assert "The second fox" in page
        assert "The first fox" not in page


@PAGE
async def test_a_post_has_room_for_ten_pictures(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """What does not fit is refused before it is made, and nothing is lost of the draft."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox --count 10", marketing)
        pictures = await eyes.see(marketing, "10 pictures: a fox")
        await ada.react(pictures, "📤")
        draft = await eyes.see(marketing, "Publish: A fox", "Check it")
        form = await (await ada.choose(draft, ADD, ["Generate with AI"])).form()
        refused = await ada.submit(form, {"Prompt": "a boat"})
        assert "A post has at most 10 pictures; with these it would have 11." in refused.text
        form = await (await ada.press(draft, "Edit")).form()
        refused = await ada.submit(form, {}, [FRONT])
        assert "takes at most 10 pictures; there are 11" in refused.text
        assert len(eyes.again(draft).pictures) == 10
        assert len(eyes.all(marketing, "1 picture")) == 0


@PAGE
async def test_a_draft_takes_over_the_words_that_its_picture_finds(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """An AI's words come after the picture has joined; an alt text that nobody changed follows."""
    openai.hang("caption", after=True)
    async with running_desk(paid):
        await chat.connected()
        form = await (await ada.command("/post A quiet day.", marketing)).form()
        await ada.submit(form, {}, [FRONT])
        draft = await eyes.see(marketing, "A quiet day.", "Alt text of “Front”", "Check it")
        openai.release()
        await eyes.changed(draft, "Alt text of “Three rings”", "Three coloured rings")
