"""A store of bytes in memory, held by the same contract as the real ones.

Owns a dictionary that tests may read. It must not know what the bytes are.
"""

from urllib.parse import quote, urlencode


class MemoryBlobs:
    """The `BlobStore` port; `objects` maps each key to its bytes and MIME type."""

    name = "memory"

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}

    async def put(self, key: str, data: bytes, mime_type: str) -> None:
        """Remember `data`."""
        self.objects[key] = (data, mime_type)

    async def get(self, key: str) -> bytes:
        """The bytes of `key`; FileNotFoundError without them."""
        if key not in self.objects:
            raise FileNotFoundError(key)
        return self.objects[key][0]

    async def delete(self, key: str) -> None:
        """Forget `key`."""
        self.objects.pop(key, None)

    async def url(self, key: str, lifetime: int, filename: str | None = None) -> str:
        """An address that nobody serves but `MemoryBlobs` understands."""
        query = {"lifetime": lifetime} | ({"name": filename} if filename else {})
        return f"http://memory.invalid/{quote(key)}?{urlencode(query)}"
