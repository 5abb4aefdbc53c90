"""Patterns: `{red, green} bird` stands for two prompts, `{{name}}` for a row's column.

Owns what braces mean and how many prompts come of them, counted before any is written. A backslash
before a brace makes it an ordinary sign. It must not know where rows come from.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from math import prod
from typing import Final

from core.errors import UserError

_NAME: Final = re.compile(r"(?<!\\)\{\{\s*([^{}]*?)\s*\}\}")
_CHOICE: Final = re.compile(r"(?<!\\)\{([^{}]*)(?<!\\)\}")
_ESCAPED: Final = re.compile(r"\\([{}])")
_BRACE: Final = re.compile(r"(?<!\\)[{}]")

OPEN, CLOSE = "\ue000", "\ue001"
"""Stand for braces that came out of a column: those are text and no pattern."""


def fill(prompt: str, fields: Mapping[str, str]) -> str:
    """The prompt with each `{{name}}` replaced by that column, whose own braces mean nothing.

    Raises UserError("column_unknown") with the `column` and the `columns` there are.
    """

    def value(found: re.Match[str]) -> str:
        column = found[1].lower()
        if column not in fields:
            raise UserError("column_unknown", column=found[1], columns=sorted(fields))
        return fields[column].replace("{", OPEN).replace("}", CLOSE)

    return _NAME.sub(value, prompt)


def escape(text: str) -> str:
    """The text as a prompt that stands for itself alone."""
    return text.replace("{", r"\{").replace("}", r"\}")


def count(prompt: str) -> int:
    """How many prompts come of a filled one. Raises UserError("braces_wrong")."""
    return prod(len(choices) for choices in _parse(prompt)[1])


def expand(prompt: str) -> Iterator[str]:
    """The prompts that come of a filled one, the last choice changing fastest.

    Raises UserError("braces_wrong").
    """
    pieces, choices = _parse(prompt)
    for chosen in itertools.product(*choices):
        parts = itertools.zip_longest(pieces, chosen, fillvalue="")
        yield _plain("".join(itertools.chain.from_iterable(parts)))


def _parse(prompt: str) -> tuple[list[str], list[list[str]]]:
    """What stands between the choices, and the choices."""
    pieces = _CHOICE.split(prompt)
    between, inside = pieces[::2], pieces[1::2]
    if any(_BRACE.search(piece) for piece in between):  # nested, or without its other half
        raise UserError("braces_wrong", prompt=prompt[:80])
    return between, [[choice.strip() for choice in one.split(",")] for one in inside]


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).replace(OPEN, "{").replace(CLOSE, "}")
