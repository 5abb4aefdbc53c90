"""A contact sheet of fifty pictures, against Pillow's own calls on the same thumbnails.

Both read fifty thumbnails of 256 pixels, as they stand in the store, and write one JPEG of five
columns. The desk's carries a number on every picture and is encoded anew where it would be more
than a megabyte; the yardstick opens, pastes and saves, no more. In turn, in this process; the
first sheet, which also draws the numbers, is counted too.
"""

import io
import time
from pathlib import Path

from PIL import Image

from bench.figures import Row, ms, percentile
from core.library.pictures import thumbnail
from core.library.sheets import GAP, MOST_TILES, SIDE, Tile, draw_sheet
from tests.core.hostile import encode, photo

ROUNDS = 40
COLUMNS = 5
MOST_MS = 50


async def measure(folder: Path) -> list[Row]:  # noqa: ARG001  # nothing is kept
    """The row of the table."""
    shapes = ((1024, 1024), (1024, 768), (768, 1024), (1200, 630))
    drawn = [thumbnail(encode(photo(*shape), "JPEG")) for shape in shapes]
    small = [drawn[number % len(drawn)] for number in range(MOST_TILES)]
    desk, bare = [], []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        draw_sheet([Tile(number, data) for number, data in enumerate(small, 1)], COLUMNS)
        middle = time.perf_counter()
        paste(small)
        desk.append((middle - begun) * 1000)
        bare.append((time.perf_counter() - middle) * 1000)
    ours, theirs = percentile(desk, 0.5), percentile(bare, 0.5)
    return [
        Row(
            "a contact sheet of 50 from thumbnails",
            f"{ms(ours)}, the first {ms(desk[0])}",
            f"{ms(theirs)} bare Pillow",
            f"{ours / theirs:.2f}×",
            f"≤ {MOST_MS} ms",
            ours <= MOST_MS,
        )
    ]


def paste(small: list[bytes]) -> bytes:
    """The bare sheet."""
    step = SIDE + GAP
    rows = -(-len(small) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP))
    for place, data in enumerate(small):
        row, column = divmod(place, COLUMNS)
        sheet.paste(Image.open(io.BytesIO(data)), (GAP + column * step, GAP + row * step))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=86)
    return out.getvalue()
