"""Pictures of a folder become part of the library, from the command line."""

import os
from pathlib import Path

from bot.serving import Role
from core.business.members import Business, Member
from tests.core.hostile import encode, scene
from tests.desk import environment, running_desk
from tests.terminal import imagedesk


async def test_a_folder_is_imported_once(tmp_path: Path) -> None:
    """What is good is stored, what is not is named with its reason; a second run adds nothing."""
    folder = tmp_path / "pictures"
    (folder / "summer").mkdir(parents=True)
    (folder / "shop.jpg").write_bytes(encode(scene(1200, 800), "JPEG"))
    (folder / "summer" / "copy.jpg").write_bytes((folder / "shop.jpg").read_bytes())
    (folder / "summer" / "sign.png").write_bytes(encode(scene(500, 500), "PNG"))
    (folder / "notes.png").write_text("only words")
    (folder / ".hidden.jpg").write_bytes(b"")
    there = sorted(path for path in folder.rglob("*"))
    environ = environment(tmp_path / "data")
    async with running_desk(environ, demo=True) as desk:
        async with desk.database.write() as unit:
            business = Business("Bakery", unit.now)
            await unit.businesses.join("slack", "T1", business)
            unit.members.add(Member(business.id, "slack", "U1", "Ada"))
        wrong = await imagedesk(environ, "import", str(folder / "nowhere"))
        assert (wrong.code, "There is no folder" in wrong.said) == (1, True)
        first = await imagedesk(environ | {"LOG_LEVEL": "info"}, "import", str(folder))
        assert (first.code, first.err) == (0, "")
        assert "2 new, 1 already in the library, 1 refused." in first.out
        assert "notes.png: That is not a picture." in first.out
        again = await imagedesk(environ, "import", str(folder))
        assert "0 new, 3 already in the library, 1 refused." in again.out
        assert sorted(path for path in folder.rglob("*")) == there
        async with desk.database.read() as unit:
            images = [await unit.images.get(number) for number in (1, 2, 3)]
            assert [one and one.source for one in images] == ["upload", "upload", None]


async def test_one_file_that_cannot_be_read_keeps_nothing_else_out(tmp_path: Path) -> None:
    """It is refused with the system's reason, and under a name that a terminal can be shown."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "shop.jpg").write_bytes(encode(scene(1200, 800), "JPEG"))
    (folder / "memory.png").symlink_to("/proc/self/mem")  # is there, and cannot be read
    (folder / os.fsdecode(b"\xff\x1b[2J.png")).write_text("only words")
    environ = environment(tmp_path / "data") | {"PYTHONIOENCODING": "utf-8:strict"}
    async with running_desk(environ, demo=True) as desk, desk.database.write() as unit:
        business = Business("Bakery", unit.now)
        await unit.businesses.join("slack", "T1", business)
        unit.members.add(Member(business.id, "slack", "U1", "Ada"))
    ended = await imagedesk(environ, "import", str(folder))
    assert (ended.code, ended.err) == (0, "")
    assert "memory.png: It cannot be read (Input/output error)." in ended.out
    assert "\ufffd\ufffd[2J.png: That is not a picture." in ended.out
    assert "1 new, 0 already in the library, 2 refused." in ended.out


async def test_pictures_that_wait_for_words_are_imported_without_a_noise(tmp_path: Path) -> None:
    """With a key each is to be looked at by the desk, which is woken by nobody here: its queue is
    embedded, and its own recovery finds them.
    """
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "shop.jpg").write_bytes(encode(scene(1200, 800), "JPEG"))
    environ = environment(tmp_path / "data", OPENAI_API_KEY="sk-nobody-is-asked-by-it")
    async with running_desk(environ) as desk, desk.database.write() as unit:
        business = Business("Bakery", unit.now)
        await unit.businesses.join("slack", "T1", business)
        unit.members.add(Member(business.id, "slack", "U1", "Ada"))
    ended = await imagedesk(environ, "import", str(folder))
    assert (ended.code, ended.err) == (0, "")
    assert "1 new" in ended.out
    web = frozenset[Role]({"web"})
    async with running_desk(environ, roles=web) as desk, desk.database.read() as unit:
        assert len(await unit.looks.waiting(10)) == 1
