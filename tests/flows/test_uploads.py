"""People's own pictures, the same in every chat: brought, judged one by one, and published."""

import io

import httpx2
import pytest
from PIL import Image

from tests.core.hostile import encode, scene, with_exif
from tests.desk import running_desk
from tests.driving import Chat, DiscordChat, Person, SlackChat, Where
from tests.driving.discord import DiscordPerson
from tests.driving.slack import SlackPerson
from tests.flows.conftest import Eyes

PHOTO = encode(scene(1200, 800), "JPEG", exif=with_exif(1))

CHATS_WITH_MENUS = pytest.mark.parametrize("chat", ["slack", "discord"], indirect=True)
"""On the page a message has no menu of its own."""


async def test_files_are_judged_one_by_one_and_the_good_one_is_published(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A photo, the same again, and a text: stored, known already, refused with its reason."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        files = [("front.jpg", PHOTO), ("again.jpg", PHOTO), ("notes.png", b"only words")]
        await ada.bring(files, marketing)
        status = await eyes.see(marketing, "Added: ", "stored (JPEG, 1200 × 800 px")
        assert not status.says(" more")  # of three, one was added
        # The two are the same and come at the same moment: either may be the first.
        assert status.says("again.jpg: already in the library, as “Front” (no. 1)") or status.says(
            "front.jpg: already in the library, as “Again” (no. 1)"
        )
        (link,) = status.links.values()
        assert link.endswith("/library/1")
        assert status.says("notes.png: not stored. That is not a picture.")
        assert status.buttons == ()
        pictures = await eyes.see(marketing, "1 picture: ")
        assert not pictures.says(" more")
        assert pictures.pings == {"Ada"}
        assert pictures.where == status.where
        assert [Image.open(io.BytesIO(one)).size for one in pictures.pictures] == [(1024, 683)]
        assert pictures.buttons == ("Approve", "Publish")

        await ada.react(pictures, "✅")
        pictures = await eyes.changed(pictures, "Approved by Ada")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {"Caption": "Our shop.", "Alt text": "A shop front"})
        outcome = await eyes.see(marketing, "It is live")
        (link,) = outcome.links.values()
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(link)
            assert "A shop front" in page.text
        async with desk.database.read() as uow:
            (image,) = [await uow.images.get(1)]
            assert image
            assert (image.source, image.is_ai_generated) == ("upload", False)
            assert (image.provider, image.ai_prompt, image.usage_count) == ("", None, 1)
            stored = Image.open(io.BytesIO(await desk.blobs.get(image.storage_key)))
            assert not stored.getexif()


