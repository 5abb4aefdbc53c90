"""The grounds on which the blob stores' contract is tried, and a line to S3 that can be harmed.

Owns their start and end: a folder, the pretended S3 of moto behind a line of ours, a strict
Cloudinary, and the fake; and the pictures that are kept there. It must not know the sentences of
the contract.
"""

import asyncio
import io
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import boto3
import httpx2
from PIL import Image
from pydantic import SecretStr

from core.clock import SystemClock
from core.ports import BlobStore
from core.settings import Settings, read_settings
from storage.blobs.cloudinary import CloudinaryBlobs
from storage.blobs.local import LocalBlobs
from storage.blobs.s3 import S3Blobs
from storage.secrets import Vault
from tests.fakes.blobs import MemoryBlobs
from tests.platforms.cloudinary import CloudinaryServer

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

Download: TypeAlias = Callable[[str], Awaitable[tuple[bytes, str | None]]]


@dataclass(frozen=True)
class Ground:
    """A store, and what a browser gets at its addresses: the bytes, and the file name if any."""

    store: BlobStore
    download: Download


class StoppedClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment that was set."""
        return self.moment

    def pass_(self, seconds: float) -> None:
        """Let time go by."""
        self.moment += timedelta(seconds=seconds)


@asynccontextmanager
async def memory_ground(_: Path, __: str) -> AsyncIterator[Ground]:
    """The fake."""
    store = MemoryBlobs()

    async def download(url: str) -> tuple[bytes, str | None]:
        parts = urlsplit(url)
        data = await store.get(unquote(parts.path).removeprefix("/"))
        return data, parse_qs(parts.query).get("name", [None])[0]

    yield Ground(store, download)


@asynccontextmanager
async def local_ground(folder: Path, _: str) -> AsyncIterator[Ground]:
    """A folder, and the page's media route as it must be."""
    store = LocalBlobs(folder, Vault("key"), lambda: "http://127.0.0.1:8080", StoppedClock())

    async def download(url: str) -> tuple[bytes, str | None]:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        key, name = unquote(parts.path).removeprefix("/media/"), query.get("name", "")
        assert store.check(key, int(query["expires"]), name, query["sig"])
        return await store.get(key), name or None

    yield Ground(store, download)


@asynccontextmanager
async def s3_ground(_: Path, moto: str) -> AsyncIterator[Ground]:
    """A fresh bucket of moto's."""
    async with aclosing(S3Blobs(bucket_settings(moto))) as store:
        yield Ground(store, fetch)


@asynccontextmanager
async def cloudinary_ground(_: Path, __: str) -> AsyncIterator[Ground]:
    """A strict Cloudinary, against whose documents nothing may be done."""
    async with CloudinaryServer() as server:
        async with CloudinaryBlobs(read_settings(server.settings()), SystemClock()) as store:
            yield Ground(store, fetch)
        assert server.violations == []


STORES = {
    "memory": memory_ground,
    "local": local_ground,
    "s3": s3_ground,
    "cloudinary": cloudinary_ground,
}


@cache
def noise(key: str) -> bytes:
    """What lies under `key`: a picture of a megabyte or more where it ends like one, else bytes."""
    source = random.Random(key)  # noqa: S311  # the same for a key, nothing else
    kind = {".png": "PNG", ".jpg": "JPEG"}.get(Path(key).suffix)
    if kind is None:
        return source.randbytes(1_500_000)
    drawn = io.BytesIO()
    Image.frombytes("RGB", (900, 800), source.randbytes(900 * 800 * 3)).save(drawn, kind)
    return drawn.getvalue()


async def keys(store: BlobStore, prefix: str = "") -> list[str]:
    """What the store lists, in order."""
    return sorted([listed.key async for listed in store.list(prefix)])


def bucket_settings(moto: str) -> Settings:
    """Settings of a fresh bucket at `moto`."""
    bucket = f"desk-{uuid4().hex}"
    with closing(s3_client(moto)) as client:
        client.create_bucket(Bucket=bucket)
    return Settings(
        aws_access_key_id="test",
        aws_secret_access_key=SecretStr("test"),
        aws_s3_bucket=bucket,
        s3_endpoint_url=moto,
    )


