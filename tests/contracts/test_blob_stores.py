"""What every store of bytes promises, and how folder and bucket fail."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from core.errors import ActionNeeded, DeskError, TryLater
from core.settings import Settings
from storage.blobs.local import LocalBlobs
from storage.blobs.s3 import S3Blobs
from storage.secrets import Vault
from tests.contracts.blob_grounds import STORES, Ground, Line, StoppedClock, bucket_settings, fetch

PICTURE = bytes(range(256)) * 8192  # 2 MiB
KEYS = [
    "1/0a1b2c-fox.png",
    "1/p/0a1b2c3d4e5f-a-red-fox.jpg",
    "17/ünïcode 🦊 (1).png",
    "1/100%25 + a&b=c?d#e;f.jpg",
    "a.b..c/d...",
]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=STORES)
async def ground(
    request: pytest.FixtureRequest, tmp_path: Path, moto: str
) -> AsyncIterator[Ground]:
    async with STORES[request.param](tmp_path / "blobs", moto) as ground:
        yield ground


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def blobs(tmp_path: Path, clock: StoppedClock) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs", Vault("key"), lambda: "https://desk.example", clock)


@pytest.fixture
def settings(moto: str) -> Settings:
    return bucket_settings(moto)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file under `folder`, by its path in there."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


class TestEveryStore:
    """What folder, bucket and memory promise alike."""

    @pytest.mark.parametrize("key", KEYS)
    async def test_gives_back_what_it_was_given(self, ground: Ground, key: str) -> None:
        """The same bytes come back under the same key, by the store and by its address."""
        await ground.store.put(key, PICTURE, "image/png")
        assert await ground.store.get(key) == PICTURE
        data, name = await ground.download(await ground.store.url(key, 60))
        assert (data, name) == (PICTURE, None)

    async def test_replaces(self, ground: Ground) -> None:
        """Putting a key again replaces all of it."""
        await ground.store.put("1/a", b"a longer one", "image/png")
        await ground.store.put("1/a", b"short", "image/png")
        assert await ground.store.get("1/a") == b"short"

    async def test_does_not_invent(self, ground: Ground) -> None:
        """A key without bytes is not found, even where it is the beginning or end of another."""
        await ground.store.put("1/p/a.jpg", b"x", "image/jpeg")
        for key in ("1/p/b.jpg", "1/p", "1", "1/p/a.jpg/c", "2/p/a.jpg"):
            with pytest.raises(FileNotFoundError):
                await ground.store.get(key)

    async def test_deletes(self, ground: Ground) -> None:
        """A deleted key is gone, its neighbours stay, and deleting once more is no error."""
        await ground.store.put("1/a", b"x", "image/png")
        await ground.store.put("1/b", b"y", "image/png")
        await ground.store.delete("1/a")
        await ground.store.delete("1/a")
        await ground.store.delete("1")
        with pytest.raises(FileNotFoundError):
            await ground.store.get("1/a")
        assert await ground.store.get("1/b") == b"y"

    async def test_names_a_download(self, ground: Ground) -> None:
        """An address made with a file name is saved under it, whatever letters it holds."""
        await ground.store.put("1/a", b"x", "image/png")
        url = await ground.store.url("1/a", 60, 'Füchse "rot"; & 50%.png')
        assert await ground.download(url) == (b"x", 'Füchse "rot"; & 50%.png')

    async def test_stores_one_of_many_at_once(self, ground: Ground) -> None:
        """When many put the same key together, it holds one of theirs, whole."""
        given = [bytes([number]) * 100_000 for number in range(20)]
        await asyncio.gather(*(ground.store.put("1/a", data, "image/png") for data in given))
        assert await ground.store.get("1/a") in given


class TestFolder:
    """What the folder adds: signed links, walls, and a disk that fails."""

    async def test_makes_the_links_of_the_page(
        self, blobs: LocalBlobs, clock: StoppedClock
    ) -> None:
        """A link is the page's address, the key, when it expires, the name, and the signature."""
        expires = int(clock.now().timestamp()) + 60
        url = await blobs.url("1/a b.png", 60, "fox.png")
        assert url.startswith(
            f"https://desk.example/media/1/a%20b.png?expires={expires}&name=fox.png&sig="
        )

    async def test_accepts_its_own_links_only(self, blobs: LocalBlobs, clock: StoppedClock) -> None:
        """A changed key, moment, name or signature makes a link worthless."""
        expires = int(clock.now().timestamp()) + 60
        signature = (await blobs.url("1/a", 60, "n")).partition("sig=")[2]
        assert blobs.check("1/a", expires, "n", signature)
        assert not blobs.check("1/b", expires, "n", signature)
        assert not blobs.check("1/a", expires + 1, "n", signature)
        assert not blobs.check("1/a", expires, "m", signature)
        assert not blobs.check("1/a", expires, "n", signature[:-1] + "é")
        assert not blobs.check("1/a", expires, "n", "")

    async def test_lets_links_expire(self, blobs: LocalBlobs, clock: StoppedClock) -> None:
        """A link serves for its lifetime and not a second longer."""
        expires = int(clock.now().timestamp()) + 60
        signature = (await blobs.url("1/a", 60)).partition("sig=")[2]
        clock.pass_(59)
        assert blobs.check("1/a", expires, "", signature)
        clock.pass_(1)
        assert not blobs.check("1/a", expires, "", signature)

    @pytest.mark.parametrize(
        "key",
        [
            *("../secret", "1/../../secret", "/secret", "1//secret", "..", ".", "", "1/"),
            *("1\\..\\..\\secret", "1/.hidden", "1/a\0b", "./1/a"),
        ],
    )
    async def test_keeps_keys_inside(self, blobs: LocalBlobs, tmp_path: Path, key: str) -> None:
        """A key that would lead out of the folder is never read, written or deleted."""
        (tmp_path / "secret").write_bytes(b"not yours")
        await blobs.put("1/a", b"x", "image/png")
        with pytest.raises(FileNotFoundError):
            await blobs.get(key)
        with pytest.raises(FileNotFoundError):
            await blobs.put(key, b"overwritten", "image/png")
        await blobs.delete(key)
        assert files_in(tmp_path) == {"secret": b"not yours", "blobs/1/a": b"x"}

    async def test_survives_a_full_disk(self, blobs: LocalBlobs, tmp_path: Path) -> None:
        """A write that breaks off in the middle is told as a full disk, leaves nothing of itself,
        and does not touch what stood under the key before.
        """
        await blobs.put("1/a", b"before", "image/png")
        old = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(PICTURE) // 2, old[1]))
        try:
            with pytest.raises(TryLater) as refusal:
                await blobs.put("1/a", PICTURE, "image/png")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, old)
        assert refusal.value.code == "disk_full"
        assert files_in(tmp_path / "blobs") == {"1/a": b"before"}

    async def test_says_that_it_may_not(self, blobs: LocalBlobs, tmp_path: Path) -> None:
        """Where the folder cannot be, an admin is asked to help."""
        (tmp_path / "blobs").touch()
        with pytest.raises(ActionNeeded) as refusal:
            await blobs.put("1/a", b"x", "image/png")
        assert refusal.value.code == "storage_forbidden"
        assert refusal.value.facts == {"path": str(tmp_path / "blobs")}


