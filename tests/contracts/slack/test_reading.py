"""Reading reactions and attachments, and telling one person something."""

from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.surfaces.slack import Slack
from bot.surfaces.slack.calls import make_client
from bot.surfaces.slack.people import People
from core.chat import (
    Actor,
    Attachment,
    Card,
    Dropped,
    Link,
    Place,
    Private,
)
from core.errors import ActionNeeded, UserError
from core.settings import Settings
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer

from .material import COMMANDS, JPEG, Listening, Load


async def test_the_whole_set_of_reactions_is_read_without_our_own(
    slack: SlackServer,
    surface: Slack,
    ada: Person,
    bob: Person,
    marketing: Channel,
    place: Place,
    load: Load,
) -> None:
    """Everybody is counted, however many reacted alike."""
    eve = slack.person("Eve")
    _, sent = await surface.open_thread(place, Card("k1", "Foxes"), load, repeat=False)
    shown = slack.messages(marketing)[0]
    shown.raw.reactions["star"] = [slack.bot_user]
    for person in (ada, bob, eve):
        await person.react(shown, "star")
    await bob.react(shown, "two")
    assert await surface.reactions(sent.ref) == {
        ("⭐", Actor(ada.id, "Ada", is_admin=True)),
        ("⭐", Actor(bob.id, "Bob")),
        ("⭐", Actor(eve.id, "Eve")),
        ("2⃣", Actor(bob.id, "Bob")),
    }


async def test_what_is_told_to_one_person_reaches_them_even_where_we_were_not_invited(
    slack: SlackServer, surface: Slack, ada: Person, bob: Person, marketing: Channel, place: Place
) -> None:
    """In the channel where the desk is in it, else in a direct message."""
    words = Private("Please invite me.", (Link("How", "https://desk.example/help"),))
    await surface.tell(place, ada.id, words)
    assert [each.plain() for each in slack.ephemerals(ada)] == [
        "Please invite me.\nHow (https://desk.example/help)"
    ]
    slack.kick_bot(marketing)
    await surface.tell(place, bob.id, words)
    assert not slack.ephemerals(bob)
    assert slack.messages(slack.direct_message(bob))[0].plain().startswith("Please invite me.")


Json = dict[str, Any]


async def test_an_admin_of_a_connected_workspace_is_none_of_ours() -> None:
    """In a shared channel, rights count in our own workspace only."""
    answers: dict[str, Json] = {
        "auth.test": {"team_id": "T1", "user_id": "U0", "bot_id": "B0", "team": "Ours"},
        "users.info": {"user": {"id": "U9", "team_id": "T2", "name": "eve", "is_admin": True}},
    }

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, **answers[request.match_info["method"]]})

    app = web.Application()
    app.add_routes([web.route("*", "/api/{method}", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = make_client("xoxb-1", f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    eve = await People(client).ask("U9")
    await runner.cleanup()
    assert eve == Actor("U9", "eve", is_admin=False)


async def test_an_attachment_beyond_the_limit_is_not_read_to_its_end(
    slack: SlackServer, surface: Slack, listening: Listening, inbox: FakeInbox, ada: Person
) -> None:
    """Neither where its size is told nor where it lies."""
    async with listening():
        await ada.upload(slack.direct_message(ada), [("fox.jpg", JPEG)])
        event = await inbox.next()
    assert isinstance(event, Dropped)
    honest = event.attachments[0]
    lying = Attachment(honest.id, honest.filename, honest.url, size=1)
    for attachment in (honest, lying):
        with pytest.raises(UserError) as too_big:
            _ = [chunk async for chunk in surface.fetch(attachment, len(JPEG) - 1)]
        assert too_big.value.code == "upload_too_big"


async def test_an_attachment_without_an_address_is_looked_up(
    slack: SlackServer, surface: Slack, listening: Listening, inbox: FakeInbox, ada: Person
) -> None:
    """Files from connected workspaces come with their id only."""
    async with listening():
        await ada.upload(slack.direct_message(ada), [("fox.jpg", JPEG)])
        event = await inbox.next()
    assert isinstance(event, Dropped)
    bare = Attachment(event.attachments[0].id, "fox.jpg", "", len(JPEG))
    assert b"".join([chunk async for chunk in surface.fetch(bare, 1000)]) == JPEG


async def test_the_token_goes_to_slack_alone(surface: Slack) -> None:
    """An address elsewhere is not even asked."""
    asked: list[str] = []

    async def thief(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response(body=JPEG)

    app = web.Application()
    app.add_routes([web.get("/fox.jpg", thief)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/fox.jpg"
    with pytest.raises(UserError) as gone:
        _ = [chunk async for chunk in surface.fetch(Attachment("F1", "fox.jpg", url, 10), 1000)]
    await runner.cleanup()
    assert gone.value.code == "upload_gone"
    assert not asked


async def test_a_sign_in_page_is_no_picture(
    slack: SlackServer, settings: Settings, surface: Slack
) -> None:
    """Without the scope, Slack answers 200 and its sign-in page; that is an admin's matter."""
    wrong = Slack(settings.model_copy(update={"slack_bot_token": SecretStr("xoxb-no")}), COMMANDS)
    url = slack.api_url.replace("/api/", "/files-pri/T1-F1/fox.jpg")
    with pytest.raises(ActionNeeded) as needed:
        _ = [chunk async for chunk in wrong.fetch(Attachment("F1", "fox.jpg", url, 10), 1000)]
    assert needed.value.facts["permission"] == "files:read"
    slack.violations.clear()  # the wrong token was the point
    with pytest.raises(UserError) as gone:
        _ = [chunk async for chunk in surface.fetch(Attachment("F1", "fox.jpg", url, 10), 1000)]
    assert gone.value.code == "upload_gone"
