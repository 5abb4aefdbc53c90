"""Fitting: the same order for another model.

Owns what is nearest where a model does not take the size or quality that was asked for. It must not
know why another model is wanted.
"""

import math
from dataclasses import replace

from core.generation.orders import Order
from core.generation.prices import Model


def fit(order: Order, model: Model) -> Order | None:
    """The same picture asked of `model`: its nearest size of the same shape (upright, square or
    wide), and its usual quality where it does not know the one asked for. None where it has no
    such shape, or does not take so long a prompt or so many references.
    """
    size = _nearest(order.size, model.sizes)
    made_from = len(order.references) + len(order.brought)
    if size is None or len(order.prompt) > model.longest or made_from > model.references:
        return None
    quality = order.quality if order.quality in model.qualities else model.qualities[0]
    return replace(
        order,
        provider=model.provider,
        model=model.name,
        quality=quality,
        size=size,
        price=model.price(quality, size, made_from),
        legacy=None,
        previews=0,  # the price is for the picture alone
    )


def _nearest(size: str, sizes: tuple[str, ...]) -> str | None:
    width, height = _sides(size)
    alike = [one for one in sizes if _shape(*_sides(one)) == _shape(width, height)]

    def distance(one: str) -> tuple[float, int]:
        across, down = _sides(one)
        return abs(math.log(across * height / down / width)), abs(across * down - width * height)

    return min(alike, key=distance, default=None)


def _shape(width: int, height: int) -> int:
    return (width > height) - (width < height)


def _sides(size: str) -> tuple[int, int]:
    width, _, height = size.partition("x")
    return int(width), int(height)
