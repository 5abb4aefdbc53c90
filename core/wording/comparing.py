"""What comparisons of models say: blind at first, then who drew what, and the scoreboard."""

from typing import Final

from core.errors import Trouble
from core.generation.comparing import Standing, letter
from core.generation.jobs import ENDED, Item
from core.generation.orders import Order
from core.wording.errors import sentence
from core.wording.money import count, money, span

COMMAND: Final = "Which models win blind comparisons here"
OPTION: Final = "Compare so many models blind, 2 or 3: a picture from each"
CHOOSE: Final = "Choose the best"
HIDDEN: Final = "hidden until somebody chooses"
UNDECIDED: Final = "No vote yet: it counts once exactly one is chosen."
NO_SCORES: Final = (
    "No comparison has been decided yet. Start one with /generate a fox --compare 3 and choose."
)
KEYCAPS: Final = ("1️⃣", "2️⃣", "3️⃣")


def blind(made: list[Item]) -> str:
    """How to choose, while nobody knows which model drew what."""
    keys = ", ".join(f"{KEYCAPS[item.number - 1]} {letter(item.number)}" for item in made)
    return f"Choose the best: {keys}. Models and costs are {HIDDEN}."


def unveiled(item: Item, label: str, cost: str, *, won: bool) -> str:
    """Who drew a picture, and for how much."""
    return f"{'🏆 ' if won else ''}{letter(item.number)}: {label}, {cost}"


def fewer(order: Order) -> str:
    """Told to whoever asked for more models than there are."""
    return f"Only {count(order.count, 'model')} can be used here, so {order.count} are compared."


def trouble(item: Item, reason: Trouble, *, hidden: bool) -> str:
    """Why a picture is absent. While all is hidden, a provider's reason is, too: it tells whose."""
    if item.state == "unknown":
        return f"{letter(item.number)}: no answer came, and it may have cost something."
    if hidden:
        state = "not made" if item.state in ENDED else "still waiting"
        return f"{letter(item.number)}: {state}."
    return f"{letter(item.number)}: {sentence(reason)}"


def facts(
    order: Order, cost: str, seconds: float | None, *, hidden: bool
) -> tuple[tuple[str, str], ...]:
    """Size, style, time; how many models, the estimate and the cost, unless that is `hidden`."""
    rows = [("Models", HIDDEN if hidden else str(order.count)), ("Size", order.size)]
    if order.style:
        rows.append(("Style", order.style))
    if seconds is not None:
        rows.append(("Time", span(seconds)))
    rows.append(("Estimate", HIDDEN if hidden else money(order.estimate)))
    if cost:
        rows.append(("Cost", HIDDEN if hidden else cost))
    return tuple(rows)


def scoreboard(standings: list[tuple[str, Standing]]) -> str:
    """Wins and comparisons, by the models' labels; says how to begin where there are none."""
    rows = [
        f"{place}. {label}: won {one.wins} of {count(one.comparisons, 'comparison')}"
        for place, (label, one) in enumerate(standings, 1)
    ]
    return "\n".join(["Blind comparisons:", *rows]) if rows else NO_SCORES
