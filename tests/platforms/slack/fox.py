"""A small real slack-bolt app, against which the pretended Slack is itself tested.

It owns one job: `/fox` opens a thread, waits for a reaction, posts a picture with a button, and the
button's modal renames the fox. It is reached by Socket Mode or by signed HTTP and must not know
the server's insides: only its URL and tokens.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from .app import InstalledApp

Json = dict[str, Any]
PIXEL: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)
FORM: Final[Json] = {
    "type": "modal",
    "callback_id": "rename",
    "title": {"type": "plain_text", "text": "Name the fox"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        }
    ],
}


def _choices(kind: str, action_id: str, **more: Any) -> Json:
    texts = {"red": "Red fox", "arctic": "Arctic fox", "fennec": "Fennec"}
    each = [{"text": {"type": "plain_text", "text": t}, "value": v} for v, t in texts.items()]
    return {"type": kind, "action_id": action_id, "options": each, **more}


def _input(block_id: str, label: str, element: Json, **more: Any) -> Json:
    text = {"type": "plain_text", "text": label}
    return {"type": "input", "block_id": block_id, "label": text, "element": element, **more}


MENUS: Final[list[Json]] = [
    {
        "type": "actions",
        "block_id": "menus",
        "elements": [
            _choices("multi_static_select", "pick:1", max_selected_items=2),
            _choices("overflow", "more:1"),
        ],
    }
]
LONG_FORM: Final[Json] = {
    **FORM,
    "callback_id": "gather",
    "blocks": [
        _input("kind", "Kind", _choices("static_select", "select"), dispatch_action=True),
        _input("coats", "Coats", _choices("checkboxes", "boxes"), optional=True),
        _input("when", "When", {"type": "datetimepicker", "action_id": "time"}, optional=True),
        _input("files", "Pictures", {"type": "file_input", "action_id": "files", "max_files": 2}),
    ],
}


def picture_blocks(file_id: str) -> list[Json]:
    """A picture with a button under it."""
    button = {"type": "button", "action_id": "rename:1", "value": "1"}
    text = {"type": "plain_text", "text": "Rename"}
    return [
        {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a fox"},
        {"type": "actions", "elements": [{**button, "text": text}]},
    ]


async def processed(client: AsyncWebClient, file_id: str) -> None:
    """Ask for a file until Slack knows what it is, as the upload's recipe demands."""
    while not (await client.files_info(file=file_id))["file"]["mimetype"]:  # noqa: ASYNC110  # Slack tells nobody
        await asyncio.sleep(0.01)


def fox_app(client: AsyncWebClient, app: InstalledApp) -> AsyncApp:
    """The app's listeners."""
    bolt = AsyncApp(client=client, signing_secret=app.signing_secret)

    @bolt.command("/fox")
    async def fox(ack: Any, body: Json) -> None:
        if body["text"] == "nothing":
            return
        if body["text"] == "menus":
            await ack(blocks=MENUS, text="Choose")
            return
        if body["text"] == "form":
            await client.views_open(trigger_id=body["trigger_id"], view=LONG_FORM)
            await ack()
            return
        await ack("On it.")
        parent = await client.chat_postMessage(
            channel=body["channel_id"],
            text="A fox was asked for",
            metadata={"event_type": "fox", "event_payload": {"id": "1"}},
        )
        reply = {"channel": body["channel_id"], "thread_ts": parent["ts"]}
        await client.chat_postMessage(text=f"<@{body['user_id']}>: {body['text']}", **reply)

    @bolt.event("reaction_added")
    async def picture(event: Json) -> None:
        item = event["item"]
        uploaded = await client.files_upload_v2(file=PIXEL, filename="fox.png")
        file_id = uploaded["files"][0]["id"]
        await processed(client, file_id)
        await client.chat_postMessage(
            channel=item["channel"],
            thread_ts=item["ts"],
            text="A fox",
            blocks=picture_blocks(file_id),
        )

    @bolt.action("rename:1")
    async def rename(ack: Any, body: Json) -> None:
        await ack()
        where = f"{body['channel']['id']} {body['message']['ts']} {body['message']['text']}"
        await client.views_open(
            trigger_id=body["trigger_id"], view={**FORM, "private_metadata": where}
        )

    @bolt.view("rename")
    async def renamed(ack: Any, view: Json) -> None:
        name = view["state"]["values"]["name"]["text"]["value"]
        if name == "Rex":
            await ack(response_action="errors", errors={"name": "That is a dog's name."})
            return
        await ack()
        channel, ts, _ = view["private_metadata"].split(" ", 2)
        await client.chat_update(channel=channel, ts=ts, text=f"{name} the fox", blocks=[])

    @bolt.event("app_mention")
    async def mentioned(event: Json) -> None:
        files = [file["url_private"] for file in event.get("files", ())]
        sizes = [len(await download(url, app.bot_token)) for url in files]
        thread_ts = event.get("thread_ts", event["ts"])
        await client.chat_postMessage(
            channel=event["channel"], thread_ts=thread_ts, text=f"Got {sizes}"
        )

    _answer_choices(bolt, client)
    return bolt


