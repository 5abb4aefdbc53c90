"""What the bucket adds to the contract: its failures in our words, parts, and its own addresses."""

import asyncio
import os
import time
import tracemalloc
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from core.errors import ActionNeeded, DeskError, TryLater
from core.settings import Settings
from storage.blobs.s3 import FILES_AT_ONCE, MEBIBYTE, S3Blobs
from tests.contracts.blob_grounds import Line, Sink, bucket_settings, fetch, keys, s3_client

MANY = bytes(range(256)) * 8192  # 2 MiB


@pytest.fixture
def settings(moto: str) -> Settings:
    return bucket_settings(moto)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, "InternalError", TryLater("storage_unavailable", after=15)),
        (503, "SlowDown", TryLater("storage_unavailable", after=15)),
        (400, "RequestTimeout", TryLater("storage_unavailable", after=15)),
        (403, "AccessDenied", ActionNeeded("storage_forbidden")),
        (403, "SignatureDoesNotMatch", ActionNeeded("storage_forbidden")),
        (404, "NoSuchBucket", ActionNeeded("storage_forbidden")),
        (400, "AuthorizationHeaderMalformed", ActionNeeded("storage_forbidden")),
    ],
)
async def test_translates_refusals(
    settings: Settings, status: int, code: str, expected: DeskError
) -> None:
    """Outages are to be asked again, wrong rights and names are for an admin, and the bucket's
    own word is kept as the reason.
    """
    line = Line(settings.s3_endpoint_url)
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    line.answer = (
        f"HTTP/1.1 {status} No\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: application/xml\r\nConnection: close\r\n\r\n{body}"
    ).encode()
    async with line.laid() as address:
        harmed = settings.model_copy(update={"s3_endpoint_url": address})
        async with aclosing(S3Blobs(harmed)) as store:
            for call in (
                store.put("1/a", MANY, "image/png"),
                store.get("1/a"),
                store.delete("1/a"),
            ):
                with pytest.raises(type(expected)) as refusal:
                    await call
                assert refusal.value.code == expected.code
                assert refusal.value.facts == {"reason": code}


async def test_shows_no_half_object(settings: Settings) -> None:
    """An upload that is cut in the middle fails for now; what stood there before still does,
    and a new key stays empty.
    """
    line = Line(settings.s3_endpoint_url)
    line.upward = len(MANY) // 2
    async with aclosing(S3Blobs(settings)) as direct:
        await direct.put("1/a", b"before", "image/png")
        async with line.laid() as address:
            harmed = settings.model_copy(update={"s3_endpoint_url": address})
            async with aclosing(S3Blobs(harmed)) as store:
                for key in ("1/a", "1/b"):
                    with pytest.raises(TryLater, match="storage_unavailable"):
                        await store.put(key, MANY, "image/png")
        assert await direct.get("1/a") == b"before"
        with pytest.raises(FileNotFoundError):
            await direct.get("1/b")


async def test_returns_no_half_object(settings: Settings) -> None:
    """A download that is cut in the middle fails instead of returning what came."""
    line = Line(settings.s3_endpoint_url)
    line.downward = len(MANY) // 2
    async with aclosing(S3Blobs(settings)) as direct:
        await direct.put("1/a", MANY, "image/png")
    async with line.laid() as address:
        harmed = settings.model_copy(update={"s3_endpoint_url": address})
        async with aclosing(S3Blobs(harmed)) as store:
            with pytest.raises(TryLater):
                await store.get("1/a")


async def test_waits_for_an_absent_server(settings: Settings) -> None:
    """An endpoint where nobody listens is an outage."""
    harmed = settings.model_copy(update={"s3_endpoint_url": "http://127.0.0.1:1"})
    async with aclosing(S3Blobs(harmed)) as store:
        with pytest.raises(TryLater) as refusal:
            await store.put("1/a", b"x", "image/png")
    assert refusal.value.code == "storage_unavailable"


async def test_sends_what_every_s3_understands(settings: Settings) -> None:
    """An upload carries its type, and none of the checksums that other makers' S3 refuse."""
    line = Line(settings.s3_endpoint_url)
    async with line.laid() as address:
        watched = settings.model_copy(update={"s3_endpoint_url": address})
        async with aclosing(S3Blobs(watched)) as store:
            await store.put("1/a", MANY, "image/webp")
    (head,) = [head.lower() for head in line.heads]
    assert b"content-type: image/webp" in head
    assert f"content-length: {len(MANY)}".encode() in head
    assert b"checksum" not in head
    assert b"aws-chunked" not in head


async def test_links_to_the_public_address(settings: Settings, moto: str) -> None:
    """With S3_PUBLIC_URL links point there, while the desk itself uses the endpoint."""
    public = moto.replace("127.0.0.1", "localhost")
    async with aclosing(S3Blobs(settings.model_copy(update={"s3_public_url": public}))) as store:
        await store.put("1/a", b"x", "image/png")
        url = await store.url("1/a", 60)
    assert url.startswith(f"{public}/{settings.aws_s3_bucket}/1/a?")
    assert (await fetch(url))[0] == b"x"


async def test_makes_links_without_the_network() -> None:
    """A link to AWS names bucket and region, is signed for its lifetime of at most a week, and
    needs no call.
    """
    settings = Settings(
        aws_access_key_id="test",
        aws_secret_access_key="test",
        aws_s3_bucket="desk",
        aws_s3_region="eu-central-1",
    )
    async with aclosing(S3Blobs(settings)) as store:
        url = await store.url("1/a", 60)
        assert url.startswith("https://desk.s3.eu-central-1.amazonaws.com/1/a?")
        assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
        assert "X-Amz-Expires=60&" in url
        assert "X-Amz-Expires=604800&" in await store.url("1/a", 10**9)


