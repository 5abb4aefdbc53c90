"""What the pretended OpenAI charges: models with their dates and prices, tokens, and bills.

It owns the arithmetic from an order to tokens and micro-USD. It must not know our ledger: tests
hold the two against each other to the cent.

Measured numbers are those of the reference (`providers.md`, 2026-11-21). What it does not know is
ours and stands here so that a bill exists at all: sizes that are neither square nor 3:2, the 2.6
models below `high` (named there as "3 to 4 times"), and the two families that end in December.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, Literal

PARTIAL_IMAGE_TOKENS: Final = 100
# Without a quality the model chooses, and was seen to choose as dearly as this.
AUTO_TOKENS: Final = 5_800
SQUARE: Final = 1024 * 1024
# 3:2 costs 0.782 of the square although it has more pixels: this exponent reproduces both.
LENGTH_DISCOUNT: Final = 1.107


@dataclass(frozen=True)
class Model:
    """One image model.

    Attributes:
        tokens: output tokens of one 1024x1024 picture by quality.
        released: as `GET /models` tells it in `created`.
        shut: from this day on it answers 404; None while no end is announced.
        text_in, image_in, image_out: micro-USD per token, which is USD per million.
        free_sizes: whether any `WIDTHxHEIGHT` within the limits is drawn.
    """

    tokens: Mapping[str, int]
    released: date
    shut: date | None = None
    text_in: int = 5
    image_in: int = 8
    image_out: int = 30
    free_sizes: bool = True

    def is_alive(self, today: date) -> bool:
        """Whether it still draws on this day."""
        return self.shut is None or today < self.shut


@dataclass(frozen=True)
class Usage:
    """The tokens of one call, as the `usage` of its answer tells them."""

    text_in: int
    image_in: int
    image_out: int

    def json(self) -> dict[str, object]:
        """The documented form, with and without details."""
        total_in = self.text_in + self.image_in
        return {
            "input_tokens": total_in,
            "input_tokens_details": {"text_tokens": self.text_in, "image_tokens": self.image_in},
            "output_tokens": self.image_out,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": self.image_out},
            "total_tokens": total_in + self.image_out,
        }


@dataclass(frozen=True)
class Charge:
    """One line of the bill: a call whose pictures were made, whoever received them.

    Attributes:
        call: `generate` or `edit`.
        n: how many pictures.
        micro_usd: the price of the whole call, in millionths of a dollar.
        safety_identifier: as sent; None where it was left out.
    """

    call: Literal["generate", "edit"]
    key: str
    model: str
    quality: str
    size: str
    n: int
    usage: Usage
    micro_usd: int
    prompt: str
    safety_identifier: str | None
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())


TWO: Final = {"low": 196, "medium": 1_756, "high": 7_024}
TWO_FIVE: Final = {"low": 196, "medium": 439, "high": 1_756, "xhigh": 3_122, "max": 7_024}
TWO_SIX: Final = TWO_FIVE | {"low": 686, "medium": 1_537}
ONE: Final = {"low": 272, "medium": 1_056, "high": 4_160}
DECEMBER: Final = date(2026, 12, 1)

MODELS: Final[Mapping[str, Model]] = {
    "dall-e-2": Model({}, date(2023, 11, 1), date(2026, 5, 12)),
    "dall-e-3": Model({}, date(2023, 10, 31), date(2026, 5, 12)),
    "gpt-image-1": Model(ONE, date(2025, 4, 24), date(2026, 10, 23)),
    "gpt-image-1-mini": Model(ONE, date(2025, 9, 26), DECEMBER, 2, 3, 8, free_sizes=False),
    "gpt-image-1.5": Model(ONE, date(2025, 11, 25), DECEMBER, 5, 8, 32, free_sizes=False),
    "chatgpt-image-latest": Model(ONE, date(2025, 12, 16), DECEMBER, 5, 8, 32, free_sizes=False),
    "gpt-image-2": Model(TWO, date(2026, 4, 21)),
    "gpt-image-2-2026-04-21": Model(TWO, date(2026, 4, 21)),
    "gpt-image-2.5-flare": Model(TWO_FIVE, date(2026, 9, 8)),
    "gpt-image-2.5-flare-2026-09-08": Model(TWO_FIVE, date(2026, 9, 8)),
    "gpt-image-2.5-sunburst": Model(TWO_FIVE, date(2026, 9, 8)),
    "gpt-image-2.5-sunburst-2026-09-08": Model(TWO_FIVE, date(2026, 9, 8)),
    "gpt-image-2.6-flare": Model(TWO_SIX, date(2026, 11, 4)),
    "gpt-image-2.6-sunburst": Model(TWO_SIX, date(2026, 11, 4)),
}


def count_tokens(
    model: Model,
    *,
    quality: str,
    size: tuple[int, int],
    n: int,
    previews: int,
    prompt: str,
    references: int,
) -> Usage:
    """The tokens of one call.

    Args:
        size: of each picture, in pixels.
        previews: partial images sent on the way.
        references: pixels of all pictures that came with the order, together.
    """
    short, long = sorted(size)
    square = model.tokens.get(quality, AUTO_TOKENS)
    shape = math.sqrt(short * long / SQUARE) * (short / long) ** LENGTH_DISCOUNT
    return Usage(
        text_in=math.ceil(len(prompt) / 4),
        image_in=round(references / 1024),
        image_out=round(square * shape) * n + previews * PARTIAL_IMAGE_TOKENS,
    )


def price(model: Model, usage: Usage) -> int:
    """What these tokens cost, in micro-USD."""
    return (
        usage.text_in * model.text_in
        + usage.image_in * model.image_in
        + usage.image_out * model.image_out
    )
