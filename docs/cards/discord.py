"""What Discord was sent, ready to be drawn: messages and modals of the local server.

Owns reading that server, and the Markdown that cards use. How it looks is the template's.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from docs.cards.journey import Story
from docs.cards.pages import picture_url
from tests.driving import DiscordChat, Seen

_MARKUP = re.compile(
    r"\\(?P<literal>[^\w\s])|\*\*(?P<bold>.+?)\*\*|<@!?(?P<person>\d+)>|(?P<link>https?://\S+)"
)


@dataclass(frozen=True)
class Message:
    """A message of the desk as it stood at a moment; `reactions` are (emoji, how many)."""

    time: datetime
    components: list[dict[str, Any]]
    reactions: list[tuple[str, int]]


def keep(seen: Seen) -> Message:
    """A copy of the message that is seen."""
    raw = seen.handle
    reactions = [(emoji, len(who)) for emoji, who in raw.reactions.items()]
    return Message(raw.created, deepcopy(raw.components), reactions)


def facts(chat: DiscordChat, story: Story[Message]) -> dict[str, Any]:
    """All that the template draws."""
    world = chat.server.world
    names = {str(user.id): user.name for user in world.users.values()}
    (thread,) = (each for each in world.channels.values() if each.is_thread)
    return {
        "story": story,
        "generate": story.generate.handle,
        "publish": story.publish.handle,
        "thread": thread.name,
        "read": lambda text: read(text, names),
        "pictures": {
            str(each.id): picture_url(each.content)
            for each in world.attachments.values()
            if each.size is not None
        },
    }


def read(text: str, names: Mapping[str, str]) -> Markup:
    """Discord's Markdown as HTML, line by line: headings, bold, mentions, links, escapes."""
    return Markup("").join(_line(line, names) for line in text.split("\n"))


def _line(line: str, names: Mapping[str, str]) -> Markup:
    if line.startswith("### "):
        return Markup("<h3>{}</h3>").format(_inline(line.removeprefix("### "), names))
    return Markup("<p>{}</p>").format(_inline(line, names))


def _inline(text: str, names: Mapping[str, str]) -> Markup:
    shown, end = Markup(""), 0
    for found in _MARKUP.finditer(text):
        shown += escape(text[end : found.start()])
        end = found.end()
        if found["literal"]:
            shown += escape(found["literal"])
        elif found["bold"]:
            shown += Markup("<b>{}</b>").format(_inline(found["bold"], names))
        elif found["person"]:
            shown += Markup('<span class="mention">@{}</span>').format(names[found["person"]])
        else:
            shown += Markup('<a href="{0}">{0}</a>').format(found["link"])
    return shown + escape(text[end:])
