"""`imagedesk storage sweep`, run as a process over a folder with something forgotten in it."""

import os
from pathlib import Path

from tests.desk import environment
from tests.terminal import imagedesk

AN_HOUR_AGO = 1_000_000_000


async def test_what_no_row_names_is_listed_and_deleted_only_when_asked(tmp_path: Path) -> None:
    """What is fresh stays: its row may be about to come. What is not ours stays, too."""
    environ = environment(tmp_path)
    clean = await imagedesk(environ, "storage", "sweep")
    assert (clean.code, clean.err) == (0, "")
    assert "Nothing to sweep" in clean.out
    blobs = tmp_path / "blobs"
    key = f"1/{'a' * 64}-fox.png"
    for name in (key, "notes/of-somebody.txt"):
        (blobs / name).parent.mkdir(parents=True, exist_ok=True)
        (blobs / name).write_bytes(b"bytes")
    fresh = await imagedesk(environ, "storage", "sweep", "--delete")
    assert "Nothing to sweep" in fresh.out
    for name in (key, "notes/of-somebody.txt"):
        os.utime(blobs / name, (AN_HOUR_AGO, AN_HOUR_AGO))
    listed = await imagedesk(environ, "storage", "sweep")
    assert key in listed.out
    assert "Objects that no row names: 1." in listed.out
    assert (blobs / key).exists()
    swept = await imagedesk(environ, "storage", "sweep", "--delete")
    assert "Deleted what no row named: 1." in swept.out
    assert not (blobs / key).exists()
    assert (blobs / "notes/of-somebody.txt").exists()
