"""Replies that choose from many pictures: what they mean, and that nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.review.keeping import read_wishes

KNOWN = set(range(1, 51))
NUMBERS = st.sets(st.integers(1, 50), min_size=1)


@pytest.mark.parametrize(
    ("text", "chosen", "redo"),
    [
        ('keep 1-8 12, redo 9 "warmer"', {*range(1, 9), 12}, {9: "warmer"}),
        ("Keep 3", {3}, {}),
        ("keep all; drop 2–49", {1, 50}, {}),
        ("keep 8-1", set(range(1, 9)), {}),
        ("redo 4 5 “on a beach”\nkeep 1", {1}, {4: "on a beach", 5: "on a beach"}),
        ("redo 7", set(), {7: ""}),
        ("keep 49 50 51", {49, 50}, {}),
    ],
)
def test_a_reply_is_understood(text: str, chosen: set[int], redo: dict[int, str]) -> None:
    """Ranges, single numbers, all, and words for what is made again."""
    wishes = read_wishes(text)
    assert wishes.apply(set(), KNOWN) == chosen
    assert wishes.redo == redo


@given(NUMBERS, NUMBERS)
def test_what_is_dropped_later_is_not_kept(kept: set[int], dropped: set[int]) -> None:
    """The later clause counts."""
    written = f"keep {' '.join(map(str, kept))}, drop {' '.join(map(str, dropped))}"
    assert read_wishes(written).apply(set(), KNOWN) == kept - dropped


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keep",
        "keep nine",
        "keep 1 and 2",
        'keep 1 "warmer"',
        "redo all",
        "keep 1, sell 2",
        "keep 1-",
        "keep 1-5000",
        f"keep {'9' * 5000}",
        "12",
    ],
)
def test_a_reply_that_is_not_clear_is_refused(text: str) -> None:
    """Nothing of it is carried out."""
    with pytest.raises(UserError) as refused:
        read_wishes(text)
    assert refused.value.code == "wishes_unreadable"
