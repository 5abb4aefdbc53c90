"""OpenAI through its official SDK: pictures and moderation.

Owns how an `ImageRequest` is put to OpenAI, what its `usage` costs, and what each of its failures
means for money. It must not know jobs, budgets or chats.

The SDK repeats nothing here (`max_retries=0`): the API has no idempotency key, and a repeated
timeout is billed twice. Sources: SDK 3.52; reference/providers.md §1.1 for what the API answers.
"""

import asyncio
import base64
import binascii
import json
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final, TypeAlias

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types import (
    ImageEditCompletedEvent,
    ImageEditPartialImageEvent,
    ImageEditStreamEvent,
    ImageGenCompletedEvent,
    ImageGenPartialImageEvent,
    ImageGenStreamEvent,
)

from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.generation.prices import Model
from core.library import pictures
from core.ports import Allowance, Generated, ImageRequest, Preview, Told, Verdict

VERIFY_URL: Final = "https://platform.openai.com/settings/organization/general"
BILLING_URL: Final = "https://platform.openai.com/settings/organization/billing"
KEYS_URL: Final = "https://platform.openai.com/api-keys"

MODERATION_MODEL: Final = "omni-moderation-latest"
MODERATION_SECONDS: Final = 30.0
PICTURE_SECONDS: Final = 240.0
"""The slowest pictures take about three minutes; the SDK alone would wait ten."""

CONNECT_SECONDS: Final = 10.0
PAUSE: Final = 20.0
"""Seconds until the next attempt where the answer names none."""

# Failures after which nothing can have reached OpenAI.
NOTHING_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
BILLING_CODES: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
REASON_LENGTH: Final = 300

Partial: TypeAlias = ImageGenPartialImageEvent | ImageEditPartialImageEvent
Completed: TypeAlias = ImageGenCompletedEvent | ImageEditCompletedEvent
MILLION: Final = 1_000_000


class OpenAIImages:
    """Pictures by OpenAI, or by a server that speaks its API at `base_url` (ends in `/v1`).

    `models` is OpenAI's part of the catalogue, `seconds` how long one picture may take in all.
    """

    name = "openai"
    repeatable = False

    def __init__(
        self,
        key: str,
        base_url: str,
        models: Mapping[str, Model],
        *,
        seconds: float = PICTURE_SECONDS,
    ) -> None:
        self.models = models
        self._seconds = seconds
        self._client = make_client(key, base_url, seconds)

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,
        told: Told | None = None,
    ) -> Generated:
        """Make one picture, as `ImageProvider.generate` says. Also without previews it is streamed:
        then the headers, with the key's rate, come when the call begins and not when it ends.

        Raises OutcomeUnknown("openai_no_answer") where the call ended without one, and
        OutcomeUnknown("openai_no_image") where the answer held no picture (perhaps with `cost`).
        """
        asked: dict[str, Any] = {
            "prompt": request.prompt,
            "model": request.model,
            "size": request.size,
            "quality": request.quality,  # left out, the model chooses, up to the dearest
            "n": 1,
            "output_format": "png",
            "stream": True,
            "partial_images": request.previews if preview else 0,
            # A parameter of the SDK only where nothing is edited.
            "extra_body": {"safety_identifier": request.person},
        }
        calls = self._client.images.with_raw_response
        async with our_errors(request.model, self._seconds):
            if request.references:
                raw = await calls.edit(image=_files(request.references), **asked)
            else:
                raw = await calls.generate(**asked)
            if told and (allowance := _allowance(raw.headers)):
                await told(allowance)
            answer = await _last(raw.parse(), preview)
            return self._read(answer, self.models.get(request.model))

    async def aclose(self) -> None:
        """Let go of the connections. May be repeated."""
        await self._client.close()

    def _read(self, answer: Completed | None, model: Model | None) -> Generated:
        if answer is None:
            raise OutcomeUnknown("openai_no_answer")
        usage = read_usage(answer.to_dict().get("usage"))
        cost = _cost(usage, model)
        try:
            data = base64.b64decode(answer.b64_json or "", validate=True)
        except binascii.Error:
            data = b""
        if not data:
            raise OutcomeUnknown("openai_no_image", cost=cost)
        return Generated(data, f"image/{answer.output_format or 'png'}", usage, cost)


