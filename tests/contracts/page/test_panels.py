"""Where the page goes for a panel, and what its forms take beside words."""

import json
import re

from core.business.members import Member
from core.chat import Card, Command, CommandOption, CommandSpec, Form, FormField, Option, Panel
from core.chat import Submission as Sent
from core.library.examiner import MOST_BYTES

from .grounds import Browser, Ground, picture
from .shelves import keep

PANEL = Panel(Card("p" * 32, "Library"), "/library?text=fox")
FILES = FormField("files", "Pictures", "files", hint="At most 10 MB each")


async def test_the_page_goes_where_a_panel_leads(ground: Ground, browser: Browser) -> None:
    """The card itself is for chats: nothing of it is written here."""
    ground.inbox.answer = lambda _: PANEL
    answer = await browser.act("/say", {"text": "/library fox"})
    assert answer.json() == {"path": "/library?text=fox"}
    event = ground.inbox.events[0]
    assert isinstance(event, Command)
    assert (event.name, event.text) == ("library", "fox")
    sent = {"text": "/library fox", "id": "42", "thread": "", "csrf": await browser.token()}
    plain = await browser.post("/say", data=sent)
    assert (plain.status_code, plain.headers["location"]) == (303, "/library?text=fox")
    assert await ground.lines() == []


async def test_a_form_takes_files(ground: Ground, browser: Browser) -> None:
    """They are kept as those that are dropped, each once, and the inbox is told which they are."""
    form = Form("upload", "Add pictures", "Add", (FILES,))
    ground.inbox.answer = lambda _: form
    drawn = (await browser.act("/say", {"text": "/upload"})).json()["form"]
    assert '<input type="file"' in drawn
    assert "At most 10 MB each" in drawn
    files = [("shop.jpg", picture()), ("big.jpg", bytes(MOST_BYTES + 1))]
    given = {"key": "upload", "thread": "", "field:files": ""}
    for _ in range(2):
        await browser.act("/submit", given, files=files, gesture="g1")
    _, event = ground.inbox.events
    assert isinstance(event, Sent)
    shop, big = event.attachments
    assert (shop.filename, shop.size, big.size) == ("shop.jpg", len(picture()), MOST_BYTES + 1)
    assert await ground.blobs.get(shop.id) == picture()


async def test_a_forms_files_need_its_persons_own_page(ground: Ground, browser: Browser) -> None:
    """Of what a stranger sends nothing is kept."""
    files = [("files", ("shop.jpg", picture()))]
    assert (await browser.post("/submit", files=files)).status_code == 403
    async with ground.browser() as stranger:
        assert (await stranger.post("/submit", files=files)).status_code == 401
    assert [one async for one in ground.blobs.list("incoming/")] == []


async def test_pictures_in_a_form_are_shown(ground: Ground, browser: Browser, ada: Member) -> None:
    """Those that are chosen already and others of the library, each with its name."""
    image = await keep(ground, ada)
    options = (Option(f"1:{image.id}", "1. Fox"), Option(":7", "Boat · no. 7"))
    field = FormField("pictures", "Pictures", "multiselect", f"1:{image.id}", options=options)
    ground.inbox.answer = lambda _: Form("post", "New post", "Preview", (field,))
    drawn = (await browser.act("/say", {"text": "/post"})).json()["form"]
    assert f'src="/library/{image.id}/thumbnail"' in drawn
    assert 'src="/library/7/thumbnail"' in drawn
    assert f'value="1:{image.id}" checked' in drawn
    assert "Boat · no. 7" in drawn


async def test_only_what_can_be_typed_is_completed(ground: Ground, ada: Member) -> None:
    """A message's menu is none of the page's, and files are not named in a line."""
    typed = (CommandOption("text", "Words"), CommandOption("file1", "A file", "file"))
    ground.changes["commands"] = (
        CommandSpec("upload", "Add pictures", "/upload", typed),
        CommandSpec("Add to library", "Add these", "", on_message=True),
    )
    async with ground.signed_in(ada) as browser:
        text = (await browser.get("/")).text
    found = re.search(r'<script type="application/json" id="client">(.*?)</script>', text)
    assert found
    commands = json.loads(found[1])["commands"]
    assert [one["name"] for one in commands] == ["upload"]
    assert [one["name"] for one in commands[0]["options"]] == ["text"]


async def test_the_library_is_one_step_from_the_conversation_and_back(browser: Browser) -> None:
    assert '<a class="button" href="/library">' in (await browser.get("/")).text
    library = (await browser.get("/library")).text
    assert re.search(r'<a class="channel-link" href="/"', library)
    assert 'href="/library" aria-current="page"' in library
