"""The least that a server can do with a signed command: the desk's acknowledgement against these.

python -m bench.yardsticks bare PORT    aiohttp, the signature checked, nothing else
python -m bench.yardsticks bolt PORT    slack-bolt with an empty handler, served as the desk is
"""

import hashlib
import hmac
import os
import sys

import uvicorn
from aiohttp import web
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
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


def main() -> None:
    """Serve until SIGTERM."""
    which, port = sys.argv[1:]
    serve = {"bare": serve_bare, "bolt": serve_bolt}[which]
    serve(int(port), os.environ["SLACK_SIGNING_SECRET"])


if __name__ == "__main__":
    main()
