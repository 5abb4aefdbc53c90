"""Bytes at Cloudinary, by plain HTTP: signed uploads, signed downloads that expire.

Owns the signature, how a key becomes a `public_id`, and what Cloudinary's errors mean. It must not
know what a picture shows.

A `public_id` is the whole key, which holds the hash of its bytes, with the signs escaped that
Cloudinary forbids: so an upload that is repeated replaces itself, and no two keys meet. Pictures
are kept as `image`, all else as `raw`, both with the type `authenticated`: nothing is served
without a signature. Bytes come back as they were sent, since no transformation is ever asked for.

Addresses are those of the API's own download method, because only they expire without a paid plan
(tokens); the signed addresses of Cloudinary's delivery network never do. So a link cannot be taken
back before its time but by deleting the picture, and it is not served by the delivery network.
Cloudinary's plan limits what is taken (10 MB and 25 megapixels, 50 over all frames, when free).

Sources: Cloudinary's Upload API and Admin API references, "Signatures", "Media access methods",
"Permitted naming conventions", read in 2026-11.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, Self
from urllib.parse import urlencode

import httpx2

from core.clock import Clock
from core.errors import ActionNeeded, TryLater
from core.ports import Listed
from core.settings import Settings
from core.wording import settings as words

CONNECT_SECONDS: Final = 5.0
PATIENCE: Final = 60.0
RETRY_SECONDS: Final = 15.0
LIMITED_SECONDS: Final = 300.0
CONNECTIONS: Final = 16
FILES_AT_ONCE: Final = 8
PAGE: Final = 500  # "max_results: … Maximum: 500"
PRIVATE: Final = "authenticated"
FORMATS: Final = {".jpg": "jpg", ".png": "png", ".gif": "gif", ".webp": "webp"}

LIMITED: Final = frozenset({420, 429})
"""Cloudinary says 420 where an hour's calls of the Admin API are used up."""

FORBIDDEN: Final = re.compile(r"[^A-Za-z0-9./-]|^-|[.-]$|(?<![^/])v(?=\d+/)")
"""What a `public_id` may not hold, or would lose: other signs become underscores, those at its ends
are cut off, and a folder `v1` would be taken for a version."""

ESCAPED: Final = re.compile(r"(?:_[0-9a-f]{2})+")


