"""The HTTP side of the pretended Slack: API calls, uploads, downloads, response URLs.

It owns tokens, decoding and the planned faults. It must not know what a method does.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from .faults import Fault
from .hub import Hub
from .methods import METHODS
from .methods.chat import check_content, remove, speak, whisper
from .methods.files import readable, take_bytes
from .workspace import (
    RESPONSE_URL_SECONDS,
    RESPONSE_URL_USES,
    Json,
    Message,
    Refusal,
    ResponseUrl,
)

FOR_RESPONSE_URLS: Final = frozenset(
    {
        "attachments",
        "blocks",
        "delete_original",
        "metadata",
        "mrkdwn",
        "replace_original",
        "response_type",
        "text",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
    }
)
LOGIN_PAGE: Final = "<!DOCTYPE html><html><title>Sign in to Slack</title></html>"


class Endpoint:
    """The routes.

    Args:
        hub: what they act on.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def application(self) -> web.Application:
        """All routes, ready to be served; uploads of any size are taken."""
        application = web.Application(client_max_size=2**30)
        application.add_routes(
            [
                web.route("*", "/api/{method}", self.api),
                web.get("/link", self._hub.sockets.link),
                web.post("/upload/v1/{file}", self.upload),
                web.put("/upload/v1/{file}", self.upload),
                web.get("/files-pri/{key}/{name}", self.download),
                web.post("/hooks/{key}", self.respond),
            ]
        )
        return application

    async def api(self, request: web.Request) -> web.StreamResponse:
        """One Web API call."""
        name = request.match_info["method"]
        values = await _arguments(request)
        return await self._guarded(request, name, lambda: self._call(request, name, values))

    async def _guarded(self, request: web.Request, name: str, work: Any) -> web.StreamResponse:
        """Carry out a request with its latency, its planned fault, and refusals made answers."""
        hub = self._hub
        await asyncio.sleep(hub.faults.delay)
        hub.calls[name] += 1
        fault = hub.faults.take(name)
        if fault is not None and fault.kind == "answer":
            hub.workspace.changed()
            return _answered(fault)
        try:
            if fault is not None and fault.kind == "drop_before":
                return _cut(request)
            response = _json({"ok": True, **work()}, hub)
        except Refusal as refusal:
            response = _refused(refusal, hub)
        except Exception as error:
            hub.crashes.append(error)  # this server's own mistake: the test must fail of it
            hub.workspace.changed()
            raise
        hub.workspace.changed()
        return _cut(request) if fault is not None else response

    def _call(self, request: web.Request, name: str, values: Mapping[str, Any]) -> Json:
        hub = self._hub
        self._check_token(request, name, values)
        method = METHODS.get(name)
        if method is None:
            raise hub.judge.refuse(name, "unknown_method", "the local Slack has no such method")
        return method.call(hub, values)

    def _check_token(self, request: web.Request, name: str, values: Mapping[str, Any]) -> None:
        app = self._hub.app
        token = _bearer(request) or str(values.get("token") or "")
        wanted = app.app_token if name.startswith("apps.") else app.bot_token
        if not token:
            raise Refusal("not_authed")
        if token != wanted:
            known = token in {app.app_token, app.bot_token}
            raise Refusal("not_allowed_token_type" if known else "invalid_auth")

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of one file, raw or as the first part of a form."""
        content = await request.read()
        if request.content_type == "multipart/form-data":
            fields = list((await request.post()).values())
            content = fields[0].file.read() if isinstance(fields[0], web.FileField) else b""
        file_id = request.match_info["file"]

        def keep() -> Json:
            take_bytes(self._hub, file_id, content)
            return {}

        response = await self._guarded(request, "files.upload", keep)
        if not isinstance(response, web.Response) or response.status != 200:
            return response
        taken = json.loads(response.text or "{}").get("ok")
        if taken:
            return web.Response(text=f"OK - {len(content)}")
        return web.Response(status=400, text=f"{response.text}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A private file; without the token Slack shows its sign-in page, with status 200."""
        hub = self._hub
        await asyncio.sleep(hub.faults.delay)
        hub.calls["files.download"] += 1
        fault = hub.faults.take("files.download")
        if fault is not None:
            return _answered(fault) if fault.kind == "answer" else _cut(request)
        if _bearer(request) != hub.app.bot_token or "files:read" not in hub.app.scopes:
            hub.judge.object("file download", "without the bot token, or without files:read")
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        try:
            file = readable(hub, request.match_info["key"].partition("-")[2])
        except Refusal:
            return web.Response(status=404, text="not found")
        return web.Response(body=file.content, content_type=file.mimetype)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """A message through a response URL."""
        content: Json = json.loads(await request.text())
        key = request.match_info["key"]

        def answer() -> Json:
            self._use(key, content)
            return {}

        response = await self._guarded(request, "response_url", answer)
        if isinstance(response, web.Response) and response.status == 200:
            body = json.loads(response.text or "{}")
            if body.get("ok"):
                return web.Response(text="ok")
            gone = body["error"] in {"used_url", "expired_url"}
            return web.json_response(body, status=404 if gone else 400)
        return response

    def _use(self, key: str, content: Json) -> None:
        hub = self._hub
        hook = hub.workspace.response_urls.get(key)
        if hook is None or hub.workspace.now() - hook.issued > RESPONSE_URL_SECONDS:
            raise Refusal("expired_url")
        if hook.uses >= RESPONSE_URL_USES:
            raise Refusal("used_url")
        content = {name: value for name, value in content.items() if value is not None}
        if content.keys() - FOR_RESPONSE_URLS:
            hub.judge.object("response_url", f"takes no {content.keys() - FOR_RESPONSE_URLS}")
        hook.uses += 1
        original = self._original(hook)
        if content.get("delete_original") and original is not None:
            self._forget(original)
        elif content.get("replace_original") and original is not None:
            text = content.get("text") or ""
            original.blocks = check_content(hub, "response_url", text, content.get("blocks"), None)
            original.text = text
            original.edits += 1
        else:
            post_content(hub, "response_url", hook.channel, hook.user, content)
        hub.workspace.changed()

    def _original(self, hook: ResponseUrl) -> Message | None:
        space = self._hub.workspace
        found = [*space.ephemerals, *space.channels[hook.channel].messages.values()]
        return next((each for each in found if each.ts == hook.message_ts), None)

    def _forget(self, original: Message) -> None:
        if original.only_for is not None:
            self._hub.workspace.ephemerals.remove(original)
        else:
            remove(self._hub, original)


def post_content(hub: Hub, where: str, channel: str, user: str, content: Json) -> Message:
    """Post what an acknowledgement or response URL carries: to all, or to the one person."""
    if content.get("response_type") == "in_channel":
        return speak(hub, where, channel, content)
    return whisper(hub, where, channel, user, content)


async def _arguments(request: web.Request) -> dict[str, Any]:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        values |= await request.json()
    elif request.method == "POST":
        values |= dict(await request.post())
    return values


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


def _json(answer: Json, hub: Hub) -> web.Response:
    scopes = ",".join(sorted(hub.app.scopes))
    return web.json_response(answer, headers={"X-OAuth-Scopes": scopes})


def _refused(refusal: Refusal, hub: Hub) -> web.Response:
    facts = dict(refusal.facts)
    response = _json({"ok": False, "error": refusal.error, **facts}, hub)
    if refusal.error == "ratelimited":
        response.set_status(429)
        response.headers["Retry-After"] = str(facts["retry_after"])
    return response


def _answered(fault: Fault) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.error is None:
        return web.Response(status=fault.status, text="upstream is unwell", headers=headers)
    body = {"ok": False, "error": fault.error}
    return web.json_response(body, status=fault.status, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