class OpenAIModerator:
    """Judges by omni-moderation, which is free. Pictures are scored for sexual content, violence
    and self-harm alone; all other categories are about text.
    """

    def __init__(self, key: str, base_url: str, *, seconds: float = MODERATION_SECONDS) -> None:
        self._seconds = seconds
        self._client = make_client(key, base_url, seconds)

    async def review(self, text: str, image: bytes | None = None) -> Verdict:
        """Judge `text` (may be empty) and `image` (checked bytes), as `Moderator.review` says.

        The picture is sent as a JPEG of at most 1024 pixels. Raises TryLater in any outage.
        """
        parts: list[Any] = [{"type": "text", "text": text}] if text.strip() else []
        if image is not None:
            small = await asyncio.to_thread(pictures.preview, image)
            url = f"data:image/jpeg;base64,{base64.b64encode(small).decode()}"
            parts.append({"type": "image_url", "image_url": {"url": url}})
        if not parts:
            return Verdict(allowed=True)
        try:
            async with our_errors(MODERATION_MODEL, self._seconds):
                answer = await self._client.moderations.create(model=MODERATION_MODEL, input=parts)
                return _verdict(answer.to_dict())
        except (OutcomeUnknown, UserError) as error:
            # Nothing is bought here, and what could not be judged must not pass: ask again.
            raise TryLater("moderation_unavailable", after=PAUSE) from error

    async def aclose(self) -> None:
        """Let go of the connections. May be repeated."""
        await self._client.close()


def _files(references: tuple[bytes, ...]) -> list[tuple[str, bytes, str]]:
    return [
        (f"reference-{number}.jpg", data, "image/jpeg")
        for number, data in enumerate(references, start=1)
    ]


async def _last(
    events: AsyncStream[ImageGenStreamEvent] | AsyncStream[ImageEditStreamEvent],
    preview: Preview | None,
) -> Completed | None:
    """The event that holds the picture, None where the stream ends without it. What becomes of the
    stream behind it is all one: the picture is here, and paid.
    """
    # The SDK's stream and its generator hold each other and the picture's text: left unfinished and
    # unclosed they would stay until Python looks for such circles, many pictures later.
    async with events, aclosing(events._iterator):  # type: ignore[type-var]  # noqa: SLF001  # see above
        async for event in events:
            if isinstance(event, Partial) and preview:
                # A preview that is broken or cannot be shown must not lose the paid picture.
                with suppress(binascii.Error, DeskError):
                    await preview(base64.b64decode(event.b64_json, validate=True))
            elif isinstance(event, Completed):
                return event
    return None


def _allowance(headers: Mapping[str, str]) -> Allowance | None:
    """What the answer's headers say of the key (their names are not documented for images)."""
    limit = headers.get("x-ratelimit-limit-images", "")
    left = headers.get("x-ratelimit-remaining-images", "")
    if not limit.isdecimal() or not int(limit):
        return None
    return Allowance(int(limit), int(left) if left.isdecimal() else None)


def make_client(key: str, base_url: str, seconds: float) -> AsyncOpenAI:
    """The SDK without its retries, for calls that may take so many seconds."""
    # Connections are not kept: one that the other side closes while idle fails like one that was
    # cut after sending, and each of those would look like a picture that was perhaps paid.
    return AsyncOpenAI(
        api_key=key,
        base_url=base_url,
        max_retries=0,
        timeout=httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
        http_client=openai.DefaultAsyncHttpxClient(
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        ),
    )


