"""The desk as the inbox needs it: what can be ordered, where can be published, who is let in.

Made once by `bot.wiring`; plain facts, no connections.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.business.admission import Door
from core.chat import CommandSpec, SurfaceName
from core.generation.prices import Catalogue, Model
from core.publishing.posting import NetworkFacts


@dataclass(frozen=True)
class Desk:
    """`models` can be used now, the default first; `grace` is seconds between ✅ and sending;
    `bulk_for_all` says that batches are not for admins alone; `seal` encrypts a text for a context;
    surfaces `with_previews` show a picture before it is done.
    """

    address: str
    door: Door
    catalogue: Catalogue
    models: Mapping[str, Model]
    networks: Mapping[str, NetworkFacts]
    commands: tuple[CommandSpec, ...]
    moderated: bool
    orders_per_minute: int
    blocked_words: str
    grace: float
    seal: Callable[[str, str], str]
    bulk_for_all: bool = False
    with_previews: frozenset[SurfaceName] = frozenset()
