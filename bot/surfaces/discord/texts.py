"""Plain text as Discord shows it. Owns escaping and cutting; it must not know what words say."""

import re
from typing import Final

from discord.utils import escape_markdown, escape_mentions

# Channels, custom emoji, times, commands: what Discord shows as something else than was written.
_DRAWN: Final = re.compile(r"<(?=#\d|a?:\w+:\d|t:-?\d|/[^<>]+:\d|id:\w)")


def escape(text: str) -> str:
    """`text` so that it reads in Discord as it stands: no markup, no mention; links stay links."""
    return escape_mentions(_DRAWN.sub(r"\\<", escape_markdown(text)))


def cut(text: str, most: int) -> str:
    """`text` in at most `most` characters, ending in "…" where something was left out."""
    if len(text) <= most:
        return text
    # A cut may leave half of an escape, whose backslash would be shown.
    return text[: most - 1].rstrip("\\ ") + "…"
