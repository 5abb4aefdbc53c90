"""Stability AI's v2beta API: Stable Image Core and Ultra, Stable Diffusion 3.5.

Owns how a picture is asked for there, and what its answers mean for money. It must not know jobs,
budgets or chats.

Sources: platform.stability.ai, v2beta reference (multipart, `Accept: image/*`, `finish-reason`,
errors as `{id, name, errors}`, 150 calls in 10 seconds, then a minute's ban). An answer tells no
cost: the table's price is booked.
"""

from collections.abc import Mapping
from typing import Final

import httpx2

from core.errors import DeskError, UserError
from core.generation.prices import Model
from core.generation.providers.calls import (
    PAUSE,
    Account,
    calling,
    failed,
    locked_out,
    nearest_ratio,
    open_client,
    pause,
    picture,
    read_json,
    send,
    shorten,
)
from core.ports import Generated, ImageRequest, Preview, Told

TITLE: Final = "Stability AI"
ACCOUNT: Final = Account(
    TITLE,
    "STABILITY_API_KEY",
    "https://platform.stability.ai/account/keys",
    "https://platform.stability.ai/account/credits",
)
BANNED: Final = httpx2.codes.TOO_MANY_REQUESTS

PICTURE_SECONDS: Final = 180.0
BAN_SECONDS: Final = 60.0
MOST_SEED: Final = 4_294_967_294

RATIOS: Final = ("1:1", "16:9", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
PATHS: Final[Mapping[str, str]] = {
    "stable-image-core": "core",
    "stable-image-ultra": "ultra",
    "sd3.5-large": "sd3",
    "sd3.5-large-turbo": "sd3",
    "sd3.5-medium": "sd3",
}


class Stability:
    """Pictures by Stability AI at `base_url` (without the version).

    `models` is its part of the catalogue, `seconds` how long one picture may take in all.
    """

    name = "stability"
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
        self._base = base_url.rstrip("/")
        self._key = key
        self._seconds = seconds
        self._client = open_client(seconds)

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,  # noqa: ARG002  # it has no unfinished pictures to show
        told: Told | None = None,  # noqa: ARG002  # it tells nothing of the key's rate
    ) -> Generated:
        """Make one picture, as `ImageProvider.generate` says.

        Raises UserError("provider_filtered"), with its `cost`, for a picture that was made and then
        blurred: nobody wants it, and it was billed.
        """
        price = self.models[request.model].price(request.quality, request.size)
        async with calling(TITLE, self._seconds):
            answer = await send(self._client, self._order(request))
        if answer.status_code != httpx2.codes.OK:
            raise _explain(answer)
        if answer.headers.get("finish-reason", "SUCCESS") == "CONTENT_FILTERED":
            raise UserError("provider_filtered", provider=TITLE, cost=price)
        return picture(answer.content, TITLE)

    async def aclose(self) -> None:
        """Let go of the connections. May be repeated."""
        await self._client.aclose()

    def _order(self, request: ImageRequest) -> httpx2.Request:
        fields = {
            "prompt": request.prompt,
            "aspect_ratio": nearest_ratio(request.size, RATIOS),
            "seed": str(request.seed % MOST_SEED + 1),  # 0 means any
            "output_format": "png",
        }
        path = PATHS[request.model]
        if path == "sd3":
            fields["model"] = request.model
        return self._client.build_request(
            "POST",
            f"{self._base}/v2beta/stable-image/generate/{path}",
            # Fields without a file name: that alone makes it a multipart form, as is demanded.
            files={name: (None, value) for name, value in fields.items()},
            headers={
                "Authorization": f"Bearer {self._key}",
                "Accept": "image/*",
                "stability-client-id": "image-desk",
                "stability-client-user-id": request.person,
            },
        )


def _explain(answer: httpx2.Response) -> DeskError:
    """What an answer means that holds no picture."""
    body = read_json(answer)
    errors = body.get("errors")
    words = "; ".join(map(str, errors)) if isinstance(errors, list) else body.get("name")
    reason = shorten(words)
    if body.get("name") == "content_moderation":
        return UserError("provider_refused", provider=TITLE, reason=reason)
    after = pause(answer, default=BAN_SECONDS if answer.status_code == BANNED else PAUSE)
    return locked_out(answer, ACCOUNT, reason) or failed(answer, TITLE, reason, after)
