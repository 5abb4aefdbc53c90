"""The order and the pages of the library's answers, on SQLite and on PostgreSQL."""

import base64
import json
import random
from dataclasses import replace
from typing import Any

import pytest

from core.errors import UserError
from core.library.search import SORTS, Search, Sort, name_key, read_search
from tests.contracts.library_grounds import Library, ids

# ── order and pages ──────────────────────────────────────────────────────────────────────────────


async def test_sorts_do_what_they_say(library: Library) -> None:
    """Names by their numbers; the most used first, among them the newest."""
    await library.add("IMG_10.png", usage_count=1)
    await library.add("img_9.png", usage_count=5)
    await library.add("Über.png", usage_count=1)
    await library.add("apple.png")
    assert await library.names() == ["apple.png", "Über.png", "img_9.png", "IMG_10.png"]
    assert await library.names(sort="oldest") == [
        "IMG_10.png",
        "img_9.png",
        "Über.png",
        "apple.png",
    ]
    assert await library.names(sort="name") == ["apple.png", "img_9.png", "IMG_10.png", "Über.png"]
    used = ["img_9.png", "Über.png", "IMG_10.png", "apple.png"]
    assert await library.names(sort="most_used") == used


async def test_every_way_through_a_library_meets_each_image_once(library: Library) -> None:
    """Whatever is asked: cursors forwards, backwards, and page numbers agree with a plain sort."""
    facts = await crowd(library, 600)
    for search in QUESTIONS:
        expected = answers(facts, search)
        pages = await library.walk(search)
        assert [one for page in pages for one in page] == expected, search
        assert all(len(page) == search.limit for page in pages[:-1])
        assert await backwards(library, search) == expected, search
        numbered = [
            ids((await library.find(replace(search, page=number + 1))).images)
            for number in range(len(pages))
        ]
        assert numbered == pages, search
        found = await library.find(replace(search, page=len(pages) + 1))
        assert (found.images, found.total, found.pages) == (
            [],
            len(expected),
            len(pages) if expected else 0,
        )


QUESTIONS = [
    Search(limit=limit, sort=sort, **asked)  # type: ignore[arg-type]  # each is a condition of its own
    for sort in SORTS
    for limit, asked in (
        (70, {}),
        (40, {"filter": "uploaded"}),
        (40, {"filter": "unused"}),
        (5, {"filter": "published"}),
        (9, {"text": "word1"}),
        (3, {"text": "common"}),  # many for such short pages: SQLite walks past noted ids
        (15, {"filter": "favourites"}),  # and past marks, which stand in the index
        (3, {"text": "word", "filter": "approved"}),
        (40, {"text": "word7", "filter": "favourites"}),
        (1, {"tag": "t1"}),
        (30, {"text": "common wor", "filter": "ai_generated"}),
    )
]


async def crowd(library: Library, count: int) -> list[tuple[int, str, int, str, str]]:
    """So many images; of each its id, name, use, source and words."""
    chance = random.Random(5)  # noqa: S311  # chance that repeats itself
    facts, images = [], []
    async with library.database.write() as uow:
        for number in range(count):
            used = chance.choice((0, 0, 0, 1, 2, 7))
            source = chance.choice(("upload", "generate"))
            word, tag = f"word{chance.randrange(20)}", f"t{chance.randrange(9)}"
            name = f"{chance.choice('abc')}-{number % 7}.png"
            said: dict[str, Any] = {"title": f"common {word}", "tags": [tag], "source": source}
            starred, approved = chance.choice((0, *[1] * 9, 2)), chance.random() < 0.97
            said |= {"usage_count": used, "favourites": starred, "approved": approved}
            images.append(library.image(name, **said))
            marks = f"{'favourites' if starred else ''} {'approved' if approved else ''}"
            facts.append((name, used, source, f"{word} {tag} {marks}"))
        for image in images:
            uow.images.add(image)
    return [(image.id, *fact) for image, fact in zip(images, facts, strict=True)]


def answers(facts: list[tuple[int, str, int, str, str]], search: Search) -> list[int]:
    """What a plain sort of a plain list gives."""
    found = [fact for fact in facts if fits(fact, search)]
    match search.sort:
        case "name":
            found.sort(key=lambda fact: (name_key(fact[1]), fact[0]))
        case "most_used":
            found.sort(key=lambda fact: (-fact[2], -fact[0]))
        case sort:
            found.sort(key=lambda fact: fact[0], reverse=sort == "newest")
    return [fact[0] for fact in found]


def fits(fact: tuple[int, str, int, str, str], search: Search) -> bool:
    """Whether an image answers."""
    _, _, used, source, words = fact
    kinds = {"upload": "uploaded", "generate": "ai_generated"}
    is_it = {"all", kinds[source], "published" if used else "unused", *words.split()}
    if search.filter not in is_it or (search.tag and search.tag not in words.split()):
        return False
    return not search.text or search.text.startswith("common") or words.startswith(search.text)


async def backwards(library: Library, search: Search) -> list[int]:
    """The ids, walked from the last page to the first."""
    found = await library.find(search)
    while found.after:
        found = await library.find(replace(search, cursor=found.after))
    seen = ids(found.images)
    while found.before:
        found = await library.find(replace(search, cursor=found.before))
        seen = ids(found.images) + seen
    return seen


