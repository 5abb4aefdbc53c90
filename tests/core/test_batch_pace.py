"""How fast a batch's pictures come, as it is told on its card."""

from datetime import UTC, datetime, timedelta

import pytest

from core.generation.batches.feeding import ENOUGH, SEEN, seen_pace
from core.generation.jobs import Item

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def items(*ends: float, begun: bool = True) -> list[Item]:
    """One for each moment (seconds after noon) at which it ended."""
    return [
        Item(
            "job",
            1,
            number,
            "a fox",
            0,
            started_at=NOON if begun else None,
            ended_at=NOON + timedelta(seconds=end),
        )
        for number, end in enumerate(ends, 1)
    ]


def test_so_many_a_minute_as_come_in_one() -> None:
    """In whatever order they are numbered."""
    assert seen_pace(items(*range(100, 60, -2))) == pytest.approx(30)


def test_only_the_last_ones_count() -> None:
    """What was slow at first, or stood still, is over."""
    slow = [60.0 * number for number in range(20)]
    fast = [slow[-1] + 0.5 * number for number in range(1, SEEN + 1)]
    assert seen_pace(items(*slow, *fast)) == pytest.approx(120)


def test_of_too_few_nothing_is_told() -> None:
    """Nor of those that the library had, which were never begun."""
    assert seen_pace([]) is None
    assert seen_pace(items(*range(ENOUGH - 1))) is None
    assert seen_pace(items(*range(40), begun=False)) is None
    assert seen_pace(items(*[5.0] * 40)) is None
