"""The pretended OpenAI keeps OpenAI's contract, seen through the unmodified openai SDK."""

import asyncio
import base64
import io
import sys
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from PIL import Image

from tests.platforms.openai import OpenAIServer
from tests.platforms.specs_openapi import load

FLARE = "gpt-image-2.5-flare"


def test_it_is_not_taken_for_the_real_package() -> None:
    """`import openai` still means the SDK."""
    assert openai.__version__.startswith("3.")


async def test_a_picture_is_real_and_of_the_asked_size(openai_client: AsyncOpenAI) -> None:
    """A generation answers base64 of a decodable picture, and nothing that looks like a URL."""
    answer = await openai_client.images.generate(
        model=FLARE, prompt="a fox", size="1152x2048", quality="low", output_format="webp"
    )

    assert answer.data is not None
    assert answer.data[0].url is None
    assert answer.data[0].revised_prompt is None
    with Image.open(io.BytesIO(base64.b64decode(answer.data[0].b64_json or ""))) as picture:
        picture.load()
        assert picture.size == (1152, 2048)
        assert picture.format == "WEBP"
    assert (answer.size, answer.quality, answer.output_format) == ("1152x2048", "low", "webp")


async def test_no_two_pictures_are_alike(openai_client: AsyncOpenAI) -> None:
    """Four pictures of one prompt, twice, are eight pictures."""
    answers = [
        await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low", n=4)
        for _ in range(2)
    ]

    texts = {picture.b64_json for answer in answers for picture in answer.data or []}
    assert len(texts) == 8


@pytest.mark.parametrize(
    ("model", "quality", "output_tokens"),
    [
        ("gpt-image-2", "low", 196),
        ("gpt-image-2", "medium", 1_756),
        ("gpt-image-2", "high", 7_024),
        (FLARE, "low", 196),
        (FLARE, "medium", 439),
        (FLARE, "high", 1_756),
        (FLARE, "xhigh", 3_122),
        ("gpt-image-2.5-sunburst", "max", 7_024),
    ],
)
async def test_it_charges_by_the_measured_tokens(
    openai_server: OpenAIServer,
    openai_client: AsyncOpenAI,
    model: str,
    quality: Any,
    output_tokens: int,
) -> None:
    """Usage, bill and price agree: 5, 8 and 30 micro-USD for text, image in and image out."""
    answer = await openai_client.images.generate(
        model=model, prompt="a fox at dusk", quality=quality, size="1024x1024", n=2
    )

    assert answer.usage is not None
    assert answer.usage.output_tokens == 2 * output_tokens
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert openai_server.charged == 5 * answer.usage.input_tokens + 30 * 2 * output_tokens
    (charge,) = openai_server.bill
    assert (charge.model, charge.quality, charge.size, charge.n) == (
        model,
        quality,
        "1024x1024",
        2,
    )


@pytest.mark.parametrize(("quality", "cost"), [("low", 5), ("medium", 41), ("high", 165)])
async def test_three_to_two_costs_less_than_square(
    openai_client: AsyncOpenAI, quality: Any, cost: int
) -> None:
    """gpt-image-2 draws 1536x1024 for $0.005, $0.041 and $0.165."""
    answer = await openai_client.images.generate(
        model="gpt-image-2", prompt="a fox", quality=quality, size="1536x1024"
    )

    assert answer.usage is not None
    assert round(answer.usage.output_tokens * 30 / 1000) == cost


