"""`imagedesk import FOLDER`: pictures that lie on this machine become part of the library.

Owns which files are taken and what is printed. What the library has already is told by its bytes
and passed over, so an import that was ended anywhere is simply run again. It must not know how a
picture is judged or stored.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from bot.accounts import choose_business
from bot.tokens import choose_member
from bot.wiring import Running, running
from core.errors import TryLater, UserError
from core.library.examination import FULL, RETRY_SECONDS
from core.library.examiner import MOST_BYTES
from core.library.intake import Brought
from core.library.uploading import plain_name
from core.settings import Settings
from core.wording import terminal as words
from core.wording.errors import sentence


@dataclass
class Taken:
    """What came of the files: how many are new, how many were there, and who was refused why."""

    new: int = 0
    known: int = 0
    refused: list[str] = field(default_factory=list)

    def refuse(self, path: Path, why: UserError) -> None:
        """Note why a file is not taken; names may hold what no terminal should be sent."""
        name = "".join(sign if sign.isprintable() else "\ufffd" for sign in str(path))
        self.refused.append(f"{name}: {sentence(why.trouble)}")


async def bring(
    settings: Settings, folder: Path, business_id: int, person: str, out: Console
) -> None:
    """Take in every file of `folder` and the folders below, hidden ones left out.

    `business_id` and `person` as for tokens. May be ended anywhere and repeated. Raises
    UserError("folder_unknown" | as `choose_business` and `choose_member`), and TryLater and
    ActionNeeded as the store and the disk do.
    """
    taken = Taken()
    paths = await asyncio.to_thread(_files, folder, taken)
    async with running(settings, settings.redis_url) as desk:
        async with desk.database.read() as unit:
            business = await choose_business(unit, business_id)
            member = await choose_member(unit, business.id, person)
        for path in track(paths, words.IMPORTING, console=out, disable=not out.is_terminal):
            await _take(desk, Brought(path, plain_name(path.name), business.id, member.id), taken)
    for refused in taken.refused:
        out.print(refused, markup=False)
    told = words.IMPORTED.format(new=taken.new, known=taken.known, refused=len(taken.refused))
    out.print(told, markup=False)


def _files(folder: Path, taken: Taken) -> list[Path]:
    """The files to take; what cannot be looked at is refused."""

    def refuse(error: OSError) -> None:
        path = Path(error.filename)
        if path == folder and isinstance(error, FileNotFoundError | NotADirectoryError):
            raise UserError("folder_unknown", folder=str(folder)) from error
        taken.refuse(path, _unreadable(error))

    found = []
    for inner, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(inner, name) for name in names if not name.startswith(".")):
            try:
                found += [path] if path.is_file() else []
            except OSError as error:
                refuse(error)
    return sorted(found)


async def _take(desk: Running, brought: Brought, taken: Taken) -> None:
    try:
        is_new = await _keep(desk, brought)
    except UserError as error:
        taken.refuse(brought.path, error)
    else:
        taken.new += is_new
        taken.known += not is_new


async def _keep(desk: Running, brought: Brought) -> bool:
    """Whether the picture is new. It is judged as a copy, for beside it another may come to lie."""
    with _reading():
        if (await asyncio.to_thread(brought.path.stat)).st_size > MOST_BYTES:
            raise UserError("upload_too_big")
        digest = await asyncio.to_thread(_digest, brought.path)
    async with desk.database.read() as unit:
        if await unit.images.by_source(brought.business_id, digest):
            return False
    with _reading():
        room = TemporaryDirectory(prefix="imagedesk-")
    with room as folder:
        copy = Path(folder) / "file"
        with _reading():
            await asyncio.to_thread(shutil.copyfile, brought.path, copy)
        _, is_new = await desk.intake.keep(
            Brought(copy, brought.name, brought.business_id, brought.member_id)
        )
        return is_new


@contextmanager
def _reading() -> Iterator[None]:
    """One file that cannot be read is refused; a full disk ends it all, until there is room."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise TryLater("disk_full", after=RETRY_SECONDS) from error
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> UserError:
    return UserError("file_unreadable", reason=error.strerror or type(error).__name__)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
