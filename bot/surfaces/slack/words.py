"""Our plain texts in Slack's clothes: escaped, cut to Slack's lengths, or as literal rich text.

Owns lengths and escaping. Texts go out as rich text, which Slack shows letter by letter: in
`mrkdwn` a prompt's `*`, `_` and `:fox:` would be read as markup, and people would approve a caption
other than the one that is published. Only the `text` beside the blocks, read by notifications and
screen readers, is `mrkdwn`.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block and
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

from core.chat import Link

Json = dict[str, Any]

LONGEST_TEXT: Final = 3000
_HALF_ENTITY: Final = re.compile(r"&[a-z]{0,3}$")
_MARKUP: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def cut(text: str, most: int) -> str:
    """`text`, with at most `most` characters; a cut one ends in an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def escape(text: str) -> str:
    """`text` as `mrkdwn` that mentions nobody and links nowhere."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, *, keep_people: bool = False) -> str:
    """What a person typed, out of what Slack sends: links bare, mentions as names, unescaped.

    With `keep_people`, mentioned people stay `<@id>`, for a command that is about them.
    """
    bare = _MARKUP.sub(partial(_named, keep_people=keep_people), text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _named(found: re.Match[str], *, keep_people: bool) -> str:
    target, label = found[1], found[2]
    if target[:1] == "@":
        return f"<{target}>" if keep_people else f"@{label or target[1:]}"
    if target[:1] == "#":
        return f"#{label or target[1:]}"
    if target[:1] == "!":
        return label or f"@{target[1:]}"
    # Slack makes links of what looks like one: "fox.png" arrives as <http://fox.png|fox.png>.
    return label or target.removeprefix("mailto:")


def fallback(lines: Iterable[str], before: str = "") -> str:
    """The `text` beside blocks: `lines` escaped, after `before` (markup of our own)."""
    escaped = before + escape("\n".join(line for line in lines if line))
    if len(escaped) <= LONGEST_TEXT:
        return escaped
    return _HALF_ENTITY.sub("", escaped[: LONGEST_TEXT - 1]).rstrip() + "…"


def text(words: str, *, bold: bool = False) -> Json:
    """A rich text element that shows `words` as they are."""
    element: Json = {"type": "text", "text": words}
    return element | {"style": {"bold": True}} if bold else element


def rich(elements: Sequence[Json]) -> Json:
    """A block of rich text."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": list(elements)}],
    }


def link_row(links: Sequence[Link]) -> list[Json]:
    """Links side by side."""
    row: list[Json] = []
    for link in links:
        if row:
            row.append(text(" · "))
        row.append({"type": "link", "url": link.url, "text": link.label})
    return row


def speech(words: str, links: Sequence[Link] = ()) -> Json:
    """A message of a sentence and its links, as `text` and `blocks`."""
    words = cut(words, LONGEST_TEXT)
    elements = [text(words)]
    if links:
        elements += [text("\n"), *link_row(links)]
    named = [words, *(f"{link.label}: {link.url}" for link in links)]
    return {"text": fallback(named), "blocks": [rich(elements)]}
