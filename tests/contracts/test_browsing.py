"""The library's panels as the inbox hands them out, on SQLite and on PostgreSQL."""

import io
from dataclasses import replace

import pytest
from PIL import Image as Pixels

from bot.surfaces.discord.controls import control_rows
from core.chat import Nothing, Panel
from core.library.finding import Found
from core.wording.library import gallery_title
from tests.contracts.browsing_grounds import (
    Reader,
    actions,
    card_of,
    menu,
    pictures,
    said,
    shelf,
)
from tests.contracts.library_grounds import Library

# ── the gallery ──────────────────────────────────────────────────────────────────────────────────


async def test_a_page_shows_ten_pictures_on_one_sheet(library: Library, ada: Reader) -> None:
    """Newest first, each with its number, origin and use."""
    for image in await shelf(library, 11):
        await library.change(image, usage_count=2 if image.id == 11 else 0)
    card = await ada.opens("/library")
    assert card.title == "Library: 11 pictures"
    assert pictures(card) == [f"{place}. Picture {12 - place}" for place in range(1, 11)]
    assert card.lines[0] == "1. Picture 11 · no. 11 · AI generated · used 2 times"
    assert card.lines[1] == "2. Picture 10 · no. 10 · AI generated · not used yet"
    (sheet,) = card.pictures
    assert sheet.id == f"sheet:{library.id}:11,10,9,8,7,6,5,4,3,2"
    assert actions(card) == ["filter", "sort", "pick", "next", "search", "use", "details"]


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (Found([], 1, 1, 1), "Library: 1 picture"),
        (Found([], 12_345, 1_235, 1), "Library: 12,345 pictures"),
        (Found([], 5_000, 500, 1, exact=False), "Library: more than 5,000 pictures"),
    ],
)
def test_a_gallery_tells_how_many_there_are(found: Found, title: str) -> None:
    """Where nobody counted to the end, it says so."""
    assert gallery_title(found) == title


async def test_pages_are_turned_both_ways(library: Library, ada: Reader) -> None:
    """There is no button where there is no page; what comes meanwhile moves nobody."""
    await shelf(library, 21)
    first = await ada.opens("/library --sort oldest")
    second = await ada.turns(first, "next")
    assert pictures(second)[0] == "1. Picture 11"
    assert {"previous", "next"} <= set(actions(second))
    last = await ada.turns(second, "next")
    assert pictures(last) == ["1. Picture 21"]
    assert "next" not in actions(last)
    await library.add(title="Picture 22")
    again = await ada.turns(await ada.turns(last, "previous"), "previous")
    assert pictures(again) == pictures(first)
    assert "previous" not in actions(again)


async def test_a_page_whose_pictures_all_went_gives_way_to_the_first(
    library: Library, ada: Reader
) -> None:
    """Instead of an empty one."""
    images = await shelf(library, 11)
    second = await ada.turns(await ada.opens("/library --sort oldest"), "next")
    await library.remove(images[-1])
    assert pictures(await ada.turns(second, "pick"))[0] == "1. Picture 1"


async def test_words_filter_and_sort_narrow_together(library: Library, ada: Reader) -> None:
    """As typed, and then by the menus, which show what stands."""
    await library.add("b.png", title="Red fox", source="upload")
    await library.add("a.png", title="Red fox in snow", source="upload")
    await library.add("c.png", title="Red fox asleep")
    await library.add("d.png", title="A boat", source="upload")
    card = await ada.opens("/library red fox --filter uploaded --sort name")
    assert card.title == "Library: 2 pictures"
    assert card.lines[0] == "Searched: “red fox”."
    assert pictures(card) == ["1. Red fox in snow", "2. Red fox"]
    assert (menu(card, "filter").chosen, menu(card, "sort").chosen) == (("uploaded",), ("name",))
    card = await ada.turns(await ada.turns(card, "filter", "all"), "sort", "newest")
    assert pictures(card) == ["1. Red fox asleep", "2. Red fox in snow", "3. Red fox"]


async def test_the_panel_names_the_same_place_on_the_page(library: Library, ada: Reader) -> None:
    """With the question in the address, and without what asks nothing."""
    image = await library.add(title="Red fox")
    lines = {
        "/library red fox --sort name": "/library?text=red+fox&sort=name",
        "/library --filter all": "/library",
        f"/image {image.id}": f"/library/{image.id}",
    }
    for line, path in lines.items():
        panel = await ada.command(line)
        assert isinstance(panel, Panel)
        assert panel.path == path


