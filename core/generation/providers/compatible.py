"""A server of one's own that speaks OpenAI's images API: LocalAI, vLLM, stable-diffusion.cpp.

Owns the little that these have in common: one model, no streaming, no usage, and a picture either
in the answer or at an address. What it costs, nobody tells, and it may be a paid one behind a
proxy: so it is treated as paid. It must not know jobs, budgets or chats.

Sources: the servers' own documents, as of 2026-11 (reference/providers.md §1.2).
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx2

from core.errors import ActionNeeded, DeskError
from core.generation.prices import Model
from core.generation.providers.calls import (
    Json,
    calling,
    failed,
    fetch,
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

TITLE: Final = "The image server"
PICTURE_SECONDS: Final = 600.0


class Compatible:
    """Pictures by the server at `base_url` (ends in `/v1`), which calls its model `model` (empty:
    it has but one).

    `models` is its part of the catalogue, `seconds` how long one picture may take in all.
    """

    name = "compatible"
    repeatable = False

    def __init__(
        self,
        key: str,
        base_url: str,
        model: str,
        models: Mapping[str, Model],
        *,
        seconds: float = PICTURE_SECONDS,
    ) -> None:
        self.models = models
        self._base = base_url.rstrip("/")
        self._hosts = {urlsplit(base_url).hostname or ""}
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._model = model
        self._seconds = seconds
        self._client = open_client(seconds)

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,  # noqa: ARG002  # not every one of them streams
        told: Told | None = None,  # noqa: ARG002  # none of them tells
    ) -> Generated:
        """Make one picture, as `ImageProvider.generate` says; its cost stays unknown."""
        order: Json = {
            "prompt": plain(request.prompt),
            "size": request.size,
            "n": 1,
            "response_format": "b64_json",
        }
        if self._model:
            order["model"] = self._model
        sending = self._client.build_request(
            "POST", f"{self._base}/images/generations", json=order, headers=self._headers
        )
        async with calling(TITLE, self._seconds):
            answer = await send(self._client, sending)
            if answer.status_code != httpx2.codes.OK:
                raise _explain(answer)
            data = await self._read(read_json(answer))
        return picture(data, TITLE)

    async def aclose(self) -> None:
        """Let go of the connections. May be repeated."""
        await self._client.aclose()

    async def _read(self, answer: Json) -> bytes:
        listed = answer.get("data")
        first = listed[0] if isinstance(listed, list) and listed else None
        if not isinstance(first, dict):
            return b""
        if address := first.get("url"):
            rooted = str(address).startswith("/")
            whole = urljoin(self._base, str(address)) if rooted else str(address)
            return await fetch(self._client, whole, self._hosts)
        return read_base64(first.get("b64_json"))


def _explain(answer: httpx2.Response) -> DeskError:
    """What an answer means that holds no picture."""
    body = read_json(answer)
    error = body.get("error")
    said = error.get("message") if isinstance(error, dict) else error or body.get("detail")
    reason = shorten(said)
    if answer.status_code in {httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN}:
        return ActionNeeded("compatible_locked")
    return failed(answer, TITLE, reason, pause(answer))
