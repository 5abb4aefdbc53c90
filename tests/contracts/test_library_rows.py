"""The contract of the library's rows, on SQLite and on PostgreSQL: what is found, and counted."""

import random
from dataclasses import replace

import pytest

from core.library.images import star, unstar
from core.library.search import FILTERS, SORTS, read_search, words_of
from tests.contracts.library_grounds import Library, ids


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
