"""What people do in Discord, as it reaches the inbox, and what they are answered at once."""

import asyncio

import pytest

from bot.surfaces.discord import Discord
from core.chat import (
    Actor,
    Button,
    Card,
    Choices,
    Command,
    Dropped,
    Event,
    FieldErrors,
    Form,
    FormField,
    Link,
    Menu,
    Nothing,
    Option,
    Place,
    Press,
    Private,
    Reply,
    Submission,
    Typing,
)
from tests.contracts.discord_surface.conftest import COMMANDS, Desks, Listen, Shelf
from tests.driving.chat import until
from tests.fakes.inbox import FakeInbox
from tests.platforms.discord import DiscordServer, Guild, Person
from tests.platforms.discord.channels import Channel

pytestmark = pytest.mark.usefixtures("listening")

SIZES = (Option("square", "Square"), Option("wide", "Wide"))
FORM = Form(
    "order:1",
    "New pictures",
    "Make",
    (
        FormField("prompt", "Prompt", "paragraph", hint="What to draw"),
        FormField("count", "How many", "line", "4", max_length=2),
        FormField("size", "Size", "select", "square", options=SIZES),
        FormField("also", "Also", "multiselect", "wide", required=False, options=SIZES),
    ),
    note="About $0.04 a picture.",
)


async def test_the_commands_are_registered_once(
    server: DiscordServer, listening_as: Listen, another_desk: Desks, inbox: FakeInbox
) -> None:
    """Discord holds the table's commands; a second start finds them as they are."""
    assert [command["name"] for command in server.commands()] == [spec.name for spec in COMMANDS]
    async with another_desk(COMMANDS) as again, listening_as(again, inbox):
        assert server.count("PUT", "/applications/{}/commands") == 1
    async with another_desk(COMMANDS[:1]) as fewer, listening_as(fewer, inbox):
        assert [command["name"] for command in server.commands()] == ["generate"]


async def test_a_typed_command_arrives_with_its_options(
    server: DiscordServer, inbox: FakeInbox, acme: Guild, marketing: Channel, ada: Person
) -> None:
    """Options come by name, as text; who asked and where is told; no answer is left behind."""
    ack = await ada.command("generate", {"prompt": "a fox", "count": 4}, marketing)
    event = await inbox.next()
    assert isinstance(event, Command)
    assert (event.name, event.options) == ("generate", {"prompt": "a fox", "count": "4"})
    assert event.actor == Actor(str(ada.id), "Ada", is_admin=False)
    assert event.place == Place("discord", str(acme.id), "Acme", str(marketing.id))
    assert ack.ephemeral
    await server.until(lambda: ack.message is not None and ack.message.deleted)
    assert server.messages(marketing, seen_by=ada) == []


async def test_managing_the_server_makes_an_admin(
    inbox: FakeInbox, acme: Guild, marketing: Channel
) -> None:
    """Admins are those whom the server lets manage it."""
    root = acme.person("Root", manage_guild=True)
    await root.command("generate", {}, marketing)
    event = await inbox.next()
    assert isinstance(event, Command)
    assert event.actor.is_admin


async def test_a_command_in_a_thread_and_in_a_direct_message_knows_its_place(
    inbox: FakeInbox, acme: Guild, marketing: Channel, ada: Person
) -> None:
    """A thread is told beside its channel; a direct message belongs to no server."""
    thread = ada.open_thread(marketing, "Ideas")
    await ada.command("generate", {}, thread)
    await ada.command("generate", {}, ada.direct_message())
    first, second = await inbox.next(1), await inbox.next(2)
    assert isinstance(first, Command)
    assert isinstance(second, Command)
    team = str(acme.id)
    assert first.place == Place("discord", team, "Acme", str(marketing.id), str(thread.id))
    direct = str(ada.direct_message().id)
    assert second.place == Place("discord", "", "", direct, direct=True)


