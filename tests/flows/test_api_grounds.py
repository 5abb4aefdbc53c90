"""The API's main journey wherever rows and bytes are kept: PostgreSQL, a bucket, or both.

SQLite and the local folder are what all other tests of the API run on.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest

from core.business.accounts import Account
from tests.contracts.blob_grounds import bucket_environment
from tests.databases import Postgres, postgres
from tests.desk import environment
from tests.flows.programs import Programs, opened, photo, said, uploaded
from tests.platforms.s3 import serving_s3

__all__ = ["postgres"]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a fresh S3."""
    with serving_s3() as address:
        yield address


@pytest.fixture(params=["postgresql", "s3", "postgresql and s3"])
async def programs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Programs]:
    """A desk on each of them in turn, with the site as the Bakery's account."""
    settings = {}
    if "postgresql" in request.param:
        server: Postgres = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = await server.make()
    if "s3" in request.param:
        bucket = bucket_environment(request.getfixturevalue("moto"))
        settings |= bucket | {"STORAGE_PROVIDER": "s3"}
    async with opened(environment(tmp_path, **settings)) as found:
        async with found.desk.database.write() as unit:
            unit.accounts.add(Account(1, "site", "site", "Bakery", "", unit.now))
        yield found


async def stored(programs: Programs) -> list[str]:
    """The keys of all objects of the Bakery."""
    async with aclosing(programs.desk.blobs.list("1/")) as found:  # type: ignore[type-var]  # every store's is a generator
        return sorted([listed.key async for listed in found])


async def test_from_a_file_to_a_post_and_away(
    bakery: httpx2.AsyncClient, garage: httpx2.AsyncClient, programs: Programs
) -> None:
    """Brought, made, listed, searched, described, published under a key, and really deleted."""
    brought = await uploaded(bakery, "harbour at night.jpg")
    again = await bakery.post(
        "/images/upload",
        data={"business_id": "1"},
        files={"file": ("other.jpg", photo())},
    )
    assert again.json()["duplicate"] is True
    order = {"business_id": 1, "prompt": "a lighthouse at dusk"}
    made = (await bakery.post("/images/generate", json=order)).json()["image"]
    change = {"tags": ["Sea"], "alt_text": "A harbour.", "favourite": True}
    changed = await bakery.patch(f"/images/{brought['id']}", json=change)
    assert changed.json()["image"]["favourite"] is True

    searches: list[tuple[dict[str, str | int], list[int]]] = [
        ({}, [made["id"], brought["id"]]),
        ({"search": "harbour"}, [brought["id"]]),
        ({"search": "lighthouse dusk"}, [made["id"]]),
        ({"tag": "sea"}, [brought["id"]]),
        ({"filter": "uploaded"}, [brought["id"]]),
        ({"sort": "name", "limit": 1, "page": 2}, [brought["id"]]),
    ]
    for asked, ids in searches:
        listed = (await bakery.get("/images/list", params=asked)).json()["images"]
        assert [image["id"] for image in listed] == ids, asked
    async with httpx2.AsyncClient() as anybody:
        assert (await anybody.get(brought["storage_url"])).content.startswith(b"\xff\xd8")

    post = {
        "business_id": 1,
        "content_text": "The harbour.",
        "content_images": [brought["storage_url"], made["storage_url"].partition("?")[0]],
    }
    key = {"idempotency-key": "monday"}
    sent = [await bakery.post("/publishing/site", json=post, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [200, 200], sent[0].text
    posts = (await bakery.get("/posts", params={"state": "published", "limit": 1})).json()
    assert posts == {"posts": [sent[1].json()["post"]], "next": None}
    assert (await bakery.get("/posts", params={"cursor": posts["posts"][0]["id"]})).json() == {
        "posts": [],
        "next": None,
    }
    async with httpx2.AsyncClient() as anybody:
        page = await anybody.get(posts["posts"][0]["targets"][0]["url"])
    assert "The harbour." in page.text
    assert 'alt="A harbour."' in page.text
    assert (await garage.get("/images/list")).json()["total"] == 0

    assert said(await bakery.delete(f"/images/{brought['id']}"), 409) == "image_in_use"
    assert await stored(programs)
    for image in (brought, made):
        gone = await bakery.delete(f"/images/{image['id']}", params={"force": True})
        assert gone.json()["message"] == "Image deleted successfully"
    assert (await bakery.get("/images/list")).json()["total"] == 0
    left = await stored(programs)
    async with asyncio.timeout(20):
        while left:  # a worker removes them
            await asyncio.sleep(0.2)
            left = await stored(programs)
