"""The spend view's figures: what an address asks, and bars that are true to their amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import command_table, read_text
from bot.surfaces.web.spend.asking import read_query
from bot.surfaces.web.spend.plot import draw_plot
from core.business.spending import Share, days_in
from core.errors import UserError
from core.generation.prices import read_catalogue

BUDGET = next(one for one in command_table(read_catalogue().of("openai")) if one.name == "budget")


@pytest.mark.parametrize(
    ("given_", "month"),
    [({}, "2026-11"), ({"month": "2025-02"}, "2025-02"), ({"month": "2026-13"}, "2026-11")],
)
def test_the_month_is_this_one_where_none_that_is_one_is_asked(
    given_: dict[str, str], month: str
) -> None:
    """Whatever stands in the address, a month is shown."""
    assert read_query(given_, "2026-11-21").month == month


def test_one_goes_from_month_to_month_and_keeps_the_charge() -> None:
    """Over the end of a year as well."""
    january = read_query({"month": "2026-01", "charge": "$0.25"}, "2026-11-21")
    assert (january.before, january.after, january.charge) == ("2025-12", "2026-02", 250_000)
    assert january.address(month=january.before) == "/spend?month=2025-12&charge=%240.25"


@pytest.mark.parametrize("text", ["dear", "-1", "nan", "inf", "1e9", "0.1.2"])
def test_a_charge_that_is_no_price_is_told(text: str) -> None:
    """And nothing is charged."""
    asked = read_query({"charge": text}, "2026-11-21")
    assert asked.wrong
    assert asked.charge is None


def test_the_days_of_a_month_are_all_there() -> None:
    """Also of the shortest one."""
    assert days_in("2028-02")[-1] == "2028-02-29"
    assert [len(days_in(f"2026-{month:02}")) for month in (2, 4, 12)] == [28, 30, 31]


@given(st.lists(st.integers(-5_000, 10**12), min_size=30, max_size=30))
def test_bars_stand_within_the_scale_and_in_proportion(amounts: list[int]) -> None:
    """The highest never reaches over the top line, nor is it lower than a third of the plot."""
    days = [Share(day, amount, 1) for day, amount in zip(days_in("2026-11"), amounts, strict=True)]
    plot = draw_plot(days)
    top = min(line.y for line in plot.lines)
    assert all(bar.y >= top for bar in plot.bars)
    assert all(bar.x >= 0 and bar.x + bar.width <= plot.width for bar in plot.bars)
    highest = max(plot.bars, key=lambda bar: bar.height)
    if max(amounts) > 4_000:
        assert highest.height * 3 >= plot.floor - top


def test_a_word_that_is_only_ever_one_needs_no_value() -> None:
    """`--off` says it all; other options still need what they are to be."""
    assert read_text(BUDGET, "--off --for @ada") == {"off": "yes", "for": "@ada"}
    assert read_text(BUDGET, "20 --per month") == {"amount": "20", "per": "month"}
    with pytest.raises(UserError, match="option_empty"):
        read_text(BUDGET, "20 --per --for channel")
