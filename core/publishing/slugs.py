"""Slugs: short plain names for addresses and file names.

Owns how any text becomes one. It must not know where a slug is used or which are taken.
"""

import re
import unicodedata
from collections.abc import Container
from typing import Final

LONGEST: Final = 60
SURE: Final = 24
"""So many characters of a text's slug stand in every one of its slugs, whatever number follows."""

NAMELESS: Final = "picture"
"""What a text without a single letter that we can spell is called."""

# Letters that do not fall apart into a Latin letter and its marks.
_LETTERS: Final = (
    "æ=ae œ=oe ø=o ł=l đ=d ð=d þ=th ı=i ħ=h ’= '= "
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts "
    "ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ґ=g є=ye і=i "
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f "
    "χ=ch ψ=ps ω=o"
)
_SPELLINGS: Final = str.maketrans(
    {"&": " and "} | dict(letter.split("=") for letter in _LETTERS.split())
)


def slug(text: str, taken: Container[str] = ()) -> str:
    """`text` as lower-case ASCII words joined by hyphens: 1 to 60 characters, never empty.

    The result is not in `taken`: from the second on, a number is added (`fox`, `fox-2` …).
    """
    parts = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    words = re.sub(r"[^a-z0-9]+", "-", letters.translate(_SPELLINGS)).strip("-")
    name = _shorten(words, LONGEST) or NAMELESS
    found, number = name, 1
    while found in taken:
        number += 1
        ending = f"-{number}"
        found = _shorten(name, LONGEST - len(ending)) + ending
    return found


def _shorten(words: str, longest: int) -> str:
    """At most `longest` characters, cut between words where that leaves at least half."""
    if len(words) <= longest:
        return words
    cut = words[: longest + 1]
    whole = cut.rpartition("-")[0]
    return (whole if len(whole) >= longest // 2 else cut[:longest]).strip("-")
