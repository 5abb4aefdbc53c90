"""The judge of requests, proved on both official documents."""

import json

import pytest

from tests.platforms.specs_openapi import Judge, load


@pytest.fixture
def discord() -> Judge | None:
    """Discord's document, or None where it is absent."""
    return load("discord-openapi.json")


@pytest.fixture
def openai() -> Judge | None:
    """OpenAI's document, or None where it is absent."""
    return load("openai-openapi.json")


def test_a_documented_request_is_accepted(discord: Judge | None, openai: Judge | None) -> None:
    """JSON as the clients send it, explicit nulls and integer snowflakes included."""
    if discord is None or openai is None:
        pytest.skip("the official documents are absent")
    order = {"prompt": "a fox", "n": None, "stream": True}
    assert openai.check("POST", "/images/generations", "application/json", order) == []
    card = {"content": "hello", "attachments": [{"id": 1}], "tts": False}
    assert discord.check("POST", "/channels/1/messages", "application/json", card) == []
    assert discord.check("PUT", "/channels/1/messages/2/reactions/x/@me", "", None) == []


def test_a_form_is_read_by_its_schema(openai: Judge | None, discord: Judge | None) -> None:
    """Numbers, booleans and repeated files of a form are what the schema asks for."""
    if discord is None or openai is None:
        pytest.skip("the official documents are absent")
    form = [("image[]", b"a"), ("image[]", b"b"), ("prompt", "7"), ("n", "3"), ("stream", "true")]
    kind = "multipart/form-data; boundary=x"
    assert openai.check("POST", "/images/edits", kind, form) == []
    assert openai.check("POST", "/images/edits", kind, [*form, ("n", "x")])
    payload = json.dumps({"content": "hello"})
    parts = [("payload_json", payload), ("files[0]", b"a")]
    assert discord.check("POST", "/channels/1/messages", kind, parts) == []


@pytest.mark.parametrize(
    ("method", "path", "kind", "body"),
    [
        ("POST", "/images/generations", "application/json", {"prompt": "a fox", "n": 11}),
        ("POST", "/images/generations", "application/json", {"prompt": "a fox", "what": 1}),
        ("POST", "/images/generations", "application/json", {}),
        ("POST", "/images/generations", "application/json", None),
        ("POST", "/images/generations", "text/plain", "a fox"),
        ("POST", "/images/paintings", "application/json", {"prompt": "a fox"}),
        ("POST", "/images/edits", "multipart/form-data", [("prompt", "a fox")]),
    ],
)
def test_what_is_not_documented_is_told(
    openai: Judge | None, method: str, path: str, kind: str, body: object
) -> None:
    """Values, fields, types and routes that the document does not have are found."""
    if openai is None:
        pytest.skip("the official documents are absent")
    assert openai.check(method, path, kind, body)
