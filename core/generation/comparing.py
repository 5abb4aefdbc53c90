"""Comparing: one picture from each of two or three models, shown blind until somebody chooses.

Owns which models take part, which letter each gets, when the letters are opened, and what the votes
add up to. A vote is no event: it is read from the marks as they stand, so a changed choice moves
it. It must not know chats or the database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from core.errors import UserError
from core.generation.fitting import fit
from core.generation.jobs import Job
from core.generation.orders import Order
from core.generation.prices import Model
from core.review.reviewing import Review

LETTERS: Final = "ABC"
FEWEST: Final = 2


def letter(number: int) -> str:
    """What stands on the picture of this number, counted from 1."""
    return LETTERS[number - 1]


def name_of(job: Job, number: int) -> str:
    """What a picture of this job is called: its letter in a comparison, else its number."""
    return letter(number) if job.kind == "compare" else str(number)


def read_wanted(text: str) -> int:
    """How many models are to be compared, 0 for no comparison. Raises
    UserError("compare_wrong").
    """
    if not text:
        return 0
    if text not in {str(number) for number in range(FEWEST, len(LETTERS) + 1)}:
        raise UserError("compare_wrong", text=text, most=len(LETTERS))
    return int(text)


def compare(order: Order, wanted: int, models: Mapping[str, Model]) -> Order:
    """The same order to `wanted` of the usable `models`, or to as many as there are: first the one
    that was asked for, then others, of other providers where possible, cheapest first.

    Raises UserError("compare_count" | "compare_few").
    """
    if order.count != 1:
        raise UserError("compare_count")
    fitting = (fit(order, model) for model in models.values() if model.name != order.model)
    others = [one for one in fitting if one]
    rivals = [replace(order, legacy=None)]
    while others and len(rivals) < wanted:
        seen = {one.provider for one in rivals}
        best = min(others, key=lambda one: _rank(one, seen))
        others.remove(best)
        rivals.append(best)
    if len(rivals) < FEWEST:
        raise UserError("compare_few", model=models[order.model].label)
    return replace(order, count=len(rivals), rivals=tuple(rivals))


def _rank(order: Order, seen: set[str]) -> tuple[bool, bool, bool, int]:
    """The lowest is taken next; what no AI draws only where nothing else is left."""
    return not order.by_ai, order.provider in seen, order.price is None, order.price or 0


def shuffle(order: Order, job_id: str) -> list[Order]:
    """What is asked of each model, in the order of the letters: by the job, the same each time.
    Empty where nothing is compared.
    """
    letters = Random(f"letters of {job_id}")  # noqa: S311  # nobody sees the id before choosing
    return letters.sample(order.rivals, len(order.rivals))


def is_blind(job: Job, review: Review) -> bool:
    """Whether models and costs of this job are hidden: nobody has chosen or approved yet."""
    numbers = {item.number for item in review.items}
    return job.kind == "compare" and not (numbers & review.chosen.keys() or review.approved)


@dataclass(frozen=True)
class Ballot:
    """A comparison as it stands: the models of the pictures that were made, by number, and which
    numbers are chosen and approved.
    """

    made: Mapping[int, str]
    chosen: frozenset[int]
    approved: frozenset[int]

    @property
    def winner(self) -> str | None:
        """The one model whose picture was chosen (approved, where none is chosen) over others;
        None while that is nobody's, or more than one's.
        """
        return next((model for number, model in self.made.items() if self.won(number)), None)

    def won(self, number: int) -> bool:
        """Whether this picture is the one."""
        made = set(self.made)
        return len(made) >= FEWEST and (made & self.chosen or made & self.approved) == {number}


def ballot_of(review: Review) -> Ballot:
    """A comparison as its marks stand."""
    made = {
        item.number: item.order.model
        for item in review.items
        if item.state == "completed" and item.order
    }
    approved = frozenset(item.number for item in review.approved)
    return Ballot(made, frozenset(review.chosen), approved)


@dataclass(frozen=True)
class Standing:
    """How often a model was compared in decided comparisons, and how often it won."""

    model: str
    wins: int
    comparisons: int


def tally(ballots: Iterable[Ballot]) -> list[Standing]:
    """The scoreboard: the best share of wins first. Only decided comparisons count."""
    wins: Counter[str] = Counter()
    comparisons: Counter[str] = Counter()
    for ballot in ballots:
        if ballot.winner:
            wins[ballot.winner] += 1
            comparisons.update(ballot.made.values())
    standings = [Standing(model, wins[model], number) for model, number in comparisons.items()]
    return sorted(standings, key=lambda one: (-one.wins / one.comparisons, -one.wins, one.model))
