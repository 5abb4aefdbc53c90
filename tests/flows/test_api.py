"""Programs use the desk over HTTP: tokens from the command line, pictures, the library, limits.

A whole desk runs, and everything is asked through its port.
"""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx2

from core.business.accounts import Account
from core.chat import Place
from core.publishing.posts import Post, PostImage, Target
from tests.flows.programs import Programs, photo, said, uploaded
from tests.terminal import imagedesk


async def test_a_picture_is_made_listed_looked_at_and_deleted(bakery: httpx2.AsyncClient) -> None:
    """What was ordered comes back finished, stands in the library, and goes for good."""
    order = {"business_id": 1, "prompt": "a lighthouse at dusk", "style": "vintage"}
    answer = await bakery.post("/images/generate", json=order)
    assert answer.status_code == 200, answer.text
    made = answer.json()["image"]
    assert answer.json()["success"] is True
    assert made["ai_prompt"] == "a lighthouse at dusk"
    assert made["filename"].startswith("1/")
    assert (await bakery.get(made["storage_url"])).content.startswith(b"\x89PNG")

    listed = (await bakery.get("/images/list", params={"business_id": 1})).json()
    assert [image["id"] for image in listed["images"]] == [made["id"]]
    assert (listed["total"], listed["page"], listed["pages"]) == (1, 1, 1)
    shown = (await bakery.get(f"/images/{made['id']}")).json()
    assert shown["usage_count"] == 0
    assert shown["last_used_at"] is None
    small = await bakery.get(shown["thumbnail_url"])
    assert small.headers["content-type"] == "image/jpeg"

    passport = (await bakery.get(f"/images/{made['id']}/passport")).json()
    assert passport["made"]["prompt"] == "a lighthouse at dusk"
    assert (passport["made"]["style"], passport["made"]["cost"]) == ("vintage", 0)
    assert (passport["approved_by"], passport["used_in"]) == ([], [])

    gone = await bakery.delete(f"/images/{made['id']}")
    assert gone.json() == {"success": True, "message": "Image deleted successfully"}
    assert said(await bakery.get(f"/images/{made['id']}"), 404) == "image_unknown"


async def test_an_order_that_takes_longer_is_a_job(bakery: httpx2.AsyncClient) -> None:
    """Whoever does not wait gets 202 with the job's address, and finds the picture there."""
    order = {"business_id": 1, "prompt": "a fox"}
    answer = await bakery.post("/images/generate", json=order, headers={"prefer": "wait=0"})
    assert answer.status_code == 202
    address = answer.headers["location"]
    assert address == answer.json()["job"]["url"]

    job = answer.json()["job"]
    async with asyncio.timeout(20):
        while job["status"] != "completed":
            await asyncio.sleep(0.2)  # as a program polls
            job = (await bakery.get(address)).json()
    assert job["completed_count"] == job["total_prompts"] == 1
    assert (await bakery.get(job["items"][0]["image_url"])).json()["ai_prompt"] == "a fox"


async def test_bad_orders_are_refused_by_name(bakery: httpx2.AsyncClient) -> None:
    """An unknown size, an empty prompt and a foreign business are each told; nothing is made."""
    order = {"business_id": 1, "prompt": "a fox"}
    wrong: list[tuple[dict[str, object], int, str]] = [
        ({"size": "9x9"}, 400, "size_unknown"),
        ({"prompt": " "}, 400, "prompt_empty"),
        ({"style": "baroque"}, 400, "style_unknown"),
        ({"business_id": 2}, 404, "business_foreign"),
        ({"colour": "red"}, 400, "request_wrong"),
    ]
    for change, status, code in wrong:
        answer = await bakery.post("/images/generate", json=order | change)
        assert said(answer, status) == code
    assert (await bakery.get("/images/list")).json()["total"] == 0


async def test_a_file_is_taken_once(bakery: httpx2.AsyncClient) -> None:
    """An upload tells what was stored; the same bytes again are the same image."""
    first = await uploaded(bakery, "my fox.jpg")
    assert first["mime_type"] == "image/jpeg"
    assert (first["width"], first["height"]) == (500, 500)
    assert first["is_ai_generated"] is False
    assert (await uploaded(bakery, "again.jpg"))["id"] == first["id"]
    assert (await bakery.get("/images/list")).json()["total"] == 1


