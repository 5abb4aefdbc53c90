"""Panels in modals: how they open, what takes whose place, and what becomes of their pictures."""

import asyncio

import pytest

from bot.surfaces.slack import Slack
from core.chat import (
    Button,
    Card,
    Command,
    Event,
    FieldErrors,
    Form,
    FormField,
    Nothing,
    Panel,
    Place,
    Press,
    Private,
    Reply,
    Submission,
)
from core.wording.surfaces import PANEL_LATE, PICTURES_COMING, PICTURES_FAILED, SHOW
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer, SlackView

from .material import LIBRARY, PICTURES, UPLOAD, WORDS, Listening, Load

RENAME = Form("rename:1", "Rename", "Save", (FormField("name", "Name", "line"),))


@pytest.fixture(autouse=True)
def answers(inbox: FakeInbox) -> None:
    """A library that has a form, a next page, and words for the rest."""

    def answer(event: Event) -> Reply:
        if isinstance(event, Command):
            return LIBRARY
        if isinstance(event, Press):
            known: dict[str, Reply] = {"rename": RENAME, "next": WORDS, "back": LIBRARY}
            return known.get(event.action, Private("That is all there is."))
        return WORDS

    inbox.pictures = PICTURES
    inbox.answer = answer


async def opened(slack: SlackServer, ada: Person, marketing: Channel) -> SlackView:
    """The library, with its pictures."""
    view = await (await ada.command("/generate", "", marketing)).modal()
    await slack.until(lambda: PICTURES_COMING not in view.plain())
    return view


async def test_a_panel_stands_at_once_and_its_pictures_follow(
    slack: SlackServer, listening: Listening, ada: Person, marketing: Channel
) -> None:
    """A trigger does not wait for uploads; nothing is posted in any channel for them."""
    slack.hub.share_delay = 0.2
    async with listening():
        view = await (await ada.command("/generate", "", marketing)).modal()
        assert view.plain().splitlines() == [
            "Library",
            "2 pictures",
            PICTURES_COMING,
            *("Rename", "Next", "Filter"),
        ]
        await slack.until(view.images)
    assert view.title == "Image Desk"
    assert view.images() == [*PICTURES.values()]
    assert view.alt_texts() == ["Fox p1", "Fox p2"]
    assert PICTURES_COMING not in view.plain()
    assert slack.posts(marketing) == 0


async def test_a_press_in_a_panel_is_answered_in_its_place(
    slack: SlackServer,
    listening: Listening,
    inbox: FakeInbox,
    ada: Person,
    marketing: Channel,
    place: Place,
) -> None:
    """It knows where it was opened; what was shown before is shown again without being sent."""
    async with listening():
        view = await opened(slack, ada, marketing)
        await ada.press(view, "Next")
        await slack.until(lambda: "Nothing found" in view.plain())
        assert not view.images()
        await ada.press(view, "Back")
        await slack.until(view.images)
        await ada.choose(view, "Filter", "ai")
        pressed = await inbox.next(4)
    assert isinstance(pressed, Press)
    assert (pressed.action, pressed.key, pressed.values) == ("filter", "library:1", ("ai",))
    assert pressed.place == place
    assert slack.calls["files.upload"] == len(PICTURES)


async def test_a_form_opened_in_a_panel_lies_upon_it(
    slack: SlackServer,
    listening: Listening,
    inbox: FakeInbox,
    ada: Person,
    marketing: Channel,
    place: Place,
) -> None:
    """Once sent, it is gone, and the panel below shows what came of it."""
    async with listening():
        view = await opened(slack, ada, marketing)
        form = await (await ada.press(view, "Rename")).modal()
        assert form.title == "Rename"
        assert (await ada.submit(form, {"Name": "Vix"})).closed
        await slack.until(lambda: "Nothing found" in view.plain())
    assert not view.closed
    assert view.covered_by is None
    sent = inbox.events[-1]
    assert isinstance(sent, Submission)
    assert (sent.key, sent.place, sent.values) == ("rename:1", place, {"name": "Vix"})


async def test_words_in_answer_to_a_press_lie_upon_the_panel(
    slack: SlackServer, listening: Listening, ada: Person, marketing: Channel
) -> None:
    """A message would stand behind it, unseen; closed, the panel is there as before."""
    async with listening():
        view = await opened(slack, ada, marketing)
        words = await (await ada.choose(view, "Filter", "ai")).modal()
        assert words.plain() == "That is all there is."
        await ada.dismiss(words)
        assert view.covered_by is None
    assert not slack.ephemerals(ada)


