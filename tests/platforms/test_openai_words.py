"""The pretended seeing model keeps OpenAI's contract, seen through the unmodified openai SDK."""

import base64
import io
import json
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from PIL import Image

from tests.platforms.openai import OpenAIServer

LUNA = "gpt-6-luna"
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}


def asked(pictures: int = 1, **changed: Any) -> dict[str, Any]:
    """A look as it should be asked for, with these parameters changed."""
    out = io.BytesIO()
    Image.new("RGB", (200, 100), "red").save(out, "JPEG")
    url = f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
    picture = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    content = [{"type": "text", "text": "a fox"}, *([picture] * pictures)]
    return {
        "model": LUNA,
        "messages": [
            {"role": "developer", "content": "Describe it."},
            {"role": "user", "content": content},
        ],
        "response_format": wanted(SCHEMA),
        **changed,
    }


def wanted(schema: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
    """How JSON of a schema is asked for."""
    return {
        "type": "json_schema",
        "json_schema": {"name": "words", "strict": strict, "schema": schema},
    }


async def test_a_look_is_answered_and_charged_by_its_usage(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI
) -> None:
    """What it was told to see comes as JSON; usage, bill and price agree."""
    openai_server.seen = {"title": "A fox"}
    answer = await openai_client.chat.completions.create(**asked())
    assert json.loads(answer.choices[0].message.content or "") == {"title": "A fox"}
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage
    (saying,) = openai_server.words
    assert (saying.tokens_in, saying.tokens_out) == (
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
    )
    assert openai_server.charged == saying.micro_usd > 0
    assert openai_server.state()["words"][0]["model"] == LUNA
    assert openai_server.calls == ["caption"]


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "gpt-5-nano"},
        {"response_format": {"type": "json_object"}},
        {"response_format": wanted(SCHEMA, strict=False)},
        {"response_format": wanted(SCHEMA | {"additionalProperties": True})},
        {"response_format": wanted(SCHEMA | {"required": []})},
        {"pictures": 0},
        {"pictures": 2},
        {"reasoning_effort": "much"},
    ],
    ids=["model", "loose json", "not strict", "open", "optional", "blind", "two", "effort"],
)
async def test_what_openai_would_not_take_is_refused(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, changed: dict[str, Any]
) -> None:
    """Nothing is looked at and nothing charged."""
    with pytest.raises(openai.APIStatusError):
        await openai_client.chat.completions.create(**asked(**changed))
    assert openai_server.words == []
    assert openai_server.violations or "model" in changed


@pytest.mark.parametrize(
    ("way", "finish"), [("malformed", "stop"), ("cut_off", "length"), ("refused", "stop")]
)
async def test_useless_answers_are_charged(
    openai_server: OpenAIServer, openai_client: AsyncOpenAI, way: str, finish: str
) -> None:
    """No JSON, half of it, or a refusal."""
    openai_server.spoil(way, "caption")
    answer = await openai_client.chat.completions.create(**asked())
    choice = answer.choices[0]
    assert choice.finish_reason == finish
    assert bool(choice.message.refusal) == (way == "refused")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(choice.message.content or "")
    assert openai_server.charged > 0


async def test_a_picture_cannot_be_spoilt_like_words(openai_server: OpenAIServer) -> None:
    """Each call has its own ways of being bad."""
    with pytest.raises(ValueError, match="cut_off"):
        openai_server.spoil("cut_off")
    with pytest.raises(ValueError, match="truncated"):
        openai_server.spoil("truncated", "caption")
