"""The number that a picture carries in its corner, so that 1️⃣–🔟 mean something.

Owns how that number looks: a dark disc with a light ring, readable on any ground and still at the
size of a chat's gallery tile. It must not know which picture has which number.
"""

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

SHARE: Final = 0.12

FINENESS: Final = 4  # drawn this much larger and scaled down, since Pillow draws hard edges
DARK: Final = (17, 20, 28, 235)
LIGHT: Final = (255, 255, 255, 255)

SIZES: Final = {1: 0.62, 2: 0.52, 3: 0.4}
"""The text's height as a share of the disc's, by the number of digits."""


def draw_number(image: Image.Image, number: int | str, share: float = SHARE) -> None:
    """Draw `number` (or a letter) into the upper left corner of an RGB `image`, in place.

    `share` is the disc's diameter as a share of the picture's shorter side.
    """
    diameter = max(round(min(image.size) * share), 24)
    disc = _disc(number, diameter)
    margin = round(diameter * 0.22)
    image.paste(disc, (margin, margin), disc)


@lru_cache(maxsize=128)
def _disc(number: int | str, diameter: int) -> Image.Image:
    """Kept, because drawing one takes longer than reading the thumbnail that it is drawn into."""
    side = diameter * FINENESS
    disc = Image.new("RGBA", (side, side), (*LIGHT[:3], 0))
    pen = ImageDraw.Draw(disc)
    pen.ellipse((0, 0, side - 1, side - 1), fill=LIGHT)
    ring = side * 0.055
    pen.ellipse((ring, ring, side - 1 - ring, side - 1 - ring), fill=DARK)
    text = str(number)
    font = ImageFont.load_default(side * SIZES.get(len(text), 0.3))
    pen.text(
        (side / 2, side / 2),
        text,
        font=font,
        fill=LIGHT,
        anchor="mm",
        stroke_width=side * 0.012,
        stroke_fill=LIGHT,
    )
    return disc.resize((diameter, diameter), Image.Resampling.LANCZOS)
