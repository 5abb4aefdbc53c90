"""The chat's own routes: reading the channel and its threads, and everything that people do there.

Owns how a gesture in the browser becomes an event for the inbox, and how the reply is told. Each
gesture brings its own id, made by the browser, so that one that was sent twice counts once. It must
not know what commands, controls or forms mean.
"""

import hashlib

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from bot.surfaces.web import uploads
from bot.surfaces.web.content import Content, write_content
from bot.surfaces.web.drawing import Drawing, visible
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import CHANNEL, Person, Sessions
from bot.surfaces.web.surface import SURFACE
from bot.surfaces.web.templating import Templates
from core.chat import (
    Attachment,
    Choices,
    Command,
    Dropped,
    FieldErrors,
    Form,
    MessageRef,
    Nothing,
    Panel,
    Place,
    Press,
    Private,
    Reaction,
    Reply,
    Submission,
    Typing,
)
from core.library.uploading import plain_name
from core.page import Line, LineReaction
from core.review.signals import read_emoji
from core.wording import page as words

MOST_TEXT = 40_000
"""Characters of a line."""


class Chat:
    """Reads and takes what people do on the page."""

    def __init__(
        self, parts: WebParts, sessions: Sessions, drawing: Drawing, templates: Templates
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._drawing = drawing
        self._templates = templates

    def routes(self) -> APIRouter:
        """Everything that needs a session."""
        router = APIRouter()
        router.get("/")(self.open)
        router.get("/threads")(self.list_threads)
        router.get("/threads/{thread_id}")(self.open_thread)
        router.get("/earlier")(self.open_earlier)
        router.get("/complete")(self.complete)
        router.post("/say")(self.say)
        router.post("/press")(self.press)
        router.post("/submit")(self.submit)
        router.post("/react")(self.react)
        return router

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    async def open(self, request: Request, thread: str = "") -> Response:
        """The whole page; in a demo, the local person is signed in on the way."""
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        async with self._parts.units.read() as uow:
            seen = await self._drawing.channel(uow, person, thread)
        if thread and seen.root is None:
            raise HTTPException(404)
        client = self._drawing.client_facts(person, seen.seq)
        facts = {"person": person, "seen": seen, "client": client, "demo": self._parts.demo}
        return self._templates.page("desk.html", facts)

    async def list_threads(self, request: Request) -> Response:
        """The side bar's threads, as a fragment."""
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            threads = await self._drawing.newest_threads(uow, person)
        return self._templates.page("threads.html", {"threads": threads})

    async def open_thread(self, request: Request, thread_id: str) -> Response:
        """A thread, as a fragment."""
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            root, replies = await self._drawing.thread(uow, person, thread_id)
        if root is None:
            raise HTTPException(404)
        facts = {"root": root, "replies": replies, "person": person}
        return self._templates.page("thread.html", facts)

    async def open_earlier(self, request: Request, before: str) -> Response:
        """The channel's lines before one of them, as a fragment."""
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            line = await uow.lines.get(before)
            if line is None or line.business_id != person.business.id:
                raise HTTPException(404)
            views, earlier = await self._drawing.earlier(uow, person, line)
        return self._templates.page("earlier.html", {"views": views, "earlier": earlier})

    async def complete(
        self, request: Request, command: str, option: str, text: str = ""
    ) -> Response:
        """Proposals for a command's option that is being typed."""
        person = await self._sessions.require(request)
        typing = Typing(person.actor, person.place(), command, option, text[:100])
        reply = await self._parts.inbox.handle(typing)
        options = reply.options if isinstance(reply, Choices) else ()
        return JSONResponse([{"value": one.value, "label": one.label} for one in options])

    # ── what people do ───────────────────────────────────────────────────────────────────────────

    async def say(self, request: Request) -> Response:
        """A line: a command where it begins with a slash, else words; with files or without."""
        await self._sessions.require(request)  # before a stranger's body is read
        body = await uploads.read_body(request)
        try:
            person = await self._sessions.require_writing(request, body.get("csrf"))
            place = await self._place(person, body.get("thread"))
            text = body.get("text").strip()
            event_id = gesture_id(person, body)
            if len(text) > MOST_TEXT and (body.files or not text.startswith("/")):
                raise HTTPException(400, words.TOO_LONG.format(most=MOST_TEXT))
            files = await self._keep(event_id, body)
        finally:
            body.close()
        if files or (text and not text.startswith("/")):
            await self._write(person, place, text, files, event_id)
        reply = await self._hear(person, place, text, files, event_id)
        if isinstance(reply, Private):
            await self._tell(person, place, reply, event_id)
        return self._told(request, reply, place)

    async def press(self, request: Request) -> Response:
        """A button, or a menu with its whole new choice."""
        person, body = await self._sessions.gesture(request)
        line = await self._line(person, body.get("line"))
        place = person.place(line.thread or line.id)
        event = Press(
            gesture_id(person, body),
            person.actor,
            place,
            body.get("action"),
            line.key or "",
            tuple(body.all("value")),
        )
        return self._told(request, await self._parts.inbox.handle(event), place)

    async def submit(self, request: Request) -> Response:
        """A form; what is wrong is told at its field, and nothing that was typed is lost."""
        await self._sessions.require(request)  # before a stranger's body is read
        body = await uploads.read_body(request)
        try:
            person = await self._sessions.require_writing(request, body.get("csrf"))
            place = await self._place(person, body.get("thread"))
            event_id = gesture_id(person, body)
            files = await self._keep(event_id, body)
        finally:
            body.close()
        given = {
            name.removeprefix("field:"): "\n".join(body.all(name))
            for name, _ in body.fields
            if name.startswith("field:")
        }
        key = body.get("key")
        event = Submission(event_id, person.actor, place, key, given, attachments=files)
        return self._told(request, await self._parts.inbox.handle(event), place)

    async def react(self, request: Request) -> Response:
        """An emoji put on a line (`added` is "yes") or taken off; unknown ones mean nothing."""
        person, body = await self._sessions.gesture(request)
        line = await self._line(person, body.get("line"))
        emoji, added = body.get("emoji"), body.get("added") == "yes"
        if read_emoji(emoji) is None:
            raise HTTPException(400)
        user = person.member.user
        async with self._parts.units.write() as uow:
            if added:
                given = LineReaction(line.id, user, person.member.name, emoji, uow.now)
                changed = await uow.lines.react(given)
            else:
                changed = await uow.lines.unreact(line.id, user, emoji)
            standing = await uow.lines.get(line.id)
            if changed and standing:
                await uow.lines.touch(standing)
        place = person.place(line.thread or line.id)
        message = MessageRef(SURFACE, line.channel, line.id)
        event = Reaction(gesture_id(person, body), person.actor, place, message, emoji, added)
        return self._told(request, await self._parts.inbox.handle(event), place)

    # ── between the two ──────────────────────────────────────────────────────────────────────────

    async def _keep(self, event_id: str, body: uploads.Body) -> tuple[Attachment, ...]:
        blobs = self._parts.blobs
        return tuple(
            [
                await uploads.keep(blobs, file, f"{event_id}:{number}")
                for number, file in enumerate(body.files)
            ]
        )

    async def _hear(
        self,
        person: Person,
        place: Place,
        text: str,
        files: tuple[Attachment, ...],
        event_id: str,
    ) -> Reply | None:
        inbox = self._parts.inbox
        if text.startswith("/"):
            name, *rest = text[1:].split(None, 1) or [""]
            return await inbox.handle(
                Command(event_id, person.actor, place, name, "".join(rest), attachments=files)
            )
        if files:
            return await inbox.handle(Dropped(event_id, person.actor, place, files, text))
        return None

    async def _write(
        self,
        person: Person,
        place: Place,
        text: str,
        files: tuple[Attachment, ...],
        event_id: str,
    ) -> None:
        key = _line_key(event_id, "said")
        async with self._parts.units.write() as uow:
            if await uow.lines.by_key(key):
                return
            line = Line(
                business_id=person.business.id,
                channel=place.channel,
                thread=place.thread or "",
                author=person.member.user,
                author_name=person.member.name,
                text=text,
                created_at=uow.now,
                key=key,
            )
            if files:
                names = tuple(plain_name(one.filename) for one in files)
                write_content(line, Content(uploads=names))
            await uow.lines.add(line)

    async def _tell(self, person: Person, place: Place, text: Private, event_id: str) -> None:
        await self._parts.page.tell(
            place, person.member.user, text, key=_line_key(event_id, "told")
        )

    async def _place(self, person: Person, thread_id: str) -> Place:
        if thread_id:
            root = await self._line(person, thread_id)
            if root.thread:
                raise HTTPException(404)
        return person.place(thread_id)

    async def _line(self, person: Person, line_id: str) -> Line:
        async with self._parts.units.read() as uow:
            line = await uow.lines.get(line_id)
        if line is None or line.channel != CHANNEL or not visible(line, person):
            raise HTTPException(404)
        return line

    def _told(self, request: Request, reply: Reply | None, place: Place) -> Response:
        where = f"/?thread={place.thread}" if place.thread else "/"
        return told(request, self._templates, reply, where, place.thread or "")


def told(
    request: Request, templates: Templates, reply: Reply | None, where: str, thread: str = ""
) -> Response:
    """The reply for the browser's scripts; without them, the page at `where` as it is now. A form
    belongs to the thread in which it was asked for.
    """
    if "application/json" not in request.headers.get("accept", ""):
        path = reply.path if isinstance(reply, Panel | Nothing) else ""
        return RedirectResponse(path or where, 303)
    match reply:
        case Form():
            facts = {"form": reply, "thread": thread}
            return JSONResponse({"form": templates.draw("form.html", facts)})
        case FieldErrors():
            return JSONResponse({"errors": reply.errors})
        case Private():
            links = [{"label": link.label, "url": link.url} for link in reply.links]
            return JSONResponse({"said": reply.text, "links": links})
        case Panel() | Nothing() if reply.path:
            return JSONResponse({"path": reply.path})
    return JSONResponse({})


def gesture_id(person: Person, body: uploads.Body) -> str:
    """The browser's id of a gesture; nobody can speak of another person's."""
    given = body.get("id")
    if not given.isalnum() or len(given) > 64:  # noqa: PLR2004  # twice what our own scripts send
        raise HTTPException(400)
    return f"{person.member.id}:{given}"


def _line_key(event_id: str, purpose: str) -> str:
    return hashlib.sha256(f"{purpose}:{event_id}".encode()).hexdigest()[:32]