async def test_what_is_no_proper_picture_is_refused(bakery: httpx2.AsyncClient) -> None:
    """Refused with the reason, and nothing is stored."""
    for data, status, code in (
        (b"<?php echo 1;", 400, "picture_not_an_image"),
        (b"", 400, "picture_empty"),
        (photo(side=100), 400, "picture_too_small"),
        (b"\xff\xd8" + bytes(11_000_000), 413, "upload_too_big"),
    ):
        files = {"file": ("x.jpg", data)}
        answer = await bakery.post("/images/upload", data={"business_id": "1"}, files=files)
        assert said(answer, status) == code
    without = await bakery.post("/images/upload", data={"business_id": "1"})
    assert said(without, 400) == "file_missing"
    assert (await bakery.get("/images/list")).json()["total"] == 0


async def test_the_library_is_searched_filtered_sorted_and_paged(
    bakery: httpx2.AsyncClient,
) -> None:
    """The words, filters, sorts and pages that the requirements name."""
    ids = [(await uploaded(bakery, f"{name}.jpg", n))["id"] for n, name in enumerate("abc")]

    async def found(**asked: str | int) -> list[int]:
        answer = await bakery.get("/images/list", params=asked)
        assert answer.status_code == 200, answer.text
        return [image["id"] for image in answer.json()["images"]]

    assert await found() == ids[::-1]
    assert await found(sort="oldest") == ids
    assert await found(sort="name", limit=2) == ids[:2]
    assert await found(limit=2, page=2) == ids[:1]
    assert await found(search="b") == ids[1:2]
    assert await found(filter="ai_generated") == []
    assert await found(filter="uploaded") == ids[::-1]
    follow = (await bakery.get("/images/list", params={"limit": 2})).json()["next"]
    assert await found(limit=2, cursor=follow) == ids[:1]


async def test_a_list_that_cannot_be_is_refused(bakery: httpx2.AsyncClient) -> None:
    """Page 0, limit 101 and unknown words are each told in a sentence."""
    for asked, code in (
        ({"page": "0"}, "page_wrong"),
        ({"limit": "101"}, "limit_wrong"),
        ({"sort": "prettiest"}, "sort_unknown"),
        ({"filter": "mine"}, "filter_unknown"),
        ({"cursor": "x"}, "cursor_wrong"),
    ):
        assert said(await bakery.get("/images/list", params=asked), 400) == code


async def test_an_image_is_described_anew_and_starred(bakery: httpx2.AsyncClient) -> None:
    """What changes is kept and found; what is left out stays. From then on the words are a
    person's; a star alone makes them nobody's.
    """
    image = await uploaded(bakery)
    assert image["plain_words"] is True
    starred = await bakery.patch(f"/images/{image['id']}", json={"favourite": True})
    assert starred.json()["image"]["plain_words"] is True
    change = {"title": " Red fox ", "description": "In snow", "tags": ["wild", " wild", "snow", ""]}
    changed = (await bakery.patch(f"/images/{image['id']}", json=change)).json()["image"]
    kept = {"title": "Red fox", "description": "In snow", "tags": ["wild", "snow"]}
    assert {name: changed[name] for name in kept} == kept
    assert (changed["favourite"], changed["plain_words"]) == (True, False)
    assert changed["alt_text"] == image["alt_text"]
    for asked in ({"search": "snow"}, {"tag": "wild"}, {"filter": "favourites"}):
        listed = (await bakery.get("/images/list", params=asked)).json()
        assert [one["id"] for one in listed["images"]] == [image["id"]], asked
    await bakery.patch(f"/images/{image['id']}", json={"favourite": False})
    assert (await bakery.get(f"/images/{image['id']}")).json()["favourite"] is False
    for wrong, code in (
        ({"title": "x" * 201}, "title_long"),
        ({"tags": ["x" * 61]}, "tag_long"),
        ({"tags": [str(number) for number in range(51)]}, "tags_many"),
        ({"alt_text": "x" * 2001}, "alt_long"),
        ({"colour": "red"}, "request_wrong"),
    ):
        answer = await bakery.patch(f"/images/{image['id']}", json=wrong)
        assert said(answer, 400) == code
    unread = await bakery.patch(f"/images/{image['id']}", content=b"{")
    assert said(unread, 400) == "request_wrong"
    assert unread.json()["facts"] == {"fields": ["body"]}


