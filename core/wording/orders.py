"""What status and result cards of an order say."""

from typing import Literal

from core.errors import Trouble
from core.generation.jobs import ENDED, Item, JobState
from core.generation.orders import Order
from core.library.captions import shorten
from core.wording.errors import sentence
from core.wording.money import count, expected, money, numbers, perhaps, span

CANCEL = "Cancel"
REMAKE = "Make again"
APPROVE = "Approve"
WITHDRAW = "Withdraw approval"
PUBLISH = "Publish"
AGAIN = "Again"
MORE = "More"
RESTORE = "Restore"
CHOOSE = "Choose pictures"
YES = "Yes, do it"
NO = "No"

MORE_OPTIONS = {
    "originals": "📦 Originals",
    "favourite": "⭐ Favourite",
    "discard": "❌ Discard",
}

Mood = JobState | Literal["cancelling"]

MOODS: dict[Mood, str] = {
    "pending": "Queued",
    "processing": "Drawing",
    "cancelling": "Cancelling",
    "completed": "Done",
    "failed": "Not made",
    "cancelled": "Cancelled",
}

NOT_MODERATED = "Not moderated: no moderation key is set."


def title(mood: Mood, prompt: str) -> str:
    """A status card's headline."""
    return f"{MOODS[mood]}: {_brief(prompt)}"


def queued(ahead: int, seconds: float) -> str:
    """The place in the queue, and how long it should take."""
    place = "You are next" if not ahead else f"{count(ahead, 'picture')} before yours"
    return f"{place}; {expected(seconds)}."


def moderation_waits(reason: Trouble) -> str:
    """Instead of a place in the queue, while nothing can be judged."""
    return f"Waiting for moderation; nothing has been paid yet. {sentence(reason)}"


def working(made: int, left: int, seconds: float) -> str:
    """How far it is."""
    return f"{count(made, 'picture')} made, {left} to go; {expected(seconds)}."


def finished(made: int, total: int) -> str:
    """How it ended."""
    return f"{made} of {count(total, 'picture')} made."


def cancelling(left: int) -> str:
    """While what was begun is still being finished."""
    return f"Nothing more is begun. {count(left, 'picture')} had begun and will be finished."


def cancelled(made: int) -> str:
    """What a cancellation left."""
    return f"{count(made, 'picture')} had been made." if made else "Nothing had been made."


def legacy(old: str, new: str) -> str:
    """The notice for a retired model."""
    return f"{old} was retired by its provider; {new} is used instead."


def trouble(numbers_of: list[int], total: int, item: Item, price: int | None) -> str:
    """What happened to some pictures, of which `item` is one; `price` is that of each."""
    reason = sentence(item.trouble) if item.trouble else ""
    if item.state == "unknown":
        each = " each" if len(numbers_of) > 1 else ""
        cost = f"{perhaps(price)}{each}"
        reason = f"No answer came, and it may have cost {cost}. “{REMAKE}” asks anew."
    if len(numbers_of) == total and item.state in {"refused", "failed"}:
        return reason  # the headline says the rest
    noun = "Picture" if len(numbers_of) == 1 else "Pictures"
    state = item.state if item.state in ENDED else "waiting"
    return f"{noun} {numbers(numbers_of)}: {state}. {reason}".strip()


def facts(
    order: Order, label: str, cost: str, seconds: float | None
) -> tuple[tuple[str, str], ...]:
    """Model, size, quality, style, time, estimate and cost (empty: not told yet)."""
    rows = [("Model", label), ("Size", order.size), ("Quality", order.quality)]
    if order.style:
        rows.append(("Style", order.style))
    if order.references or order.brought:
        sources = [f"picture {number}" for number in order.references]
        if order.brought:
            sources.append(count(len(order.brought), "file"))
        rows.append(("Made from", ", ".join(sources)))
    if seconds is not None:
        rows.append(("Time", span(seconds)))
    rows.append(("Estimate", money(order.estimate)))
    if cost:
        rows.append(("Cost", cost))
    return tuple(rows)


def result_title(made: int, prompt: str) -> str:
    """A result card's headline."""
    return f"{count(made, 'picture')}: {_brief(prompt)}"


def will_approve(selected: list[str], chooser: str, everything: bool) -> str:  # noqa: FBT001  # a fact of the sentence
    """What ✅ will do now."""
    if everything and len(selected) == 1:
        return "✅ approves it."
    if everything:
        them = "both" if len(selected) == 2 else f"all {len(selected)}"  # noqa: PLR2004  # both
        return f"✅ approves {them}. Choose by number first to approve fewer."
    them = "it" if len(selected) == 1 else "them"
    return f"Chosen by {chooser}: {numbers(selected)}. ✅ approves {them}."


def approved(chosen: list[str], by: str) -> str:
    """Who approved what."""
    return f"✅ Approved by {by}: {numbers(chosen)}. 📤 publishes."


def favourite(names: list[str]) -> str:
    """Who starred it."""
    return f"⭐ {', '.join(names)}"


def discarded(by: str) -> str:
    """Instead of a discarded result."""
    return f"Discarded by {by}."


def picture(name: str) -> str:
    """A picture in a menu, by its number or letter."""
    return f"Picture {name}"


def alt_text(shown: str, name: str) -> str:
    """What a preview shows, for those who do not see it."""
    return shorten(f"{picture(name)}: {shown}", 900)


def originals_title(prompt: str) -> str:
    """The headline over the full files."""
    return f"Originals: {_brief(prompt)}"


def _brief(prompt: str) -> str:
    """A prompt in a headline, which has one line."""
    return shorten(" ".join(prompt.split()), 80)


ORIGINALS_BY_LINK = "The files are too large for this chat. These links work for one day."


def question(name: str, what: str) -> str:
    """Asked about a request that was found after an outage, or came too early."""
    return f"{name} asked for {what} when it could not be done at once. Is it still wanted?"


ASKED_FOR = {
    "again": "new pictures (🔁)",
    "publish": "publishing (📤)",
    "approve": "publishing this post (✅)",
}
ANSWERED = "Settled."
