"""Slugs: plain, short, never empty, never taken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.publishing.slugs import SURE, slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A Lighthouse at Dusk!", "a-lighthouse-at-dusk"),
        ("Äpfel & Öl – größer", "apfel-and-ol-grosser"),
        ("Smørrebrød à l’œuf", "smorrebrod-a-loeuf"),
        ("Красная площадь", "krasnaya-ploshchad"),
        ("Ψυχή και θάλασσα", "psychi-kai-thalassa"),
        ("東京の夜", "picture"),
        ("🦊", "picture"),
        ("", "picture"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_text_becomes_plain_words(text: str, name: str) -> None:
    """Letters are spelled in ASCII, all else parts words."""
    assert slug(text) == name


def test_a_long_text_is_cut_between_words() -> None:
    """At most 60 characters, and no half word at the end."""
    assert slug("one two three four five six seven eight nine ten eleven twelve") == (
        "one-two-three-four-five-six-seven-eight-nine-ten-eleven"
    )


def test_a_taken_name_gets_a_number() -> None:
    """The first free number from 2 on."""
    assert slug("Fox", {"fox"}) == "fox-2"
    assert slug("Fox", {"fox", "fox-2", "fox-3"}) == "fox-4"


@given(st.text(), st.sets(st.sampled_from(["picture", "picture-2", "a", "b-2"])))
def test_any_text_makes_a_name_that_is_short_plain_and_free(text: str, taken: set[str]) -> None:
    """Whatever people write."""
    name = slug(text, taken)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= 60
    assert name not in taken


@given(st.text(min_size=70))
def test_a_long_taken_name_still_fits(text: str) -> None:
    """The number takes its room from the words."""
    first = slug(text)
    assert len(slug(text, {first})) <= 60


@given(st.text(min_size=20), st.integers(2, 9999))
def test_a_number_leaves_the_beginning_as_it_is(text: str, number: int) -> None:
    """So what is taken already can be asked for by it."""
    first = slug(text)
    taken = {first, *(slug(text, {first}).removesuffix("-2") + f"-{one}" for one in (2, number))}
    assert slug(text, taken).startswith(first[:SURE])
