"""Keys that people bring in tests: a desk without any of its own, and how one is added and revoked.

Owns the words that are pressed for that. It must not know what a key is then used for.
"""

import pytest

from tests.driving import Person, Seen, Where
from tests.driving.chat import Answer
from tests.platforms.openai import OpenAIServer

KEY = "sk-canary-of-ada-0123456789-wxyz"


@pytest.fixture
def free(environ: dict[str, str], openai: OpenAIServer) -> dict[str, str]:
    """The settings of a desk without any key of its own."""
    openai.accept_key(KEY)
    return environ | {"OPENAI_BASE_URL": openai.base_url}


async def bring(person: Person, where: Where, key: str, **others: str) -> Answer:
    """Add a key in the form that the keyring opens."""
    ring = await (await person.command("/keys", where)).panel()
    form = await (await person.press(ring, "Add a key")).form()
    return await person.submit(form, {"Key": key, **others})


async def revoke(person: Person, where: Where, key: str) -> Seen:
    """Take a key away; the keyring as it is then."""
    ring = await (await person.command("/keys", where)).panel()
    question = await (await person.choose(ring, "Revoke a key", [key])).panel()
    assert question.says(f"Revoke {key}?", "pays for nothing from now on")
    return await (await person.press(question, "Revoke it")).panel()
