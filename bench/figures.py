"""Figures: percentiles, medians over rounds, and the rows of the one table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the desk, the yardstick, and what was hoped for."""

    what: str
    desk: str
    yardstick: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def middle(rounds: Sequence[Sequence[float]], share: float) -> float:
    """The median over rounds of each round's percentile."""
    return median(percentile(values, share) for values in rounds)


def ms(value: float) -> str:
    """Milliseconds for the table."""
    return f"{value:,.3g} ms" if value < 1000 else f"{value:,.0f} ms"  # noqa: PLR2004  # three digits say enough
