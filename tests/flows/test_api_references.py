"""Programs have pictures made from pictures of the library, by their numbers."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.bills import compare
from tests.desk import environment
from tests.flows.programs import Programs, opened, said, uploaded
from tests.platforms.openai import OpenAIServer

ORDER = {"business_id": 1, "prompt": "it in snow", "quality": "low"}


@pytest.fixture
async def programs(tmp_path: Path, openai: OpenAIServer) -> AsyncIterator[Programs]:
    """A desk whose pictures cost money; at the end it has booked exactly what it was charged."""
    environ = environment(tmp_path, OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=openai.base_url)
    async with opened(environ) as found:
        yield found
    await compare(environ, openai)


async def test_a_picture_is_made_from_others(
    bakery: httpx2.AsyncClient, openai: OpenAIServer
) -> None:
    """By their numbers, each once; the passport names the first, and the bill has them."""
    first, second = [(await uploaded(bakery, number=number))["id"] for number in (1, 2)]
    references = [second, first, second]
    answer = await bakery.post("/images/generate", json=ORDER | {"references": references})
    assert answer.status_code == 200, answer.text
    made = answer.json()["image"]
    assert made["parent_id"] == second
    assert "edit" in openai.calls
    assert "generate" not in openai.calls
    shown = (await bakery.get(f"/images/{first}/passport")).json()
    assert shown["children"] == []
    shown = (await bakery.get(f"/images/{second}/passport")).json()
    assert shown["children"] == [made["id"]]


async def test_what_cannot_be_a_reference_is_refused_before_anything_is_paid(
    bakery: httpx2.AsyncClient, garage: httpx2.AsyncClient, openai: OpenAIServer
) -> None:
    """No such picture, another business's, no number, too many, a model that takes none."""
    own = (await uploaded(bakery))["id"]
    foreign = (await uploaded(garage, number=2, business=2))["id"]
    wrong: list[tuple[dict[str, object], int, str, str]] = [
        ({"references": [own, 99]}, 404, "reference_unknown", "no such picture as 99"),
        ({"references": [foreign]}, 404, "reference_unknown", f"no such picture as {foreign}"),
        ({"references": [0]}, 400, "reference_wrong", "“0” is no picture's number"),
        ({"references": [-own]}, 400, "reference_wrong", f"“-{own}” is no picture's number"),
        ({"references": list(range(1, 18))}, 400, "references_many", "at most 16 others"),
        ({"references": [own], "model": "sketch"}, 400, "references_untaken", "from another"),
        ({"references": own}, 400, "request_wrong", "references"),
        ({"references": ["fox"]}, 400, "request_wrong", "references"),
    ]
    for change, status, code, told in wrong:
        answer = await bakery.post("/images/generate", json=ORDER | change)
        assert said(answer, status) == code
        assert told in answer.json()["detail"]
    assert openai.bill == []


async def test_the_document_tells_what_references_are(bakery: httpx2.AsyncClient) -> None:
    """A list of numbers, which may be left out."""
    document = (await bakery.get(str(bakery.base_url.join("/api/openapi.json")))).json()
    order = document["components"]["schemas"]["ImageOrder"]
    field = order["properties"]["references"]
    assert (field["type"], field["items"]) == ("array", {"type": "integer"})
    assert "Each adds to the price" in field["description"]
    assert "references" not in order["required"]
