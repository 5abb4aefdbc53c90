"""The contract of the library's rows, on SQLite and on PostgreSQL: what is found, in what order."""

import random
from dataclasses import replace
from typing import Any

import pytest

from core.errors import UserError
from core.library.images import star, unstar
from core.library.search import FILTERS, SORTS, Search, Sort, name_key, read_search, words_of
from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock
from tests.contracts.library_grounds import Library, ids


@pytest.fixture
async def library(database: Database, clock: StoppedClock) -> Library:
    """An empty library."""
    library = Library(database, clock)
    await library.found()
    return library


async def test_which_of_some_numbers_are_the_businesss_own(library: Library) -> None:
    """Neither what is not there, nor what is another business's."""
    mine, other = await library.add(), await library.add()
    foreign = await library.add(business_id=library.other)
    asked = {mine.id, other.id, foreign.id, foreign.id + 1, 10**18 - 1}
    async with library.database.read() as uow:
        assert await uow.images.existing(library.id, asked) == {mine.id, other.id}
        assert await uow.images.existing(library.id, set()) == set()


# ── words ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filename", "quiet-lighthouse.png"),
        ("original_filename", "Lighthouse (1).PNG"),
        ("title", "The Lighthouse"),
        ("ai_prompt", "a lighthouse, at dusk"),
        ("tags", ["sea", "lighthouse keeper"]),
        ("description", "Waves beneath a LIGHTHOUSE."),
    ],
)
async def test_a_word_is_found_wherever_it_stands(
    library: Library, field: str, value: object
) -> None:
    """In file names, title, prompt, tags and description, whatever its case."""
    image = await library.add("plain.png")
    await library.add("other.png", title="something else")
    await library.change(image, **{field: value})
    assert ids((await library.ask(text="lighthouse")).images) == [image.id]


async def test_words_are_found_as_they_are_typed(library: Library) -> None:
    """Every beginning of the last word finds it, a wrong letter does not."""
    await library.add(title="photography")
    for length in range(1, len("photography") + 1):
        assert (await library.ask(text="photography"[:length])).total == 1
    assert (await library.ask(text="photographx")).total == 0
    assert (await library.ask(text="hotography")).total == 0


async def test_all_words_must_be_there(library: Library) -> None:
    """In any order; only the last one may be unfinished."""
    await library.add("a.png", title="red fox at night")
    await library.add("b.png", title="red hen")
    assert await library.names(text="night red") == ["a.png"]
    assert await library.names(text="re night") == []
    assert await library.names(text="hen fo") == []


async def test_accents_and_case_do_not_matter(library: Library) -> None:
    """Neither in the image nor in what is typed."""
    await library.add("a.png", title="Crème brûlée in der STRASSE")
    for text in ("creme", "CRÈME", "brûlee", "straße"):
        assert (await library.ask(text=text)).total == 1, text


@pytest.mark.parametrize(
    "text", ['"', "fox*", "a OR b", "NEAR(a b)", "title:fox", "'", "-", "& | !"]
)
async def test_what_databases_take_for_commands_are_words(library: Library, text: str) -> None:
    """No sign of a query language acts, and none fails."""
    await library.add("fox.png", title="fox")
    found = await library.ask(text=text)
    assert found.total == (1 if text == "fox*" else 0)


async def test_words_of_all_scripts_are_found(library: Library) -> None:
    """Also where a script has no case, or marks beside its letters."""
    for number, title in enumerate(("лиса ночью", "狐の写真", "हिन्दी चित्र", "여우 사진", "צילום")):
        await library.add(f"{number}.png", title=title)
        assert await library.names(text=title) == [f"{number}.png"]


async def test_a_changed_title_is_found_by_its_new_words_only(library: Library) -> None:
    """Old words find nothing any more."""
    image = await library.add("a.png", title="old words")
    await library.change(image, title="new words")
    assert (await library.ask(text="old")).total == 0
    assert ids((await library.ask(text="new")).images) == [image.id]


# ── conditions ───────────────────────────────────────────────────────────────────────────────────


