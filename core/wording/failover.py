"""What is said where another model took over, because its provider was busy or out."""

from collections import Counter
from collections.abc import Iterable, Mapping

from core.generation.jobs import Item
from core.generation.prices import Model
from core.wording.money import count


def unknown(name: str) -> str:
    """A model in the settings that does not exist."""
    return f"FAILOVER: {name} is no model"


def taken_over(items: Iterable[Item], models: Mapping[str, Model]) -> list[str]:
    """Which model makes pictures in place of which, said once for all alike; `items` are all those
    of one job.
    """
    every = list(items)
    pairs = Counter(
        (item.order.instead_of.model, item.order.model, item.state == "completed")
        for item in every
        if item.order and item.order.instead_of
    )

    def label(name: str) -> str:
        return models[name].label if name in models else name

    return [
        f"{label(asked)} was busy or out: {_pictures(number, len(every))}"
        f"{'made by' if made else 'asked of'} {label(other)}."
        for (asked, other, made), number in sorted(pairs.items())
    ]


def _pictures(number: int, total: int) -> str:
    return f"{count(number, 'picture')} " if total > 1 else ""
