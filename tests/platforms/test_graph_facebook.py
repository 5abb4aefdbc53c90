"""The pretended Facebook pages: photos, posts, listings."""

import json

import httpx2
import pytest

from tests.platforms.graph import GraphServer, Page
from tests.platforms.picture_host import PictureHost, draw_file

JPEG = draw_file(1080, 1350)


async def test_the_user_finds_pages_and_their_accounts(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, acme_instagram: str
) -> None:
    """/me/accounts brings names, page tokens and linked accounts, in pages of `limit`."""
    other = graph.add_page("Bolt")
    headers = {"Authorization": f"Bearer {graph.user_token}"}
    fields = "id,name,access_token,instagram_business_account{username}"
    first = (
        await graph_client.get(
            "/me/accounts", params={"fields": fields, "limit": 1}, headers=headers
        )
    ).json()
    after = first["paging"]["cursors"]["after"]
    second = (
        await graph_client.get(
            "/me/accounts", params={"fields": fields, "limit": 1, "after": after}, headers=headers
        )
    ).json()

    assert first["data"] == [
        {
            "id": acme.id,
            "name": "Acme",
            "access_token": acme.token,
            "instagram_business_account": {"username": "acme", "id": acme_instagram},
        }
    ]
    assert second["data"] == [{"id": other.id, "name": "Bolt", "access_token": other.token}]
    assert "next" in first["paging"]
    assert "next" not in second["paging"]
    assert graph.violations == []


async def test_me_is_whoever_speaks(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, acme_instagram: str
) -> None:
    """To a page's token `me` is the page, with its account; a person has no such fields."""
    fields = {"fields": "id,access_token,instagram_business_account{id}"}
    page = (await graph_client.get("/me", params=fields)).json()
    user = {"Authorization": f"Bearer {graph.user_token}"}
    person = await graph_client.get("/me", headers=user)
    refused = await graph_client.get("/me", params=fields, headers=user)

    assert page == {
        "id": acme.id,
        "access_token": acme.token,
        "instagram_business_account": {"id": acme_instagram},
    }
    assert person.json()["name"] == "Robin Owner"
    assert refused.json()["error"]["code"] == 100
    assert graph.violations == []


async def test_a_single_photo_is_published_with_its_words(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, picture_host: PictureHost
) -> None:
    """`photos` fetches the URL, makes a post, and the post has a permalink."""
    url = picture_host.put("fox.jpg", JPEG)
    sent = await graph_client.post(
        f"/{acme.id}/photos",
        data={"url": url, "message": "A fox", "alt_text_custom": "A red fox"},
    )
    post_id = sent.json()["post_id"]
    link = (
        await graph_client.get(f"/{post_id}", params={"fields": "permalink_url,message"})
    ).json()
    photo = (
        await graph_client.get(f"/{sent.json()['id']}", params={"fields": "page_story_id"})
    ).json()

    (post,) = graph.published
    assert (post.network, post.id, post.text) == ("facebook", post_id, "A fox")
    assert post.pictures[0].data == JPEG
    assert post.pictures[0].alt_text == "A red fox"
    assert link == {"id": post_id, "message": "A fox", "permalink_url": post.permalink}
    assert photo["page_story_id"] == post_id
    assert picture_host.calls == ["/fox.jpg"]


async def test_several_photos_are_staged_and_become_one_post(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """Nothing is visible until `feed`; afterwards the listing names every photo."""
    staged = []
    for number, colour in enumerate(["teal", "navy"]):
        answer = await graph_client.post(
            f"/{acme.id}/photos",
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
    post = await graph_client.post(f"/{acme.id}/feed", data={"message": "Two", **media})
    listing = await graph_client.get(
        f"/{acme.id}/published_posts",
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
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, picture_host: PictureHost
) -> None:
    """A list in a JSON body counts as `name[0]`, `name[1]`."""
    body = {"url": picture_host.put("fox.jpg", JPEG), "published": False}
    photo = (await graph_client.post(f"/{acme.id}/photos", json=body)).json()["id"]
    post = await graph_client.post(
        f"/{acme.id}/feed", json={"attached_media": [{"media_fbid": photo}]}
    )

    assert post.status_code == 200
    assert graph.published[0].photo_ids == (photo,)


async def test_a_photo_stands_in_one_post_only(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, picture_host: PictureHost
) -> None:
    """The same `feed` again is 1366051, or 506 for a text alone; one published photo repeats."""
    url = picture_host.put("fox.jpg", JPEG)
    photo = (
        await graph_client.post(f"/{acme.id}/photos", data={"url": url, "published": "false"})
    ).json()["id"]
    media = {"attached_media[0]": json.dumps({"media_fbid": photo})}
    answers = [await graph_client.post(f"/{acme.id}/feed", data=media) for _ in range(2)]
    texts = [await graph_client.post(f"/{acme.id}/feed", data={"message": "Hi"}) for _ in range(2)]
    singles = [await graph_client.post(f"/{acme.id}/photos", data={"url": url}) for _ in range(2)]

    assert answers[1].json()["error"]["error_subcode"] == 1366051
    assert texts[1].json()["error"]["code"] == 506
    assert [single.status_code for single in singles] == [200, 200]
    assert len(graph.published) == 4


async def test_a_staged_photo_can_be_taken_away(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page, picture_host: PictureHost
) -> None:
    """What no post came of is deleted; what stands in a post is not."""
    url = picture_host.put("fox.jpg", JPEG)
    staged = await graph_client.post(f"/{acme.id}/photos", data={"url": url, "published": "false"})
    posted = await graph_client.post(f"/{acme.id}/photos", data={"url": url})

    assert (await graph_client.delete(f"/{staged.json()['id']}")).json() == {"success": True}
    assert (await graph_client.delete(f"/{posted.json()['id']}")).status_code == 400
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
    graph_client: httpx2.AsyncClient,
    acme: Page,
    picture_host: PictureHost,
    data: bytes,
    content_type: str,
    code: int,
    subcode: int,
) -> None:
    """More than 4 MB, or what is no JPEG or PNG, is "Can't Read Files"."""
    url = picture_host.put("odd", data, content_type)
    answer = await graph_client.post(f"/{acme.id}/photos", data={"url": url})

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, code, subcode)
    assert graph.published == []


async def test_the_newest_posts_may_be_missing_from_the_listing(
    graph: GraphServer, graph_client: httpx2.AsyncClient, acme: Page
) -> None:
    """Absence from `published_posts` proves nothing."""
    graph.behave(unlisted=1)
    for message in ("one", "two"):
        await graph_client.post(f"/{acme.id}/feed", data={"message": message})
    listing = (await graph_client.get(f"/{acme.id}/published_posts")).json()["data"]

    assert [post["message"] for post in listing] == ["one"]
    assert [post.text for post in graph.published] == ["one", "two"]