async def test_a_private_reply_is_seen_by_its_reader_alone(
    server: DiscordServer, inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """A sentence and its links are an ephemeral answer."""
    links = (Link("Calendar", "https://desk.example/c"),)
    inbox.answer = lambda _: Private("No *budget* left.", links)
    ack = await ada.command("generate", {"prompt": "a fox"}, marketing)
    assert (ack.kind, ack.ephemeral) == ("message", True)
    assert ack.content == r"No \*budget\* left."
    assert ack.message is not None
    assert [button.url for button in ack.message.buttons()] == ["https://desk.example/c"]
    assert server.messages(marketing) == []


async def test_a_form_opens_first_and_comes_back_filled_in(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """A bare command opens the form with what stands in it; sent, it is a submission."""
    inbox.answer = lambda event: FORM if isinstance(event, Command) else Nothing()
    thread = ada.open_thread(marketing, "Ideas")
    ack = await ada.command("generate", {}, thread)
    assert ack.modal is not None
    assert ack.content.startswith("New pictures\nAbout $0.04 a picture.\nPrompt\nWhat to draw")
    sent = await ada.submit(ack.modal, {"Prompt": "a fox", "Also": ["Square", "Wide"]})
    event = await inbox.next(2)
    assert isinstance(event, Submission)
    assert event.key == "order:1"
    assert event.values == {
        "prompt": "a fox",
        "count": "4",
        "size": "square",
        "also": "square\nwide",
    }
    assert event.place.thread == str(thread.id)
    assert sent.ephemeral


async def test_a_form_with_mistakes_can_be_filled_in_again(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """What is wrong is listed by label, and the form opens again with all that was typed."""

    def judge(event: Event) -> Reply:
        if isinstance(event, Command):
            return FORM
        assert isinstance(event, Submission)
        return Nothing() if event.values["count"] == "4" else FieldErrors({"count": "1 to 10."})

    inbox.answer = judge
    ack = await ada.command("generate", {}, marketing)
    assert ack.modal is not None
    wrong = await ada.submit(ack.modal, {"Prompt": "a fox", "How many": "99"})
    assert wrong.ephemeral
    assert wrong.content == "Please correct this:\nHow many: 1 to 10."
    assert wrong.message is not None
    again = await ada.press(wrong.message, "Fill in again")
    assert again.modal is not None
    assert again.modal.field("Prompt").value == "a fox"
    assert again.modal.field("How many").value == "99"
    await ada.submit(again.modal, {"How many": "4"})
    event = await inbox.next(3)
    assert isinstance(event, Submission)
    assert event.values["prompt"] == "a fox"


async def test_proposals_come_while_typing(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """Autocomplete asks the inbox and writes nothing."""
    asked: list[Event] = []

    def propose(event: Event) -> Reply:
        asked.append(event)
        return Choices((Option("gpt-image", "GPT Image"), Option("sketch", "Sketch")))

    inbox.answer = propose
    offered = await ada.autocomplete("generate", {"model": "g"}, "model", marketing)
    assert offered == ("GPT Image", "Sketch")
    (event,) = asked
    assert isinstance(event, Typing)
    assert (event.command, event.option, event.text) == ("generate", "model", "g")


async def test_controls_act_whatever_process_posted_them(
    server: DiscordServer,
    desk: Discord,
    inbox: FakeInbox,
    in_marketing: Place,
    marketing: Channel,
    ada: Person,
    shelf: Shelf,
    listening_as: Listen,
    another_desk: Desks,
) -> None:
    """A button and a menu on an old card reach whichever process listens now."""
    pick = Menu("pick", "Choose", (Option("1", "One"), Option("2", "Two")), many=True)
    card = Card("key", "Done", controls=(Button("redo", "Again", "🔁"), pick))
    await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    (message,) = server.messages(marketing)
    server.gateway.cut(lose=True)
    async with another_desk(COMMANDS) as successor, listening_as(successor, inbox):
        ack = await ada.press(message, "Again")
        await ada.choose(message, "Choose", ["One", "Two"])
    pressed, chosen = await inbox.next(1), await inbox.next(2)
    assert isinstance(pressed, Press)
    assert isinstance(chosen, Press)
    assert (pressed.action, pressed.key, pressed.values) == ("redo", "key", ())
    assert (chosen.action, chosen.key, chosen.values) == ("pick", "key", ("1", "2"))
    assert ack.kind == "deferred_update"


async def test_a_failing_inbox_is_owned_up_to(
    inbox: FakeInbox, marketing: Channel, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing could be written down, the person is told so, and the operator's log too."""
    inbox.failures = 1
    ack = await ada.command("generate", {"prompt": "a fox"}, marketing)
    assert ack.ephemeral
    assert "Nothing was done" in ack.content
    await until(lambda: "the database is locked" in caplog.text)


async def test_the_answer_waits_until_the_inbox_has_written(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """A command is acknowledged only when it is safe."""
    inbox.hold.clear()
    waiting = asyncio.create_task(ada.command("generate", {"prompt": "a fox"}, marketing))
    await inbox.next()
    assert not waiting.done()
    inbox.hold.set()
    assert (await waiting).ephemeral


async def test_what_is_delivered_twice_is_one_event(
    server: DiscordServer, inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """Commands and words that come twice carry the same id."""
    server.gateway.twice = True
    await ada.command("generate", {"prompt": "a fox"}, marketing)
    await ada.say(marketing, "a heron", mention_bot=True)
    await server.until(lambda: inbox.deliveries == 4)
    assert len(inbox.events) == 2


async def test_words_to_the_desk_are_a_command(
    server: DiscordServer, inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """They may name a command, else they ask for help; talk and answers to cards are silent."""
    await ada.say(marketing, "nice weather")
    said = await ada.say(marketing, "Generate a fox\nat dusk", mention_bot=True)
    await ada.say(marketing, "nice!", reply_to=said)
    await ada.say(marketing, "/generate  a heron --count 2", mention_bot=True)
    await ada.say(ada.direct_message(), "what can you do?")
    await inbox.next(3)
    commands = [event for event in inbox.events if isinstance(event, Command)]
    assert [(event.name, event.text) for event in commands] == [
        ("generate", "a fox\nat dusk"),
        ("generate", "a heron --count 2"),
        ("help", "what can you do?"),
    ]
    assert commands[0].event_id == str(said.id)
    assert commands[2].place.direct


async def test_files_for_the_desk_are_dropped(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """Files beside a mention, or in a direct message, come with their links and words."""
    await ada.say(marketing, "for the blog", [("fox.png", b"png")], mention_bot=True)
    await ada.say(ada.direct_message(), "", [("owl.png", b"owl")])
    first, second = await inbox.next(1), await inbox.next(2)
    assert isinstance(first, Dropped)
    assert isinstance(second, Dropped)
    assert (first.text, first.attachments[0].filename) == ("for the blog", "fox.png")
    assert (first.attachments[0].size, second.attachments[0].filename) == (3, "owl.png")


async def test_words_are_answered_where_that_works(
    server: DiscordServer, inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """A form is offered by a button beside the words; a private reply comes as direct message."""
    inbox.answer = lambda event: FORM if isinstance(event, Command) else Nothing()
    await ada.say(marketing, "generate", mention_bot=True)
    offered = await server.until(lambda: server.messages(marketing)[1:])
    ack = await ada.press(offered[0], "Open the form")
    assert ack.modal is not None
    await ada.submit(ack.modal, {"Prompt": "a fox"})
    event = await inbox.next(2)
    assert isinstance(event, Submission)
    assert event.place.channel == str(marketing.id)
    inbox.answer = lambda _: Private("Not now.")
    await ada.say(marketing, "a fox", mention_bot=True)
    told = await server.until(lambda: server.messages(ada.direct_message()))
    assert told[0].plain().endswith("Not now.")


async def test_a_command_of_the_message_menu_brings_the_message(
    inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """What a person hands over is there to be read, without any privileged intent."""
    message = await ada.say(marketing, "our logo", [("logo.png", b"png")])
    await ada.message_command("Add to library", message)
    event = await inbox.next()
    assert isinstance(event, Command)
    assert (event.name, event.text) == ("Add to library", "our logo")
    assert [file.filename for file in event.attachments] == ["logo.png"]


async def test_a_forwarded_message_brings_what_it_hands_on(
    inbox: FakeInbox, acme: Guild, marketing: Channel, ada: Person
) -> None:
    """Its files belong to the message behind it, wherever that one stands."""
    message = await ada.say(acme.channel("studio"), "our logo", [("logo.png", b"png")])
    await ada.message_command("Add to library", await ada.forward(message, marketing))
    event = await inbox.next()
    assert isinstance(event, Command)
    assert event.place.channel == str(marketing.id)
    assert [file.filename for file in event.attachments] == ["logo.png"]


async def test_a_cut_connection_is_resumed_without_loss(
    server: DiscordServer, inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """What happened during a short cut arrives once the connection stands again."""
    await server.until(lambda: inbox.connections)
    server.cut_gateway()
    await ada.say(marketing, "a fox", mention_bot=True)
    await server.until(lambda: inbox.events, timeout=20)
    assert server.gateway.resumed == 1
    assert len(inbox.events) == 1
    assert inbox.connections == ["discord"]


async def test_a_lost_session_has_what_was_missed_read_again(
    server: DiscordServer, inbox: FakeInbox
) -> None:
    """Discord replays nothing to a new session, so the inbox is told of every one."""
    await server.until(lambda: inbox.connections == ["discord"])
    server.cut_gateway(lose=True)
    await server.until(lambda: inbox.connections == ["discord", "discord"], timeout=30)
    assert server.gateway.resumed == 0
