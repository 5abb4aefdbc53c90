"""Socket Mode and signed HTTP: staying connected, trusting nobody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from functools import partial
from io import BytesIO

import aiohttp
import pytest
import uvicorn
from aiohttp import web
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route

from bot.surfaces.slack import Slack
from bot.surfaces.slack.calls import make_client
from bot.surfaces.slack.listening import Listener
from bot.surfaces.slack.sockets import keep_connected
from core.chat import (
    Command,
    Private,
)
from core.errors import ActionNeeded
from core.settings import Settings
from tests.driving import until
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer

from .material import COMMANDS, FORM, Listening


async def test_a_refreshed_connection_loses_nothing(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Slack announces a new connection every few hours; commands go through the next one."""
    async with listening():
        await slack.refresh_sockets()
        await slack.until(lambda: slack.hub.sockets.opened == 2)
        await slack.until(lambda: any(not each.leaving for each in slack.hub.sockets.open))
        assert (await ada.command("/generate", "a fox", marketing)).status == "ok"
    assert len(inbox.events) == 1


@pytest.fixture
async def mute_slack(slack: SlackServer) -> AsyncIterator[tuple[str, list[str]]]:
    """Hands out first an address where a WebSocket opens and nobody ever answers a ping, then
    Slack's own: its API address, and the addresses handed out.
    """
    handed: list[str] = []

    async def silence(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        async for _ in ws:
            continue
        return ws

    async def open_connection(request: web.Request) -> web.Response:
        mute = f"ws://{request.host}/mute"
        handed.append(mute if not handed else slack.hub.sockets.issue(slack.hub.renderer.address))
        return web.json_response({"ok": True, "url": handed[-1]})

    app = web.Application()
    app.add_routes(
        [web.get("/mute", silence), web.route("*", "/api/apps.connections.open", open_connection)]
    )
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/", handed
    await runner.cleanup()


async def test_a_silent_connection_is_replaced(
    slack: SlackServer, mute_slack: tuple[str, list[str]], inbox: FakeInbox
) -> None:
    """Open is not alive: where no pong comes, a new connection is made. Of each the desk is told,
    so that it reads again what it missed.
    """
    api_url, handed = mute_slack
    listener = Listener(None, None, None, (), frozenset(), inbox)  # type: ignore[arg-type]  # nothing arrives
    app = listener.app(slack.api_url)
    client = make_client(slack.app.app_token, api_url)
    told = partial(inbox.connected, "slack")
    task = asyncio.create_task(keep_connected(app, slack.app.app_token, client, told, 0.1))
    try:
        await slack.until(lambda: slack.sockets == 1)
        await until(lambda: len(inbox.connections) >= 2)
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert len(handed) >= 2


async def test_a_connection_that_the_sdk_no_longer_watches_is_replaced(
    slack: SlackServer, inbox: FakeInbox
) -> None:
    """Its loops have died before while all looked well; then no pong is heard any more."""
    listener = Listener(None, None, None, (), frozenset(), inbox)  # type: ignore[arg-type]  # nothing arrives
    client = make_client(slack.app.app_token, slack.api_url)
    app, told = listener.app(slack.api_url), partial(inbox.connected, "slack")
    task = asyncio.create_task(keep_connected(app, slack.app.app_token, client, told, 0.1))
    watching = await until(
        lambda: [each for each in asyncio.all_tasks() if "monitor_current_session" in repr(each)]
    )
    for each in watching:
        each.cancel()
    await slack.until(lambda: slack.hub.sockets.opened == 2)
    task.cancel()
    await asyncio.wait([task])


async def test_a_cut_connection_is_made_again(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """As a network does it, without a word."""
    async with listening():
        slack.cut_sockets()
        await slack.until(lambda: slack.sockets)
        assert (await ada.command("/generate", "a fox", marketing)).status == "ok"
    assert len(inbox.events) == 1


async def test_a_refused_app_token_ends_in_a_reason(
    slack: SlackServer, settings: Settings, inbox: FakeInbox
) -> None:
    """Trying again would be useless: an admin must look."""
    wrong = settings.model_copy(update={"slack_app_token": SecretStr("xapp-wrong")})
    with pytest.raises(ActionNeeded) as refusal:
        await Slack(wrong, COMMANDS).listen(inbox)
    assert refusal.value.code == "chat_forbidden"
    assert refusal.value.facts["permission"] == "invalid_auth"


async def test_a_refused_bot_token_ends_in_a_reason_too(
    settings: Settings, inbox: FakeInbox
) -> None:
    """Before anything is connected."""
    wrong = settings.model_copy(update={"slack_bot_token": SecretStr("xoxb-wrong")})
    with pytest.raises(ActionNeeded) as refusal:
        await Slack(wrong, COMMANDS).listen(inbox)
    assert refusal.value.facts["permission"] == "invalid_auth"


async def test_a_slack_that_is_down_at_first_is_waited_for(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """The desk starts before Slack answers, and connects when it does."""
    slack.faults.drop_before("auth.test")
    slack.faults.answer("apps.connections.open", status=429, retry_after=0)
    slack.faults.drop_before("apps.connections.open")
    async with listening():
        assert (await ada.command("/generate", "a fox", marketing)).status == "ok"
    assert len(inbox.events) == 1


async def test_shutting_down_waits_for_the_acknowledgement_in_hand(
    slack: SlackServer, surface: Slack, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """What the inbox is writing is still acknowledged."""
    inbox.hold.clear()
    task = asyncio.create_task(surface.listen(inbox))
    await slack.until(lambda: slack.sockets)
    asked = asyncio.create_task(ada.command("/generate", "a fox", marketing))
    await inbox.next()
    task.cancel()
    # Later than the socket would be closed if nobody waited for the inbox.
    asyncio.get_running_loop().call_later(0.2, inbox.hold.set)
    assert (await asked).status == "ok"
    await asyncio.wait([task])
    assert task.cancelled()


@pytest.fixture
async def endpoint(surface: Slack, inbox: FakeInbox) -> AsyncIterator[str]:
    route = Route("/slack/events", surface.http_handler(inbox), methods=["POST"])
    app = Starlette(routes=[route])
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_config=None))
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    port = listener.getsockname()[1]
    yield f"http://127.0.0.1:{port}/slack/events"
    server.should_exit = True
    await task


async def test_signed_http_carries_the_same_events(
    slack: SlackServer, endpoint: str, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Handshake, command with its private answer, modal, event: one URL for all."""
    inbox.answer = lambda event: (
        FORM if isinstance(event, Command) and not event.text else Private("On it.")
    )
    http = await slack.deliver_to(endpoint)
    assert await http.verify()
    assert (await ada.command("/generate", "a fox", marketing)).text == "On it."
    modal = await (await ada.command("/generate", "", marketing)).modal()
    assert (await ada.submit(modal)).closed
    await ada.mention(marketing, "help me")
    assert await inbox.next(4)
    await slack.until(lambda: len(slack.ephemerals(ada)) == 3)


async def test_forged_and_stale_requests_get_401_and_repeated_ones_200(
    slack: SlackServer, endpoint: str, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """A signature counts for 300 seconds, either way; a repetition changes nothing."""
    http = await slack.deliver_to(endpoint)
    await ada.command("/generate", "a fox", marketing)
    command = slack.deliveries[-1]
    assert await http.forged(command) == 401
    assert await http.stale(command, 301) == 401
    assert await http.stale(command, -301) == 401
    assert await http.repeated(command) == 200
    assert len(inbox.events) == 1


async def test_a_strangers_endless_body_is_not_read(endpoint: str) -> None:
    """Checking its signature would mean to keep it whole."""
    async with aiohttp.ClientSession() as session:
        async with session.post(endpoint, data=BytesIO(bytes(2 * 1024**2))) as response:
            assert response.status == 413
        async with session.post(endpoint, data=b"payload={}") as response:
            assert response.status == 401


def test_without_a_signing_secret_there_is_no_http(settings: Settings, inbox: FakeInbox) -> None:
    """An empty secret would be known to everybody."""
    open_to_all = settings.model_copy(update={"slack_signing_secret": SecretStr("")})
    with pytest.raises(ActionNeeded):
        Slack(open_to_all, COMMANDS).http_handler(inbox)
