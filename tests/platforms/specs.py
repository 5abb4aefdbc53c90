"""Finds and reads the platforms' official documents, by which the local servers judge traffic.

It owns where the documents lie and what is said when they are absent. It must not know any
platform: each local server asks for its documents by file name and applies them itself.
"""

import functools
import json
import os
from pathlib import Path
from typing import Any, Final

BESIDE_THE_PROJECT: Final = Path(__file__).parents[3] / "shared" / "specs"


def specs_folder() -> Path | None:
    """The folder of official documents: `$IMAGEDESK_SPECS`, else `../shared/specs`.

    None where neither exists; validation is then off and the test run must say so
    (`report`).
    """
    named = os.environ.get("IMAGEDESK_SPECS")
    folder = Path(named) if named else BESIDE_THE_PROJECT
    return folder if folder.is_dir() else None


def report() -> str:
    """One line for the test report: where the documents were found, or that they were not."""
    folder = specs_folder()
    if folder is None:
        return "official documents: absent, so traffic is NOT validated against them"
    return f"official documents: {len(list(folder.glob('*.json')))} in {folder}"


@functools.cache
def document(name: str) -> dict[str, Any] | None:
    """One official document, decoded; None where the folder or the file is absent.

    Args:
        name: its file name, for example `slack-blocks.schema.json`.
    """
    folder = specs_folder()
    if folder is None or not (folder / name).is_file():
        return None
    decoded: dict[str, Any] = json.loads((folder / name).read_text("utf-8"))
    return decoded
