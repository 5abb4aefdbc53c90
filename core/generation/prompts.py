"""Prompts: how long they may be, what they may not say, and what a style adds to them.

Owns the words of the styles and the list of blocked words. It must not know who asked or which
provider draws; moderation, which understands what is meant, comes on top of this list and is a
provider's.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from core.errors import UserError

LONGEST: Final = 32_000
"""Characters that OpenAI takes in one prompt (SDK 3.52, `ImageGenerateParams.prompt`)."""

STYLES: Final = {
    "professional": "professional photography, high quality, well lit",
    "creative": "artistic, creative composition, vibrant colours",
    "minimalist": "minimalist design, clean, simple, modern",
    "vintage": "vintage style, retro aesthetic, film grain",
}

BLOCKED: Final = (
    *("porn", "porno", "pornographic", "pornography", "hentai", "nsfw", "xxx", "blowjob"),
    *("lolicon", "shotacon", "bestiality", "incest", "upskirt", "deepfake", "deepfakes"),
    *("gore", "gory", "beheading", "beheaded", "decapitation", "decapitated", "dismembered"),
    *("snuff", "torture porn", "rape", "raping", "rapist", "child abuse", "child porn"),
    *("swastika", "swastikas", "heil hitler"),
)
"""What a team's social account has no innocent use for; everything else is moderation's."""

# How letters are written by people who hope not to be read.
_DISGUISES: Final = {
    same[0]: same for same in ("a4@", "b8", "e3€", "g9", "i1!|", "l1|", "o0", "s5$", "t7+", "z2")
}


def check_prompt(prompt: str, blocked: str = "", style: str = "", longest: int = LONGEST) -> None:
    """Refuse a prompt that cannot be sent; `blocked` are more words (or phrases), by comma.

    Raises UserError with `prompt_empty`, `prompt_too_long` (`length`, `limit`; with the words of
    `style` counted in) or `prompt_blocked` (`word`, as it stands in the list).
    """
    length = len(_styled(prompt, style))
    if length > longest:
        raise UserError("prompt_too_long", length=length, limit=longest)
    plain = _plain(prompt)
    if not plain.strip():
        raise UserError("prompt_empty")  # also of invisible characters alone, which would be paid
    for word, pattern in _patterns(blocked):
        if pattern.search(plain):
            raise UserError("prompt_blocked", word=word)


def apply_style(prompt: str, style: str = "") -> str:
    """The prompt as a provider gets it: with the words of `style`, where one is given.

    Raises UserError("style_unknown") with the `styles` there are.
    """
    if style and style not in STYLES:
        raise UserError("style_unknown", style=style, styles=list(STYLES))
    return _styled(prompt, style)


def _styled(prompt: str, style: str) -> str:
    prompt = prompt.strip()
    return f"{prompt.rstrip('.,; ')}, {STYLES[style]}" if style in STYLES else prompt


def _plain(text: str) -> str:
    """Lower case without accents and invisible characters, full-width letters made narrow."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Cf"})


@lru_cache(maxsize=8)
def _patterns(blocked: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    more = (word.strip() for word in blocked.split(","))
    words = [word for word in (*BLOCKED, *more) if re.search(r"[^\W_]", word)]
    return tuple((word, _pattern(word)) for word in words)


def _pattern(word: str) -> re.Pattern[str]:
    """Matches `word` as a whole word, disguised or not; a phrase with anything between words."""
    parts = [
        "".join(f"[{re.escape(_DISGUISES.get(letter, letter))}]" for letter in part)
        for part in re.split(r"[\W_]+", _plain(word))
        if part
    ]
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(parts) + r"(?![^\W_])")
