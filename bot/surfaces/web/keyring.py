"""The keyring on the page: the keys that somebody sees, and the controls that a chat's panel has.

Owns these routes. It must not know what a control does, nor hold a key.
"""

from fastapi import APIRouter, Request, Response

from bot.surfaces.web.chat import gesture_id, told
from bot.surfaces.web.drawing import Drawing
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Sessions
from bot.surfaces.web.templating import Templates
from core.business.keyring import PATH, draw_revocation, draw_trial, require_revocable
from core.chat import Press


class Keyring:
    """Shows the keyring, and takes what is done to it."""

    def __init__(
        self, parts: WebParts, sessions: Sessions, drawing: Drawing, templates: Templates
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._drawing = drawing
        self._templates = templates

    def routes(self) -> APIRouter:
        """Both."""
        router = APIRouter()
        router.get(PATH)(self.open)
        router.post(f"{PATH}/press")(self.press)
        return router

    async def open(self, request: Request, revoke: str = "", trying: str = "") -> Response:
        """The keys, or the question whether the one that `revoke` names is taken away; with what
        came of `trying` one.
        """
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        awaited = False
        async with self._parts.units.read() as uow:
            if revoke:
                panel = draw_revocation(await require_revocable(uow, person.member, revoke))
            else:
                panel, awaited = await draw_trial(uow, person.member, trying)
            facts = await self._drawing.around(uow, person)
        facts |= {"card": panel.card, "awaited": awaited}
        return self._templates.page("keys.html", facts)

    async def press(self, request: Request) -> Response:
        """A button or menu, as if it were used in a chat's panel of the same `key`."""
        person, body = await self._sessions.gesture(request)
        event = Press(
            gesture_id(person, body),
            person.actor,
            person.place(),
            body.get("action"),
            body.get("key"),
            tuple(body.all("value")),
        )
        return told(request, self._templates, await self._parts.inbox.handle(event), PATH)