async def test_what_the_library_has_already_can_be_used_again(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Brought in another drop, it is named and shown, and not stored a second time."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "1 picture: shop.jpg")
        await ada.bring([("store.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "store.jpg: already in the library, as “Shop” (no. 1)")
        pictures = await eyes.see(marketing, "1 picture: store.jpg")
        assert len(pictures.pictures) == 1
        async with desk.database.read() as uow:
            assert await uow.images.get(2) is None


async def test_pictures_are_brought_by_form(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """`/upload` opens it; what is put in gets its verdicts where it was asked for, as ever."""
    async with running_desk(environ) as desk:
        await chat.connected()
        form = await (await ada.command("/upload", marketing)).form()
        assert "JPEG, PNG, GIF or WebP, at most 10 MB each" in form.text
        files = [("front.jpg", PHOTO), ("notes.png", b"only words")]
        answer = await ada.submit(form, {}, files)
        assert answer.text == ""
        status = await eyes.see(marketing, "Added: front.jpg", without=" more")
        assert status.says("front.jpg: stored (JPEG, 1200 × 800 px")
        assert status.says("notes.png: not stored. That is not a picture.")
        pictures = await eyes.see(marketing, "1 picture: front.jpg")
        assert pictures.pings == {"Ada"}
        assert len(pictures.pictures) == 1
        async with desk.database.read() as uow:
            image = await uow.images.get(1)
            assert image
            assert (image.source, image.original_filename) == ("upload", "front.jpg")


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_pictures_are_brought_by_the_options_of_a_command(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Each option takes one, and the verdicts keep their order. (Only Discord has such options.)"""
    assert isinstance(ada, DiscordPerson)
    files = [("front.jpg", PHOTO), ("notes.png", b"only words"), ("back.jpg", PHOTO)]
    async with running_desk(environ) as desk:
        await chat.connected()
        answer = await ada.upload(files, marketing)
        assert answer.text == ""
        status = await eyes.see(marketing, "Added: ", without=" more")
        verdicts = [status.text.index(f"{name}: ") for name, _ in files]
        assert verdicts == sorted(verdicts)
        assert status.says("notes.png: not stored.")
        # The others are the same and come at the same moment: either may be the first.
        assert status.says(": stored (JPEG, 1200 × 800 px", ".jpg: already in the library, as “")
        async with desk.database.read() as uow:
            assert await uow.images.get(2) is None


@CHATS_WITH_MENUS
async def test_pictures_of_a_message_are_added_to_the_library(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """By the message's own menu, though nobody spoke to the desk; once more adds nothing twice."""
    async with running_desk(environ) as desk:
        await chat.connected()
        answer = await ada.add_to_library([("stall.jpg", PHOTO)], marketing)
        assert answer.text == ""
        await eyes.see(marketing, "stall.jpg: stored (JPEG")
        await eyes.see(marketing, "1 picture: stall.jpg")
        await ada.add_to_library([("stand.jpg", PHOTO)], marketing)
        again = await eyes.see(marketing, "Nothing new: stand.jpg", "“Stall” (no. 1)")
        assert again.says("stand.jpg: already in the library")
        await ada.add_to_library([], marketing)
        await eyes.told(ada, "That message has no picture. Nothing was stored.")
        async with desk.database.read() as uow:
            assert await uow.images.get(2) is None


@pytest.mark.parametrize("chat", ["slack"], indirect=True)
async def test_all_pictures_of_a_watched_channel_are_taken_in_once(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Though nobody speaks to the desk; with a mention, Slack tells of them twice."""
    assert isinstance(chat, SlackChat)
    assert isinstance(ada, SlackPerson)
    async with running_desk(environ | chat.watch(marketing)) as desk:
        await chat.connected()
        await ada.person.upload(marketing.channel, [("stall.jpg", PHOTO)], "From the fair")
        await eyes.see(marketing, "stall.jpg: stored (JPEG")
        await ada.bring([("stand.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "stand.jpg: already in the library")
        await ada.bring([("last.jpg", b"")], marketing)
        await eyes.see(marketing, "Not added: last.jpg")
        assert len(eyes.all(marketing, "Nothing new: stand.jpg")) == 1
        async with desk.database.read() as uow:
            assert await uow.images.get(2) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/shop.jpg", "shop.jpg: stored"),
        ("C:\\Users\\ada\\shop.jpg", "shop.jpg: stored"),
        ("sh\u200bo\u202ep.jpg", "shop.jpg: stored"),
        ("x" * 300 + ".jpg", "x" * 20 + ".jpg: stored"),
        ("\u2028", "file: stored"),
        ("..", "file: stored"),
    ],
    ids=["folders", "windows", "control", "long", "nameless", "dots"],
)
@pytest.mark.parametrize("chat", ["page"], indirect=True)
async def test_a_file_may_be_called_anything(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
    name: str,
    shown: str,
) -> None:
    """What is no name is left out; the picture is stored all the same. (Chats name files anew.)"""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([(name, PHOTO)], marketing)
        await eyes.see(marketing, shown)


async def test_an_empty_file_is_refused(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Zero bytes: nothing is stored, and nothing is offered."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("empty.jpg", b"")], marketing)
        status = await eyes.see(marketing, "Not added: empty.jpg", "The file is empty.")
        assert status.buttons == ()
        assert eyes.seen(marketing, "picture: empty.jpg") is None
        async with desk.database.read() as uow:
            assert await uow.images.get(1) is None


async def test_a_picture_stays_approved_while_any_card_approves_it(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The same file, brought again, has a card of its own."""
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        cards = []
        for name in ("front.jpg", "again.jpg"):
            await ada.bring([(name, PHOTO)], marketing)
            card = await eyes.see(marketing, f"1 picture: {name}")
            await ada.react(card, "✅")
            cards.append(await eyes.changed(card, "Approved by Ada"))
        for card, stays in zip(cards, (True, False), strict=True):
            await ada.unreact(card, "✅")
            await eyes.changed(card, "1 picture", without="Approved by Ada")
            async with desk.database.read() as uow:
                image = await uow.images.get(1)
                assert image
                assert image.approved is stays


@pytest.mark.parametrize("chat", ["slack", "page"], indirect=True)
async def test_files_beside_any_other_command_are_taken_in_too(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The command does what it does, and nothing that came with it is lost."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.command_with("/image 7", [("shop.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "shop.jpg: stored")


async def test_files_are_no_orders(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """However many come in a minute, and also those that an order is made from."""
    async with running_desk(environ | {"ORDERS_PER_MINUTE": "1"}):
        await chat.connected()
        await ada.command("/help", marketing)
        for number in (1, 2, 3):
            photo = encode(scene(600 + number, 400), "JPEG")
            await ada.bring([(f"{number}.jpg", photo)], marketing)
            await eyes.see(marketing, f"{number}.jpg: stored")
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")


async def test_a_likeness_is_pointed_out_with_a_link(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The same photo, smaller and saved anew, is stored, and the card says what it looks like."""
    smaller = encode(scene(1200, 800).resize((900, 600), Image.Resampling.BICUBIC), "WEBP")
    other = encode(scene(1200, 800).transpose(Image.Transpose.ROTATE_90), "JPEG")
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("light-house.jpg", PHOTO)], marketing)
        await eyes.see(marketing, "1 picture: light-house.jpg")
        await ada.bring([("copy.webp", smaller), ("turned.jpg", other)], marketing)
        status = await eyes.see(marketing, "Added: copy.webp and 1 more")
        assert status.says("copy.webp: stored (WebP", "It looks like “Light house” (no. 1).")
        assert status.text.count("It looks like") == 1
        assert status.links == {"“Light house” (no. 1)": f"{desk.settings.address}/library/1"}


@pytest.mark.parametrize("chat", ["slack", "page"], indirect=True)
async def test_of_too_many_files_the_first_ten_are_taken(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The card says how many were left, and what to do with them. (Discord takes just ten.)"""
    files = [(f"{number}.jpg", encode(scene(400 + number, 500), "JPEG")) for number in range(12)]
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring(files, marketing)
        status = await eyes.see(marketing, "The first 10 files were taken. Bring the other 2 in")
        await eyes.changed(status, "Added: 0.jpg and 9 more", "9.jpg: stored")
        assert not eyes.again(status).says("10.jpg")


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_a_link_that_runs_out_before_its_file_was_fetched_is_told(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Discord's links are good for a day; here they are over at once. Nothing is stored."""
    assert isinstance(chat, DiscordChat)
    chat.server.world.attachment_seconds = -1.0
    async with running_desk(environ) as desk:
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.bring([("shop.jpg", PHOTO)], marketing)
        await eyes.see(
            marketing,
            "Not added: shop.jpg",
            "shop.jpg: not stored. The file could not be fetched any more. Send it again.",
        )
        async with desk.database.read() as uow:
            assert await uow.images.get(1) is None
