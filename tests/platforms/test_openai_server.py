"""The pretended OpenAI keeps OpenAI's contract, seen through the unmodified openai SDK."""

import asyncio
import base64
import io
import sys
from collections.abc import AsyncIterator
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


@pytest.fixture
async def openai_server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        server.accept_key("sk-test")
        yield server


@pytest.fixture
async def client(openai_server: OpenAIServer) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        api_key="sk-test", base_url=openai_server.base_url, max_retries=0, timeout=30
    ) as client:
        yield client


@pytest.fixture
def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1024, 1024), "teal").save(out, "PNG")
    return out.getvalue()


def test_it_is_not_taken_for_the_real_package() -> None:
    """`import openai` still means the SDK."""
    assert openai.__version__.startswith("3.")


async def test_a_picture_is_real_and_of_the_asked_size(client: AsyncOpenAI) -> None:
    """A generation answers base64 of a decodable picture, and nothing that looks like a URL."""
    answer = await client.images.generate(
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


async def test_no_two_pictures_are_alike(client: AsyncOpenAI) -> None:
    """Four pictures of one prompt, twice, are eight pictures."""
    answers = [
        await client.images.generate(model=FLARE, prompt="a fox", quality="low", n=4)
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
    client: AsyncOpenAI,
    model: str,
    quality: Any,
    output_tokens: int,
) -> None:
    """Usage, bill and price agree: 5, 8 and 30 micro-USD for text, image in and image out."""
    answer = await client.images.generate(
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
    client: AsyncOpenAI, quality: Any, cost: int
) -> None:
    """gpt-image-2 draws 1536x1024 for $0.005, $0.041 and $0.165."""
    answer = await client.images.generate(
        model="gpt-image-2", prompt="a fox", quality=quality, size="1536x1024"
    )

    assert answer.usage is not None
    assert round(answer.usage.output_tokens * 30 / 1000) == cost


async def test_a_stream_shows_previews_and_charges_them(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """Two partial images, then the picture with its usage; each preview costs 100 tokens."""
    stream = await client.images.generate(
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
    openai_server: OpenAIServer, client: AsyncOpenAI, photo: bytes
) -> None:
    """Two references of 1024x1024 cost 2,048 image tokens; the answer is a picture."""
    answer = await client.images.edit(
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


async def test_an_edit_streams_too(client: AsyncOpenAI, photo: bytes) -> None:
    """Edits have event names of their own."""
    stream = await client.images.edit(
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
    openai_server: OpenAIServer, client: AsyncOpenAI, photo: bytes
) -> None:
    """Bytes without a picture's name and type are an unsupported mimetype; text is no picture."""
    for image in (photo, ("a.png", b"hello", "image/png")):
        with pytest.raises(openai.BadRequestError):
            await client.images.edit(model=FLARE, prompt="at night", image=image, quality="low")

    assert "unsupported mimetype" in openai_server.violations[0]
    assert "is no picture" in openai_server.violations[1]
    assert openai_server.bill == []


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-1", "gpt-image-9"])
async def test_models_that_are_gone_are_not_found(client: AsyncOpenAI, model: str) -> None:
    """Shut models and such as never were answer 404 alike."""
    with pytest.raises(openai.NotFoundError) as caught:
        await client.images.generate(model=model, prompt="a fox", quality="low")

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


async def test_the_list_tells_when_a_model_ends(client: AsyncOpenAI) -> None:
    """`shutdown_date` is there for a warning ten days ahead."""
    ends = {model.id: model.shutdown_date async for model in client.models.list()}

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
    openai_server: OpenAIServer, client: AsyncOpenAI, wrong: dict[str, Any], param: str
) -> None:
    """Whatever the document or the service forbids is a 400, a violation, and free."""
    order: dict[str, Any] = {"model": FLARE, "prompt": "a fox", "quality": "low"} | wrong
    with pytest.raises(openai.BadRequestError) as caught:
        await client.images.generate(**order)

    assert caught.value.param == param
    assert len(openai_server.violations) == 1
    assert openai_server.bill == []


async def test_the_documents_judge_sits_in_court(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """A value that only OpenAI's own document forbids is refused where that document is there."""
    order = {"model": FLARE, "prompt": "a fox", "quality": "low", "moderation": "none"}
    if load("openai-openapi.json") is None:
        await client.post("/images/generations", body=order, cast_to=dict[str, object])
        assert openai_server.violations == []
        return
    with pytest.raises(openai.BadRequestError):
        await client.post("/images/generations", body=order, cast_to=dict[str, object])
    assert "none" in openai_server.violations[0]


async def test_everything_that_the_sdk_can_send_passes(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """Parameters younger than the document are no violation."""
    await client.images.generate(
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
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """What nobody built nobody may call unnoticed."""
    with pytest.raises(openai.NotFoundError):
        await client.embeddings.create(model="e", input="a fox")

    assert openai_server.violations == ["unknown: /v1/embeddings is unknown"]


async def test_only_accepted_keys_pass(openai_server: OpenAIServer, client: AsyncOpenAI) -> None:
    """A key that was revoked, or never accepted, is answered 401 `invalid_api_key`."""
    openai_server.revoke_key("sk-test")
    with pytest.raises(openai.AuthenticationError) as caught:
        await client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize(
    ("reason", "facts", "expected"),
    [
        ("moderation_blocked", {}, (400, "moderation_blocked", "image_generation_user_error")),
        ("organization_must_be_verified", {}, (403, None, "invalid_request_error")),
        ("invalid_key", {}, (401, "invalid_api_key", "invalid_request_error")),
        ("rate_limited", {"retry_after": 2.5}, (429, "rate_limit_exceeded", "images")),
        ("rate_limited", {}, (429, "rate_limit_exceeded", "images")),
        ("insufficient_quota", {}, (429, "insufficient_quota", "insufficient_quota")),
        (
            "billing_hard_limit_reached",
            {},
            (400, "billing_hard_limit_reached", "image_generation_user_error"),
        ),
        ("server_error", {}, (500, None, "server_error")),
    ],
)
async def test_it_refuses_once_and_for_nothing(
    openai_server: OpenAIServer,
    client: AsyncOpenAI,
    reason: str,
    facts: dict[str, Any],
    expected: tuple[int, str | None, str],
) -> None:
    """A refusal costs nothing, has its documented shape, and is over after one call."""
    openai_server.refuse(reason, **facts)
    with pytest.raises(openai.APIStatusError) as caught:
        await client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert (caught.value.status_code, caught.value.code, caught.value.type) == expected
    wait = caught.value.response.headers.get("retry-after")
    assert wait == ("2.5" if facts.get("retry_after") else None)
    assert openai_server.bill == []
    await client.images.generate(model=FLARE, prompt="a fox", quality="low")
    assert len(openai_server.bill) == 1


async def test_a_moderation_refusal_names_categories(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """`moderation_details` tells the stage and the categories."""
    openai_server.refuse("moderation_blocked", categories=["sexual"], stage="input")
    with pytest.raises(openai.BadRequestError) as caught:
        await client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["moderation_details"] == {
        "moderation_stage": "input",
        "categories": ["sexual"],
    }


async def test_a_stream_may_end_in_a_refusal(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """An error after the previews arrives as an event of its own."""
    body = {"error": {"message": "blocked", "type": "x", "param": None, "code": "late"}}
    openai_server.fail("generate", status=400, body=body, after=True)
    stream = await client.images.generate(
        model=FLARE, prompt="a fox", quality="low", stream=True, partial_images=1
    )

    assert (await anext(stream)).type == "image_generation.partial_image"
    with pytest.raises(openai.APIError) as caught:
        await anext(stream)
    assert caught.value.code == "late"


async def test_a_cut_line_costs_nothing_before_and_the_price_after(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """The caller sees the same broken connection, the bill does not."""
    openai_server.drop_before("generate")
    openai_server.drop_after("generate")
    for charged_calls in (0, 1):
        with pytest.raises(openai.APIConnectionError):
            await client.images.generate(model=FLARE, prompt="a fox", quality="low")
        assert len(openai_server.bill) == charged_calls


async def test_a_stream_is_cut_after_its_previews(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """Previews were seen, the picture is charged, and it never comes."""
    openai_server.drop_after("generate")
    stream = await client.images.generate(
        model=FLARE, prompt="a fox", quality="low", stream=True, partial_images=1
    )

    assert (await anext(stream)).type == "image_generation.partial_image"
    with pytest.raises(openai.APIConnectionError):
        await anext(stream)

    assert len(openai_server.bill) == 1


async def test_a_hanging_call_waits_for_its_release(
    openai_server: OpenAIServer, client: AsyncOpenAI
) -> None:
    """Before the work nothing is charged; released, the call is served as if nothing had been."""
    openai_server.hang("generate")
    call = asyncio.create_task(client.images.generate(model=FLARE, prompt="a fox", quality="low"))
    await openai_server.faults.until_hanging()
    assert openai_server.bill == []

    openai_server.release()
    assert (await call).data
    assert len(openai_server.bill) == 1


async def test_who_gives_up_waiting_pays(openai_server: OpenAIServer, client: AsyncOpenAI) -> None:
    """A time-out after the work leaves a charge and no picture."""
    openai_server.hang("generate", after=True)
    with pytest.raises(openai.APITimeoutError):
        await client.with_options(timeout=0.5).images.generate(
            model=FLARE, prompt="a fox", quality="low"
        )

    assert openai_server.faults.hanging == 1
    assert len(openai_server.bill) == 1


@pytest.mark.parametrize("way", ["empty", "broken_base64", "truncated", "wrong_size"])
async def test_bad_pictures_are_charged(
    openai_server: OpenAIServer, client: AsyncOpenAI, way: str
) -> None:
    """A 200 is no promise: no data, no base64, half a file, or another size than asked."""
    openai_server.spoil(way)
    answer = await client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert len(openai_server.bill) == 1
    found: object = "no data"
    for picture in answer.data or []:
        try:
            data = base64.b64decode(picture.b64_json or "", validate=True)
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                found = image.size
        except (ValueError, OSError) as broken:
            found = type(broken).__name__
    expected = {
        "empty": "no data",
        "broken_base64": "Error",
        "truncated": "OSError",
        "wrong_size": (512, 512),
    }
    assert found == expected[way]


async def test_images_per_minute_are_counted_by_key() -> None:
    """Five images a minute: the sixth waits 12 seconds, another key does not."""
    now = 1000.0
    async with (
        OpenAIServer(clock=lambda: now) as server,
        AsyncOpenAI(api_key="sk-a", base_url=server.base_url, max_retries=0) as client,
    ):
        server.accept_key("sk-a")
        server.accept_key("sk-b")
        server.limit_images(per_minute=5)
        answer = await client.images.with_raw_response.generate(
            model=FLARE, prompt="a fox", quality="low", n=5
        )
        assert answer.headers["x-ratelimit-limit-images"] == "5"
        assert answer.headers["x-ratelimit-remaining-images"] == "0"
        with pytest.raises(openai.RateLimitError) as caught:
            await client.images.generate(model=FLARE, prompt="a fox", quality="low")
        assert caught.value.response.headers["retry-after"] == "12"
        other = client.with_options(api_key="sk-b")
        await other.images.generate(model=FLARE, prompt="a fox", quality="low")

        now += 12
        await client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert [charge.key for charge in server.bill] == ["sk-a", "sk-b", "sk-a"]


async def test_moderation_flags_what_it_was_told(
    openai_server: OpenAIServer, client: AsyncOpenAI, photo: bytes
) -> None:
    """A word flags its category; a picture is flagged on demand; both sit in one result."""
    openai_server.flag("gore", category="violence")
    openai_server.flag_images("sexual")
    url = "data:image/png;base64," + base64.b64encode(photo).decode()
    parts: Any = [
        {"type": "text", "text": "pure GORE"},
        {"type": "image_url", "image_url": {"url": url}},
    ]

    clean = await client.moderations.create(model="omni-moderation-latest", input="a fox")
    mixed = await client.moderations.create(model="omni-moderation-latest", input=parts)
    again = await client.moderations.create(model="omni-moderation-latest", input=parts[1:])

    assert not clean.results[0].flagged
    (result,) = mixed.results
    assert result.flagged
    assert result.categories.violence
    assert result.categories.sexual
    assert not result.categories.hate
    assert result.category_scores.violence > 0.9
    assert result.category_applied_input_types.sexual == ["text", "image"]
    assert result.category_applied_input_types.hate == ["text"]
    assert not again.results[0].flagged
    assert openai_server.violations == []


async def test_moderation_takes_one_picture_a_call(
    openai_server: OpenAIServer, client: AsyncOpenAI, photo: bytes
) -> None:
    """Two pictures are `too_many_images`; a list of texts has a result each."""
    url = "data:image/png;base64," + base64.b64encode(photo).decode()
    part: Any = {"type": "image_url", "image_url": {"url": url}}
    with pytest.raises(openai.BadRequestError) as caught:
        await client.moderations.create(model="omni-moderation-latest", input=[part, part])

    assert caught.value.code == "too_many_images"
    assert len(openai_server.violations) == 1
    texts = await client.moderations.create(input=["a fox", "a hen"])
    assert len(texts.results) == 2


async def test_moderation_can_be_out(openai_server: OpenAIServer, client: AsyncOpenAI) -> None:
    """An outage lasts until it is ended, and pictures go on meanwhile."""
    openai_server.end_moderation()
    for _ in range(3):
        with pytest.raises(openai.InternalServerError):
            await client.moderations.create(input="a fox")
    await client.images.generate(model=FLARE, prompt="a fox", quality="low")

    openai_server.clear("moderate")
    assert not (await client.moderations.create(input="a fox")).results[0].flagged


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
    process.terminate()

    assert [line["model"] for line in bill] == [FLARE]
    assert charged == bill[0]["micro_usd"] == 2 * 5 + 196 * 30
    assert unknown.status_code == 404
    assert await process.wait() == 0
