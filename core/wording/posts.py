"""What publish cards and outcomes say."""

from core.library.captions import shorten
from core.publishing.posts import TargetState
from core.wording.money import span

CONFIRM = "Publish"
EDIT = "Edit"
ADDRESS = "Address"
DISCARD = "Discard"
STOP = "Stop"
SETTLE = "What is the case?"
DRAFT = "Check it, then press ✅ to publish."
ADD_PICTURE = "Add a picture"
PICTURE_SOURCES = {
    "library": "From the library",
    "upload": "Upload new ones",
    "generate": "Generate with AI",
}
DISCARDED = "Discarded. Nothing was published."
UNKNOWN = (
    "No answer came from the network, so it may or may not stand there. Look at the account, then "
    "choose below. Nothing is sent again by itself."
)
UNKNOWN_HERE = (
    "No answer came from the network. On the card above, say what is the case; nothing is sent "
    "again by itself."
)

STATES: dict[TargetState, str] = {
    "draft": "not published yet",
    "scheduled": "about to be published",
    "claimed": "preparing",
    "staged": "preparing",
    "sending": "publishing",
    "published": "published",
    "failed": "not published",
    "unknown": "unknown",
    "cancelled": "left out",
}


def title(states: set[TargetState], words: str) -> str:
    """A publish card's headline, true to where the post is."""
    if states == {"published"}:
        head = "Published"
    elif states & {"scheduled", "claimed", "staged", "sending"}:
        head = "Publishing"
    elif states <= {"draft", "cancelled"}:
        head = "Publish"
    elif "unknown" in states:
        head = "Please look"
    else:
        head = "Published in part" if "published" in states else "Not published"
    return f"{head}: {shorten(words, 80)}"


def outcome_title(published: int, total: int, words: str) -> str:
    """The headline of the outcome."""
    if published == total:
        head = "It is live"
    else:
        head = f"Live on {published} of {total}" if published else "Not published"
    return f"{head}: {shorten(words, 80)}"


def open_on(account: str) -> str:
    """The words of a link to a post."""
    return f"Open on {account}"


def grace(seconds: float) -> str:
    """While it can still be stopped."""
    return f"Publishing in {span(seconds)}, unless somebody presses {STOP}."


def coming(pictures: int) -> str:
    """While pictures are still on their way into a draft."""
    what = "A picture is" if pictures == 1 else f"{pictures} pictures are"
    return f"{what} being added. Once all stand here, check it and press ✅ to publish."


def alt_label(number: int | None, name: str) -> str:
    """Whose alt text it is: by the picture's number in the thread, else by its name."""
    return f"Alt text {number}" if number else f"Alt text of “{shorten(name, 40)}”"


def joined(title: str) -> str:
    """Under pictures that were made for a post and stand in it."""
    return f"Added to the post “{shorten(title, 60)}”."


def left(title: str) -> str:
    """Under pictures that came too late for the post that they were made for."""
    return (
        f"Not added to the post “{shorten(title, 60)}”: it was decided meanwhile. The library has "
        "it; nothing is lost."
    )


def checking(account: str) -> str:
    """While a cut-off call is looked for."""
    return f"{account}: no answer came; checking whether the post stands."


def state(account: str, word: TargetState, reason: str) -> str:
    """Where one account's post is."""
    return (
        f"{account}: {STATES[word]}. {reason}".strip() if reason else f"{account}: {STATES[word]}."
    )


def settle_options(account: str, word: TargetState) -> dict[str, str]:
    """What a person may say about an account's post."""
    if word == "unknown":
        return {
            "live": f"{account}: it is there",
            "again": f"{account}: it is not, send again",
            "leave": f"{account}: leave it",
        }
    return {"again": f"{account}: try again"}