async def test_filters_say_what_an_image_is(library: Library) -> None:
    """Each filter has its images, and only those; the counts are the same."""
    await library.add("made.png")
    await library.add("brought.jpg", source="upload")
    await library.add("starred.png", favourites=2)
    await library.add("approved.png", approved=True)
    await library.add("posted.png", usage_count=3)
    expected = {
        "all": {"made.png", "brought.jpg", "starred.png", "approved.png", "posted.png"},
        "uploaded": {"brought.jpg"},
        "ai_generated": {"made.png", "starred.png", "approved.png", "posted.png"},
        "favourites": {"starred.png"},
        "approved": {"approved.png"},
        "published": {"posted.png"},
        "unused": {"made.png", "brought.jpg", "starred.png", "approved.png"},
    }
    assert set(expected) == set(FILTERS)
    for chosen, names in expected.items():
        for sort in SORTS:
            found = await library.ask(filter=chosen, sort=sort)
            assert {image.filename for image in found.images} == names, (chosen, sort)
            assert found.total == len(names)


async def test_tag_person_and_provider_narrow(library: Library) -> None:
    """Alone and together; a tag whatever its case and spaces."""
    await library.add("a.png", tags=["Sun set", "sea"], provider="openai")
    await library.add("b.png", tags=["sea"], provider="sketch", creator_id=library.bob.id)
    assert await library.names(tag="sun  SET") == ["a.png"]
    assert await library.names(tag="sun") == []
    assert await library.names(person=library.bob.id) == ["b.png"]
    assert await library.names(provider="openai") == ["a.png"]
    assert await library.names(tag="sea", sort="oldest") == ["a.png", "b.png"]
    assert await library.names(tag="sea", person=library.ada.id, text="a") == ["a.png"]
    assert await library.names(tag="sea", provider="sketch", person=library.ada.id) == []


async def test_dates_are_whole_days_of_a_time_zone(library: Library) -> None:
    """Both days are included, from midnight to midnight where the people are."""
    library.clock.pass_(14 * 3600 - 60)  # 23:00 UTC on the 21st
    await library.add("late.png")
    library.clock.pass_(3 * 3600)
    await library.add("early.png")  # 02:01 UTC on the 22nd
    assert await library.names(**{"from": "2026-11-21", "to": "2026-11-21"}) == ["late.png"]
    assert await library.names(**{"from": "2026-11-22"}) == ["early.png"]
    assert await library.names(to="2026-11-20") == []
    for sort in SORTS:
        berlin = read_search(
            {"from": "2026-11-22", "to": "2026-11-22", "sort": sort}, "Europe/Berlin"
        )
        found = await library.find(replace(berlin, text="png"))
        assert (found.total, len((await library.find(berlin)).images)) == (2, 2)


async def test_no_business_meets_anothers_images(library: Library) -> None:
    """By no word, filter, number, hash or name."""
    own = await library.add("fox.png", title="fox")
    theirs = await library.add("fox.png", title="fox", business_id=library.other, tags=["secret"])
    for given in ({}, {"text": "fox"}, {"filter": "unused", "sort": "name"}, {"sort": "most_used"}):
        assert ids((await library.ask(**given)).images) == [own.id]  # type: ignore[arg-type]  # the names are right
    async with library.database.read() as uow:
        assert await uow.images.of_business(library.id, theirs.id) is None
        assert await uow.images.by_hash(library.id, theirs.sha256) is None
        assert ids(await uow.images.named(library.id, "FOX.png", 9)) == [own.id]
        assert await uow.images.values(library.id, "tag", "", 9) == []
        near = await uow.images.near(library.id, theirs.dhash, 7)
        assert [image.id for image, _ in near] == [own.id]


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
        assert (first.total, first.exact) == (min(len(expected), 5_000), len(expected) <= 5_000)


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


async def test_a_cursor_goes_on_only_where_it_came_from(library: Library) -> None:
    """Not with another question, and not in another business."""
    for number in range(3):
        await library.add(f"{number}.png")
    cursor = (await library.ask(limit=1)).after
    for business_id, given in ((library.id, {"sort": "name"}), (library.other, {})):
        with pytest.raises(UserError) as refused:
            await library.ask(business_id, limit=1, cursor=cursor, **given)
        assert refused.value.code == "cursor_wrong"


