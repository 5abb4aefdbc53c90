"""The grounds on which the networks' contract is tested: one for each adapter, and the fake's.

A `Ground` is an adapter, an account, and the eyes and hands that a test needs on the far side. To
add a network, add its ground here. It must not know what is being proved.
"""

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from aiohttp import web
from PIL import Image

from core.errors import ActionNeeded, OutcomeUnknown, TryLater, UserError
from core.ports import Credential, OutgoingImage, OutgoingPost, Published, SocialNetwork, Ticket
from core.publishing.networks.facebook import Facebook
from core.publishing.networks.instagram import Instagram
from core.publishing.networks.meta import Graph
from core.publishing.networks.site import Site
from tests.fakes.network import FakeNetwork
from tests.platforms.graph import GraphServer

RATE_MINUTES: Final = 7
CAPTION: Final = "A lighthouse at dusk 🌅 #sea"
COLOURS: Final = ("red", "green", "blue")
Step = Literal["stage", "send"]


def jpeg(colour: str, width: int = 400, height: int = 400) -> bytes:
    """A real picture of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, "JPEG")
    return stream.getvalue()


@dataclass
class PictureServer:
    """Serves pictures under fresh, signed addresses on this machine, as the media route does.

    Attributes:
        minted: every address given out, in order.
        broken: how many of the next requests are answered 403.
    """

    minted: list[str] = field(default_factory=list)
    broken: int = 0
    _address: str = ""
    _served: dict[str, bytes] = field(default_factory=dict)

    def image(self, data: bytes, alt: str = "", *, is_ai_generated: bool = True) -> OutgoingImage:
        """A rendition of these bytes."""

        async def read() -> bytes:
            return data

        async def mint() -> str:
            name = f"{len(self.minted)}.jpg"
            self._served[name] = data
            self.minted.append(f"{self._address}/{name}?signature=sesame")
            return self.minted[-1]

        return OutgoingImage("fox.jpg", 400, 400, alt, read, mint, is_ai_generated)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["PictureServer"]:
        """Listens on a free port of 127.0.0.1."""
        application = web.Application()
        application.add_routes([web.get("/{name}", self._answer)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if self.broken:
            self.broken -= 1
            return web.Response(status=403)
        data = self._served[request.match_info["name"]]
        return web.Response(body=data, content_type="image/jpeg")


@dataclass
class Patience:
    """A pause that takes no time and is remembered in seconds."""

    waited: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Remembers."""
        self.waited.append(seconds)


@dataclass(frozen=True)
class Shown:
    """A post as a visitor sees it: its words, and each picture with its alt text."""

    caption: str
    pictures: tuple[tuple[bytes, str], ...]


def make_post(
    pictures: PictureServer,
    account: Credential,
    count: int = 1,
    caption: str = CAPTION,
    *,
    is_ai_generated: bool = True,
) -> OutgoingPost:
    """A post of so many pictures, each of its own colour and alt text; see `expected`."""
    images = tuple(
        pictures.image(jpeg(colour), f"All {colour}", is_ai_generated=is_ai_generated)
        for colour in COLOURS[:count]
    )
    return OutgoingPost("target-1", caption, "lighthouse-at-dusk", images, account)


def expected(count: int = 1, caption: str = CAPTION) -> Shown:
    """What a visitor must see of `make_post`."""
    return Shown(caption, tuple((jpeg(colour), f"All {colour}") for colour in COLOURS[:count]))


class Died(Exception):
    """The process ended here."""


class Checkpoint:
    """Keeps the last ticket, and dies right after keeping the `last` one (0: lives on)."""

    def __init__(self, last: int = 0) -> None:
        self.ticket: Ticket = {}
        self.kept = 0
        self._last = last

    async def __call__(self, ticket: Ticket) -> None:
        """Keeps the ticket as storage would: as JSON."""
        self.ticket = json.loads(json.dumps(ticket))
        self.kept += 1
        if self.kept == self._last:
            raise Died


async def publish(network: SocialNetwork, post: OutgoingPost) -> Published:
    """Stages and sends, as a worker does when nothing goes wrong."""
    keep = Checkpoint()
    return await network.send(post, await network.stage(post, {}, keep))


@dataclass(frozen=True)
class Outside:
    """What stands behind an adapter, and what can be done to it.

    Attributes:
        shown: every post that a visitor sees, in order.
        prepared: how often something was asked to be made that nobody sees.
        steps: how many such things a post of one, and of several pictures needs.
        lose_answer: the next `send` is done, and its answer never comes.
        lose_call: the next `send` never arrives, and nobody can tell.
        end_token: from now on the token is worth nothing; the fake forgets it after one call.
        limit_rate: the next `stage` or `send` is refused for `RATE_MINUTES`.
        bad_picture: bytes that this network does not take.
        refuse_picture: has them refused, where the far side cannot see it by itself.
        complaints: what the far side had against the calls it got, tokens in URLs included.
    """

    shown: Callable[[], list[Shown]]
    prepared: Callable[[], int]
    steps: Callable[[int], int]
    lose_answer: Callable[[], None]
    lose_call: Callable[[], None]
    end_token: Callable[[Step], None]
    limit_rate: Callable[[Step], None]
    bad_picture: bytes
    refuse_picture: Callable[[], None]
    complaints: Callable[[], list[str]]


