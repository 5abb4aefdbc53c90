"""Reviewers: who judges prompts and pictures and finds words, for each business.

Where the desk has an OpenAI key of its own, that serves everybody; where it has none, a business's
brought one serves that business (its newest; a person's own never serves others). Owns the clients
by brought keys. It must not know what is judged, nor what follows from it.
"""

from collections.abc import Callable

from bot.brought import Brought
from bot.closing import close
from core.business.keys import ProviderKey, business_key
from core.errors import ActionNeeded
from core.ports import Captioned, Captioner, Describer, Moderator, Verdict
from core.storing import UnitOfWork

PROVIDER = "openai"
"""Whose keys moderate and describe."""


class KeyReviewer:
    """Judges and describes by one brought key, which is opened when it is first needed."""

    def __init__(
        self,
        key: ProviderKey,
        brought: Brought,
        moderator: Callable[[str], Moderator],
        captioner: Callable[[str], Captioner],
        price: int,
    ) -> None:
        self.price = price
        self.key_id = key.id
        self._key = key
        self._brought = brought
        self._make_moderator = moderator
        self._make_captioner = captioner
        self._moderator: Moderator | None = None
        self._captioner: Captioner | None = None

    async def review(self, text: str, image: bytes | None = None) -> Verdict:
        """As `Moderator.review`; what is wrong with the key is said of its owner's."""
        self._moderator = self._moderator or self._make_moderator(
            await self._brought.open(self._key)
        )
        try:
            return await self._moderator.review(text, image)
        except ActionNeeded as error:
            raise await self._brought.explain(self._key, error) from error

    async def caption(self, image: bytes, brief: str) -> Captioned:
        """As `Captioner.caption`; what is wrong with the key is said of its owner's."""
        self._captioner = self._captioner or self._make_captioner(
            await self._brought.open(self._key)
        )
        try:
            return await self._captioner.caption(image, brief)
        except ActionNeeded as error:
            raise await self._brought.explain(self._key, error) from error

    async def aclose(self) -> None:
        """Let go of the connections. May be repeated."""
        for part in (self._moderator, self._captioner):
            await close(part)


class Reviewers:
    """See `core.ports.Reviewers`. `moderator` and `captioner` make what works by a key; `own_key`
    is the desk's, empty where it has none; `price` is what one look may cost, in micro-USD.
    """

    def __init__(
        self,
        brought: Brought,
        moderator: Callable[[str], Moderator],
        captioner: Callable[[str], Captioner],
        own_key: str,
        price: int,
    ) -> None:
        self._brought = brought
        self._make_moderator = moderator
        self._make_captioner = captioner
        self._moderator = moderator(own_key) if own_key else None
        self._captioner = captioner(own_key) if own_key else None
        self._price = price
        self._made: dict[str, KeyReviewer] = {}

    async def moderator(self, uow: UnitOfWork, business_id: int) -> Moderator | None:
        """Who judges for a business."""
        return self._moderator or await self._by_key(uow, business_id)

    async def describer(self, uow: UnitOfWork, business_id: int) -> Describer | None:
        """Who finds words for a business, and on which key that goes."""
        if self._captioner:
            return Describer(self._captioner)
        reviewer = await self._by_key(uow, business_id)
        return Describer(reviewer, reviewer.key_id) if reviewer else None

    async def aclose(self) -> None:
        """Let go of all connections."""
        for part in (self._moderator, self._captioner, *self._made.values()):
            await close(part)
        self._made.clear()

    async def _by_key(self, uow: UnitOfWork, business_id: int) -> KeyReviewer | None:
        key = await business_key(uow, business_id, PROVIDER)
        if key is None:
            return None
        if key.id not in self._made:
            self._made[key.id] = KeyReviewer(
                key, self._brought, self._make_moderator, self._make_captioner, self._price
            )
        return self._made[key.id]
