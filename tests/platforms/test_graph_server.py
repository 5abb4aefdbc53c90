"""The pretended Graph API: tokens, limits, faults and contract, over plain HTTP."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.platforms.graph import GraphServer, Page


async def test_nothing_is_done_when_the_line_is_cut_before(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """The caller sees the same broken connection, the page does not."""
    graph.drop_before("feed")
    graph.drop_after("feed")
    for visible in (0, 1):
        with pytest.raises(httpx2.RemoteProtocolError):
            await graph_client.post(f"/{acme.id}/feed", data={"message": "Hi"})
        assert len(graph.published) == visible


async def test_every_call_can_hang(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """A call hangs before or after its work, until it is released."""
    graph.hang("feed", after=True)
    call = asyncio.create_task(graph_client.post(f"/{acme.id}/feed", data={"message": "Hi"}))
    await graph.faults.until_hanging()
    assert len(graph.published) == 1
    assert not call.done()

    graph.release()
    assert (await call).status_code == 200


async def test_an_error_may_be_a_lie(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """Code 2 with HTTP 500, and the post is there all the same."""
    graph.refuse("temporary", "feed", after=True)
    answer = await graph_client.post(f"/{acme.id}/feed", data={"message": "Hi"})

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == 2
    assert answer.json()["error"]["is_transient"]
    assert len(graph.published) == 1


@pytest.mark.parametrize(("reason", "code"), [("app_limit", 4), ("page_limit", 32)])
async def test_a_rate_limit_tells_when_it_ends(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, reason: str, code: int
) -> None:
    """HTTP 400, and the minutes until access comes back stand in a header."""
    graph.refuse(reason, "page", minutes=7)
    answer = await graph_client.get(f"/{acme.id}")
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert [case["estimated_time_to_regain_access"] for (case,) in usage.values()] == [7]
    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 100


async def test_usage_is_told_on_every_answer(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """95 % is a warning in a header, 100 % is code 4."""
    graph.behave(app_usage=95)
    warned = await graph_client.get(f"/{acme.id}")
    graph.behave(app_usage=100)
    stopped = await graph_client.get(f"/{acme.id}")

    assert json.loads(warned.headers["X-App-Usage"])["call_count"] == 95
    assert warned.status_code == 200
    assert stopped.json()["error"]["code"] == 4


async def test_tokens_end_and_lack_permissions(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, acme_instagram: str
) -> None:
    """10 for the account, 200 for the page, 190/463 once expired, 190 for a foreign word."""
    graph.withdraw(acme.token, "instagram_content_publish")
    graph.withdraw(acme.token, "pages_manage_posts")
    no_media = await graph_client.post(f"/{acme_instagram}/media", data={})
    no_feed = await graph_client.post(f"/{acme.id}/feed", data={"message": "Hi"})
    graph.expire_token(acme.token)
    expired = (await graph_client.get(f"/{acme.id}")).json()["error"]
    foreign = await graph_client.get(f"/{acme.id}", headers={"Authorization": "Bearer nobody"})

    assert no_media.json()["error"]["code"] == 10
    assert (no_feed.status_code, no_feed.json()["error"]["code"]) == (403, 200)
    assert (expired["code"], expired["error_subcode"]) == (190, 463)
    assert foreign.json()["error"]["code"] == 190
    assert "error_subcode" not in foreign.json()["error"]


async def test_a_page_is_closed_to_others(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """Another page's token sees nothing; the user's own token reads but does not post."""
    other = graph.add_page("Bolt")
    stranger = await graph_client.get(f"/{other.id}")
    user = {"Authorization": f"Bearer {graph.user_token}"}
    read = await graph_client.get(f"/{acme.id}", headers=user)
    write = await graph_client.post(f"/{acme.id}/feed", data={"message": "Hi"}, headers=user)

    assert stranger.json()["error"]["error_subcode"] == 33
    assert read.json() == {"id": acme.id, "name": "Acme"}
    assert write.json()["error"]["code"] == 200


async def test_a_token_in_a_url_is_noticed(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """A header leaves no trace; a query does, although it works."""
    await graph_client.get(f"/{acme.id}")
    assert graph.tokens_in_urls == []

    async with httpx2.AsyncClient(base_url=f"{graph.base_url}/v26.0") as plain:
        answer = await plain.get(f"/{acme.id}", params={"access_token": acme.token})
    assert answer.status_code == 200
    assert graph.tokens_in_urls == ["page"]


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/v25.0/{page}", {}),
        ("GET", "/{page}", {}),
        ("GET", "/v26.0/{page}/albums", {}),
        ("GET", "/v26.0/{page}", {"colour": "red"}),
        ("GET", "/v26.0/{page}", {"fields": "id,colour"}),
        ("GET", "/v26.0/{page}", {"fields": "id,"}),
        ("GET", "/v26.0/me/accounts", {"limit": "0"}),
        ("POST", "/v26.0/{page}/feed", {"message": "Hi", "scheduled_publish_time": "1"}),
        ("POST", "/v26.0/{page}/feed", {"attached_media[0]": "7"}),
        ("POST", "/v26.0/{page}/photos", {"url": "x", "published": "no"}),
        ("POST", "/v26.0/{account}/media", {"image_url": "x", "is_ai_generated": "1"}),
        ("POST", "/v26.0/{account}/media", {"image_url": "x", "children": "1,2"}),
    ],
)
async def test_a_broken_contract_is_refused_and_recorded(
    graph: GraphServer,
    acme: Page,
    acme_instagram: str,
    method: str,
    path: str,
    sent: dict[str, Any],
) -> None:
    """Unknown versions, paths, parameters, fields and values are violations."""
    token = graph.user_token if "me/" in path else acme.token
    async with httpx2.AsyncClient(
        base_url=graph.base_url, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        url = path.format(page=acme.id, account=acme_instagram)
        reads = method == "GET"
        answer = await client.request(
            method, url, params=sent if reads else None, data=None if reads else sent
        )

    assert answer.status_code == 400
    assert len(graph.violations) == 1
    assert graph.published == []


async def test_it_runs_as_a_process_of_its_own() -> None:
    """Another process orders faults and reads the posts over /_control."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.platforms.graph", "--port", "0"),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    try:
        async with httpx2.AsyncClient(base_url=address) as http:
            page = (
                await http.post("/_control/add_page", json={"name": "Acme", "instagram": "acme"})
            ).json()
            await http.post("/_control/drop_after", json={"call": "feed"})
            headers = {"Authorization": f"Bearer {page['token']}"}
            with pytest.raises(httpx2.RemoteProtocolError):
                await http.post(
                    f"/v26.0/{page['id']}/feed", data={"message": "Hi"}, headers=headers
                )
            published = (await http.get("/_control/published")).json()
            calls = (await http.get("/_control/calls")).json()
    finally:
        process.terminate()

    assert page["instagram"]["username"] == "acme"
    assert [(post["text"], post["account_id"]) for post in published] == [("Hi", page["id"])]
    assert calls == ["feed"]
    assert await process.wait() == 0