async def test_words_in_answer_to_a_form_upon_a_panel_take_its_place(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """So the person reads them; what is wrong at a field stays at the field."""
    usual = inbox.answer

    def answer(event: Event) -> Reply:
        if not isinstance(event, Submission):
            return usual(event)
        if event.values["name"] == "!":
            return FieldErrors({"name": "That is no name."})
        return Private("Somebody else renamed it.")

    inbox.answer = answer
    async with listening():
        view = await opened(slack, ada, marketing)
        form = await (await ada.press(view, "Rename")).modal()
        assert (await ada.submit(form, {"Name": "!"})).errors == {"name": "That is no name."}
        await ada.submit(form, {"Name": "Vix"})
        assert form.plain() == "Somebody else renamed it."
        await ada.dismiss(form)
    assert view.covered_by is None
    assert not slack.ephemerals(ada)


async def test_a_panel_in_answer_to_a_form_of_its_own_takes_its_place(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """There is no panel below; its pictures follow here too."""
    inbox.answer = lambda event: UPLOAD if isinstance(event, Command) else LIBRARY
    async with listening():
        form = await (await ada.command("/generate", "", marketing)).modal()
        sent = await ada.submit(form, {"Pictures": [("fox.jpg", PICTURES["p1"])]})
        assert sent.view is not None
        assert "Library" in sent.view.plain()
        await slack.until(form.images)
    assert form.images() == [*PICTURES.values()]


async def test_a_panel_that_was_closed_meanwhile_stays_closed(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Neither late pictures nor a late answer bring it back, and nobody is bothered."""
    slack.hub.share_delay = 0.2
    async with listening():
        view = await (await ada.command("/generate", "", marketing)).modal()
        await ada.dismiss(view)
        await slack.until(lambda: slack.calls["views.update"])
        again = await (await ada.command("/generate", "", marketing)).modal()
        inbox.hold.clear()
        pressed = asyncio.create_task(ada.press(again, "Next"))
        await inbox.next(3)
        again.raw.closed = True
        inbox.hold.set()
        await pressed
        await slack.until(lambda: slack.calls["views.update"] == 2)
    assert (view.closed, again.closed) == (True, True)
    assert not slack.ephemerals(ada)


async def test_words_for_a_panel_that_was_closed_meanwhile_are_said_in_the_channel(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """They may be of weight, and there is nothing left to lay them upon."""
    async with listening():
        view = await opened(slack, ada, marketing)
        inbox.hold.clear()
        pressed = asyncio.create_task(ada.choose(view, "Filter", "ai"))
        await inbox.next(2)
        view.raw.closed = True
        inbox.hold.set()
        await pressed
        await slack.until(lambda: slack.ephemerals(ada))
    assert slack.ephemerals(ada)[0].plain() == "That is all there is."


async def test_pictures_that_come_after_the_page_was_turned_are_dropped(
    slack: SlackServer, listening: Listening, ada: Person, marketing: Channel
) -> None:
    """The panel shows what was asked for last."""
    slack.hub.share_delay = 0.3
    async with listening():
        view = await (await ada.command("/generate", "", marketing)).modal()
        await ada.press(view, "Next")
        await slack.until(lambda: slack.calls["views.update"] == 2)
    assert view.plain().splitlines() == ["Nothing found", "Back"]


async def test_a_panel_that_came_too_late_says_so(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """A trigger lives three seconds."""
    inbox.hold.clear()
    async with listening():
        asked = asyncio.create_task(ada.command("/generate", "", marketing))
        await inbox.next()
        slack.advance(3.1)
        inbox.hold.set()
        await asked
        await slack.until(lambda: slack.ephemerals(ada))
    assert slack.ephemerals(ada)[0].plain() == PANEL_LATE


async def test_what_is_delivered_twice_opens_once(
    slack: SlackServer, listening: Listening, ada: Person, marketing: Channel
) -> None:
    """A panel, a form upon it; and nobody reads that something came too late."""
    slack.faults.twice = True
    async with listening():
        view = await opened(slack, ada, marketing)
        form = await (await ada.press(view, "Rename")).modal()
        await slack.until(lambda: slack.calls["views.open"] == slack.calls["views.push"] == 2)
        assert view.covered_by
        assert view.covered_by.raw is form.raw
        await ada.submit(form, {"Name": "Vix"})
        await slack.until(lambda: "Nothing found" in view.plain())
    assert not slack.ephemerals(ada)


@pytest.mark.parametrize("lost", ["files.upload", "files.getUploadURLExternal"])
async def test_a_panel_whose_pictures_slack_does_not_take_says_so_and_works(
    slack: SlackServer, listening: Listening, ada: Person, marketing: Channel, lost: str
) -> None:
    """And when it is opened anew, they are there."""
    slack.faults.fail(lost, status=503, times=2)
    async with listening():
        view = await (await ada.command("/generate", "", marketing)).modal()
        await slack.until(lambda: PICTURES_FAILED in view.plain())
        assert not view.images()
        await ada.press(view, "Next")
        await slack.until(lambda: "Nothing found" in view.plain())
        await ada.press(view, "Back")
        await slack.until(view.images)
    assert PICTURES_FAILED not in view.plain()


async def test_a_panel_whose_picture_was_deleted_meanwhile_says_so(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """It was in the library when the panel was drawn, and is gone when it is to be sent."""
    inbox.pictures = {"p1": PICTURES["p1"]}
    async with listening():
        view = await (await ada.command("/generate", "", marketing)).modal()
        await slack.until(lambda: PICTURES_FAILED in view.plain())
    assert [each.label for each in view.buttons()] == ["Rename", "Next"]


async def test_a_panel_is_redrawn_though_slack_does_not_answer_at_once(
    slack: SlackServer, listening: Listening, ada: Person, marketing: Channel
) -> None:
    """With its pictures, and in answer to a press; whether the first try arrived or not."""
    slack.faults.fail("views.update", status=503)
    async with listening():
        view = await (await ada.command("/generate", "", marketing)).modal()
        await slack.until(view.images)
        slack.faults.drop_after("views.update")
        await ada.press(view, "Next")
        await slack.until(lambda: slack.calls["views.update"] == 4)
    assert "Nothing found" in view.plain()
    assert not slack.ephemerals(ada)


async def test_a_picture_that_was_deleted_in_slack_is_sent_anew(
    slack: SlackServer, listening: Listening, ada: Person, marketing: Channel
) -> None:
    """An admin may clear files; the panel opens all the same."""
    async with listening():
        view = await opened(slack, ada, marketing)
        await ada.dismiss(view)
        slack.hub.workspace.files.clear()
        again = await opened(slack, ada, marketing)
    assert again.images() == [*PICTURES.values()]
    slack.violations.clear()  # the deleted pictures were the point


async def test_a_mention_answered_by_a_panel_offers_a_button_that_shows_it(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """A message gives no trigger; the button does."""
    async with listening():
        await ada.mention(marketing, "generate foxes")
        await slack.until(lambda: slack.ephemerals(ada))
        offer = slack.ephemerals(ada)[0]
        assert offer.plain().splitlines() == ["Library", SHOW]
        view = await (await ada.press(offer, SHOW)).modal()
        await slack.until(view.images)
    asked = inbox.events[1]
    assert isinstance(asked, Command)
    assert (asked.name, asked.text) == ("generate", "foxes")


async def test_a_button_on_a_card_opens_a_panel(
    slack: SlackServer,
    surface: Slack,
    listening: Listening,
    inbox: FakeInbox,
    ada: Person,
    marketing: Channel,
    place: Place,
    load: Load,
) -> None:
    """With the press's own trigger, over the channel; the card stays as it is."""
    inbox.answer = lambda _: LIBRARY
    async with listening():
        card = Card("k1", "Four foxes", controls=(Button("details", "Details"),))
        thread, _ = await surface.open_thread(place, card, load, repeat=False)
        view = await (await ada.press(slack.messages(marketing)[0], "Details")).modal()
        await slack.until(view.images)
        await ada.press(view, "Next")
        pressed = await inbox.next(2)
    assert isinstance(pressed, Press)
    assert pressed.place.thread == thread.id
    assert slack.messages(marketing)[0].edits == 0


async def test_a_panel_is_cut_to_what_slack_takes(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Long words end in an ellipsis."""
    card = Card("k" * 32, "x" * 300, lines=("&" * 5000,), controls=(Button("a", "b" * 100),))
    inbox.answer = lambda _: Panel(card, "/library")
    async with listening():
        view = await (await ada.command("/generate", "", marketing)).modal()
    assert "…" in view.plain()


async def test_nothing_in_answer_to_a_form_upon_a_panel_closes_the_form_alone(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """The panel is seen again."""
    usual = inbox.answer
    inbox.answer = lambda event: Nothing() if isinstance(event, Submission) else usual(event)
    async with listening():
        view = await opened(slack, ada, marketing)
        form = await (await ada.press(view, "Rename")).modal()
        assert (await ada.submit(form, {"Name": "Vix"})).closed
    assert (form.closed, view.closed) == (True, False)
