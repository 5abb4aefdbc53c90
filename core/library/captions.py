"""Plain words for a picture, derived from its prompt or name and marked as such.

They stand wherever no AI has looked at the picture. It must not know any provider.
"""

import re

from core.ports import Caption

LONGEST_TITLE = 70


class PlainCaptioner:
    """Finds title, tags and alt text in the brief alone."""

    async def caption(self, image: bytes | None, brief: str) -> Caption:  # noqa: ARG002  # the port hands the picture to those who can see
        """Words from `brief`; never fails."""
        words = " ".join(brief.split())
        words = words[:1].upper() + words[1:]
        title = shorten(words, LONGEST_TITLE) or "Untitled"
        tags = dict.fromkeys(
            word for word in re.findall(r"[^\W\d_]{4,}", brief.lower()) if word not in _FILLERS
        )
        return Caption(title, words, tuple(tags)[:8], shorten(words, 400) or title, plain=True)


_FILLERS = frozenset({"with", "from", "that", "this", "over", "into", "under", "very", "some"})


def shorten(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words where possible."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip(" ,.;:") + "…"
