"""The web application: all routes behind one guard.

Owns how routes, errors and static files are put together. It must not know what any of them does.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from bot.surfaces.web.api import make_api
from bot.surfaces.web.api.problems import problem
from bot.surfaces.web.batches.acts import BatchActs
from bot.surfaces.web.batches.pages import BatchPages
from bot.surfaces.web.batches.stream import BatchStream
from bot.surfaces.web.chat import Chat
from bot.surfaces.web.drawing import Drawing
from bot.surfaces.web.files import Files
from bot.surfaces.web.guard import Draw, Guard
from bot.surfaces.web.health import Health
from bot.surfaces.web.keyring import Keyring
from bot.surfaces.web.library.acts import Acts
from bot.surfaces.web.library.grid import Grid
from bot.surfaces.web.library.pixels import Pixels
from bot.surfaces.web.live import Live
from bot.surfaces.web.pacing import Paced
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Sessions
from bot.surfaces.web.site import Site
from bot.surfaces.web.spend.view import Spend
from bot.surfaces.web.templating import STATIC, Templates
from core.errors import DeskError, Trouble, UserError
from core.wording import page as words
from core.wording.errors import sentence
from core.wording.refusals import told_at_once

__all__ = ["WebParts", "make_app"]

SLACK_PATH = "/slack/events"


def make_app(parts: WebParts) -> ASGIApp:
    """The application for one running desk.

    Slack's commands come before all that a page needs: a burst of them is not held up by it.
    """
    templates = Templates()
    pages = _make_pages(parts, templates)
    if parts.slack is None:
        return pages
    guard = Middleware(Guard, parts.address, _drawing(templates), signed=True)
    slack = Route(SLACK_PATH, parts.slack, methods=["POST"], middleware=[guard])
    return Starlette(routes=[slack, Mount("/", pages)])


def _make_pages(parts: WebParts, templates: Templates) -> FastAPI:
    sessions = Sessions(parts, templates)
    drawing = Drawing(templates, parts.commands, demo=parts.demo)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for routes in (
        Chat(parts, sessions, drawing, templates),
        Live(parts, sessions, drawing),
        Grid(parts, sessions, drawing, templates),
        Pixels(parts, sessions),
        Spend(parts, sessions, drawing, templates),
        Keyring(parts, sessions, drawing, templates),
        Acts(parts, sessions, templates),
        Files(parts, sessions, templates),
        Site(parts, templates),
        Health(parts),
        sessions,
    ):
        app.include_router(routes.routes())
    if parts.draw_batch:
        stream = BatchStream(parts, sessions, templates, parts.draw_batch)
        for batches in (
            BatchPages(parts, sessions, drawing, templates, parts.draw_batch),
            stream,
            BatchActs(parts, sessions, templates, stream.touched),
        ):
            app.include_router(batches.routes())
    if parts.api:
        app.mount("/api", make_api(parts, parts.api, templates))
    app.mount("/static", _Static(directory=STATIC))
    _answer_errors(app, templates)
    app.add_middleware(Paced)
    app.add_middleware(Guard, address=parts.address, draw=_drawing(templates))
    return app


class _Static(StaticFiles):
    """Files that browsers keep, but ask about each time: an update of the desk counts at once."""

    def file_response(self, *args: Any, **facts: Any) -> Response:
        """As StaticFiles, with that rule."""
        response = super().file_response(*args, **facts)
        response.headers["cache-control"] = "no-cache"
        return response


def _drawing(templates: Templates) -> Draw:
    """The guard's answers: a problem for programs, a page for people."""

    def draw(scope: Scope, status: int, trouble: Trouble | None) -> Response:
        if scope["path"].startswith("/api/"):
            return problem(trouble or Trouble("api_failed"), status)
        return templates.error(status, sentence(trouble) if trouble else "")

    return draw


def _answer_errors(app: FastAPI, templates: Templates) -> None:
    """Every refusal in plain words: as JSON for the page's scripts, as a page for people."""

    def told(request: Request, status: int, said: str) -> Response:
        page = templates.error(status, said)
        if "application/json" not in request.headers.get("accept", ""):
            return page
        return JSONResponse({"error": templates.sentence(status, said)}, status)

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        status = error.status_code
        if request.url.path.startswith("/api/"):  # a line break in a path comes past the mount
            return problem(Trouble("nothing_here"), status)
        own = "" if error.detail == HTTPStatus(status).phrase else error.detail
        return told(request, status, own)

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> Response:  # noqa: ARG001  # the handler's signature
        return told(request, 400, "")

    @app.exception_handler(DeskError)
    async def failed(request: Request, error: DeskError) -> Response:
        status = 400 if isinstance(error, UserError) else 503
        return told(request, status, told_at_once(error.trouble, words.AGAIN))
