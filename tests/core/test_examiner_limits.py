"""The examiner's processes: no file costs more than its limits, or anybody but its own bringer."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.errors import TryLater, UserError
from core.library.examination import Examiner, Limits
from core.library.examiner import MOST_BYTES
from tests.core import hostile
from tests.core.child import ROOT, children, commandline, cost, peak, until
from tests.core.hostile import encode, scene

PROGRESSIVE: dict[str, Any] = {"progressive": True, "subsampling": "4:4:4", "quality": 94}


@pytest.fixture
def processes() -> Callable[[], list[int]]:
    """The examiner processes that began in this test and live."""
    before = set(children())
    return lambda: [pid for pid in children() if pid not in before]


@pytest.mark.parametrize(
    "flood",
    [
        hostile.chunk_flood,
        hostile.segment_flood,
        hostile.block_flood,
        hostile.frame_chunk_flood,
        *(
            lambda filling=filling: hostile.fill_flood(filling)
            for filling in (b"\xff", b"\xff\0", b"\xff\xff\0", b"\xff\xd0", b"\xff\xff\xd0")
        ),
        lambda: hostile.scan_flood(1000),
        lambda: hostile.frame_flood(10_000),
        lambda: hostile.frame_flood(400_000, 1000),
        hostile.sixteen_bit_bomb,
        hostile.text_bomb,
        hostile.profile_bomb,
        hostile.exif_bomb,
        lambda: hostile.scan_flood(40),
        lambda: encode(Image.new("RGB", (4096, 4096)), "PNG", compress_level=9),
        lambda: encode(Image.new("RGB", (4096, 4096)), "WEBP", lossless=True),
        lambda: encode(Image.new("RGB", (4096, 4096)), "JPEG", exif=hostile.with_exif(6)),
        lambda: encode(hostile.photo(4096, 4096), "JPEG", quality=90, subsampling="4:4:4"),
        lambda: encode(Image.new("RGBA", (4096, 4096), (9, 9, 9, 9)), "PNG"),
        lambda: hostile.torn_scan(encode(hostile.photo(4096, 4096), "JPEG", **PROGRESSIVE)),
        lambda: hostile.torn_scan(
            encode(hostile.photo(4096, 4096), "JPEG", **{**PROGRESSIVE, "quality": 75})
        ),
        lambda: encode(hostile.photo(4096, 4096).convert("CMYK"), "JPEG", progressive=True),
    ],
)
async def test_no_file_costs_more_than_a_second_and_200_megabytes(
    flood: Callable[[], bytes], tmp_path: Path
) -> None:
    """Bombs, floods, and the largest pictures that may pass."""
    data = flood()
    assert len(data) <= MOST_BYTES
    spent = await asyncio.to_thread(cost, data, tmp_path)
    assert set(spent.answer) <= {"found", "refused"}
    assert spent.peak <= 200_000_000
    assert spent.seconds <= 1


@pytest.mark.parametrize(
    "how", [{"exif": hostile.with_exif(6)}, {"icc_profile": hostile.swapped_profile()}]
)
async def test_a_webp_that_is_encoded_anew_stays_within_180_megabytes(
    how: dict[str, Any], tmp_path: Path
) -> None:
    """The slowest that may pass: a second or, on a slow machine, little more."""
    data = encode(hostile.photo(4096, 4096), "WEBP", method=0, **how)
    spent = await asyncio.to_thread(cost, data, tmp_path)
    assert set(spent.answer) == {"found"}
    assert spent.peak <= 180_000_000
    assert spent.seconds <= 2


async def test_a_progressive_picture_stays_within_180_megabytes(tmp_path: Path) -> None:
    """The largest with full colours: no pixel of it is made that nobody needs."""
    data = encode(hostile.photo(4096, 4096), "JPEG", **PROGRESSIVE)
    spent = await asyncio.to_thread(cost, data, tmp_path)
    assert set(spent.answer) == {"found"}
    assert spent.peak <= 180_000_000
    assert spent.seconds <= 1


async def test_a_file_that_would_not_fit_is_called_too_costly(tmp_path: Path) -> None:
    """Told by its header, and not called broken by a decoder that found no room."""
    data = encode(hostile.photo(4096, 4096).convert("CMYK"), "JPEG", progressive=True)
    spent = await asyncio.to_thread(cost, data, tmp_path)
    assert spent.answer == {"refused": ["picture_too_costly", {}]}


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("JPEG", {**PROGRESSIVE, "exif": hostile.with_exif(2)}),
        ("JPEG", {"icc_profile": hostile.swapped_profile(), "exif": hostile.with_exif(5)}),
        ("WEBP", {"method": 0, "exif": hostile.with_exif(6)}),
    ],
)
async def test_the_largest_pictures_pass_again_and_again(
    kind: str, how: dict[str, Any], tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """Those that need most memory, in a process that others have gone through before."""
    large = tmp_path / "large"
    large.write_bytes(encode(hostile.photo(4096, 4096), kind, **how))
    async with Examiner(at_once=1) as examiner:
        verdicts = [await examiner.examine(large, "large") for _ in range(3)]
        (process,) = processes()
        assert peak(process) <= 200_000_000
    assert len({verdict.sha256 for verdict in verdicts}) == 1


async def test_a_file_that_needs_more_memory_than_there_is_is_refused(
    tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """And the next one passes, in the same process."""
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(encode(Image.new("RGB", (4000, 4000)), "PNG"))
    small.write_bytes(encode(scene(), "PNG"))
    async with Examiner(Limits(memory=60_000_000), at_once=1) as examiner:
        await examiner.examine(small, "small")
        (process,) = processes()
        with pytest.raises(UserError, match="picture_too_costly"):
            await examiner.examine(large, "large")
        await examiner.examine(small, "small")
        assert processes() == [process]


async def test_a_decoder_that_hangs_is_ended(
    tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """Its file is refused, and the next one passes in another process."""
    endless, good = tmp_path / "endless", tmp_path / "good"
    os.mkfifo(endless)
    good.write_bytes(encode(scene(), "PNG"))
    async with Examiner(Limits(wall=0.5), at_once=1) as examiner:
        with pytest.raises(UserError, match="picture_too_costly"):
            await examiner.examine(endless, "endless")
        assert processes() == []
    async with Examiner(at_once=1) as examiner:
        await examiner.examine(good, "good")


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (signal.SIGSEGV, "picture_unreadable"),
        (signal.SIGABRT, "picture_unreadable"),
        (signal.SIGXCPU, "picture_too_costly"),
        (signal.SIGKILL, "picture_too_costly"),
    ],
)
async def test_a_decoder_that_crashes_costs_its_own_file_alone(
    end: signal.Signals, code: str, tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """A crash, the limit of computing, and the system's want of memory."""
    stuck, good = tmp_path / "stuck", tmp_path / "good"
    os.mkfifo(stuck)
    good.write_bytes(encode(scene(), "PNG"))
    async with Examiner(at_once=2) as examiner:
        await examiner.examine(good, "good")
        (process,) = processes()
        waiting = asyncio.create_task(examiner.examine(stuck, "stuck"))
        others = [asyncio.create_task(examiner.examine(good, "good")) for _ in range(5)]
        assert [(await other).frames for other in others] == [1] * 5
        os.kill(process, end)
        with pytest.raises(UserError, match=code):
            await waiting
        await examiner.examine(good, "good")


