"""The pretended Instagram: containers, limits, publications."""

import httpx2
import pytest

from tests.platforms.graph import GraphServer
from tests.platforms.picture_host import PictureHost, draw_file

JPEG = draw_file(1080, 1350)


async def test_a_container_is_finished_by_being_polled(
    graph: GraphServer,
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
) -> None:
    """IN_PROGRESS for so many polls, and until then publishing is 9007/2207027."""
    graph.behave(polls_until_finished=2)
    data = {"image_url": picture_host.put("fox.jpg", JPEG)}
    name = (await graph_client.post(f"/{acme_instagram}/media", data=data)).json()["id"]
    early = await graph_client.post(f"/{acme_instagram}/media_publish", data={"creation_id": name})
    fields = {"fields": "status_code,status"}
    polls = [(await graph_client.get(f"/{name}", params=fields)).json() for _ in range(3)]

    error = early.json()["error"]
    assert (error["code"], error["error_subcode"]) == (9007, 2207027)
    assert [poll["status_code"] for poll in polls] == ["IN_PROGRESS", "IN_PROGRESS", "FINISHED"]
    assert graph.published == []


async def test_a_container_is_published_once(
    graph: GraphServer,
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
) -> None:
    """The post holds what was sent and the very bytes that were fetched; twice is refused."""
    graph.behave(polls_until_finished=0)
    data = {
        "image_url": picture_host.put("fox.jpg", JPEG),
        "caption": "A fox #fox",
        "alt_text": "A red fox",
        "is_ai_generated": "true",
    }
    name = (await graph_client.post(f"/{acme_instagram}/media", data=data)).json()["id"]
    sent, again = [
        await graph_client.post(f"/{acme_instagram}/media_publish", data={"creation_id": name})
        for _ in range(2)
    ]
    media = await graph_client.get(
        f"/{sent.json()['id']}", params={"fields": "permalink,caption,media_type,username"}
    )

    (post,) = graph.published
    assert again.json()["error"]["error_subcode"] == 2207006
    assert (post.pictures[0].data, post.pictures[0].alt_text) == (JPEG, "A red fox")
    assert post.is_ai_generated
    assert media.json() == {
        "id": post.id,
        "permalink": post.permalink,
        "caption": "A fox #fox",
        "media_type": "IMAGE",
        "username": "acme",
    }
    assert graph.violations == []


async def test_a_carousel_is_made_of_finished_children(
    graph: GraphServer,
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
) -> None:
    """One post with the pictures in the children's order and the carousel's own caption."""
    graph.behave(polls_until_finished=0)
    media = f"/{acme_instagram}/media"
    files = [JPEG, draw_file(1080, 1080, colour="navy")]
    children = []
    for number, file in enumerate(files):
        url = picture_host.put(f"{number}.jpg", file)
        item = {"image_url": url, "is_carousel_item": "true"}
        children.append((await graph_client.post(media, data=item)).json()["id"])
    parent = await graph_client.post(
        media, data={"media_type": "CAROUSEL", "children": ",".join(children), "caption": "Both"}
    )
    await graph_client.post(f"{media}_publish", data={"creation_id": parent.json()["id"]})

    (post,) = graph.published
    assert post.text == "Both"
    assert [picture.data for picture in post.pictures] == files
    assert graph.violations == []


async def test_a_carousel_refuses_what_is_not_ready(
    graph: GraphServer,
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
) -> None:
    """One child is too few, an unfinished one too early, and none is published alone."""
    media = f"/{acme_instagram}/media"
    item = {"image_url": picture_host.put("fox.jpg", JPEG), "is_carousel_item": "true"}
    graph.behave(polls_until_finished=0)
    ready = (await graph_client.post(media, data=item)).json()["id"]
    graph.behave(polls_until_finished=1)
    unfinished = (await graph_client.post(media, data=item)).json()["id"]
    carousel = {"media_type": "CAROUSEL"}
    few = await graph_client.post(media, data=carousel | {"children": ready})
    early = await graph_client.post(media, data=carousel | {"children": f"{ready},{unfinished}"})
    alone = await graph_client.post(f"{media}_publish", data={"creation_id": ready})

    assert few.json()["error"]["error_subcode"] == 2207028
    assert early.json()["error"]["error_subcode"] == 2207027
    assert alone.json()["error"]["error_subcode"] == 2207006
    assert graph.published == []


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
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
    data: bytes,
    content_type: str,
    code: int,
    subcode: int,
) -> None:
    """Shape, width, bytes, type and content are checked on what was really fetched."""
    url = picture_host.put("odd", data, content_type)
    answer = await graph_client.post(f"/{acme_instagram}/media", data={"image_url": url})

    error = answer.json()["error"]
    assert (error["code"], error["error_subcode"]) == (code, subcode)
    assert graph.containers == []


@pytest.mark.parametrize("shape", [(1080, 1350), (1080, 566), (320, 320), (1440, 1440)])
async def test_instagram_takes_every_shape_that_it_promises(
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
    shape: tuple[int, int],
) -> None:
    """4:5, 1.91:1 and 320 pixels are themselves allowed."""
    url = picture_host.put("fox.jpg", draw_file(*shape))
    answer = await graph_client.post(f"/{acme_instagram}/media", data={"image_url": url})

    assert answer.status_code == 200


