"""Stable Diffusion on a machine of one's own: `/sdapi/v1/txt2img`, as A1111, Forge, SD.Next and
stable-diffusion.cpp's server speak it.

Owns how a picture is asked for there. It is free, and the same seed gives the same picture, so
whatever went wrong may be asked for again. It must not know jobs, budgets or chats.

Sources: A1111's `/docs` (`--api`), stable-diffusion.cpp's examples/server.
"""

from collections.abc import Mapping
from typing import Final

import httpx2

from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater
from core.generation.prices import Model
from core.generation.providers.calls import (
    PAUSE,
    calling,
    failed,
    open_client,
    pause,
    picture,
    read_base64,
    read_json,
    send,
    shorten,
)
from core.generation.providers.plain_words import plain
from core.ports import Generated, ImageRequest, Preview, Told

TITLE: Final = "Stable Diffusion"
PICTURE_SECONDS: Final = 900.0
"""These servers draw one picture at a time and let all others wait."""

STEPS: Final = {"low": 12, "medium": 24, "high": 40}


class Diffusion:
    """Pictures by the server at `base_url` (without `/sdapi`), with the model that it has loaded.

    `models` is its part of the catalogue, `seconds` how long one picture may take in all.
    """

    name = "diffusion"
    repeatable = True

    def __init__(
        self, base_url: str, models: Mapping[str, Model], *, seconds: float = PICTURE_SECONDS
    ) -> None:
        self.models = models
        self._base = base_url.rstrip("/")
        self._seconds = seconds
        self._client = open_client(seconds)

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,  # noqa: ARG002  # it has no unfinished pictures to show
        told: Told | None = None,  # noqa: ARG002  # nobody limits it
    ) -> Generated:
        """Make one picture, as `ImageProvider.generate` says; free, and never OutcomeUnknown."""
        width, _, height = request.size.partition("x")
        order = {
            "prompt": plain(request.prompt),
            "negative_prompt": "",
            "width": int(width),
            "height": int(height),
            "steps": STEPS[request.quality],
            "seed": request.seed,
            "batch_size": 1,
            "n_iter": 1,
        }
        sending = self._client.build_request("POST", f"{self._base}/sdapi/v1/txt2img", json=order)
        try:
            async with calling(TITLE, self._seconds):
                answer = await send(self._client, sending)
            if answer.status_code != httpx2.codes.OK:
                raise _explain(answer)
            images = read_json(answer).get("images")
            first = images[0] if isinstance(images, list) and images else None
            return picture(read_base64(first), TITLE, cost=0)
        except OutcomeUnknown as error:  # there is nothing to pay
            raise TryLater("provider_failed", after=PAUSE, provider=TITLE) from error

    async def aclose(self) -> None:
        """Let go of the connections. May be repeated."""
        await self._client.aclose()


def _explain(answer: httpx2.Response) -> DeskError:
    """What an answer means that holds no picture."""
    body, status = read_json(answer), answer.status_code
    reason = shorten(body.get("errors") or body.get("detail") or body.get("error"))
    if status == httpx2.codes.NOT_FOUND:
        return ActionNeeded("diffusion_api_off")
    if status in {httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN}:
        return ActionNeeded("diffusion_locked")
    return failed(answer, TITLE, reason, pause(answer))
