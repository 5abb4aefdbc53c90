"""Cards that one person alone sees: in answer to whom, in whose place, and what may go wrong."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest

from bot.surfaces.discord import Discord
from core.chat import (
    Button,
    Card,
    Command,
    Event,
    FieldErrors,
    File,
    Form,
    FormField,
    Menu,
    Nothing,
    Option,
    Panel,
    Place,
    Press,
    Private,
    Reply,
    Submission,
)
from core.errors import TryLater
from tests.contracts.discord_surface.conftest import COMMANDS, Desks, Listen, Shelf
from tests.fakes.inbox import FakeInbox
from tests.platforms.discord import DiscordServer, Guild, Person
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.interactions import Ack
from tests.platforms.discord.messages import Message

pytestmark = pytest.mark.usefixtures("listening")

ORIGINAL = "/webhooks/{}/{}/messages/@original"
FILTER = Menu("filter", "Show", (Option("all", "All"), Option("uploaded", "Uploaded")))
RENAME = Form("rename:1", "Rename", "Rename", (FormField("title", "Title", "line"),))


@dataclass
class Library(FakeInbox):
    """An inbox that shows a page of pictures per command, and another one per press.

    `shelf` holds the pictures; one in `troubles` cannot be loaded. What `held` names, a picture or
    an action, is not loaded or answered before its event is set.
    """

    shelf: Shelf = field(default_factory=Shelf)
    troubles: dict[str, Exception] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answer = self.page

    def page(self, event: Event) -> Panel:
        """The page that a press names, at first that of the oldest."""
        name = event.action if isinstance(event, Press) else "oldest"
        pictures = (self.shelf.picture(f"{name}-1"), self.shelf.picture(f"{name}-2", "plum"))
        return panel(name, *pictures)

    async def handle(self, event: Event) -> Reply:
        """As `Inbox.handle`."""
        reply = await super().handle(event)
        if isinstance(event, Press) and event.action in self.held:
            await self.held[event.action].wait()
        return reply

    async def load(self, file: File) -> bytes:
        """As `Inbox.load`."""
        if file.id in self.held:
            await self.held[file.id].wait()
        if file.id in self.troubles:
            raise self.troubles[file.id]
        return await self.shelf.load(file)


def panel(name: str, *pictures: File) -> Panel:
    """A page of the library of that name."""
    controls = (FILTER, Button("newest", "Newest"), Button("rename", "Rename"))
    card = Card(f"b:{name}", f"The {name}", ("2 pictures",), (), pictures, controls=controls)
    return Panel(card, "/library")


@pytest.fixture
def inbox(shelf: Shelf) -> Library:
    """The library of this desk."""
    return Library(shelf=shelf)


async def shown(server: DiscordServer, ack: Ack) -> Message:
    """What an answer shows, once it does."""
    await server.until(lambda: ack.interaction.filled)
    assert ack.message is not None
    return ack.message


async def test_a_command_is_answered_with_a_panel(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """It is acknowledged before its pictures are there; then its person, and nobody else, sees
    them with their words and all controls.
    """
    inbox.held["oldest-1"] = asyncio.Event()
    ack = await ada.command("library", {"search": "fox"}, marketing)
    assert (ack.kind, ack.ephemeral, ack.content) == ("deferred", True, "")
    inbox.held["oldest-1"].set()
    message = await shown(server, ack)
    assert ack.content == "### The oldest\n2 pictures"
    pictures = inbox.page(inbox.events[0]).card.pictures
    assert message.images() == [await inbox.shelf.load(each) for each in pictures]
    assert message.alt_texts() == ["A fox", "A fox"]
    assert [one.label for one in message.buttons()] == ["Newest", "Rename"]
    assert [one.placeholder for one in message.selects()] == ["Show"]
    assert server.messages(marketing) == []
    assert server.messages(marketing, seen_by=ada) == [message]


async def test_a_control_of_a_panel_changes_it_in_place(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """The press's own 15 minutes count, not those of the command, and no picture stays behind."""
    first = await ada.command("library", {}, marketing)
    message = await shown(server, first)
    before = message.images()
    first.interaction.opened_at -= server.world.token_seconds
    ack = await ada.press(message, "Newest")
    assert ack.kind == "deferred_update"
    assert await shown(server, ack) is message
    assert ack.content == "### The newest\n2 pictures"
    assert message.images() == before
    assert len(message.attachments) == 2
    assert {"newest" in str(each.custom_id) for each in message.buttons()} == {True}
    chosen = await ada.choose(message, "Show", ["Uploaded"])
    assert await shown(server, chosen) is message
    event = await inbox.next(3)
    assert isinstance(event, Press)
    assert (event.action, event.key, event.values) == ("filter", "b:newest", ("uploaded",))


