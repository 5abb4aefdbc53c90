"""Every picture provider with a local server that it calls, and how that server is made to fail.

To add a provider: one function here that yields its `Ground`, and its line in `GROUNDS`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from core.generation.prices import read_catalogue
from core.generation.providers.compatible import Compatible
from core.generation.providers.diffusion import Diffusion
from core.generation.providers.openai import OpenAIImages
from core.generation.providers.replicate import Replicate
from core.generation.providers.sketch import Sketch
from core.generation.providers.stability import Stability
from core.ports import ImageProvider, ImageRequest
from tests.platforms.compatible import CompatibleServer
from tests.platforms.diffusion import DiffusionServer
from tests.platforms.far_end import FarEnd
from tests.platforms.openai import OpenAIServer
from tests.platforms.replicate import ReplicateServer
from tests.platforms.stability import StabilityServer

KEY = "sk-test-of-the-desk"
CATALOGUE = read_catalogue()
PATIENCE = 20.0

Trouble = Literal["refused", "busy", "key", "money", "outage", "nonsense", "empty"]


class Calling(ImageProvider, Protocol):
    """A provider that holds connections."""

    async def aclose(self) -> None:
        """Let go of them."""


@dataclass(frozen=True)
class Ground:
    """A provider and its server.

    Attributes:
        paid: the call that makes a picture, as the server names it.
        make: the same provider with another patience, in seconds; the caller closes it.
        troubles: has the next picture fail in that way; only those that the service knows.
        charged: what the server's bill says by now, in micro-USD.
    """

    provider: ImageProvider
    server: FarEnd | None = None
    paid: str = ""
    make: Callable[[float], Calling] | None = None
    troubles: dict[Trouble, Callable[[], None]] = field(default_factory=dict)
    charged: Callable[[], int] = lambda: 0


@asynccontextmanager
async def sketch() -> AsyncIterator[Ground]:
    """The built-in artist."""
    artist = Sketch(CATALOGUE.of("sketch"))
    yield Ground(artist)
    await artist.aclose()


@asynccontextmanager
async def openai() -> AsyncIterator[Ground]:
    """The SDK against the local OpenAI, which must have had nothing to complain of."""
    async with OpenAIServer() as server:
        server.accept_key(KEY)

        def make(seconds: float) -> OpenAIImages:
            return OpenAIImages(KEY, server.base_url, CATALOGUE.of("openai"), seconds=seconds)

        provider = make(PATIENCE)
        yield Ground(
            provider,
            server,
            "generate",
            make,
            {
                "refused": lambda: server.refuse("moderation_blocked"),
                "busy": lambda: server.refuse("rate_limited", retry_after=3),
                "key": lambda: server.revoke_key(KEY),
                "money": lambda: server.refuse("billing_hard_limit_reached"),
                "outage": lambda: server.refuse("server_error"),
                "nonsense": lambda: server.spoil("truncated"),
                "empty": lambda: server.spoil("empty"),
            },
            lambda: server.charged,
        )
        await provider.aclose()
        assert server.violations == []


@asynccontextmanager
async def replicate() -> AsyncIterator[Ground]:
    """Against the local Replicate, whose predictions take a look or two."""
    async with ReplicateServer() as server:
        server.accept_key(KEY)

        def make(seconds: float) -> Replicate:
            models = CATALOGUE.of("replicate")
            return Replicate(KEY, server.base_url, models, seconds=seconds, poll=0.01)

        provider = make(PATIENCE)
        yield Ground(
            provider,
            server,
            "create",
            make,
            {
                "refused": server.fail_next,
                "busy": lambda: server.refuse("throttled", "create"),
                "key": lambda: server.revoke_key(KEY),
                "money": lambda: server.refuse("payment_required", "create"),
                "outage": lambda: server.refuse("server_error", "create"),
                "nonsense": lambda: server.spoil("nonsense", "create"),
                "empty": lambda: server.spoil("empty", "create"),
            },
            lambda: server.charged,
        )
        await provider.aclose()
        assert server.violations == []


@asynccontextmanager
async def stability() -> AsyncIterator[Ground]:
    """Against the local Stability AI."""
    async with StabilityServer() as server:
        server.accept_key(KEY)

        def make(seconds: float) -> Stability:
            return Stability(KEY, server.base_url, CATALOGUE.of("stability"), seconds=seconds)

        provider = make(PATIENCE)
        yield Ground(
            provider,
            server,
            "generate",
            make,
            {
                "refused": lambda: server.refuse("content_moderation", "generate"),
                "busy": lambda: server.refuse("throttled", "generate"),
                "key": lambda: server.revoke_key(KEY),
                "money": lambda: server.refuse("payment_required", "generate"),
                "outage": lambda: server.refuse("server_error", "generate"),
                "nonsense": lambda: server.spoil("nonsense", "generate"),
                "empty": lambda: server.spoil("empty", "generate"),
            },
            lambda: server.charged,
        )
        await provider.aclose()
        assert server.violations == []


@asynccontextmanager
async def diffusion() -> AsyncIterator[Ground]:
    """Against a local server that acts upon what it finds in prompts."""
    async with DiffusionServer() as server:

        def make(seconds: float) -> Diffusion:
            return Diffusion(server.base_url, CATALOGUE.of("diffusion"), seconds=seconds)

        provider = make(PATIENCE)
        yield Ground(
            provider,
            server,
            "txt2img",
            make,
            {
                "busy": lambda: server.refuse("busy", "txt2img"),
                "key": server.lock,
                "outage": lambda: server.refuse("server_error", "txt2img"),
                "nonsense": lambda: server.spoil("nonsense", "txt2img"),
                "empty": lambda: server.spoil("empty", "txt2img"),
            },
            lambda: server.charged,
        )
        await provider.aclose()
        assert server.violations == []


@asynccontextmanager
async def compatible() -> AsyncIterator[Ground]:
    """Against a local server that speaks the least of OpenAI's API."""
    async with CompatibleServer() as server:
        server.accept_key(KEY)

        def make(seconds: float) -> Compatible:
            models = CATALOGUE.of("compatible")
            return Compatible(KEY, server.base_url, "flux", models, seconds=seconds)

        provider = make(PATIENCE)
        yield Ground(
            provider,
            server,
            "generate",
            make,
            {
                "refused": lambda: server.refuse("refused", "generate"),
                "busy": lambda: server.refuse("busy", "generate"),
                "key": lambda: server.revoke_key(KEY),
                "outage": lambda: server.refuse("server_error", "generate"),
                "nonsense": lambda: server.spoil("nonsense", "generate"),
                "empty": lambda: server.spoil("empty", "generate"),
            },
            lambda: server.charged,
        )
        await provider.aclose()
        assert server.violations == []


GROUNDS: dict[str, Callable[[], AbstractAsyncContextManager[Ground]]] = {
    "sketch": sketch,
    "openai": openai,
    "replicate": replicate,
    "stability": stability,
    "diffusion": diffusion,
    "compatible": compatible,
}


def request_for(provider: ImageProvider, **changes: object) -> ImageRequest:
    """A request for the provider's first model, in its own first size and quality."""
    model = next(iter(provider.models.values()))
    request = ImageRequest(
        prompt="a fox at dusk",
        model=model.name,
        size=model.sizes[0],
        quality=model.qualities[0],
        seed=7,
        person="person-hash",
    )
    return replace(request, **changes)  # type: ignore[arg-type]  # names are the dataclass's own
