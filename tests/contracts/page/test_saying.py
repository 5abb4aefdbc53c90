"""What people do on the page, and what the desk is told of it."""

import re
from uuid import uuid4

import pytest

from core.business.members import Member
from core.chat import (
    Choices,
    Command,
    Dropped,
    Event,
    FieldErrors,
    Form,
    FormField,
    Link,
    MessageRef,
    Nothing,
    Option,
    Press,
    Private,
    Reaction,
    Reply,
    Submission,
    Typing,
)
from core.errors import UserError
from core.wording import page as words

from .grounds import Browser, Ground, card, picture, place


async def test_words_stand_in_the_channel(ground: Ground, browser: Browser) -> None:
    await browser.act("/say", {"text": "Which one shall we take?"})
    (line,) = await ground.lines()
    assert (line.text, line.author, line.author_name) == ("Which one shall we take?", "UADA", "Ada")
    assert "Which one shall we take?" in (await browser.get("/")).text
    assert not ground.inbox.events


async def test_earlier_words_are_read_page_by_page(
    ground: Ground, ada: Member, browser: Browser
) -> None:
    """Each line once, back to the first one, also where some of them are for others alone."""
    bob = await ground.member("Bob")
    for number in range(150):
        ground.clock.wait(seconds=1)
        if number % 50 == 0:
            await ground.page.tell(place(), bob.user, Private("For Bob"))
        await browser.act("/say", {"text": f"Word {number}."})
    text, pages = (await browser.get("/")).text, []
    for _ in range(3):
        pages.append([int(found) for found in re.findall(r"Word (\d+)\.", text)])
        assert "For Bob" not in text
        if further := re.search(r'data-earlier="(\w+)"', text):
            text = (await browser.get(f"/earlier?before={further.group(1)}")).text
    assert pages[2] + pages[1] + pages[0] == list(range(150))
    assert "data-earlier" not in text


async def test_nobody_pages_through_the_words_of_another_business(
    ground: Ground, browser: Browser
) -> None:
    await browser.act("/say", {"text": "Among ourselves"})
    (line,) = await ground.lines()
    async with ground.signed_in(await ground.member("Eve", business=2)) as eve:
        assert (await eve.get(f"/earlier?before={line.id}")).status_code == 404
    assert (await browser.get("/earlier?before=x")).status_code == 404


async def test_what_was_sent_twice_counts_once(ground: Ground, browser: Browser) -> None:
    """A browser that never saw the answer sends the same gesture again."""
    ground.inbox.answer = lambda _: Private("Sure.")
    for text in ("Hello", "/help"):
        gesture = uuid4().hex
        for _ in range(2):
            assert (await browser.act("/say", {"text": text}, gesture=gesture)).status_code == 200
    assert [line.text for line in await ground.lines()] == ["Hello", "Sure."]
    assert len(ground.inbox.events) == 1


async def test_nobody_can_repeat_the_gesture_of_another(ground: Ground, browser: Browser) -> None:
    gesture = uuid4().hex
    await browser.act("/say", {"text": "/help"}, gesture=gesture)
    async with ground.signed_in(await ground.member("Bob")) as bob:
        await bob.act("/say", {"text": "/help"}, gesture=gesture)
    assert len(ground.inbox.events) == 2


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("/generate a fox --count 2", "generate", "a fox --count 2"),
        ("/help", "help", ""),
        ("/generate\na fox\nin snow", "generate", "a fox\nin snow"),
        ("/", "", ""),
        ("/generate " + "x" * 32_001, "generate", "x" * 32_001),
    ],
)
async def test_a_slash_makes_a_command(
    ground: Ground, browser: Browser, text: str, name: str, rest: str
) -> None:
    """Its text goes to the desk whole, however long: the desk says what is wrong with it."""
    await browser.act("/say", {"text": text})
    event = ground.inbox.events[0]
    assert isinstance(event, Command)
    assert (event.name, event.text) == (name, rest)
    assert event.place == place()
    assert await ground.lines() == []


async def test_a_command_in_a_thread_is_asked_in_that_thread(
    ground: Ground, browser: Browser
) -> None:
    thread, _ = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    await browser.act("/say", {"text": "/help", "thread": thread.id})
    assert ground.inbox.events[0].place == place(thread=thread.id)


