"""Files as people bring them: in a command's options, in a form, and in a message's own menu."""

import aiohttp
import pytest

from core.chat import (
    Attachment,
    Command,
    Event,
    FieldErrors,
    Form,
    FormField,
    Nothing,
    Reply,
    Submission,
)
from tests.fakes.inbox import FakeInbox
from tests.platforms.discord import DiscordServer, NotAllowed, Person
from tests.platforms.discord.channels import Channel

pytestmark = pytest.mark.usefixtures("listening")

FILES = [("front.jpg", b"first"), ("our shop.jpg", b"second"), ("back.jpg", b"third")]
FORM = Form(
    "upload",
    "Add pictures",
    "Add",
    (
        FormField("files", "Pictures", "files", hint="JPEG or PNG"),
        FormField("tags", "Tags", "line", required=False),
    ),
)
OPTIONAL = Form("post", "Post", "Go", (FormField("more", "More", "files", required=False),))


async def fetched(files: tuple[Attachment, ...]) -> list[bytes]:
    """What stands behind the addresses of `files`."""
    async with aiohttp.ClientSession() as session:
        return [await (await session.get(file.url)).read() for file in files]


def test_an_option_for_a_file_takes_files(server: DiscordServer) -> None:
    """Discord's own client offers to choose a file there, and none is demanded."""
    (upload,) = (command for command in server.commands() if command["name"] == "upload")
    assert [option["type"] for option in upload["options"]] == [11] * 10
    assert not any(option.get("required") for option in upload["options"])


async def test_files_of_options_arrive_in_their_order(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """Each option brings one file; the values beside them stay what they are."""
    options = {"file2": FILES[0], "file1": FILES[1], "file10": FILES[2]}
    await ada.command("upload", options, marketing)
    event = await inbox.next()
    assert isinstance(event, Command)
    assert [file.filename for file in event.attachments] == [
        "front.jpg",
        "our_shop.jpg",
        "back.jpg",
    ]
    assert [file.size for file in event.attachments] == [5, 6, 5]
    assert await fetched(event.attachments) == [b"first", b"second", b"third"]
    assert event.options == {}


async def test_a_form_brings_files(inbox: FakeInbox, marketing: Channel, ada: Person) -> None:
    """Up to ten are chosen in one field, and come beside what was typed."""
    inbox.answer = lambda event: FORM if isinstance(event, Command) else Nothing()
    ack = await ada.command("upload", {}, marketing)
    assert ack.modal is not None
    assert ack.content == "Add pictures\nPictures\nJPEG or PNG\nTags"
    await ada.submit(ack.modal, {"Pictures": FILES, "Tags": "shop"})
    event = await inbox.next(2)
    assert isinstance(event, Submission)
    assert event.values == {"tags": "shop"}
    assert await fetched(event.attachments) == [b"first", b"second", b"third"]
    with pytest.raises(NotAllowed):
        await ada.submit(ack.modal, {})
    with pytest.raises(NotAllowed):
        await ada.submit(ack.modal, {"Pictures": FILES * 4})


async def test_files_may_be_left_out_where_none_are_demanded(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """A form without its optional files is sent all the same."""
    inbox.answer = lambda event: OPTIONAL if isinstance(event, Command) else Nothing()
    ack = await ada.command("upload", {}, marketing)
    assert ack.modal is not None
    await ada.submit(ack.modal, {})
    event = await inbox.next(2)
    assert isinstance(event, Submission)
    assert (event.values, event.attachments) == ({}, ())


async def test_files_of_a_form_with_mistakes_are_asked_for_again(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """Discord keeps no file in a form that opens again: the sentence and the form say so."""

    def judge(event: Event) -> Reply:
        if isinstance(event, Command):
            return FORM
        assert isinstance(event, Submission)
        return Nothing() if event.values["tags"] == "shop" else FieldErrors({"tags": "Too long."})

    inbox.answer = judge
    ack = await ada.command("upload", {}, marketing)
    assert ack.modal is not None
    wrong = await ada.submit(ack.modal, {"Pictures": FILES, "Tags": "x" * 99})
    assert wrong.content == (
        "Please correct this:\nTags: Too long.\nPlease choose the files again: they were not kept."
    )
    assert wrong.message is not None
    again = await ada.press(wrong.message, "Fill in again")
    assert again.modal is not None
    assert again.modal.field("Pictures").description == (
        "Please choose the files again: they were not kept."
    )
    assert again.modal.field("Tags").value == "x" * 99
    await ada.submit(again.modal, {"Pictures": FILES[:1], "Tags": "shop"})
    event = await inbox.next(3)
    assert isinstance(event, Submission)
    assert await fetched(event.attachments) == [b"first"]
