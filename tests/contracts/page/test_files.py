"""Bytes on their way out: signed links, and the files of lines."""

from urllib.parse import parse_qs, urlsplit

import pytest

from core.chat import File
from core.wording import page as words

from .grounds import ADDRESS, Browser, Ground, card, picture, place


async def test_a_signed_link_serves_its_picture_to_anybody(ground: Ground) -> None:
    await ground.blobs.put("1/fox.jpg", picture(), "image/jpeg")
    link = await ground.blobs.url("1/fox.jpg", 60)
    async with ground.browser() as stranger:
        answer = await stranger.get(link.removeprefix(ADDRESS))
    assert answer.content == picture()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, max-age=60"


async def test_a_link_with_a_name_is_saved_under_that_name(ground: Ground) -> None:
    await ground.blobs.put("1/fox.jpg", picture(), "image/jpeg")
    link = await ground.blobs.url("1/fox.jpg", 60, 'Füchse "1".jpg')
    async with ground.browser() as stranger:
        answer = await stranger.get(link.removeprefix(ADDRESS))
    expected = "attachment; filename*=UTF-8''F%C3%BCchse%20%221%22.jpg"
    assert answer.headers["content-disposition"] == expected


async def test_an_expired_link_is_refused_in_a_sentence(ground: Ground) -> None:
    await ground.blobs.put("1/fox.jpg", picture(), "image/jpeg")
    link = (await ground.blobs.url("1/fox.jpg", 60)).removeprefix(ADDRESS)
    ground.clock.wait(seconds=60)
    async with ground.browser() as stranger:
        answer = await stranger.get(link)
    assert answer.status_code == 403
    assert words.EXPIRED_MEDIA in answer.text


@pytest.mark.parametrize("changed", ["key", "expires", "name", "sig", "nothing"])
async def test_a_changed_link_is_refused(ground: Ground, changed: str) -> None:
    for key in ("1/fox.jpg", "2/secret.jpg"):
        await ground.blobs.put(key, picture(), "image/jpeg")
    link = urlsplit(await ground.blobs.url("1/fox.jpg", 60))
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    path = "/media/2/secret.jpg" if changed == "key" else link.path
    if changed == "expires":
        query["expires"] = str(int(query["expires"]) + 3600)
    elif changed in {"name", "sig"}:
        query[changed] = f"x{query.get(changed, '')}"
    async with ground.browser() as stranger:
        answer = await stranger.get(path, params=query)
    assert answer.status_code == (200 if changed == "nothing" else 403)


async def test_a_link_to_what_is_gone_says_so(ground: Ground) -> None:
    link = (await ground.blobs.url("1/gone.jpg", 60)).removeprefix(ADDRESS)
    async with ground.browser() as stranger:
        assert (await stranger.get(link)).status_code == 404
        assert (await stranger.get("/media/../../etc/passwd")).status_code in {403, 404}
        assert (await stranger.get("/media/1/fox.jpg?expires=soon")).status_code == 400


async def test_bytes_of_an_unknown_kind_are_only_ever_saved(ground: Ground) -> None:
    """Whatever they hold, they never act as a page of this desk."""
    await ground.blobs.put("1/page.html", b"<script>alert(1)</script>", "text/html")
    link = (await ground.blobs.url("1/page.html", 60)).removeprefix(ADDRESS)
    async with ground.browser() as stranger:
        answer = await stranger.get(link)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_where_the_store_serves_its_own_links_there_is_no_media_here(ground: Ground) -> None:
    ground.changes["check_media"] = None
    async with ground.browser() as stranger:
        assert (await stranger.get("/media/1/fox.jpg?expires=1&sig=x")).status_code == 404


async def test_the_files_of_a_card_are_served_to_the_people_of_its_business(
    ground: Ground, browser: Browser
) -> None:
    await ground.blobs.put("1/previews/a.jpg", picture(), "image/jpeg")
    await ground.blobs.put("1/o.zip", b"PK", "application/zip")
    shown = File("1/previews/a.jpg", "1.jpg", "image/jpeg", "A fox & a hare")
    archive = File("1/o.zip", "originals.zip", "application/zip")
    made = card("a", pictures=(shown,), files=(archive,))
    await ground.page.open_thread(place(), made, ground.load, repeat=False)
    text = (await browser.get("/")).text
    image = text.split('<img src="')[1].split('"')[0]
    assert 'width="640" height="480" alt="A fox &amp; a hare"' in text
    answer = await browser.get(image)
    assert answer.content == picture()
    assert "immutable" in answer.headers["cache-control"]
    link = text.split('href="/files/')[2].split('"')[0]
    answer = await browser.get(f"/files/{link}")
    assert answer.content == b"PK"
    assert answer.headers["content-disposition"].startswith("attachment")
    async with ground.browser() as stranger:
        assert (await stranger.get(image)).status_code == 401
