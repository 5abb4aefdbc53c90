"""What the pretended OpenAI takes: the contract of its image calls.

It owns judging an order, by OpenAI's own document where that is there and always by the rules that
the document does not know. It must not know pictures, money or HTTP.

Sources: SDK 3.52's parameter types; `providers.md` section 1.1. Known gaps of the document, and so
hidden from its judge: `quality` xhigh and max, `safety_identifier`, `complexity`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tests.platforms.far_end import Upload
from tests.platforms.faults import Answer
from tests.platforms.openai.prices import Model
from tests.platforms.specs_openapi import load

PLAIN_SIZES: Final = frozenset({"auto", "1024x1024", "1536x1024", "1024x1536"})
LONGEST_EDGE: Final = 3_840
STEEPEST: Final = 3
FEWEST_PIXELS: Final = 655_360
MOST_PIXELS: Final = 8_294_400
LONGEST_PROMPT: Final = 32_000
MOST_IMAGES: Final = 10
MOST_PARTIALS: Final = 3

BOTH: Final = frozenset(
    {
        "background",
        "complexity",
        "model",
        "n",
        "output_compression",
        "output_format",
        "partial_images",
        "prompt",
        "quality",
        "safety_identifier",
        "size",
        "stream",
        "user",
    }
)
FIELDS: Final = {"generate": BOTH | {"moderation"}, "edit": BOTH | {"image", "mask"}}
GAPS: Final = frozenset({"safety_identifier", "complexity"})

Breach = tuple[str, str]
"""The parameter and what is wrong with it."""


class Refused(Exception):
    """The call is answered with this instead of its work.

    Args:
        answer: what the caller is told.
        violation: a sentence for the record, where the caller should have known better.
    """

    def __init__(self, answer: Answer, violation: str = "") -> None:
        super().__init__(answer)
        self.answer = answer
        self.violation = violation


def judge(path: str, content_type: str, body: object) -> list[Breach]:
    """What OpenAI's document says against a request; nothing where the document is absent.

    Args:
        path: below `/v1`.
        body: a decoded JSON value, or a form as `(name, value)` pairs.
    """
    document = load("openai-openapi.json")
    if document is None:
        return []
    if isinstance(body, dict):
        body = {name: _known(name, value) for name, value in body.items() if name not in GAPS}
    elif isinstance(body, list):
        body = [
            (name, value.data if isinstance(value, Upload) else _known(name, value))
            for name, value in body
            if name not in GAPS
        ]
    return [("body", sentence) for sentence in document.check("POST", path, content_type, body)]


def _known(name: str, value: Any) -> Any:
    return "high" if name == "quality" and value in {"xhigh", "max"} else value


def breaches(call: str, order: Mapping[str, Any], model: Model) -> Iterator[Breach]:
    """What the document does not know but the service refuses.

    Args:
        call: `generate` or `edit`.
        order: the parameters as JSON values, without those that were left out.
    """
    for name in order.keys() - FIELDS[call]:
        yield name, f"Unknown parameter: '{name}'."
    prompt = order.get("prompt")
    if not isinstance(prompt, str) or not 1 <= len(prompt) <= LONGEST_PROMPT:
        yield "prompt", f"a prompt has 1 to {LONGEST_PROMPT} characters"
    yield from _counts(order)
    yield from _look(order, model)
    yield from _output(order)


def _counts(order: Mapping[str, Any]) -> Iterator[Breach]:
    n = order.get("n", 1)
    if not isinstance(n, int) or not 1 <= n <= MOST_IMAGES:
        yield "n", f"n goes from 1 to {MOST_IMAGES}"
    if order.get("stream"):
        partials = order.get("partial_images", 0)
        if not isinstance(partials, int) or not 0 <= partials <= MOST_PARTIALS:
            yield "partial_images", f"partial_images goes from 0 to {MOST_PARTIALS}"
        if n != 1:
            yield "n", "a stream carries one picture"
    elif "partial_images" in order:
        yield "partial_images", "partial_images needs stream=true"


def _look(order: Mapping[str, Any], model: Model) -> Iterator[Breach]:
    quality = str(order.get("quality", "auto"))
    if quality not in {"auto", *model.tokens}:
        yield "quality", f"this model draws {', '.join(model.tokens)}, not {quality!r}"
    complexity = str(order.get("complexity", "low"))
    if complexity not in {"low", "medium", "high"}:
        yield "complexity", "complexity is low, medium or high"
    size = str(order.get("size", "auto"))
    if not (size in PLAIN_SIZES or (model.free_sizes and read_size(size))):
        yield "size", f"Invalid size {size!r}"


def _output(order: Mapping[str, Any]) -> Iterator[Breach]:
    kind = str(order.get("output_format", "png"))
    if kind not in {"png", "jpeg", "webp"}:
        yield "output_format", f"this project has no access to {kind!r}"
    if order.get("background") == "transparent" and kind == "jpeg":
        yield "background", "transparent needs png or webp"
    compression = order.get("output_compression", 100)
    if not isinstance(compression, int) or not 0 <= compression <= 100:
        yield "output_compression", "output_compression goes from 0 to 100"
    if "output_compression" in order and kind == "png":
        yield "output_compression", "png is not compressed with loss"


def read_size(text: object) -> tuple[int, int] | None:
    """`WIDTHxHEIGHT` in pixels, or None where it is no size that the models draw."""
    match = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", str(text))
    if match is None:
        return None
    width, height = int(match[1]), int(match[2])
    short, long = sorted((width, height))
    fits = (
        width % 16 == height % 16 == 0
        and long <= LONGEST_EDGE
        and long <= short * STEEPEST
        and FEWEST_PIXELS <= width * height <= MOST_PIXELS
    )
    return (width, height) if fits else None


def read_order(fields: Sequence[tuple[str, str | Upload]]) -> dict[str, Any]:
    """The text fields of a form as the JSON values they mean; files are not among them."""
    order: dict[str, Any] = {}
    for name, value in fields:
        if isinstance(value, str):
            order[name] = _number_or_flag(name, value)
    return order


def _number_or_flag(name: str, text: str) -> object:
    if name in {"n", "partial_images", "output_compression"} and text.isdecimal():
        return int(text)
    if name == "stream" and text in {"true", "false"}:
        return text == "true"
    return text
