"""Contact sheets: many pictures as one, each with its number, made from thumbnails alone.

Owns how a sheet looks. One picture in a chat costs one post, however many it shows, and reading
fifty thumbnails is sixty times cheaper than reading the pictures they stand for. It must not know
which picture has which number, nor where thumbnails come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from core.library.numbering import draw_number
from core.library.pictures import THUMBNAIL_SIDE, encode_within, open_upright

MOST_TILES: Final = 50
MOST_BYTES: Final = 1_000_000

SIDE: Final = THUMBNAIL_SIDE
GAP: Final = 8
NUMBER_SHARE: Final = 0.2
"""Of a tile: chats show a sheet at a third of its size, and the number must still be read."""

GROUND: Final = (17, 20, 28)
EMPTY: Final = (38, 43, 56)
MARK: Final = (120, 128, 148)


@dataclass(frozen=True)
class Tile:
    """One place of a sheet: its number, and a thumbnail's bytes (anything that `preview` takes; a
    larger picture is scaled down), or None while there is no picture yet.
    """

    number: int
    data: bytes | None


def draw_sheet(tiles: Sequence[Tile], columns: int = 5) -> bytes:
    """A JPEG of 1–50 tiles, row by row, at most 1 MB; each picture whole, on 256 × 256 pixels.

    It has `columns` columns, or as many as there are tiles, and as many rows as that takes. A tile
    without a picture is an empty one with three dots. Slow (some 30 ms for 50): run it in a thread.
    Raises ValueError for no tiles, more than 50, or no columns.
    """
    if not 1 <= len(tiles) <= MOST_TILES or columns < 1:
        raise ValueError(f"{len(tiles)} tiles in {columns} columns")
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    step = SIDE + GAP
    sheet = Image.new("RGB", (columns * step + GAP, rows * step + GAP), GROUND)
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        sheet.paste(_draw(tile), (GAP + column * step, GAP + row * step))
    return encode_within(sheet, MOST_BYTES)


def _draw(tile: Tile) -> Image.Image:
    if tile.data is None:
        square = _waiting().copy()
    else:
        picture = open_upright(tile.data, SIDE)
        square = picture
        if picture.size != (SIDE, SIDE):
            square = Image.new("RGB", (SIDE, SIDE), GROUND)
            left, top = (SIDE - picture.width) // 2, (SIDE - picture.height) // 2
            square.paste(picture, (left, top))
    draw_number(square, tile.number, NUMBER_SHARE)
    return square


@lru_cache(maxsize=1)
def _waiting() -> Image.Image:
    square = Image.new("RGB", (SIDE, SIDE), EMPTY)
    pen = ImageDraw.Draw(square)
    middle = SIDE // 2
    for across in (-28, 0, 28):
        pen.circle((middle + across, middle), 7, fill=MARK)
    return square