def _answer_choices(bolt: AsyncApp, client: AsyncWebClient) -> None:
    @bolt.action(re.compile(r"(pick|more):1"))
    async def chosen(ack: Any, action: Json, respond: Any) -> None:
        await ack()
        options = action.get("selected_options") or [action["selected_option"]]
        said = " and ".join(option["text"]["text"] for option in options)
        await respond(text=f"You chose {said}", replace_original=True)

    @bolt.action("select")
    async def priced(ack: Any, body: Json, action: Json) -> None:
        await ack()
        name = action["selected_option"]["text"]["text"]
        price = {"type": "section", "text": {"type": "mrkdwn", "text": f"{name}: $0.04"}}
        blocks = [*LONG_FORM["blocks"], price]
        view = body["view"]
        await client.views_update(
            view_id=view["id"], hash=view["hash"], view={**LONG_FORM, "blocks": blocks}
        )

    @bolt.view("gather")
    async def gathered(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        told = {
            "kind": values["kind"]["select"]["selected_option"]["value"],
            "coats": [each["value"] for each in values["coats"]["boxes"]["selected_options"]],
            "when": values["when"]["time"]["selected_date_time"],
            "files": [each["name"] for each in values["files"]["files"]["files"]],
        }
        text = {"type": "plain_text", "text": json.dumps(told)}
        blocks = [{"type": "section", "text": text}]
        done = {"type": "modal", "title": LONG_FORM["title"], "blocks": blocks}
        await ack(response_action="update", view=done)

    @bolt.shortcut("look")
    async def looked(ack: Any, shortcut: Json) -> None:
        await ack()
        message = shortcut["message"]
        where = {
            "channel": shortcut["channel"]["id"],
            "thread_ts": message.get("thread_ts", message["ts"]),
        }
        await client.chat_postMessage(text=f"Looked at: {message['text']}", **where)


async def download(url: str, token: str) -> bytes:
    """The bytes of a private file."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
        return await response.read()


@asynccontextmanager
async def over_sockets(api_url: str, app: InstalledApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app, connected through Socket Mode; a short ping interval makes it reconnect soon."""
    bolt = fox_app(AsyncWebClient(app.bot_token, base_url=api_url), app)
    own = AsyncWebClient(app.app_token, base_url=api_url)
    handler = AsyncSocketModeHandler(bolt, app.app_token, web_client=own, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # as above


@asynccontextmanager
async def over_http(api_url: str, app: InstalledApp) -> AsyncIterator[str]:
    """The app behind its own signed endpoint; yields the URL to deliver to."""
    bolt = fox_app(AsyncWebClient(app.bot_token, base_url=api_url), app)
    runner = web.AppRunner(bolt.server(port=0, path="/slack/events", host="127.0.0.1").web_app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}/slack/events"
    finally:
        await runner.cleanup()