@dataclass(frozen=True)
class Ground:
    """One network to test on; `outside` is None where the desk itself is the network."""

    network: SocialNetwork
    account: Credential
    outside: Outside | None


@asynccontextmanager
async def site_ground() -> AsyncIterator[Ground]:
    """The desk's own pages."""
    yield Ground(Site("http://desk.example"), Credential("site", "Site", ""), None)


@asynccontextmanager
async def fake_ground() -> AsyncIterator[Ground]:
    """The network in memory."""
    fake = FakeNetwork()
    outside = Outside(
        shown=lambda: [
            Shown(post.caption, tuple(zip(post.pictures, post.alts, strict=True)))
            for post in fake.posts
        ],
        prepared=lambda: len(fake.uploads),
        steps=lambda pictures: pictures,
        lose_answer=fake.lose_answer,
        lose_call=lambda: fake.fail("send", OutcomeUnknown("network_unanswered")),
        end_token=lambda step: fake.fail(step, ActionNeeded("account_expired")),
        limit_rate=lambda step: fake.fail(step, TryLater("network_busy", after=RATE_MINUTES * 60)),
        bad_picture=b"no picture",
        refuse_picture=lambda: fake.fail("stage", UserError("image_rejected")),
        complaints=list,
    )
    yield Ground(fake, Credential("fake-1", "Fake", "secret-token"), outside)


@dataclass(frozen=True)
class MetaGround:
    """A strict Graph server with one page and its Instagram account, and both adapters on it."""

    server: GraphServer
    facebook: Facebook
    instagram: Instagram
    page: Credential
    profile: Credential
    patience: Patience


@asynccontextmanager
async def meta_ground() -> AsyncIterator[MetaGround]:
    """Opens it, and closes the client before the server."""
    async with GraphServer() as server, Graph(server.base_url) as graph:
        page = server.add_page("Acme", instagram="acme")
        assert page.instagram is not None
        patience = Patience()
        yield MetaGround(
            server=server,
            facebook=Facebook(graph),
            instagram=Instagram(graph, patience),
            page=Credential(page.id, page.name, page.token),
            profile=Credential(page.instagram.id, page.instagram.username, page.token),
            patience=patience,
        )


@asynccontextmanager
async def facebook_ground() -> AsyncIterator[Ground]:
    """A page on the strict Graph server."""
    async with meta_ground() as meta:
        outside = _graph_outside(
            meta.server,
            meta.page,
            calls={"stage": "photos", "send": "feed"},
            steps=lambda pictures: pictures,
            bad_picture=jpeg("red")[:300],  # begins as a JPEG and breaks off
        )
        yield Ground(meta.facebook, meta.page, outside)


@asynccontextmanager
async def instagram_ground() -> AsyncIterator[Ground]:
    """An account on the strict Graph server."""
    async with meta_ground() as meta:
        outside = _graph_outside(
            meta.server,
            meta.profile,
            calls={"stage": "media", "send": "media_publish"},
            steps=lambda pictures: 1 if pictures == 1 else pictures + 1,
            bad_picture=jpeg("red", width=1000, height=200),
        )
        yield Ground(meta.instagram, meta.profile, outside)


def _graph_outside(
    server: GraphServer, account: Credential, *, calls: dict[Step, str], **special: Any
) -> Outside:
    def end_token(step: Step) -> None:
        server.expire_token(account.secret)

    return Outside(
        shown=lambda: [
            Shown(post.text, tuple((p.data, p.alt_text or "") for p in post.pictures))
            for post in server.published
        ],
        prepared=lambda: server.calls.count(calls["stage"]),
        lose_answer=lambda: server.drop_after(calls["send"]),
        lose_call=lambda: server.drop_before(calls["send"]),
        end_token=end_token,
        limit_rate=lambda step: server.refuse("app_limit", calls[step], minutes=RATE_MINUTES),
        refuse_picture=lambda: None,
        complaints=lambda: server.violations + server.tokens_in_urls,
        **special,
    )


GROUNDS: Final[dict[str, Callable[[], AbstractAsyncContextManager[Ground]]]] = {
    "site": site_ground,
    "facebook": facebook_ground,
    "instagram": instagram_ground,
    "fake": fake_ground,
}
