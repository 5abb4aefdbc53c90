"""Who sits before the browser: the session cookie, signing in by a one-time link, signing out.

Owns the cookie's form and the token that every form of a session carries. A member of Slack or
Discord who signs in stays that member: only the place is the page. It must not know what people do.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from bot.surfaces.web.guard import is_local
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.surface import SURFACE
from bot.surfaces.web.templating import Templates
from bot.surfaces.web.uploads import Body, read_body
from core.business.admission import admit
from core.business.members import Business, Member
from core.chat import Actor, Place
from core.page import SignIn
from core.storing import UnitOfWork
from core.wording import page as words

COOKIE = "imagedesk"
LIFETIME = timedelta(days=30)
WANTED = "imagedesk-wanted"
WANTING = timedelta(minutes=30)
"""How long it is known which page somebody wanted who was not signed in."""

LONGEST_COOKIE = 3000
"""Browsers keep 4,096 bytes, name and attributes among them (RFC 6265 §6.1)."""

CHANNEL = "general"
LOCAL = Actor(id="local", name="You", is_admin=True)
LOCAL_PLACE = Place(surface=SURFACE, team="local", team_name="Image Desk demo", channel=CHANNEL)


@dataclass(frozen=True)
class Person:
    """A signed-in member with their business; `csrf` must come with whatever they post."""

    member: Member
    business: Business
    csrf: str

    @property
    def actor(self) -> Actor:
        """The same, as the neutral chat knows people."""
        return Actor(self.member.user, self.member.name, self.member.admin)

    def place(self, thread: str = "") -> Place:
        """Where they speak: the channel, or one of its threads by its root line's id."""
        team = team_of(self.business.id)
        return Place(SURFACE, team, self.business.name, CHANNEL, thread or None)


def team_of(business_id: int) -> str:
    """The page's team that speaks for a business."""
    return f"b{business_id}"


