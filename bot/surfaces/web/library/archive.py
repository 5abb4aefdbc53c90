"""Many originals as one zip that is written while it is sent: of all pictures, one is held.

Owns the archive's form. It must not know who wants it.
"""

import zipfile
from collections.abc import AsyncIterator, Sequence

from core.library.images import Image
from core.ports import BlobStore
from core.wording import page as words


class _Pipe:
    """What the archive is written into: it cannot be wound back, only emptied."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


async def pack(blobs: BlobStore, images: Sequence[Image]) -> AsyncIterator[bytes]:
    """The images' originals (stored, not compressed: pictures are already), and a note of those
    whose bytes are gone. Raises TryLater, ActionNeeded as the store does.
    """
    pipe = _Pipe()
    gone: list[str] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as packed:  # type: ignore[call-overload]  # a file that is only written to suffices (zipfile's `_Tellable`)
        for image in images:
            name = f"{image.id}-{image.filename}"
            try:
                packed.writestr(name, await blobs.get(image.storage_key))
            except FileNotFoundError:
                gone.append(name)
            yield pipe.take()
        if gone:
            packed.writestr(words.ZIP_GONE_NAME, words.ZIP_GONE + "\n".join(gone) + "\n")
    yield pipe.take()
