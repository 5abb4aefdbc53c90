"""What people do in the library on the page."""

import io
import zipfile
from html import unescape

import httpx2
import pytest

from core.business.members import Member
from core.chat import Form, Nothing, Press
from core.library.images import Image
from core.wording import page as words

from .grounds import Browser, Ground
from .shelves import bytes_of, keep, kept, post

WORDS = {"title": "Reynard", "description": "At dusk", "tags": "autumn, #hunt,", "alt": "A fox"}


async def named(browser: Browser, images: list[Image], path: str, **fields: str) -> httpx2.Response:
    """A gesture about these images."""
    numbers = " ".join(str(image.id) for image in images)
    return await browser.act(f"/library/{path}", {"images": numbers, **fields})


async def test_an_image_is_described_in_a_persons_own_words(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """Which are not called plain from then on, and by which it is found at once."""
    image = await keep(ground, ada)
    answer = await browser.act(f"/library/{image.id}", WORDS)
    assert answer.json() == {"said": words.SAVED}
    row = await kept(ground, image)
    assert row
    told = (row.title, row.description, row.tags, row.alt_text, row.plain_words)
    assert told == ("Reynard", "At dusk", ["autumn", "hunt"], "A fox", False)
    assert words.PLAIN_WORDS not in (await browser.get(f"/library/{image.id}")).text
    assert "Reynard" in (await browser.get("/library?text=hunt")).text


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"title": "x" * 201}, "title", "A title has at most 200 characters; this one has 201."),
        ({"description": "x" * 4001}, "description", "A description has at most 4000 characters"),
        ({"alt": "x" * 2001}, "alt_text", "An alt text has at most 2000 characters"),
        ({"tags": "x" * 61}, "tags", "A tag has at most 60 characters; one of these has 61."),
        ({"tags": ",".join(map(str, range(51)))}, "tags", "A picture has at most 50 tags"),
    ],
)
async def test_words_that_are_too_long_are_refused_at_their_field(
    ground: Ground, browser: Browser, ada: Member, wrong: dict[str, str], field: str, said: str
) -> None:
    image = await keep(ground, ada)
    answer = await browser.act(f"/library/{image.id}", WORDS | wrong)
    assert answer.json()["errors"][field].startswith(said)
    row = await kept(ground, image)
    assert row
    assert (row.title, row.plain_words) == ("Fox", True)


async def test_others_words_are_left_to_them(ground: Ground, ada: Member) -> None:
    """To describe, tag and delete is for whoever made it, approvers and admins."""
    image = await keep(ground, ada)
    bob = await ground.member("Bob")
    async with ground.signed_in(bob) as browser:
        answer = await browser.act(f"/library/{image.id}", WORDS)
        assert answer.status_code == 400
        assert "Only the person who asked" in answer.json()["error"]
        answer = await named(browser, [image], "tag", tags="mine")
        assert answer.json()["done"] is False
        assert "Only the person who asked" in answer.json()["said"]
        asked = (await named(browser, [image], "delete")).json()["form"]
        assert "Only the person who asked" in asked
        assert f">{words.DELETE}<" not in asked
        answer = await named(browser, [image], "delete", sure="yes")
        assert answer.json()["gone"] == []
    row = await kept(ground, image)
    assert row
    assert (row.title, row.tags) == ("Fox", [])


