"""Providers by keys that people brought: one client for each key, made when it is first needed.

Owns how a sealed key becomes an `Offer`, and what its provider's refusal means for its row. An open
key leaves this module to its provider alone. It must not know how it is chosen who pays.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import httpx2
import structlog

from bot.closing import close
from bot.offers import make_offer
from core.business.keys import ProviderKey
from core.chat import Private
from core.errors import ActionNeeded, DeskError
from core.generation.offers import Offer
from core.generation.orders import Order
from core.generation.prices import Catalogue
from core.ports import ChatSurface, Generated, ImageProvider, ImageRequest, Preview, Told
from core.settings import Settings
from core.storing import Units
from core.wording import keys as words
from storage.secrets import Vault

TRIAL_SECONDS = 15.0
REFUSED = "key_refused"
UNREADABLE = "key_unreadable"
REFUSALS = frozenset({"openai_key_rejected", "provider_key_rejected"})
OWNER_MENDS = frozenset({"openai_billing", "provider_billing", "openai_unverified"})

log = structlog.get_logger(__name__)


class BroughtProvider:
    """A provider by a brought key. What it says of the key is said of its owner's."""

    def __init__(
        self,
        inner: ImageProvider,
        key: ProviderKey,
        explain: Callable[[ProviderKey, ActionNeeded], Awaitable[ActionNeeded]],
    ) -> None:
        self.name = inner.name
        self.models = inner.models
        self.repeatable = inner.repeatable
        self._inner = inner
        self._key = key
        self._explain = explain

    async def generate(
        self, request: ImageRequest, preview: Preview | None = None, told: Told | None = None
    ) -> Generated:
        """As `ImageProvider.generate`; a refusal of the key as `Brought.explain` says it."""
        try:
            return await self._inner.generate(request, preview, told)
        except ActionNeeded as error:
            raise await self._explain(self._key, error) from error

    async def aclose(self) -> None:
        """Let go of the provider's connections."""
        await close(self._inner)


class Brought:
    """All offers: the desk's own, by provider, and those by brought keys, by the key's id."""

    def __init__(
        self,
        units: Units,
        vault: Vault,
        settings: Settings,
        catalogue: Catalogue,
        own: Mapping[str, Offer],
    ) -> None:
        self._units = units
        self._vault = vault
        self._settings = settings
        self._catalogue = catalogue
        self._own = own
        self._made: dict[str, Offer] = {}

    async def find(self, order: Order) -> Offer:
        """As `core.generation.offers.Offers.find`. A key is looked at each time: a revoked one
        pays for nothing more, whoever still holds a client of it.
        """
        if not order.key_id:
            if order.provider not in self._own:
                raise ActionNeeded("provider_missing", provider=order.provider)
            return self._own[order.provider]
        async with self._units.read() as uow:
            key = await uow.keys.get(order.key_id)
        if key is None or key.revoked_at:
            raise ActionNeeded("key_gone", name=key.name if key else "?")
        if key.id not in self._made:
            offer = make_offer(self._settings, self._catalogue, key.provider, await self.open(key))
            provider = BroughtProvider(offer.provider, key, self.explain)
            self._made[key.id] = replace(offer, provider=provider)
        return self._made[key.id]

    async def aclose(self) -> None:
        """Let go of all connections by brought keys."""
        for offer in self._made.values():
            await close(offer.provider)
        self._made.clear()

    async def open(self, key: ProviderKey) -> str:
        """The key itself. Raises ActionNeeded("key_unreadable")."""
        try:
            return self._vault.open(key.sealed, key.seal_context)
        except ActionNeeded:
            await self._note(key.id, UNREADABLE)
            raise _about(key, UNREADABLE) from None

    async def explain(self, key: ProviderKey, error: ActionNeeded) -> ActionNeeded:
        """What a provider said of a brought key, as its owner is told it: "key_refused", which is
        noted, or "key_unpaid"; what has nothing to do with the key, as it is.
        """
        if error.code in REFUSALS:
            self._made.pop(key.id, None)
            await self._note(key.id, REFUSED)
            return _about(key, REFUSED)
        if error.code in OWNER_MENDS:
            return _about(key, "key_unpaid", str(error.facts.get("url", "")))
        return error

    async def _note(self, key_id: str, trouble: str) -> None:
        async with self._units.write() as uow:
            key = await uow.keys.lock(key_id)
            if key:
                key.trouble, key.tried_at = trouble, uow.now


class Trying:
    """Tries keys that were brought, by a question that costs nothing."""

    def __init__(
        self,
        units: Units,
        vault: Vault,
        settings: Settings,
        surfaces: Mapping[str, ChatSurface],
    ) -> None:
        self._units = units
        self._vault = vault
        self._surfaces = surfaces
        # The same that the doctor asks: reference/providers.md, and each provider's own pages.
        self._questions = {
            "openai": f"{settings.openai_base_url.rstrip('/')}/models",
            "replicate": f"{settings.replicate_api_url.rstrip('/')}/account",
            "stability": f"{settings.stability_api_url.rstrip('/')}/v1/user/balance",
        }

    async def try_key(self, key_id: str) -> None:
        """Ask the provider whether it takes the key, and tell its bringer. May be repeated."""
        async with self._units.read() as uow:
            key = await uow.keys.get(key_id)
            person = await uow.members.get(key.brought_by) if key else None
        if key is None or person is None or key.revoked_at or key.tried_at:
            return
        found = await self._ask(key)
        async with self._units.write() as uow:
            held = await uow.keys.lock(key_id)
            if held is None or held.revoked_at or held.tried_at:
                return
            if found is not None:
                held.trouble, held.tried_at = found, uow.now
        said = words.tried(key, found)
        try:
            await self._surfaces[key.place.surface].tell(key.place, person.user, Private(said))
        except DeskError as error:  # `/keys` shows it as well
            log.warning("trial_untold", reason=error.code)

    async def _ask(self, key: ProviderKey) -> str | None:
        """A reason code, empty where the key works; None where the provider did not say."""
        try:
            opened = self._vault.open(key.sealed, key.seal_context)
        except ActionNeeded:
            return UNREADABLE
        headers = {"Authorization": f"Bearer {opened}"}
        try:
            async with httpx2.AsyncClient(timeout=TRIAL_SECONDS) as http:
                answer = await http.get(self._questions[key.provider], headers=headers)
        except httpx2.HTTPError:
            return None
        if answer.status_code in {401, 403}:
            return REFUSED
        return "" if answer.is_success else None


def _about(key: ProviderKey, code: str, url: str = "") -> ActionNeeded:
    return ActionNeeded(code, name=key.name, last=key.last, own=bool(key.owner_id), url=url)