@asynccontextmanager
async def our_errors(model: str, seconds: float) -> AsyncIterator[None]:
    """Turn everything that the SDK raises into one of our errors."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except openai.APIStatusError as error:
        raise _explain(error, model, error.status_code) from error
    except openai.APIConnectionError as error:
        if isinstance(error.__cause__, NOTHING_SENT):
            raise TryLater("provider_unreachable", after=PAUSE, provider="openai") from error
        raise OutcomeUnknown("openai_no_answer") from error
    except openai.APIError as error:  # told inside a stream that began well
        raise _explain(error, model, 200) from error
    except (TimeoutError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise OutcomeUnknown("openai_no_answer") from error


def _explain(error: openai.APIError, model: str, status: int) -> DeskError:
    """What an error that OpenAI itself answered means; `status` is 200 inside a stream."""
    if error.code == "moderation_blocked":
        return _refused(error.body)
    if error.code in BILLING_CODES:
        return ActionNeeded("openai_billing", url=BILLING_URL)
    if error.code == "model_not_found":
        return UserError("model_gone", model=model)
    if status in {401, 403}:
        return _locked_out(error, status)
    if status == httpx2.codes.TOO_MANY_REQUESTS or error.code == "rate_limit_exceeded":
        return TryLater("provider_busy", after=_pause(error), provider="openai")
    return _failed(error, status)


def _failed(error: openai.APIError, status: int) -> DeskError:
    if status < 500 and error.type != "server_error":  # noqa: PLR2004  # HTTP's server errors
        return UserError("provider_rejected", provider="openai", reason=_words(error))
    if error.type is None:
        # Not the API's own words: a gateway's page says only that the gateway gave up waiting.
        return OutcomeUnknown("openai_no_answer", status=status)
    return TryLater("provider_failed", after=_pause(error), provider="openai")


def _refused(body: object) -> UserError:
    details = body.get("moderation_details") if isinstance(body, dict) else None
    facts = details if isinstance(details, dict) else {}
    categories = [str(category) for category in facts.get("categories") or ()]
    stage = str(facts.get("moderation_stage") or "")
    return UserError("refused_by_provider", provider="openai", categories=categories, stage=stage)


def _locked_out(error: openai.APIError, status: int) -> ActionNeeded:
    if status == httpx2.codes.UNAUTHORIZED:
        return ActionNeeded("openai_key_rejected", url=KEYS_URL)
    if "verif" in error.message.lower():  # this refusal has no code
        return ActionNeeded("openai_unverified", url=VERIFY_URL)
    return ActionNeeded("openai_forbidden", reason=_words(error))


def _words(error: openai.APIError) -> str:
    """What OpenAI says in its own words, without what the SDK puts before them."""
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.message)[:REASON_LENGTH]


def _pause(error: openai.APIError) -> float:
    """Seconds that the answer asks to wait; it may also be a date or absent, then our own."""
    headers = error.response.headers if isinstance(error, openai.APIStatusError) else {}
    try:
        return max(float(headers.get("retry-after", PAUSE)), 0.0)
    except ValueError:
        return PAUSE


def read_usage(usage: object) -> dict[str, int]:
    """Every count of `usage` by its path, `input_tokens_details.text_tokens` for one."""
    found: dict[str, int] = {}
    for name, value in (usage if isinstance(usage, dict) else {}).items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": count for inner, count in read_usage(value).items()}
        elif isinstance(value, int):
            found[name] = value
    return found


def _cost(usage: Mapping[str, int], model: Model | None) -> int | None:
    """Micro-USD, rounded up; None without usage or without rates for the model."""
    if model is None or not model.rates or "output_tokens" not in usage:
        return None
    image = usage.get("input_tokens_details.image_tokens", 0)
    text = usage.get("input_tokens", image) - image
    rates = model.rates
    exact = text * rates["text"] + image * rates["image"] + usage["output_tokens"] * rates["output"]
    return math.ceil(exact / MILLION)


def _verdict(answer: Mapping[str, Any]) -> Verdict:
    results = answer.get("results")
    if not results:
        raise OutcomeUnknown("openai_no_answer")
    found = {
        name for result in results for name, flagged in result["categories"].items() if flagged
    }
    allowed = not any(result["flagged"] for result in results)
    return Verdict(allowed=allowed, categories=() if allowed else tuple(sorted(found)))
