"""Programs publish over HTTP: which picture an address means, what is refused, and what is never
done twice.

A whole desk runs against a strict local Graph API; foreign pictures lie on a place of their own.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.business.members import Member
from core.business.tokens import ApiToken, Scope, hash_token, make_token
from storage.fetching import WebFetcher
from tests.desk import desk_process, environment
from tests.flows.programs import Programs, connect, opened, photo, said, uploaded
from tests.platforms.graph import GraphServer, Page
from tests.platforms.picture_host import PictureHost

INSTAGRAM = "/publishing/instagram"
NOT_WAITING = {"prefer": "wait=0"}


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    """A Graph API; what breaks its contract fails the test."""
    async with GraphServer() as server:
        yield server
        assert server.violations == []


@pytest.fixture
async def host() -> AsyncIterator[PictureHost]:
    """Somebody's place for pictures."""
    async with PictureHost() as server:
        yield server


@pytest.fixture
def acme(graph: GraphServer) -> Page:
    """A page with an Instagram account."""
    return graph.add_page("Acme", instagram="acme")


@pytest.fixture
def social(tmp_path: Path, graph: GraphServer) -> dict[str, str]:
    """The settings of a desk that publishes there."""
    return environment(tmp_path, META_GRAPH_URL=graph.base_url)


@pytest.fixture
async def programs(social: dict[str, str], acme: Page) -> AsyncIterator[Programs]:
    """A desk whose Bakery has a page and an Instagram account; it may fetch from this machine."""
    async with opened(social, WebFetcher(allowed=["127.0.0.1"])) as found:
        await connect(found, acme, 1)
        yield found


async def token_of(programs: Programs, member: Member, *scopes: Scope) -> str:
    """A token of this member."""
    token = make_token()
    async with programs.desk.database.write() as unit:
        unit.tokens.add(
            ApiToken(hash_token(token), member.business_id, member.id, list(scopes), unit.now)
        )
    return token


async def ada(programs: Programs) -> Member:
    """The person of the Bakery."""
    async with programs.desk.database.read() as unit:
        member = await unit.members.by_user(1, "slack", "U-Bakery")
    assert member
    return member


def order(*images: str, text: str = "A fox.", **more: object) -> dict[str, Any]:
    """A post of the Bakery."""
    return {"business_id": 1, "content_text": text, "content_images": list(images), **more}


async def total(client: httpx2.AsyncClient) -> int:
    """How many images the library has."""
    found = (await client.get("/images/list")).json()["total"]
    assert isinstance(found, int)
    return found