async def test_the_search_form_asks_for_all_that_can_be_asked(
    library: Library, ada: Reader, eve: Reader
) -> None:
    """Words, tag, person and days; it opens with what was asked before."""
    await eve.command("/help")
    await library.add(title="Red fox", tags=["Autumn"])
    await library.add(title="Red fox", tags=["winter"])
    form = await ada.fills(await ada.opens("/library fox"), "search")
    assert form.fields[0].value == "fox"
    day = library.clock.now().date().isoformat()
    asked = {"text": "red", "tag": "autumn", "person": library.ada.id, "from": day, "to": day}
    assert [field.id for field in form.fields] == list(asked)
    card = card_of(await ada.sends(form, asked))
    assert card.lines[0] == f"Searched: “red”, tagged autumn, by Ada, from {day}, to {day}."
    assert card.title == "Library: 1 picture"
    again = await ada.fills(card, "search")
    assert {field.id: field.value for field in again.fields} == asked
    everything = dict.fromkeys(asked, "") | {"person": "anybody"}
    assert card_of(await ada.sends(again, everything)).title == "Library: 2 pictures"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"from": "soon"}, "from: “soon” is not a date."),
        ({"to": "31.12.2026"}, "to: “31.12.2026” is not a date."),
        ({"from": "2026-11-22", "to": "2026-11-21"}, "to: The first day, 2026-11-22, is after"),
        ({"text": "x" * 201}, "text: A search has at most 200 characters"),
    ],
    ids=["from", "to", "reversed", "long"],
)
async def test_what_is_wrong_in_a_search_is_said_at_its_field(
    library: Library, ada: Reader, given: dict[str, str], wrong: str
) -> None:
    """And the question stays as it was."""
    await shelf(library, 1)
    card = await ada.opens("/library picture")
    form = await ada.fills(card, "search")
    assert wrong in said(await ada.sends(form, given))
    assert card_of(await ada.press(card, "filter", "all")) == card


async def test_nothing_found_is_said(library: Library, ada: Reader) -> None:
    """An empty library says how to fill it; a search for nothing, that it found nothing."""
    card = await ada.opens("/library")
    assert (card.title, card.pictures) == ("Library: 0 pictures", ())
    assert card.lines == (
        "The library is empty. /generate draws pictures, /upload brings your own.",
    )
    assert actions(card) == ["filter", "sort", "search"]
    await shelf(library, 1)
    card = await ada.opens("/library unicorn")
    assert card.lines[1].startswith("Nothing answers this search.")


async def test_what_a_command_cannot_mean_is_said_with_what_it_can(ada: Reader) -> None:
    """Unknown filters and sorts, and a search that is too long."""
    assert "There are: all, uploaded" in said(await ada.command("/library --filter pretty"))
    assert "There are: newest, oldest" in said(await ada.command("/library --sort size"))
    assert "at most 200 characters" in said(await ada.command("/library " + "x" * 201))


# ── picking ──────────────────────────────────────────────────────────────────────────────────────


async def test_picks_of_several_pages_add_up(library: Library, ada: Reader) -> None:
    """What is picked elsewhere stays in the menu, chosen, and can be taken off there."""
    await shelf(library, 11)
    first = await ada.turns(await ada.opens("/library"), "pick", "11", "5")
    assert first.lines[-1] == "Picked: no. 11, no. 5."
    second = await ada.turns(first, "next")
    assert menu(second, "pick").chosen == ("11", "5")
    labels = [option.label for option in menu(second, "pick").options]
    assert labels == ["1. Picture 1 · no. 1", "Picture 11 · no. 11", "Picture 5 · no. 5"]
    both = await ada.turns(second, "pick", "11", "5", "1")
    assert both.lines[-1] == "Picked: no. 11, no. 5, no. 1."
    other = await ada.turns(await ada.turns(both, "filter", "uploaded"), "pick", "1")
    assert other.lines[-1] == "Picked: no. 1."


async def test_picked_pictures_become_a_post(library: Library, ada: Reader) -> None:
    """The publish form opens with their words and alt texts; what is sent is a post of them."""
    await library.add(title="Fox", description="A fox.", alt_text="A red fox")
    await library.add(title="Boat", alt_text="A boat")
    await library.post("draft")
    card = await ada.turns(await ada.opens("/library"), "pick", "1", "2")
    form = await ada.fills(card, "use")
    fields = {field.id: field.value for field in form.fields}
    assert (fields["caption"], fields["alt"]) == ("A fox.", "A red fox\nA boat")
    assert await ada.sends(form, {"caption": "Look!"}) == Nothing()
    async with library.database.read() as uow:
        (post,) = await uow.posts.with_image(1)
        assert [(each.image_id, each.alt) for each in post.images] == [
            (1, "A red fox"),
            (2, "A boat"),
        ]
        assert (post.caption, post.job_id) == ("Look!", None)


