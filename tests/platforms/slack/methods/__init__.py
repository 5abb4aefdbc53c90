"""The Web API methods of the pretended Slack, one module per family.

To add one: write a function `(hub, args) -> answer` with `@method(...)` in its family's module; the
table picks it up by the import below.
"""

from . import chat, conversations, files, people, reactions, views
from .registry import METHODS

__all__ = ["METHODS", "chat", "conversations", "files", "people", "reactions", "views"]
