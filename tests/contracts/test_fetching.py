"""What is fetched from a stranger's address, and what never is.

The guard is asked as it stands in production, but for this machine's own IPv4 address, where the
pictures of these tests lie: everything else here that is not public stays closed.
"""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress

import pytest

from core.errors import UserError
from storage.fetching import WebFetcher, is_public
from tests.platforms.picture_host import PictureHost

LIMIT = 100_000


@pytest.fixture
async def host() -> AsyncIterator[PictureHost]:
    """A place for pictures on 127.0.0.1."""
    async with PictureHost() as server:
        yield server


async def fetched(url: str, fetcher: WebFetcher | None = None) -> bytes:
    """All that stands there."""
    fetcher = fetcher or WebFetcher(allowed=["127.0.0.1"])
    async with aclosing(fetcher.fetch(url, LIMIT)) as pieces:
        return b"".join([piece async for piece in pieces])


async def refused(url: str, fetcher: WebFetcher | None = None) -> str:
    """The reason code why it is not fetched."""
    with pytest.raises(UserError) as refusal:
        await fetched(url, fetcher)
    return refusal.value.code


@asynccontextmanager
async def answering(
    answer: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """The address of a server that answers its one request byte by byte, until nobody listens."""
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            await answer(writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await ended.wait()


async def test_brings_what_stands_there(host: PictureHost) -> None:
    """The bytes as they are, also behind three redirects, and whatever they are called."""
    url = host.put("a.jpg", b"\xff\xd8" * 1000, "text/html")
    assert await fetched(url) == b"\xff\xd8" * 1000
    for name in ("b", "c", "d"):
        url = host.move(name, url)
    assert await fetched(url) == b"\xff\xd8" * 1000


async def test_follows_no_chain_of_redirects(host: PictureHost) -> None:
    """The fourth is not followed, nor is a circle."""
    url = host.put("a.jpg", b"x")
    for name in ("b", "c", "d", "e"):
        url = host.move(name, url)
    assert await refused(url) == "address_redirects"
    assert await refused(host.move("round", f"{host.base_url}/round")) == "address_redirects"


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.org/a.jpg",
        "gopher://127.0.0.1/",
        "data:image/png;base64,AAAA",
        "//example.org/a.jpg",
        "a.jpg",
        "",
        "http://",
        "http://me:secret@127.0.0.1/a.jpg",
        "http://[::1/a.jpg",
        "http://127.0.0.1:99999/a.jpg",
        "http://2130706433/a.jpg",  # 127.0.0.1 as old programs write it
        "http://127.1/a.jpg",
    ],
)
async def test_takes_only_addresses_of_the_web(address: str) -> None:
    """Neither files nor other protocols, passwords, or what is no address at all."""
    assert await refused(address) == "address_wrong"


@pytest.mark.parametrize(
    "name",
    [
        "127.0.0.1",
        "localhost",
        "0x7f000001",
        "0.0.0.0",  # noqa: S104  # asked for, not bound
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
    ],
)
async def test_enters_no_network_of_ours(name: str, host: PictureHost) -> None:
    """However this machine or a neighbour is written or named, and nothing is asked there."""
    port = host.base_url.rpartition(":")[2]
    assert await refused(f"http://{name}:{port}/a.jpg", WebFetcher()) == "address_private"
    assert host.calls == []


async def test_a_redirect_leads_into_no_network_of_ours(host: PictureHost) -> None:
    """The address behind it is judged like the first one; a redirect to a file is none."""
    port = host.base_url.rpartition(":")[2]
    assert await refused(host.move("a", f"http://[::1]:{port}/b")) == "address_private"
    assert await refused(host.move("b", "http://169.254.169.254/latest")) == "address_private"
    assert await refused(host.move("c", "file:///etc/passwd")) == "address_wrong"
    assert host.calls == ["/a", "/b", "/c"]


async def test_stops_where_it_is_too_big(host: PictureHost) -> None:
    """Whether the length is told in advance or not."""
    assert await refused(host.put("a.jpg", bytes(LIMIT + 1))) == "upload_too_big"
    assert len(await fetched(host.put("b.jpg", bytes(LIMIT)))) == LIMIT

    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes(LIMIT + 1))

    async with answering(pour) as url:
        assert await refused(url) == "upload_too_big"


async def test_waits_for_nobody(host: PictureHost) -> None:
    """An answer that never comes, one that trickles, and redirects together have their time."""
    hasty = WebFetcher(allowed=["127.0.0.1"], seconds=0.3)
    url = host.put("a.jpg", b"x")
    host.hang("/a.jpg")
    assert await refused(url, hasty) == "address_slow"
    host.release()

    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)  # as a hostile server does

    async with answering(trickle) as url:
        assert await refused(url, hasty) == "address_slow"


async def test_says_what_is_not_there(host: PictureHost) -> None:
    """No picture there, and nobody who listens."""
    assert await refused(f"{host.base_url}/missing.jpg") == "address_unanswered"
    assert await refused("http://127.0.0.1:1/a.jpg") == "address_unreachable"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("64:ff9b::5db8:d70e", True),  # NAT64 of a public one
        ("64:ff9b::7f00:1", False),
        ("::ffff:93.184.215.14", True),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
        ("100.64.0.1", False),  # carrier-grade NAT
        ("172.16.0.1", False),
        ("192.0.0.192", False),  # some clouds' own services
        ("168.63.129.16", False),  # Azure's
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),  # noqa: S104  # judged, not bound
        ("fe80::1", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("::", False),
    ],
)
def test_knows_the_internet(address: str, public: bool) -> None:  # noqa: FBT001  # a row of the table
    """What is somebody's on the internet, and what is of this machine, this network or a group."""
    assert is_public(ipaddress.ip_address(address)) is public
