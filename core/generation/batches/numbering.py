"""Numbering: which of a batch's pictures stand on which contact sheet, and what a reaction there is
about. It must not know what stands on a sheet.
"""

from typing import Final

from core.review.signals import Signal, read_emoji

ON_A_SHEET: Final = 10
ON_SHEETS: Final = frozenset({Signal.CHOOSE, Signal.APPROVE, Signal.DISCARD})
"""What means something on a sheet."""


def part_of(number: int) -> int:
    """On which sheet (from 0) a picture is, by its number."""
    return (number - 1) // ON_A_SHEET


def numbers_of(part: int) -> range:
    """The pictures of a sheet."""
    return range(part * ON_A_SHEET + 1, (part + 1) * ON_A_SHEET + 1)


def read_on(part: int | None, emoji: str) -> tuple[Signal, int] | None:
    """The meaning of an emoji, as `read_emoji`; on a sheet (`part` is not None) by what the mark is
    about, None for what means nothing there.
    """
    meaning = read_emoji(emoji)
    if meaning is None or part is None:
        return meaning
    signal, number = meaning
    return (signal, number_of(part, signal, number)) if signal in ON_SHEETS else None


def number_of(part: int, signal: Signal, number: int) -> int:
    """What a mark is about whose reaction stands on a sheet: the picture that was chosen, or the
    sheet as a whole, counted from 1.
    """
    return part * ON_A_SHEET + number if signal == Signal.CHOOSE else part + 1
