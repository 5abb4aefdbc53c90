"""The providers that are set up: one registry line each.

Owns which settings make which provider, and by which key its calls are counted. To add one, add its
line to `make_offers`; the recipe stands in the package of the providers.
"""

from collections.abc import Callable
from dataclasses import replace

from core.business.keys import fingerprint
from core.generation.making import Offer
from core.generation.prices import Catalogue, read_catalogue
from core.generation.providers.compatible import Compatible
from core.generation.providers.diffusion import Diffusion
from core.generation.providers.openai import OpenAIImages, OpenAIModerator
from core.generation.providers.openai_words import OpenAICaptioner
from core.generation.providers.replicate import Replicate
from core.generation.providers.sketch import Sketch
from core.generation.providers.stability import Stability
from core.ports import ImageProvider
from core.settings import Settings


def make_catalogue(settings: Settings) -> Catalogue:
    """All models; that of a server of one's own under the name that the operator gives it."""
    catalogue = read_catalogue()
    own = {
        name: replace(model, label=settings.compatible_model or model.label)
        for name, model in catalogue.of("compatible").items()
    }
    return replace(catalogue, models={**catalogue.models, **own})


def make_offers(settings: Settings, catalogue: Catalogue) -> dict[str, Offer]:
    """The providers that can be used, the default first."""
    offers: dict[str, Offer] = {}

    def offer(provider: ImageProvider, key: str = "", per_minute: int = 0) -> None:
        limit_key = f"{provider.name}:{fingerprint(key)}"
        offers[provider.name] = Offer(provider, limit_key, per_minute)

    if key := settings.openai_api_key.get_secret_value():
        openai = OpenAIImages(key, settings.openai_base_url, catalogue.of("openai"))
        offer(openai, key, settings.openai_images_per_minute)
    if key := settings.replicate_api_token.get_secret_value():
        replicate = Replicate(key, settings.replicate_api_url, catalogue.of("replicate"))
        offer(replicate, key, settings.replicate_images_per_minute)
    if key := settings.stability_api_key.get_secret_value():
        stability = Stability(key, settings.stability_api_url, catalogue.of("stability"))
        offer(stability, key, settings.stability_images_per_minute)
    if address := settings.compatible_api_url:
        key = settings.compatible_api_key.get_secret_value()
        models = catalogue.of("compatible")
        offer(Compatible(key, address, settings.compatible_model, models))
    if settings.sd_api_url:
        offer(Diffusion(settings.sd_api_url, catalogue.of("diffusion")))
    offers["sketch"] = Offer(Sketch(catalogue.of("sketch")))
    return offers


def make_offer(settings: Settings, catalogue: Catalogue, provider: str, key: str) -> Offer:
    """A provider by a key that somebody brought, with a pace of its own. Raises KeyError for one to
    which nobody can bring a key.
    """
    models = catalogue.of(provider)
    made: dict[str, Callable[[], tuple[ImageProvider, int]]] = {
        "openai": lambda: (
            OpenAIImages(key, settings.openai_base_url, models),
            settings.openai_images_per_minute,
        ),
        "replicate": lambda: (
            Replicate(key, settings.replicate_api_url, models),
            settings.replicate_images_per_minute,
        ),
        "stability": lambda: (
            Stability(key, settings.stability_api_url, models),
            settings.stability_images_per_minute,
        ),
    }
    image_provider, per_minute = made[provider]()
    return Offer(image_provider, f"{provider}:{fingerprint(key)}", per_minute)


def make_moderator(settings: Settings) -> OpenAIModerator | None:
    """The moderator, None without a key: then the cards say so."""
    key = settings.openai_api_key.get_secret_value()
    return OpenAIModerator(key, settings.openai_base_url) if key else None


def make_captioner(settings: Settings, catalogue: Catalogue) -> OpenAICaptioner | None:
    """What finds words for pictures, None without a key: then the plain ones stand."""
    key = settings.openai_api_key.get_secret_value()
    return OpenAICaptioner(key, settings.openai_base_url, catalogue.words) if key else None
