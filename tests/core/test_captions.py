"""Words of pictures: plain ones from a brief, and an AI's within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from core.library.captions import (
    LONGEST_ALT,
    LONGEST_DESCRIPTION,
    LONGEST_TAG,
    LONGEST_TITLE,
    MOST_TAGS,
    plain_caption,
    seen_caption,
    shorten,
)


def test_plain_words_come_of_the_brief_alone() -> None:
    """A title, tags without little words, and an alt text, marked as plain."""
    caption = plain_caption("a red  fox with snow over hills")
    assert caption.plain
    assert caption.title == caption.alt_text == "A red fox with snow over hills"
    assert caption.tags == ("snow", "hills")


def test_nothing_at_all_has_a_title_too() -> None:
    """A picture is never nameless."""
    caption = plain_caption("  ")
    assert (caption.title, caption.alt_text, caption.tags) == ("Untitled", "Untitled", ())


@given(st.text(), st.text(), st.lists(st.text(), max_size=20), st.text())
def test_whatever_is_said_stays_within_bounds(
    title: str, description: str, tags: list[str], alt_text: str
) -> None:
    """One line each, all of it printable, no tag twice; without a title or alt text, nothing."""
    caption = seen_caption(title, description, tags, alt_text)
    if caption is None:
        return
    assert 0 < len(caption.title) <= LONGEST_TITLE
    assert 0 < len(caption.alt_text) <= LONGEST_ALT
    assert len(caption.description) <= LONGEST_DESCRIPTION
    assert len(caption.tags) <= MOST_TAGS
    assert all(0 < len(tag) <= LONGEST_TAG for tag in caption.tags)
    assert len({tag.casefold() for tag in caption.tags}) == len(caption.tags)
    said = (caption.title, caption.description, caption.alt_text, *caption.tags)
    assert all(text.isprintable() and text == text.strip() for text in said)


@given(st.text(), st.integers(min_value=1, max_value=90))
def test_what_is_shortened_is_no_longer_than_asked(text: str, longest: int) -> None:
    """It is the text itself where that fits."""
    short = shorten(text, longest)
    assert len(short) <= longest
    assert short == text or len(text) > longest