async def test_a_stream_shows_previews_and_charges_them(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """Two partial images, then the picture with its usage; each preview costs 100 tokens."""
    stream = await openai_client.images.generate(
        model=FLARE, prompt="a fox", quality="medium", stream=True, partial_images=2
    )
    events = [event async for event in stream]

    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    for event in events:
        with Image.open(io.BytesIO(base64.b64decode(event.b64_json))) as picture:
            assert picture.size == (1024, 1024)
    completed = events[-1]
    assert completed.type == "image_generation.completed"
    assert completed.usage.output_tokens == 439 + 200
    assert openai_server.bill[0].usage.image_out == 639


async def test_an_edit_takes_pictures_and_charges_for_them(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, photo: bytes
) -> None:
    """Two references of 1024x1024 cost 2,048 image tokens; the answer is a picture."""
    answer = await openai_client.images.edit(
        model="gpt-image-2.5-sunburst",
        prompt="at night",
        image=[("a.png", photo, "image/png"), ("b.png", photo, "image/png")],
        mask=("mask.png", photo, "image/png"),
        quality="low",
        n=2,
    )

    assert answer.data is not None
    assert len(answer.data) == 2
    assert answer.usage is not None
    assert answer.usage.input_tokens_details.image_tokens == 2_048
    assert openai_server.bill[0].call == "edit"
    assert openai_server.violations == []


async def test_an_edit_streams_too(openai_client: AsyncOpenAI, photo: bytes) -> None:
    """Edits have event names of their own."""
    stream = await openai_client.images.edit(
        model="gpt-image-2.5-sunburst",
        prompt="at night",
        image=("a.png", photo, "image/png"),
        quality="medium",
        stream=True,
        partial_images=1,
    )

    assert [event.type async for event in stream] == [
        "image_edit.partial_image",
        "image_edit.completed",
    ]


async def test_an_edit_refuses_what_is_no_picture(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, photo: bytes
) -> None:
    """Bytes without a picture's name and type are an unsupported mimetype; text is no picture."""
    for image in (photo, ("a.png", b"hello", "image/png")):
        with pytest.raises(openai.BadRequestError):
            await openai_client.images.edit(
                model=FLARE, prompt="at night", image=image, quality="low"
            )

    assert "unsupported mimetype" in openai_server.violations[0]
    assert "is no picture" in openai_server.violations[1]
    assert openai_server.bill == []


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-1", "gpt-image-9"])
async def test_models_that_are_gone_are_not_found(openai_client: AsyncOpenAI, model: str) -> None:
    """Shut models and such as never were answer 404 alike."""
    with pytest.raises(openai.NotFoundError) as caught:
        await openai_client.images.generate(model=model, prompt="a fox", quality="low")

    assert caught.value.code == "model_not_found"


async def test_models_end_on_their_day() -> None:
    """On 2026-12-01 gpt-image-1.5 is gone from the list and from the drawing table."""
    async with (
        OpenAIServer(today=date(2026, 12, 1)) as server,
        AsyncOpenAI(api_key="sk-test", base_url=server.base_url, max_retries=0) as client,
    ):
        server.accept_key("sk-test")
        names = [model.id async for model in client.models.list()]
        with pytest.raises(openai.NotFoundError):
            await client.images.generate(model="gpt-image-1.5", prompt="a fox", quality="low")

    assert FLARE in names
    assert "gpt-image-1.5" not in names


async def test_the_list_tells_when_a_model_ends(openai_client: AsyncOpenAI) -> None:
    """`shutdown_date` is there for a warning ten days ahead."""
    ends = {model.id: model.shutdown_date async for model in openai_client.models.list()}

    assert str(ends["gpt-image-1.5"]) == "2026-12-01"
    assert ends[FLARE] is None


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"n": 0}, "n"),
        ({"n": 11}, "n"),
        ({"size": "1000x1000"}, "size"),
        ({"size": "3840x3840"}, "size"),
        ({"size": "512x512"}, "size"),
        ({"size": "3072x768"}, "size"),
        ({"quality": "hd"}, "quality"),
        ({"model": "gpt-image-2", "quality": "max"}, "quality"),
        ({"model": "gpt-image-1.5", "size": "1152x2048"}, "size"),
        ({"response_format": "b64_json"}, "response_format"),
        ({"style": "vivid"}, "style"),
        ({"partial_images": 2}, "partial_images"),
        ({"stream": True, "partial_images": 4}, "partial_images"),
        ({"output_format": "svg"}, "output_format"),
        ({"output_format": "jpeg", "background": "transparent"}, "background"),
        ({"extra_body": {"colour": "red"}}, "colour"),
    ],
)
async def test_a_broken_contract_is_refused_and_recorded(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, wrong: dict[str, Any], param: str
) -> None:
    """Whatever the document or the service forbids is a 400, a violation, and free."""
    order: dict[str, Any] = {"model": FLARE, "prompt": "a fox", "quality": "low"} | wrong
    with pytest.raises(openai.BadRequestError) as caught:
        await openai_client.images.generate(**order)

    assert caught.value.param == param
    assert len(openai_server.violations) == 1
    assert openai_server.bill == []


async def test_the_documents_judge_sits_in_court(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """A value that only OpenAI's own document forbids is refused where that document is there."""
    order = {"model": FLARE, "prompt": "a fox", "quality": "low", "moderation": "none"}
    if load("openai-openapi.json") is None:
        await openai_client.post("/images/generations", body=order, cast_to=dict[str, object])
        assert openai_server.violations == []
        return
    with pytest.raises(openai.BadRequestError):
        await openai_client.post("/images/generations", body=order, cast_to=dict[str, object])
    assert "none" in openai_server.violations[0]


async def test_everything_that_the_sdk_can_send_passes(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """Parameters younger than the document are no violation."""
    await openai_client.images.generate(
        model=FLARE,
        prompt="a fox",
        quality="xhigh",
        size="1088x1360",
        background="opaque",
        moderation="low",
        output_format="jpeg",
        output_compression=80,
        safety_identifier="person-7",
        n=1,
    )

    assert openai_server.violations == []
    assert openai_server.bill[0].safety_identifier == "person-7"


async def test_unknown_paths_are_violations(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """What nobody built nobody may call unnoticed."""
    with pytest.raises(openai.NotFoundError):
        await openai_client.embeddings.create(model="e", input="a fox")

    assert openai_server.violations == ["unknown: /v1/embeddings is unknown"]


async def test_only_accepted_keys_pass(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """A key that was revoked, or never accepted, is answered 401 `invalid_api_key`."""
    openai_server.revoke_key("sk-test")
    with pytest.raises(openai.AuthenticationError) as caught:
        await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert caught.value.code == "invalid_api_key"


async def test_it_runs_as_a_process_of_its_own() -> None:
    """Another process orders faults and reads the bill over /_control."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.platforms.openai", "--port", "0"),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    control = address.removesuffix("/v1") + "/_control"
    try:
        async with (
            httpx2.AsyncClient() as http,
            AsyncOpenAI(api_key="sk-test", base_url=address, max_retries=0) as client,
        ):
            await http.post(f"{control}/accept_key", json={"key": "sk-test"})
            await http.post(f"{control}/drop_after", json={"call": "generate"})
            with pytest.raises(openai.APIConnectionError):
                await client.images.generate(model=FLARE, prompt="a fox", quality="low")
            bill = (await http.get(f"{control}/bill")).json()
            charged = (await http.get(f"{control}/charged")).json()
            unknown = await http.post(f"{control}/close", json={})
    finally:
        process.terminate()

    assert [line["model"] for line in bill] == [FLARE]
    assert charged == bill[0]["micro_usd"] == 2 * 5 + 196 * 30
    assert unknown.status_code == 404
    assert await process.wait() == 0