@pytest.mark.parametrize("sort", ["name", "most_used"])
async def test_very_many_answers_are_in_order_too(library: Library, sort: Sort) -> None:
    """So many that SQLite looks at each row on its walk; their number is then a lower bound."""
    facts = await crowd(library, 10_400)
    for search in (
        Search(text="common", sort=sort, limit=50),
        Search(text="common wor", filter="unused", sort=sort, limit=50),
        Search(text="wor", filter="approved", sort=sort, limit=50),
        Search(text="common", tag="t3", sort=sort, limit=5),
    ):
        expected = answers(facts, search)
        first = await library.find(search)
        second = await library.find(replace(search, cursor=first.after))
        again = await library.find(replace(search, cursor=second.before))
        third = await library.find(replace(search, page=3))
        assert ids([*first.images, *second.images, *third.images]) == expected[: 3 * search.limit]
        far = await library.find(replace(search, page=20))
        assert ids(far.images) == expected[19 * search.limit : 20 * search.limit]
        assert ids(again.images) == ids(first.images)
        assert (first.total, first.exact) == (min(len(expected), 3_000), len(expected) <= 3_000)


@pytest.mark.parametrize("sort", ["newest", "oldest"])
async def test_every_page_has_its_number_wherever_the_ids_lie(library: Library, sort: Sort) -> None:
    """SQLite counts in blocks of 16,384 ids: also after images left, or became something else."""
    there = dict.fromkeys((1, 16_383, 16_384, 16_385, 32_767, 40_000, 65_535, 65_536, 65_537), 0)
    async with library.database.write() as uow:
        for number in there:
            uow.images.add(library.image(f"{number}.png", id=number))
            rival = library.image("rival.png", id=number + 100_000, business_id=library.other)
            uow.images.add(rival)
    async with library.database.write() as uow:
        for number in (16_384, 65_535, 65_536):
            gone = await uow.images.lock(number)
            assert gone
            await uow.images.delete(gone)
            del there[number]
        for number in (16_385, 65_537):
            used = await uow.images.lock(number)
            assert used
            used.usage_count = there[number] = 1
    for chosen, kept in (("all", {0, 1}), ("published", {1}), ("unused", {0})):
        expected = [number for number, used in there.items() if used in kept]
        expected.sort(reverse=sort == "newest")
        for page in range(1, len(expected) + 2):
            found = await library.ask(filter=chosen, sort=sort, limit=1, page=page)
            assert ids(found.images) == expected[page - 1 : page], (chosen, page)
            assert found.total == len(expected)


async def test_a_cursor_keeps_its_place(library: Library) -> None:
    """What joins or leaves before it moves nobody: no image is met twice, none is passed over."""
    images = [await library.add(f"{number}.png") for number in range(6)]
    first = await library.ask(limit=2)
    await library.add("new.png")
    async with library.database.write() as uow:
        gone = await uow.images.lock(images[5].id)
        assert gone
        await uow.images.delete(gone)
    second = await library.ask(limit=2, cursor=first.after)
    assert ids(second.images) == [images[3].id, images[2].id]
    back = await library.ask(limit=2, cursor=second.before)
    assert [image.filename for image in back.images] == ["new.png", "4.png"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"page": 0}, "page_wrong"),
        ({"page": "-1"}, "page_wrong"),
        ({"page": "two"}, "page_wrong"),
        ({"page": 10**30}, "page_wrong"),
        ({"limit": 0}, "limit_wrong"),
        ({"limit": 101}, "limit_wrong"),
        ({"limit": "1.5"}, "limit_wrong"),
        ({"sort": "prettiest"}, "sort_unknown"),
        ({"filter": "mine"}, "filter_unknown"),
        ({"from": "yesterday"}, "date_wrong"),
        ({"to": "0001-01-01"}, "date_wrong"),
        ({"from": "2026-11-22", "to": "2026-11-21"}, "dates_reversed"),
        ({"text": "x" * 201}, "search_too_long"),
        ({"tag": "é" * 101}, "search_too_long"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(
    given: dict[str, str | int | None], code: str
) -> None:
    """Before any row is looked at."""
    with pytest.raises(UserError) as refused:
        read_search(given)
    assert refused.value.code == code


@pytest.mark.parametrize("cursor", ["x", "%%%", "bnVsbA", "W10", "eyJ9", "é", "A" * 500])
async def test_a_foreign_cursor_is_refused(library: Library, cursor: str) -> None:
    """One that nobody gave out."""
    with pytest.raises(UserError) as refused:
        await library.ask(cursor=cursor)
    assert refused.value.code == "cursor_wrong"


@pytest.mark.parametrize(
    ("sort", "value"),
    [("most_used", 10**30), ("most_used", -1), ("name", "\ud800"), ("name", "a\0"), ("newest", 1)],
)
async def test_a_cursor_that_was_changed_is_refused(
    library: Library, sort: str, value: object
) -> None:
    """Also where no database could look for what stands in it."""
    for number in range(2):
        await library.add(f"{number}.png")
    cursor = (await library.ask(sort=sort, limit=1)).after
    question, id_, _, before = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    changed = json.dumps([question, id_, value, before]).encode()
    with pytest.raises(UserError) as refused:
        await library.ask(sort=sort, limit=1, cursor=base64.urlsafe_b64encode(changed).decode())
    assert refused.value.code == "cursor_wrong"


async def test_a_cursor_goes_on_only_where_it_came_from(library: Library) -> None:
    """Not with another question, and not in another business."""
    for number in range(3):
        await library.add(f"{number}.png")
    cursor = (await library.ask(limit=1)).after
    for business_id, given in ((library.id, {"sort": "name"}), (library.other, {})):
        with pytest.raises(UserError) as refused:
            await library.ask(business_id, limit=1, cursor=cursor, **given)
        assert refused.value.code == "cursor_wrong"
