"""What an address of the library asks for.

Owns the names in the query (those of `core.library.search.read_search`), and the addresses that
lead from one question to another. It must not know the answers.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

HOME = "/library"
NAMES = ("text", "filter", "tag", "person", "provider", "from", "to", "sort")
PLACES = ("cursor", "limit")
"""Where one stands in the answers; another question begins at their beginning."""

PER_PAGE = 40
"""Whole rows of four and of two."""

USUAL = {"filter": "all", "sort": "newest"}


def read_query(query: Mapping[str, str]) -> dict[str, str]:
    """What is asked, by name, without what is empty or usual."""
    given = {name: query.get(name, "").strip() for name in (*NAMES, *PLACES)}
    given["text"] = given["text"] or query.get("search", "").strip()  # as the HTTP API calls it
    return {name: value for name, value in given.items() if value and USUAL.get(name) != value}


def address(asked: Mapping[str, str], **changes: str) -> str:
    """The address of the question `asked` with `changes`, from its first answer on unless they say
    otherwise.
    """
    kept = {name: value for name, value in asked.items() if name not in PLACES} | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{HOME}?{query}" if query else HOME
