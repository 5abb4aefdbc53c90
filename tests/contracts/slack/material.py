"""What the tests of the Slack surface speak of: the command table, a form, some bytes."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from core.chat import (
    Button,
    Card,
    CommandOption,
    CommandSpec,
    File,
    Form,
    FormField,
    Menu,
    Option,
    Panel,
)

JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
ZIP = b"PK\x03\x04" + bytes(2 * 1024**2)
COMMANDS = (
    CommandSpec(
        "generate",
        "Make pictures",
        "a prompt --count 4",
        (CommandOption("prompt", "What to show", rest=True),),
    ),
    CommandSpec("approver", "Name who approves", "@ada"),
    CommandSpec("help", "What the desk can do", ""),
    CommandSpec("Add to library", "Take these pictures in", "", on_message=True),
)
FORM = Form(
    "order:1",
    "Make pictures",
    "Make",
    (
        FormField("prompt", "Prompt", "paragraph", value="a fox"),
        FormField(
            "size", "Size", "select", "s", options=(Option("s", "Small"), Option("l", "Large"))
        ),
        FormField(
            "styles",
            "Styles",
            "multiselect",
            "ink\noil",
            required=False,
            options=(Option("ink", "Ink"), Option("oil", "Oil"), Option("pen", "Pen")),
        ),
        FormField("title", "Title", "line", required=False, max_length=80, hint="Short is good"),
    ),
    note="It costs $0.04 a picture.",
)
UPLOAD = Form(
    "upload", "Add pictures", "Add", (FormField("files", "Pictures", "files", hint="Up to ten"),)
)
PICTURES = {"p1": JPEG + b"1", "p2": JPEG + b"2"}
LIBRARY = Panel(
    Card(
        "library:1",
        "Library",
        lines=("2 pictures",),
        pictures=tuple(File(one, f"{one}.jpg", "image/jpeg", f"Fox {one}") for one in PICTURES),
        controls=(
            Button("rename", "Rename"),
            Button("next", "Next"),
            Menu("filter", "Filter", (Option("all", "All"), Option("ai", "AI"))),
        ),
    ),
    "/library",
)
WORDS = Panel(Card("library:2", "Nothing found", controls=(Button("back", "Back"),)), "/library")

Load = Callable[[File], Awaitable[bytes]]
Listening = Callable[[], AbstractAsyncContextManager[None]]
