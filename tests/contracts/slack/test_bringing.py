"""Files that people bring: in forms, by a message's menu, in channels that are watched."""

from collections.abc import AsyncIterator

import pytest

from bot.surfaces.slack import Slack
from bot.surfaces.slack.manifest import make_manifest
from core.chat import (
    Attachment,
    Card,
    Command,
    Dropped,
    File,
    Nothing,
    Place,
    Submission,
)
from core.settings import Settings
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer

from .material import COMMANDS, JPEG, UPLOAD, Listening, Load

FILES = [("fox.jpg", JPEG), ("bear.PNG", JPEG + b"2")]


async def test_files_in_a_form_come_with_its_submission(
    surface: Slack, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """With name, size, and an address from which they stream."""
    inbox.answer = lambda event: UPLOAD if isinstance(event, Command) else Nothing()
    async with listening():
        form = await (await ada.command("/generate", "", marketing)).modal()
        assert form.fields() == ["Pictures"]
        assert (await ada.submit(form)).errors.keys() == {"files"}
        assert (await ada.submit(form, {"Pictures": FILES})).closed
    sent = inbox.events[1]
    assert isinstance(sent, Submission)
    assert (sent.key, sent.values) == ("upload", {})
    brought = [(each.filename, each.size) for each in sent.attachments]
    assert brought == [(name, len(data)) for name, data in FILES]
    assert [chunk async for chunk in surface.fetch(sent.attachments[1], 1000)] == [FILES[1][1]]


async def test_the_same_form_sent_again_is_the_same_event(
    slack: SlackServer,
    listening: Listening,
    inbox: FakeInbox,
    ada: Person,
    marketing: Channel,
) -> None:
    """Other files make another one."""
    slack.faults.twice = True
    inbox.answer = lambda event: UPLOAD if isinstance(event, Command) else Nothing()
    async with listening():
        form = await (await ada.command("/generate", "", marketing)).modal()
        await ada.submit(form, {"Pictures": FILES})
        await slack.until(lambda: len(slack.deliveries[-1].answers) == 2)
        assert len(inbox.events) == 2
        form.raw.closed = False
        await ada.submit(form, {"Pictures": FILES[:1]})
    assert len(inbox.events) == 3


async def test_files_that_slack_tells_only_the_id_of_are_looked_up(
    slack: SlackServer,
    surface: Slack,
    listening: Listening,
    inbox: FakeInbox,
    ada: Person,
    marketing: Channel,
) -> None:
    """As of files from connected workspaces; where Slack does not tell in time, the id stands."""
    inbox.answer = lambda event: UPLOAD if isinstance(event, Command) else Nothing()
    slack.hub.renderer.terse_files = True
    async with listening():
        form = await (await ada.command("/generate", "", marketing)).modal()
        await ada.submit(form, {"Pictures": FILES[:1]})
        slack.faults.fail("files.info", status=503)
        form = await (await ada.command("/generate", "", marketing)).modal()
        await ada.submit(form, {"Pictures": FILES[:1]})
    first, second = [each for each in inbox.events if isinstance(each, Submission)]
    assert (first.attachments[0].filename, first.attachments[0].size) == ("fox.jpg", len(JPEG))
    unknown = second.attachments[0]
    assert unknown == Attachment(unknown.id, unknown.id, "", 0)
    assert [chunk async for chunk in surface.fetch(unknown, 1000)] == [JPEG]


async def test_add_to_library_brings_the_messages_files(
    surface: Slack, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """By the entry in the message's own menu, whoever wrote it; the answer belongs below it."""
    async with listening():
        said = await ada.upload(marketing, FILES, "From the fair")
        assert (await ada.shortcut(said, "Add to library")).status == "ok"
        event = await inbox.next()
    assert isinstance(event, Command)
    assert (event.name, event.text, event.place.thread) == ("Add to library", "", said.ts)
    assert [each.filename for each in event.attachments] == ["fox.jpg", "bear.PNG"]
    assert [chunk async for chunk in surface.fetch(event.attachments[0], 1000)] == [JPEG]


async def test_files_of_a_message_of_which_slack_tells_little_are_looked_up_too(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """By their names the verdicts are read."""
    slack.hub.renderer.terse_files = True
    async with listening():
        said = await ada.upload(marketing, FILES)
        await ada.shortcut(said, "Add to library")
        await ada.upload(slack.direct_message(ada), FILES)
        added, dropped = await inbox.next(1), await inbox.next(2)
    assert isinstance(added, Command)
    assert isinstance(dropped, Dropped)
    for event in (added, dropped):
        assert [(each.filename, each.size) for each in event.attachments] == [
            (name, len(data)) for name, data in FILES
        ]


async def test_add_to_library_on_a_bare_message_brings_nothing(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """What is said to that is the desk's matter."""
    async with listening():
        await ada.shortcut(await ada.say(marketing, "Lunch?"), "Add to library")
        event = await inbox.next()
    assert isinstance(event, Command)
    assert event.attachments == ()


class TestWatchedChannels:
    """Channels named in SLACK_WATCHED_CHANNELS."""

    @pytest.fixture
    async def slack(self) -> AsyncIterator[SlackServer]:
        """A workspace that grants what the manifest of a watching desk asks for."""
        manifest = make_manifest(COMMANDS, None, watching=True)
        async with SlackServer(manifest=manifest, share_delay=0.02) as server:
            yield server
            server.check()

    @pytest.fixture
    def surface(self, settings: Settings, marketing: Channel) -> Slack:
        """A desk that watches #marketing."""
        watching = settings.model_copy(update={"slack_watched_channels": f"{marketing.id},C0"})
        return Slack(watching, COMMANDS)

    async def test_files_are_taken_in_without_a_word(
        self,
        surface: Slack,
        listening: Listening,
        inbox: FakeInbox,
        bob: Person,
        marketing: Channel,
    ) -> None:
        """In the channel and in its threads, with what was said beside."""
        async with listening():
            said = await bob.upload(marketing, FILES, "From the fair")
            await bob.upload(marketing, FILES[:1], thread=said.ts)
            first, second = await inbox.next(1), await inbox.next(2)
        assert isinstance(first, Dropped)
        assert isinstance(second, Dropped)
        assert (first.text, first.place.thread, second.place.thread) == (
            "From the fair",
            None,
            said.ts,
        )
        assert [each.filename for each in first.attachments] == ["fox.jpg", "bear.PNG"]
        assert [chunk async for chunk in surface.fetch(first.attachments[0], 1000)] == [JPEG]

    async def test_files_with_a_mention_are_one_event(
        self,
        slack: SlackServer,
        listening: Listening,
        inbox: FakeInbox,
        bob: Person,
        marketing: Channel,
    ) -> None:
        """Slack tells of such a message twice, under two ids."""
        async with listening():
            await bob.upload(marketing, FILES, f"<@{slack.bot_user}>")
            await bob.upload(marketing, FILES, f"<@{slack.bot_user}> generate like this")
            told = [each.payload["event"]["type"] for each in slack.deliveries]
            await slack.until(lambda: all(each.answers for each in slack.deliveries))
        assert sorted(told) == ["app_mention", "app_mention", "message", "message"]
        assert [type(each) for each in inbox.events] == [Dropped, Command]
        assert inbox.deliveries == 2

    async def test_only_peoples_files_in_those_channels_are_taken(
        self,
        slack: SlackServer,
        surface: Slack,
        listening: Listening,
        inbox: FakeInbox,
        bob: Person,
        marketing: Channel,
        place: Place,
        load: Load,
    ) -> None:
        """Not words, not another channel's, and not what the desk itself shares."""
        card = Card("k1", "Originals", files=(File("z1", "all.zip", "application/zip"),))
        async with listening():
            await bob.say(marketing, "Lunch?")
            await bob.upload(slack.channel("random"), FILES)
            await surface.open_thread(place, card, load, repeat=False)
            await bob.upload(marketing, FILES[:1])
            event = await inbox.next()
            await slack.until(lambda: all(each.answers for each in slack.deliveries))
        assert isinstance(event, Dropped)
        assert len(slack.deliveries) == 5
        assert len(inbox.events) == 1


async def test_files_in_channels_that_are_not_watched_are_left_alone(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, bob: Person, marketing: Channel
) -> None:
    """Even where Slack tells of them, as it does after a channel was taken off the list."""
    slack.app.events.add("message.channels")
    async with listening():
        await bob.upload(marketing, FILES)
        await slack.until(lambda: slack.deliveries and slack.deliveries[-1].answers)
    assert not inbox.deliveries
