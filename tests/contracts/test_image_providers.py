"""What every picture provider keeps: the contract of `core.ports.ImageProvider`, run on all of
`provider_grounds.GROUNDS`, each against its own strict local server.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.library.pictures import check
from core.ports import Allowance, Begun, ImageProvider
from core.wording.errors import SENTENCES, sentence
from tests.contracts.provider_grounds import GROUNDS, Ground, Trouble, request_for

CALLED = [name for name in GROUNDS if name != "sketch"]
"""Those that call somebody, who may fail."""

RESUMING = ["replicate"]
"""Those that find a picture again which they have begun."""

KNOWN: dict[Trouble, list[str]] = {
    "refused": [name for name in CALLED if name != "diffusion"],  # it draws whatever it is told
    "busy": CALLED,
    "key": CALLED,
    "money": ["openai", "replicate", "stability"],
    "outage": CALLED,
    "nonsense": CALLED,
    "empty": CALLED,
}


@pytest.fixture(params=GROUNDS)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[ImageProvider]:
    async with GROUNDS[request.param]() as opened:
        yield opened.provider


@pytest.fixture
async def ground(request: pytest.FixtureRequest) -> AsyncIterator[Ground]:
    """The ground of that name, as the test's parameter says."""
    async with GROUNDS[request.param]() as opened:
        yield opened


async def failure(provider: ImageProvider) -> DeskError:
    """What one request ends with; there must be a sentence for it, with every fact filled in."""
    with pytest.raises(DeskError) as raised:
        await provider.generate(request_for(provider))
    assert raised.value.code in SENTENCES
    assert "unknown" not in sentence(raised.value.trouble)
    return raised.value


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
            quality = model.qualities[0]
            request = request_for(provider, model=model.name, size=size, quality=quality)
            made = await provider.generate(request)
            found = check(made.data)
            assert f"{found.width}x{found.height}" == size
            assert found.mime_type == made.mime_type


async def test_every_model_takes_every_quality_that_it_names(provider: ImageProvider) -> None:
    """No quality on the menu is refused."""
    for model in provider.models.values():
        for quality in model.qualities:
            request = request_for(provider, model=model.name, quality=quality)
            assert (await provider.generate(request)).data


async def test_a_picture_tells_what_it_cost_or_that_nobody_knows(provider: ImageProvider) -> None:
    """In whole micro-USD; nothing only where the catalogue says that it is free."""
    request = request_for(provider)
    made = await provider.generate(request)
    price = provider.models[request.model].price(request.quality, request.size)
    assert made.cost is None or isinstance(made.cost, int)
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


async def test_only_what_is_free_may_be_repeated(provider: ImageProvider) -> None:
    """No model with a price, or without a known one, belongs to a repeatable provider."""
    prices = {
        model.price(quality, size)
        for model in provider.models.values()
        for quality in model.qualities
        for size in model.sizes
    }
    assert (prices == {0}) == provider.repeatable


async def test_many_pictures_at_once_do_not_hinder_each_other(provider: ImageProvider) -> None:
    """Ten at a time, as an order may hold."""
    made = await asyncio.gather(
        *(provider.generate(request_for(provider, seed=seed)) for seed in range(10))
    )
    assert len({picture.data for picture in made}) == 10


async def test_the_longest_prompt_is_taken(provider: ImageProvider) -> None:
    """As long as the catalogue says, in any script."""
    for model in provider.models.values():
        prompt = ("狐 fox " * 5_334)[: model.longest]
        request = request_for(provider, model=model.name, prompt=prompt, quality=model.qualities[0])
        made = await provider.generate(request)
        assert check(made.data).frames == 1


@pytest.mark.parametrize("ground", CALLED, indirect=True)
async def test_a_picture_whose_handle_was_told_is_had_again_and_paid_once(ground: Ground) -> None:
    """The very same one. Who cannot do that tells no handle."""
    handles: list[str] = []

    async def told(said: Allowance | Begun) -> None:
        if isinstance(said, Begun):
            handles.append(said.handle)

    made = await ground.provider.generate(request_for(ground.provider), told=told)
    assert len(handles) == (ground.provider.name in RESUMING)
    charged = ground.charged()
    for handle in handles:
        assert 0 < len(handle) <= 64
        request = request_for(ground.provider, resumes=handle)
        assert (await ground.provider.generate(request)).data == made.data
    assert ground.charged() == charged


@pytest.mark.parametrize("ground", KNOWN["refused"], indirect=True)
async def test_a_refused_prompt_is_final_and_free(ground: Ground) -> None:
    """The person words it differently; asking again would change nothing."""
    ground.troubles["refused"]()
    assert isinstance(await failure(ground.provider), UserError)
    assert ground.charged() == 0


