"""Fetching what a stranger's address serves, from the public internet only.

Owns the guard: which addresses may be connected to is asked once more for every socket that is
opened, after the name was looked up, so that neither a name that answers differently the second
time nor a redirect leads into our own network. It must not know what is fetched.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from yarl import URL

from core.errors import UserError

SECONDS: Final = 10.0
MOST_REDIRECTS: Final = 3
PIECE: Final = 64 * 1024
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
HEADERS: Final = {"accept": "image/*", "accept-encoding": "identity", "user-agent": "ImageDesk"}
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1
SPECIAL: Final = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # RFC 6890 §2.2.2; Python knows all of it from 3.12 on
    ipaddress.IPv4Network("168.63.129.16/32"),  # Azure's own services, on each of its machines
)

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
"""As `socket.getaddrinfo` gives it."""


class WebFetcher:
    """The `Fetcher` port over HTTP. `allowed` are addresses that may be connected to although they
    are not public: those of a test's own server, none in production.
    """

    def __init__(self, allowed: Collection[str] = (), seconds: float = SECONDS) -> None:
        self._allowed = frozenset(ipaddress.ip_address(one) for one in allowed)
        self._seconds = seconds

    async def fetch(self, url: str, limit: int) -> AsyncGenerator[bytes, None]:
        """Stream what stands there, as `core.ports.Fetcher.fetch`."""
        gate, end = _Gate(self._allowed), asyncio.get_running_loop().time() + self._seconds
        try:
            async with _session(gate) as session, _opened(session, url, end) as response:
                async for piece in _read(response, limit):
                    yield piece
        except TimeoutError as error:
            raise UserError("address_slow", seconds=round(self._seconds)) from error
        except (aiohttp.InvalidURL, ValueError) as error:
            raise UserError("address_wrong") from error
        except (aiohttp.ClientError, OSError) as error:
            if gate.refused:
                raise UserError("address_private") from error
            raise UserError("address_unreachable", reason=type(error).__name__) from error


def is_public(address: IpAddress) -> bool:
    """Whether an address is somebody's on the internet: not of this machine, this network, a group
    or a special purpose, also where it is written inside an IPv6 address.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner:
            return is_public(inner)
        if address.is_site_local:
            return False
    if any(address in network for network in SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


class _Gate:
    """Opens sockets to public addresses only. `refused` tells that one was not."""

    def __init__(self, allowed: Collection[IpAddress]) -> None:
        self._allowed = allowed
        self.refused = False

    def open(self, info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, where = info
        address = ipaddress.ip_address(str(where[0]).partition("%")[0])
        if not is_public(address) and address not in self._allowed:
            self.refused = True
            raise OSError("not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)


def _session(gate: _Gate) -> aiohttp.ClientSession:
    """A session of its own for each fetch: no connection, cookie or looked-up name is kept, and no
    proxy of the environment is asked.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            socket_factory=gate.open, use_dns_cache=False, force_close=True
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=HEADERS,
        auto_decompress=False,
        trust_env=False,
    )


@asynccontextmanager
async def _opened(
    session: aiohttp.ClientSession, url: str, end: float
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The last answer behind redirects, which all together may take until `end` by the loop's
    clock. Raises UserError where there is none to be read.
    """
    here = URL(url)
    for _ in range(MOST_REDIRECTS + 1):
        if here.scheme not in {"http", "https"} or not here.host or here.user is not None:
            raise UserError("address_wrong")
        # Not asyncio.timeout: it would strike whoever reads what is yielded here.
        left = aiohttp.ClientTimeout(total=max(end - asyncio.get_running_loop().time(), 0.01))
        async with session.get(here, allow_redirects=False, timeout=left) as response:
            if response.status not in REDIRECTS:
                if response.status != HTTPStatus.OK:
                    raise UserError("address_unanswered", status=response.status)
                yield response
                return
            here = here.join(URL(response.headers.get("location", "")))
    raise UserError("address_redirects", most=MOST_REDIRECTS)


async def _read(response: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    if (response.content_length or 0) > limit:
        raise UserError("upload_too_big")
    size = 0
    async for piece in response.content.iter_chunked(PIECE):
        size += len(piece)
        if size > limit:
            raise UserError("upload_too_big")
        yield piece
