"""`imagedesk storage check`: a test picture goes through all that the desk does with a store.

Owns the steps, their order, and what each failure means to an operator. Nothing is left behind. It
must not know a store by more than its name.
"""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from PIL import Image
from rich.console import Console

from bot.checks.findings import Finding, Mark
from bot.checkup import tell
from bot.closing import close
from bot.stores.permissions import cors_rule, iam_policy
from bot.trial import LIFETIME, PATIENCE, SIDE, fetch_ourselves
from bot.wiring import make_blobs, make_vault
from core.business.members import new_id
from core.clock import SystemClock
from core.errors import ActionNeeded, DeskError
from core.ports import BlobStore, OutgoingImage
from core.settings import Settings, StoreName
from core.wording import stores as words
from core.wording import terminal

COLOUR = (31, 41, 55)
JPEG = "image/jpeg"


async def check(settings: Settings, name: StoreName | None, out: Console) -> bool:
    """Try the store `name` (None: the configured one), and print each step and what to paste;
    False where something does not work. Raises ActionNeeded("settings_wrong").
    """
    name = name or settings.storage_provider
    store = make_blobs(settings, make_vault(settings), SystemClock(), name)
    marks: set[Mark] = set()
    try:
        async for finding in Probe(store).steps():
            marks.add(finding.mark)
            tell(finding, out)
    finally:
        await close(store)
    told = words.WORKS_WITH_WARNINGS if "!" in marks else words.WORKS
    out.print((words.BROKEN if "✗" in marks else told).format(name=name), markup=False)
    if name == "s3":
        out.print(words.POLICY, markup=False)
        out.print(iam_policy(settings), markup=False)
        out.print(words.POLICY_WHY, markup=False)
        out.print(words.CORS, markup=False)
        out.print(cors_rule(settings), markup=False)
    elif name == "cloudinary":
        out.print(words.CLOUDINARY_NOTE, markup=False)
    return "✗" not in marks


class Probe:
    """One test picture in `store`."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._key = f"trial/{new_id()}.jpg"
        drawn = io.BytesIO()
        Image.new("RGB", (SIDE, SIDE), COLOUR).save(drawn, "JPEG")
        self._data = drawn.getvalue()

    async def steps(self) -> AsyncIterator[Finding]:
        """Each step's finding as it is made. Writing failed: nothing else is tried."""
        first = await self._step("write", self._write)
        yield first
        if first.mark == "✗":
            return
        try:
            yield await self._step("write_file", self._write_file)
            yield await self._step("read", self._read)
            yield await self._step("list", self._list)
            link = await self._step("link", self._link)
            yield link
            if link.mark == "✓":
                yield await self._step("sealed", self._sealed)
        finally:
            last = await self._step("delete", self._delete)
        yield last

    async def _step(self, step: str, work: Callable[[], Awaitable[str]]) -> Finding:
        try:
            return Finding("✓", await work())
        except _Failed as failed:
            reason, mark = failed.reason, failed.mark
        except FileNotFoundError:
            reason, mark = words.UNLISTED, "✗"
        except DeskError as error:
            reason, mark = _reason(error), "✗"
        fixes = words.FIXES[self._store.name]
        text = words.TROUBLE.format(step=words.FAILED[step], reason=reason)
        return Finding(mark, text, fixes.get(step, fixes[""]))

    async def _write(self) -> str:
        await self._store.put(self._key, self._data, JPEG)
        return words.WRITE

    async def _write_file(self) -> str:
        with tempfile.NamedTemporaryFile() as file:
            path = Path(file.name)
            await asyncio.to_thread(path.write_bytes, self._data)
            await self._store.put_file(self._key, path, JPEG)
        return words.WRITE_FILE

    async def _read(self) -> str:
        if await self._store.get(self._key) != self._data:
            raise _Failed(words.ALTERED)
        return words.READ

    async def _list(self) -> str:
        if not [one async for one in self._store.list("trial/") if one.key == self._key]:
            raise _Failed(words.UNLISTED)
        return words.LIST

    async def _link(self) -> str:
        async def read() -> bytes:
            return self._data

        picture = OutgoingImage(
            "trial.jpg", SIDE, SIDE, "", read, self._address, is_ai_generated=False
        )
        try:
            return words.LINK.format(address=await fetch_ourselves(picture))
        except ActionNeeded as error:
            told = words.UNSERVED.format_map(error.facts)
            # Local links need the desk to run, which it need not while this is asked.
            raise _Failed(told, "!" if self._store.name == "local" else "✗") from error

    async def _sealed(self) -> str:
        bare = urlsplit(await self._address())._replace(query="").geturl()
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False) as http:
                answer = await http.get(bare)
        except httpx2.HTTPError as error:
            raise _Failed(type(error).__name__) from error
        if answer.is_success:
            raise _Failed(words.OPEN, "!")
        return words.SEALED

    async def _delete(self) -> str:
        await self._store.delete(self._key)
        try:
            await self._store.get(self._key)
        except FileNotFoundError:
            return words.DELETE
        except ActionNeeded as error:
            raise _Failed(words.LOOKS_FORBIDDEN) from error
        raise _Failed(words.STILL_THERE)

    async def _address(self) -> str:
        return await self._store.url(self._key, LIFETIME)


class _Failed(Exception):
    """A step whose call went well but whose result is wrong."""

    def __init__(self, reason: str, mark: Mark = "✗") -> None:
        super().__init__(reason)
        self.reason = reason
        self.mark = mark


def _reason(error: DeskError) -> str:
    """The desk's sentence, and the store's own word where it gave one."""
    own = error.facts.get("reason") or error.facts.get("path")
    said = terminal.told(error.trouble)
    return f"{said} ({own})" if own else said
