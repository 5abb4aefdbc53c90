"""Titles, labels and hints of forms, and what commands say of themselves."""

from collections.abc import Sequence

from core.chat import CommandSpec
from core.generation.prices import Model
from core.library.captions import shorten
from core.library.images import Image
from core.wording.money import about, count, money, numbers

MOST_OPTION = 75
"""Characters of a choice in a menu: what the narrowest chat takes."""

GENERATE_TITLE = "Generate pictures"
GENERATE_SUBMIT = "Generate"
PUBLISH_TITLE = "Publish"
PUBLISH_SUBMIT = "Publish"
EDIT_TITLE = "Edit the post"
EDIT_SUBMIT = "Save"
ADDRESS_TITLE = "The post's address"
ADDRESS = "Address"
ADDRESS_HINT = "Plain words; its page and its pictures' files are called so"
POST_TITLE = "New post"
POST_SUBMIT = "Preview"

HOME_TITLE = "Which team?"
HOME_SUBMIT = "Remember"
HOME = "Team"
HOME_HINT = "Whom you work for in direct messages"
HOME_SETTLED = "Remembered. Now ask again."

PROMPT = "Prompt"
PROMPT_HINT = "What to draw, for example: a lighthouse at dusk"
STYLE = "Style"
NO_STYLE = "No style"
SIZE = "Size"
QUALITY = "Quality"
MODEL = "Model"
ACCOUNTS = "Accounts"
CAPTION = "Caption"
ALT = "Alt text"
ALT_HINT = "What each picture shows, for those who cannot see it. One line per picture, in order."
TEXT_HINT = "What the post says"
NEEDS_PICTURE = " (needs a picture)"
PICTURES = "Pictures"
PICTURES_HINT = "What the post shows. Take one away, or choose from the library's newest."
ADD_PICTURES = "New pictures"
ADD_HINT = "From your device. They join the draft a moment later."
ADD_AND_WAIT_HINT = "With new ones it waits as a draft; press ✅ on its card once they are added."
DRAW = "Generate with AI"
WAYS = "Choose one from the library, or add a new one here. /generate draws one."

GENERATE = "Draw pictures from words"
POST = "Start a post from text"
DESK = "Open the desk's page: a link for you alone"
HELP = "What the desk can do"
APPROVER = "Name who approves and publishes (admins)"

BULK = "Draw many pictures from a list of prompts"
KEEP = "Choose from a batch by numbers, in its thread"
REDO = "Make pictures of a batch again, with other words"
UPLOAD = "Add your own pictures to the library"
ADD_TO_LIBRARY = "Add to library"
ADD = "Add this message's pictures to the library"

UPLOAD_TITLE = "Add pictures"
UPLOAD_SUBMIT = "Add"
UPLOAD_FILES = "Pictures"
UPLOAD_HINT = "JPEG, PNG, GIF or WebP, at most 10 MB each, every side 400 to 4096 pixels"

OPTIONS = {
    "wishes": "Numbers, ranges and words, for example: 1-8 12, redo 9 “warmer”",
    "list": "Prompts as .txt, .csv, .tsv or .json; leave it out for a form",
    "file": "A picture from your device",
    "prompt": "What to draw; leave it out for a form",
    "style": "A style preset",
    "size": "Width x height in pixels",
    "quality": "How fine; finer costs more",
    "model": "Which model draws",
    "picture": "A picture to make it from",
    "reference": "Numbers of library pictures to make it from, for example 12",
    "count": "How many pictures, 1 to 10",
    "text": "What the post says; leave it out for a form",
    "person": "Whom: a mention, or a name on the page",
    "remove": "“yes” takes it back",
}

DESK_LINK = "Open the desk"
DESK_SENT = "This link is yours alone; it works once, within 10 minutes."

REACTIONS = (
    "On pictures: 1️⃣–🔟 choose, ✅ approve, ⭐ favourite, 🔁 again, 📤 publish, ❌ cancel or "
    "discard. Every reaction has a button or menu entry that does the same."
)

APPROVER_NAMED = "{name} approves and publishes from now on."
APPROVER_REMOVED = "{name} does not approve any more."


def picture_option(image: Image, place: int | None, number: int | None) -> str:
    """A picture that a post may show, at most 75 characters: with its place where it is chosen, and
    the number that it has in the thread.
    """
    called = shorten(image.title or image.filename, 40)
    named = f"Picture {number} · {called}" if number else f"{called} · no. {image.id}"
    return f"{place}. {named}" if place else named


def draw_hint(model: Model) -> str:
    """What a picture costs that is ordered in a post's form."""
    price = model.price(model.qualities[0], model.sizes[0])
    cost = "free" if price == 0 else about(price)
    return (
        f"Say what to draw: one picture by {model.label} ({cost}) joins the draft once it is made."
    )


def asked(pictures: int, references: Sequence[int], models: int) -> str:
    """What else was asked for, at the head of an order's form."""
    parts = [count(models, "model") + " compared"] if models else [count(pictures, "picture")]
    if references:
        parts.append(f"made from no. {numbers(references)}")
    return f"{', '.join(parts)}."


def quality_option(quality: str, price: int | None) -> str:
    """A quality with its price."""
    each = " a picture" if price is not None else ""
    return f"{quality} (free)" if price == 0 else f"{quality} ({about(price)}{each})"


def model_option(model: Model) -> str:
    """A model with its character and the price of one ordinary picture, at most 75 characters."""
    price = model.price(model.qualities[0], model.sizes[0])
    cost = about(price)
    room = MOST_OPTION - len(f" · {cost}")
    return f"{shorten(f'{model.label}: {model.character}', room)} · {cost}"


def price_note(model: Model, left: str, *, moderated: bool) -> str:
    """What a picture costs and what is `left` of budgets, if there are any."""
    price = model.price(model.qualities[0], model.sizes[0])
    if price is None:
        cost = "has an unknown price"
    else:
        cost = f"costs about {money(price)} a picture" if price else "is free"
    note = f"{model.label} {cost}{'; ' * bool(left)}{left}."
    return note if moderated else f"{note} Not moderated: no moderation key is set."


def help_text(commands: tuple[CommandSpec, ...]) -> str:
    """Every command with its usage, and the reactions."""
    typed = [command for command in commands if not command.on_message]
    rows = [f"{command.usage}\n    {command.description}" for command in typed]
    return "\n".join([*rows, "", REACTIONS])
