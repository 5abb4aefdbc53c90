"""What the cards of files that people brought say."""

from typing import Final

from core.generation.jobs import Item, JobState
from core.library.captions import shorten
from core.wording.errors import sentence
from core.wording.money import count, money

MOODS: dict[JobState, str] = {
    "pending": "Waiting",
    "processing": "Adding",
    "completed": "Added",
    "failed": "Not added",
    "cancelled": "Cancelled",
}
NOTHING_NEW = "Nothing new"

COST = "Cost"


def subject(names: list[str]) -> str:
    """Some files in a few words: the first one's name, and how many come with it."""
    first = shorten(names[0], 60) if names else ""
    return f"{first} and {len(names) - 1} more" if len(names) > 1 else first


def title(state: JobState, what: str, *, new: bool) -> str:
    """A status card's headline; `new` is whether anything came that was not there before."""
    mood = MOODS[state] if new or state != "completed" else NOTHING_NEW
    return f"{mood}: {what}"


def size(mime_type: str, width: int, height: int, size: int) -> str:
    """A picture's type, sides and bytes."""
    kind = {"image/jpeg": "JPEG", "image/webp": "WebP"}.get(mime_type, mime_type[6:].upper())
    return f"{kind}, {width} × {height} px, {_weight(size)}"


def _weight(size: int) -> str:
    if size < 1000:  # noqa: PLR2004  # where kilobytes begin
        return f"{size} bytes"
    if size < 1_000_000:  # noqa: PLR2004  # where megabytes begin
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def stored(name: str, facts: str) -> str:
    """A file that is in the library now."""
    return f"{name}: stored ({facts})."


def named(title: str, image_id: int) -> str:
    """A picture of the library, by what people call it and by its number."""
    return f"“{shorten(title, 60)}” (no. {image_id})"


def known(name: str, title: str, image_id: int) -> str:
    """A file whose bytes the library has already."""
    return f"{name}: already in the library, as {named(title, image_id)}."


def looks_like(title: str, image_id: int) -> str:
    """After what a stored file is: what it resembles."""
    return f"It looks like {named(title, image_id)}."


def cost(micro: int) -> str:
    """What taking files in has cost: only an AI's words are paid for."""
    return f"{money(micro)} for words by AI"


def words_lost(pictures: int, micro: int) -> str:
    """Where nobody knows whether words were paid for."""
    return (
        f"No answer came about the words of {count(pictures, 'picture')}, and it may have cost "
        f"{money(micro)}. Nobody asks again; the plain words stand."
    )


AWAITED: Final = {
    "chat_unavailable": "the chat does not hand it over. It is asked again by itself.",
    "chat_busy": "the chat is busy. It is asked again by itself.",
    "chat_forbidden": "the chat does not let me read it. An admin can allow that; then it goes on.",
}
"""Why a file has not come yet, where the chat's own trouble speaks of a card."""


def verdict(item: Item) -> str:
    """What became of any other file."""
    name, reason = item.prompt, sentence(item.trouble) if item.trouble else ""
    match item.state:
        case "completed":
            gone = item.trouble is not None and item.trouble.code == "image_removed"
            there = "stored" if gone else "already in the library"
            return f"{name}: {there}. {reason}".strip()
        case "queued" if item.trouble:
            return f"{name} waits: {AWAITED.get(item.trouble.code, reason)}"
        case "queued":
            return f"{name}: waiting."
        case "generating":
            return f"{name}: being checked."
        case "cancelled":
            return f"{name}: not stored; it was cancelled."
    return f"{name}: not stored. {reason}".strip()
