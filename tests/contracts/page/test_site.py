"""What strangers may see: published posts, their pictures, the feed."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime

import pytest

from core.business.accounts import Account
from core.business.members import Member
from core.library.images import Image
from core.publishing.posts import Post, PostImage, RenditionKept, Target, TargetState

from .grounds import ADDRESS, Ground, picture, place

ATOM = "{http://www.w3.org/2005/Atom}"
KEPT = RenditionKept("1/p/abcdef012345-a-red-fox.jpg", 640, 480)
PAGE = f"{ADDRESS}/p/a-red-fox"


def stored_picture(member: Member, now: datetime) -> Image:
    """A picture that an AI has made, as the library holds it."""
    return Image(
        business_id=1,
        filename="fox.jpg",
        original_filename="fox.jpg",
        file_size=1,
        mime_type="image/jpeg",
        width=640,
        height=480,
        sha256="s",
        source_sha256="s",
        dhash="",
        storage_provider="local",
        storage_key="1/fox.jpg",
        is_ai_generated=True,
        creator_id=member.id,
        created_at=now,
        updated_at=now,
    )


async def publish(ground: Ground, member: Member, **facts: object) -> Post:
    """A post with one picture, and its target on the built-in site in `state`."""
    state: TargetState = facts.pop("state", "published")  # type: ignore[assignment]  # as named
    await ground.blobs.put(KEPT.key, picture(), "image/jpeg")
    async with ground.database.write() as uow:
        image_id = await uow.images.insert(stored_picture(member, uow.now))
        account = Account(1, str(facts.pop("network", "site")), "site", "Site", "", uow.now)
        uow.accounts.add(account)
        post = Post(
            business_id=1,
            author_id=member.id,
            place=place(),
            root_id="r" * 32,
            created_at=uow.now,
            caption='We <b>open</b> on Monday.\n\nSee "you" & yours at https://example.org',
            images=[PostImage(image_id, "s", "A fox in the snow")],
            slug="a-red-fox",
            title="A red fox <1>",
            description="We open & you come",
            tags=["fox", "snow"],
        )
        for name, value in facts.items():
            setattr(post, name, value)
        uow.posts.add(post)
        target = Target(post.id, 1, account.id, state, renditions=[replace(KEPT)])
        target.published_at = uow.now if state == "published" else None
        uow.targets.add(target)
    return post


async def test_a_published_post_is_a_page_with_all_that_describes_it(
    ground: Ground, ada: Member
) -> None:
    await publish(ground, ada)
    async with ground.browser() as stranger:
        answer = await stranger.get("/p/a-red-fox")
    assert answer.status_code == 200
    for part in (
        "<title>A red fox &lt;1&gt; · Business 1</title>",
        '<meta name="description" content="We open &amp; you come">',
        f'<link rel="canonical" href="{PAGE}">',
        '<meta property="og:type" content="article">',
        '<meta property="og:title" content="A red fox &lt;1&gt;">',
        f'<meta property="og:url" content="{PAGE}">',
        f'<meta property="og:image" content="{PAGE}/abcdef012345-a-red-fox.jpg">',
        '<meta property="og:image:width" content="640">',
        '<meta property="og:image:alt" content="A fox in the snow">',
        '<meta name="twitter:card" content="summary_large_image">',
        '<meta property="article:published_time" content="2026-11-21T09:00:00Z">',
        'width="640" height="480" alt="A fox in the snow"',
        "We &lt;b&gt;open&lt;/b&gt; on Monday.",
        'href="https://example.org"',
        "<li>fox</li><li>snow</li>",
        "Picture made with AI",
    ):
        assert part in answer.text


async def test_its_picture_is_served_under_a_name_that_can_be_searched_for(
    ground: Ground, ada: Member
) -> None:
    await publish(ground, ada)
    async with ground.browser() as stranger:
        answer = await stranger.get("/p/a-red-fox/abcdef012345-a-red-fox.jpg")
        other = await stranger.get("/p/a-red-fox/other.jpg")
    assert answer.content == picture()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "public" in answer.headers["cache-control"]
    assert other.status_code == 404


@pytest.mark.parametrize(
    "facts",
    [{"state": "draft"}, {"state": "scheduled"}, {"state": "unknown"}, {"network": "facebook"}],
)
async def test_what_is_not_published_on_the_site_is_not_there(
    ground: Ground, ada: Member, facts: dict[str, object]
) -> None:
    await publish(ground, ada, **facts)
    async with ground.browser() as stranger:
        assert (await stranger.get("/p/a-red-fox")).status_code == 404
        picture_address = "/p/a-red-fox/abcdef012345-a-red-fox.jpg"
        assert (await stranger.get(picture_address)).status_code == 404
        feed = ET.fromstring((await stranger.get("/feed/1.atom")).text)  # noqa: S314  # our own
    assert feed.findall(f"{ATOM}entry") == []


async def test_the_feed_is_valid_atom(ground: Ground, ada: Member) -> None:
    """RFC 4287 §4.1: id, title, updated and author everywhere; no sign that XML does not take."""
    await publish(ground, ada, caption="Bell \x07 & <tag> 🦊")
    async with ground.browser() as stranger:
        answer = await stranger.get("/feed/1.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.text)  # noqa: S314  # our own
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}id") == f"{ADDRESS}/feed/1.atom"
    assert feed.findtext(f"{ATOM}updated") == "2026-11-21T09:00:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Business 1"
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == PAGE
    assert entry.findtext(f"{ATOM}title") == "A red fox <1>"
    assert entry.findtext(f"{ATOM}updated") == "2026-11-21T09:00:00Z"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{ADDRESS}/feed/1.atom"
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "xhtml"
    assert "Bell  & <tag> 🦊" in "".join(content.itertext())