class TestBucket:
    """What the bucket adds: its failures in our words, and addresses of its own."""

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
        self, settings: Settings, status: int, code: str, expected: DeskError
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
            with closing(S3Blobs(harmed)) as store:
                for call in (
                    store.put("1/a", PICTURE, "image/png"),
                    store.get("1/a"),
                    store.delete("1/a"),
                ):
                    with pytest.raises(type(expected)) as refusal:
                        await call
                    assert refusal.value.code == expected.code
                    assert refusal.value.facts == {"reason": code}

    async def test_shows_no_half_object(self, settings: Settings) -> None:
        """An upload that is cut in the middle fails for now; what stood there before still does,
        and a new key stays empty.
        """
        line = Line(settings.s3_endpoint_url)
        line.upward = len(PICTURE) // 2
        with closing(S3Blobs(settings)) as direct:
            await direct.put("1/a", b"before", "image/png")
            async with line.laid() as address:
                harmed = settings.model_copy(update={"s3_endpoint_url": address})
                with closing(S3Blobs(harmed)) as store:
                    for key in ("1/a", "1/b"):
                        with pytest.raises(TryLater, match="storage_unavailable"):
                            await store.put(key, PICTURE, "image/png")
            assert await direct.get("1/a") == b"before"
            with pytest.raises(FileNotFoundError):
                await direct.get("1/b")

    async def test_returns_no_half_object(self, settings: Settings) -> None:
        """A download that is cut in the middle fails instead of returning what came."""
        line = Line(settings.s3_endpoint_url)
        line.downward = len(PICTURE) // 2
        with closing(S3Blobs(settings)) as direct:
            await direct.put("1/a", PICTURE, "image/png")
        async with line.laid() as address:
            harmed = settings.model_copy(update={"s3_endpoint_url": address})
            with closing(S3Blobs(harmed)) as store, pytest.raises(TryLater):
                await store.get("1/a")

    async def test_waits_for_an_absent_server(self, settings: Settings) -> None:
        """An endpoint where nobody listens is an outage."""
        harmed = settings.model_copy(update={"s3_endpoint_url": "http://127.0.0.1:1"})
        with closing(S3Blobs(harmed)) as store, pytest.raises(TryLater) as refusal:
            await store.put("1/a", b"x", "image/png")
        assert refusal.value.code == "storage_unavailable"

    async def test_sends_what_every_s3_understands(self, settings: Settings) -> None:
        """An upload carries its type, and none of the checksums that other makers' S3 refuse."""
        line = Line(settings.s3_endpoint_url)
        async with line.laid() as address:
            watched = settings.model_copy(update={"s3_endpoint_url": address})
            with closing(S3Blobs(watched)) as store:
                await store.put("1/a", PICTURE, "image/webp")
        (head,) = [head.lower() for head in line.heads]
        assert b"content-type: image/webp" in head
        assert f"content-length: {len(PICTURE)}".encode() in head
        assert b"checksum" not in head
        assert b"aws-chunked" not in head

    async def test_links_to_the_public_address(self, settings: Settings, moto: str) -> None:
        """With S3_PUBLIC_URL links point there, while the desk itself uses the endpoint."""
        public = moto.replace("127.0.0.1", "localhost")
        with closing(S3Blobs(settings.model_copy(update={"s3_public_url": public}))) as store:
            await store.put("1/a", b"x", "image/png")
            url = await store.url("1/a", 60)
        assert url.startswith(f"{public}/{settings.aws_s3_bucket}/1/a?")
        assert (await fetch(url))[0] == b"x"

    async def test_makes_links_without_the_network(self) -> None:
        """A link to AWS names bucket and region, is signed for its lifetime of at most a week, and
        needs no call.
        """
        settings = Settings(
            aws_access_key_id="test",
            aws_secret_access_key="test",
            aws_s3_bucket="desk",
            aws_s3_region="eu-central-1",
        )
        with closing(S3Blobs(settings)) as store:
            url = await store.url("1/a", 60)
            assert url.startswith("https://desk.s3.eu-central-1.amazonaws.com/1/a?")
            assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
            assert "X-Amz-Expires=60&" in url
            assert "X-Amz-Expires=604800&" in await store.url("1/a", 10**9)

    def test_asks_for_a_bucket(self) -> None:
        """Without a bucket the store does not begin."""
        with pytest.raises(ActionNeeded, match="settings_wrong"):
            S3Blobs(Settings())
