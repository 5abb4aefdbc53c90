"""The strict picture servers, asked without our adapters: what they refuse and what they charge."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.platforms.compatible import CompatibleServer
from tests.platforms.diffusion import DiffusionServer
from tests.platforms.diffusion.prompt_options import find_options
from tests.platforms.picture_server import PictureServer
from tests.platforms.replicate import ReplicateServer
from tests.platforms.stability import StabilityServer

KEY = {"Authorization": "Bearer key"}
SCHNELL = "models/black-forest-labs/flux-schnell/predictions"
PRO = "models/black-forest-labs/flux-1.1-pro/predictions"


@pytest.fixture
async def replicate() -> AsyncIterator[ReplicateServer]:
    async with ReplicateServer() as server:
        server.accept_key("key")
        yield server


@pytest.fixture
async def stability() -> AsyncIterator[StabilityServer]:
    async with StabilityServer() as server:
        server.accept_key("key")
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(headers=KEY) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (SCHNELL, {"prompt": ""}),
        (SCHNELL, {"prompt": "a fox", "width": 512}),
        (SCHNELL, {"prompt": "a fox", "aspect_ratio": "7:3"}),
        (SCHNELL, {"prompt": "a fox", "output_format": "gif"}),
        (SCHNELL, {"prompt": "a fox", "seed": "7"}),
        (PRO, {"prompt": "a fox", "aspect_ratio": "custom", "width": 1000}),
    ],
)
async def test_replicate_refuses_what_a_models_page_does_not_list(
    replicate: ReplicateServer, http: httpx2.AsyncClient, path: str, given: dict[str, object]
) -> None:
    """422, a violation, and no charge."""
    answer = await http.post(f"{replicate.base_url}/{path}", json={"input": given})
    assert answer.status_code == 422
    assert len(replicate.violations) == 1
    assert replicate.charged == 0


async def test_replicate_charges_what_nobody_fetches(
    replicate: ReplicateServer, http: httpx2.AsyncClient
) -> None:
    """A line that is cut after the work saves nothing."""
    replicate.drop_after("create")
    with pytest.raises(httpx2.HTTPError):
        await http.post(f"{replicate.base_url}/{SCHNELL}", json={"input": {"prompt": "a fox"}})
    assert replicate.charged == 3_000


async def test_replicate_tells_the_picture_only_at_the_end(
    replicate: ReplicateServer, http: httpx2.AsyncClient
) -> None:
    """It is processing until then; a cancelled one stays so."""
    replicate.take_looks(1)
    made = await http.post(f"{replicate.base_url}/{SCHNELL}", json={"input": {"prompt": "a fox"}})
    assert (made.status_code, made.json()["status"]) == (201, "processing")
    assert made.json()["output"] is None
    look = await http.get(f"{replicate.base_url}/predictions/{made.json()['id']}")
    assert look.json()["status"] == "succeeded"
    assert look.json()["output"][0].endswith(".png")


async def test_replicate_notices_a_token_at_the_host_of_its_files(
    replicate: ReplicateServer, http: httpx2.AsyncClient
) -> None:
    """They are somebody else's machines."""
    await http.get(f"{replicate.base_url.removesuffix('/v1')}/files/x.png")
    assert replicate.violations == ["file: the token was sent to the host of the files"]


@pytest.mark.parametrize(
    ("service", "fields", "accept"),
    [
        ("core", {"prompt": "a fox"}, "application/json"),
        ("core", {"prompt": ""}, "image/*"),
        ("core", {"prompt": "x" * 10_001}, "image/*"),
        ("core", {"prompt": "a fox", "model": "core"}, "image/*"),
        ("ultra", {"prompt": "a fox", "aspect_ratio": "1024x1024"}, "image/*"),
        ("sd3", {"prompt": "a fox", "model": "sdxl"}, "image/*"),
        ("sd4", {"prompt": "a fox"}, "image/*"),
        ("core", {"prompt": "a fox", "seed": "-1"}, "image/*"),
    ],
)
async def test_stability_refuses_what_its_reference_does_not_list(
    stability: StabilityServer,
    http: httpx2.AsyncClient,
    service: str,
    fields: dict[str, str],
    accept: str,
) -> None:
    """400, a violation, and no charge."""
    answer = await http.post(
        f"{stability.base_url}/v2beta/stable-image/generate/{service}",
        files={name: (None, value) for name, value in fields.items()},
        headers={"Accept": accept},
    )
    assert answer.status_code == 400
    assert len(stability.violations) == 1
    assert stability.charged == 0


async def test_stability_takes_multipart_alone(
    stability: StabilityServer, http: httpx2.AsyncClient
) -> None:
    """As it answers people who send JSON."""
    address = f"{stability.base_url}/v2beta/stable-image/generate/core"
    answer = await http.post(address, json={"prompt": "a fox"})
    assert answer.status_code == 400
    assert stability.violations


async def test_a_local_server_acts_upon_what_it_finds(http: httpx2.AsyncClient) -> None:
    """Both kinds of it: else no test of smuggling would mean anything."""
    prompt = "a <lora:x:1> (fox:1.5)"
    async with DiffusionServer() as one, CompatibleServer() as other:
        other.accept_key("key")
        order = {"prompt": prompt, "width": 512, "height": 512, "seed": 1}
        drawn = [await http.post(f"{one.base_url}/sdapi/v1/txt2img", json=order) for _ in range(2)]
        await http.post(
            f"{other.base_url}/images/generations", json={"prompt": prompt, "size": "512x512"}
        )
        assert one.acted == ["network", "weight"] * 2
        assert other.acted == ["network", "weight"]
        assert drawn[0].json()["images"] == drawn[1].json()["images"]


def test_an_order_within_an_order_is_found_too() -> None:
    """A server that cuts one out reads the rest again."""
    assert find_options("BRE<lora:x:1>AK") == ["network", "break"]
    assert find_options("a fox, dusk") == []


@pytest.mark.parametrize(
    "server_class", [ReplicateServer, StabilityServer, DiffusionServer, CompatibleServer]
)
async def test_an_unknown_path_is_a_violation(
    http: httpx2.AsyncClient, server_class: type[PictureServer]
) -> None:
    """Whatever is asked there."""
    async with server_class() as server:
        assert (await http.get(f"{server.base_url}/nowhere")).status_code == 404
        assert len(server.violations) == 1
