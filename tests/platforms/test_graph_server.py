"""The pretended Graph API keeps Meta's contract, seen through a plain HTTP client."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.platforms.graph import GraphServer, Page
from tests.platforms.picture_host import PictureHost, draw_file

JPEG = draw_file(1080, 1350)


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    async with GraphServer() as server:
        yield server


@pytest.fixture
async def host() -> AsyncIterator[PictureHost]:
    async with PictureHost() as server:
        yield server


@pytest.fixture
def page(graph: GraphServer) -> Page:
    return graph.add_page("Acme", instagram="acme")


@pytest.fixture
async def client(graph: GraphServer, page: Page) -> AsyncIterator[httpx2.AsyncClient]:
    """Speaks as the page."""
    async with httpx2.AsyncClient(
        base_url=f"{graph.base_url}/v26.0",
        headers={"Authorization": f"Bearer {page.token}"},
        timeout=10,
    ) as client:
        yield client


@pytest.fixture
def account(page: Page) -> str:
    """The Instagram account's id."""
    assert page.instagram is not None
    return page.instagram.id


async def test_the_user_finds_pages_and_their_accounts(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page, account: str
) -> None:
    """/me/accounts brings names, page tokens and linked accounts, in pages of `limit`."""
    other = graph.add_page("Bolt")
    headers = {"Authorization": f"Bearer {graph.user_token}"}
    fields = "id,name,access_token,instagram_business_account{username}"
    first = (
        await client.get("/me/accounts", params={"fields": fields, "limit": 1}, headers=headers)
    ).json()
    after = first["paging"]["cursors"]["after"]
    second = (
        await client.get(
            "/me/accounts", params={"fields": fields, "limit": 1, "after": after}, headers=headers
        )
    ).json()

    assert first["data"] == [
        {
            "id": page.id,
            "name": "Acme",
            "access_token": page.token,
            "instagram_business_account": {"username": "acme", "id": account},
        }
    ]
    assert second["data"] == [{"id": other.id, "name": "Bolt", "access_token": other.token}]
    assert "next" in first["paging"]
    assert "next" not in second["paging"]
    assert graph.violations == []


async def test_a_single_photo_is_published_with_its_words(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page, host: PictureHost
) -> None:
    """`photos` fetches the URL, makes a post, and the post has a permalink."""
    url = host.put("fox.jpg", JPEG)
    sent = await client.post(
        f"/{page.id}/photos",
        data={"url": url, "message": "A fox", "alt_text_custom": "A red fox"},
    )
    post_id = sent.json()["post_id"]
    link = (await client.get(f"/{post_id}", params={"fields": "permalink_url,message"})).json()
    photo = (await client.get(f"/{sent.json()['id']}", params={"fields": "page_story_id"})).json()

    (post,) = graph.published
    assert (post.network, post.id, post.text) == ("facebook", post_id, "A fox")
    assert post.pictures[0].data == JPEG
    assert post.pictures[0].alt_text == "A red fox"
    assert link == {"id": post_id, "message": "A fox", "permalink_url": post.permalink}
    assert photo["page_story_id"] == post_id
    assert host.calls == ["/fox.jpg"]


