"""The library on the page: what one sees of it, and who sees it."""

import io
import re
from html import unescape

import pytest
from PIL import Image as Pillow

from core.business.members import Member
from core.wording import page as words
from tests.driving.markup import Node, read_markup

from .grounds import Browser, Ground
from .shelves import bytes_of, keep, post

ADDRESSES = ("/library", "/library/1", "/library?tag=fox")
BYTES = ("thumbnail", "preview", "original")


async def tiles(browser: Browser, address: str = "/library") -> list[Node]:
    """The images that stand on a page of the library."""
    page = await browser.get(address)
    return list(read_markup(page.text).find("li", class_="tile"))


async def names(browser: Browser, address: str) -> list[str]:
    """How they are called, in order."""
    return [next(tile.find("p", class_="name")).text() for tile in await tiles(browser, address)]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_whoever_is_not_signed_in_is_told_how_to(ground: Ground, address: str) -> None:
    """Whether or not there is such an image."""
    async with ground.browser() as stranger:
        answer = await stranger.get(address)
    assert answer.status_code == 401
    assert words.SIGN_IN_HOW in answer.text


async def test_in_a_demo_the_local_person_comes_where_they_wanted_to(ground: Ground) -> None:
    ground.changes["demo"] = True
    async with ground.browser() as browser:
        answer = await browser.get("/library?filter=uploaded", follow_redirects=True)
    assert answer.status_code == 200
    assert str(answer.url).endswith("/library?filter=uploaded")


async def test_an_image_says_what_it_is_and_how_often_it_was_used(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    await keep(ground, ada, "a.png", is_ai_generated=False, usage_count=1)
    await keep(ground, ada, "b.png", source="upload", approved=True)
    await keep(ground, ada, "c.png", usage_count=3)
    told = [tile.text().split("\n")[-2:] for tile in await tiles(browser)]
    assert told == [
        ["C", "AI generatedused 3 times"],
        ["B", "Uploaded Approvednot used yet"],
        ["A", "Sketchused once"],
    ]


async def test_words_of_people_stay_words(ground: Ground, browser: Browser, ada: Member) -> None:
    """Titles, tags and prompts cannot act as markup."""
    evil = '"><script>alert(1)</script>'
    image = await keep(ground, ada, title=evil, tags=[evil], ai_prompt=evil, alt_text=evil)
    for address in ("/library", f"/library/{image.id}"):
        text = (await browser.get(address)).text
        assert "<script>alert" not in text
        assert evil in unescape(text)


async def test_what_is_asked_for_in_the_address_is_what_is_shown(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    await keep(ground, ada, "fox.png", tags=["Red deer"], provider="sketch")
    await keep(ground, ada, "boat.png", source="upload", favourites=1)
    assert await names(browser, "/library?text=fo") == ["Fox"]
    assert await names(browser, "/library?search=boat") == ["Boat"]
    assert await names(browser, "/library?filter=favourites") == ["Boat"]
    assert await names(browser, "/library?tag=red+deer") == ["Fox"]
    assert await names(browser, "/library?provider=sketch") == ["Fox"]
    assert await names(browser, f"/library?person={ada.id}&sort=name") == ["Boat", "Fox"]
    assert await names(browser, "/library?sort=oldest&from=2026-11-21") == ["Fox", "Boat"]
    assert await names(browser, "/library?to=2026-11-20") == []
    page = (await browser.get(f"/library?tag=rare&person={ada.id}")).text
    assert '<option value="rare" selected>' in page
    assert f'<option value="{ada.id}" selected>Ada (2)' in page
    assert words.NOTHING_FOUND in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("filter=blue", "There is no filter “blue”."),
        ("sort=size", "There is no sort “size”."),
        ("from=soon", "“soon” is not a date."),
        ("from=2026-11-22&to=2026-11-21", "is after the last one"),
        ("cursor=x", "This page marker does not belong to this search."),
        ("text=" + "x" * 201, "A search has at most 200 characters"),
    ],
)
async def test_a_question_that_cannot_be_is_answered_in_a_sentence(
    browser: Browser, query: str, said: str
) -> None:
    """On the page itself, with all that was asked still in its form."""
    whole = await browser.get(f"/library?{query}")
    assert whole.status_code == 400
    assert said in unescape(whole.text)
    assert 'id="asks"' in whole.text
    part = await browser.get(f"/library/answers?{query}")
    assert said in unescape(part.text)


