"""The Home tab: who opens it, what it shows, and what is pressed in it."""

import pytest

from core.chat import (
    Actor,
    Event,
    Form,
    FormField,
    Place,
    Press,
    Private,
    Reply,
    Submission,
    Visit,
)
from core.wording.surfaces import PICTURES_FAILED
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Person, SlackServer, SlackView

from .material import LIBRARY, PICTURES, WORDS, Listening

RENAME = Form("rename:1", "Rename", "Save", (FormField("name", "Name", "line"),))


@pytest.fixture(autouse=True)
def answers(inbox: FakeInbox) -> None:
    """A library with a form and a next page."""

    def answer(event: Event) -> Reply:
        if isinstance(event, Visit):
            return LIBRARY
        if isinstance(event, Press):
            known: dict[str, Reply] = {"rename": RENAME, "next": WORDS}
            return known.get(event.action, Private("That is all."))
        return WORDS

    inbox.pictures = PICTURES
    inbox.answer = answer


@pytest.fixture
def home(slack: SlackServer, ada: Person) -> Place:
    """Where what is done in the Home tab belongs: the direct message with the desk."""
    space = slack.hub.workspace
    channel = slack.direct_message(ada).id
    return Place("slack", space.team_id, space.name, channel, direct=True)


async def visited(slack: SlackServer, ada: Person) -> SlackView:
    """The Home tab, with its pictures."""
    await ada.open_home()
    await slack.until(lambda: (view := slack.home(ada)) and view.images())
    view = slack.home(ada)
    assert view
    return view


async def test_the_home_tab_shows_a_panel_with_its_pictures(
    slack: SlackServer,
    listening: Listening,
    inbox: FakeInbox,
    ada: Person,
    bob: Person,
    home: Place,
) -> None:
    """Each person's is their own; it is drawn anew each time that it is opened."""
    async with listening():
        view = await visited(slack, ada)
        assert view.images() == [*PICTURES.values()]
        assert slack.home(bob) is None
        inbox.answer = lambda _: WORDS
        await ada.open_home()
        await slack.until(lambda: "Nothing found" in view.plain())
    visit = inbox.events[0]
    assert isinstance(visit, Visit)
    assert (visit.place, visit.actor) == (home, Actor(ada.id, "Ada", is_admin=True))
    assert len({each.event_id for each in inbox.events if isinstance(each, Visit)}) == 2


async def test_the_tab_of_messages_is_no_visit(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person
) -> None:
    """Slack tells of it by the same event."""
    async with listening():
        await ada.open_home("messages")
        await slack.until(lambda: slack.deliveries and slack.deliveries[-1].answers)
    assert not inbox.deliveries
    assert slack.home(ada) is None


async def test_a_press_in_the_home_tab_is_answered_there(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, home: Place
) -> None:
    """As if it had been made in the direct message with the desk."""
    async with listening():
        view = await visited(slack, ada)
        await ada.press(view, "Next")
        await slack.until(lambda: "Nothing found" in view.plain())
    pressed = inbox.events[1]
    assert isinstance(pressed, Press)
    assert (pressed.action, pressed.key, pressed.place) == ("next", "library:1", home)


async def test_a_form_opened_in_the_home_tab_changes_it(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, home: Place
) -> None:
    """The form closes, and Home shows what came of it."""
    async with listening():
        view = await visited(slack, ada)
        form = await (await ada.press(view, "Rename")).modal()
        assert (await ada.submit(form, {"Name": "Vix"})).closed
        await slack.until(lambda: "Nothing found" in view.plain())
    sent = inbox.events[-1]
    assert isinstance(sent, Submission)
    assert sent.place == home


async def test_words_in_answer_to_a_press_in_the_home_tab_open_over_it(
    slack: SlackServer, listening: Listening, ada: Person
) -> None:
    """A direct message would stand in another tab."""
    async with listening():
        view = await visited(slack, ada)
        words = await (await ada.choose(view, "Filter", "ai")).modal()
    assert words.plain() == "That is all."
    assert slack.posts(slack.direct_message(ada)) == 0


async def test_words_in_answer_to_a_visit_stand_in_the_home_tab(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person
) -> None:
    """Such as: this desk belongs to another team."""
    inbox.answer = lambda _: Private("This desk is for another team.")
    async with listening():
        await ada.open_home()
        await slack.until(lambda: slack.home(ada))
    view = slack.home(ada)
    assert view
    assert view.plain() == "This desk is for another team."


async def test_a_home_tab_whose_pictures_slack_does_not_take_says_so(
    slack: SlackServer, listening: Listening, ada: Person
) -> None:
    """Everything else is there."""
    slack.faults.fail("files.completeUploadExternal", status=500)
    slack.faults.answer("files.info", error="access_denied", times=9)
    async with listening():
        await ada.open_home()
        await slack.until(lambda: (view := slack.home(ada)) and PICTURES_FAILED in view.plain())
    view = slack.home(ada)
    assert view
    assert [each.label for each in view.buttons()] == ["Rename", "Next"]