def test_asks_for_a_bucket() -> None:
    """Without a bucket the store does not begin."""
    with pytest.raises(ActionNeeded, match="settings_wrong"):
        S3Blobs(Settings())


def through(settings: Settings, address: str) -> Settings:
    """The same bucket by another line."""
    return settings.model_copy(update={"s3_endpoint_url": address})


async def test_sends_a_large_file_in_parts(settings: Settings, tmp_path: Path) -> None:
    """Past 16 MiB a file goes in parts of 8 MiB; it arrives whole, and with its type."""
    file = tmp_path / "large"
    file.write_bytes((MANY[:-1] * 9)[: 17 * MEBIBYTE])  # no part is like another
    async with aclosing(S3Blobs(settings)) as store:
        await store.put_file("1/a", file, "image/webp")
        assert await store.get("1/a") == file.read_bytes()
    with closing(s3_client(settings.s3_endpoint_url)) as client:
        seen = client.head_object(Bucket=settings.aws_s3_bucket, Key="1/a")
    assert seen["ETag"].strip('"').endswith("-3")
    assert seen["ContentType"] == "image/webp"


async def test_shows_no_half_file(settings: Settings, tmp_path: Path) -> None:
    """Parts that are cut in the middle leave neither an object nor parts that are paid for."""
    file = tmp_path / "large"
    file.write_bytes(bytes(17 * MEBIBYTE))
    line = Line(settings.s3_endpoint_url)
    line.upward = 4 * MEBIBYTE
    async with line.laid() as address, aclosing(S3Blobs(through(settings, address))) as store:
        with pytest.raises(TryLater, match="storage_unavailable"):
            await store.put_file("1/a", file, "image/webp")
    with closing(s3_client(settings.s3_endpoint_url)) as client:
        assert "Contents" not in client.list_objects_v2(Bucket=settings.aws_s3_bucket)
        assert "Uploads" not in client.list_multipart_uploads(Bucket=settings.aws_s3_bucket)


async def test_passes_over_a_single_failure(settings: Settings, tmp_path: Path) -> None:
    """One 500 in front of a call is not told to anybody: the call is made once more, whole."""
    file = tmp_path / "spooled"
    file.write_bytes(MANY)
    line = Line(settings.s3_endpoint_url)
    line.answer = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with line.laid() as address, aclosing(S3Blobs(through(settings, address))) as store:
        line.answers = 1
        await store.put_file("1/a", file, "image/png")
        line.answers = 1
        assert await store.get("1/a") == MANY


async def test_waits_for_a_slow_answer(settings: Settings) -> None:
    """What comes slowly but steadily is waited for, longer than silence would be."""
    line = Line(settings.s3_endpoint_url)
    line.pause = 0.1
    async with (
        line.laid() as address,
        aclosing(S3Blobs(through(settings, address), patience=1)) as store,
    ):
        await store.put("1/a", MANY, "image/png")
        started = time.monotonic()
        assert await store.get("1/a") == MANY
    assert time.monotonic() - started > 1


async def test_does_not_wait_for_silence(settings: Settings, tmp_path: Path) -> None:
    """A bucket that says nothing counts as out after a while, and keeps nobody else waiting."""
    file = tmp_path / "spooled"
    file.write_bytes(b"x")
    line = Line(settings.s3_endpoint_url)
    line.silent = True
    async with (
        line.laid() as address,
        aclosing(S3Blobs(through(settings, address), patience=0.2)) as store,
    ):
        for call in (
            store.get("1/a"),
            store.put_file("1/a", file, "image/png"),
            keys(store),
        ):
            with pytest.raises(TryLater, match="storage_unavailable"):
                await call
        url = await asyncio.wait_for(store.url("1/a", 60), 1)
    assert url.startswith(address)


async def test_sends_only_so_many_files_at_once(settings: Settings, tmp_path: Path) -> None:
    """Of many files together some wait, so that neither memory nor the bucket is flooded."""
    file = tmp_path / "spooled"
    file.write_bytes(MANY)
    line = Line(settings.s3_endpoint_url)
    async with line.laid() as address, aclosing(S3Blobs(through(settings, address))) as store:
        await asyncio.gather(
            *(store.put_file(f"1/{number}", file, "image/png") for number in range(40))
        )
        assert len(await keys(store)) == 40
    assert 1 < line.most <= FILES_AT_ONCE


@pytest.mark.parametrize("size", [10 * MEBIBYTE, 40 * MEBIBYTE])
async def test_holds_no_file_in_memory(settings: Settings, tmp_path: Path, size: int) -> None:
    """An upload takes at most 2 MB, however large the file is (reference: performance.md (g))."""
    file = tmp_path / "spooled"
    file.touch()
    os.truncate(file, size)
    answer = b"<R><UploadId>u</UploadId></R>"
    told = f'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: {len(answer)}\r\n\r\n'.encode()
    sink = Sink(told + answer)
    async with sink.open() as address, aclosing(S3Blobs(through(settings, address))) as store:
        await store.put("1/a", b"x", "image/png")  # what is loaded once is not the upload's
        await store.put_file("1/a", file, "image/png")
        tracemalloc.start()
        try:
            await asyncio.gather(
                *(store.put_file(f"1/{number}", file, "image/png") for number in range(10))
            )
            held = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert sink.taken > 10 * size
    assert held < FILES_AT_ONCE * 2 * 10**6


async def test_lists_more_than_a_page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 tells a thousand keys at a time (here three); all are listed, each once."""
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    named = [f"1/{number}" for number in range(10)]
    async with aclosing(S3Blobs(settings)) as store:
        for key in named:
            await store.put(key, b"x", "image/png")
        assert await keys(store) == named
