"""What the cards of a batch say."""

from collections.abc import Mapping, Sequence

from core.errors import Trouble
from core.generation.batches.batch import Batch, BatchState, Summary
from core.generation.failover import MODEL_GONE
from core.generation.jobs import ENDED, Item, ItemState, Job
from core.generation.prices import Model
from core.library.captions import shorten
from core.wording.errors import sentence
from core.wording.money import about, bill, count, expected, money, numbers, perhaps

TOPIC = "Batch"
START = "Start"
LEAVE = "Leave it"
CANCEL = "Cancel"
RESUME = "Go on"
INSTEAD = "Another model for the rest"
NO_OTHER_MODEL = "No other model here makes the rest: an admin can set one up"
PAUSED = "Your batch stands still"
PAUSE_OVER = "Your batch stood still, and was told to go on"
RETRY = "Make the failed ones again"
CREATE = "Create drafts"
LOT = "List as CSV"
LOT_TITLE = "The batch as a table"
CHOOSE = "Keep pictures"
CHOOSE_ALL = "Choose"
CHOOSE_TITLE = "Keep pictures"
CHOOSE_SUBMIT = "Keep these"
ON_PAGE = "Open on the page"
FORM_TITLE = "Many pictures"
FORM_SUBMIT = "Check"
PROMPTS = "Prompts"
PROMPTS_HINT = "One a line; {red, green} bird makes two. A long list: as a file"
FILE = "Or a list"
FILE_HINT = ".txt, .csv, .tsv or .json; a table needs a column “prompt”"
AROUND = "Around each prompt"
AROUND_HINT = "For example: a photo of … on white; the … is the prompt"
MENUS = {"model": "Model", "quality": "Quality", "size": "Size", "style": "Style"}

BATCHES = "Batches"
BATCH = "Batch"
NEW_BATCH = "New batch"
NO_BATCHES = "No batches yet"
NO_BATCHES_TEXT = (
    "A batch makes many pictures of one list of prompts, pasted or in a file. You see the price "
    "before anything is made."
)
UNTITLED = "A list of prompts"
ALL_BATCHES = "All batches"
OWN_THREAD = "Its thread"
PICTURES = "Pictures of this batch"
SKIP = "Skip to the pictures"
KEEP_ALL = "All"
KEEP_NONE = "None"
ONLY_KEPT = "Only what is kept"
KEYS = "Arrows move · Space keeps · Enter opens · Shift chooses a range"

ITEM_STATES: dict[ItemState, str] = {
    "queued": "waiting",
    "generating": "being made",
    "completed": "made",
    "refused": "refused",
    "failed": "failed",
    "unknown": "perhaps paid",
    "cancelled": "cancelled",
}

TITLES: dict[BatchState, str] = {
    "reading": "Batch: reading the list",
    "planned": "Batch",
    "starting": "Batch: starting",
    "started": "Batch",
    "creating": "Batch",
    "refused": "Batch: the list cannot be used",
    "dropped": "Batch: left",
}

MOST_TROUBLES = 5
MOST_ROWS = 12


def reading(batch: Batch) -> list[str]:
    """While the list is read, or why it is not."""
    if batch.trouble:
        return [sentence(batch.trouble)]
    return ["Nothing was made and nothing paid."] if batch.state == "dropped" else []


def planned_title(summary: Summary) -> str:
    """What is about to be started."""
    price = about(None) if summary.estimate is None else f"≈ {money(summary.estimate)}"
    return f"Batch: {count(summary.pictures, 'picture')}, {price}"


def plan(summary: Summary, trouble: Trouble | None) -> list[str]:
    """What is known before it starts."""
    lines = [sentence(trouble)] if trouble else []
    if summary.pictures:
        lines.append(f"It takes {expected(summary.seconds)}. Nothing is paid before you start.")
    if summary.held:
        lines.append(
            f"{count(summary.held, 'picture')} of it {_are(summary.held)} in the library already, "
            "for $0."
        )
    if summary.duplicates:
        lines.append(repeated(summary))
    lines += [f"Row {one.row}: {sentence(one.trouble)}" for one in summary.problems]
    if more := summary.wrong - len(summary.problems):
        lines.append(f"And {more} more rows like these.")
    if summary.wrong:
        lines.append("Wrong rows are left out.")
    return lines