# ── counts, stars, likeness ──────────────────────────────────────────────────────────────────────


async def test_counts_follow_every_change(library: Library) -> None:
    """They are kept, not counted, and stay true when images change and go."""
    image = await library.add("a.png", tags=["sea", "sky"])
    await library.add("b.png", tags=["sea"])
    async with library.database.read() as uow:
        assert await uow.images.values(library.id, "tag", "s", 9) == [("sea", 2), ("sky", 1)]
        assert await uow.images.values(library.id, "tag", "sk", 9) == [("sky", 1)]
        assert await uow.images.values(library.id, "by", "", 9) == [(library.ada.id, 2)]
    await library.change(image, tags=["Größe %/_"], usage_count=1)
    assert (await library.ask(filter="published")).total == 1
    async with library.database.write() as uow:
        assert await uow.images.values(library.id, "tag", "", 9) == [("grösse %/_", 1), ("sea", 1)]
        gone = await uow.images.lock(image.id)
        assert gone
        await uow.images.delete(gone)
    found = await library.ask(filter="published")
    assert (found.total, found.pages, found.images) == (0, 0, [])
    assert (await library.ask()).total == 1


async def test_a_star_counts_once_a_person(library: Library) -> None:
    """However often it is put or taken; an image is a favourite while anybody stars it."""
    image = await library.add()
    for member in (library.ada, library.ada, library.bob):
        library.clock.pass_(1)
        async with library.database.write() as uow:
            await star(uow, image.id, member.id)
    async with library.database.read() as uow:
        assert await uow.images.starred_by(library.ada.id, [image.id, 999]) == {image.id}
        assert [one.member_id for one in await uow.images.stars(image.id)] == [
            library.ada.id,
            library.bob.id,
        ]
    for member in (library.ada, library.ada):
        async with library.database.write() as uow:
            await unstar(uow, image.id, member.id)
    found = await library.ask(filter="favourites")
    assert [(one.id, one.favourites) for one in found.images] == [(image.id, 1)]
    async with library.database.write() as uow:
        await unstar(uow, image.id, library.bob.id)
    assert (await library.ask(filter="favourites")).total == 0


async def test_likeness_is_found_up_to_seven_bits(library: Library) -> None:
    """Wherever the bits lie: of four bands, one always differs in at most one bit."""
    chance = random.Random(11)  # noqa: S311  # as above
    own = 0x0123456789ABCDEF
    expected = {}
    for _ in range(60):
        apart = chance.randrange(14)
        bits = sum(1 << place for place in chance.sample(range(64), apart))
        image = await library.add(f"{apart}.png", dhash=f"{own ^ bits:016x}")
        if apart <= 7:
            expected[image.id] = apart
    async with library.database.read() as uow:
        found = await uow.images.near(library.id, f"{own:016x}", 7)
    assert {image.id: apart for image, apart in found} == expected
    assert [apart for _, apart in found] == sorted(expected.values())


async def test_the_same_file_brought_twice_at_once_stays_one(library: Library) -> None:
    """Whoever comes second hears of a conflict, and finds the first when asking again."""
    first = await library.add(source="upload")
    assert await library.insert_soon(
        library.image("b.png", source="upload", sha256=first.sha256)
    ) == ("conflict")
    assert await library.insert_soon(library.image("c.png", sha256=first.sha256)) == ""
    async with library.database.read() as uow:
        known = await uow.images.by_source(library.id, first.source_sha256)
    assert known
    assert known.id == first.id


def test_words_are_cut_to_a_bearable_size() -> None:
    """A prompt of any length makes a document that an index can hold."""
    assert words_of("Ab, ab; C_d  é") == ["ab", "c", "d", "e"]
    assert words_of("x" * 500) == ["x" * 40]
    assert len(words_of(" ".join(str(number) for number in range(9_000)))) == 400
