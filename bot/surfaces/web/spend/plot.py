"""The days of a month as bars. Owns the drawing's geometry; the template writes the SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.business.spending import Share
from core.wording import spending as words

WIDTH: Final = 760
HEIGHT: Final = 220
LEFT: Final = 58
BOTTOM: Final = 26
TOP: Final = 10
LINES: Final = 4
GAP: Final = 0.28
"""Of the room that a day has."""

LABELLED: Final = 7
"""Every so many days are named; else they do not fit on a telephone."""


@dataclass(frozen=True)
class Bar:
    """A day: its place, and what is told of it. `label` is the day's number, or empty."""

    x: float
    y: float
    width: float
    height: float
    told: str
    label: str


@dataclass(frozen=True)
class Line:
    """A height of the scale, and its amount."""

    y: float
    label: str


@dataclass(frozen=True)
class Plot:
    """The whole drawing."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def draw_plot(days: Sequence[Share]) -> Plot:
    """Bars on a scale that begins at nothing. A day may come to less than nothing where a call was
    cheaper than what an earlier one had set aside; it is drawn as nothing.
    """
    step = _step(max((one.amount for one in days), default=0))
    most, room = step * LINES, (WIDTH - LEFT) / len(days)
    floor, high = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    bars = []
    for place, one in enumerate(days):
        height = max(one.amount, 0) / most * high
        number = int(one.key[-2:])
        bars.append(
            Bar(
                x=round(LEFT + room * (place + GAP / 2), 1),
                y=round(floor - height, 1),
                width=round(room * (1 - GAP), 1),
                height=round(height, 1),
                told=words.day(one),
                label=str(number) if (number - 1) % LABELLED == 0 else "",
            )
        )
    lines = tuple(
        Line(round(floor - high * part / LINES, 1), words.scale(step * part))
        for part in range(LINES + 1)
    )
    return Plot(tuple(bars), lines)


def _step(most: int) -> int:
    """A round amount of which `LINES` hold the greatest: 1, 2 or 5 times a power of ten."""
    step = 1000
    factors = (2, 2.5, 2)
    turn = 0
    while step * LINES < most:
        step = int(step * factors[turn % len(factors)])
        turn += 1
    return step