async def test_a_private_answer_is_shown_to_that_person_alone(
    ground: Ground, browser: Browser
) -> None:
    ground.inbox.answer = lambda _: Private("For you.", (Link("Open", "https://example.org/a"),))
    await browser.act("/say", {"text": "/desk"})
    text = (await browser.get("/")).text
    assert "For you." in text
    assert words.ONLY_YOU in text
    assert 'href="https://example.org/a"' in text
    async with ground.signed_in(await ground.member("Bob")) as bob:
        assert "For you." not in (await bob.get("/")).text


def form(event: Event) -> Reply:
    """A form with each kind of field."""
    options = (Option("a", "First"), Option("b", "Second"))
    fields = (
        FormField("name", "Name", "line", '"><b>', max_length=5, hint="Short"),
        FormField("key", "Key", "secret", max_length=300),
        FormField("text", "Text", "paragraph", "\nkept", required=False),
        FormField("one", "One", "select", "b", options=options),
        FormField("many", "Many", "multiselect", "a\nb", options=options),
    )
    return Form(f"edit:{'c' * 32}", "Edit", "Save", fields, note="It is free.")


async def test_a_form_comes_filled_in(ground: Ground, browser: Browser) -> None:
    ground.inbox.answer = form
    html = (await browser.act("/say", {"text": "/post"})).json()["form"]
    assert 'value="&#34;&gt;&lt;b&gt;" maxlength="5"' in html
    assert '<input id="field-key" type="password" autocomplete="off" ' in html
    assert "\n\nkept</textarea>" in html  # the first line break of a text area is not shown
    assert '<option value="b" selected>' in html
    assert html.count("checked") == 2
    assert "It is free." in html
    assert 'data-key="edit:' in html


async def test_a_sent_form_brings_many_values_as_lines(ground: Ground, browser: Browser) -> None:
    """Line breaks arrive as one sign each, whatever browsers make of them on the way."""
    fields = {
        "key": "post",
        "field:accounts": ["one", "two"],
        "field:caption": "Hello\r\n\r\nthere",
        "field:none": "",
    }
    await browser.act("/submit", fields)
    event = ground.inbox.events[0]
    assert isinstance(event, Submission)
    assert event.key == "post"
    assert event.values == {"accounts": "one\ntwo", "caption": "Hello\n\nthere", "none": ""}


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (FieldErrors({"caption": "Too long."}), {"errors": {"caption": "Too long."}}),
        (Private("No budget."), {"said": "No budget.", "links": []}),
        (Nothing(), {}),
    ],
)
async def test_what_is_wrong_with_a_form_is_told_in_the_form(
    ground: Ground, browser: Browser, reply: Reply, answer: object
) -> None:
    """It stays open, so that nothing typed is lost; no line is written for it."""
    ground.inbox.answer = lambda _: reply
    assert (await browser.act("/submit", {"key": "post"})).json() == answer
    assert await ground.lines() == []


async def test_a_pressed_control_brings_its_card_and_its_whole_choice(
    ground: Ground, browser: Browser
) -> None:
    thread, sent = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    values = {"line": sent.ref.id, "action": "choose", "value": ["1", "3"]}
    await browser.act("/press", values)
    event = ground.inbox.events[0]
    assert isinstance(event, Press)
    assert (event.action, event.key, event.values) == ("choose", card("a").key, ("1", "3"))
    assert event.place == place(thread=thread.id)


async def test_a_reaction_stands_until_it_is_taken_off(
    ground: Ground, ada: Member, browser: Browser
) -> None:
    _, sent = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    fields = {"line": sent.ref.id, "emoji": "1⃣", "added": "yes"}
    await browser.act("/react", fields)
    assert 'aria-pressed="true" title="Ada reacted with 1️⃣"' in (await browser.get("/")).text
    await browser.act("/react", {**fields, "added": "no"})
    assert "Ada reacted" not in (await browser.get("/")).text
    given, taken = ground.inbox.events
    assert isinstance(given, Reaction)
    assert isinstance(taken, Reaction)
    assert (given.emoji, given.added, taken.added) == ("1⃣", True, False)
    assert given.message == MessageRef("page", "general", sent.ref.id)
    assert given.actor.id == ada.user


async def test_only_what_means_something_can_be_reacted_with(
    ground: Ground, browser: Browser
) -> None:
    _, sent = await ground.page.open_thread(place(), card("a"), ground.load, repeat=False)
    fields = {"line": sent.ref.id, "emoji": "🍕", "added": "yes"}
    assert (await browser.act("/react", fields)).status_code == 400
    assert not ground.inbox.events