async def test_several_photos_are_staged_and_become_one_post(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """Nothing is visible until `feed`; afterwards the listing names every photo."""
    staged = []
    for number, colour in enumerate(["teal", "navy"]):
        answer = await client.post(
            f"/{page.id}/photos",
            data={"published": "false"},
            files={"source": (f"{number}.png", draw_file(400, 400, "PNG", colour), "image/png")},
        )
        staged.append(answer.json()["id"])
    assert graph.published == []
    assert [photo.id for photo in graph.staged_photos] == staged

    media = {
        f"attached_media[{place}]": json.dumps({"media_fbid": photo})
        for place, photo in enumerate(staged)
    }
    post = await client.post(f"/{page.id}/feed", data={"message": "Two", **media})
    listing = await client.get(
        f"/{page.id}/published_posts",
        params={"fields": "id,attachments{subattachments{target{id}}}"},
    )

    (published,) = graph.published
    assert published.photo_ids == tuple(staged)
    assert graph.staged_photos == []
    (row,) = listing.json()["data"]
    assert row["id"] == post.json()["id"]
    (album,) = row["attachments"]["data"]
    assert [entry["target"]["id"] for entry in album["subattachments"]["data"]] == staged
    assert graph.violations == []


async def test_json_bodies_mean_the_same(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page, host: PictureHost
) -> None:
    """A list in a JSON body counts as `name[0]`, `name[1]`."""
    body = {"url": host.put("fox.jpg", JPEG), "published": False}
    photo = (await client.post(f"/{page.id}/photos", json=body)).json()["id"]
    post = await client.post(f"/{page.id}/feed", json={"attached_media": [{"media_fbid": photo}]})

    assert post.status_code == 200
    assert graph.published[0].photo_ids == (photo,)


async def test_a_photo_stands_in_one_post_only(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page, host: PictureHost
) -> None:
    """The same `feed` again is 1366051, or 506 for a text alone; one published photo repeats."""
    url = host.put("fox.jpg", JPEG)
    photo = (
        await client.post(f"/{page.id}/photos", data={"url": url, "published": "false"})
    ).json()["id"]
    media = {"attached_media[0]": json.dumps({"media_fbid": photo})}
    answers = [await client.post(f"/{page.id}/feed", data=media) for _ in range(2)]
    texts = [await client.post(f"/{page.id}/feed", data={"message": "Hi"}) for _ in range(2)]
    singles = [await client.post(f"/{page.id}/photos", data={"url": url}) for _ in range(2)]

    assert answers[1].json()["error"]["error_subcode"] == 1366051
    assert texts[1].json()["error"]["code"] == 506
    assert [single.status_code for single in singles] == [200, 200]
    assert len(graph.published) == 4


async def test_a_staged_photo_can_be_taken_away(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page, host: PictureHost
) -> None:
    """What no post came of is deleted; what stands in a post is not."""
    url = host.put("fox.jpg", JPEG)
    staged = await client.post(f"/{page.id}/photos", data={"url": url, "published": "false"})
    posted = await client.post(f"/{page.id}/photos", data={"url": url})

    assert (await client.delete(f"/{staged.json()['id']}")).json() == {"success": True}
    assert (await client.delete(f"/{posted.json()['id']}")).status_code == 400
    assert graph.staged_photos == []


@pytest.mark.parametrize(
    ("data", "content_type", "code", "subcode"),
    [
        (JPEG + bytes(4 * 1024**2), "image/jpeg", 100, 1366046),
        (JPEG, "text/plain", 100, 1366046),
        (b"no picture", "image/jpeg", 100, 1366046),
        (JPEG[:2000], "image/jpeg", 100, 1366046),
    ],
)
async def test_pages_take_small_and_real_photos_only(
    graph: GraphServer,
    client: httpx2.AsyncClient,
    page: Page,
    host: PictureHost,
    data: bytes,
    content_type: str,
    code: int,
    subcode: int,
) -> None:
    """More than 4 MB, or what is no JPEG or PNG, is "Can't Read Files"."""
    url = host.put("odd", data, content_type)
    answer = await client.post(f"/{page.id}/photos", data={"url": url})

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, code, subcode)
    assert graph.published == []


