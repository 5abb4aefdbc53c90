"""What the library's panels say, and the labels of their controls."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.library.captions import shorten
from core.library.finding import Found
from core.library.images import Image
from core.library.passport import Making, Passport, Word
from core.library.removal import Use
from core.wording import uploads
from core.wording.money import count
from core.wording.page import cost
from core.wording.posts import STATES

LIBRARY = "See and search the library's pictures"
IMAGE = "Show a picture: what it is, where it comes from, where it is used"
OPTIONS = {
    "search": "Words of a title, tag, prompt, description or file name",
    "filter": "Only some of the pictures",
    "sort": "In which order",
    "name": "The picture's number or name",
}

FILTERS = {
    "all": "All pictures",
    "uploaded": "Uploaded",
    "ai_generated": "Generated",
    "favourites": "Favourites",
    "approved": "Approved",
    "published": "Published",
    "unused": "Not used yet",
}
SORTS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "most_used": "Most used first",
    "name": "By name",
}

FILTER = "Filter"
SORT = "Sort"
PICK = "Pick pictures"
PREVIOUS = "Previous"
NEXT = "Next"
SEARCH = "Search"
USE = "Use in a post"
DETAILS = "Details"
BACK = "Library"
FAVOURITE = "Favourite"
UNFAVOURITE = "Not a favourite"
EDIT = "Edit"
DELETE = "Delete"
KEEP = "Keep"

EMPTY = "The library is empty. /generate draws pictures, /upload brings your own."
NOTHING = "Nothing answers this search. Search for less, or choose another filter."
DELETE_USED = (
    "Deleting takes it from the desk's own pages and from what is scheduled; posts on networks "
    "stay."
)
DELETED = "“{title}” is deleted from the library."
SAVED = "Saved."

SEARCH_TITLE = "Search the library"
SEARCH_SUBMIT = "Search"
WORDS = "Words"
WORDS_HINT = "From titles, tags, prompts, descriptions and file names"
TAG = "Tag"
PERSON = "By whom"
ANYBODY = "Anybody"
FROM = "From (first day)"
TO = "To (last day)"
DAY_HINT = "Like 2026-11-21"

EDIT_TITLE = "Edit the words"
EDIT_SUBMIT = "Save"
TITLE = "Title"
DESCRIPTION = "Description"
TAGS = "Tags"
TAGS_HINT = "Separated by commas"
ALT = "Alt text"
ALT_HINT = "What the picture shows, for those who cannot see it"

LONGEST_NAME = 60
LONGEST_FACT = 300
MOST_NAMED = 10


def gallery_title(found: Found) -> str:
    """How many pictures answer."""
    noun = "picture" if found.total == 1 else "pictures"
    return f"Library: {'' if found.exact else 'more than '}{found.total:,} {noun}"


def asked(question: Mapping[str, str], person: str) -> str:
    """What is searched for, as far as no menu shows it; empty where nothing is."""
    parts = [f"“{question['text']}”"] if "text" in question else []
    if "tag" in question:
        parts.append(f"tagged {question['tag']}")
    if "person" in question:
        parts.append(f"by {person}")
    if "from" in question:
        parts.append(f"from {question['from']}")
    if "to" in question:
        parts.append(f"to {question['to']}")
    return f"Searched: {', '.join(parts)}." if parts else ""


def name(image: Image) -> str:
    """How a picture is called: its title, else its file's name."""
    return shorten(image.title or image.filename, LONGEST_NAME)


def kind(image: Image) -> str:
    """Where a picture comes from, in two words."""
    if image.source == "upload":
        return "uploaded"
    return "AI generated" if image.is_ai_generated else "sketched"


def picture_line(number: int, image: Image) -> str:
    """A picture of a page."""
    starred = " · ⭐" if image.favourites else ""
    return f"{number}. {name(image)} · no. {image.id} · {kind(image)} · {_used(image)}{starred}"


def pick_option(number: int | None, image: Image) -> str:
    """A picture as a choice; `number` is its place on the page, None for one of another page."""
    called = f"{name(image)} · no. {image.id}"
    return called if number is None else f"{number}. {called}"


def picked(images: Sequence[Image]) -> str:
    """What is picked so far."""
    return f"Picked: {', '.join(f'no. {image.id}' for image in images)}." if images else ""


def sheet_alt(images: Sequence[Image]) -> str:
    """What a contact sheet shows."""
    shown = [f"{number}. {name(image)}" for number, image in enumerate(images, 1)]
    return f"Contact sheet: {'; '.join(shown)}"


