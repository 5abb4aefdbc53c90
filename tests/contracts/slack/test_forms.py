"""Forms as modals: how they open, from wherever, and what comes back."""

from core.chat import (
    Command,
    FieldErrors,
    Form,
    FormField,
    Nothing,
    Place,
    Private,
    Submission,
)
from core.wording.surfaces import FORM_LATE, OPEN_FORM
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer

from .material import FORM, Listening


async def test_a_form_opens_as_a_modal_and_comes_back_filled_in(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel, place: Place
) -> None:
    """The modal shows what is set; what is sent carries key, place, and every field's value."""
    inbox.answer = lambda event: FORM if isinstance(event, Command) else Nothing()
    async with listening():
        modal = await (await ada.command("/generate", "", marketing)).modal()
        assert modal.title == "Make pictures"
        assert modal.fields() == ["Prompt", "Size", "Styles", "Title"]
        assert "It costs $0.04 a picture." in modal.plain()
        sent = await ada.submit(modal, {"Prompt": "a red fox", "Styles": ["Pen", "Ink"]})
    assert sent.closed
    event = inbox.events[1]
    assert isinstance(event, Submission)
    assert (event.key, event.place, event.actor.name) == ("order:1", place, "Ada")
    assert event.values == {
        "prompt": "a red fox",
        "size": "s",
        "styles": "ink\npen",
        "title": "",
    } or (event.values["styles"] == "pen\nink")


async def test_field_errors_stand_at_their_fields_and_the_modal_stays(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """What is wrong is said where it is; corrected, it is a new event, unchanged, the same one."""
    wrong = FieldErrors({"prompt": "This word is not allowed."})
    inbox.answer = lambda event: (
        FORM
        if isinstance(event, Command)
        else wrong
        if isinstance(event, Submission) and event.values["prompt"] == "a fox"
        else Private("Started.")
    )
    async with listening():
        modal = await (await ada.command("/generate", "", marketing)).modal()
        first = await ada.submit(modal)
        again = await ada.submit(modal)
        assert first.errors == again.errors == {"prompt": "This word is not allowed."}
        assert len(inbox.events) == 2
        last = await ada.submit(modal, {"Prompt": "a bear"})
    assert last.closed
    assert len(inbox.events) == 3


async def test_a_private_reply_to_a_form_is_shown_where_it_was_opened(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """A submission has no response URL: the person reads it in the channel, alone."""
    inbox.answer = lambda event: FORM if isinstance(event, Command) else Private("Over budget.")
    async with listening():
        await ada.submit(await (await ada.command("/generate", "", marketing)).modal())
        await slack.until(lambda: slack.ephemerals(ada))
    assert slack.ephemerals(ada)[0].plain() == "Over budget."


async def test_a_form_may_follow_a_form(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """The second replaces the first in the same modal."""
    second = Form("order:2", "And now", "Go", (FormField("name", "Name", "line"),))
    inbox.answer = lambda event: FORM if isinstance(event, Command) else second
    async with listening():
        modal = await (await ada.command("/generate", "", marketing)).modal()
        sent = await ada.submit(modal)
    assert sent.view is not None
    assert sent.view.title == "And now"


async def test_a_form_that_came_too_late_says_so(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """A trigger lives three seconds; the person is told to ask again instead of waiting."""
    inbox.answer = lambda _: FORM
    slack.faults.answer("views.open", error="expired_trigger_id")
    async with listening():
        await ada.command("/generate", "", marketing)
        await slack.until(lambda: slack.ephemerals(ada))
    assert slack.ephemerals(ada)[0].plain() == FORM_LATE


async def test_a_mention_answered_by_a_form_offers_a_button_that_opens_it(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """A message gives no trigger; the button does, and the form knows the thread."""
    inbox.answer = lambda event: FORM if isinstance(event, Command) else Nothing()
    async with listening():
        root = await ada.say(marketing, "Ideas?")
        await ada.mention(marketing, "generate a fox", root.ts)
        await slack.until(lambda: slack.ephemerals(ada))
        offer = slack.ephemerals(ada)[0]
        assert offer.raw.thread_ts == root.ts
        modal = await (await ada.press(offer, OPEN_FORM)).modal()
        await ada.submit(modal)
    pressed, submitted = inbox.events[1:]
    assert isinstance(pressed, Command)
    assert (pressed.name, pressed.text) == ("generate", "a fox")
    assert isinstance(submitted, Submission)
    assert submitted.place.thread == root.ts


async def test_the_shortcut_of_a_message_is_a_command_in_its_thread(
    listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """“Generate here” opens the form, and what is ordered belongs to that message's thread."""
    inbox.answer = lambda event: FORM if isinstance(event, Command) else Nothing()
    async with listening():
        root = await ada.say(marketing, "We need a picture of this")
        modal = await (await ada.shortcut(root, "generate")).modal()
        await ada.submit(modal)
    asked, submitted = inbox.events
    assert isinstance(asked, Command)
    assert (asked.name, asked.text, asked.place.thread) == ("generate", "", root.ts)
    assert isinstance(submitted, Submission)
    assert submitted.place == asked.place