async def test_an_image_of_ours_is_published_by_any_of_its_addresses(
    bakery: httpx2.AsyncClient, programs: Programs, graph: GraphServer
) -> None:
    """In the store, in the API, its thumbnail's and its page's: each is that image, once."""
    image = await uploaded(bakery)
    home = programs.desk.settings.address
    stale = image["storage_url"].partition("?")[0]  # the link has expired, the image has not
    answer = await bakery.post(
        INSTAGRAM,
        json=order(
            image["storage_url"],
            stale,
            image["thumbnail_url"],
            f"{home}/api/v1/images/{image['id']}",
            f"{home}/library/{image['id']}",
        ),
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    post = answer.json()["post"]
    assert [one["id"] for one in post["images"]] == [image["id"]]
    (target,) = post["targets"]
    (standing,) = graph.published
    assert (target["network"], target["account"]) == ("instagram", "acme")
    assert (target["state"], target["url"]) == ("published", standing.permalink)
    assert standing.text == "A fox."
    assert len(standing.pictures) == 1
    assert await total(bakery) == 1
    assert (await bakery.get(f"/images/{image['id']}")).json()["usage_count"] == 1
    assert (await bakery.get(post["url"])).json() == post


async def test_a_foreign_picture_is_fetched_checked_and_kept_once(
    bakery: httpx2.AsyncClient, graph: GraphServer, host: PictureHost
) -> None:
    """It is in the library afterwards, under its name; published again, it is the same image."""
    url = host.put("my%20fox.jpg", photo(7)).replace("%2520", "%20")
    host.put("my fox.jpg", photo(7))
    moved = host.move("short", url)
    for one in (url, moved):
        answer = await bakery.post("/publishing/facebook", json=order(one))
        assert answer.status_code == 200, answer.text
    (kept,) = (await bakery.get("/images/list")).json()["images"]
    assert kept["original_filename"] == "my fox.jpg"
    assert kept["usage_count"] == 2
    assert [post.network for post in graph.published] == ["facebook"] * 2


async def test_what_cannot_be_published_is_refused_before_anything_is_sent(
    bakery: httpx2.AsyncClient, graph: GraphServer, host: PictureHost
) -> None:
    """No picture for Instagram, a bad file, an address of nothing: told by name, and by which."""
    good, bad = host.put("a.jpg", photo()), host.put("b.jpg", b"<?php echo 1;")
    assert said(await bakery.post(INSTAGRAM, json=order()), 400) == "needs_image"
    assert said(await bakery.post(INSTAGRAM, json=order(good, text="x" * 2201)), 400)
    assert said(await bakery.post(INSTAGRAM, json=order(*[good] * 11)), 400) == "too_many_images"
    assert host.calls == []
    refused = await bakery.post(INSTAGRAM, json=order(good, bad))
    assert said(refused, 400) == "picture_not_an_image"
    assert refused.json()["facts"]["content_image"] == 2
    missing = await bakery.post(INSTAGRAM, json=order(f"{host.base_url}/missing.jpg"))
    assert said(missing, 400) == "address_unanswered"
    assert said(await bakery.post(INSTAGRAM, json=order("file:///etc/passwd")), 400)
    assert said(await bakery.post("/publishing/site", json=order(text=" ")), 409)
    assert (await bakery.get("/posts")).json() == {"posts": [], "next": None}
    assert graph.calls == []


async def test_no_address_leads_into_our_own_network(
    social: dict[str, str], acme: Page, host: PictureHost
) -> None:
    """As the desk is in production: this machine is not asked for anything, nor is a neighbour."""
    async with opened(social) as programs:
        await connect(programs, acme, 1)
        token = await token_of(programs, await ada(programs), "publish")
        async with programs.client(token) as client:
            for url in (
                host.put("a.jpg", photo()),
                host.base_url.replace("127.0.0.1", "localhost"),
                "http://169.254.169.254/latest/meta-data/",
                "http://[::ffff:10.0.0.1]/a.jpg",
            ):
                assert said(await client.post(INSTAGRAM, json=order(url)), 400) == "address_private"
    assert host.calls == []


async def test_the_account_is_the_only_one_or_the_one_that_is_named(
    bakery: httpx2.AsyncClient, programs: Programs, graph: GraphServer
) -> None:
    """Of several one must be named; one that is another business's is not there."""
    url = (await uploaded(bakery))["storage_url"]
    second = await connect(programs, graph.add_page("Bistro", instagram="bistro"), 1)
    foreign = await connect(programs, graph.add_page("Garage", instagram="garage"), 2)
    unclear = await bakery.post(INSTAGRAM, json=order(url))
    assert said(unclear, 409) == "account_unclear"
    assert len(unclear.json()["facts"]["accounts"]) == 2
    for wrong in (foreign["instagram"], second["facebook"], "x"):
        answer = await bakery.post(INSTAGRAM, json=order(url, account_id=wrong))
        assert said(answer, 404) == "account_unknown"
    answer = await bakery.post(INSTAGRAM, json=order(url, account_id=second["instagram"]))
    assert answer.json()["post"]["targets"][0]["account"] == "bistro"
    assert said(await bakery.post("/publishing/site", json=order(url)), 409) == "account_missing"


async def test_only_an_approver_with_the_scope_publishes(
    programs: Programs, graph: GraphServer
) -> None:
    """Reading and writing are not enough, nor is a token once others approve, or a revoked one."""
    person = await ada(programs)
    async with programs.client(await token_of(programs, person, "read", "write")) as client:
        url = (await uploaded(client))["storage_url"]
        assert said(await client.post(INSTAGRAM, json=order(url)), 403) == "scope_missing"
    token = await token_of(programs, person, "publish")
    async with programs.client(token) as client:
        assert said(await client.get("/posts"), 403) == "scope_missing"
        async with programs.desk.database.write() as unit:
            unit.members.add(Member(1, "slack", "U-Boss", "Boss", approver=True))
        assert said(await client.post(INSTAGRAM, json=order(url)), 403) == "not_approver"
        async with programs.desk.database.write() as unit:
            found = await unit.tokens.get(hash_token(token))
            assert found
            found.revoked_at = unit.now
        assert said(await client.post(INSTAGRAM, json=order(url)), 401) == "token_rejected"
    async with programs.client() as stranger:
        assert said(await stranger.post(INSTAGRAM, json=order(url)), 401) == "token_missing"
    assert graph.calls == []


async def test_nobody_reaches_another_businesss_posts(
    bakery: httpx2.AsyncClient,
    garage: httpx2.AsyncClient,
    programs: Programs,
    graph: GraphServer,
) -> None:
    """Its posts are not there, its images cannot be posted, and its accounts cannot be used."""
    await connect(programs, graph.add_page("Garage", instagram="garage"), 2)
    image = await uploaded(bakery)
    post = (await bakery.post(INSTAGRAM, json=order(image["storage_url"]))).json()["post"]
    assert said(await garage.get(f"/posts/{post['id']}"), 404) == "post_unknown"
    assert said(await garage.get("/posts", params={"business_id": 1}), 404) == "business_foreign"
    assert said(await garage.get("/posts", params={"cursor": post["id"]}), 400) == "cursor_wrong"
    assert (await garage.get("/posts")).json()["posts"] == []
    theirs = order(image["storage_url"])
    assert said(await garage.post(INSTAGRAM, json=theirs), 404) == "business_foreign"
    ours = theirs | {"business_id": 2}
    assert said(await garage.post(INSTAGRAM, json=ours), 404) == "image_unknown"
    assert len(graph.published) == 1


async def test_what_takes_longer_is_looked_at_later(
    bakery: httpx2.AsyncClient, graph: GraphServer
) -> None:
    """Who does not wait gets 202 and the post's address, and finds there what became of it."""
    url = (await uploaded(bakery))["storage_url"]
    answer = await bakery.post(INSTAGRAM, json=order(url), headers=NOT_WAITING)
    assert answer.status_code == 202, answer.text
    post = answer.json()["post"]
    assert answer.headers["location"] == post["url"]
    assert int(answer.headers["ratelimit-remaining"]) < int(answer.headers["ratelimit-limit"])
    async with asyncio.timeout(20):
        while post["targets"][0]["state"] != "published":
            await asyncio.sleep(0.2)  # as a program polls
            post = (await bakery.get(post["url"])).json()
    assert post["targets"][0]["published_at"]
    assert len(graph.published) == 1


async def test_what_failed_says_why(bakery: httpx2.AsyncClient, graph: GraphServer) -> None:
    """The refusal names the post, where the same reason stands."""
    body = {"error": {"message": "no", "type": "OAuthException", "code": 36003, "fbtrace_id": "A"}}
    graph.fail("media", status=400, body=body)
    url = (await uploaded(bakery))["storage_url"]
    refused = await bakery.post(INSTAGRAM, json=order(url))
    assert said(refused, 422) == "image_rejected"
    (target,) = (await bakery.get(refused.json()["instance"])).json()["targets"]
    assert (target["state"], target["error_code"]) == ("failed", "image_rejected")
    assert target["error_message"] == refused.json()["detail"]
    assert target["url"] is None
    assert graph.published == []


async def test_an_answer_that_never_came_is_not_called_a_failure(
    bakery: httpx2.AsyncClient, graph: GraphServer
) -> None:
    """The post may stand: it is looked for, and the program is not told to try again."""
    graph.drop_after("feed")
    graph.behave(unlisted=10)
    answer = await bakery.post("/publishing/facebook", json=order(), headers={"prefer": "wait=3"})
    assert answer.status_code == 202, answer.text
    assert answer.json()["post"]["targets"][0]["state"] == "sending"
    assert len(graph.published) == 1


async def test_a_request_sent_again_does_nothing_twice(
    bakery: httpx2.AsyncClient, garage: httpx2.AsyncClient, graph: GraphServer
) -> None:
    """Under the same key: the same post, one publication, also where both come at once; another
    request under it is refused, and another person's key is another key.
    """
    url = (await uploaded(bakery))["storage_url"]
    key = {"idempotency-key": "monday"}
    answers = await asyncio.gather(
        *(bakery.post(INSTAGRAM, json=order(url), headers=key) for _ in range(3))
    )
    answers.append(await bakery.post(INSTAGRAM, json=order(url), headers=key))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["post"]["id"] for answer in answers}) == 1
    assert len(graph.published) == 1
    for address, body in (
        (INSTAGRAM, order(url, text="Another.")),
        ("/publishing/facebook", order(url)),
        ("/images/generate", {"business_id": 1, "prompt": "a fox"}),
    ):
        assert said(await bakery.post(address, json=body, headers=key), 409) == "key_reused"
    made = {"business_id": 2, "prompt": "a fox"}
    assert (await garage.post("/images/generate", json=made, headers=key)).status_code == 200
    long = {"idempotency-key": "x" * 256}
    assert said(await bakery.post(INSTAGRAM, json=order(url), headers=long), 400)
    assert len(graph.published) == 1


