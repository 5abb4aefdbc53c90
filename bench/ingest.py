"""Taking a picture in, against the library calls that do the same work and nothing more.

Every round each file goes through both, in turn. The desk: `Intake.keep`, that is the check in its
examining process, both hashes, thumbnail, placeholder, the sanitised bytes and the thumbnail put
durably into the local store, plain words, the image's row with its search tokens in one durable
transaction. The yardstick, in this process: read the file, SHA-256 of what came and of what is
stored, one decode by Pillow (in JPEG's draft mode where no pixel has to change, else transposed and
encoded anew as the desk does), the picture reduced, a 256-px JPEG, a 32-px WebP, the dHash, two
files written with fsync and renamed, one row inserted into the same tables (WAL,
`synchronous=FULL`) with their indexes and triggers. It refuses nothing: containers, limits,
metadata and colour profiles are not looked at. It keeps the memory that it once had, where the desk
gives back what it does not use. The table tells the medians over several examining processes, for
one may be a quarter slower than the next, all its life long. Memory is the greatest that the
examining process ever held (Linux's VmHWM); the desk's own process never holds a file.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.calls import Calls
from bench.figures import Row, ms
from core.business.members import Business, Member
from core.clock import SystemClock
from core.library.captioning import Captioning
from core.library.examination import Examiner
from core.library.intake import Brought, Intake
from core.settings import Settings
from core.steps import pass_by
from storage.blobs.local import LocalBlobs
from storage.database import Database, open_engine
from storage.migrations import migrate
from storage.secrets import Vault
from tests.core.child import children, peak
from tests.core.hostile import encode, photo, srgb_profile, swapped_profile, with_exif
from tests.fakes.queue import MemoryQueue
from tests.fakes.reviewers import Nobody

PROCESSES, ROUNDS = 5, 8
MOST, MOST_MEMORY = 1.15, 180
PROGRESSIVE = {"progressive": True, "subsampling": "4:4:4", "quality": 94}


@dataclass(frozen=True)
class Case:
    """A file: what it is called in the table, its side lengths, and how it is encoded."""

    what: str
    size: tuple[int, int]
    kind: str
    how: dict[str, Any]
    turned: bool = False


TIMED = (
    Case("a photo, 4096 × 4096 JPEG", (4096, 4096), "JPEG", {"quality": 90}),
    Case(
        "a phone's photo on its side, 4032 × 3024 JPEG",
        (4032, 3024),
        "JPEG",
        {"quality": 90, "exif": with_exif(6)},
        turned=True,
    ),
    Case("a picture, 1024 × 1024 PNG", (1024, 1024), "PNG", {}),
    Case("a picture, 1024 × 1024 WebP", (1024, 1024), "WEBP", {"quality": 90}),
)
HELD = (
    Case("JPEG", (4096, 4096), "JPEG", {"quality": 90}),
    Case("JPEG, on its side", (4096, 4096), "JPEG", {"quality": 90, "exif": with_exif(6)}),
    Case("JPEG, progressive 4:4:4", (4096, 4096), "JPEG", PROGRESSIVE),
    Case("JPEG, sRGB", (4096, 4096), "JPEG", {"icc_profile": srgb_profile()}),
    Case("JPEG, other colours", (4096, 4096), "JPEG", {"icc_profile": swapped_profile()}),
    Case("WebP", (4096, 4096), "WEBP", {"method": 0}),
    Case("WebP, on its side", (4096, 4096), "WEBP", {"method": 0, "exif": with_exif(6)}),
    Case(
        "WebP, other colours",
        (4096, 4096),
        "WEBP",
        {"method": 0, "icc_profile": swapped_profile()},
    ),
)


async def measure(folder: Path) -> list[Row]:
    """The rows of the table."""
    rows = []
    async with library(folder) as (database, businesses):
        for case in TIMED:
            file = written(case, folder)
            rows.append(await compare(case, file, folder, database, businesses))
    return [*rows, *[await held(case, folder) for case in HELD]]


async def compare(
    case: Case, file: Path, folder: Path, database: Database, businesses: AsyncIterator[Member]
) -> Row:
    """Both, in turn; every time for another business, since a library keeps the same bytes once."""
    blobs = LocalBlobs(folder / "blobs", Vault("bench"), lambda: "", SystemClock())
    captioning = Captioning(database, blobs, Nobody(), pass_by)
    desk, bare = [], []
    with Calls(folder) as calls:
        for _ in range(PROCESSES):
            async with Examiner(at_once=1) as examiner:
                intake = Intake(database, blobs, captioning, examiner)
                for number in range(ROUNDS + 1):
                    member = await anext(businesses)
                    begun = time.perf_counter()
                    await intake.keep(Brought(file, file.name, member.business_id, member.id))
                    middle = time.perf_counter()
                    calls.keep(file, case.kind, await anext(businesses), turned=case.turned)
                    if number:  # the first starts the process
                        desk.append((middle - begun) * 1000)
                        bare.append((time.perf_counter() - middle) * 1000)
    ours, theirs = median(desk), median(bare)
    ratio = ours / theirs
    return Row(
        f"taking in {case.what}",
        ms(ours),
        f"{ms(theirs)} bare calls",
        f"{ratio:.2f}×",
        f"≤ {MOST}×",
        ratio <= MOST,
    )


async def held(case: Case, folder: Path) -> Row:
    """What the largest picture of a kind takes, in a process that has seen nothing else.

    Its start is not counted: the desk begins it with itself.
    """
    file = written(case, folder)
    before = set(children())
    async with Examiner(at_once=1) as examiner:
        with suppress(FileNotFoundError):
            await examiner.examine(folder / "absent", "absent")
        begun = time.perf_counter()
        await examiner.examine(file, file.name)
        taken = time.perf_counter() - begun
        (process,) = set(children()) - before
        most = peak(process) / 1_000_000
    return Row(
        f"examining 4096 × 4096, {case.what}",
        f"{most:.0f} MB, {taken:.2f} s",
        goal=f"≤ {MOST_MEMORY} MB",
        met=most <= MOST_MEMORY,
    )


def written(case: Case, folder: Path) -> Path:
    """The file, as somebody brings it."""
    file = folder / f"brought-{case.size[0]}.{case.kind.lower()}"
    file.write_bytes(encode(photo(*case.size), case.kind, **case.how))
    return file


@asynccontextmanager
async def library(folder: Path) -> AsyncIterator[tuple[Database, AsyncIterator[Member]]]:
    """An empty library, and as many businesses with a member each as anybody asks for."""
    engine = open_engine(Settings(data_dir=folder))
    await migrate(engine)
    database = Database(engine, MemoryQueue(), SystemClock())

    async def members() -> AsyncIterator[Member]:
        number = 0
        while True:
            number += 1
            async with database.write() as uow:
                business = Business(f"Business {number}", uow.now)
                await uow.businesses.join("web", f"team-{number}", business)
                member = Member(business.id, "web", f"u{number}", "Ada")
                uow.members.add(member)
            yield member

    yield database, members()
    await engine.dispose()
