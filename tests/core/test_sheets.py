"""Contact sheets: every tile in its place, whole, numbered, in one JPEG that any chat takes."""

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.library.pictures import encode_jpeg, thumbnail
from core.library.sheets import GAP, MOST_BYTES, MOST_TILES, SIDE, Tile, draw_sheet
from tests.core.hostile import encode, scene

Colour = tuple[int, int, int]


def plain(colour: Colour, size: tuple[int, int] = (SIDE, SIDE)) -> bytes:
    """A thumbnail of one colour."""
    return encode_jpeg(Image.new("RGB", size, colour), 95)


def opened(data: bytes) -> Image.Image:
    """The sheet, decoded without any of our own code."""
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    image.load()
    return image


def square(sheet: Image.Image, columns: int, place: int) -> Image.Image:
    """The tile at a place, counted row by row from 0."""
    row, column = divmod(place, columns)
    left, top = GAP + column * (SIDE + GAP), GAP + row * (SIDE + GAP)
    return sheet.crop((left, top, left + SIDE, top + SIDE))


def near(one: Colour, other: Colour) -> bool:
    """Whether two colours look the same, JPEG's losses aside."""
    return all(abs(a - b) <= 12 for a, b in zip(one, other, strict=True))


def colour_at(image: Image.Image, x: int, y: int) -> Colour:
    """The pixel there."""
    red, green, blue = image.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


colours = st.tuples(*(st.integers(0, 255),) * 3)
sides = st.integers(1, 400)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(colours, sides, sides) | st.none(), min_size=1, max_size=MOST_TILES),
    st.integers(1, 60),
    st.integers(1, 990),
)
def test_every_tile_stands_in_its_place(
    given_: list[tuple[Colour, int, int] | None], columns: int, first: int
) -> None:
    """Row by row, in the order given, its middle in the middle of its place, whatever its shape."""
    tiles = [
        Tile(first + place, plain(one[0], one[1:]) if one else None)
        for place, one in enumerate(given_)
    ]
    data = draw_sheet(tiles, columns)
    assert len(data) <= MOST_BYTES
    sheet, columns = opened(data), min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    assert sheet.size == (columns * (SIDE + GAP) + GAP, rows * (SIDE + GAP) + GAP)
    for place, one in enumerate(given_):
        if one and min(one[1:]) * SIDE >= 16 * max(*one[1:], SIDE):  # thinner ones blur into ground
            there = square(sheet, columns, place)
            assert near(colour_at(there, SIDE // 2, SIDE // 2), one[0])


def test_a_picture_is_shown_whole() -> None:
    """A wide one keeps its left and right ends; what lies above and below is the sheet's ground."""
    left, right = (200, 30, 30), (30, 30, 200)
    wide = Image.new("RGB", (256, 128), left)
    wide.paste(right, (128, 0, 256, 128))
    there = square(opened(draw_sheet([Tile(1, encode_jpeg(wide, 95))])), 1, 0)
    assert near(colour_at(there, 4, 180), left)
    assert near(colour_at(there, 251, 180), right)
    assert near(colour_at(there, 128, 250), (17, 20, 28))


def test_every_number_looks_different() -> None:
    """Up to four digits: no two tiles with the same picture carry the same corner."""
    numbers = [1, 2, 9, 10, 11, 19, 50, 51, 99, 100, 101, 999, 1000]
    sheet = opened(draw_sheet([Tile(number, plain((90, 90, 90))) for number in numbers], 13))
    corners = [square(sheet, 13, place).crop((0, 0, 80, 80)) for place in range(len(numbers))]
    assert len({corner.tobytes() for corner in corners}) == len(numbers)
    for corner in corners:  # light digits on a dark disc
        seen = corner.convert("L").tobytes()
        assert min(seen) < 50
        assert max(seen) > 220


def test_a_picture_that_is_not_there_yet_has_its_place_and_number() -> None:
    """An empty tile is numbered as any other, marked, and gives way to the picture later."""
    data = thumbnail(encode(scene(), "PNG"))
    before = opened(draw_sheet([Tile(1, data), Tile(2, None)]))
    after = opened(draw_sheet([Tile(1, data), Tile(2, data)]))
    assert before.size == after.size
    empty, full = square(before, 2, 1), square(after, 2, 1)
    assert near(colour_at(empty, 128, 60), (38, 43, 56))
    assert near(colour_at(empty, 128, 128), (120, 128, 148))
    assert empty.crop((60, 60, 250, 250)).tobytes() != full.crop((60, 60, 250, 250)).tobytes()
    assert near(colour_at(empty, 36, 22), colour_at(full, 36, 22))  # inside the number's disc


def test_the_noisiest_pictures_stay_below_a_megabyte() -> None:
    """Chats take ten pictures of one megabyte each; noise cannot be compressed, only blurred."""
    noise = encode_jpeg(Image.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3)), 95)
    tiles = [Tile(number + 1, noise) for number in range(MOST_TILES)]
    assert len(draw_sheet(tiles)) <= MOST_BYTES


@pytest.mark.parametrize(("count", "columns"), [(0, 5), (MOST_TILES + 1, 5), (3, 0)])
def test_what_makes_no_sheet_is_refused(count: int, columns: int) -> None:
    """No tiles, too many, or no columns."""
    with pytest.raises(ValueError, match="tiles in"):
        draw_sheet([Tile(1, None)] * count, columns)