async def test_one_goes_on_where_the_last_part_ended(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """Also while others add pictures: none comes twice, none is missing."""
    for number in range(5):
        await keep(ground, ada, f"{number}.png")
    address, seen = "/library?limit=2&filter=ai_generated", list[str]()
    while address:
        page = await browser.get(address)
        tree = read_markup(page.text)
        seen += [one.text() for one in tree.find("p", class_="name")]
        further = [unescape(one.attributes["href"]) for one in tree.find("a", rel="next")]
        address = f"{further[0]}&limit=2" if further else ""
        await keep(ground, ada, f"late-{len(seen)}.png")
    assert seen == ["4", "3", "2", "1", "0"]


async def test_an_empty_library_says_how_it_is_filled(browser: Browser) -> None:
    text = (await browser.get("/library")).text
    assert words.NOTHING_YET in text
    assert words.NOTHING_FOUND not in text


async def test_an_image_has_its_sizes(ground: Ground, browser: Browser, ada: Member) -> None:
    """A thumbnail, a preview of at most 1024 pixels, and what is kept, to be seen or saved."""
    image = await keep(ground, ada)
    large = bytes_of("fox", 1500)
    await ground.blobs.put(image.storage_key, large, "image/png")
    answers = {size: await browser.get(f"/library/{image.id}/{size}") for size in BYTES}
    for answer in answers.values():
        assert answer.headers["cache-control"] == "private, max-age=86400, immutable"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["content-disposition"].startswith("inline")
    assert answers["original"].content == large
    preview = Pillow.open(io.BytesIO(answers["preview"].content))
    assert (preview.format, preview.size) == ("JPEG", (1024, 1024))
    assert Pillow.open(io.BytesIO(answers["thumbnail"].content)).size == (64, 64)
    saved = await browser.get(f"/library/{image.id}/original?save=yes")
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''fox.png"


async def test_an_image_from_before_there_were_thumbnails_is_shown_whole(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    image = await keep(ground, ada)
    async with ground.database.write() as uow:
        row = await uow.images.lock(image.id)
        assert row
        row.thumbnail_key = row.placeholder = ""
    answer = await browser.get(f"/library/{image.id}/thumbnail")
    assert answer.content == bytes_of("fox.png")
    assert "data:image" not in (await browser.get("/library")).text


async def test_nobody_sees_anything_of_another_business(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """Neither its images nor their bytes, nor whether they are there."""
    rival = await ground.member("Eve", business=2)
    theirs = await keep(ground, rival)
    assert await tiles(browser) == []
    for part in ("", *(f"/{size}" for size in BYTES)):
        assert (await browser.get(f"/library/{theirs.id}{part}")).status_code == 404
        assert (await browser.get(f"/library/{10**30}{part}")).status_code == 404
    own = await keep(ground, ada, "boat.png")
    text = (await browser.get(f"/library/{own.id}")).text
    assert f"/library/{theirs.id}" not in text


async def test_a_passport_tells_where_an_image_comes_from_and_where_it_went(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """Its parent and children, who starred it, and every post, with links to where it stands."""
    parent = await keep(ground, ada, "parent.png")
    image = await keep(ground, ada, parent_id=parent.id, ai_prompt="a fox in the snow")
    child = await keep(ground, ada, "child.png", parent_id=image.id)
    await post(ground, ada, image, "published", "We open")
    await post(ground, ada, image, "scheduled", "Next week")
    await browser.act(f"/library/{image.id}/star", {"added": "yes"})
    text = (await browser.get(f"/library/{image.id}")).text
    (main,) = read_markup(text).find("main")
    told = main.text()
    assert "Prompt: a fox in the snow" in told
    assert "Asked for by: Ada, 21 Nov 2026" in told
    assert re.search(r"Favourite of: Ada", told)
    assert "PNG, 640 × 640 px" in told
    links = [one.attributes["href"] for one in main.find("a", href=None)]
    assert {f"/library/{parent.id}", f"/library/{child.id}"} <= {*links}
    assert "https://example.test/p/1" in links
    assert "We open" in told
    assert "Next week" in told
    assert words.PLAIN_WORDS in told


async def test_a_picture_that_looks_the_same_is_pointed_out(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    first = await keep(ground, ada, "first.png", dhash="00000000000000ff")
    again = await keep(ground, ada, "again.png", dhash="00000000000000fe")
    await keep(ground, ada, "other.png", dhash="ffffffff00000000")
    text = (await browser.get(f"/library/{first.id}")).text
    assert words.ALIKE in text
    assert f'href="/library/{again.id}"' in text
    assert words.ALIKE not in (await browser.get(f"/library/{again.id + 1}")).text


async def test_what_can_be_chosen_follows_what_is_there(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """The most used tags first, each with its number; what is chosen stays chosen."""
    await keep(ground, ada, "a.png", tags=["sea", "fog"])
    await keep(ground, ada, "b.png", tags=["sea"])
    (tag,) = read_markup((await browser.get("/library/choices?tag=fog")).text).find(
        "select", name="tag"
    )
    options = list(tag.find("option"))
    assert [one.text() for one in options] == [words.ANY_TAG, "sea (2)", "fog (1)"]
    assert ["selected" in one.attributes for one in options] == [False, False, True]
