"""What `/models` says: which models there are, what each is good at, and what it costs."""

from collections.abc import Sequence

from core.generation.prices import Model
from core.wording.money import money

MODELS = "Which models there are, and what they cost"
MODEL_OPTION = "Only this one"
HEAD = "Prices are for one picture in the model's first size, then for 20, 50 and 100."
UNKNOWN_PRICE = "price unknown; the provider bills it"
AMOUNTS = (20, 50, 100)
LONGEST = 1900
"""Characters of the whole answer: what the narrowest chat takes (Discord, 2,000)."""


def describe(model: Model) -> str:
    """One model with what so many pictures of it cost, by quality."""
    size = model.sizes[0]
    lines = [f"{model.label} ({model.name}): {model.character}"]
    for quality in model.qualities:
        price = model.price(quality, size)
        lines.append(f"· {quality}: {UNKNOWN_PRICE if price is None else _costs(price)}")
    return "\n".join(lines)


def models(offered: Sequence[Model]) -> str:
    """All of them, the default first; as many as one answer holds."""
    said = [HEAD]
    for number, model in enumerate(offered):
        told = describe(model)
        if sum(map(len, said)) + 2 * len(said) + len(told) > LONGEST:
            said.append(_more(offered[number:]))
            break
        said.append(told)
    return "\n\n".join(said)


def _more(left: Sequence[Model]) -> str:
    return f"And {', '.join(model.name for model in left)}: /models with a name tells of one."


def _costs(price: int) -> str:
    """Of the free one it is enough to say so once."""
    if price == 0:
        return money(0)
    return f"{money(price)} → {' · '.join(money(price * amount) for amount in AMOUNTS)}"