def repeated(summary: Summary) -> str:
    """Which rows ask for what an earlier row asks for, and how many pictures that is."""
    asks = "asks" if summary.duplicates == 1 else "ask"
    said = f"{count(summary.duplicates, 'picture')} {asks} for the same as an earlier row"
    more = "and others" if len(summary.repeated) > MOST_ROWS else ""
    rows = ", ".join(str(row) for row in summary.repeated[:MOST_ROWS])
    return f"{said}: row {' '.join(filter(None, (rows, more)))}." if rows else f"{said}."


def _are(amount: int) -> str:
    return "is" if amount == 1 else "are"


def reuse(summary: Summary) -> str:
    """The button that takes from the library what is there."""
    saves = f" (saves {money(summary.saved)})" if summary.saved else ""
    return f"Start, reuse {summary.held}{saves}"


def quality(name: str, price: int | None) -> str:
    """A quality in a menu, with its price."""
    return f"{name} ({about(price)}{' each' if price is not None else ''})"


def option(name: str, value: str) -> str:
    """A choice of a menu."""
    return "No style" if (name, value) == ("style", "none") else value


def common(model: Model, options: Mapping[str, str]) -> tuple[str, str]:
    """What holds for every row that says nothing else."""
    quality = options.get("quality") or model.qualities[0]
    size, style = options.get("size") or model.sizes[0], options.get("style") or "no style"
    return ("Each", f"{model.label} · {quality} · {size} · {style}")


