"""The grounds on which the blob stores' contract is tried, and a line to S3 that can be harmed.

Owns their start and end: a folder, the pretended S3 of moto behind a line of ours, and the fake. It
must not know the sentences of the contract.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import boto3
import httpx2
from pydantic import SecretStr

from core.ports import BlobStore
from core.settings import Settings
from storage.blobs.local import LocalBlobs
from storage.blobs.s3 import S3Blobs
from storage.secrets import Vault
from tests.fakes.blobs import MemoryBlobs

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
    with closing(S3Blobs(bucket_settings(moto))) as store:
        yield Ground(store, fetch)


STORES = {"memory": memory_ground, "local": local_ground, "s3": s3_ground}


def bucket_settings(moto: str) -> Settings:
    """Settings of a fresh bucket at `moto`."""
    bucket = f"desk-{uuid4().hex}"
    with closing(
        boto3.session.Session().client(
            "s3",
            region_name="us-east-1",
            endpoint_url=moto,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
    ) as client:
        client.create_bucket(Bucket=bucket)
    return Settings(
        aws_access_key_id="test",
        aws_secret_access_key=SecretStr("test"),
        aws_s3_bucket=bucket,
        s3_endpoint_url=moto,
    )


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
    """

    def __init__(self, address: str) -> None:
        self._port = urlsplit(address).port
        self.upward: int | None = None
        self.downward: int | None = None
        self.answer: bytes | None = None
        self.heads: list[bytes] = []

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        """The line while it lies, as the address to connect to."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        with closing(to_near), suppress(OSError, asyncio.IncompleteReadError):
            head = await near.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            if self.answer is not None:
                to_near.write(self.answer)
                await to_near.drain()
                return
            far, to_far = await asyncio.open_connection("127.0.0.1", self._port)
            with closing(to_far):
                to_far.write(head)
                ways = [
                    asyncio.create_task(_pass(near, to_far, self.upward)),
                    asyncio.create_task(_pass(far, to_near, self.downward)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.wait(ways)


async def _pass(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, limit: int | None
) -> None:
    passed = 0
    while chunk := await source.read(65536):
        allowed = chunk if limit is None else chunk[: limit - passed]
        target.write(allowed)
        await target.drain()
        passed += len(chunk)
        if limit is not None and passed >= limit:
            return
