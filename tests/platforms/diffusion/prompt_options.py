r"""What A1111, Forge, SD.Next, stable-diffusion.cpp and LocalAI do with a prompt beside drawing it.

It owns finding those orders, of all these servers together. It must not know HTTP.

Sources: as named in `core.generation.providers.plain_words`; stable-diffusion.cpp's own expression
for its extra arguments, A1111's for extra networks, its table of escapes (`\(`).
"""

import re
from typing import Final

ORDERS: Final = {
    "extra_args": re.compile(r"<sd_cpp_extra_args>(.*?)</sd_cpp_extra_args>", re.DOTALL),
    "network": re.compile(r"<(\w+):([^>]+)>"),
    "break": re.compile(r"\bBREAK\b"),
    "and": re.compile(r"\bAND\b"),
    "wildcard": re.compile(r"__[\w/*-]+?__"),
    "variants": re.compile(r"\{[^{}]*\}"),
    "negative": re.compile(r"\|"),
    "weight": re.compile(r"(?<!\\)[()\[\]]"),
    "escape": re.compile(r"\\"),
}


def find_options(prompt: str) -> list[str]:
    """The names of all orders in a prompt; also of those that appear when others are cut out."""
    found: list[str] = []
    before = ""
    while prompt != before:
        before = prompt
        for name, pattern in ORDERS.items():
            if pattern.search(prompt):
                found.append(name)
                prompt = pattern.sub("", prompt)
    return found