async def test_deleting_a_used_image_names_its_posts(
    programs: Programs, bakery: httpx2.AsyncClient
) -> None:
    """409 says which posts show it; `force=true` deletes it all the same."""
    image = await uploaded(bakery)
    async with programs.desk.database.write() as unit:
        account = Account(1, "site", "site", "Bakery", "", unit.now)
        unit.accounts.add(account)
        member = await unit.members.by_user(1, "slack", "U-Bakery")
        assert member
        place = Place("page", "b1", "Bakery", "general", None)
        post = Post(
            business_id=1,
            author_id=member.id,
            place=place,
            caption="Winter",
            images=[PostImage(image["id"], "", "")],
            slug="winter-sale",
            title="Winter sale",
            created_at=unit.now,
            root_id="",
        )
        unit.posts.add(post)
        target = Target(post.id, 1, account.id)
        target.state = "published"
        unit.targets.add(target)
    refused = await bakery.delete(f"/images/{image['id']}")
    assert said(refused, 409) == "image_in_use"
    assert refused.json()["facts"]["posts"] == ["Winter sale"]
    assert (await bakery.get(f"/images/{image['id']}")).status_code == 200
    assert (await bakery.delete(f"/images/{image['id']}?force=true")).status_code == 200
    assert (await bakery.get(f"/images/{image['id']}")).status_code == 404


async def test_nonsense_is_refused_and_never_fails(bakery: httpx2.AsyncClient) -> None:
    """Whatever is sent instead of what fits: a sentence, and nothing goes wrong inside."""
    image = (await uploaded(bakery))["id"]
    at, kind = f"/images/{image}", {"content-type": "application/json"}
    for method, address, body in (
        ("PATCH", at, b'{"title": "a\\u0000b"}'),
        ("PATCH", at, b'{"title": "\\ud800"}'),
        ("PATCH", at, b'{"tags": ["\\u0000"]}'),
        ("PATCH", at, b'{"tags": "red"}'),
        ("PATCH", at, b"{"),
        ("PATCH", at, b""),
        ("PUT", at, b"{}"),
        ("GET", f"/images/{10**30}", b""),
        ("GET", "/images/-1", b""),
        ("GET", "/images/fox", b""),
        ("GET", "/jobs/%00", b""),
        ("GET", "/images/list?page=%C2%B2", b""),
        ("GET", "/images/list?from=yesterday", b""),
        ("GET", f"/images/list?business_id={10**30}", b""),
        ("POST", "/images/upload", b"{}"),
        ("POST", "/images/generate", b'{"business_id": 1, "prompt": "\\u0000"}'),
        ("POST", "/images/generate", b'{"business_id": true, "prompt": []}'),
    ):
        answer = await bakery.request(method, address, content=body, headers=kind)
        assert said(answer, answer.status_code), (method, address, body)
        assert 400 <= answer.status_code < 500, (method, address, body, answer.text)


async def test_a_body_is_read_no_further_than_it_may_be_long(programs: Programs) -> None:
    """Nor is a stranger's, whether or not its length is told; the desk goes on."""

    async def untold() -> AsyncIterator[bytes]:
        yield b'{"prompt": "'
        for _ in range(40):
            yield b"x" * 50_000

    kind = {"content-type": "application/json"}
    async with programs.client() as stranger:
        for body in (b'{"prompt": "' + b"x" * 2_000_000, untold()):
            answer = await stranger.post("/images/generate", content=body, headers=kind)
            assert said(answer, 413) == "request_too_long"
        # To the address where files stream in, but by a method whose bodies are parsed whole.
        answer = await stranger.patch("/images/upload", content=untold(), headers=kind)
        assert said(answer, 413) == "request_too_long"
        assert said(await stranger.get("/images/list"), 401) == "token_missing"


