"""Replicate over its HTTP API: Flux, Stable Diffusion XL and 3.5.

Owns how a model of the catalogue is asked for there, and what becomes of its prediction. A
prediction that was created is paid: from then on its id is all that counts, and looking at it again
costs nothing. So the creating call waits only a moment for the picture itself: whoever loses that
answer loses the id. The id is the handle by which a picture is resumed. It must not know jobs,
budgets or chats.

Sources: replicate.com/docs (predictions.create: `Prefer: wait=n`, files are in `output` perhaps
before the status says so; statuses; data retention: what a prediction made is removed after an
hour; input schemas of each model); what a small balance is told: nodetool-ai/nodetool#5196. No cost
is told: the table's price is booked.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx2

from core.errors import DeskError, OutcomeUnknown, TryLater, UserError
from core.generation.prices import Model
from core.generation.providers.calls import (
    PAUSE,
    Account,
    Json,
    calling,
    failed,
    fetch,
    locked_out,
    nearest_ratio,
    open_client,
    pause,
    picture,
    read_json,
    send,
    shorten,
)
from core.ports import Allowance, Begun, Generated, ImageRequest, Preview, Told

TITLE: Final = "Replicate"
ACCOUNT: Final = Account(
    TITLE,
    "REPLICATE_API_TOKEN",
    "https://replicate.com/account/api-tokens",
    "https://replicate.com/account/billing",
)
FILES_HOST: Final = "replicate.delivery"

PICTURE_SECONDS: Final = 240.0  # a cold model is loaded first
CREATE_SECONDS: Final = 60.0
WAIT_SECONDS: Final = 5
POLL_SECONDS: Final = 1.0
CANCEL_SECONDS: Final = 5.0

RATIOS: Final = ("1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16")
REFUSALS: Final = re.compile(r"nsfw|flagged|sensitive|safety|moderat", re.IGNORECASE)
ID: Final = re.compile(r"\w{1,64}")
RATE: Final = re.compile(r"(\d+) requests per minute")


@dataclass(frozen=True)
class Recipe:
    """How a model is asked. `version` is set for those that are not run by their name alone;
    `shape` is how it takes a size: one of `RATIOS`, pixels, or pixels where the ratio is "custom".
    """

    path: str
    shape: Literal["ratio", "pixels", "custom"]
    version: str = ""
    png: bool = True


RECIPES: Final[Mapping[str, Recipe]] = {
    "flux-schnell": Recipe("models/black-forest-labs/flux-schnell/predictions", "ratio"),
    "flux-dev": Recipe("models/black-forest-labs/flux-dev/predictions", "ratio"),
    "flux-1.1-pro": Recipe("models/black-forest-labs/flux-1.1-pro/predictions", "custom"),
    "sd-3.5-large": Recipe("models/stability-ai/stable-diffusion-3.5-large/predictions", "ratio"),
    "sdxl": Recipe(
        "predictions",
        "pixels",
        "stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
        png=False,  # it always is, and knows no such input
    ),
}


class Replicate:
    """Pictures by Replicate, or by a server that speaks its API at `base_url` (ends in `/v1`).

    `models` is its part of the catalogue, `seconds` how long one picture may take in all.
    """

    name = "replicate"
    repeatable = False

    def __init__(
        self,
        token: str,
        base_url: str,
        models: Mapping[str, Model],
        *,
        seconds: float = PICTURE_SECONDS,
        poll: float = POLL_SECONDS,
    ) -> None:
        self.models = models
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._hosts = {FILES_HOST, urlsplit(base_url).hostname or FILES_HOST}
        self._seconds = seconds
        self._poll = poll
        self._client = open_client(seconds)

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,  # noqa: ARG002  # it has no unfinished pictures to show
        told: Told | None = None,
    ) -> Generated:
        """Make one picture, as `ImageProvider.generate` says.

        Raises OutcomeUnknown: "provider_no_answer" where not even the id of the prediction came,
        "provider_unfinished" where it came and the picture did not in time, "provider_forgot" where
        a prediction that is resumed is known no more, "provider_not_fetched" where the picture was
        made and could not be had.
        """
        until = monotonic() + self._seconds
        if request.resumes:
            begun: Json = {"id": request.resumes, "status": "processing"}
        else:
            begun = await self._create(request, told)
        made = await self._finish(begun, until, resumed=bool(request.resumes))
        price = self.models[request.model].price(request.quality, request.size)
        address = _output(made)
        if not address:
            raise _failed(made, price)
        data = await self._fetch(address, until, price)
        return picture(data, TITLE, usage=_usage(made))

    async def aclose(self) -> None:
        """Let go of the connections. May be repeated."""
        await self._client.aclose()

    async def _create(self, request: ImageRequest, told: Told | None) -> Json:
        """The prediction as it was created; its id is told."""
        async with calling(TITLE, min(CREATE_SECONDS, self._seconds)):
            answer = await send(self._client, self._creation(request))
        prediction = read_json(answer)
        if answer.status_code not in {httpx2.codes.OK, httpx2.codes.CREATED, httpx2.codes.ACCEPTED}:
            if told and (rate := RATE.search(shorten(prediction.get("detail")))):
                await told(Allowance(int(rate[1]), 0))
            raise _explain(answer, request.model)
        id_ = str(prediction.get("id", ""))
        if not ID.fullmatch(id_):
            raise OutcomeUnknown("provider_no_answer", provider=TITLE)
        if told:
            await told(Begun(id_))
        return prediction

    def _creation(self, request: ImageRequest) -> httpx2.Request:
        recipe = RECIPES[request.model]
        given: dict[str, Any] = {"prompt": request.prompt, "seed": request.seed}
        if recipe.png:
            given["output_format"] = "png"
        if recipe.shape == "ratio":
            given["aspect_ratio"] = nearest_ratio(request.size, RATIOS)
        else:
            width, _, height = request.size.partition("x")
            given |= {"width": int(width), "height": int(height)}
        if recipe.shape == "custom":
            given["aspect_ratio"] = "custom"
        body: Json = {"input": given}
        if recipe.version:
            body["version"] = recipe.version
        return self._client.build_request(
            "POST",
            f"{self._base}/{recipe.path}",
            json=body,
            headers={**self._headers, "Prefer": f"wait={WAIT_SECONDS}"},
        )

    async def _finish(self, prediction: Json, until: float, *, resumed: bool) -> Json:
        """The prediction when it has ended, looked at again and again; a look costs nothing."""
        id_ = str(prediction["id"])
        while not _output(prediction) and prediction.get("status") in {"starting", "processing"}:
            if monotonic() + self._poll > until:
                await self._cancel(id_)
                raise OutcomeUnknown("provider_unfinished", provider=TITLE)
            await asyncio.sleep(self._poll)
            prediction = await self._look(id_, until, resumed=resumed) or prediction
        return prediction

    async def _look(self, id_: str, until: float, *, resumed: bool) -> Json | None:
        """How a prediction stands, None where that cannot be told now."""
        request = self._client.build_request(
            "GET", f"{self._base}/predictions/{id_}", headers=self._headers
        )
        try:
            async with asyncio.timeout(max(until - monotonic(), 0.1)):
                answer = await send(self._client, request)
        except (httpx2.HTTPError, TimeoutError):
            return None
        if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            await asyncio.sleep(min(pause(answer), max(until - monotonic(), 0)))
        if resumed and answer.status_code == httpx2.codes.NOT_FOUND:
            # One that was created just now may be unknown for a moment; this one was not.
            raise OutcomeUnknown("provider_forgot", provider=TITLE)
        told = read_json(answer)
        return told if answer.is_success and told.get("id") == id_ else None

    async def _cancel(self, id_: str) -> None:
        """Stop what nobody waits for any more; whether that was heard changes nothing."""
        request = self._client.build_request(
            "POST", f"{self._base}/predictions/{id_}/cancel", headers=self._headers
        )
        with suppress(httpx2.HTTPError, TimeoutError):
            async with asyncio.timeout(CANCEL_SECONDS):
                await send(self._client, request)

    async def _fetch(self, address: str, until: float, price: int | None) -> bytes:
        """The picture, which stays there for an hour: a line that breaks is tried again."""
        while True:
            try:
                async with asyncio.timeout(max(until - monotonic(), 0.1)):
                    return await fetch(self._client, address, self._hosts)
            except (httpx2.HTTPError, TimeoutError) as error:
                hopeless = isinstance(error, httpx2.UnsupportedProtocol)
                if hopeless or monotonic() + self._poll > until:
                    facts = {} if price is None else {"cost": price}
                    raise OutcomeUnknown("provider_not_fetched", provider=TITLE, **facts) from error
                await asyncio.sleep(self._poll)


def _output(prediction: Json) -> str:
    """The address of the picture, empty where there is none (yet)."""
    output = prediction.get("output")
    first = output[0] if isinstance(output, list) and output else output
    return first if isinstance(first, str) else ""


def _usage(prediction: Json) -> dict[str, int]:
    metrics = prediction.get("metrics")
    told = metrics.get("image_count") if isinstance(metrics, dict) else None
    return {"image_count": told} if isinstance(told, int) else {}


def _failed(prediction: Json, price: int | None) -> DeskError:
    """What it means that a prediction ended without a picture.

    Models that are billed by the picture bill nothing for it, so they may be asked again; the
    others (those without a price here) are billed by the second, whatever came of it. One that
    succeeded and has no picture any more was billed.
    """
    if prediction.get("status") == "succeeded":
        facts = {} if price is None else {"cost": price}
        return OutcomeUnknown("provider_not_fetched", provider=TITLE, **facts)
    reason = shorten(prediction.get("error"))
    if REFUSALS.search(reason):
        return UserError("provider_refused", provider=TITLE, reason=reason)
    if price is None:
        return OutcomeUnknown("provider_no_image", provider=TITLE)
    return TryLater("provider_failed", after=PAUSE, provider=TITLE)


def _explain(answer: httpx2.Response, model: str) -> DeskError:
    """What an answer to the creating call means that holds no prediction."""
    body = read_json(answer)
    reason = shorten(body.get("detail") or body.get("title"))
    if answer.status_code == httpx2.codes.NOT_FOUND:
        return UserError("model_gone", model=model)
    after = pause(answer, body.get("retry_after"))
    return locked_out(answer, ACCOUNT, reason) or failed(answer, TITLE, reason, after)
