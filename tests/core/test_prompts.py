"""Prompts: limits, styles in the words that were asked for, blocked words in any disguise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.generation.prompts import BLOCKED, LONGEST, STYLES, apply_style, check_prompt


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ("professional", "professional photography, high quality, well lit"),
        ("creative", "artistic, creative composition, vibrant colours"),
        ("minimalist", "minimalist design, clean, simple, modern"),
        ("vintage", "vintage style, retro aesthetic, film grain"),
    ],
)
def test_each_style_adds_the_words_that_were_asked_for(style: str, words: str) -> None:
    """A style is written behind the prompt, whatever mark the prompt ends with."""
    assert apply_style("a fox", style) == f"a fox, {words}"
    assert apply_style(" a fox. ", style) == f"a fox, {words}"


def test_without_a_style_a_prompt_stays_as_it_is() -> None:
    """No style, no change but the space around."""
    assert apply_style("  a fox.") == "a fox."


def test_an_unknown_style_is_refused_with_the_styles_there_are() -> None:
    """The refusal lists what can be asked for."""
    with pytest.raises(UserError) as refused:
        apply_style("a fox", "cubist")
    assert refused.value.code == "style_unknown"
    assert refused.value.facts["styles"] == list(STYLES)


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t", "\u200b\u2060 \ufe0f"])
def test_an_empty_prompt_is_refused(prompt: str) -> None:
    """Space alone, or what nobody sees, asks for nothing."""
    with pytest.raises(UserError, match="prompt_empty"):
        check_prompt(prompt)


def test_a_prompt_may_have_as_many_characters_as_the_provider_takes() -> None:
    """32,000 pass, 32,001 do not, and the refusal says both numbers."""
    check_prompt("f" * LONGEST)
    with pytest.raises(UserError) as refused:
        check_prompt("f" * (LONGEST + 1))
    assert refused.value.code == "prompt_too_long"
    assert refused.value.facts == {"length": 32_001, "limit": 32_000}


def test_the_words_of_a_style_count_towards_the_length() -> None:
    """What counts is what is sent."""
    with pytest.raises(UserError, match="prompt_too_long"):
        check_prompt("f" * LONGEST, style="vintage")


@pytest.mark.parametrize(
    "prompt",
    [
        "some gore please",
        "GORE!",
        "g0r3",
        "gòré in a field",
        "ｇｏｒｅ",
        "go\u200bre",
        "a fox (gore)",
        "fox_gore_style",
    ],
)
def test_a_blocked_word_is_found_in_any_disguise(prompt: str) -> None:
    """Case, accents, digits for letters, wide and invisible characters do not hide it."""
    with pytest.raises(UserError) as refused:
        check_prompt(prompt)
    assert refused.value.code == "prompt_blocked"
    assert refused.value.facts == {"word": "gore"}


@pytest.mark.parametrize(
    "prompt",
    ["a gorgeous gorge", "rapeseed and grapes", "swastikaesque", "xxxl shirts"],
)
def test_a_blocked_word_inside_another_word_is_no_match(prompt: str) -> None:
    """Only whole words count."""
    check_prompt(prompt)


@pytest.mark.parametrize("prompt", ["child porn", "child  -  porn", "CHILD\nP0RN"])
def test_a_phrase_is_found_however_its_words_are_parted(prompt: str) -> None:
    """Any space or mark may stand between the words."""
    with pytest.raises(UserError, match="prompt_blocked"):
        check_prompt(prompt)


def test_the_operator_may_block_more_words() -> None:
    """By comma, empty parts ignored, phrases and accents allowed."""
    check_prompt("our Café Rival")
    with pytest.raises(UserError) as refused:
        check_prompt("our Cafe r1val", blocked="acme, , Café Rival")
    assert refused.value.facts == {"word": "Café Rival"}


@given(st.sampled_from(BLOCKED), st.sampled_from(["", "a fox, ", "(", "«", "… "]))
def test_every_word_of_the_list_is_blocked_wherever_it_stands(word: str, before: str) -> None:
    """At the start, behind a word, behind any mark."""
    with pytest.raises(UserError, match="prompt_blocked"):
        check_prompt(f"{before}{word.upper()}.")