async def test_a_favourite_is_each_persons_own(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """Starred twice it is starred once, and taken back it is none."""
    image = await keep(ground, ada)
    bob = await ground.member("Bob")
    for _ in range(2):
        await browser.act(f"/library/{image.id}/star", {"added": "yes"})
    assert 'aria-pressed="true"' in (await browser.get("/library")).text
    async with ground.signed_in(bob) as theirs:
        assert 'aria-pressed="true"' not in (await theirs.get("/library")).text
        await theirs.act(f"/library/{image.id}/star", {"added": "yes"})
    row = await kept(ground, image)
    assert row
    assert row.favourites == 2
    await browser.act(f"/library/{image.id}/star", {"added": "no"})
    row = await kept(ground, image)
    assert row
    assert row.favourites == 1


async def test_several_images_are_tagged_and_untagged(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """What they had stays; a tag in other letters is the same one."""
    fox = await keep(ground, ada, tags=["Autumn", "snow"])
    boat = await keep(ground, ada, "boat.png")
    answer = await named(browser, [fox, boat], "tag", tags="autumn, Campaign 1")
    assert answer.json() == {"said": "2 pictures tagged.", "done": True}
    rows = [await kept(ground, one) for one in (fox, boat)]
    assert [row.tags for row in rows if row] == [
        ["snow", "autumn", "Campaign 1"],
        ["autumn", "Campaign 1"],
    ]
    await named(browser, [fox, boat], "tag", tags="AUTUMN", how="remove")
    rows = [await kept(ground, one) for one in (fox, boat)]
    assert [row.tags for row in rows if row] == [["snow", "Campaign 1"], ["Campaign 1"]]
    answer = await named(browser, [fox], "tag", tags=" , ")
    assert answer.json() == {"errors": {"tags": words.TAGS_NONE}}


# ── deleting ─────────────────────────────────────────────────────────────────────────────────────


async def test_before_images_are_deleted_their_posts_are_named(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """And nothing is done before that was read and confirmed."""
    used, unused = await keep(ground, ada), await keep(ground, ada, "boat.png")
    await post(ground, ada, used, "published", "We open <soon>")
    await post(ground, ada, used, "scheduled", "Next week")
    form = (await named(browser, [used, unused], "delete")).json()["form"]
    told = unescape(form)
    assert words.delete_title(2) in told
    assert "We open <soon>" in told
    assert "Site · Acme, published" in told
    assert "Next week" in told
    assert words.NOT_USED in told
    assert words.DELETE_NOTE in told
    assert await kept(ground, used)
    numbers = f"{used.id} {unused.id}"
    answer = await named(browser, [used, unused], "delete", sure="yes", used=numbers)
    assert answer.json() == {"gone": [used.id, unused.id], "said": "2 pictures deleted."}
    assert await kept(ground, used) is None
    assert await kept(ground, unused) is None


async def test_what_came_into_use_since_is_left(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    image = await keep(ground, ada)
    await named(browser, [image], "delete")
    await post(ground, ada, image, "scheduled", "Just now")
    answer = (await named(browser, [image], "delete", sure="yes", used="")).json()
    assert answer["gone"] == []
    assert "It is used by: Just now" in answer["said"]
    assert await kept(ground, image)


async def test_what_is_being_posted_is_left(ground: Ground, browser: Browser, ada: Member) -> None:
    image = await keep(ground, ada)
    await post(ground, ada, image, "sending", "Right now")
    form = (await named(browser, [image], "delete")).json()["form"]
    assert "It is being posted right now: Right now." in form
    answer = (await named(browser, [image], "delete", sure="yes", used=str(image.id))).json()
    assert answer["gone"] == []
    assert await kept(ground, image)


async def test_a_deletion_whose_answer_was_lost_is_simply_sent_again(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    image = await keep(ground, ada)
    for _ in range(2):
        answer = await named(browser, [image], "delete", sure="yes")
        assert answer.json()["gone"] == [image.id]


# ── saving and using ─────────────────────────────────────────────────────────────────────────────


async def test_originals_are_saved_as_one_archive(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """As they are kept; what is gone is named in it."""
    fox, boat = await keep(ground, ada), await keep(ground, ada, "boat.png")
    lost = await keep(ground, ada, "lost.png")
    await ground.blobs.delete(lost.storage_key)
    answer = await named(browser, [fox, boat, lost], "save")
    assert answer.headers["content-type"] == "application/zip"
    disposition = answer.headers["content-disposition"]
    assert disposition == 'attachment; filename="library-2026-11-21.zip"'
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert packed.testzip() is None
    held = {name: packed.read(name) for name in packed.namelist()}
    note = held.pop(words.ZIP_GONE_NAME).decode()
    assert held == {
        f"{fox.id}-fox.png": bytes_of("fox.png"),
        f"{boat.id}-boat.png": bytes_of("boat.png"),
    }
    assert f"{lost.id}-lost.png" in note


async def test_images_are_put_into_a_post(ground: Ground, browser: Browser, ada: Member) -> None:
    """As in a chat: they are picked, and the form of a post is asked for."""
    fox, boat = await keep(ground, ada), await keep(ground, ada, "boat.png")
    ground.inbox.answer = lambda _: Form("post", "New post", "Preview", ())
    answer = await named(browser, [boat, fox], "use")
    assert "New post" in answer.json()["form"]
    (event,) = ground.inbox.events
    assert isinstance(event, Press)
    assert event.action == "use"
    async with ground.database.read() as uow:
        browsing = await uow.browsings.get(event.key)
    assert browsing
    assert (browsing.member_id, browsing.picked) == (ada.id, [boat.id, fox.id])


async def test_a_post_takes_ten_images_at_most(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    images = [await keep(ground, ada, f"{number}.png") for number in range(11)]
    answer = await named(browser, images, "use")
    assert answer.status_code == 400
    assert "10" in answer.json()["error"]
    assert ground.inbox.events == []


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["1", "1/star", "tag", "delete", "save", "use"])
async def test_only_our_own_pages_may_ask_for_anything(
    ground: Ground, browser: Browser, ada: Member, path: str
) -> None:
    image = await keep(ground, ada)
    fields = {"images": "1", "tags": "x", "sure": "yes", "added": "yes", "title": "x", "id": "1"}
    assert (await browser.post(f"/library/{path}", data=fields)).status_code == 403
    async with ground.browser() as stranger:
        assert (await stranger.post(f"/library/{path}", data=fields)).status_code == 401
    row = await kept(ground, image)
    assert row
    assert (row.title, row.tags, row.favourites) == ("Fox", [], 0)


async def test_nothing_is_done_to_another_business(ground: Ground, browser: Browser) -> None:
    rival = await ground.member("Eve", business=2)
    theirs = await keep(ground, rival)
    assert (await browser.act(f"/library/{theirs.id}", WORDS)).status_code == 404
    starred = await browser.act(f"/library/{theirs.id}/star", {"added": "yes"})
    assert starred.status_code == 404
    await named(browser, [theirs], "tag", tags="x")
    await named(browser, [theirs], "delete", sure="yes", used=str(theirs.id))
    assert (await named(browser, [theirs], "save")).status_code == 404
    row = await kept(ground, theirs)
    assert row
    assert (row.title, row.tags, row.favourites) == ("Fox", [], 0)


async def test_too_many_images_at_once_are_refused(browser: Browser) -> None:
    numbers = " ".join(map(str, range(501)))
    answer = await browser.act("/library/tag", {"images": numbers, "tags": "x"})
    assert answer.status_code == 413
    assert answer.json() == {"error": "At most 500 pictures at once. Nothing was done."}


async def test_without_scripts_all_of_it_works_by_plain_forms(
    ground: Ground, browser: Browser, ada: Member
) -> None:
    """A favourite, words, and a deletion with its question."""
    ground.inbox.answer = lambda _: Nothing()
    image = await keep(ground, ada)
    plain = {"csrf": await browser.token()}
    starred = await browser.post(f"/library/{image.id}/star", data={**plain, "added": "yes"})
    assert starred.headers["location"] == f"/library/{image.id}"
    saved = await browser.post(f"/library/{image.id}", data={**plain, **WORDS})
    assert saved.headers["location"] == f"/library/{image.id}"
    row = await kept(ground, image)
    assert row
    assert (row.title, row.favourites) == ("Reynard", 1)
    asked = await browser.post("/library/delete", data={**plain, "image": str(image.id)})
    assert words.delete_title(1) in asked.text
    assert 'name="sure" value="yes"' in asked.text
    sure = {**plain, "images": str(image.id), "sure": "yes"}
    gone = await browser.post("/library/delete", data=sure)
    assert gone.headers["location"] == "/library"
    assert await kept(ground, image) is None