async def test_the_newest_posts_may_be_missing_from_the_listing(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """Absence from `published_posts` proves nothing."""
    graph.behave(unlisted=1)
    for message in ("one", "two"):
        await client.post(f"/{page.id}/feed", data={"message": message})
    listing = (await client.get(f"/{page.id}/published_posts")).json()["data"]

    assert [post["message"] for post in listing] == ["one"]
    assert [post.text for post in graph.published] == ["one", "two"]


async def test_a_container_is_polled_and_published_once(
    graph: GraphServer, client: httpx2.AsyncClient, account: str, host: PictureHost
) -> None:
    """Too early is 9007/2207027, twice is refused, and the post holds the fetched bytes."""
    graph.behave(polls_until_finished=2)
    made = await client.post(
        f"/{account}/media",
        data={
            "image_url": host.put("fox.jpg", JPEG),
            "caption": "A fox #fox",
            "alt_text": "A red fox",
            "is_ai_generated": "true",
        },
    )
    creation = {"creation_id": made.json()["id"]}
    early = await client.post(f"/{account}/media_publish", data=creation)
    fields = {"fields": "status_code,status"}
    polls = [(await client.get(f"/{creation['creation_id']}", params=fields)) for _ in range(3)]
    sent = await client.post(f"/{account}/media_publish", data=creation)
    again = await client.post(f"/{account}/media_publish", data=creation)
    status = (await client.get(f"/{creation['creation_id']}", params=fields)).json()
    media = (
        await client.get(
            f"/{sent.json()['id']}", params={"fields": "permalink,caption,media_type,username"}
        )
    ).json()

    error = early.json()["error"]
    assert (error["code"], error["error_subcode"]) == (9007, 2207027)
    assert [poll.json()["status_code"] for poll in polls] == [
        "IN_PROGRESS",
        "IN_PROGRESS",
        "FINISHED",
    ]
    assert again.json()["error"]["error_subcode"] == 2207006
    assert status["status_code"] == "PUBLISHED"
    (post,) = graph.published
    assert post.pictures[0].data == JPEG
    assert post.pictures[0].alt_text == "A red fox"
    assert post.is_ai_generated
    assert media["permalink"] == post.permalink
    assert (media["caption"], media["media_type"], media["username"]) == (
        "A fox #fox",
        "IMAGE",
        "acme",
    )
    assert graph.violations == []


async def test_a_carousel_waits_for_its_children(
    graph: GraphServer, client: httpx2.AsyncClient, account: str, host: PictureHost
) -> None:
    """Children are finished first, one is too few, and a child is never published alone."""
    graph.behave(polls_until_finished=0)
    url = host.put("fox.jpg", JPEG)
    item = {"image_url": url, "is_carousel_item": "true"}
    children = [(await client.post(f"/{account}/media", data=item)).json()["id"] for _ in range(2)]
    few = await client.post(
        f"/{account}/media", data={"media_type": "CAROUSEL", "children": children[0]}
    )
    alone = await client.post(f"/{account}/media_publish", data={"creation_id": children[0]})
    graph.behave(polls_until_finished=1)
    unfinished = (await client.post(f"/{account}/media", data=item)).json()["id"]
    early = await client.post(
        f"/{account}/media",
        data={"media_type": "CAROUSEL", "children": f"{children[0]},{unfinished}"},
    )
    graph.behave(polls_until_finished=0)
    parent = await client.post(
        f"/{account}/media",
        data={"media_type": "CAROUSEL", "children": ",".join(children), "caption": "Both"},
    )
    sent = await client.post(f"/{account}/media_publish", data={"creation_id": parent.json()["id"]})

    assert few.json()["error"]["error_subcode"] == 2207028
    assert alone.json()["error"]["error_subcode"] == 2207006
    assert early.json()["error"]["error_subcode"] == 2207027
    assert sent.status_code == 200
    (post,) = graph.published
    assert post.text == "Both"
    assert [picture.data for picture in post.pictures] == [JPEG, JPEG]


@pytest.mark.parametrize(
    ("data", "content_type", "code", "subcode"),
    [
        (draw_file(1080, 1351), "image/jpeg", 36003, 2207009),
        (draw_file(1080, 564), "image/jpeg", 36003, 2207009),
        (draw_file(319, 319), "image/jpeg", 36001, 2207005),
        (JPEG + bytes(8 * 1024**2), "image/jpeg", 36000, 2207004),
        (JPEG, "application/octet-stream", 9004, 2207052),
        (draw_file(1080, 1080, "PNG"), "image/png", 9004, 2207052),
        (draw_file(1080, 1080, "PNG"), "image/jpeg", 9004, 2207052),
        (draw_file(1080, 1080, "MPO"), "image/jpeg", 9004, 2207052),
        (JPEG[:2000], "image/jpeg", 9004, 2207052),
    ],
)
async def test_instagram_takes_jpegs_within_its_limits(
    graph: GraphServer,
    client: httpx2.AsyncClient,
    account: str,
    host: PictureHost,
    data: bytes,
    content_type: str,
    code: int,
    subcode: int,
) -> None:
    """Shape, width, bytes, type and content are checked on what was really fetched."""
    url = host.put("odd", data, content_type)
    answer = await client.post(f"/{account}/media", data={"image_url": url})

    error = answer.json()["error"]
    assert (error["code"], error["error_subcode"]) == (code, subcode)
    assert graph.containers == []


@pytest.mark.parametrize("shape", [(1080, 1350), (1080, 566), (320, 320), (1440, 1440)])
async def test_instagram_takes_every_shape_that_it_promises(
    client: httpx2.AsyncClient, account: str, host: PictureHost, shape: tuple[int, int]
) -> None:
    """4:5, 1.91:1 and 320 pixels are themselves allowed."""
    url = host.put("fox.jpg", draw_file(*shape))
    answer = await client.post(f"/{account}/media", data={"image_url": url})

    assert answer.status_code == 200


async def test_instagram_follows_nothing_and_leaves_nowhere(
    client: httpx2.AsyncClient, account: str, host: PictureHost
) -> None:
    """A redirect, a missing file, a cut line and another machine are all 2207052."""
    moved = host.move("moved", host.put("fox.jpg", JPEG))
    host.drop_before("/fox.jpg", times=None)
    urls = [moved, f"{host.base_url}/gone", f"{host.base_url}/fox.jpg", "https://example.com/a.jpg"]
    answers = [await client.post(f"/{account}/media", data={"image_url": url}) for url in urls]

    assert [answer.json()["error"]["error_subcode"] for answer in answers] == [2207052] * 4
    assert set(host.calls) == {"/moved", "/gone", "/fox.jpg"}


@pytest.mark.parametrize(
    ("caption", "code", "subcode"),
    [
        ("x" * 2_201, 36004, 2207010),
        (" ".join(["#fox"] * 31), 100, 2207040),
        (" ".join(["@fox"] * 21), 100, 2207040),
    ],
)
async def test_captions_have_limits(
    client: httpx2.AsyncClient,
    account: str,
    host: PictureHost,
    caption: str,
    code: int,
    subcode: int,
) -> None:
    """2,200 characters, 30 hashtags and 20 mentions; nothing is fetched beyond them."""
    data = {"image_url": host.put("fox.jpg", JPEG), "caption": caption}
    error = (await client.post(f"/{account}/media", data=data)).json()["error"]

    assert (error["code"], error["error_subcode"]) == (code, subcode)
    assert host.calls == []


async def test_containers_fail_and_expire(
    graph: GraphServer, client: httpx2.AsyncClient, account: str, host: PictureHost
) -> None:
    """ERROR and EXPIRED containers are shown as such and cannot be published."""
    graph.behave(polls_until_finished=0)
    graph.spoil_container()
    data = {"image_url": host.put("fox.jpg", JPEG)}
    names = [(await client.post(f"/{account}/media", data=data)).json()["id"] for _ in range(2)]
    failed = (await client.get(f"/{names[0]}", params={"fields": "status_code"})).json()
    fresh = (await client.get(f"/{names[1]}", params={"fields": "status_code"})).json()
    graph.expire_containers()
    expired = (await client.get(f"/{names[1]}", params={"fields": "status_code"})).json()
    sent = await client.post(f"/{account}/media_publish", data={"creation_id": names[1]})

    assert failed["status_code"] == "ERROR"
    assert fresh["status_code"] == "FINISHED"
    assert expired["status_code"] == "EXPIRED"
    assert sent.json()["error"]["error_subcode"] == 2207020
    assert graph.published == []


async def test_the_quota_is_told_and_kept(
    graph: GraphServer, client: httpx2.AsyncClient, account: str, host: PictureHost
) -> None:
    """The limit's own reading says 1 of 1, and the next post is 9/2207042."""
    graph.behave(quota_total=1, polls_until_finished=0)
    data = {"image_url": host.put("fox.jpg", JPEG)}
    answers = []
    for _ in range(2):
        name = (await client.post(f"/{account}/media", data=data)).json()["id"]
        answers.append(await client.post(f"/{account}/media_publish", data={"creation_id": name}))
    limit = await client.get(
        f"/{account}/content_publishing_limit", params={"fields": "quota_usage,config"}
    )

    assert limit.json()["data"] == [
        {"quota_usage": 1, "config": {"quota_total": 1, "quota_duration": 86_400}}
    ]
    error = answers[1].json()["error"]
    assert (error["code"], error["error_subcode"]) == (9, 2207042)


async def test_a_lost_publication_is_found_by_its_container(
    graph: GraphServer, client: httpx2.AsyncClient, account: str, host: PictureHost
) -> None:
    """After the write the line is cut; the status lags, and then it says PUBLISHED."""
    graph.behave(polls_until_finished=0, published_lag=1)
    data = {"image_url": host.put("fox.jpg", JPEG)}
    name = (await client.post(f"/{account}/media", data=data)).json()["id"]
    graph.drop_after("media_publish")
    with pytest.raises(httpx2.RemoteProtocolError):
        await client.post(f"/{account}/media_publish", data={"creation_id": name})
    fields = {"fields": "status_code"}
    polls = [(await client.get(f"/{name}", params=fields)).json() for _ in range(2)]

    assert [poll["status_code"] for poll in polls] == ["FINISHED", "PUBLISHED"]
    assert len(graph.published) == 1


async def test_nothing_is_done_when_the_line_is_cut_before(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """The caller sees the same broken connection, the page does not."""
    graph.drop_before("feed")
    graph.drop_after("feed")
    for visible in (0, 1):
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.post(f"/{page.id}/feed", data={"message": "Hi"})
        assert len(graph.published) == visible


async def test_every_call_can_hang(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """A call hangs before or after its work, until it is released."""
    graph.hang("feed", after=True)
    call = asyncio.create_task(client.post(f"/{page.id}/feed", data={"message": "Hi"}))
    await graph.faults.until_hanging()
    assert len(graph.published) == 1
    assert not call.done()

    graph.release()
    assert (await call).status_code == 200


async def test_an_error_may_be_a_lie(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """Code 2 with HTTP 500, and the post is there all the same."""
    graph.refuse("temporary", "feed", after=True)
    answer = await client.post(f"/{page.id}/feed", data={"message": "Hi"})

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == 2
    assert answer.json()["error"]["is_transient"]
    assert len(graph.published) == 1


@pytest.mark.parametrize(("reason", "code"), [("app_limit", 4), ("page_limit", 32)])
async def test_a_rate_limit_tells_when_it_ends(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page, reason: str, code: int
) -> None:
    """HTTP 400, and the minutes until access comes back stand in a header."""
    graph.refuse(reason, "page", minutes=7)
    answer = await client.get(f"/{page.id}")
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert [case["estimated_time_to_regain_access"] for (case,) in usage.values()] == [7]
    assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 100


async def test_usage_is_told_on_every_answer(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """95 % is a warning in a header, 100 % is code 4."""
    graph.behave(app_usage=95)
    warned = await client.get(f"/{page.id}")
    graph.behave(app_usage=100)
    stopped = await client.get(f"/{page.id}")

    assert json.loads(warned.headers["X-App-Usage"])["call_count"] == 95
    assert warned.status_code == 200
    assert stopped.json()["error"]["code"] == 4


async def test_tokens_end_and_lack_permissions(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page, account: str
) -> None:
    """10 for the account, 200 for the page, 190/463 once expired, 190 for a foreign word."""
    graph.withdraw(page.token, "instagram_content_publish")
    graph.withdraw(page.token, "pages_manage_posts")
    no_media = await client.post(f"/{account}/media", data={})
    no_feed = await client.post(f"/{page.id}/feed", data={"message": "Hi"})
    graph.expire_token(page.token)
    expired = (await client.get(f"/{page.id}")).json()["error"]
    foreign = await client.get(f"/{page.id}", headers={"Authorization": "Bearer nobody"})

    assert no_media.json()["error"]["code"] == 10
    assert (no_feed.status_code, no_feed.json()["error"]["code"]) == (403, 200)
    assert (expired["code"], expired["error_subcode"]) == (190, 463)
    assert foreign.json()["error"]["code"] == 190
    assert "error_subcode" not in foreign.json()["error"]


async def test_a_page_is_closed_to_others(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """Another page's token sees nothing; the user's own token reads but does not post."""
    other = graph.add_page("Bolt")
    stranger = await client.get(f"/{other.id}")
    user = {"Authorization": f"Bearer {graph.user_token}"}
    read = await client.get(f"/{page.id}", headers=user)
    write = await client.post(f"/{page.id}/feed", data={"message": "Hi"}, headers=user)

    assert stranger.json()["error"]["error_subcode"] == 33
    assert read.json() == {"id": page.id, "name": "Acme"}
    assert write.json()["error"]["code"] == 200


async def test_a_token_in_a_url_is_noticed(
    graph: GraphServer, client: httpx2.AsyncClient, page: Page
) -> None:
    """A header leaves no trace; a query does, although it works."""
    await client.get(f"/{page.id}")
    assert graph.tokens_in_urls == []

    async with httpx2.AsyncClient(base_url=f"{graph.base_url}/v26.0") as plain:
        answer = await plain.get(f"/{page.id}", params={"access_token": page.token})
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
    graph: GraphServer, page: Page, account: str, method: str, path: str, sent: dict[str, Any]
) -> None:
    """Unknown versions, paths, parameters, fields and values are violations."""
    token = graph.user_token if "me/" in path else page.token
    async with httpx2.AsyncClient(
        base_url=graph.base_url, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        url = path.format(page=page.id, account=account)
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
    async with httpx2.AsyncClient(base_url=address) as http:
        page = (
            await http.post("/_control/add_page", json={"name": "Acme", "instagram": "acme"})
        ).json()
        await http.post("/_control/drop_after", json={"call": "feed"})
        headers = {"Authorization": f"Bearer {page['token']}"}
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.post(f"/v26.0/{page['id']}/feed", data={"message": "Hi"}, headers=headers)
        published = (await http.get("/_control/published")).json()
        calls = (await http.get("/_control/calls")).json()
    process.terminate()

    assert page["instagram"]["username"] == "acme"
    assert [(post["text"], post["account_id"]) for post in published] == [("Hi", page["id"])]
    assert calls == ["feed"]
    assert await process.wait() == 0