class CloudinaryBlobs:
    """Keeps each key as an asset of the product environment `CLOUDINARY_CLOUD_NAME`.

    After `patience` seconds without a byte Cloudinary counts as out. Raises
    ActionNeeded("settings_wrong") where a setting is missing.
    """

    name = "cloudinary"

    def __init__(self, settings: Settings, clock: Clock, patience: float = PATIENCE) -> None:
        self._secret = settings.cloudinary_api_secret.get_secret_value()
        self._key = settings.cloudinary_api_key
        needed = {
            "CLOUDINARY_CLOUD_NAME": settings.cloudinary_cloud_name,
            "CLOUDINARY_API_KEY": self._key,
            "CLOUDINARY_API_SECRET": self._secret,
        }
        if missing := [
            words.NEEDED_BY_STORE.format(name=name, store=self.name)
            for name, text in needed.items()
            if not text
        ]:
            raise ActionNeeded("settings_wrong", problems=missing)
        base = settings.cloudinary_api_url.rstrip("/")
        self._address = f"{base}/v1_1/{settings.cloudinary_cloud_name}"
        self._clock = clock
        self._files = asyncio.Semaphore(FILES_AT_ONCE)
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(patience, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=CONNECTIONS),
            follow_redirects=False,
        )

    async def put(self, key: str, data: bytes, mime_type: str) -> None:
        """Upload, as `core.ports.BlobStore.put`; an upload that is cut off leaves nothing."""
        await self._upload(key, data, mime_type)

    async def put_file(self, key: str, path: Path, mime_type: str) -> None:
        """Upload from the disk, as `core.ports.BlobStore.put_file`."""
        async with self._files:
            file = await asyncio.to_thread(path.open, "rb")
            with file:
                await self._upload(key, file, mime_type)

    async def get(self, key: str) -> bytes:
        """The bytes of `key`, past every cache. Raises FileNotFoundError and as the port says."""
        answer = await self._call("GET", f"{_kind(key)}/download", params=self._ask(key))
        if answer.status_code == httpx2.codes.NOT_FOUND:
            raise FileNotFoundError(key)
        return _accepted(answer).content

    async def delete(self, key: str) -> None:
        """Destroy the asset if it is there, and have caches forget it."""
        fields = self._signed(public_id=public_id(key), type=PRIVATE, invalidate="true")
        _accepted(await self._call("POST", f"{_kind(key)}/destroy", data=fields))

    async def list(self, prefix: str = "") -> AsyncIterator[Listed]:
        """What is there, as `core.ports.BlobStore.list`. Each page is a call of the Admin API,
        which is limited to some hundred an hour.
        """
        for kind in ("image", "raw"):
            after = ""
            while True:
                page = await self._page(kind, prefix, after)
                for asset in page["resources"]:
                    key = key_of(asset["public_id"])
                    if key is not None and key.startswith(prefix):
                        yield Listed(key, asset["bytes"], _uploaded(asset))
                after = page.get("next_cursor", "")
                if not after:
                    break

    async def url(self, key: str, lifetime: int, filename: str | None = None) -> str:
        """A signed address of the download method, as `core.ports.BlobStore.url`."""
        more = {"expires_at": str(self._now() + lifetime)}
        if filename:
            more |= {"attachment": "true", "target_filename": filename}
        return f"{self._address}/{_kind(key)}/download?{urlencode(self._ask(key, **more))}"

    async def aclose(self) -> None:
        """Close the connections. May be repeated."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _upload(self, key: str, data: bytes | IO[bytes], mime_type: str) -> None:
        fields = self._signed(
            public_id=public_id(key), type=PRIVATE, overwrite="true", invalidate="true"
        )
        files = {"file": ("file", data, mime_type)}
        _accepted(await self._call("POST", f"{_kind(key)}/upload", data=fields, files=files))

    async def _page(self, kind: str, prefix: str, after: str) -> Any:
        query = {"max_results": str(PAGE), "prefix": public_id(prefix)} if prefix else {}
        query |= {"max_results": str(PAGE)} | ({"next_cursor": after} if after else {})
        path = f"resources/{kind}/{PRIVATE}"
        answer = await self._call("GET", path, params=query, auth=(self._key, self._secret))
        return _accepted(answer).json()

    def _ask(self, key: str, **more: str) -> dict[str, str]:
        """What asks for the bytes of `key` as they were sent."""
        kept = FORMATS.get(_suffix(key))
        shape = {"format": kept} if kept else {}
        return self._signed(public_id=public_id(key), type=PRIVATE, **shape, **more)

    def _signed(self, **fields: str) -> dict[str, str]:
        """The fields with time and signature ("Signatures", version 2: `&` in a value escaped)."""
        fields["timestamp"] = str(self._now())
        pairs = (f"{name}={text}".replace("&", "%26") for name, text in sorted(fields.items()))
        digest = hashlib.sha1(f"{'&'.join(pairs)}{self._secret}".encode())  # noqa: S324  # Cloudinary's default
        return {**fields, "api_key": self._key, "signature": digest.hexdigest()}

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def _call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        try:
            answer = await self._http.request(method, f"{self._address}/{path}", **more)
        except httpx2.HTTPError as error:
            raise _outage(type(error).__name__) from error
        if answer.status_code in LIMITED:
            raise TryLater("storage_unavailable", after=LIMITED_SECONDS, reason=_reason(answer))
        if answer.is_server_error:
            raise _outage(str(answer.status_code))
        return answer


def public_id(key: str) -> str:
    """Under which name `key` lies at Cloudinary: bytes that may not stand there are `_` and hex."""

    def escape(found: re.Match[str]) -> str:
        return "".join(f"_{byte:02x}" for byte in found[0].encode())

    return FORBIDDEN.sub(escape, key)


def key_of(name: str) -> str | None:
    """The key that lies under the `public_id` `name`; None for an asset that is none of ours."""

    def unescape(found: re.Match[str]) -> str:
        return bytes.fromhex(found[0].replace("_", "")).decode("utf-8", "replace")

    key = ESCAPED.sub(unescape, name)
    return key if public_id(key) == name else None


def _suffix(key: str) -> str:
    return Path(key).suffix


def _kind(key: str) -> str:
    return "image" if _suffix(key) in FORMATS else "raw"


def _uploaded(asset: Mapping[str, Any]) -> datetime:
    # `created_at` stays when an asset is replaced; its version is the second of the last upload.
    return datetime.fromtimestamp(int(asset["version"]), UTC)


def _accepted(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_success:
        raise ActionNeeded("storage_forbidden", reason=_reason(answer))
    return answer


def _reason(answer: httpx2.Response) -> str:
    """Cloudinary's own sentence, else the status. It names no secret but for an odd API key."""
    try:
        return str(answer.json()["error"]["message"])[:200]
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)


def _outage(reason: str) -> TryLater:
    return TryLater("storage_unavailable", after=RETRY_SECONDS, reason=reason)