def s3_client(endpoint: str) -> "S3Client":
    """A bucket seen past our store."""
    client: S3Client = boto3.session.Session().client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return client


def open_bucket(environ: Mapping[str, str]) -> None:
    """Let everybody read what is in this bucket."""
    name = environ["AWS_S3_BUCKET"]
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with closing(s3_client(environ["S3_ENDPOINT_URL"])) as client:
        client.put_bucket_policy(Bucket=name, Policy=policy)


def bucket_environment(moto: str) -> dict[str, str]:
    """The environment of a desk that uses a fresh bucket at `moto`."""
    settings = bucket_settings(moto)
    return {
        "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key.get_secret_value(),
        "AWS_S3_BUCKET": settings.aws_s3_bucket,
        "S3_ENDPOINT_URL": settings.s3_endpoint_url,
    }


async def fetch(url: str) -> tuple[bytes, str | None]:
    """What a browser gets at `url`, and the name under which it would save it."""
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(url)
    answer.raise_for_status()
    headers = Message()
    headers["Content-Disposition"] = answer.headers.get("Content-Disposition", "inline")
    return answer.content, headers.get_filename()


class Line:
    """A TCP line to the server at `address` that can be harmed.

    Attributes:
        heads: the requests it carried, without their bodies.
        upward: bytes of a connection that may pass to the server before it is cut, None for all.
        downward: the same, to the client.
        answer: what is said instead of asking the server, as bytes of HTTP, None to ask it.
        answers: how often that is said before the server is asked after all, None for ever.
        pause: seconds before each piece that comes back.
        silent: whether nothing is said at all, to nobody.
        most: how many connections there were at once.
    """

    def __init__(self, address: str) -> None:
        self._port = urlsplit(address).port
        self.upward: int | None = None
        self.downward: int | None = None
        self.answer: bytes | None = None
        self.answers: int | None = None
        self.pause = 0.0
        self.silent = False
        self.most = 0
        self.heads: list[bytes] = []
        self._open = 0

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        """The line while it lies, as the address to connect to."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        self._open += 1
        self.most = max(self.most, self._open)
        try:
            with closing(to_near), suppress(OSError, asyncio.IncompleteReadError):
                self.heads.append(await near.readuntil(b"\r\n\r\n"))
                if self.silent:
                    await near.read()
                elif self.answer is not None and self.answers != 0:
                    self.answers = None if self.answers is None else self.answers - 1
                    to_near.write(self.answer)
                    await to_near.drain()
                else:
                    await self._ask(self.heads[-1], near, to_near)
        finally:
            self._open -= 1

    async def _ask(
        self, head: bytes, near: asyncio.StreamReader, to_near: asyncio.StreamWriter
    ) -> None:
        far, to_far = await asyncio.open_connection("127.0.0.1", self._port)
        with closing(to_far):
            to_far.write(head)
            ways = [
                asyncio.create_task(_pass(near, to_far, self.upward, 0)),
                asyncio.create_task(_pass(far, to_near, self.downward, self.pause)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)


async def _pass(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, limit: int | None, pause: float
) -> None:
    passed = 0
    while chunk := await source.read(65536):
        await asyncio.sleep(pause)
        allowed = chunk if limit is None else chunk[: limit - passed]
        target.write(allowed)
        await target.drain()
        passed += len(chunk)
        if limit is not None and passed >= limit:
            return


class Sink:
    """A server that takes every upload, keeps none of it, and says `answer`.

    Attributes:
        taken: the bytes of all bodies.
    """

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.taken = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The server while it listens, as its address."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _take(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        with closing(to_near), suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await near.readuntil(b"\r\n\r\n")).lower()
                if b"100-continue" in head:
                    to_near.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                left = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                self.taken += left
                while left:
                    left -= len(await near.read(min(left, 65536)))
                to_near.write(self.answer)
                await to_near.drain()
