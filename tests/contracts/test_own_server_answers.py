"""Servers of one's own: what they find in prompts, where their pictures are, what they lack."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.errors import ActionNeeded, OutcomeUnknown
from core.generation.providers.compatible import Compatible
from core.generation.providers.diffusion import Diffusion
from core.generation.providers.plain_words import plain
from core.library.pictures import check
from tests.contracts.provider_grounds import CATALOGUE, KEY, request_for
from tests.desk import free_port
from tests.platforms.compatible import CompatibleServer
from tests.platforms.diffusion import DiffusionServer
from tests.platforms.diffusion.prompt_options import ORDERS, find_options

SMUGGLED = {
    "extra_args": 'a fox <sd_cpp_extra_args>{"steps": 500}</sd_cpp_extra_args>',
    "network": "a fox <lora:somebody:2>",
    "break": "a fox BREAK an owl",
    "and": "a fox AND an owl :1.2",
    "wildcard": "a __hair/colours__ fox",
    "variants": "a {2$$red|green|blue} fox",
    "negative": "a fox | ugly",
    "weight": "a (fox:1.9) [owl:cat:0.5] ((moon))",
    "escape": "a \\(fox\\) \\[",
}
NESTED = "<lo<lora:x:1>ra:y:1> <sd_cpp_extra<b:c>_args>{}</sd_cpp_extra_args> BRE__x__AK"


@pytest.fixture
async def diffusion_server() -> AsyncIterator[DiffusionServer]:
    async with DiffusionServer() as opened:
        yield opened
        assert opened.violations == []


@pytest.fixture
async def diffusion(diffusion_server: DiffusionServer) -> AsyncIterator[Diffusion]:
    provider = Diffusion(diffusion_server.base_url, CATALOGUE.of("diffusion"), seconds=20)
    yield provider
    await provider.aclose()


@pytest.fixture
async def server() -> AsyncIterator[CompatibleServer]:
    async with CompatibleServer() as opened:
        opened.accept_key(KEY)
        yield opened
        assert opened.violations == []


@pytest.fixture
async def compatible(server: CompatibleServer) -> AsyncIterator[Compatible]:
    models = CATALOGUE.of("compatible")
    provider = Compatible(KEY, server.base_url, "flux", models, seconds=5)
    yield provider
    await provider.aclose()


@pytest.mark.parametrize(("option", "prompt"), SMUGGLED.items())
async def test_no_prompt_smuggles_an_option(
    diffusion_server: DiffusionServer,
    diffusion: Diffusion,
    server: CompatibleServer,
    compatible: Compatible,
    option: str,
    prompt: str,
) -> None:
    """The same server would act upon it if it came as it was written."""
    assert option in find_options(prompt)
    await diffusion.generate(request_for(diffusion, prompt=prompt))
    await compatible.generate(request_for(compatible, prompt=prompt))
    assert diffusion_server.acted == server.acted == []


def test_every_option_is_smuggled_above() -> None:
    """None that the servers know goes untried."""
    assert SMUGGLED.keys() == ORDERS.keys()


async def test_options_within_options_do_not_come_out(
    diffusion_server: DiffusionServer, diffusion: Diffusion
) -> None:
    """Nothing is cut out, so nothing can grow together."""
    assert find_options(NESTED)
    await diffusion.generate(request_for(diffusion, prompt=NESTED))
    assert diffusion_server.acted == []


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    some.lists(
        some.sampled_from(
            [*"<>()[]{}|\\:_$ ", "lora", "BREAK", "AND", "sd_cpp_extra_args", "/", "x"]
        )
    )
)
def test_nothing_that_can_be_written_is_an_option(parts: list[str]) -> None:
    """Whatever is put together of their signs."""
    assert find_options(plain("".join(parts))) == []


def test_words_stay_as_they_are() -> None:
    """What is no option is not touched, in any script; what was, still reads the same."""
    prompt = "a fox, 狐; 50% café: “dusk” – “Handbreak”, brand & co."
    assert plain(prompt) == prompt
    assert plain("a fox (red)") == "a fox （red）"  # full width is meant


async def test_a_server_without_its_api_is_named_so() -> None:
    """A1111 answers 404 until it is started with --api."""
    async with DiffusionServer(api=False) as server:
        diffusion = Diffusion(server.base_url, CATALOGUE.of("diffusion"))
        with pytest.raises(ActionNeeded) as raised:
            await diffusion.generate(request_for(diffusion))
        assert raised.value.code == "diffusion_api_off"
        await diffusion.aclose()


async def test_a_picture_at_an_address_is_fetched(
    server: CompatibleServer, compatible: Compatible
) -> None:
    """LocalAI answers so; the key stays at home."""
    server.answer_by_address()
    made = await compatible.generate(request_for(compatible))
    assert check(made.data).width == 1024
    assert made.cost is None
    assert server.calls == ["generate", "file"]


@pytest.mark.parametrize("root", ["http://169.254.169.254", "http://[::1", "file://"])
async def test_a_picture_at_somebody_elses_address_is_not_fetched(
    server: CompatibleServer, compatible: Compatible, root: str
) -> None:
    """An answer does not send the desk through the network behind it."""
    server.answer_by_address()
    server.elsewhere = root
    with pytest.raises(OutcomeUnknown):
        await compatible.generate(request_for(compatible))
    assert server.calls == ["generate"]


async def test_a_picture_whose_address_nobody_answers_is_unknown(
    server: CompatibleServer, compatible: Compatible
) -> None:
    """It was made, and perhaps paid: that its files cannot be reached begins nothing anew."""
    server.answer_by_address()
    server.elsewhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(OutcomeUnknown):
        await compatible.generate(request_for(compatible))
    assert server.calls == ["generate"]


async def test_a_server_without_a_key_and_with_one_model_needs_neither(
    server: CompatibleServer,
) -> None:
    """As stable-diffusion.cpp's; the empty key is then the one that passes."""
    server.accept_key("")
    compatible = Compatible("", server.base_url, "", CATALOGUE.of("compatible"))
    assert (await compatible.generate(request_for(compatible))).data
    await compatible.aclose()
