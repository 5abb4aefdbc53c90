"""Captions: the words of a picture that its finder can vouch for, plain ones or an AI's.

Plain words are derived from the prompt or the file's name alone; they stand from the first moment,
and wherever no AI has looked at the picture. What an AI says is somebody else's text: it is cut and
cleaned here before anything is kept. It must not know any provider.
"""

import re
from collections.abc import Sequence
from typing import Final

from core.ports import Caption

LONGEST_TITLE: Final = 70
LONGEST_DESCRIPTION: Final = 600
LONGEST_ALT: Final = 400
LONGEST_TAG: Final = 40
MOST_TAGS: Final = 8


def plain_caption(brief: str) -> Caption:
    """Words from `brief`, a prompt or a file's name, marked as plain; never fails."""
    words = " ".join(brief.split())
    words = words[:1].upper() + words[1:]
    title = shorten(words, LONGEST_TITLE) or "Untitled"
    tags = dict.fromkeys(
        word
        for word in re.findall(r"[^\W\d_]{4,}", brief.lower())
        if word not in _FILLERS and len(word) <= LONGEST_TAG
    )
    alt_text = shorten(words, LONGEST_ALT) or title
    return Caption(title, words, tuple(tags)[:MOST_TAGS], alt_text, plain=True)


_FILLERS = frozenset({"with", "from", "that", "this", "over", "into", "under", "very", "some"})


def seen_caption(
    title: str, description: str, tags: Sequence[str], alt_text: str
) -> Caption | None:
    """What an AI said, cleaned: one line each, nothing that prints nothing, within our bounds; None
    where a title or an alt text is missing. Of no language anything is assumed.
    """
    title, alt_text = _clean(title, LONGEST_TITLE), _clean(alt_text, LONGEST_ALT)
    if not title or not alt_text:
        return None
    found: dict[str, str] = {}
    for tag in tags:
        clean = _clean(tag, LONGEST_TAG).lstrip("#").strip()
        found.setdefault(clean.casefold(), clean)
    kept = tuple(tag for tag in found.values() if tag)[:MOST_TAGS]
    return Caption(title, _clean(description, LONGEST_DESCRIPTION), kept, alt_text, plain=False)


def _clean(text: str, longest: int) -> str:
    """`isprintable` is false for controls, for surrogates, and for marks that turn text around."""
    printed = "".join(sign if sign.isprintable() else " " for sign in text)
    return shorten(" ".join(printed.split()), longest)


def shorten(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words where possible."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip(" ,.;:") + "…"
