"""The least that a server can do: the desk's acknowledgement and its uploads against these.

python -m bench.yardsticks bare PORT    aiohttp, a command's signature checked, nothing else
python -m bench.yardsticks bolt PORT    slack-bolt with an empty handler, served as the desk is
python -m bench.yardsticks form PORT FOLDER
                                        Starlette: a form read, its file copied into a folder
"""

import asyncio
import hashlib
import hmac
import os
import shutil
import sys
from itertools import count
from pathlib import Path
from typing import IO

import uvicorn
from aiohttp import web
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.load import PATH

BACKLOG = 2048


def serve_bare(port: int, secret: str) -> None:
    """Check the signature and say yes."""

    async def answer(request: web.Request) -> web.Response:
        stamp, body = request.headers["X-Slack-Request-Timestamp"], await request.read()
        digest = hmac.new(secret.encode(), b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256)
        given = request.headers["X-Slack-Signature"]
        right = hmac.compare_digest(f"v0={digest.hexdigest()}", given)
        return web.Response(status=200 if right else 401)

    application = web.Application()
    application.add_routes([web.post(PATH, answer)])
    web.run_app(
        application, host="127.0.0.1", port=port, backlog=BACKLOG, access_log=None, print=None
    )


def serve_bolt(port: int, secret: str) -> None:
    """Bolt as the desk sets it up, with a listener that only acknowledges."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="U1", bot_id="B1")

    app = AsyncApp(
        signing_secret=secret,
        authorize=authorize,
        process_before_response=True,
    )

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.command("/generate")(acknowledge)
    handler = AsyncSlackRequestHandler(app)

    async def answer(request: Request) -> Response:
        return await handler.handle(request)

    uvicorn.run(
        Starlette(routes=[Route(PATH, answer, methods=["POST"])]),
        host="127.0.0.1",
        port=port,
        backlog=BACKLOG,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def serve_form(port: int, folder: Path) -> None:
    """Keep each file that comes."""
    folder.mkdir()
    numbers = count()

    def keep(file: IO[bytes]) -> None:
        with (folder / str(next(numbers))).open("wb") as out:
            shutil.copyfileobj(file, out)

    async def answer(request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            assert isinstance(file, UploadFile)  # noqa: S101  # for the type checker
            await asyncio.to_thread(keep, file.file)
        return Response()

    uvicorn.run(
        Starlette(routes=[Route("/form", answer, methods=["POST"])]),
        host="127.0.0.1",
        port=port,
        backlog=BACKLOG,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def main() -> None:
    """Serve until SIGTERM."""
    which, port, *more = sys.argv[1:]
    if which == "form":
        serve_form(int(port), Path(more[0]))
        return
    serve = {"bare": serve_bare, "bolt": serve_bolt}[which]
    serve(int(port), os.environ["SLACK_SIGNING_SECRET"])


if __name__ == "__main__":
    main()
