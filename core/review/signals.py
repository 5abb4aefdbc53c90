"""Signals: what an emoji means on a card of ours. Unknown emoji mean nothing and are met with
silence. It must not know who may do what; `core.review.reviewing` does.
"""

from enum import StrEnum


class Signal(StrEnum):
    """The meaning of a reaction."""

    CHOOSE = "choose"
    APPROVE = "approve"
    FAVOURITE = "favourite"
    DISCARD = "discard"
    AGAIN = "again"
    PUBLISH = "publish"


NUMBERS = ("1⃣", "2⃣", "3⃣", "4⃣", "5⃣", "6⃣", "7⃣", "8⃣", "9⃣", "🔟")
"""The keycap emoji without variation selector, as `core.chat.Reaction` carries them."""

SIGNALS = {
    "✅": Signal.APPROVE,
    "⭐": Signal.FAVOURITE,
    "❌": Signal.DISCARD,
    "🔁": Signal.AGAIN,
    "📤": Signal.PUBLISH,
}

REQUESTS = frozenset({Signal.AGAIN, Signal.PUBLISH})
"""Signals that ask for something once, rather than follow the set as it stands."""


def read_emoji(emoji: str) -> tuple[Signal, int] | None:
    """The signal of an emoji, with its number for a choice (else 0); None if it means nothing."""
    plain = emoji.replace("\ufe0f", "")
    if plain in NUMBERS:
        return Signal.CHOOSE, NUMBERS.index(plain) + 1
    signal = SIGNALS.get(plain)
    return (signal, 0) if signal else None
