"""The page's own chat: what a chat platform would keep, kept by us.

A `Line` is what stands in a channel or thread: words of a person, or a card of the desk. Only the
web surface speaks of lines; the rest of core treats the page as one chat among others. Beside them
stand the one-time links by which people come to the page.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.business.members import new_id


@dataclass(eq=False)
class Line:
    """A message on the page. `thread` is the id of the line it replies to, empty in the channel.

    `author` is a member's user id, empty for the desk; `key` is a card's key (unique), `card` its
    JSON; `files` maps an attachment's blob key to its file name. `seq` grows with every change, so
    that a reader who was away can ask for what is new.
    """

    business_id: int
    channel: str
    thread: str
    author: str
    author_name: str
    text: str
    created_at: datetime
    key: str | None = None
    card: dict[str, Any] | None = None
    files: dict[str, str] = field(default_factory=dict)
    private_to: str = ""
    seq: int = 0
    id: str = field(default_factory=new_id)


@dataclass(eq=False)
class LineReaction:
    """`user` has put `emoji` on a line."""

    line_id: str
    user: str
    user_name: str
    emoji: str
    at: datetime


@dataclass(eq=False)
class SignIn:
    """A one-time link to the page: only the hash of its token is kept."""

    token_hash: str
    member_id: str
    expires_at: datetime
    used_at: datetime | None = None
