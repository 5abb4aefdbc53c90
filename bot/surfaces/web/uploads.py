"""Files that come with a line: measured while they stream in, and kept until the desk takes them.

Owns the multipart body of a line (fields and files, each bounded). It must not know who sent it,
where the line stands, nor what a picture is: files are judged where those of all chats are.
"""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from core.chat import Attachment
from core.errors import TryLater
from core.library.examination import FULL, RETRY_SECONDS
from core.library.examiner import MOST_BYTES
from core.library.keys import incoming_key
from core.library.uploading import MOST_FILES
from core.ports import BlobStore
from core.wording import page as words

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # absent at run time

MOST_FIELDS = 60
MOST_FIELD_BYTES = 400_000
"""Of one field: room for a prompt far beyond the longest, so that its refusal is a sentence."""

MOST_COUNTED = 200
"""Files of one body: those after the first ten are counted, and told, up to here."""

IN_MEMORY = 128_000
"""Bytes of one file that are held in memory while it streams in; a longer one waits on the disk."""


@dataclass
class Incoming:
    """A file as it comes in. `too_big` once it has passed `MOST_BYTES`; the rest is dropped, as it
    is once the disk has no room for it (`unfit`).

    One that came after the first ten is only counted (`left`): no byte of it is kept.
    """

    filename: str
    spool: SpooledTemporaryFile[bytes]
    left: bool = False
    unfit: bool = False
    size: int = 0

    @property
    def too_big(self) -> bool:
        """Whether it is more than is taken."""
        return self.size > MOST_BYTES

    @property
    def kept(self) -> bool:
        """Whether its bytes are there."""
        return not (self.left or self.too_big or self.unfit)

    def write(self, data: bytes) -> None:
        """Keep the next bytes, unless there were too many already."""
        self.size += len(data)
        if not self.kept:
            return
        try:
            self.spool.write(data)
        except OSError as error:
            if error.errno not in FULL:
                raise
            self.unfit = True

    @asynccontextmanager
    async def laid_down(self) -> AsyncIterator[Path]:
        """What has come as a file in a folder of its own. Raises TryLater("disk_full")."""
        try:
            with TemporaryDirectory() as folder:
                path = Path(folder) / "file"
                await asyncio.to_thread(self._copy_to, path)
                yield path
        except OSError as error:
            if error.errno in FULL:
                raise TryLater("disk_full", after=RETRY_SECONDS) from error
            raise

    def _copy_to(self, path: Path) -> None:
        self.spool.seek(0)
        with path.open("wb") as out:
            shutil.copyfileobj(self.spool, out)


@dataclass
class Body:
    """The fields of a request, in order, and its files, which `close` lets go of."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[Incoming] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The (last) value of a field, "" where it is absent."""
        return dict(self.fields).get(name, "")

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for known, value in self.fields if known == name]

    def close(self) -> None:
        """Let the files' bytes go."""
        for file in self.files:
            with suppress(OSError):  # there was no room for its last bytes, which nobody wants now
                file.spool.close()


async def read_body(request: Request) -> Body:
    """Read a multipart (or plain form) body without ever holding more than its bounds.

    Raises 400 for what is no form, 413 for far too many files or fields, or too long a field, and
    TryLater("disk_full").
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_FIELD_BYTES:
            raise HTTPException(413)
        form = await request.form(max_fields=MOST_FIELDS)
        return Body([(name, _plain(str(value))) for name, value in form.multi_items()])
    boundary = options.get(b"boundary")
    if not boundary:
        raise HTTPException(400)
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, reader.callbacks())  # refuses too long a boundary
        await _feed(parser, request.stream())
    except FormParserError as error:
        reader.body.close()
        raise HTTPException(400) from error
    except BaseException:
        reader.body.close()
        raise
    if any(file.unfit for file in reader.body.files):
        reader.body.close()
        raise TryLater("disk_full", after=RETRY_SECONDS)
    return reader.body


async def _feed(parser: MultipartParser, stream: AsyncIterator[bytes]) -> None:
    async for piece in stream:
        parser.write(piece)
    parser.finalize()


class _Reader:
    """Takes a multipart body part by part."""

    def __init__(self) -> None:
        self.body = Body()
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._name = ""
        self._text = bytearray()
        self._file: Incoming | None = None

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._disposition, self._text, self._file = b"", bytearray(), None
        self._header = self._value = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        if len(self.body.files) >= MOST_COUNTED:
            raise HTTPException(413, words.TOO_MANY_FILES.format(most=MOST_FILES))
        spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # `Body.close` closes it
        self._file = Incoming(filename, spool, left=len(self.body.files) >= MOST_FILES)
        self.body.files.append(self._file)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._file.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > MOST_FIELD_BYTES:
            raise HTTPException(413)

    def _end(self) -> None:
        if self._file is None:
            if len(self.body.fields) >= MOST_FIELDS:
                raise HTTPException(413)
            text = self._text.decode("utf-8", "replace")
            self.body.fields.append((self._name, _plain(text)))
        elif not self._file.filename and not self._file.size:
            self.body.files.remove(self._file)
            self._file.spool.close()


async def keep(blobs: BlobStore, file: Incoming, occasion: str) -> Attachment:
    """Keep a file as it came until the desk has taken it in; `occasion` names it among all files.

    One that is too big or empty is only named, so that it gets its verdict (Cloudinary takes no
    empty file), and one that was left, so that it is counted. Raises TryLater, ActionNeeded as the
    store does. May be repeated.
    """
    key = incoming_key(hashlib.sha256(occasion.encode()).hexdigest()[:32])
    if file.kept and file.size:
        async with file.laid_down() as path:
            await blobs.put_file(key, path, "application/octet-stream")
    return Attachment(key, file.filename, "", file.size)


def _plain(text: str) -> str:
    """Browsers send every line break of a form as two signs (HTML Standard §4.10.21.7)."""
    return text.replace("\r\n", "\n")
