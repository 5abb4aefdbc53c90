"""What keeps a post from being published is said before anything is sent."""

from hypothesis import example, given
from hypothesis import strategies as st

from core.ports import NetworkRules
from core.publishing.rules import check

RULES = NetworkRules(
    min_images=1, max_images=3, max_caption=40, max_alt=10, max_bytes=1_000, max_hashtags=2
)
FREE = NetworkRules(min_images=0, max_images=3, max_caption=40, max_alt=10, max_bytes=1_000)


def test_a_post_within_all_limits_has_no_problem() -> None:
    """At each limit exactly, nothing is wrong."""
    assert check("#a #b ".ljust(40, "."), ["x" * 10] * 3, RULES, "Net") == []


def test_a_network_of_pictures_wants_one() -> None:
    """Told as "Instagram needs a picture"."""
    [problem] = check("only words", [], RULES, "Instagram")
    assert problem.code == "needs_image"
    assert problem.facts == {"network": "Instagram", "needed": 1, "count": 0}


def test_nothing_at_all_is_no_post_anywhere() -> None:
    """Where pictures are not needed, words are; blanks are no words."""
    [problem] = check(" \n", [], FREE, "Net")
    assert problem.code == "post_empty"


def test_a_picture_needs_no_words() -> None:
    """A caption may be empty."""
    assert check("", [""], FREE, "Net") == []


def test_too_many_hashtags_are_counted() -> None:
    """A lonely `#` is none, and three are one more than two."""
    [problem] = check("# 1 #one #two,#three", ["x"], RULES, "Net")
    assert problem.code == "too_many_hashtags"
    assert problem.facts == {"network": "Net", "limit": 2, "count": 3}


@example("ü" * 40)
@given(st.text(max_size=80))
def test_a_caption_is_too_long_exactly_when_it_has_more_characters(caption: str) -> None:
    """Characters count, not bytes; limit and length are told."""
    problems = {p.code: p.facts for p in check(caption, ["x"], FREE, "Net")}
    assert ("caption_too_long" in problems) == (len(caption) > 40)
    if "caption_too_long" in problems:
        facts = {"network": "Net", "limit": 40, "length": len(caption)}
        assert problems["caption_too_long"] == facts


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_every_alt_text_that_is_too_long_is_named_by_its_picture(alts: list[str]) -> None:
    """Each has its own problem, numbered from 1 as people see the pictures."""
    problems = check("words", alts, FREE, "Net")
    told = [p.facts["picture"] for p in problems if p.code == "alt_too_long"]
    assert told == [number for number, alt in enumerate(alts, 1) if len(alt) > 10]


@given(st.integers(0, 8))
def test_pictures_are_counted_against_both_ends(count: int) -> None:
    """Too few and too many exclude each other, and in between neither is said."""
    codes = {p.code for p in check("words", ["x"] * count, RULES, "Net")}
    assert codes == ({"needs_image"} if count < 1 else {"too_many_images"} if count > 3 else set())


def test_all_problems_are_told_at_once() -> None:
    """A person corrects everything in one go."""
    codes = [p.code for p in check("#a" + " #b" * 20, ["x" * 11] * 4, RULES, "Net")]
    assert codes == [
        "too_many_images",
        "caption_too_long",
        "too_many_hashtags",
        *["alt_too_long"] * 4,
    ]
