r"""Prompts for servers that read more than words out of them.

Owns which signs the self-hosted servers act upon, and how a prompt is written so that it is only
looked at. It must not know how those servers are called.

Sources: A1111's prompt_parser (`(x:1.5)`, `[a|b]`, `[a:b:0.5]`, `\(`), its `BREAK` and `AND`, its
`<name:…>` of extra networks, taken over by Forge, SD.Next and stable-diffusion.cpp; the latter's
`<sd_cpp_extra_args>`; dynamic prompts' `{a|b}`, `{2$$a}` and `__list__`; LocalAI's `|`.
"""

import re
from typing import Final

# Full width, the same signs are no option to any of these readers, while the models' own text
# encoders fold them back. Sign by sign, nothing can be left behind that is an option once another
# one is cut out of it.
SIGNS: Final = str.maketrans("()[]{}<>|\\$", "（）［］｛｝＜＞｜＼＄")  # meant
WORDS: Final = re.compile(r"\b(BREAK|AND)\b")
LISTS: Final = re.compile(r"_{2,}")


def plain(prompt: str) -> str:
    """The prompt without anything that one of those servers would act upon."""
    words = WORDS.sub(lambda word: word[0].lower(), prompt.translate(SIGNS))
    return LISTS.sub("_", words)