async def test_a_post_and_details_need_a_pick(library: Library, ada: Reader) -> None:
    """A post at least one and at most ten, details exactly one."""
    await shelf(library, 11)
    card = await ada.opens("/library")
    assert said(await ada.press(card, "use")).startswith("Pick the pictures first")
    assert "0 are picked" in said(await ada.press(card, "details"))
    card = await ada.turns(card, "pick", "1", "2")
    assert "2 are picked" in said(await ada.press(card, "details"))
    everything = [str(number) for number in range(1, 12)]
    assert "At most 10 pictures" in said(await ada.press(card, "pick", *everything))
    assert (await ada.turns(card, "filter", "all")).lines[-1] == "Picked: no. 1, no. 2."


# ── while typing, and what is drawn ──────────────────────────────────────────────────────────────


async def test_names_and_tags_are_proposed_while_typing(library: Library, ada: Reader) -> None:
    """Numbers for /image, words for /library; nothing of others, and nobody is let in by it."""
    await library.add(title="Red fox", tags=["forest"])
    await library.add(title="Old fort")
    await library.add(business_id=library.other, title="Fortune")
    assert await ada.types("image", "name", "fo") == await ada.types("image", "name", "FO")
    named = (await ada.types("image", "name", "fo")).options
    assert [(one.value, one.label) for one in named] == [
        ("2", "Old fort · no. 2"),
        ("1", "Red fox · no. 1"),
    ]
    words = (await ada.types("library", "search", "fo")).options
    assert [one.value for one in words] == ["forest", "Old fort", "Red fox"]
    filters = (await ada.types("library", "filter", "up")).options
    assert [one.value for one in filters] == ["uploaded"]
    stranger = Reader(library, "Zoe")
    assert (await stranger.types("image", "name", "fo")).options == ()
    async with library.database.read() as uow:
        assert await uow.members.anywhere(library.id, "zoe") is None


async def test_a_panel_needs_at_most_five_rows_on_discord(library: Library, ada: Reader) -> None:
    """Also in the middle of a library, with ten picks on another page."""
    await shelf(library, 31)
    first = await ada.opens("/library")
    first = await ada.turns(first, "pick", *(str(number) for number in range(31, 21, -1)))
    middle = await ada.turns(first, "next")
    assert {"previous", "next"} <= set(actions(middle))
    assert len(menu(middle, "pick").options) == 20
    assert len(control_rows(middle)) <= 5
    assert len(control_rows(await ada.opens("/image 1"))) == 1


async def test_sheets_and_pictures_are_jpegs_of_ones_own_business(
    library: Library, ada: Reader
) -> None:
    """A lost thumbnail leaves an empty tile, as another business's picture does; where there never
    was one, the original serves.
    """
    out = io.BytesIO()
    Pixels.new("RGB", (800, 600), "red").save(out, "PNG")
    images = await shelf(library, 3)
    for image in images:
        await library.blobs.put(image.storage_key, out.getvalue(), "image/png")
        await library.blobs.put(image.thumbnail_key, out.getvalue(), "image/png")
    await library.blobs.delete(images[0].thumbnail_key)
    await library.change(images[1], thumbnail_key="")
    (sheet,) = (await ada.opens("/library")).pictures
    drawn = Pixels.open(io.BytesIO(await ada.inbox.load(sheet)))
    assert (drawn.format, drawn.size) == ("JPEG", (3 * 264 + 8, 264 + 8))
    reds = [drawn.getpixel((264 * place + 136, 200)) for place in range(3)]
    assert [is_red(pixel) for pixel in reds] == [True, True, False]
    (picture,) = (await ada.opens("/image 1")).pictures
    shown = Pixels.open(io.BytesIO(await ada.inbox.load(picture)))
    theirs = replace(picture, id=f"picture:{library.other}:1")
    assert Pixels.open(io.BytesIO(await ada.inbox.load(theirs))).size == (264 + 8, 264 + 8)
    assert (shown.format, shown.size, is_red(shown.getpixel((9, 9)))) == ("JPEG", (800, 600), True)


def is_red(pixel: object) -> bool:
    """Whether a pixel of a JPEG is red, as near as a JPEG is."""
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    return bool(red > 200 and max(green, blue) < 60)