async def test_an_order_sent_again_makes_nothing_twice(bakery: httpx2.AsyncClient) -> None:
    """Under the same key: the same job, one picture."""
    asked, key = {"business_id": 1, "prompt": "a fox"}, {"idempotency-key": "monday"}
    first = await bakery.post("/images/generate", json=asked, headers=key | NOT_WAITING)
    again = await bakery.post("/images/generate", json=asked, headers=key)
    assert (first.status_code, again.status_code) == (202, 200)
    assert await total(bakery) == 1
    other = await bakery.post("/images/generate", json=asked | {"prompt": "an owl"}, headers=key)
    assert said(other, 409) == "key_reused"
    assert (await bakery.post("/images/generate", json=asked)).status_code == 200
    assert await total(bakery) == 2


async def test_a_key_outlives_the_process(
    social: dict[str, str], acme: Page, graph: GraphServer
) -> None:
    """The desk is killed as soon as it has answered; asked again, it finds the post, sent once."""
    key = {"idempotency-key": "monday"}
    async with opened(social) as programs:
        await connect(programs, acme, 1)
        token = await token_of(programs, await ada(programs), "write", "publish")
        async with programs.client(token) as client:
            url = (await uploaded(client))["storage_url"]
    async with programs.client(token) as client:
        async with desk_process(social, "demo") as desk:
            begun = await client.post(INSTAGRAM, json=order(url), headers=key | NOT_WAITING)
            await desk.kill()
        async with desk_process(social, "demo"):
            answer = await client.post(INSTAGRAM, json=order(url), headers=key)
    assert answer.status_code == 200, answer.text
    assert answer.json()["post"]["id"] == begun.json()["post"]["id"]
    assert len(graph.published) == 1


