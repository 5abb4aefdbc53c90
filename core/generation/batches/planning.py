"""Batches: rows and common options become orders, with every problem by its row.

Owns what a column may override, how many pictures a batch may have, and what is told of it before
it starts. It must not know the database: which prompts were made before, and which pictures the
library has, is asked elsewhere.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.errors import Trouble, UserError
from core.generation.batches import patterns
from core.generation.batches.rows import Row
from core.generation.orders import MAX_COUNT, Order, read_order
from core.generation.prices import Catalogue, Model

MOST: Final = 1000
OVERRIDES: Final = ("size", "style", "quality", "model", "count", "reference")
CLOSING: Final = frozenset({"", *",.;:!?)"})
"""What stands right behind a word."""

PROBLEMS: Final = 20
"""As many are told at once; the rest is counted."""


@dataclass(frozen=True)
class Common:
    """What holds for the whole batch: options as for one order, and words around each prompt."""

    options: Mapping[str, str]
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Planned:
    """One picture to be made: from which row, and its order (of one picture)."""

    row: int
    order: Order


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row."""

    row: int
    trouble: Trouble


@dataclass(frozen=True)
class Plan:
    """A checked list: its pictures in order, its problems (of the first rows that have any; `wrong`
    counts all).
    """

    pictures: list[Planned]
    problems: list[Problem] = field(default_factory=list)
    wrong: int = 0

    @property
    def duplicates(self) -> list[int]:
        """For each picture that an earlier row asks for already, its own row; several of one row
        are wanted.
        """
        first: dict[Order, int] = {}
        for picture in self.pictures:
            first.setdefault(picture.order, picture.row)
        return [one.row for one in self.pictures if first[one.order] != one.row]

    @property
    def estimate(self) -> int | None:
        """Micro-USD for all, None where a price is not known."""
        prices = [picture.order.price for picture in self.pictures]
        known = [price for price in prices if price is not None]
        return sum(known) if len(known) == len(prices) else None

    @property
    def references(self) -> set[int]:
        """Numbers of the library's pictures that others are to be made from."""
        return {number for picture in self.pictures for number in picture.order.references}

    def without(self, missing: Collection[int]) -> "Plan":
        """The same, where each row that names one of these numbers is wrong: the library has no
        such pictures.
        """
        lost: dict[int, Problem] = {}
        pictures = []
        for picture in self.pictures:
            gone = [number for number in picture.order.references if number in missing]
            if gone:
                trouble = Trouble("reference_unknown", {"reference": gone[0]})
                lost[picture.row] = Problem(picture.row, trouble)
            else:
                pictures.append(picture)
        problems = sorted([*self.problems, *lost.values()], key=lambda problem: problem.row)
        return Plan(pictures, problems[:PROBLEMS], self.wrong + len(lost))


def plan_batch(
    rows: Iterable[Row],
    common: Common,
    catalogue: Catalogue,
    models: Mapping[str, Model],
    blocked: str,
) -> Plan:
    """Check every row and write down what is to be made. `catalogue`, `models` and `blocked` as for
    `read_order`.

    Raises UserError where there is nothing to check row by row: `list_empty`,
    `list_too_long` (`count`, `most`).
    """
    listed = list(rows)
    if not listed:
        raise UserError("list_empty")
    pictures: list[Planned] = []
    problems: list[Problem] = []
    total = 0
    for row in listed:
        try:
            prompt, copies, options = _read(row, common)
            total += patterns.count(prompt) * copies
            if total > MOST:
                continue  # nothing more is written, but all are counted
            for each in patterns.expand(prompt):
                order = read_order({**options, "prompt": each}, catalogue, models, blocked)
                pictures += [Planned(row.number, order)] * copies
        except UserError as error:
            problems.append(Problem(row.number, error.trouble))
    if total > MOST:
        raise UserError("list_too_long", count=total, most=MOST)
    return Plan(pictures, problems[:PROBLEMS], len(problems))


def _read(row: Row, common: Common) -> tuple[str, int, dict[str, str]]:
    """A row's filled prompt, how often each of its prompts is made, and the options of its orders.

    Raises UserError("prompt_empty" | "count_wrong" | "column_unknown").
    """
    if not row.prompt:
        raise UserError("prompt_empty")
    before, behind = common.prefix.strip(), common.suffix.strip()
    gap = "" if behind[:1] in CLOSING else " "
    whole = f"{before} {row.prompt}{gap}{behind}".strip()
    options = {name: value for name, value in common.options.items() if value}
    options |= {name: row.fields[name] for name in OVERRIDES if name in row.fields}
    written = options.pop("count", "1")
    if not written.isdecimal() or not 1 <= int(written) <= MAX_COUNT:
        raise UserError("count_wrong", count=written, most=MAX_COUNT)
    return patterns.fill(whole, row.fields), int(written), options
