"""What is said of a batch's drafts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from core.errors import Trouble
from core.library.captions import shorten
from core.wording.errors import sentence
from core.wording.money import count

OPEN: Final = "Open a draft"
MORE: Final = "More drafts"
OTHERS: Final = "Other drafts"
STOP: Final = "Stop publishing"
OPENED: Final = "The draft stands in the batch's thread."
HEADING: Final = "Drafts"

MOST_TROUBLES: Final = 5

DraftState = Literal["draft", "approved", "sending", "published", "failed"]


@dataclass(frozen=True)
class Drafted:
    """A post of a batch, by the number of its picture: where it stands by now ("" while it does
    not), and how far it is; while it is `approved`, it can be stopped.
    """

    post_id: str
    number: int
    title: str
    url: str
    state: DraftState

    @property
    def label(self) -> str:
        """What it is called in menus and links."""
        return shorten(f"{self.number}. {self.title}", 75)


def drafts(drafted: Sequence[Drafted], *, creating: bool) -> str:
    """How far the drafts are."""
    states = Counter(one.state for one in drafted)
    said = [f"{states['draft']} to be published", f"{states['published']} published"]
    if going := states["approved"] + states["sending"]:
        said.append(f"{going} being published")
    if states["failed"]:
        said.append(f"{states['failed']} not published, or not for certain")
    more = " More are being written." if creating else ""
    return f"{count(len(drafted), 'post')}: {', '.join(said)}.{more}"


def more_links(links: int, published: int) -> str:
    """Where the addresses are that the card has no room for."""
    return f"Here are the first {links}; the list as CSV has the addresses of all {published}."


def open_some(first: int, last: int) -> str:
    """A menu of some of more drafts than a menu takes, by the numbers of their pictures."""
    return f"Open a draft of {first}–{last}"


def title(page: int, pages: int) -> str:
    """The headline of the drafts that can be opened."""
    return f"Drafts, page {page} of {pages}" if pages > 1 else "Drafts"


def left(amount: int) -> str:
    """How many drafts there are on all pages."""
    return f"{count(amount, 'draft')} can be opened." if amount else "No draft is left."


def span(first: int, last: int) -> str:
    """A page in the menu of all pages, by the numbers of its pictures."""
    return f"Drafts of {first}–{last}"


def not_published(left: Sequence[tuple[str, Trouble]], approved: int) -> str:
    """What became of publishing all, where some drafts cannot be published as they stand: those
    `left`, by their titles, of which several may have the same one.
    """
    head = f"{count(approved, 'draft')} will be published, {len(left)} cannot be yet:"
    lines = [f"{label}: {sentence(trouble)}" for label, trouble in left]
    more = len(lines) - MOST_TROUBLES
    return "\n".join([head, *lines[:MOST_TROUBLES], *([f"And {more} more."] if more > 0 else [])])


def publish_all(waiting: int) -> str:
    """The button that publishes what is left."""
    return f"Publish {count(waiting, 'draft')}"
