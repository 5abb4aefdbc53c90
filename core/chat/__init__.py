"""The neutral chat: what comes in from any chat, and what goes out to it.

Owns the words that all surfaces share: who (`Actor`), where (`Place`, `Thread`, `MessageRef`), what
came in (`Event` and its kinds), what is answered at once (`Reply`), and what stands in a thread
(`Card`) or is filled in (`Form`). Everything here is plain data that survives JSON. It must not
know any platform: surfaces translate.

Texts in cards and forms are plain: no markup of any platform. A surface escapes them and adds its
own emphasis (titles bold, links native).
"""

from core.chat.cards import Button, Card, Control, File, Link, Menu, Option, Sent
from core.chat.commands import CommandOption, CommandSpec
from core.chat.events import (
    HELP,
    TALK,
    UNREPEATED,
    Attachment,
    Command,
    Dropped,
    Event,
    Press,
    Reaction,
    Submission,
    Typing,
    Visit,
    repeatable,
)
from core.chat.places import Actor, MessageRef, Pace, Place, SurfaceName, Thread
from core.chat.replies import (
    PICTURES,
    Choices,
    FieldErrors,
    Form,
    FormField,
    Nothing,
    Panel,
    Private,
    Reply,
)

__all__ = [
    "HELP",
    "PICTURES",
    "TALK",
    "UNREPEATED",
    "Actor",
    "Attachment",
    "Button",
    "Card",
    "Choices",
    "Command",
    "CommandOption",
    "CommandSpec",
    "Control",
    "Dropped",
    "Event",
    "FieldErrors",
    "File",
    "Form",
    "FormField",
    "Link",
    "Menu",
    "MessageRef",
    "Nothing",
    "Option",
    "Pace",
    "Panel",
    "Place",
    "Press",
    "Private",
    "Reaction",
    "Reply",
    "Sent",
    "Submission",
    "SurfaceName",
    "Thread",
    "Typing",
    "Visit",
    "repeatable",
]
