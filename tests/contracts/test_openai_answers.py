"""What OpenAI's answers mean for money: its bill and its failures, at the local OpenAI."""

import asyncio
import base64
import gc
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from openai._streaming import ServerSentEvent
from PIL import Image

from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.generation.providers.openai import OpenAIImages
from core.library.pictures import check
from core.ports import Generated
from core.wording.errors import SENTENCES, sentence
from tests.contracts.provider_grounds import CATALOGUE, KEY, request_for
from tests.platforms.openai import OpenAIServer


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as opened:
        opened.accept_key(KEY)
        yield opened
        assert opened.violations == []


@pytest.fixture
async def images(server: OpenAIServer) -> AsyncIterator[OpenAIImages]:
    provider = OpenAIImages(KEY, server.base_url, CATALOGUE.of("openai"), seconds=20)
    yield provider
    await provider.aclose()


def _jpeg(colour: str) -> bytes:
    """A reference of the greatest size that is sent."""
    out = io.BytesIO()
    Image.new("RGB", (1024, 1024), colour).save(out, "JPEG")
    return out.getvalue()


async def failure(images: OpenAIImages, previews: int = 0) -> DeskError:
    """What one request ends with; there must be a sentence for it, with every fact filled in."""
    shown: list[bytes] = []

    async def preview(data: bytes) -> None:
        shown.append(data)

    with pytest.raises(DeskError) as raised:
        await images.generate(request_for(images, previews=previews), preview)
    assert raised.value.code in SENTENCES
    assert "unknown" not in sentence(raised.value.trouble)
    return raised.value


@pytest.mark.parametrize("quality", ["low", "medium", "high", "xhigh", "max"])
@pytest.mark.parametrize("size", ["1024x1024", "1152x2048"])
async def test_the_cost_is_openais_own_bill(
    server: OpenAIServer, images: OpenAIImages, quality: str, size: str
) -> None:
    """From the tokens of the answer, to the micro-dollar; never from the table."""
    made = await images.generate(request_for(images, quality=quality, size=size))
    assert made.cost == server.charged
    assert made.usage["output_tokens"] == server.bill[0].usage.image_out
    assert made.usage["input_tokens_details.text_tokens"] == server.bill[0].usage.text_in


@pytest.mark.parametrize("count", [1, 2, 16])
async def test_references_are_edited_and_their_cost_is_the_bill(
    server: OpenAIServer, images: OpenAIImages, count: int
) -> None:
    """Each within what the table says of it at most; the result shows what it was made from."""
    red = _jpeg("red")
    blue = [_jpeg("blue") for _ in range(count - 1)]
    plain = await images.generate(request_for(images))
    made = await images.generate(request_for(images, references=(red, *blue)))
    assert server.calls == ["generate", "edit"]
    with Image.open(io.BytesIO(made.data)) as picture:
        corner = picture.convert("RGB").getpixel((2, picture.height - 2))
    assert isinstance(corner, tuple)
    assert corner[0] > 200
    assert made.cost is not None
    assert plain.cost is not None
    assert made.cost + plain.cost == server.charged
    model = images.models["gpt-image-2.5-flare"]
    assert made.cost - plain.cost == model.reference_price * count
    assert server.bill[-1].safety_identifier == "person-hash"


async def test_previews_of_an_edit_are_shown(server: OpenAIServer, images: OpenAIImages) -> None:
    """Its events have other names."""
    shown: list[bytes] = []

    async def preview(data: bytes) -> None:
        shown.append(data)

    request = request_for(images, previews=2, references=(_jpeg("red"),))
    made = await images.generate(request, preview)
    assert len(shown) == 2
    assert made.cost == server.charged


@pytest.mark.parametrize("cut", ["drop_before", "drop_after"])
async def test_an_edit_that_is_cut_is_unknown_and_asked_once(
    server: OpenAIServer, images: OpenAIImages, cut: str
) -> None:
    """It costs as a new picture does."""
    getattr(server, cut)("edit")
    with pytest.raises(OutcomeUnknown):
        await images.generate(request_for(images, references=(_jpeg("red"),)))
    assert server.calls == ["edit"]


async def test_previews_are_shown_in_order_and_paid(
    server: OpenAIServer, images: OpenAIImages
) -> None:
    """Each partial picture is handed on as it comes; the finished one is not among them."""
    shown: list[bytes] = []

    async def preview(data: bytes) -> None:
        shown.append(data)

    plain = await images.generate(request_for(images))
    made = await images.generate(request_for(images, previews=2), preview)
    assert len(shown) == 2
    assert all(Image.open(io.BytesIO(data)).size == (1024, 1024) for data in shown)
    assert made.data not in shown
    assert made.cost is not None
    assert plain.cost is not None
    assert made.cost > plain.cost
    assert made.cost + plain.cost == server.charged


