"""The HTTP API: the library, making and publishing, for programs with a token.

Owns how its routes become one application, mounted at `/api`, with a description at `/api/docs`. It
must not know the page's sessions, nor open anything: what it needs is handed in.

To add a route: its shapes stand in `shapes` or `post_shapes`, its function in the module of its
noun, which names the scope that it needs; every refusal is a reason code (`problems` gives it a
status).
"""

from fastapi import FastAPI, Request, Response

from bot.surfaces.web.api.access import PER_MINUTE, Gate
from bot.surfaces.web.api.bounds import Bounded
from bot.surfaces.web.api.describing import describe
from bot.surfaces.web.api.images import ImageRoutes
from bot.surfaces.web.api.making import MakingRoutes
from bot.surfaces.web.api.problems import DOCUMENTED, answer_problems
from bot.surfaces.web.api.publishing import PublishingRoutes
from bot.surfaces.web.api.uploading import UploadRoutes
from bot.surfaces.web.parts import ApiParts, WebParts
from bot.surfaces.web.templating import Templates
from core.wording import api as words

__all__ = ["make_api"]


def make_api(parts: WebParts, api: ApiParts, templates: Templates) -> FastAPI:
    """The application to mount at `/api`."""
    told = words.ABOUT.format(limit=PER_MINUTE)
    app = FastAPI(
        title=words.TITLE,
        description=told,
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,  # Swagger's page would load its scripts from elsewhere
        redoc_url=None,
        responses=DOCUMENTED,
    )
    gate = Gate(parts, api)
    # Uploading and making come first: "upload" is no image's id.
    for routes in (
        UploadRoutes(parts, api, gate),
        MakingRoutes(parts, api, gate),
        PublishingRoutes(parts, api, gate),
    ):
        app.include_router(routes.routes(), prefix="/v1")
    app.include_router(ImageRoutes(parts, gate).routes(), prefix="/v1")
    answer_problems(app)
    app.add_middleware(Bounded)
    app.middleware("http")(gate.tell_limits)

    async def docs(request: Request) -> Response:  # noqa: ARG001  # Starlette's signature
        groups = describe(app.openapi(), "/api")
        facts = {"groups": groups, "about": told, "told": words, "address": parts.address}
        return templates.page("api.html", facts)

    app.add_route("/docs", docs)
    return app
