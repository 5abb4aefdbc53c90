"""Keeping: a reply such as `keep 1-8 12, redo 9 "warmer"`, read.

Owns the little language in which people choose from many pictures by writing. It must not know
which pictures there are.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from core.errors import UserError

VERBS: Final = ("keep", "drop", "redo")
EVERYTHING: Final = "all"
MOST_NUMBER: Final = 1000

_CLAUSE: Final = re.compile(
    rf"\s*({'|'.join(VERBS)})\s+({EVERYTHING}|[\d\s–-]+)\s*(?:[\"“”„]([^\"“”„]*)[\"“”„])?\s*(?:[,;\n]|$)",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"(\d{1,9})(?:\s*[–-]\s*(\d{1,9}))?")


@dataclass(frozen=True)
class Wishes:
    """What a reply asks for, by picture numbers: `keep` and `drop` in the order of the clauses (of
    which the later counts), and `redo` with words to add to each prompt. None stands for all.
    """

    choices: list[tuple[str, set[int] | None]] = field(default_factory=list)
    redo: dict[int, str] = field(default_factory=dict)

    def apply(self, chosen: set[int], known: set[int]) -> set[int]:
        """What is chosen afterwards, of the `known` numbers."""
        for verb, given in self.choices:
            numbers = known if given is None else given & known
            chosen = chosen | numbers if verb == "keep" else chosen - numbers
        return chosen


def read_wishes(text: str) -> Wishes:
    """Read a whole reply. Raises UserError("wishes_unreadable") with the `rest` that is unclear."""
    wishes = Wishes()
    place = 0
    while text[place:].strip(" ,;\n"):
        found = _CLAUSE.match(text, place)
        if found is None:
            raise UserError("wishes_unreadable", rest=text[place:].strip()[:60])
        verb, given, words = found[1].lower(), found[2].strip().lower(), found[3]
        numbers = None if given == EVERYTHING else _numbers(given)
        if verb == "redo":
            if numbers is None:
                raise UserError("wishes_unreadable", rest=found[0].strip()[:60])
            wishes.redo.update(dict.fromkeys(sorted(numbers), (words or "").strip()))
        elif words is not None:
            raise UserError("wishes_unreadable", rest=found[0].strip()[:60])
        else:
            wishes.choices.append((verb, numbers))
        place = found.end()
    if not wishes.choices and not wishes.redo:
        raise UserError("wishes_unreadable", rest=text.strip()[:60])
    return wishes


def _numbers(written: str) -> set[int]:
    """`1-8 12` as numbers; a range may be written backwards."""
    found: set[int] = set()
    for first, last in _RANGE.findall(written):
        ends = sorted((int(first), int(last or first)))
        if ends[1] > MOST_NUMBER:
            raise UserError("wishes_unreadable", rest=written[:60])
        found.update(range(ends[0], ends[1] + 1))
    if not found or _RANGE.sub("", written).strip():
        raise UserError("wishes_unreadable", rest=written[:60])
    return found