async def test_each_file_may_compute_as_long_as_the_one_before(
    tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """Together they take longer than one of them may, in one process."""
    costly = tmp_path / "costly"
    costly.write_bytes(hostile.scan_flood(50))
    async with Examiner(Limits(cpu=1), at_once=1) as examiner:
        for _ in range(6):
            await examiner.examine(costly, "costly")
        assert len(processes()) == 1


async def test_computing_beyond_the_limit_is_ended_by_the_system(tmp_path: Path) -> None:
    """The system counts in whole seconds, so the process has to come to the end of one."""
    costly = tmp_path / "costly"
    costly.write_bytes(hostile.scan_flood(50))
    async with Examiner(Limits(cpu=0), at_once=1) as examiner:
        verdicts = [
            await asyncio.gather(examiner.examine(costly, "costly"), return_exceptions=True)
            for _ in range(6)
        ]
    assert "picture_too_costly" in {str(verdict) for (verdict,) in verdicts}


async def test_a_process_stands_ready_for_the_first_file(
    processes: Callable[[], list[int]],
) -> None:
    """Nobody waits for its start."""
    async with Examiner():
        assert len(processes()) == 1


async def test_a_process_that_died_between_two_files_costs_nobody(
    tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """It is replaced before the next file is given to it."""
    good = tmp_path / "good"
    good.write_bytes(encode(scene(), "PNG"))
    async with Examiner(at_once=1) as examiner:
        await examiner.examine(good, "good")
        (process,) = processes()
        os.kill(process, signal.SIGKILL)
        await until(Path(f"/proc/{process}").exists, is_=False)
        await examiner.examine(good, "good")


async def test_no_more_files_are_open_than_there_is_room_for(
    tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """The rest waits; all get their verdict, and the processes end with the examiner."""
    paths = [tmp_path / str(number) for number in range(24)]
    for number, path in enumerate(paths):
        path.write_bytes(encode(scene(400 + number, 400), "PNG") if number % 3 else b"nothing")
    async with Examiner(at_once=3) as examiner:
        verdicts = await asyncio.gather(
            *(examiner.examine(path, path.name) for path in paths), return_exceptions=True
        )
        assert 1 <= len(processes()) <= 3
    assert [isinstance(verdict, UserError) for verdict in verdicts] == [
        number % 3 == 0 for number in range(24)
    ]
    assert processes() == []


async def test_giving_up_leaves_no_process_behind(
    tmp_path: Path, processes: Callable[[], list[int]]
) -> None:
    """Cancelled in the middle of a file, whose process cannot be used for the next one."""
    stuck = tmp_path / "stuck"
    os.mkfifo(stuck)
    async with Examiner(at_once=1) as examiner:
        waiting = asyncio.create_task(examiner.examine(stuck, "stuck"))
        with await asyncio.to_thread(stuck.open, "wb"):  # returns when somebody reads
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert processes() == []


async def test_no_process_outlives_the_one_that_began_it(tmp_path: Path) -> None:
    """Not even where that one was killed and could tell nobody."""
    source = tmp_path / "picture"
    source.write_bytes(encode(scene(), "PNG"))
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.core.parent", str(source)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout
    process = int(await parent.stdout.readline())
    assert b"core.library.examiner" in commandline(process)
    os.kill(parent.pid, signal.SIGKILL)
    await parent.communicate()
    await until(lambda: commandline(process) == b"", is_=True)


async def test_a_full_disk_is_no_fault_of_the_picture(tmp_path: Path) -> None:
    """It is asked again later."""
    source = tmp_path / "picture"
    source.write_bytes(encode(scene(), "PNG") + hostile.TAIL)
    source.with_name("picture.kept").symlink_to("/dev/full")
    async with Examiner(at_once=1) as examiner:
        with pytest.raises(TryLater, match="disk_full"):
            await examiner.examine(source, "picture")


async def test_a_file_that_is_not_there_is_told_as_that(tmp_path: Path) -> None:
    """It is no verdict about a picture."""
    async with Examiner(at_once=1) as examiner:
        with pytest.raises(FileNotFoundError):
            await examiner.examine(tmp_path / "absent", "absent")
