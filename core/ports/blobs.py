"""The ports of bytes: where they are kept, and how a stranger's are fetched."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Listed:
    """An object as its store lists it: `size` in bytes, `changed_at` (UTC) when it was put last."""

    key: str
    size: int
    changed_at: datetime


class BlobStore(Protocol):
    """Keeps bytes by key. `name` goes into `storage_provider`.

    A key's extension, where it has one of a picture's, says what the bytes are: `.jpg`, `.png`,
    `.gif` or `.webp`. Everything may be repeated. Each method but `url` may raise
    TryLater("storage_unavailable") in an outage, and ActionNeeded("storage_forbidden") where the
    store refuses this desk: an admin must look at its keys, its rights or its name.
    """

    name: str

    async def put(self, key: str, data: bytes, mime_type: str) -> None:
        """Store whole or not at all, durably; putting the same key again replaces it. May also
        raise TryLater("disk_full").
        """
        ...

    async def put_file(self, key: str, path: Path, mime_type: str) -> None:
        """The same for a file that lies on this machine, which is streamed: no more of it than a
        part is held in memory, and only so many are sent at once; others wait their turn.
        """
        ...

    async def get(self, key: str) -> bytes:
        """The bytes of `key`. May also raise FileNotFoundError."""
        ...

    async def delete(self, key: str) -> None:
        """Remove `key`; one that is not there is no error."""
        ...

    def list(self, prefix: str = "") -> AsyncIterator[Listed]:
        """Every object whose key begins with `prefix`, in any order; one that comes or goes
        meanwhile may be listed or not.
        """
        ...

    async def url(self, key: str, lifetime: int, filename: str | None = None) -> str:
        """An address that serves `key` by GET for `lifetime` seconds, downloaded as `filename`
        where given. No network call, and no look whether `key` is there.
        """
        ...


class Fetcher(Protocol):
    """Brings what stands at an address that a stranger named."""

    def fetch(self, url: str, limit: int) -> AsyncGenerator[bytes, None]:
        """Stream it; to be closed (`contextlib.aclosing`) by whoever stops early. May be repeated.

        Only http and https, only public addresses of the internet, at most three redirects and ten
        seconds. Raises UserError("address_wrong" | "address_private" | "address_redirects" |
        "address_unreachable" | "address_unanswered" | "address_slow"), and "upload_too_big" past
        `limit` bytes.
        """
        ...