@pytest.mark.parametrize("ground", KNOWN["busy"], indirect=True)
async def test_a_busy_provider_is_asked_again_later(ground: Ground) -> None:
    """Nothing was made; the pause is a real one."""
    ground.troubles["busy"]()
    error = await failure(ground.provider)
    assert isinstance(error, TryLater)
    assert error.code == "provider_busy"
    assert 0 < error.after <= 60
    assert ground.charged() == 0


@pytest.mark.parametrize("ground", KNOWN["key"], indirect=True)
async def test_a_rejected_key_needs_somebodys_hand(ground: Ground) -> None:
    """Repeating is useless until then."""
    ground.troubles["key"]()
    assert isinstance(await failure(ground.provider), ActionNeeded)
    assert ground.charged() == 0


@pytest.mark.parametrize("ground", KNOWN["money"], indirect=True)
async def test_an_account_without_money_needs_somebodys_hand(ground: Ground) -> None:
    """With the page where it is filled."""
    ground.troubles["money"]()
    error = await failure(ground.provider)
    assert isinstance(error, ActionNeeded)
    assert str(error.facts["url"]).startswith("https://")
    assert ground.charged() == 0


@pytest.mark.parametrize("ground", KNOWN["outage"], indirect=True)
async def test_an_outage_in_its_own_words_means_that_nothing_was_made(ground: Ground) -> None:
    """It may be asked again."""
    ground.troubles["outage"]()
    error = await failure(ground.provider)
    assert isinstance(error, TryLater)
    assert error.code == "provider_failed"
    assert ground.charged() == 0


@pytest.mark.parametrize("ground", CALLED, indirect=True)
async def test_a_provider_that_cannot_be_reached_made_nothing(ground: Ground) -> None:
    """The connection never stood."""
    assert ground.server
    await ground.server.close()
    error = await failure(ground.provider)
    assert isinstance(error, TryLater)
    assert error.code == "provider_unreachable"


@pytest.mark.parametrize("cut", ["drop_before", "drop_after"])
@pytest.mark.parametrize("ground", CALLED, indirect=True)
async def test_a_line_that_is_cut_is_never_asked_again_where_it_costs(
    ground: Ground, cut: str
) -> None:
    """From here nobody can tell whether it was made; what is free is simply asked for again."""
    assert ground.server
    getattr(ground.server, cut)(ground.paid)
    error = await failure(ground.provider)
    assert isinstance(error, TryLater if ground.provider.repeatable else OutcomeUnknown)
    assert ground.server.calls == [ground.paid]


@pytest.mark.parametrize("ground", CALLED, indirect=True)
async def test_a_picture_that_takes_too_long_is_given_up_and_not_repeated(ground: Ground) -> None:
    """Our own time is up, however long the other side would go on."""
    assert ground.server
    assert ground.make
    provider = ground.make(0.4)
    ground.server.hang(ground.paid, after=True)
    error = await failure(provider)
    assert isinstance(error, TryLater if provider.repeatable else OutcomeUnknown)
    assert ground.server.calls == [ground.paid]
    await provider.aclose()


@pytest.mark.parametrize("status", [500, 502, 504, 524])
@pytest.mark.parametrize("ground", CALLED, indirect=True)
async def test_a_gateways_page_says_nothing_about_the_picture(ground: Ground, status: int) -> None:
    """Behind it the work may have gone on, and the bill with it."""
    assert ground.server
    ground.server.fail(ground.paid, status=status, body="<html>Bad gateway</html>", after=True)
    error = await failure(ground.provider)
    assert isinstance(error, TryLater if ground.provider.repeatable else OutcomeUnknown)


@pytest.mark.parametrize("way", ["nonsense", "empty"])
@pytest.mark.parametrize("ground", CALLED, indirect=True)
async def test_what_is_no_picture_is_never_taken_for_an_unpaid_one(
    ground: Ground, way: Trouble
) -> None:
    """It was charged: it is unknown, or handed on to whoever looks at the bytes."""
    ground.troubles[way]()
    try:
        made = await ground.provider.generate(request_for(ground.provider))
    except DeskError as error:
        assert isinstance(error, TryLater if ground.provider.repeatable else OutcomeUnknown)  # noqa: PT017  # it may also be handed on
    else:
        with pytest.raises(UserError):
            check(made.data)


@pytest.mark.parametrize("ground", CALLED, indirect=True)
async def test_after_a_failure_the_next_picture_is_whole(ground: Ground) -> None:
    """No client is left in a state that the failure made."""
    ground.troubles["outage"]()
    await failure(ground.provider)
    assert check((await ground.provider.generate(request_for(ground.provider))).data).frames == 1
