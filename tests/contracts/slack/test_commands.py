"""Commands, mentions, direct messages and dropped files: how they arrive."""

import asyncio

from bot.surfaces.slack import Slack
from core.chat import (
    Actor,
    Command,
    Dropped,
    Link,
    Place,
    Private,
)
from core.wording.surfaces import NOTHING_WAS_DONE
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer

from .material import JPEG, ZIP, Listening


async def test_a_slash_command_tells_who_asked_for_what_and_where(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """A slash command arrives once, in plain letters, with the person's rights."""
    async with listening():
        ack = await ada.command("/generate", "a fox &amp; &lt;friends&gt; --count 2", marketing)
    assert ack.status == "ok"
    assert inbox.events == [
        Command(
            event_id=slack.deliveries[0].payload["trigger_id"],
            actor=Actor(ada.id, "Ada", is_admin=True),
            place=Place("slack", "T0DESK00001", "Desk Test", marketing.id),
            name="generate",
            text="a fox & <friends> --count 2",
        )
    ]


async def test_a_command_about_people_gets_their_ids(
    listening: Listening, inbox: FakeInbox, ada: Person, bob: Person, marketing: Channel
) -> None:
    """Typed or mentioned; elsewhere a mention is only a name."""
    async with listening():
        await ada.command("/approver", f"<@{bob.id}|bob>", marketing)
        await ada.mention(marketing, f"approver <@{bob.id}>")
        await ada.command("/generate", f"<@{bob.id}|bob> as a fox", marketing)
        await inbox.next(3)
    commands = [event for event in inbox.events if isinstance(event, Command)]
    assert [each.text for each in commands] == [f"<@{bob.id}>", f"<@{bob.id}>", "@bob as a fox"]


async def test_slack_hears_taken_only_after_the_inbox_wrote_it_down(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """While the inbox writes, nothing is acknowledged: neither commands nor events."""
    inbox.hold.clear()
    async with listening():
        asked = asyncio.create_task(ada.command("/generate", "a fox", marketing))
        said = asyncio.create_task(ada.mention(marketing, "help"))
        await inbox.next(2)
        assert not any(sent.answers for sent in slack.deliveries)
        inbox.hold.set()
        assert (await asked).status == "ok"
        await said
        await slack.until(lambda: all(sent.answers for sent in slack.deliveries))


async def test_a_private_reply_to_a_command_comes_with_the_acknowledgement(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Only the person reads it, letter by letter, links included, and no further call is needed."""
    inbox.answer = lambda _: Private(
        "*Not* now & :fox:", (Link("The desk", "https://desk.example/"),)
    )
    async with listening():
        ack = await ada.command("/generate", "a fox", marketing)
    assert ack.text == "*Not* now & :fox:\nThe desk (https://desk.example/)"
    assert slack.posts(marketing) == 0
    assert not {"chat.postEphemeral", "response_url"} & slack.calls.keys()


async def test_a_command_that_could_not_be_written_down_is_answered_honestly(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Slack sends a command once only, so the person is told that nothing was done."""
    inbox.failures = 1
    async with listening():
        ack = await ada.command("/generate", "a fox", marketing)
    assert ack.text == NOTHING_WAS_DONE
    assert not inbox.events


async def test_an_event_that_could_not_be_written_down_is_delivered_again(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """It is not acknowledged, so Slack sends it anew, and then it counts."""
    inbox.failures = 1
    async with listening():
        await ada.mention(marketing, "generate a fox")
        event = await inbox.next()
    assert isinstance(event, Command)
    assert inbox.deliveries == 2


async def test_what_is_delivered_again_keeps_its_id(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Command, mention and reaction: each arrives twice and is one event."""
    slack.faults.twice = True
    async with listening():
        await ada.command("/generate", "a fox", marketing)
        await ada.mention(marketing, "help")
        await slack.until(lambda: all(len(sent.answers) == 2 for sent in slack.deliveries))
    assert inbox.deliveries == 4
    assert len(inbox.events) == 2


async def test_a_mention_inside_a_thread_is_a_command_of_that_thread(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Slash commands do not work in threads; mentions do, over several lines."""
    async with listening():
        root = await ada.say(marketing, "Ideas?")
        await ada.mention(marketing, "Generate a fox\na bear --count 2", root.ts)
        event = await inbox.next()
    assert isinstance(event, Command)
    assert (event.name, event.text) == ("generate", "a fox\na bear --count 2")
    assert event.place.thread == root.ts


async def test_a_mention_that_names_no_command_asks_for_help(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Whatever was said goes along."""
    async with listening():
        await ada.mention(marketing, "what can you do?")
        event = await inbox.next()
    assert isinstance(event, Command)
    assert (event.name, event.text) == ("help", "what can you do?")


async def test_files_dropped_into_a_direct_message_can_be_fetched(
    slack: SlackServer, surface: Slack, listening: Listening, inbox: FakeInbox, ada: Person
) -> None:
    """They arrive with name and size, and stream as they were."""
    async with listening():
        await ada.upload(
            slack.direct_message(ada), [("fox.jpg", JPEG), ("set.zip", ZIP)], "for you"
        )
        event = await inbox.next()
    assert isinstance(event, Dropped)
    assert event.place.direct
    assert event.text == "for you"
    assert [(each.filename, each.size) for each in event.attachments] == [
        ("fox.jpg", len(JPEG)),
        ("set.zip", len(ZIP)),
    ]
    chunks = [chunk async for chunk in surface.fetch(event.attachments[0], 1000)]
    assert b"".join(chunks) == JPEG


async def test_a_mention_with_files_is_a_command_with_attachments_or_a_drop(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """The first word decides."""
    async with listening():
        bot = f"<@{slack.bot_user}>"
        await ada.upload(marketing, [("fox.jpg", JPEG)], f"{bot} generate like this")
        await ada.upload(marketing, [("fox.jpg", JPEG)], f"look, {bot}")
        command, dropped = await inbox.next(1), await inbox.next(2)
    assert isinstance(command, Command)
    assert (command.text, command.attachments[0].filename) == ("like this", "fox.jpg")
    assert isinstance(dropped, Dropped)
    assert dropped.text == "look,"


async def test_a_direct_message_needs_no_mention(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person
) -> None:
    """And the answer stands there in plain sight, for nobody else reads along."""
    inbox.answer = lambda _: Private("On it.")
    async with listening():
        direct = slack.direct_message(ada)
        await ada.say(direct, "generate see fox.png <http://a.example|a.example>")
        event = await inbox.next()
        await slack.until(lambda: slack.posts(direct))
    assert isinstance(event, Command)
    assert (event.name, event.text) == ("generate", "see fox.png a.example")
    assert slack.messages(direct)[-1].plain() == "On it."
    assert len(inbox.events) == 1
