"""People at their chats, in one vocabulary, so that one journey test runs in every chat.

`Chat` is what surrounds them (channels, what stands there, what goes wrong), `Person` what somebody
does, `Seen` what they read. Each chat fills them in a module of its own, over the local servers
below `tests.platforms` or, for the desk's own page, over its HTTP. Nothing here knows the desk's
insides: whatever a journey finds out, a person could have found out.
"""

from tests.driving.chat import Answer, Chat, Form, Person, Seen, Where, until
from tests.driving.discord import DiscordChat
from tests.driving.page import PageChat
from tests.driving.slack import SignedSlackChat, SlackChat

__all__ = [
    "Answer",
    "Chat",
    "DiscordChat",
    "Form",
    "PageChat",
    "Person",
    "Seen",
    "SignedSlackChat",
    "SlackChat",
    "Where",
    "until",
]
