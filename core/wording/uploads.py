"""What the cards of files that people brought say."""

from core.generation.jobs import Item, JobState
from core.library.captions import shorten
from core.wording.errors import sentence

MOODS: dict[JobState, str] = {
    "pending": "Waiting",
    "processing": "Adding",
    "completed": "Added",
    "failed": "Not added",
    "cancelled": "Cancelled",
}


def subject(names: list[str]) -> str:
    """Some files in a few words: the first one's name, and how many come with it."""
    first = shorten(names[0], 60) if names else ""
    return f"{first} and {len(names) - 1} more" if len(names) > 1 else first


def title(state: JobState, what: str) -> str:
    """A status card's headline."""
    return f"{MOODS[state]}: {what}"


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


def verdict(item: Item) -> str:
    """What became of any other file."""
    name, reason = item.prompt, sentence(item.trouble) if item.trouble else ""
    match item.state:
        case "completed":
            return f"{name}: already in the library. {reason}".strip()
        case "queued" if reason:
            return f"{name} waits: {reason}"
        case "queued":
            return f"{name}: waiting."
        case "generating":
            return f"{name}: being checked."
        case "cancelled":
            return f"{name}: not stored; it was cancelled."
    return f"{name}: not stored. {reason}".strip()
