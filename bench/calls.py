"""The least that taking a picture in can be: calls of Pillow, hashlib, files and sqlite3.

Owns the yardstick of `bench.ingest`. It must not call the desk, nor judge anything: it does to a
good file what has to be done, once.
"""

import base64
import ctypes
import hashlib
import io
import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from PIL import Image, ImageOps, JpegImagePlugin

from core.business.members import Member

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
LARGEST_THRESHOLD = 32 << 20  # of MMAP_THRESHOLD, in bytes


class Calls:
    """Takes files into the library whose data lie in `folder`.

    From then on this process keeps all memory that it ever had (glibc's mallopt(3)). Else whether a
    picture's is given back and must be asked for again, page by page, would hang on what happens to
    lie beside it: 105 ms or 155 for a turned photo.
    """

    def __init__(self, folder: Path) -> None:
        system = ctypes.CDLL(None)
        system.mallopt(TRIM_THRESHOLD, 2**31 - 1)
        system.mallopt(MMAP_THRESHOLD, LARGEST_THRESHOLD)
        self._blobs = folder / "bare"
        self._database = sqlite3.connect(folder / "desk.sqlite3", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._database.execute(f"PRAGMA {pragma}").close()
        with closing(self._database.execute("SELECT * FROM images LIMIT 0")) as cursor:
            self._columns = [column[0] for column in cursor.description]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def keep(self, file: Path, kind: str, member: Member, *, turned: bool) -> None:
        """Take one file in."""
        data = file.read_bytes()
        came = hashlib.sha256(data).hexdigest()
        image: Image.Image = Image.open(io.BytesIO(data), formats=[kind])
        width, height = image.size
        stored = data
        if turned:
            stored, image = _upright(image)
        else:
            image.draft(None, (512, 512))
            image.load()
        small = image.reduce(max(max(image.size) // 512, 1)).convert("RGB")
        bits = small.resize((9, 8), Image.Resampling.BOX).convert("L").tobytes()
        rows = (bits[row : row + 9] for row in range(0, 72, 9))
        marks = [left > right for row in rows for left, right in pairwise(row)]
        small.thumbnail((256, 256), Image.Resampling.LANCZOS)
        thumbnail = _encoded(small, "JPEG", quality=82, optimize=True)
        small.thumbnail((32, 32), Image.Resampling.LANCZOS)
        blur = base64.b64encode(_encoded(small, "WEBP", quality=40, method=4)).decode()
        sha = hashlib.sha256(stored).hexdigest()
        self._write(self._blobs / str(member.business_id) / sha, stored)
        self._write(self._blobs / str(member.business_id) / "t" / sha, thumbnail)
        known = {
            "business_id": member.business_id,
            "creator_id": member.id,
            "filename": file.name,
            "original_filename": file.name,
            "file_size": len(stored),
            "mime_type": f"image/{kind.lower()}",
            "width": width,
            "height": height,
            "sha256": sha,
            "source_sha256": came,
            "dhash": f"{int(''.join('01'[mark] for mark in marks), 2):016x}",
            "placeholder": f"data:image/webp;base64,{blur}",
            "storage_key": sha,
            "thumbnail_key": sha,
            "document": f"{member.business_id:06}/all {member.business_id:06}brought",
        }
        self._insert(known)

    def _insert(self, known: dict[str, Any]) -> None:
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
        usual = {"source": "upload", "storage_provider": "local", "tags": "[]", "id": None}
        numbers = ("is_ai_generated", "plain_words", "favourites", "approved", "usage_count")
        usual |= dict.fromkeys(("created_at", "updated_at"), now)
        empty = dict.fromkeys(("ai_prompt", "ai_model", "last_used_at", "parent_id"))
        row = {**dict.fromkeys(self._columns, ""), **dict.fromkeys(numbers, 0), **empty}
        row |= {**usual, **known}
        marks = ", ".join("?" * len(self._columns))
        self._database.execute(
            f"INSERT INTO images VALUES ({marks})",  # noqa: S608  # marks alone
            [row[name] for name in self._columns],
        ).close()

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(data)
            fresh.flush()
            os.fsync(fresh.fileno())
        Path(name).replace(path)
        place = os.open(path.parent, os.O_RDONLY)
        os.fsync(place)
        os.close(place)


def _upright(image: Image.Image) -> tuple[bytes, Image.Image]:
    """A JPEG turned, encoded as it was."""
    assert isinstance(image, JpegImagePlugin.JpegImageFile)  # noqa: S101  # for the type checker
    how = {
        "qtables": image.quantization,
        "subsampling": JpegImagePlugin.get_sampling(image),
    }
    upright = ImageOps.exif_transpose(image)
    return _encoded(upright, "JPEG", **how), upright


def _encoded(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.info = {}
    image.save(out, kind, **how)
    return out.getvalue()
