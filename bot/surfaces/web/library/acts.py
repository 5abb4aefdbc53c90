"""What people do to images: describe, star, tag, delete, save, put into a post.

Owns how such a gesture is read and answered, for scripts as JSON and without them as a page. Each
may be repeated, so a gesture whose answer was lost is simply sent again. It must not know what a
deletion or a post means.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse

from bot.surfaces.web import uploads
from bot.surfaces.web.chat import gesture_id, told
from bot.surfaces.web.library.archive import pack
from bot.surfaces.web.library.asking import HOME
from bot.surfaces.web.library.dooming import Verdicts, foresee, remove_all
from bot.surfaces.web.library.shelf import tiles
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Person, Sessions
from bot.surfaces.web.templating import Templates
from core.chat import Press
from core.errors import UserError
from core.library.browsing import begin, pick
from core.library.describing import Words, describe, read_tags
from core.library.images import Image, star, unstar
from core.storing import UnitOfWork
from core.wording import page as words
from core.wording.errors import sentence

MOST_AT_ONCE = 500
"""Images that one gesture is about."""

USE = "use"
"""What the control of a library panel is called that opens a post's form."""

FIELDS = {
    "title_long": "title",
    "description_long": "description",
    "alt_long": "alt_text",
    "tag_long": "tags",
    "tags_many": "tags",
}
"""At which field a reason is shown."""


