"""A store of bytes in memory, held by the same contract as the real ones.

Owns a dictionary that tests may read. It must not know what the bytes are.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from core.ports import Listed


class MemoryBlobs:
    """The `BlobStore` port; `objects` maps each key to its bytes and MIME type, `changed` to when
    it was put, which tests may turn back.
    """

    name = "memory"

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.changed: dict[str, datetime] = {}

    async def put(self, key: str, data: bytes, mime_type: str) -> None:
        """Remember `data`."""
        self.objects[key] = (data, mime_type)
        self.changed[key] = datetime.now(UTC)

    async def put_file(self, key: str, path: Path, mime_type: str) -> None:
        """Remember what the file holds."""
        await self.put(key, await asyncio.to_thread(path.read_bytes), mime_type)

    async def get(self, key: str) -> bytes:
        """The bytes of `key`; FileNotFoundError without them."""
        if key not in self.objects:
            raise FileNotFoundError(key)
        return self.objects[key][0]

    async def delete(self, key: str) -> None:
        """Forget `key`."""
        self.objects.pop(key, None)
        self.changed.pop(key, None)

    async def list(self, prefix: str = "") -> AsyncIterator[Listed]:
        """What is remembered now."""
        for key, (data, _) in list(self.objects.items()):
            if key.startswith(prefix):
                yield Listed(key, len(data), self.changed[key])

    async def url(self, key: str, lifetime: int, filename: str | None = None) -> str:
        """An address that nobody serves but `MemoryBlobs` understands."""
        query = {"lifetime": lifetime} | ({"name": filename} if filename else {})
        return f"http://memory.invalid/{quote(key)}?{urlencode(query)}"
