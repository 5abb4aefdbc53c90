"""A small real slack-bolt app, against which the pretended Slack is itself tested.

It owns one job: `/fox` opens a thread, waits for a reaction, posts a picture with a button, and the
button's modal renames the fox; menus, a long form and a shortcut stand beside it. It is reached by
Socket Mode or by signed HTTP and must not know the server's insides: only its URL and tokens.
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


class Fox:
    """The app's listeners, of which `bolt` is the app.

    Args:
        client: what it calls Slack with.
        app: its tokens and secret.
    """

    def __init__(self, client: AsyncWebClient, app: InstalledApp) -> None:
        self._client = client
        self._token = app.bot_token
        self.bolt = AsyncApp(client=client, signing_secret=app.signing_secret)
        self.bolt.command("/fox")(self._command)
        self.bolt.event("reaction_added")(self._picture)
        self.bolt.event("app_mention")(self._mentioned)
        self.bolt.action("rename:1")(self._rename)
        self.bolt.action(re.compile(r"(pick|more):1"))(self._chosen)
        self.bolt.action("select")(self._priced)
        self.bolt.view("rename")(self._renamed)
        self.bolt.view("gather")(self._gathered)
        self.bolt.shortcut("look")(self._looked)

    async def _command(self, ack: Any, body: Json) -> None:
        if body["text"] == "menus":
            await ack(blocks=MENUS, text="Choose")
        elif body["text"] == "form":
            await self._client.views_open(trigger_id=body["trigger_id"], view=LONG_FORM)
            await ack()
        elif body["text"] != "nothing":
            await ack("On it.")
            await self._open_thread(body)

    async def _open_thread(self, body: Json) -> None:
        parent = await self._client.chat_postMessage(
            channel=body["channel_id"],
            text="A fox was asked for",
            metadata={"event_type": "fox", "event_payload": {"id": "1"}},
        )
        reply = {"channel": body["channel_id"], "thread_ts": parent["ts"]}
        await self._client.chat_postMessage(text=f"<@{body['user_id']}>: {body['text']}", **reply)

    async def _picture(self, event: Json) -> None:
        uploaded = await self._client.files_upload_v2(file=PIXEL, filename="fox.png")
        file_id = uploaded["files"][0]["id"]
        await processed(self._client, file_id)
        await self._client.chat_postMessage(
            channel=event["item"]["channel"],
            thread_ts=event["item"]["ts"],
            text="A fox",
            blocks=picture_blocks(file_id),
        )

    async def _mentioned(self, event: Json) -> None:
        files = [file["url_private"] for file in event.get("files", ())]
        sizes = [len(await download(url, self._token)) for url in files]
        thread_ts = event.get("thread_ts", event["ts"])
        await self._client.chat_postMessage(
            channel=event["channel"], thread_ts=thread_ts, text=f"Got {sizes}"
        )

    async def _rename(self, ack: Any, body: Json) -> None:
        await ack()
        where = f"{body['channel']['id']} {body['message']['ts']}"
        view = {**FORM, "private_metadata": where}
        await self._client.views_open(trigger_id=body["trigger_id"], view=view)

    async def _renamed(self, ack: Any, view: Json) -> None:
        name = view["state"]["values"]["name"]["text"]["value"]
        if name == "Rex":
            await ack(response_action="errors", errors={"name": "That is a dog's name."})
            return
        await ack()
        channel, ts = view["private_metadata"].split()
        await self._client.chat_update(channel=channel, ts=ts, text=f"{name} the fox", blocks=[])

    async def _chosen(self, ack: Any, action: Json, respond: Any) -> None:
        await ack()
        options = action.get("selected_options") or [action["selected_option"]]
        said = " and ".join(option["text"]["text"] for option in options)
        await respond(text=f"You chose {said}", replace_original=True)

    async def _priced(self, ack: Any, body: Json, action: Json) -> None:
        await ack()
        name, view = action["selected_option"]["text"]["text"], body["view"]
        price = {"type": "section", "text": {"type": "mrkdwn", "text": f"{name}: $0.04"}}
        redrawn = {**LONG_FORM, "blocks": [*LONG_FORM["blocks"], price]}
        await self._client.views_update(view_id=view["id"], hash=view["hash"], view=redrawn)

    async def _gathered(self, ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        told = {
            "kind": values["kind"]["select"]["selected_option"]["value"],
            "coats": [each["value"] for each in values["coats"]["boxes"]["selected_options"]],
            "when": values["when"]["time"]["selected_date_time"],
            "files": [each["name"] for each in values["files"]["files"]["files"]],
        }
        blocks = [{"type": "section", "text": {"type": "plain_text", "text": json.dumps(told)}}]
        done = {"type": "modal", "title": LONG_FORM["title"], "blocks": blocks}
        await ack(response_action="update", view=done)

    async def _looked(self, ack: Any, shortcut: Json) -> None:
        await ack()
        message = shortcut["message"]
        where = {
            "channel": shortcut["channel"]["id"],
            "thread_ts": message.get("thread_ts", message["ts"]),
        }
        await self._client.chat_postMessage(text=f"Looked at: {message['text']}", **where)


async def download(url: str, token: str) -> bytes:
    """The bytes of a private file."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as response:
        return await response.read()


@asynccontextmanager
async def over_sockets(api_url: str, app: InstalledApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app, connected through Socket Mode; a short ping interval makes it reconnect soon."""
    bolt = Fox(AsyncWebClient(app.bot_token, base_url=api_url), app).bolt
    async with connected(bolt, api_url, app) as handler:
        yield handler


@asynccontextmanager
async def connected(
    bolt: AsyncApp, api_url: str, app: InstalledApp
) -> AsyncIterator[AsyncSocketModeHandler]:
    """Any bolt app, connected so."""
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
    bolt = Fox(AsyncWebClient(app.bot_token, base_url=api_url), app).bolt
    runner = web.AppRunner(bolt.server(port=0, path="/slack/events", host="127.0.0.1").web_app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}/slack/events"
    finally:
        await runner.cleanup()