class Sessions:
    """Reads and makes sessions."""

    def __init__(self, parts: WebParts, templates: Templates) -> None:
        self._parts = parts
        self._templates = templates
        self._secure = parts.address.startswith("https:")

    def routes(self) -> APIRouter:
        """Signing in and out."""
        router = APIRouter()
        router.get("/sign-in/{token}")(self.offer)
        router.post("/sign-in/{token}")(self.sign_in)
        router.post("/sign-out")(self.sign_out)
        return router

    async def person(self, request: Request) -> Person | None:
        """Who sent this, None where nobody is signed in."""
        cookie = request.cookies.get(COOKIE, "")
        signed, _, signature = cookie.rpartition(".")
        signer = self._parts.signer
        if not signer.verify(signed, signature, "session"):
            return None
        member_id, _, rest = signed.partition(".")
        expires, _, sign_outs = rest.partition(".")
        if int(expires) <= self._now():
            return None
        async with self._parts.units.read() as uow:
            member = await uow.members.get(member_id)
            business = await uow.businesses.get(member.business_id) if member else None
        if member is None or business is None or str(member.sign_outs) != sign_outs:
            return None
        return Person(member, business, signer.sign(cookie, "csrf"))

    async def welcome(self, request: Request) -> Person | Response:
        """Who wants to see a whole page; for nobody the answer: in a demo, the local person is
        signed in on the way, and all others read how one signs in.
        """
        person = await self.person(request)
        if person:
            return person
        here = f"{request.url.path}?{request.url.query}".rstrip("?")
        response: Response = RedirectResponse(here, 303)
        if not await self.greet(request, response):
            response = self._templates.error(401)
            self._remember(response, here)
        return response

    async def require(self, request: Request) -> Person:
        """Who sent this. Raises 401."""
        person = await self.person(request)
        if person is None:
            raise HTTPException(401)
        return person

    async def require_writing(self, request: Request, token: str) -> Person:
        """Who sent this, from one of our own pages: `token` is the form field where the header
        cannot be set. Raises 401, 403.
        """
        person = await self.require(request)
        given = request.headers.get("x-csrf-token") or token
        if not self._parts.signer.verify(request.cookies[COOKIE], given, "csrf"):
            raise HTTPException(403, words.OLD_PAGE)
        return person

    async def gesture(self, request: Request) -> tuple[Person, Body]:
        """Who sent a form without files, and what it holds. Raises as `require_writing`."""
        await self.require(request)  # before a stranger's body is read
        body = await read_body(request)
        body.close()
        return await self.require_writing(request, body.get("csrf")), body

    async def greet(self, request: Request, response: Response) -> bool:
        """Sign the local person of a demo in, by a cookie on `response`; False for all others."""
        client = request.client.host if request.client else ""
        if not self._parts.demo or not is_local(client, request.headers):
            return False
        async with self._parts.units.write() as uow:
            business, member = await admit(uow, self._parts.door, LOCAL_PLACE, LOCAL)
            await _link(uow, business)
        self._give(response, member)
        return True

    async def offer(self, request: Request, token: str) -> Response:
        """The page behind a one-time link. Only its button uses the link up, so that a preview
        which a chat fetches does not.
        """
        async with self._parts.units.read() as uow:
            link = await uow.signins.get(_digest(token))
            member = await uow.members.get(link.member_id) if self._valid(link) and link else None
            business = await uow.businesses.get(member.business_id) if member else None
        if member is None or business is None:
            return self._templates.notice(403, words.LINK_DEAD, words.LINK_DEAD_HOW)
        facts = {"member": member, "business": business, "action": request.url.path}
        return self._templates.page("sign-in.html", facts)

    async def sign_in(self, request: Request, token: str) -> Response:
        """Use the link up and open the desk, where this browser first wanted to."""
        async with self._parts.units.write() as uow:
            link = await uow.signins.lock(_digest(token))
            member = await uow.members.get(link.member_id) if self._valid(link) and link else None
            business = await uow.businesses.get(member.business_id) if member else None
            if link and member and business:
                link.used_at = uow.now
                await _link(uow, business)
        if member is None:
            return self._templates.notice(403, words.LINK_DEAD, words.LINK_DEAD_HOW)
        response = RedirectResponse(self._wanted(request), 303)
        response.delete_cookie(WANTED, secure=self._secure, httponly=True, samesite="lax")
        self._give(response, member)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End all sessions of this person, wherever: a cookie that was copied is worth nothing
        from now on.
        """
        person, _ = await self.gesture(request)
        async with self._parts.units.write() as uow:
            member = await uow.members.lock(person.member.id)
            if member:
                member.sign_outs += 1
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE, secure=self._secure, httponly=True, samesite="lax")
        return response

    def _valid(self, link: SignIn | None) -> bool:
        return bool(link and link.used_at is None and link.expires_at > self._parts.clock.now())

    def _give(self, response: Response, member: Member) -> None:
        text = f"{member.id}.{self._now() + int(LIFETIME.total_seconds())}.{member.sign_outs}"
        signed = f"{text}.{self._parts.signer.sign(text, 'session')}"
        response.set_cookie(
            COOKIE,
            signed,
            max_age=int(LIFETIME.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",  # strict would sign people out who follow a link from their chat
        )

    def _remember(self, response: Response, here: str) -> None:
        signed = f"{self._parts.signer.sign(here, 'wanted')}.{quote(here)}"
        if len(signed) > LONGEST_COOKIE:
            return
        response.set_cookie(
            WANTED,
            signed,
            max_age=int(WANTING.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _wanted(self, request: Request) -> str:
        signature, _, quoted = request.cookies.get(WANTED, "").partition(".")
        here = unquote(quoted)
        ours = self._parts.signer.verify(here, signature, "wanted")
        return here if ours else "/"

    def _now(self) -> int:
        return int(self._parts.clock.now().timestamp())


async def _link(uow: UnitOfWork, business: Business) -> None:
    """Let the page speak for a business, from the first sign-in on."""
    team = team_of(business.id)
    if await uow.businesses.by_team(SURFACE, team) is None:
        await uow.businesses.join(SURFACE, team, business)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
