"""What was asked for, checked against what the models take.

Owns `Order` and how options given by people become one. It must not know the database.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.errors import UserError
from core.generation.prices import Catalogue, Model
from core.generation.prompts import STYLES, check_prompt

MAX_COUNT = 10
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Order:
    """One `/generate`: everything is final and valid. `price` is micro-USD a picture, None unknown.
    `references` are images of the library that the picture is made from, by number; `brought` are
    the items of files that came with the order for that.

    `legacy` is the retired model name that was asked for, if any; `style` is "" for none. Where
    models are compared, `rivals` are what is asked of each, for one picture. `instead_of` is what
    was asked at first where another model had to take its place. `key_id` is the key
    that was brought to pay for it, "" for the desk's; `own_key`: it is the person's own. So many
    `previews` are shown on the way; their price is in `price`.
    """

    prompt: str
    provider: str
    model: str
    quality: str
    size: str
    style: str
    count: int
    price: int | None
    legacy: str | None = None
    references: tuple[int, ...] = ()
    brought: tuple[str, ...] = ()
    rivals: "tuple[Order, ...]" = ()
    instead_of: "Order | None" = None
    key_id: str = ""
    own_key: bool = False
    previews: int = 0

    @property
    def fingerprint(self) -> str:
        """The same for orders that ask for exactly the same picture, 32 hex characters."""
        asked = [self.prompt, self.provider, self.model, self.quality, self.size, self.style]
        asked += [*map(str, self.references), *self.brought]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]

    @property
    def by_ai(self) -> bool:
        """Whether an AI draws it; the built-in sketches come without any."""
        return self.provider != "sketch"

    @property
    def estimate(self) -> int | None:
        """Micro-USD for all pictures, None where the price is not known."""
        if self.rivals:
            prices = [one.price for one in self.rivals]
            return None if None in prices else sum(price or 0 for price in prices)
        return None if self.price is None else self.price * self.count


def read_order(
    options: Mapping[str, str],
    catalogue: Catalogue,
    models: Mapping[str, Model],
    blocked: str,
    files: int = 0,
) -> Order:
    """Make an order of what a person gave (absent or empty options take the defaults).

    `models` are those that can be used now, the default first; `blocked` are more blocked words,
    comma-separated; so many `files` come with it, to make the picture from. Raises UserError naming
    the option and what it may be: prompt_empty, prompt_too_long, prompt_blocked, model_unknown,
    size_unknown, quality_unknown, style_unknown, count_wrong, reference_wrong, references_untaken,
    references_nowhere, references_many.
    """
    prompt = options.get("prompt", "").strip()
    style = options.get("style", "")
    name, legacy = catalogue.resolve(options.get("model", "") or next(iter(models)))
    if name not in models and legacy:
        name = next(iter(models))
    if name not in models:
        raise UserError("model_unknown", model=name, models=list(models))
    model = models[name]
    check_prompt(prompt, blocked, style if style in STYLES else "", model.longest)
    size = options.get("size", "") or model.sizes[0]
    if size not in model.sizes:
        raise UserError("size_unknown", size=size, sizes=list(model.sizes), model=model.label)
    asked = options.get("quality", "") or model.qualities[0]
    quality = catalogue.quality_aliases.get(asked, asked)
    if quality not in model.qualities:
        raise UserError("quality_unknown", quality=asked, qualities=list(model.qualities))
    if style and style not in STYLES:
        raise UserError("style_unknown", style=style, styles=list(STYLES))
    references = _references(options.get("reference", ""))
    _take(len(references) + files, model, models)
    return Order(
        prompt,
        model.provider,
        name,
        quality,
        size,
        style,
        _count(options.get("count", "")),
        model.price(quality, size, len(references) + files),
        legacy,
        references,
    )


def with_preview(order: Order, model: Model) -> Order:
    """The same with an unfinished picture on the way, at its price, where one can be shown.

    Not of several, of which the card only counts those made; of a comparison, whose models it would
    tell; or at low quality, which is quick.
    """
    if order.count != 1 or order.rivals or order.quality == "low" or not model.preview_cost:
        return order
    price = None if order.price is None else order.price + model.preview_cost
    return replace(order, previews=1, price=price)


def _references(text: str) -> tuple[int, ...]:
    """The numbers in "12, #13", each once."""
    words = text.replace(",", " ").replace("#", " ").split()
    wrong = next((word for word in words if not _NUMBER.fullmatch(word)), None)
    if wrong:
        raise UserError("reference_wrong", reference=wrong)
    return tuple(dict.fromkeys(map(int, words)))


def _take(references: int, model: Model, models: Mapping[str, Model]) -> None:
    if references and not model.references:
        able = [name for name, other in models.items() if other.references]
        if not able:
            raise UserError("references_nowhere")
        raise UserError("references_untaken", model=model.label, models=able)
    if references > model.references:
        raise UserError("references_many", count=references, most=model.references)


def _count(text: str) -> int:
    try:
        count = int(text or 1)
    except ValueError:
        count = 0
    if not 1 <= count <= MAX_COUNT:
        raise UserError("count_wrong", count=text, most=MAX_COUNT)
    return count