def price_table(model: Model, amounts: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """What so many pictures cost by quality, in the model's first size."""
    rows = []
    for quality in model.qualities:
        price = model.price(quality, model.sizes[0])
        costs = [f"{many}: {money(None if price is None else price * many)}" for many in amounts]
        rows.append((f"{model.label}, {quality}", " · ".join(costs)))
    return tuple(rows)


def going_title(job: Job, states: Mapping[str, int], *, running: bool) -> str:
    """The headline from the start on."""
    total = sum(states.values())
    if running and job.paused_at:
        return f"Batch: paused, {states['completed']} of {total}"
    if running and job.cancelled_at:
        return f"Batch: cancelling, {states['completed']} of {total}"
    if running:
        return f"Batch: drawing, {states['completed']} of {total}"
    return f"Batch: {states['completed']} of {count(total, 'picture')} made"


def progress(states: Mapping[str, int], seconds: float | None) -> str:
    """How far it is, and for how long it goes on; None where it stands still."""
    failed = states["failed"] + states["refused"] + states["unknown"]
    said = (
        f"{states['completed']} made, {states['generating']} being made, {states['queued']} to go"
    )
    left = "" if seconds is None else f"; {expected(seconds)}"
    return f"{said}{f', {failed} not made' if failed else ''}{left}."


def outcome(states: Mapping[str, int]) -> str:
    """How it ended."""
    called = {
        "completed": "made",
        "failed": "failed",
        "refused": "refused",
        "unknown": "unknown: perhaps paid",
        "cancelled": "cancelled",
    }
    return ", ".join(f"{states[state]} {word}" for state, word in called.items() if states[state])


def paused(trouble: Trouble, *, replaceable: bool = True) -> str:
    """Why it stands still; `replaceable` where another model can make what is left."""
    if trouble.code == MODEL_GONE:
        next_ = "Choose another model for the rest on this card" if replaceable else NO_OTHER_MODEL
        return (
            f"Paused; nothing is lost. The model {trouble.facts['model']} is not offered any more, "
            f"and nothing was paid for what it did not make. {next_}; “{RESUME}” tries the old one "
            "again."
        )
    return f"Paused; nothing is lost. {sentence(trouble)} Then press “{RESUME}”."


def instead(model: Model, prices: Sequence[int | None]) -> str:
    """A model that could make what is left, with what all of that costs."""
    known = None if None in prices else sum(price or 0 for price in prices)
    cost = "at an unknown price" if known is None else about(known)
    return f"{model.label}: {count(len(prices), 'picture')}, {cost}"


def over(states: Mapping[ItemState, int]) -> tuple[str, list[str]]:
    """That it is over, as a headline, and what to do next."""
    total, made = sum(states.values()), states.get("completed", 0)
    next_ = ["Choose what to keep, then create drafts, on the batch's card."] if made else []
    if made < total:
        next_.append("Why the others are missing stands there too.")
    return f"Your batch is done: {made} of {count(total, 'picture')}", next_


def troubles(items: Sequence[Item]) -> list[str]:
    """What happened to pictures, said once for all to which the same happened, with their rows."""
    alike: dict[str, list[int]] = {}
    for item in items:
        if item.state == "unknown":
            alike.setdefault(_unknown(item), []).append(item.number)
        elif item.trouble:
            alike.setdefault(sentence(item.trouble), []).append(item.number)
    told = [
        f"{'Picture' if len(which) == 1 else 'Pictures'} {numbers(which)}: {why}"
        for why, which in alike.items()
    ]
    more = len(told) - MOST_TROUBLES
    return told[:MOST_TROUBLES] + ([f"And {more} other reasons."] if more > 0 else [])


def _unknown(item: Item) -> str:
    """What an answer that was lost may have cost."""
    price = perhaps(item.order.price if item.order else None)
    return f"unknown. No answer came, and it may have cost {price} each."


def kept(chosen: int, made: int) -> str:
    """What “create” will do."""
    if chosen == made == 1:
        return "It is kept; choose on its sheet to leave it."
    if chosen == made:
        return f"All {made} are kept; choose on the sheets to keep fewer."
    return f"{kept_of(chosen, made)}."


def kept_of(kept: int, made: int) -> str:
    """How many of the pictures that are there are kept."""
    return f"{kept} of {made} kept"


def kept_by_others(still: Sequence[int]) -> str:
    """Why pictures that one does not keep are kept all the same."""
    if not still:
        return ""
    stays = "stays" if len(still) == 1 else "stay"
    return f"{numbers(list(still))} {stays} kept: somebody else has chosen that."


def became(state: ItemState, cost: int, unpriced: int) -> str:
    """What stands under a picture: its cost, or why it is not there, with what that cost."""
    if state == "completed":
        return bill(cost, unpriced)
    paid = cost and state in ENDED
    return f"{ITEM_STATES[state]}, {money(cost)}" if paid else ITEM_STATES[state]


def tile_name(number: int, prompt: str) -> str:
    """What the box over a picture is called."""
    return f"Picture {number}: {prompt}"


def open_picture(number: int) -> str:
    """The link to a picture's own page."""
    return f"Open picture {number}"


def listed(state: BatchState, states: Mapping[ItemState, int]) -> str:
    """How a batch stands, in the list of them."""
    if not states:
        return {"planned": "waits for Start", "dropped": "left", "refused": "cannot be used"}.get(
            state, "is being read"
        )
    total, made = sum(states.values()), states.get("completed", 0)
    said = f"{made} of {count(total, 'picture')} made"
    failed = sum(states.get(one, 0) for one in ("failed", "refused", "unknown"))
    running = any(amount and one not in ENDED for one, amount in states.items())
    more = [f"{failed} not made"] if failed else []
    return ", ".join([said, *more, *(["still going on"] if running else [])])


def choose_note(pictures: int, offered: int) -> str:
    """What the form with all pictures does."""
    if pictures > offered:
        return (
            f"Kept is what is chosen. Pictures {offered + 1}–{pictures} stay as they are: choose "
            "them on their sheets, by /keep, or on the page."
        )
    return "Kept is what is chosen, also of pictures that are not made yet."


def numbered(first: int, last: int) -> str:
    """Over some pictures in a row: of a contact sheet, or a form's menu."""
    return f"Pictures {first}–{last}" if last > first else f"Picture {first}"


def spend(cost: str, estimate: str, *, running: bool) -> tuple[tuple[str, str], ...]:
    """What it costs against what was estimated."""
    return (("Spent so far" if running else "Cost", cost), ("Estimate", estimate))


def picture(number: int, prompt: str) -> str:
    """A picture in a menu."""
    return shorten(f"{number}. {prompt}", 75)


def sheet(chosen: Sequence[int], made: Sequence[Item], *, chosen_at_all: bool) -> list[str]:
    """What is kept of a sheet."""
    if not chosen_at_all:
        return ["Kept until somebody chooses."]
    if not chosen:
        return ["None of these is kept."]
    return [f"Kept: {numbers(list(chosen))} ({len(chosen)} of {len(made)})."]


def sheet_alt(items: Sequence[Item]) -> str:
    """What a sheet shows, for those who do not see it."""
    return shorten("; ".join(f"{item.number}: {item.prompt}" for item in items), 900)