async def test_a_preview_that_cannot_be_shown_does_not_lose_the_picture(
    images: OpenAIImages,
) -> None:
    """The chat may be down; the picture is paid."""

    async def preview(data: bytes) -> None:
        raise TryLater("chat_unavailable", after=1)

    made = await images.generate(request_for(images, previews=3), preview)
    assert check(made.data).width == 1024


async def test_the_person_is_told_only_as_a_hash(
    server: OpenAIServer, images: OpenAIImages
) -> None:
    """As `safety_identifier`, so that an abuser can be told from the team."""
    await images.generate(request_for(images))
    assert server.bill[0].safety_identifier == "person-hash"


@pytest.mark.parametrize("previews", [0, 2])
async def test_a_refusal_names_its_categories(
    server: OpenAIServer, images: OpenAIImages, previews: int
) -> None:
    """And at which stage; nothing is charged."""
    server.refuse("moderation_blocked", categories=["violence", "sexual"], stage="output")
    error = await failure(images, previews)
    assert isinstance(error, UserError)
    assert error.code == "refused_by_provider"
    assert error.facts["categories"] == ["violence", "sexual"]
    assert error.facts["stage"] == "output"
    assert server.charged == 0


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        ("organization_must_be_verified", "openai_unverified"),
        ("invalid_key", "openai_key_rejected"),
        ("insufficient_quota", "openai_billing"),
        ("billing_hard_limit_reached", "openai_billing"),
    ],
)
async def test_what_an_admin_must_do_is_named_with_its_page(
    server: OpenAIServer, images: OpenAIImages, refusal: str, code: str
) -> None:
    """Repeating is useless until then."""
    server.refuse(refusal)
    error = await failure(images)
    assert isinstance(error, ActionNeeded)
    assert error.code == code
    assert str(error.facts["url"]).startswith("https://platform.openai.com/")


@pytest.mark.parametrize(("asked", "pause"), [(7, 7.0), (0.5, 0.5), (None, 20.0)])
async def test_too_many_requests_wait_as_long_as_asked(
    server: OpenAIServer, images: OpenAIImages, asked: float | None, pause: float
) -> None:
    """By `retry-after`; without it, twenty seconds."""
    server.refuse("rate_limited", retry_after=asked)
    error = await failure(images)
    assert isinstance(error, TryLater)
    assert (error.code, error.after) == ("provider_busy", pause)


async def test_a_retry_after_that_is_a_date_is_survived(
    server: OpenAIServer, images: OpenAIImages
) -> None:
    """HTTP allows it; our own pause is taken."""
    server.fail(
        "generate",
        status=429,
        body={"error": {"message": "slow", "type": "x", "param": None, "code": None}},
        headers={"retry-after": "Sat, 21 Nov 2026 07:28:00 GMT"},
    )
    error = await failure(images)
    assert isinstance(error, TryLater)
    assert error.after == 20


async def test_a_model_that_is_gone_is_named(server: OpenAIServer, images: OpenAIImages) -> None:
    """So that the person can choose another."""
    server.fail(
        "generate",
        status=404,
        body={
            "error": {
                "message": "The model does not exist",
                "type": "invalid_request_error",
                "param": None,
                "code": "model_not_found",
            }
        },
    )
    error = await failure(images)
    assert isinstance(error, UserError)
    assert error.code == "model_gone"
    assert error.facts == {"model": "gpt-image-2.5-flare"}


@pytest.mark.parametrize("previews", [0, 2])
async def test_an_error_in_openais_own_words_means_that_nothing_was_made(
    server: OpenAIServer, images: OpenAIImages, previews: int
) -> None:
    """Its 500 may be repeated later."""
    server.refuse("server_error")
    error = await failure(images, previews)
    assert isinstance(error, TryLater)
    assert error.code == "provider_failed"
    assert server.charged == 0


@pytest.mark.parametrize("status", [500, 502, 504, 524])
async def test_a_gateways_page_says_nothing_about_the_picture(
    server: OpenAIServer, images: OpenAIImages, status: int
) -> None:
    """Behind it the work may have gone on, and the bill with it."""
    server.fail("generate", status=status, body="<html>Bad gateway</html>", after=True)
    error = await failure(images)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "openai_no_answer"
    assert server.charged > 0


@pytest.mark.parametrize("previews", [0, 2])
@pytest.mark.parametrize("cut", ["drop_before", "drop_after"])
async def test_a_line_that_is_cut_leaves_the_outcome_unknown(
    server: OpenAIServer, images: OpenAIImages, cut: str, previews: int
) -> None:
    """From here nobody can tell whether it was made: never repeated blindly, asked only once."""
    getattr(server, cut)("generate")
    error = await failure(images, previews)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "openai_no_answer"
    assert server.calls == ["generate"]


