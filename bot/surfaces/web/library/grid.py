"""Reading the library: the grid, its parts while one searches and scrolls, and single images.

Owns these routes. It changes nothing.
"""

from fastapi import APIRouter, HTTPException, Request, Response

from bot.surfaces.web.drawing import Drawing
from bot.surfaces.web.library import shelf
from bot.surfaces.web.library.asking import address, read_query
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Sessions
from bot.surfaces.web.templating import Templates

FOLDED = frozenset({"tag", "person", "provider", "from", "to"})
"""What stands behind "More filters", which is open where one of these is asked."""


class Grid:
    """Shows the library."""

    def __init__(
        self, parts: WebParts, sessions: Sessions, drawing: Drawing, templates: Templates
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._drawing = drawing
        self._templates = templates

    def routes(self) -> APIRouter:
        """The grid, and each image."""
        router = APIRouter()
        router.get("/library")(self.open)
        router.get("/library/answers")(self.answers)
        router.get("/library/choices")(self.choices)
        router.get("/library/{image_id:int}")(self.show)
        return router

    async def open(self, request: Request) -> Response:
        """The whole page, answering what its address asks."""
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        asked = read_query(request.query_params)
        async with self._parts.units.read() as uow:
            answers = await shelf.answer(uow, person, asked)
            choices = await shelf.choices(uow, person, asked)
            facts = await self._drawing.around(uow, person)
        facts |= {
            "answers": answers,
            "choices": choices,
            "asked": asked,
            "unfolded": bool(asked.keys() & FOLDED),
        }
        return self._templates.page("library.html", facts, 400 if answers.problem else 200)

    async def answers(self, request: Request) -> Response:
        """Only the answers, as a fragment, with the address of the whole page in a header."""
        person = await self._sessions.require(request)
        asked = read_query(request.query_params)
        async with self._parts.units.read() as uow:
            found = await shelf.answer(uow, person, asked)
        response = self._templates.page("answers.html", {"answers": found})
        response.headers["content-location"] = address(asked)
        return response

    async def choices(self, request: Request) -> Response:
        """What can be chosen behind "More filters" by now, as a fragment."""
        person = await self._sessions.require(request)
        asked = read_query(request.query_params)
        async with self._parts.units.read() as uow:
            offered = await shelf.choices(uow, person, asked)
        return self._templates.page("narrowers.html", {"choices": offered, "asked": asked})

    async def show(self, request: Request, image_id: int) -> Response:
        """An image with its passport."""
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        async with self._parts.units.read() as uow:
            image = await uow.images.of_business(person.business.id, image_id)
            if image is None:
                raise HTTPException(404)
            whole = await shelf.look_at(uow, person, image)
            facts = await self._drawing.around(uow, person)
        return self._templates.page("image.html", {**facts, "whole": whole})
