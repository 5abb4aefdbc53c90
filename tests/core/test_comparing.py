"""Comparisons of models: who takes part, which letter each gets, and what the votes add up to."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.generation.comparing import Ballot, compare, read_wanted, shuffle, tally
from core.generation.fitting import fit
from core.generation.orders import Order, read_order
from core.generation.prices import Model, read_catalogue

CATALOGUE = read_catalogue()
MODELS = CATALOGUE.models


def order_for(model: str, **options: str) -> Order:
    """A valid order to a model of the catalogue."""
    return read_order({"prompt": "a fox", "model": model, **options}, CATALOGUE, MODELS, "")


def some(*names: str) -> dict[str, Model]:
    """These models of the catalogue, as those that can be used."""
    return {name: MODELS[name] for name in names}


ballots = st.builds(
    Ballot,
    made=st.dictionaries(st.integers(1, 3), st.sampled_from(["one", "two", "three"])),
    chosen=st.frozensets(st.integers(1, 4)),
    approved=st.frozensets(st.integers(1, 4)),
)


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_the_letters_are_shuffled_by_the_job_alone(job_id: str) -> None:
    """Each rival has one letter, and a job's letters are the same however often they are asked."""
    order = compare(order_for("gpt-image-2"), 3, MODELS)
    shuffled = shuffle(order, job_id)
    assert Counter(shuffled) == Counter(order.rivals)
    assert shuffled == shuffle(order, job_id)


def test_no_letter_tells_who_was_asked_first() -> None:
    """Over many jobs the model that was asked for stands behind each letter about as often."""
    order = compare(order_for("gpt-image-2"), 3, MODELS)
    letters = Counter(
        [one.model for one in shuffle(order, f"{job:032x}")].index("gpt-image-2")
        for job in range(900)
    )
    assert all(240 < letters[place] < 360 for place in range(3))


@given(st.lists(ballots))
def test_the_scoreboard_sums(cast: list[Ballot]) -> None:
    """Every decided comparison has one winner, and counts once for each that took part in it."""
    decided = [ballot for ballot in cast if ballot.winner]
    board = tally(cast)
    assert sum(one.wins for one in board) == len(decided)
    assert sum(one.comparisons for one in board) == sum(len(ballot.made) for ballot in decided)
    assert all(0 <= one.wins <= one.comparisons for one in board)


@pytest.mark.parametrize(
    ("chosen", "approved", "winner"),
    [
        ({2}, set(), "two"),
        ({2}, {1}, "two"),
        (set(), {1}, "one"),
        ({1, 2}, set(), None),
        (set(), {1, 2}, None),
        ({3}, set(), None),
        (set(), set(), None),
    ],
)
def test_a_vote_is_one_picture_chosen_over_another(
    chosen: set[int], approved: set[int], winner: str | None
) -> None:
    """A choice goes before an approval; several at once, or what was not made, are no vote."""
    ballot = Ballot({1: "one", 2: "two"}, frozenset(chosen), frozenset(approved))
    assert ballot.winner == winner


def test_the_only_picture_that_was_made_wins_nothing() -> None:
    """The others failed: that says nothing of their pictures."""
    assert Ballot({1: "one"}, frozenset({1}), frozenset()).winner is None


def test_other_providers_come_first_then_the_cheapest_and_sketches_last() -> None:
    """What takes part beside the model that was asked for."""
    usable = some("gpt-image-2", "gpt-image-2.5-flare", "flux-dev", "flux-schnell", "sketch")
    three = compare(order_for("gpt-image-2"), 3, usable)
    assert [one.model for one in three.rivals] == [
        "gpt-image-2",
        "flux-schnell",
        "gpt-image-2.5-flare",
    ]
    assert three.estimate == sum(one.price or 0 for one in three.rivals)
    two = compare(order_for("flux-dev"), 3, some("flux-dev", "sketch"))
    assert [one.model for one in two.rivals] == ["flux-dev", "sketch"]


def test_one_unknown_price_makes_the_whole_estimate_unknown() -> None:
    """It is never taken for nothing."""
    two = compare(order_for("gpt-image-2"), 2, some("gpt-image-2", "sdxl"))
    assert two.estimate is None


@pytest.mark.parametrize("text", ["1", "4", "two", "-2", "2.0"])
def test_two_or_three_are_compared(text: str) -> None:
    """Any other number is refused with those that can be."""
    with pytest.raises(UserError) as told:
        read_wanted(text)
    assert told.value.code == "compare_wrong"


def test_one_model_is_compared_with_nothing_and_several_pictures_neither() -> None:
    """Each is refused in its own words, before anything is paid."""
    with pytest.raises(UserError) as told:
        compare(order_for("gpt-image-2"), 2, some("gpt-image-2"))
    assert told.value.code == "compare_few"
    with pytest.raises(UserError) as told:
        compare(order_for("gpt-image-2", count="2"), 2, MODELS)
    assert told.value.code == "compare_count"


@pytest.mark.parametrize(
    ("size", "nearest"),
    [("1024x1792", "768x1344"), ("1088x1360", "896x1088"), ("1024x1024", "1024x1024")],
)
def test_another_model_makes_the_nearest_size_of_the_same_shape(size: str, nearest: str) -> None:
    """An upright picture stays upright, at the quality that the other model has."""
    asked = order_for("gpt-image-2.5-flare", size=size, quality="max")
    other = fit(asked, MODELS["flux-schnell"])
    assert other is not None
    assert other.quality == "medium"
    assert other.price == 3_000
    assert other.size == nearest


def test_a_model_without_the_shape_or_room_for_the_prompt_is_not_asked() -> None:
    """Better another model than a cut prompt or a turned picture."""
    upright = order_for("gpt-image-2.5-flare", size="1024x1792")
    assert fit(upright, replace(MODELS["flux-schnell"], sizes=("1024x1024", "1216x832"))) is None
    assert fit(upright, replace(MODELS["flux-schnell"], longest=3)) is None