async def test_a_card_for_all_is_no_place_for_a_panel(
    server: DiscordServer,
    desk: Discord,
    in_marketing: Place,
    marketing: Channel,
    acme: Guild,
    shelf: Shelf,
    ada: Person,
) -> None:
    """Who presses on everybody's card gets a panel of their own beside it."""
    card = Card("key", "Done", controls=(Button("newest", "Library"),))
    await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    (standing,) = server.messages(marketing)
    ack = await ada.press(standing, "Library")
    message = await shown(server, ack)
    assert ack.content.startswith("### The newest")
    assert standing.plain() == "### Done"
    assert server.messages(marketing) == [standing]
    assert server.messages(marketing, seen_by=acme.person("Bob")) == [standing]
    assert server.messages(marketing, seen_by=ada) == [standing, message]


async def test_a_form_that_a_panel_opens_changes_the_panel(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """The modal opens over it, and what comes of it takes the panel's place."""
    message = await shown(server, await ada.command("library", {}, marketing))
    inbox.answer = lambda event: RENAME if isinstance(event, Press) else panel("renamed")
    ack = await ada.press(message, "Rename")
    assert ack.modal is not None
    sent = await ada.submit(ack.modal, {"Title": "A fox"})
    assert await shown(server, sent) is message
    assert sent.content == "### The renamed\n2 pictures"
    assert message.images() == []
    assert server.messages(marketing, seen_by=ada) == [message]


async def test_a_form_with_mistakes_leads_back_to_a_panel(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """What was to be corrected has become the panel: no sentence of the past stays."""
    message = await shown(server, await ada.command("library", {}, marketing))

    def judge(event: Event) -> Reply:
        if isinstance(event, Press):
            return RENAME
        assert isinstance(event, Submission)
        if event.values["title"] == "A fox":
            return inbox.page(event)
        return FieldErrors({"title": "Shorter, please."})

    inbox.answer = judge
    form = await ada.press(message, "Rename")
    assert form.modal is not None
    wrong = await ada.submit(form.modal, {"Title": "x"})
    assert (wrong.kind, wrong.content) == (
        "message",
        "Please correct this:\nTitle: Shorter, please.",
    )
    assert wrong.message is not None
    again = await ada.press(wrong.message, "Fill in again")
    assert again.modal is not None
    sent = await ada.submit(again.modal, {"Title": "A fox"})
    assert await shown(server, sent) is wrong.message
    assert sent.content == "### The oldest\n2 pictures"
    assert len(wrong.message.images()) == 2


async def test_a_sentence_stands_beside_the_panel(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """What is only said leaves the panel as it is, and so does silence."""
    message = await shown(server, await ada.command("library", {}, marketing))
    inbox.answer = lambda _: Private("Only approvers may do this.")
    ack = await ada.press(message, "Rename")
    assert (ack.kind, ack.ephemeral, ack.content) == (
        "message",
        True,
        "Only approvers may do this.",
    )
    inbox.answer = lambda _: Nothing()
    assert (await ada.press(message, "Newest")).kind == "deferred_update"
    assert message.plain() == "### The oldest\n2 pictures"
    assert server.messages(marketing, seen_by=ada) == [message, ack.message]


@pytest.mark.parametrize(
    "trouble", [TryLater("storage_unavailable", after=5), FileNotFoundError("oldest-1")], ids=repr
)
async def test_a_panel_stands_without_a_picture_and_says_so(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person, trouble: Exception
) -> None:
    """Words, controls and the other pictures are there; nobody waits in vain."""
    inbox.troubles["oldest-1"] = trouble
    ack = await ada.command("library", {}, marketing)
    message = await shown(server, ack)
    assert ack.content.endswith(
        "2 pictures\nNot every picture could be loaded. Please try that once more in a moment."
    )
    assert len(message.images()) == 1
    inbox.troubles.clear()
    await shown(server, await ada.press(message, "Newest"))
    assert "Not every picture" not in message.plain()
    assert len(message.images()) == 2


async def test_more_than_one_message_takes_is_left_out(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """As many pictures are sent as Discord takes in one request."""
    padding = bytes(9 * 1024 * 1024)
    files = [File(f"i{number}", "fox.jpg", "image/jpeg") for number in range(3)]
    jpeg = await inbox.shelf.load(inbox.shelf.picture("small"))
    for each in files:
        inbox.shelf.file(each.id, each.filename, jpeg + padding)
    inbox.answer = lambda _: panel("large", *files)
    ack = await ada.command("library", {}, marketing)
    message = await shown(server, ack)
    assert len(message.images()) == 2
    assert "Not every picture could be loaded." in ack.content


async def test_a_panel_that_comes_too_late_is_owned_up_to(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """Once its 15 minutes are over Discord takes no answer: the person is told in a message."""
    inbox.held["oldest-1"] = asyncio.Event()
    ack = await ada.command("library", {}, marketing)
    ack.interaction.opened_at -= server.world.token_seconds
    inbox.held["oldest-1"].set()
    (told,) = await server.until(lambda: server.messages(ada.direct_message()))
    assert told.plain() == (
        f"<#{marketing.id}>\n"
        "That could not be shown in time. Nothing is lost. Please try that once more."
    )


async def test_a_press_that_is_delivered_twice_shows_one_panel(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """The second delivery is refused as answered, and draws nothing."""
    message = await shown(server, await ada.command("library", {}, marketing))
    server.gateway.twice = True
    ack = await ada.press(message, "Newest")
    await shown(server, ack)
    await server.until(
        lambda: [one for one in server.calls if one.status == HTTPStatus.BAD_REQUEST]
    )
    assert (len(inbox.events), inbox.deliveries) == (2, 3)
    assert server.count("PATCH", ORIGINAL) == 2
    assert server.messages(ada.direct_message()) == []


async def test_of_two_presses_the_later_one_counts(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """A panel whose pictures came late does not take the place of what was asked for since."""
    message = await shown(server, await ada.command("library", {}, marketing))
    inbox.held["newest-1"] = asyncio.Event()
    slow = await ada.press(message, "Newest")
    assert slow.kind == "deferred_update"
    quick = await ada.choose(message, "Show", ["Uploaded"])
    await shown(server, quick)
    inbox.held["newest-1"].set()
    await server.until(lambda: "newest-2" in inbox.shelf.asked)
    third = await ada.choose(message, "Show", ["All"])
    await shown(server, third)
    assert not slow.interaction.filled
    assert message.plain() == "### The filter\n2 pictures"


async def test_an_earlier_press_that_is_answered_later_changes_nothing(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """The order in which a person pressed counts, not the one in which the desk was done."""
    message = await shown(server, await ada.command("library", {}, marketing))
    inbox.held["newest"] = asyncio.Event()
    slow = asyncio.create_task(ada.press(message, "Newest"))
    await inbox.next(2)
    await shown(server, await ada.choose(message, "Show", ["Uploaded"]))
    inbox.held["newest"].set()
    await slow
    await server.until(lambda: "newest-2" in inbox.shelf.asked)
    await shown(server, await ada.choose(message, "Show", ["All"]))
    assert message.plain() == "### The filter\n2 pictures"
    assert server.count("PATCH", ORIGINAL) == 3


async def test_a_picture_that_stands_already_is_kept(
    server: DiscordServer,
    inbox: Library,
    marketing: Channel,
    ada: Person,
    another_desk: Desks,
    listening_as: Listen,
) -> None:
    """What changes only words loads and sends no picture anew, also after the desk's restart."""
    message = await shown(server, await ada.command("library", {}, marketing))
    before = [each.id for each in message.attachments]
    pictures = inbox.page(inbox.events[0]).card.pictures
    inbox.shelf.asked.clear()
    inbox.answer = lambda _: panel("picked", *pictures)
    await shown(server, await ada.choose(message, "Show", ["Uploaded"]))
    assert message.plain() == "### The picked\n2 pictures"
    server.gateway.cut(lose=True)
    async with another_desk(COMMANDS) as successor, listening_as(successor, inbox):
        inbox.answer = lambda _: panel("one", pictures[1], inbox.shelf.picture("new", "navy"))
        await shown(server, await ada.choose(message, "Show", ["All"]))
    assert inbox.shelf.asked == ["new"]
    assert [each.id for each in message.attachments][:1] == before[1:]
    assert len(message.images()) == 2


async def test_only_what_still_stands_is_kept(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """A press made while the panel was being changed finds other pictures there than it told."""
    message = await shown(server, await ada.command("library", {}, marketing))
    pictures = inbox.page(inbox.events[0]).card.pictures
    server.faults.latency = 0.3
    first = await ada.press(message, "Newest")
    await server.until(lambda: server.count("PATCH", ORIGINAL) == 2)
    server.faults.latency = 0.0
    inbox.answer = lambda _: panel("oldest", *pictures)
    second = await ada.choose(message, "Show", ["All"])
    assert not first.interaction.filled
    await shown(server, second)
    assert first.interaction.filled
    assert message.plain() == "### The oldest\n2 pictures"
    assert len(message.images()) == 2


async def test_a_panel_that_was_put_away_is_not_missed(
    server: DiscordServer, inbox: Library, marketing: Channel, ada: Person
) -> None:
    """Whoever closes what they had opened is not told about it."""
    message = await shown(server, await ada.command("library", {}, marketing))
    inbox.held["newest-1"] = asyncio.Event()
    await ada.press(message, "Newest")
    await ada.delete(message)
    inbox.held["newest-1"].set()
    await server.until(lambda: server.count("PATCH", ORIGINAL) == 2)
    await shown(server, await ada.command("library", {}, marketing))
    assert server.messages(ada.direct_message()) == []


async def test_a_panel_asked_for_in_words_is_opened_by_a_button(
    server: DiscordServer, inbox: Library, acme: Guild, marketing: Channel, ada: Person
) -> None:
    """Words in a channel have no private answer; the button asks the same, for who presses it."""
    await ada.say(marketing, "library red fox", mention_bot=True)
    _, offered = await server.until(
        lambda: both if len(both := server.messages(marketing)) == 2 else []
    )
    assert offered.plain() == "Only you will see this."
    bob = acme.person("Bob")
    ack = await bob.press(offered, "Show")
    await shown(server, ack)
    assert ack.content == "### The oldest\n2 pictures"
    assert ack.ephemeral
    event = await inbox.next(2)
    assert isinstance(event, Command)
    assert (event.name, event.text, event.actor.name) == ("library", "red fox", "Bob")
    assert offered.plain() == "Only you will see this."
