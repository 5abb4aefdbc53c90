"""What the web application is handed. Plain facts and ports; nothing is opened here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from bot.surfaces.web.batches.lots import DrawBatch
from bot.surfaces.web.surface import Page
from core.business.admission import Door
from core.chat import CommandSpec
from core.clock import Clock
from core.generation.orders import Order
from core.library.images import Image
from core.library.intake import Brought
from core.ports import BlobStore, Inbox, Load, Queue
from core.publishing.posting import NetworkFacts
from core.storing import Units

CheckMedia = Callable[[str, int, str, str], bool]
"""Whether (key, expires, name, signature) is a media link of ours that still holds."""

SlackHandler = Callable[[Request], Awaitable[Response]]


class Signer(Protocol):
    """Signs short texts for one purpose each."""

    def sign(self, text: str, purpose: str) -> str:
        """The signature of `text`, safe in URLs and cookies."""
        ...

    def verify(self, text: str, signature: str, purpose: str) -> bool:
        """Whether `signature` is that of `text` for `purpose`."""
        ...


@dataclass(frozen=True)
class ApiParts:
    """What only the HTTP API needs.

    `read_order` makes an order of options that a member of a business gave, or raises UserError.
    `count` counts a use of a key in a window of so many seconds: how many there are now, and in how
    many seconds it ends. `keep` takes a file into the library and says whether its image is new;
    `bring` does so with what stands at an address, for a business and a member. `networks` are by
    name.
    """

    read_order: Callable[[int, str, Mapping[str, str]], Awaitable[Order]]
    orders_per_minute: int
    count: Callable[[str, int], Awaitable[tuple[int, int]]]
    keep: Callable[[Brought], Awaitable[tuple[Image, bool]]]
    bring: Callable[[int, str, str], Awaitable[Image]]
    networks: Mapping[str, NetworkFacts]


@dataclass(frozen=True)
class WebParts:
    """Everything the page needs of the running desk.

    `address` is where people reach it, without a trailing slash. `load` gives the bytes of a card's
    file. `demo` signs the local person in. `check_media` is None where the blob store serves its
    links itself. `unpriced` are the models whose prices nobody knows. `slack` answers
    `POST /slack/events`, None without Slack over HTTP. `closing` is set when the process is about
    to end: streams, which would go on for ever, end then. Without `api` the page is all there is,
    and without `draw_batch` it shows no batches.
    """

    units: Units
    inbox: Inbox
    queue: Queue
    page: Page
    blobs: BlobStore
    load: Load
    signer: Signer
    door: Door
    commands: tuple[CommandSpec, ...]
    clock: Clock
    address: str
    demo: bool = False
    check_media: CheckMedia | None = None
    slack: SlackHandler | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    api: ApiParts | None = None
    draw_batch: DrawBatch | None = None
    unpriced: frozenset[str] = frozenset()
