"""What a check finds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.settings import Settings

Mark: TypeAlias = Literal["✓", "–", "!", "✗"]
"""Works; is not set up; works but look at it; does not work."""


@dataclass(frozen=True)
class Finding:
    """One line of the report, and how to mend what it says ("" where nothing is to be done)."""

    mark: Mark
    text: str
    fix: str = ""


Check: TypeAlias = Callable[[Settings], Awaitable[list[Finding]]]
"""Looks at one thing that is set up; raises nothing and leaves nothing behind."""