async def test_what_a_picture_came_in_is_let_go_at_once(images: OpenAIImages) -> None:
    """Megabytes of text, which a worker with many pictures in hand cannot keep for later."""
    gc.collect()
    gc.disable()
    try:
        await images.generate(request_for(images))
        for _ in range(10):  # what Python closes for the SDK is closed in the next turns
            await asyncio.sleep(0)
        assert not [held for held in gc.get_objects() if isinstance(held, ServerSentEvent)]
    finally:
        gc.enable()


@pytest.mark.parametrize("ends", ["cut", "held"])
async def test_a_picture_that_came_is_kept_whatever_becomes_of_its_line(
    images: OpenAIImages, ends: str
) -> None:
    """The last event is there, and then the line breaks, or nobody closes it."""
    made = await images.generate(request_for(images))
    text = base64.b64encode(made.data).decode()
    event = json.dumps({"type": "image_generation.completed", "b64_json": text})
    heard = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99999999\r\n"
        writer.write(f"{head}\r\nevent: image_generation.completed\ndata: {event}\n\n".encode())
        await writer.drain()
        if ends == "held":
            await heard.wait()
        writer.transport.abort()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        broken = OpenAIImages(KEY, address, images.models, seconds=5)
        again = await broken.generate(request_for(images))
        heard.set()
        await broken.aclose()
    assert again.data == made.data


@pytest.mark.parametrize("previews", [0, 2])
async def test_a_picture_that_takes_too_long_is_unknown(
    server: OpenAIServer, previews: int
) -> None:
    """After our own time is up; the SDK alone would wait ten minutes and ask again."""
    images = OpenAIImages(KEY, server.base_url, CATALOGUE.of("openai"), seconds=0.4)
    server.hang("generate", after=True)
    error = await failure(images, previews)
    assert isinstance(error, OutcomeUnknown)
    assert server.calls == ["generate"]
    assert server.charged > 0
    await images.aclose()


async def test_an_openai_that_cannot_be_reached_made_nothing(server: OpenAIServer) -> None:
    """The connection never stood: surely not made."""
    address = server.base_url
    await server.close()
    images = OpenAIImages(KEY, address, CATALOGUE.of("openai"))
    error = await failure(images)
    assert isinstance(error, TryLater)
    assert error.code == "provider_unreachable"
    await images.aclose()


@pytest.mark.parametrize("previews", [0, 2])
@pytest.mark.parametrize("way", ["empty", "broken_base64"])
async def test_an_answer_without_a_picture_is_its_own_failure(
    server: OpenAIServer, images: OpenAIImages, way: str, previews: int
) -> None:
    """It was charged, so it is not simply asked for again; the cost is told where it is known."""
    server.spoil(way)
    error = await failure(images, previews)
    assert isinstance(error, OutcomeUnknown)
    if way == "empty":  # a stream that ends early tells nothing at all
        assert error.code == "openai_no_answer"
    else:
        assert error.code == "openai_no_image"
        assert error.facts["cost"] == server.charged


async def test_an_answer_that_cannot_be_read_is_unknown(
    server: OpenAIServer, images: OpenAIImages
) -> None:
    """200 with a page instead of JSON: a proxy's doing, and nobody knows."""
    server.fail("generate", status=200, body="<html>welcome to the hotel</html>", after=True)
    error = await failure(images)
    assert isinstance(error, OutcomeUnknown)


async def test_another_refusal_is_told_in_openais_words(
    server: OpenAIServer, images: OpenAIImages
) -> None:
    """What we do not know, the person should still read."""
    server.fail(
        "generate",
        status=400,
        body={
            "error": {
                "message": "Transparent backgrounds are resting today.",
                "type": "invalid_request_error",
                "param": "background",
                "code": "invalid_value",
            }
        },
    )
    error = await failure(images)
    assert isinstance(error, UserError)
    assert error.code == "provider_rejected"
    assert error.facts["reason"] == "Transparent backgrounds are resting today."


async def test_a_server_that_tells_no_usage_leaves_the_cost_open(
    server: OpenAIServer, images: OpenAIImages
) -> None:
    """LocalAI and others do not; the table's price is booked then, never 0."""
    made: Generated = await images.generate(request_for(images))
    without_rates = {
        name: replace(model, rates={}) for name, model in CATALOGUE.of("openai").items()
    }
    local = OpenAIImages(KEY, server.base_url, without_rates)
    assert (await local.generate(request_for(local))).cost is None
    assert made.cost is not None
    await local.aclose()