async def test_nobody_reaches_another_business(
    bakery: httpx2.AsyncClient, garage: httpx2.AsyncClient
) -> None:
    """Another business's images and jobs are not there, whatever is asked of them."""
    image = (await uploaded(bakery))["id"]
    order = {"business_id": 1, "prompt": "a fox"}
    job = (await bakery.post("/images/generate", json=order, headers={"prefer": "wait=0"})).json()
    assert said(await garage.get(f"/images/{image}"), 404) == "image_unknown"
    assert said(await garage.get(f"/images/{image}/thumbnail"), 404) == "image_unknown"
    assert said(await garage.patch(f"/images/{image}", json={"title": "x"}), 404)
    assert said(await garage.delete(f"/images/{image}?force=true"), 404) == "image_unknown"
    assert said(await garage.get(job["job"]["url"]), 404) == "job_unknown"
    assert said(await garage.get("/images/list?business_id=1"), 404) == "business_foreign"
    assert (await garage.get("/images/list")).json()["total"] == 0
    assert (await bakery.get(f"/images/{image}")).status_code == 200


async def test_only_who_may_gets_in(programs: Programs) -> None:
    """No token, a wrong one, one without the scope, and a revoked one are told apart."""
    async with programs.client() as stranger:
        assert said(await stranger.get("/images/list"), 401) == "token_missing"
        assert said(await stranger.get("/images/list?page=0"), 401) == "token_missing"
    async with programs.client("guessed") as guesser:
        answer = await guesser.get("/images/list")
        assert said(answer, 401) == "token_rejected"
        assert answer.headers["www-authenticate"] == "Bearer"
    token = await programs.token("--business", "1", "--scope", "read")
    async with programs.client(token) as reader:
        assert (await reader.get("/images/list")).status_code == 200
        assert said(await reader.delete("/images/1"), 403) == "scope_missing"
        listed = await imagedesk(programs.environ, "token", "list")
        assert token not in listed.said
        row = next(line for line in listed.out.splitlines() if "Ada Bakery" in line)
        revoked = await imagedesk(programs.environ, "token", "revoke", row.split()[0])
        assert revoked.code == 0, revoked.said
        assert said(await reader.get("/images/list"), 401) == "token_rejected"


async def test_a_token_needs_a_person_and_known_scopes(programs: Programs) -> None:
    """The operator is told what is unclear, and no token is made."""
    for words, told in (
        (("--business", "1", "--person", "Nobody"), "Ada Bakery"),
        (("--business", "1", "--scope", "everything"), "read, write, publish"),
        ((), "--business"),
    ):
        ended = await imagedesk(programs.environ, "token", "create", *words)
        assert ended.code == 1
        assert told in ended.said
    assert "no token yet" in (await imagedesk(programs.environ, "token", "list")).out


async def test_each_answer_says_how_often_one_may_ask(bakery: httpx2.AsyncClient) -> None:
    """Headers count down; who asks too often is told when to go on."""
    first = await bakery.get("/images/list")
    limit, left = (int(first.headers[f"ratelimit-{name}"]) for name in ("limit", "remaining"))
    assert left == limit - 1
    for _ in range(left):
        last = await bakery.get("/images/0")
    assert last.headers["ratelimit-remaining"] == "0"
    refused = await bakery.get("/images/list")
    assert said(refused, 429) == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60


async def test_the_api_describes_itself(programs: Programs) -> None:
    """The page lists every operation and loads nothing from elsewhere; the document names all."""
    async with programs.client() as anybody:
        page = await anybody.get(f"{programs.desk.settings.address}/api/docs")
        document = (await anybody.get(f"{programs.desk.settings.address}/api/openapi.json")).json()
        missing = await anybody.get("/pictures")
    assert "GET /api/v1/images/list" in page.text
    assert "POST /api/v1/publishing/instagram" in page.text
    assert "content_images" in page.text
    links = re.findall(r'(?:href|src)="([^"]*)"', page.text)
    assert links
    assert not [link for link in links if not link.startswith(("/", "#"))]
    assert document["servers"] == [{"url": "/api"}]
    assert set(document["paths"]) == {
        "/v1/images/list",
        "/v1/images/{image_id}",
        "/v1/images/{image_id}/passport",
        "/v1/images/{image_id}/thumbnail",
        "/v1/images/generate",
        "/v1/images/upload",
        "/v1/jobs/{job_id}",
        "/v1/posts",
        "/v1/posts/{post_id}",
        "/v1/publishing/facebook",
        "/v1/publishing/instagram",
        "/v1/publishing/site",
    }
    assert said(missing, 404) == "nothing_here"
