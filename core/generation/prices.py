"""The catalogue: which models there are, what they take, and what a picture costs.

Owns `models.toml` (facts with `verified_on`) and how to read it. Money is integer micro-USD
everywhere. It must not know how a provider is called.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import UserError
from core.generation.prompts import LONGEST

CATALOGUE = Path(__file__).with_name("models.toml")


@dataclass(frozen=True)
class Model:
    """What a model takes and costs.

    `prices` maps quality → size → micro-USD for one picture; a size that is absent takes the
    nearest one by pixel count ("≈"); a quality that is absent has an unknown price. `rates` are
    micro-USD per million tokens by kind (text, image, output). `seconds` is a typical wait for one
    picture. `preview_cost` is micro-USD for each partial picture streamed (0: none offered).
    `longest` is how many characters a prompt may have. `references` is how many pictures an order
    may be made from, and `reference_price` what each of them costs at most, in micro-USD.
    """

    name: str
    provider: str
    label: str
    character: str
    sizes: tuple[str, ...]
    qualities: tuple[str, ...]
    prices: Mapping[str, Mapping[str, int]]
    rates: Mapping[str, int]
    seconds: float
    preview_cost: int
    verified_on: date
    shutdown_on: date | None = None
    longest: int = LONGEST
    references: int = 0
    reference_price: int = 0

    def price(self, quality: str, size: str, references: int = 0) -> int | None:
        """Micro-USD for one picture, made from so many `references`; None where it is not known
        (never 0 for that).
        """
        by_size = self.prices.get(quality)
        if not by_size:
            return None
        pixels = _pixels(size)
        nearest = min(by_size, key=lambda known: abs(_pixels(known) - pixels))
        return by_size[nearest] + references * self.reference_price


@dataclass(frozen=True)
class WordsModel:
    """What finds a picture's words. `rates` are micro-USD per million tokens by kind (input,
    output), `price` is what one look may cost, in micro-USD.
    """

    name: str
    rates: Mapping[str, int]
    price: int
    verified_on: date


@dataclass(frozen=True)
class Catalogue:
    """All models by name, the aliases under which people may still ask for them, and the model that
    finds words.
    """

    models: Mapping[str, Model]
    aliases: Mapping[str, str]
    quality_aliases: Mapping[str, str]
    words: WordsModel

    def of(self, provider: str) -> Mapping[str, Model]:
        """The models of one provider, in menu order."""
        return {name: model for name, model in self.models.items() if model.provider == provider}

    @property
    def unpriced(self) -> frozenset[str]:
        """The models of which no price is known."""
        return frozenset(name for name, model in self.models.items() if not model.prices)

    def resolve(self, name: str) -> tuple[str, str | None]:
        """The model that `name` means, and the legacy name if it was an alias."""
        return (self.aliases[name], name) if name in self.aliases else (name, None)


def read_catalogue() -> Catalogue:
    """Read the catalogue's file. Raises UserError("catalogue_broken") naming what is wrong."""
    try:
        document = tomllib.loads(CATALOGUE.read_text("utf-8"))
        models = {row["name"]: _model(row) for row in document["models"]}
        words = WordsModel(**document["words"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UserError("catalogue_broken", path=CATALOGUE.name, problem=repr(error)) from error
    aliases, quality_aliases = document.get("aliases", {}), document.get("quality_aliases", {})
    return Catalogue(models, aliases, quality_aliases, words)


def _model(row: dict[str, object]) -> Model:
    facts = {"rates": {}, "preview_cost": 0, "prices": {}, **row}
    facts["sizes"] = tuple(row["sizes"])  # type: ignore[arg-type]  # TOML gives a list
    facts["qualities"] = tuple(row["qualities"])  # type: ignore[arg-type]  # TOML gives a list
    return Model(**facts)  # type: ignore[arg-type]  # a wrong key or type raises TypeError here


def _pixels(size: str) -> int:
    width, height = size.split("x")
    return int(width) * int(height)