async def test_posts_are_listed(bakery: httpx2.AsyncClient, graph: GraphServer) -> None:
    """Newest first, page by page, and by how far they are."""
    body = {"error": {"message": "no", "type": "OAuthException", "code": 368, "fbtrace_id": "A"}}
    ids: list[str] = []
    for number in range(4):
        if number == 3:
            graph.fail("feed", status=400, body=body)
        sent = await bakery.post("/publishing/facebook", json=order(text=f"Number {number}."))
        assert sent.status_code == (422 if number == 3 else 200), sent.text
        found = (await bakery.get("/posts", params={"limit": 1})).json()["posts"]
        ids.insert(0, found[0]["id"])
        assert found[0]["caption"] == f"Number {number}."
    first = (await bakery.get("/posts", params={"limit": 3, "business_id": 1})).json()
    assert [post["id"] for post in first["posts"]] == ids[:3]
    rest = (await bakery.get("/posts", params={"limit": 3, "cursor": first["next"]})).json()
    assert [post["id"] for post in rest["posts"]] == ids[3:]
    assert rest["next"] is None
    failed = (await bakery.get("/posts", params={"state": "failed"})).json()["posts"]
    assert [post["id"] for post in failed] == ids[:1]
    for wrong in ({"state": "lost"}, {"limit": 101}, {"limit": 0}, {"cursor": "x"}):
        answer = await bakery.get("/posts", params=wrong)
        assert said(answer, 400) in {"request_wrong", "cursor_wrong"}, wrong
    assert said(await bakery.get("/posts/x"), 404) == "post_unknown"
