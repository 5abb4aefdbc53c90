"""The providers that are set up: one registry line each.

Owns which settings make which provider, and by which key its calls are counted. To add one, add its
line to `make_offers`, or to `BY_KEY` where people can bring keys of their own; the recipe stands in
the package of the providers.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from core.business.keys import fingerprint
from core.generation.offers import Offer
from core.generation.prices import Catalogue, Model, read_catalogue
from core.generation.providers.compatible import Compatible
from core.generation.providers.diffusion import Diffusion
from core.generation.providers.openai import OpenAIImages, OpenAIModerator
from core.generation.providers.openai_words import OpenAICaptioner
from core.generation.providers.replicate import Replicate
from core.generation.providers.sketch import Sketch
from core.generation.providers.stability import Stability
from core.ports import ImageProvider
from core.settings import Settings

Make: TypeAlias = Callable[[str, str, Mapping[str, Model]], ImageProvider]

BY_KEY: Mapping[str, tuple[Make, Callable[[Settings], str]]] = {
    "openai": (OpenAIImages, lambda settings: settings.openai_base_url),
    "replicate": (Replicate, lambda settings: settings.replicate_api_url),
    "stability": (Stability, lambda settings: settings.stability_api_url),
}
"""Providers to which a key is all that is needed, so that people can bring one of their own."""


def reachable(catalogue: Catalogue) -> dict[str, Model]:
    """All models that a key of one's own could reach."""
    return {name: model for provider in BY_KEY for name, model in catalogue.of(provider).items()}


def make_catalogue(settings: Settings) -> Catalogue:
    """All models; that of a server of one's own under the name that the operator gives it."""
    catalogue = read_catalogue()
    own = {
        name: replace(model, label=settings.compatible_model or model.label)
        for name, model in catalogue.of("compatible").items()
    }
    return replace(catalogue, models={**catalogue.models, **own})


def own_models(offers: Mapping[str, Offer]) -> dict[str, Model]:
    """All models of these offers, the default first."""
    return {
        name: model for offer in offers.values() for name, model in offer.provider.models.items()
    }


def make_paces(settings: Settings) -> dict[str, int]:
    """How many pictures a provider makes a minute by one key, absent where it is not paced."""
    return {
        "openai": settings.openai_images_per_minute,
        "replicate": settings.replicate_images_per_minute,
        "stability": settings.stability_images_per_minute,
    }


def make_offers(settings: Settings, catalogue: Catalogue) -> dict[str, Offer]:
    """The providers that can be used, the default first."""
    keys = {
        "openai": settings.openai_api_key,
        "replicate": settings.replicate_api_token,
        "stability": settings.stability_api_key,
    }
    offers = {
        provider: make_offer(settings, catalogue, provider, key.get_secret_value())
        for provider, key in keys.items()
        if key.get_secret_value()
    }
    if address := settings.compatible_api_url:
        key = settings.compatible_api_key.get_secret_value()
        models = catalogue.of("compatible")
        compatible = Compatible(key, address, settings.compatible_model, models)
        offers["compatible"] = Offer(compatible, f"compatible:{fingerprint(key)}")
    if settings.sd_api_url:
        diffusion = Diffusion(settings.sd_api_url, catalogue.of("diffusion"))
        offers["diffusion"] = Offer(diffusion, "diffusion")
    offers["sketch"] = Offer(Sketch(catalogue.of("sketch")))
    return offers


def make_offer(settings: Settings, catalogue: Catalogue, provider: str, key: str) -> Offer:
    """A provider by the desk's key or by one that somebody brought, each with a pace of its own.
    Raises KeyError for one that a key alone does not reach.
    """
    make, address = BY_KEY[provider]
    image_provider = make(key, address(settings), catalogue.of(provider))
    return Offer(
        image_provider,
        f"{provider}:{fingerprint(key)}",
        make_paces(settings)[provider],
        by_model=provider == "openai",  # the others count an account's calls together
    )


def make_moderator(settings: Settings, key: str) -> OpenAIModerator:
    """What judges prompts and pictures, by the desk's key or by one that was brought."""
    return OpenAIModerator(key, settings.openai_base_url)


def make_captioner(settings: Settings, catalogue: Catalogue, key: str) -> OpenAICaptioner:
    """What finds words for pictures, by the desk's key or by one that was brought."""
    return OpenAICaptioner(key, settings.openai_base_url, catalogue.words)