async def test_instagram_follows_nothing_and_leaves_nowhere(
    graph_client: httpx2.AsyncClient, acme_instagram: str, picture_host: PictureHost
) -> None:
    """A redirect, a missing file, a cut line and another machine are all 2207052."""
    moved = picture_host.move("moved", picture_host.put("fox.jpg", JPEG))
    picture_host.drop_before("/fox.jpg", times=None)
    urls = [
        moved,
        f"{picture_host.base_url}/gone",
        f"{picture_host.base_url}/fox.jpg",
        "https://example.com/a.jpg",
    ]
    answers = [
        await graph_client.post(f"/{acme_instagram}/media", data={"image_url": url}) for url in urls
    ]

    assert [answer.json()["error"]["error_subcode"] for answer in answers] == [2207052] * 4
    assert set(picture_host.calls) == {"/moved", "/gone", "/fox.jpg"}


@pytest.mark.parametrize(
    ("caption", "code", "subcode"),
    [
        ("x" * 2_201, 36004, 2207010),
        (" ".join(["#fox"] * 31), 100, 2207040),
        (" ".join(["@fox"] * 21), 100, 2207040),
    ],
)
async def test_captions_have_limits(
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
    caption: str,
    code: int,
    subcode: int,
) -> None:
    """2,200 characters, 30 hashtags and 20 mentions; nothing is fetched beyond them."""
    data = {"image_url": picture_host.put("fox.jpg", JPEG), "caption": caption}
    error = (await graph_client.post(f"/{acme_instagram}/media", data=data)).json()["error"]

    assert (error["code"], error["error_subcode"]) == (code, subcode)
    assert picture_host.calls == []


async def test_containers_fail_and_expire(
    graph: GraphServer,
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
) -> None:
    """ERROR and EXPIRED containers are shown as such and cannot be published."""
    graph.behave(polls_until_finished=0)
    graph.spoil_container(2207052)
    data = {"image_url": picture_host.put("fox.jpg", JPEG)}
    names = [
        (await graph_client.post(f"/{acme_instagram}/media", data=data)).json()["id"]
        for _ in range(2)
    ]
    failed = (
        await graph_client.get(f"/{names[0]}", params={"fields": "status_code,status"})
    ).json()
    fresh = (await graph_client.get(f"/{names[1]}", params={"fields": "status_code"})).json()
    graph.expire_containers()
    expired = (await graph_client.get(f"/{names[1]}", params={"fields": "status_code"})).json()
    sent = await graph_client.post(
        f"/{acme_instagram}/media_publish", data={"creation_id": names[1]}
    )

    assert failed["status_code"] == "ERROR"
    assert "2207052" in failed["status"]
    assert fresh["status_code"] == "FINISHED"
    assert expired["status_code"] == "EXPIRED"
    assert sent.json()["error"]["error_subcode"] == 2207020
    assert graph.published == []


async def test_the_quota_is_told_and_kept(
    graph: GraphServer,
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
) -> None:
    """The limit's own reading says 1 of 1, and the next post is 9/2207042."""
    graph.behave(quota_total=1, polls_until_finished=0)
    data = {"image_url": picture_host.put("fox.jpg", JPEG)}
    answers = []
    for _ in range(2):
        name = (await graph_client.post(f"/{acme_instagram}/media", data=data)).json()["id"]
        answers.append(
            await graph_client.post(f"/{acme_instagram}/media_publish", data={"creation_id": name})
        )
    limit = await graph_client.get(
        f"/{acme_instagram}/content_publishing_limit", params={"fields": "quota_usage,config"}
    )

    assert limit.json()["data"] == [
        {"quota_usage": 1, "config": {"quota_total": 1, "quota_duration": 86_400}}
    ]
    error = answers[1].json()["error"]
    assert (error["code"], error["error_subcode"]) == (9, 2207042)


async def test_a_lost_publication_is_found_by_its_container(
    graph: GraphServer,
    graph_client: httpx2.AsyncClient,
    acme_instagram: str,
    picture_host: PictureHost,
) -> None:
    """After the write the line is cut; the status lags, and then it says PUBLISHED."""
    graph.behave(polls_until_finished=0, published_lag=1)
    data = {"image_url": picture_host.put("fox.jpg", JPEG)}
    name = (await graph_client.post(f"/{acme_instagram}/media", data=data)).json()["id"]
    graph.drop_after("media_publish")
    with pytest.raises(httpx2.RemoteProtocolError):
        await graph_client.post(f"/{acme_instagram}/media_publish", data={"creation_id": name})
    fields = {"fields": "status_code"}
    polls = [(await graph_client.get(f"/{name}", params=fields)).json() for _ in range(2)]

    assert [poll["status_code"] for poll in polls] == ["FINISHED", "PUBLISHED"]
    assert len(graph.published) == 1
