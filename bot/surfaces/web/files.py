"""Files: those of cards and lines for the people who may see them, and signed links for all others.

Owns how bytes leave the desk: their type, whether they are shown or saved, and that nothing in them
can act as a page. It must not know how a link is signed.
"""

from pathlib import PurePosixPath
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request, Response

from bot.surfaces.web.content import digest, read_content
from bot.surfaces.web.drawing import visible
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Sessions
from bot.surfaces.web.templating import Templates
from core.chat import File
from core.page import Line
from core.wording import page as words

TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".zip": "application/zip",
}

SAFE = {
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
}

FOR_A_DAY = {"cache-control": "private, max-age=86400, immutable"}


class Files:
    """Serves bytes."""

    def __init__(self, parts: WebParts, sessions: Sessions, templates: Templates) -> None:
        self._parts = parts
        self._sessions = sessions
        self._templates = templates

    def routes(self) -> APIRouter:
        """Files of lines, and signed media."""
        router = APIRouter()
        router.get("/files/{line_id}/{name}/{filename}")(self.of_line)
        router.api_route("/media/{key:path}", methods=["GET", "HEAD"])(self.media)
        return router

    async def of_line(self, request: Request, line_id: str, name: str) -> Response:
        """A file that stands on a line, for whoever may see that line."""
        person = await self._sessions.require(request)
        async with self._parts.units.read() as uow:
            line = await uow.lines.get(line_id)
        file = _file(line, name) if line and visible(line, person) else None
        if file is None:
            raise HTTPException(404)
        try:
            data = await self._parts.load(file)
        except FileNotFoundError as error:
            raise HTTPException(404) from error
        shown = file.mime_type.startswith("image/")
        return answer(data, file.filename, shown=shown, headers=FOR_A_DAY)

    async def media(self, key: str, expires: int = 0, name: str = "", sig: str = "") -> Response:
        """What a signed link stands for, until it expires: then, or where it was changed, 403."""
        check = self._parts.check_media
        if check is None:
            raise HTTPException(404)
        if not check(key, expires, name, sig):
            raise HTTPException(403, words.EXPIRED_MEDIA)
        try:
            data = await self._parts.blobs.get(key)
        except FileNotFoundError as error:
            raise HTTPException(404) from error
        left = max(expires - int(self._parts.clock.now().timestamp()), 0)
        headers = {
            "cache-control": f"private, max-age={left}",
            "cross-origin-resource-policy": "cross-origin",
        }
        return answer(data, name or PurePosixPath(key).name, shown=not name, headers=headers)


def answer(data: bytes, filename: str, *, shown: bool, headers: dict[str, str]) -> Response:
    """Bytes as an answer; what is not known to be harmless is only ever saved."""
    kind = TYPES.get(PurePosixPath(filename).suffix.lower())
    how = "inline" if shown and kind else "attachment"
    return Response(
        data,
        media_type=kind or "application/octet-stream",
        headers={
            **SAFE,
            **headers,
            "content-disposition": f"{how}; filename*=UTF-8''{quote(filename, safe='')}",
        },
    )


def _file(line: Line, name: str) -> File | None:
    card = read_content(line).card
    for file in (*card.pictures, *card.files) if card else ():
        if digest(file.id) == name:
            return file
    return None
