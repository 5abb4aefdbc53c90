"""What Slack was sent, ready to be drawn: messages and modals of the local workspace.

Owns reading that workspace. How it looks is the template's.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from docs.cards.journey import Story
from docs.cards.pages import picture_url
from tests.driving import Form, Seen, SlackChat
from tests.driving.slack import NAMES

EMOJI = {name: emoji for emoji, name in NAMES.items()}


@dataclass(frozen=True)
class Message:
    """A message of the desk as it stood at a moment; `reactions` are (emoji, how many)."""

    time: datetime
    blocks: list[dict[str, Any]]
    reactions: list[tuple[str, int]]


def keep(seen: Seen) -> Message:
    """A copy of the message that is seen."""
    raw = seen.handle.raw
    time = datetime.fromtimestamp(float(raw.ts), UTC)
    reactions = [(EMOJI[name], len(who)) for name, who in raw.reactions.items()]
    return Message(time, deepcopy(raw.blocks), reactions)


def facts(chat: SlackChat, story: Story[Message]) -> dict[str, Any]:
    """All that the template draws."""
    space = chat.server.hub.workspace
    return {
        "story": story,
        "generate": _view(story.generate),
        "publish": _view(story.publish),
        "names": {user.id: user.name for user in space.users.values()},
        "pictures": {
            file.id: picture_url(file.content)
            for file in space.files.values()
            if file.mimetype.startswith("image/")
        },
    }


def _view(form: Form) -> dict[str, Any]:
    body: dict[str, Any] = form.handle.raw.body
    return body
