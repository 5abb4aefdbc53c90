"""The pretended small seeing model: it answers what a test told it to see, in the asked JSON.

It owns reading a chat completion about one picture, the rules of strict JSON, its tokens and their
price, and the ways in which an answer can be useless. It must not know the HTTP around.

Facts: strict schemas name every property as required and allow no other (OpenAI's document,
`ResponseFormatJsonSchema`); rates of gpt-6-luna from third parties. How many tokens a picture takes
is ours, so that a bill exists at all.
"""

import base64
import binascii
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.platforms.openai.refusals import bad_request, model_not_found
from tests.platforms.openai.rules import Refused

RATES: Final[Mapping[str, tuple[float, float]]] = {"gpt-6-luna": (0.10, 0.50)}
"""Micro-USD per token, in and out."""

USELESS: Final = frozenset({"malformed", "cut_off", "refused", "empty"})
SEEN: Final[Mapping[str, object]] = {
    "title": "Three rings",
    "description": "Three coloured rings inside one another on a plain ground.",
    "tags": ["rings", "colour", "pattern"],
    "alt_text": "Three coloured rings, one inside the other, on a plain ground",
}


@dataclass(frozen=True)
class Question:
    """A chat completion about one picture that keeps the contract.

    Attributes:
        rules: what the developer message says.
        hint: what the person's message says beside the picture.
        size: of the picture, in pixels.
    """

    model: str
    rules: str
    hint: str
    size: tuple[int, int]
    most_tokens: int


@dataclass(frozen=True)
class Saying:
    """One line of the bill for words: a look that was taken, whoever received what was said."""

    model: str
    hint: str
    size: tuple[int, int]
    tokens_in: int
    tokens_out: int
    micro_usd: int


def read_question(body: Mapping[str, Any]) -> Question:
    """The question that a body of the documented shape means.

    Raises:
        Refused: an unknown model, a schema that is not strict, not one readable picture.
    """
    model = str(body["model"])
    if model not in RATES:
        raise Refused(model_not_found(model))
    _demand_strict(body.get("response_format") or {})
    rules, hint, pictures = "", "", []
    for message in body["messages"]:
        if message["role"] in {"developer", "system"}:
            rules += str(message["content"])
            continue
        for part in message["content"]:
            if part["type"] == "text":
                hint += part["text"]
            elif part["type"] == "image_url":
                pictures.append(_open(part["image_url"]["url"]))
    if len(pictures) != 1:
        raise _breach("messages", f"one picture is looked at here, not {len(pictures)}")
    return Question(model, rules, hint, pictures[0], body.get("max_completion_tokens") or 4096)


def answer(question: Question, seen: object, way: str) -> tuple[dict[str, Any], Saying]:
    """The completion, and what it costs.

    Args:
        seen: what is answered as JSON.
        way: one of `USELESS`, or "" for a good answer.
    """
    content = seen if isinstance(seen, str) else json.dumps(seen, ensure_ascii=False)
    finish = "stop"
    if way == "malformed":
        content = "Here are your words: " + content
    elif way == "cut_off":
        content, finish = content[: len(content) // 2], "length"
    tokens_in = math.ceil(len(question.rules + question.hint) / 4) + math.prod(question.size) // 400
    tokens_out = min(math.ceil(len(content) / 4), question.most_tokens)
    rate_in, rate_out = RATES[question.model]
    cost = math.ceil(round(tokens_in * rate_in + tokens_out * rate_out, 6))
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
    if way == "refused":
        message |= {"content": None, "refusal": "I cannot describe that."}
    choice = {"index": 0, "finish_reason": finish, "message": message, "logprobs": None}
    completion = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": question.model,
        "choices": [] if way == "empty" else [choice],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    }
    saying = Saying(question.model, question.hint, question.size, tokens_in, tokens_out, cost)
    return completion, saying


def _demand_strict(wanted: Mapping[str, Any]) -> None:
    asked = wanted.get("json_schema") or {}
    schema = asked.get("schema") or {}
    if wanted.get("type") != "json_schema" or asked.get("strict") is not True:
        raise _breach("response_format", "words are asked for by a strict JSON schema")
    if schema.get("additionalProperties") is not False:
        raise _breach("response_format", "'additionalProperties' must be false in a strict schema")
    if set(schema.get("required", ())) != set(schema.get("properties", {})):
        raise _breach("response_format", "'required' must name every property of a strict schema")


def _open(url: str) -> tuple[int, int]:
    header, comma, text = url.partition(",")
    if not (header.startswith("data:image/") and header.endswith(";base64") and comma):
        raise _breach("messages", "only data: URLs are taken here; nothing is fetched")
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True))) as picture:
            picture.load()
            return picture.size
    except (binascii.Error, UnidentifiedImageError, OSError) as broken:
        raise _breach("messages", f"Invalid image: {broken}") from broken


def _breach(param: str, message: str) -> Refused:
    return Refused(bad_request(param, message), violation=f"{param}: {message}")
