"""Comparisons in chat: the option of `/generate`, and `/scoreboard`.

It must not know any surface, nor how models are compared.
"""

from collections.abc import Mapping

from bot.asking import Asking
from bot.desk import Desk
from core.chat import Private, Reply
from core.generation.comparing import compare, read_wanted, tally
from core.generation.orders import Order
from core.generation.prices import Model
from core.storing import UnitOfWork
from core.wording import comparing as words


def read_comparison(models: Mapping[str, Model], order: Order, text: str) -> Order:
    """The order as a comparison of some of the `models` that can be ordered, where `text` asks for
    one. Raises UserError("compare_wrong" | "compare_count" | "compare_few").
    """
    wanted = read_wanted(text)
    return compare(order, wanted, models) if wanted else order


def tell_fewer(order: Order, text: str, told: Reply) -> Reply:
    """What was `told`, and that fewer models are compared than `text` asked for, where it is so."""
    if not order.rivals or order.count >= read_wanted(text):
        return told
    also = f"\n{told.text}" if isinstance(told, Private) else ""
    return Private(words.fewer(order) + also)


async def scoreboard(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """Which models won, as the votes stand now."""
    standings = tally(await uow.jobs.ballots(asking.business.id))
    models = desk.catalogue.models
    labelled = [
        (models[one.model].label if one.model in models else one.model, one) for one in standings
    ]
    return Private(words.scoreboard(labelled))
