"""What providers that are called by plain HTTP share: the client, and what its failures mean.

Owns timeouts, limits on what is read, and the question that decides about money: whether anything
can have reached the other side. It repeats nothing and follows no redirect. It must not know any
provider's answers.
"""

import asyncio
import base64
import binascii
import math
import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

import httpx2

from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.library.decoding import TYPES, sniff
from core.ports import Generated

CONNECT_SECONDS: Final = 10.0
PAUSE: Final = 20.0
"""Seconds until the next attempt where the answer names none."""

LARGEST_ANSWER: Final = 64 * 1024**2
REASON_LENGTH: Final = 300

# Failures after which nothing can have reached the other side.
NOTHING_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

Json = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """Where somebody mends what a provider's refusal is about: the setting that holds the key, and
    the provider's own pages.
    """

    provider: str
    setting: str
    keys_url: str
    billing_url: str


def open_client(seconds: float) -> httpx2.AsyncClient:
    """A client for calls that may take so many seconds."""
    # Connections are not kept: one that the other side closes while idle fails like one that was
    # cut after sending, and each of those would look like a picture that was perhaps paid.
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
    )


@asynccontextmanager
async def calling(provider: str, seconds: float) -> AsyncIterator[None]:
    """One paid call by its `provider`'s name: what the line does to it becomes one of our errors.

    Raises TryLater("provider_unreachable") where nothing was sent, OutcomeUnknown
    ("provider_no_answer") where no answer came, or not within so many seconds.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except NOTHING_SENT as error:
        raise TryLater("provider_unreachable", after=PAUSE, provider=provider) from error
    except (httpx2.HTTPError, TimeoutError) as error:
        raise OutcomeUnknown("provider_no_answer", provider=provider) from error


async def send(client: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    """The whole answer, if it is not larger than any picture. Raises httpx2.HTTPError."""
    answer = await client.send(request, stream=True)
    try:
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise httpx2.ReadError("the answer has no end", request=request)
    finally:
        await answer.aclose()
    # What was decoded on the way must not be decoded again.
    headers = [
        (name, value)
        for name, value in answer.headers.multi_items()
        if name not in {"content-encoding", "content-length", "transfer-encoding"}
    ]
    return httpx2.Response(answer.status_code, headers=headers, content=bytes(body))


async def fetch(client: httpx2.AsyncClient, address: str, hosts: Collection[str]) -> bytes:
    """The bytes at an address that a provider's answer names: a `data:` URL, or one of `hosts` or
    below them. May be repeated. Raises httpx2.HTTPError.
    """
    if address.startswith("data:"):
        head, _, data = address.partition(",")
        return read_base64(data) if head.endswith(";base64") else unquote_to_bytes(data)
    try:
        parts = urlsplit(address)
        request = client.build_request("GET", address)
    except (ValueError, httpx2.InvalidURL) as error:
        raise httpx2.UnsupportedProtocol("that is no address") from error
    host = parts.hostname or ""
    near = any(host == known or host.endswith(f".{known}") for known in hosts)
    if parts.scheme not in {"http", "https"} or not near:
        raise httpx2.UnsupportedProtocol("a picture is fetched from the provider alone")
    try:
        answer = await send(client, request)
    except NOTHING_SENT as error:
        # It must not look as if the call had never begun whose answer named this address.
        raise httpx2.ReadError("nobody is there", request=request) from error
    if answer.status_code != httpx2.codes.OK:
        raise httpx2.ReadError(f"HTTP {answer.status_code}")
    return answer.content


def read_base64(text: object) -> bytes:
    """The bytes, also of a whole `data:` URL; empty where it is no base64."""
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except binascii.Error:
        return b""


def picture(
    data: bytes, provider: str, *, cost: int | None = None, usage: Mapping[str, int] | None = None
) -> Generated:
    """An answer as it is handed on. Raises OutcomeUnknown("provider_no_image") for bytes that do
    not even begin like a picture: the call was carried out, and perhaps paid.
    """
    try:
        kind = sniff(data)
    except UserError as error:
        raise OutcomeUnknown("provider_no_image", provider=provider) from error
    return Generated(data, TYPES[kind], dict(usage or {}), cost)


def read_json(answer: httpx2.Response) -> Json:
    """The answer's object; empty where it holds none."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def pause(answer: httpx2.Response, told: object = None, default: float = PAUSE) -> float:
    """Seconds that a refusal asks to wait: by its header, else as `told` in its body."""
    for asked in (answer.headers.get("retry-after"), told):
        try:
            seconds = float(str(asked))
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(seconds, 0.0)
    return default


def locked_out(answer: httpx2.Response, account: Account, reason: str) -> ActionNeeded | None:
    """What somebody must do about the key or the money, None where it is about neither."""
    if answer.status_code == httpx2.codes.UNAUTHORIZED:
        code, url = "provider_key_rejected", account.keys_url
    elif answer.status_code == httpx2.codes.PAYMENT_REQUIRED:
        code, url = "provider_billing", account.billing_url
    elif answer.status_code == httpx2.codes.FORBIDDEN:
        code, url = "provider_forbidden", account.keys_url
    else:
        return None
    return ActionNeeded(
        code, provider=account.provider, setting=account.setting, url=url, reason=reason
    )


def failed(answer: httpx2.Response, provider: str, reason: str, after: float) -> DeskError:
    """What any other refusal means; `reason` are the API's own words, empty where there are none,
    `after` how long to wait.
    """
    status = answer.status_code
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        return TryLater("provider_busy", after=after, provider=provider)
    if status < 500:  # noqa: PLR2004  # HTTP's server errors
        said = reason or f"HTTP {status}."
        return UserError("provider_rejected", provider=provider, reason=said)
    if not reason:
        # Not the API's own words: a gateway's page says only that the gateway gave up waiting.
        return OutcomeUnknown("provider_no_answer", provider=provider)
    return TryLater("provider_failed", after=after, provider=provider)


def shorten(words: object) -> str:
    """What a provider says in its own words, on one line and not too long."""
    return re.sub(r"\s+", " ", str(words or "")).strip()[:REASON_LENGTH]


def nearest_ratio(size: str, ratios: tuple[str, ...]) -> str:
    """The one of `ratios` ("4:5") that comes nearest to a size ("896x1088")."""
    width, height = map(int, size.split("x"))

    def distance(ratio: str) -> float:
        across, _, down = ratio.partition(":")
        return abs(math.log(width / height * int(down) / int(across)))

    return min(ratios, key=distance)