class Acts:
    """Takes what people do in the library."""

    def __init__(self, parts: WebParts, sessions: Sessions, templates: Templates) -> None:
        self._parts = parts
        self._sessions = sessions
        self._templates = templates

    def routes(self) -> APIRouter:
        """All of them."""
        router = APIRouter()
        router.post("/library/tag")(self.tag)
        router.post("/library/delete")(self.delete)
        router.post("/library/save")(self.save)
        router.post("/library/use")(self.use)
        router.post("/library/{image_id:int}")(self.describe)
        router.post("/library/{image_id:int}/star")(self.star)
        return router

    async def describe(self, request: Request, image_id: int) -> Response:
        """Give an image a person's own words; what is wrong is told at its field."""
        person, body = await self._sessions.gesture(request)
        given = Words(
            body.get("title"), body.get("description"), read_tags(body.get("tags")), body.get("alt")
        )
        try:
            async with self._parts.units.write() as uow:
                image = await uow.images.of_business(person.business.id, image_id)
                if image is None:
                    raise HTTPException(404)
                await describe(uow, image, person.member, given)
        except UserError as error:
            if error.code not in FIELDS or not _by_script(request):
                raise
            return JSONResponse({"errors": {FIELDS[error.code]: sentence(error.trouble)}})
        return _done(request, f"{HOME}/{image_id}", {"said": words.SAVED})

    async def star(self, request: Request, image_id: int) -> Response:
        """Make it a favourite (`added` is "yes"), or no more."""
        person, body = await self._sessions.gesture(request)
        async with self._parts.units.write() as uow:
            if await uow.images.of_business(person.business.id, image_id) is None:
                raise HTTPException(404)
            change = star if body.get("added") == "yes" else unstar
            await change(uow, image_id, person.member.id)
        return _done(request, f"{HOME}/{image_id}", {})

    async def tag(self, request: Request) -> Response:
        """Give several images tags, or take them (`how` is "remove")."""
        person, body = await self._sessions.gesture(request)
        named = read_tags(body.get("tags"))
        if not named:
            return JSONResponse({"errors": {"tags": words.TAGS_NONE}})
        change = _without if body.get("how") == "remove" else _with

        async def retag(uow: UnitOfWork, image: Image) -> None:
            await uow.images.lock(image.id)  # or what somebody else adds meanwhile were lost
            given = Words(tags=change(image.tags, named))
            await describe(uow, image, person.member, given)

        done, left = await self._each(person, body, retag)
        said = "\n".join([words.tagged(done), *left] if done else left)
        return _done(request, HOME, {"said": said, "done": bool(done)})

    async def delete(self, request: Request) -> Response:
        """Delete images: first (without `sure`) the posts that use them are named."""
        person, body = await self._sessions.gesture(request)
        images = await self._images(person, body)
        if body.get("sure") != "yes":
            async with self._parts.units.read() as uow:
                dooms = await foresee(uow, person.member, await tiles(uow, person, images))
            facts = {"dooms": dooms, "person": person}
            if _by_script(request):
                return JSONResponse({"form": self._templates.draw("removal.html", facts)})
            return self._templates.page("remove.html", facts)
        known = frozenset(_numbers(body.get("used")))
        async with self._parts.units.write() as uow:
            verdicts = await remove_all(uow, person.member, images, known)
        gone = [one for one in _asked(body) if one not in verdicts.left]
        return _done(request, HOME, {"gone": gone, "said": _tell(verdicts)})

    async def save(self, request: Request) -> Response:
        """The originals of several images as a zip."""
        person, body = await self._sessions.gesture(request)
        images = await self._images(person, body)
        if not images:
            raise HTTPException(404)
        name = f"{_date(self._parts.clock.now())}.zip"
        return StreamingResponse(
            pack(self._parts.blobs, images),
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="library-{name}"'},
        )

    async def use(self, request: Request) -> Response:
        """The form of a post with these images; as in a chat, they are picked and then used."""
        person, body = await self._sessions.gesture(request)
        async with self._parts.units.write() as uow:
            browsing = await begin(uow, person.member, {})
            await pick(uow, browsing, [str(one) for one in _asked(body)])
        place, event_id = person.place(), gesture_id(person, body)
        event = Press(event_id, person.actor, place, USE, browsing.id)
        return told(request, self._templates, await self._parts.inbox.handle(event), "/")

    # ── between the two ──────────────────────────────────────────────────────────────────────────

    async def _images(self, person: Person, body: uploads.Body) -> list[Image]:
        """The images that were named and are there, in the order of their naming."""
        async with self._parts.units.read() as uow:
            found = [await uow.images.of_business(person.business.id, one) for one in _asked(body)]
        return [image for image in found if image]

    async def _each(
        self,
        person: Person,
        body: uploads.Body,
        change: Callable[[UnitOfWork, Image], Awaitable[None]],
    ) -> tuple[int, list[str]]:
        """How many of the named images were changed, and why others were not."""
        done, left = 0, dict[str, None]()
        async with self._parts.units.write() as uow:
            for image_id in sorted(_asked(body)):  # in one order everywhere, or two might deadlock
                image = await uow.images.of_business(person.business.id, image_id)
                try:
                    if image:
                        await change(uow, image)
                        done += 1
                except UserError as error:
                    left[sentence(error.trouble)] = None
        return done, list(left)


def _asked(body: uploads.Body) -> list[int]:
    return list(dict.fromkeys(_numbers(" ".join([*body.all("image"), body.get("images")]))))


def _numbers(text: str) -> list[int]:
    numbers = [int(one) for one in text.split() if one.isdigit() and len(one) < 18]  # noqa: PLR2004  # what a 64-bit number holds
    if len(numbers) > MOST_AT_ONCE:
        raise HTTPException(413, words.TOO_MANY_IMAGES.format(most=MOST_AT_ONCE))
    return numbers


def _with(tags: list[str], more: list[str]) -> list[str]:
    return [*_without(tags, more), *more]


def _without(tags: list[str], fewer: list[str]) -> list[str]:
    gone = {tag.casefold() for tag in fewer}
    return [tag for tag in tags if tag.casefold() not in gone]


def _tell(verdicts: Verdicts) -> str:
    return "\n".join([words.deleted(verdicts.gone), *verdicts.reasons])


def _date(now: datetime) -> str:
    return now.strftime("%Y-%m-%d")


def _by_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _done(request: Request, where: str, facts: dict[str, object]) -> Response:
    return JSONResponse(facts) if _by_script(request) else RedirectResponse(where, 303)