def proposal(image: Image) -> str:
    """A picture as a proposal while its name is typed."""
    return f"{name(image)} · no. {image.id}"


# ── the passport ─────────────────────────────────────────────────────────────────────────────────


PLAIN = "plain, from its prompt or file name"


def passport_title(image: Image) -> str:
    """The headline of a picture's passport."""
    return f"{shorten(image.title or image.filename, 150)} · no. {image.id}"


def passport_line(passport: Passport) -> str:
    """What it is, whose, and since when."""
    image = passport.image
    size = uploads.size(image.mime_type, image.width, image.height, image.file_size)
    since = image.created_at.date().isoformat()
    origin = kind(image)
    origin = origin[:1].upper() + origin[1:]
    return f"{origin} by {passport.creator} on {since}. {size}. {_usage(image)}"


def passport_facts(passport: Passport, alike: Sequence[Image]) -> list[tuple[str, str]]:
    """The rest, as labelled facts; what is not there is left out."""
    image, making = passport.image, passport.making
    facts = _making_facts(making) if making else [("Prompt", image.ai_prompt or "")]
    facts += [
        ("Made from", _parent(passport)),
        ("Made from it", _named(passport.children)),
        ("Looks like", _named(alike)),
        ("Chosen by", _people(passport.chosen_by)),
        ("Approved by", _people(passport.approved_by)),
        ("Favourite of", _people(passport.starred_by)),
        ("Used in", _uses([use for use in passport.uses if not use.url])),
        (TAGS, ", ".join(image.tags)),
        (DESCRIPTION, image.description),
        (ALT, image.alt_text),
        ("Words", PLAIN if image.plain_words else ""),
    ]
    return [(label, shorten(value, LONGEST_FACT)) for label, value in facts if value]


def use_link(use: Use) -> str:
    """The words of a link to where it is published."""
    return f"{shorten(use.title, LONGEST_NAME)} ({use.account})"


def _making_facts(making: Making) -> list[tuple[str, str]]:
    parameters = (making.quality, making.size, making.style, f"seed {making.seed}")
    return [
        ("Prompt", making.prompt),
        ("Revised prompt", making.revised_prompt),
        ("Model", " ".join(dict.fromkeys([making.provider, making.model]))),
        ("Parameters", ", ".join(each for each in parameters if each)),
        ("Cost", cost(making)),
    ]


def _parent(passport: Passport) -> str:
    if passport.parent:
        return proposal(passport.parent)
    number = passport.image.parent_id
    return f"no. {number}, which is deleted" if number else ""


def _named(images: Sequence[Image]) -> str:
    named = ", ".join(proposal(image) for image in images[:MOST_NAMED])
    return f"{named} and {len(images) - MOST_NAMED} more" if len(images) > MOST_NAMED else named


def _people(said: Sequence[Word]) -> str:
    return ", ".join(f"{word.name}{_day(word.at)}" for word in said)


def _uses(uses: Sequence[Use]) -> str:
    return "; ".join(
        f"{use.title} ({use.account}, {STATES[use.state]}{_day(use.at)})" for use in uses
    )


def _day(at: datetime | None) -> str:
    return f" on {at.date().isoformat()}" if at else ""


def _used(image: Image) -> str:
    return f"used {count(image.usage_count, 'time')}" if image.usage_count else "not used yet"


def _usage(image: Image) -> str:
    last = _day(image.last_used_at).replace(" on ", ", last on ")
    return f"{_used(image).capitalize()}{last}."


# ── deleting ─────────────────────────────────────────────────────────────────────────────────────


def delete_title(image: Image) -> str:
    """The question before a picture goes."""
    return f"Delete “{name(image)}”?"


def delete_lines(image: Image, uses: Sequence[Use]) -> list[str]:
    """What goes with it: the posts that use it, by name."""
    lines = [f"No. {image.id} goes for good, with its file and thumbnail."]
    if not uses:
        return [*lines, "No published or scheduled post uses it."]
    posts = [f"“{use.title}” ({use.account}, {STATES[use.state]})" for use in uses[:MOST_NAMED]]
    more = len(uses) - MOST_NAMED
    if more > 0:
        posts.append(f"and {more} more")
    return [
        *lines,
        f"It is used by {', '.join(posts)}.",
        DELETE_USED,
    ]
