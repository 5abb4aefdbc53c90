"""Bytes in a folder of this machine, served by the desk's own page under signed addresses.

Owns the folder's layout and the signature of media links. It must not know HTTP: the page's media
route asks `check` and then `get`.
"""

import asyncio
import errno
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote, urlencode

from core.clock import Clock
from core.errors import ActionNeeded, TryLater
from core.ports import Listed
from storage.secrets import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # disk, quota, file size limit
REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST})
MISSING = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
RETRY_SECONDS = 30
COPY_BYTES = 1024**2
COPIES_AT_ONCE = 8


class LocalBlobs:
    """Keeps each key as a file of the same path in `folder`, which is made when first needed.

    `address` tells where the page is reached, without a trailing slash; it is asked at every link,
    because a free port is known only once the page listens.
    """

    name = "local"

    def __init__(
        self, folder: Path, vault: Vault, address: Callable[[], str], clock: Clock
    ) -> None:
        self._folder = folder
        self._vault = vault
        self._address = address
        self._clock = clock
        self._copies = asyncio.Semaphore(COPIES_AT_ONCE)

    async def put(self, key: str, data: bytes, mime_type: str) -> None:  # noqa: ARG002  # a folder keeps no types: the row does
        """Store whole or not at all, durably, as `core.ports.BlobStore.put`."""
        await asyncio.to_thread(self._write, self._path(key), lambda fresh: fresh.write(data))

    async def put_file(self, key: str, path: Path, mime_type: str) -> None:  # noqa: ARG002  # as `put`
        """Copy the file, as `core.ports.BlobStore.put_file`."""

        def copy(fresh: IO[bytes]) -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, fresh, COPY_BYTES)

        async with self._copies:
            await asyncio.to_thread(self._write, self._path(key), copy)

    async def get(self, key: str) -> bytes:
        """The bytes of `key`. Raises FileNotFoundError, also for a key that leads out of the
        folder; TryLater("storage_unavailable"), ActionNeeded("storage_forbidden").
        """
        path = self._path(key)
        with self._errors():
            try:
                return await asyncio.to_thread(path.read_bytes)
            except MISSING as error:
                raise FileNotFoundError(key) from error

    async def delete(self, key: str) -> None:
        """Remove `key` if it is there. Raises as `get`, but not FileNotFoundError."""
        with self._errors(), suppress(*MISSING):
            await asyncio.to_thread(self._path(key).unlink)

    async def list(self, prefix: str = "") -> AsyncIterator[Listed]:
        """What lies in the folder, as `core.ports.BlobStore.list`; half a file does not."""
        inner = prefix.rpartition("/")[0]
        with self._errors(), suppress(FileNotFoundError):  # a place where no key can lie
            folders = _walk(self._folder, self._path(inner) if inner else self._folder, prefix)
            while (found := await asyncio.to_thread(next, folders, None)) is not None:
                for listed in found:
                    yield listed

    async def url(self, key: str, lifetime: int, filename: str | None = None) -> str:
        """An address on the desk's page, signed, as `core.ports.BlobStore.url`."""
        expires = int(self._clock.now().timestamp()) + lifetime
        name = filename or ""
        query = {"expires": expires, "name": name, "sig": self._sign(key, expires, name)}
        return f"{self._address()}/media/{quote(key)}?{urlencode(query)}"

    def check(self, key: str, expires: int, name: str, signature: str) -> bool:
        """Whether a request for `/media/{key}` with these parameters (decoded) is one of our links
        and still valid. A `name` that is not empty is to be sent as the download's file name.
        """
        fresh = self._clock.now().timestamp() < expires
        return self._vault.verify(_signed(key, expires, name), signature, "media") and fresh

    def _sign(self, key: str, expires: int, name: str) -> str:
        return self._vault.sign(_signed(key, expires, name), "media")

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        # A leading dot would reach parents, and the files that are still being written.
        if any(not part or part[0] == "." or "\\" in part or "\0" in part for part in parts):
            raise FileNotFoundError(key)
        return self._folder.joinpath(*parts)

    def _write(self, path: Path, fill: Callable[[IO[bytes]], object]) -> None:
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as fresh:
                    fill(fresh)
                    fresh.flush()
                    os.fsync(fresh.fileno())
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink()
                raise
            _sync_folder(path.parent)

    @contextmanager
    def _errors(self) -> "Iterator[None]":
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno in FULL:
                raise TryLater("disk_full", after=RETRY_SECONDS) from error
            if error.errno in REFUSED:
                raise ActionNeeded("storage_forbidden", path=str(self._folder)) from error
            raise TryLater("storage_unavailable", after=RETRY_SECONDS) from error


def _signed(key: str, expires: int, name: str) -> str:
    return json.dumps([key, expires, name])  # unambiguous whatever the three hold


def _walk(folder: Path, start: Path, prefix: str) -> "Iterator[list[Listed]]":
    """The objects under `start` whose key begins with `prefix`, by the folder they lie in."""
    for inner, _, names in os.walk(start, onerror=_complain):
        place = Path(inner).relative_to(folder)
        keys = ((place / name).as_posix() for name in names if name[0] != ".")
        yield [listed for key in keys if key.startswith(prefix) if (listed := _look(folder, key))]


def _complain(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # nothing was put there yet
        raise error


def _look(folder: Path, key: str) -> Listed | None:
    try:
        seen = (folder / key).stat()
    except FileNotFoundError:  # deleted meanwhile
        return None
    return Listed(key, seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))


def _sync_folder(folder: Path) -> None:
    # Without this the rename itself may be lost by a power cut, although the bytes are on the disk.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
