"""The pretended OpenAI refuses, limits, flags and fails as it was told, and bills exactly."""

import asyncio
import base64
import io
import time
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from PIL import Image

from tests.platforms.openai import OpenAIServer

FLARE = "gpt-image-2.5-flare"


@pytest.mark.parametrize(
    ("reason", "facts", "expected"),
    [
        ("moderation_blocked", {}, (400, "moderation_blocked", "image_generation_user_error")),
        ("organization_must_be_verified", {}, (403, None, "invalid_request_error")),
        ("invalid_key", {}, (401, "invalid_api_key", "invalid_request_error")),
        ("model_not_found", {}, (404, "model_not_found", "invalid_request_error")),
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
    openai_client: AsyncOpenAI,
    reason: str,
    facts: dict[str, Any],
    expected: tuple[int, str | None, str],
) -> None:
    """A refusal costs nothing, has its documented shape, and is over after one call."""
    openai_server.refuse(reason, **facts)
    with pytest.raises(openai.APIStatusError) as caught:
        await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert (caught.value.status_code, caught.value.code, caught.value.type) == expected
    wait = caught.value.response.headers.get("retry-after")
    assert wait == ("2.5" if facts.get("retry_after") else None)
    assert openai_server.bill == []
    await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")
    assert len(openai_server.bill) == 1


async def test_a_moderation_refusal_names_categories(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """`moderation_details` tells the stage and the categories."""
    openai_server.refuse("moderation_blocked", categories=["sexual"], stage="input")
    with pytest.raises(openai.BadRequestError) as caught:
        await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["moderation_details"] == {
        "moderation_stage": "input",
        "categories": ["sexual"],
    }


async def test_a_stream_may_end_in_a_refusal(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """An error after the previews arrives as an event of its own."""
    body = {"error": {"message": "blocked", "type": "x", "param": None, "code": "late"}}
    openai_server.fail("generate", status=400, body=body, after=True)
    stream = await openai_client.images.generate(
        model=FLARE, prompt="a fox", quality="low", stream=True, partial_images=1
    )

    assert (await anext(stream)).type == "image_generation.partial_image"
    with pytest.raises(openai.APIError) as caught:
        await anext(stream)
    assert caught.value.code == "late"


async def test_a_cut_line_costs_nothing_before_and_the_price_after(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """The caller sees the same broken connection, the bill does not."""
    openai_server.drop_before("generate")
    openai_server.drop_after("generate")
    for charged_calls in (0, 1):
        with pytest.raises(openai.APIConnectionError):
            await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")
        assert len(openai_server.bill) == charged_calls


async def test_a_stream_is_cut_after_its_previews(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """Previews were seen, the picture is charged, and it never comes."""
    openai_server.drop_after("generate")
    stream = await openai_client.images.generate(
        model=FLARE, prompt="a fox", quality="low", stream=True, partial_images=1
    )

    assert (await anext(stream)).type == "image_generation.partial_image"
    with pytest.raises(openai.APIConnectionError):
        await anext(stream)

    assert len(openai_server.bill) == 1


async def test_a_hanging_call_waits_for_its_release(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """Before the work nothing is charged; released, the call is served as if nothing had been."""
    openai_server.hang("generate")
    call = asyncio.create_task(
        openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")
    )
    await openai_server.faults.until_hanging()
    assert openai_server.bill == []

    openai_server.release()
    assert (await call).data
    assert len(openai_server.bill) == 1


async def test_a_slow_service_takes_its_time(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """Pictures take so many seconds; whoever waits less finds nothing charged yet."""
    openai_server.slow_down(seconds=0.5)
    with pytest.raises(openai.APITimeoutError):
        await openai_client.with_options(timeout=0.1).images.generate(
            model=FLARE, prompt="a fox", quality="low"
        )
    assert openai_server.bill == []

    started = time.monotonic()
    await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")
    assert time.monotonic() - started >= 0.5
    assert openai_server.bill


async def test_who_gives_up_waiting_pays(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """A time-out after the work leaves a charge and no picture."""
    openai_server.hang("generate", after=True)
    with pytest.raises(openai.APITimeoutError):
        await openai_client.with_options(timeout=0.5).images.generate(
            model=FLARE, prompt="a fox", quality="low"
        )

    assert openai_server.faults.hanging == 1
    assert len(openai_server.bill) == 1


@pytest.mark.parametrize("way", ["empty", "broken_base64", "truncated", "wrong_size"])
async def test_bad_pictures_are_charged(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, way: str
) -> None:
    """A 200 is no promise: no data, no base64, half a file, or another size than asked."""
    openai_server.spoil(way)
    answer = await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")

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
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, photo: bytes
) -> None:
    """A word flags its category; a picture is flagged on demand; both sit in one result."""
    openai_server.flag("gore", category="violence")
    openai_server.flag_images("sexual")
    url = "data:image/png;base64," + base64.b64encode(photo).decode()
    parts: Any = [
        {"type": "text", "text": "pure GORE"},
        {"type": "image_url", "image_url": {"url": url}},
    ]

    clean = await openai_client.moderations.create(model="omni-moderation-latest", input="a fox")
    mixed = await openai_client.moderations.create(model="omni-moderation-latest", input=parts)
    again = await openai_client.moderations.create(model="omni-moderation-latest", input=parts[1:])

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
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, photo: bytes
) -> None:
    """Two pictures are `too_many_images`; a list of texts has a result each."""
    url = "data:image/png;base64," + base64.b64encode(photo).decode()
    part: Any = {"type": "image_url", "image_url": {"url": url}}
    with pytest.raises(openai.BadRequestError) as caught:
        await openai_client.moderations.create(model="omni-moderation-latest", input=[part, part])

    assert caught.value.code == "too_many_images"
    assert len(openai_server.violations) == 1
    texts = await openai_client.moderations.create(input=["a fox", "a hen"])
    assert len(texts.results) == 2


async def test_moderation_can_be_out(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """An outage lasts until it is ended, and pictures go on meanwhile."""
    openai_server.end_moderation()
    for _ in range(3):
        with pytest.raises(openai.InternalServerError):
            await openai_client.moderations.create(input="a fox")
    await openai_client.images.generate(model=FLARE, prompt="a fox", quality="low")

    openai_server.clear("moderate")
    assert not (await openai_client.moderations.create(input="a fox")).results[0].flagged
