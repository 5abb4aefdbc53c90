"""The number that a picture carries in its corner, so that 1️⃣–🔟 mean something.

Owns how that number looks: a dark disc with a light ring, readable on any ground and still at the
size of a chat's gallery tile. It must not know which picture has which number.
"""

from typing import Final

from PIL import Image, ImageDraw, ImageFont

SHARE: Final = 0.12
"""The disc's diameter as a share of the picture's shorter side."""

FINENESS: Final = 4  # drawn this much larger and scaled down, since Pillow draws hard edges
DARK: Final = (17, 20, 28, 235)
LIGHT: Final = (255, 255, 255, 255)


def draw_number(image: Image.Image, number: int) -> None:
    """Draw `number` into the upper left corner of an RGB `image`, in place."""
    diameter = max(round(min(image.size) * SHARE), 24)
    side = diameter * FINENESS
    disc = Image.new("RGBA", (side, side), (*LIGHT[:3], 0))
    pen = ImageDraw.Draw(disc)
    pen.ellipse((0, 0, side - 1, side - 1), fill=LIGHT)
    ring = side * 0.055
    pen.ellipse((ring, ring, side - 1 - ring, side - 1 - ring), fill=DARK)
    text = str(number)
    font = ImageFont.load_default(side * (0.62 if len(text) == 1 else 0.52))
    pen.text(
        (side / 2, side / 2),
        text,
        font=font,
        fill=LIGHT,
        anchor="mm",
        stroke_width=side * 0.012,
        stroke_fill=LIGHT,
    )
    disc = disc.resize((diameter, diameter), Image.Resampling.LANCZOS)
    margin = round(diameter * 0.22)
    image.paste(disc, (margin, margin), disc)
