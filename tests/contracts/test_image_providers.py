"""What every picture provider keeps: the contract of `core.ports.ImageProvider`, run on all of
`PROVIDERS`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from core.generation.prices import read_catalogue
from core.generation.providers.openai import OpenAIImages
from core.generation.providers.sketch import Sketch
from core.library.pictures import check
from core.ports import ImageProvider, ImageRequest
from tests.platforms.openai import OpenAIServer

KEY = "sk-test-of-the-desk"
CATALOGUE = read_catalogue()


@asynccontextmanager
async def sketch() -> AsyncIterator[ImageProvider]:
    """The built-in artist."""
    yield Sketch(CATALOGUE.of("sketch"))


@asynccontextmanager
async def openai() -> AsyncIterator[ImageProvider]:
    """The SDK against the local OpenAI, which must have had nothing to complain of."""
    async with OpenAIServer() as server:
        server.accept_key(KEY)
        provider = OpenAIImages(KEY, server.base_url, CATALOGUE.of("openai"))
        yield provider
        await provider.aclose()
        assert server.violations == []


PROVIDERS: dict[str, Callable[[], AbstractAsyncContextManager[ImageProvider]]] = {
    "sketch": sketch,
    "openai": openai,
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


@pytest.fixture(params=PROVIDERS)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[ImageProvider]:
    async with PROVIDERS[request.param]() as opened:
        yield opened


async def test_a_provider_tells_its_name_and_its_part_of_the_catalogue(
    provider: ImageProvider,
) -> None:
    """Each of its models belongs to it and can be asked for."""
    assert provider.models
    assert all(model.provider == provider.name for model in provider.models.values())


async def test_every_model_draws_every_size_that_it_names(provider: ImageProvider) -> None:
    """What comes is whole, of the type told, and of exactly the size asked for."""
    for model in provider.models.values():
        for size in model.sizes:
            made = await provider.generate(request_for(provider, model=model.name, size=size))
            found = check(made.data)
            assert f"{found.width}x{found.height}" == size
            assert found.mime_type == made.mime_type


async def test_every_model_takes_every_quality_that_it_names(provider: ImageProvider) -> None:
    """No quality on the menu is refused."""
    for model in provider.models.values():
        for quality in model.qualities:
            request = request_for(provider, model=model.name, quality=quality)
            assert (await provider.generate(request)).data


async def test_a_picture_tells_what_it_cost(provider: ImageProvider) -> None:
    """In whole micro-USD; nothing only where the catalogue says that it is free."""
    request = request_for(provider)
    made = await provider.generate(request)
    price = provider.models[request.model].price(request.quality, request.size)
    assert isinstance(made.cost, int)
    assert (made.cost == 0) == (price == 0)


async def test_two_seeds_are_two_pictures(provider: ImageProvider) -> None:
    """Four pictures of one order are four different ones."""
    first = await provider.generate(request_for(provider, seed=1))
    second = await provider.generate(request_for(provider, seed=2))
    assert first.data != second.data


async def test_a_repeatable_provider_repeats_itself(provider: ImageProvider) -> None:
    """The promise on which a lost picture is made once more: same request, same bytes."""
    first = await provider.generate(request_for(provider))
    second = await provider.generate(request_for(provider))
    assert (first.data == second.data) == provider.repeatable


async def test_many_pictures_at_once_do_not_hinder_each_other(provider: ImageProvider) -> None:
    """Ten at a time, as an order may hold."""
    made = await asyncio.gather(
        *(provider.generate(request_for(provider, seed=seed)) for seed in range(10))
    )
    assert len({picture.data for picture in made}) == 10


async def test_the_longest_prompt_is_taken(provider: ImageProvider) -> None:
    """32,000 characters, in any script."""
    made = await provider.generate(request_for(provider, prompt="狐 fox " * 5_333))
    assert check(made.data).frames == 1