async def test_options_are_proposed_while_one_types(ground: Ground, browser: Browser) -> None:
    ground.inbox.answer = lambda _: Choices((Option("vintage", "Vintage, grainy"),))
    asked = {"command": "generate", "option": "style", "text": "vin"}
    answer = await browser.get("/complete", params=asked)
    assert answer.json() == [{"value": "vintage", "label": "Vintage, grainy"}]
    ground.inbox.answer = lambda event: Choices(
        (Option(event.text, event.option),) if isinstance(event, Typing) else ()
    )
    assert (await browser.get("/complete", params=asked)).json()[0]["value"] == "vin"


async def test_without_scripts_the_composer_still_sends(ground: Ground, browser: Browser) -> None:
    """A plain form: the answer is the page as it is now."""
    sent = {"text": "Early bird", "id": "42", "thread": "", "csrf": await browser.token()}
    answer = await browser.post("/say", data=sent, follow_redirects=True)
    assert answer.status_code == 200
    assert "Early bird" in answer.text


# ── files ────────────────────────────────────────────────────────────────────────────────────────


async def test_files_are_kept_as_they_came_and_handed_on(ground: Ground, browser: Browser) -> None:
    """The line names them; what they are worth is judged where files of all chats are."""
    files = [("C:\\pics\\Shöp 1.JPG", picture()), ("page.png", b"<html>"), ("empty.jpg", b"")]
    await browser.act("/say", {"text": "Our shop"}, files=files)
    event = ground.inbox.events[0]
    assert isinstance(event, Dropped)
    assert event.text == "Our shop"
    assert [one.size for one in event.attachments] == [len(data) for _, data in files]
    for (_, data), attachment in zip(files, event.attachments, strict=True):
        pieces = [piece async for piece in ground.page.fetch(attachment, 10_485_760)]
        assert b"".join(pieces) == data
    text = (await browser.get("/")).text
    assert "<b>Shöp 1.JPG</b>" in text
    assert "<b>page.png</b>" in text


async def test_a_file_over_ten_megabytes_is_dropped_while_it_streams_in(
    ground: Ground, browser: Browser
) -> None:
    """It never lies in memory whole, nothing of it is stored, and the others are kept."""
    files = [("big.jpg", bytes(10_485_761)), ("full.jpg", bytes(10_485_760))]
    await browser.act("/say", {"text": ""}, files=files)
    event = ground.inbox.events[0]
    assert isinstance(event, Dropped)
    big, full = event.attachments
    with pytest.raises(UserError, match="upload_too_big"):
        async for _ in ground.page.fetch(big, 10_485_760):
            pass
    with pytest.raises(FileNotFoundError):
        await ground.blobs.get(big.id)
    assert len(await ground.blobs.get(full.id)) == 10_485_760


async def test_files_after_the_tenth_are_named_and_not_kept(
    ground: Ground, browser: Browser
) -> None:
    """So that the desk can say how many were left; an empty file input is none of them."""
    files = [(f"{number}.jpg", picture()) for number in range(12)]
    await browser.act("/say", {"text": "Look"}, files=[*files, ("", b"")])
    event = ground.inbox.events[0]
    assert isinstance(event, Dropped)
    *kept, eleventh, twelfth = event.attachments
    assert [one.filename for one in (eleventh, twelfth)] == ["10.jpg", "11.jpg"]
    assert {await ground.blobs.get(one.id) for one in kept} == {picture()}
    for one in (eleventh, twelfth):
        with pytest.raises(FileNotFoundError):
            await ground.blobs.get(one.id)


async def test_hundreds_of_files_at_once_are_refused_together(
    ground: Ground, browser: Browser
) -> None:
    files = [(f"{number}.jpg", b"x") for number in range(201)]
    answer = await browser.act("/say", {"text": "Look"}, files=files)
    assert answer.status_code == 413
    assert answer.json() == {"error": "At most 10 files come at once. Nothing was sent."}
    assert await ground.lines() == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "multipart/form-data"}, b"--x"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"nonsense"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\nContent-Disp"),
    ],
)
async def test_a_broken_body_is_said_to_be_one(
    browser: Browser, headers: dict[str, str], body: bytes
) -> None:
    token = {"x-csrf-token": await browser.token()}
    answer = await browser.post("/say", content=body, headers={**headers, **token})
    assert answer.status_code == 400


async def test_words_have_an_end(ground: Ground, browser: Browser) -> None:
    answer = await browser.act("/say", {"text": "x" * 40_001})
    assert answer.json() == {"error": "A message has at most 40000 characters. Nothing was sent."}
    assert await ground.lines() == []
