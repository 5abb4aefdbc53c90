"""What is made from the code is what stands in the documents."""

import re
from pathlib import Path

import pytest

from bot.documents import EXAMPLE, README, ROOT, TABLES, example_environment, renew
from core.settings import Settings, read_settings

STALE = "out of date: run `python -m bot.documents`"


def test_the_example_environment_is_current() -> None:
    """`.env.example` names every setting, with its meaning and default."""
    assert (ROOT / EXAMPLE).read_text("utf-8") == example_environment(), STALE


def test_the_example_environment_changes_nothing() -> None:
    """Its defaults, with every # taken away, are the defaults."""
    lines = re.findall(r"^#([A-Z0-9_]+)=(.*)$", example_environment(), re.MULTILINE)
    assert {name.lower() for name, _ in lines} == set(Settings.model_fields)
    assert read_settings(dict(lines)) == Settings()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_readme_holds_each_table_once(name: str) -> None:
    """People find settings and commands where they look first."""
    text = (ROOT / README).read_text("utf-8")
    assert text.count(f"<!-- {name} -->") == text.count(f"<!-- /{name} -->") == 1


def test_the_readme_is_current() -> None:
    """Its tables say what the code says."""
    text = (ROOT / README).read_text("utf-8")
    assert renew(text) == text, STALE


def test_tables_are_renewed_between_their_markers_alone() -> None:
    """The rest of a document stays as its author wrote it."""
    text = "Before\n<!-- commands -->\nold\n<!-- /commands -->\nafter\n"
    renewed = renew(text)
    assert renewed.startswith("Before\n<!-- commands -->\n| Command |")
    assert renewed.endswith("|\n<!-- /commands -->\nafter\n")
    assert "old" not in renewed
    assert renew(renewed) == renewed


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_documents_name_settings_that_exist(path: Path) -> None:
    """Whatever looks like one of our settings is one."""
    known = {name.upper() for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    prefixes = tuple(sorted({f"{name.split('_')[0]}_" for name in known}))
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)", path.read_text("utf-8")))
    assert {name for name in named if name.startswith(prefixes)} <= known
