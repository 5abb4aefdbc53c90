"""The pictures of the pretended OpenAI: quick to draw, really decodable, no two alike.

It owns drawing, the blurred previews and the three ways in which a picture can be bad. It must not
know who ordered it or what it costs.
"""

import base64
import colorsys
import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

GOLDEN_ANGLE: Final = 0.381966
BAD_WAYS: Final = frozenset({"broken_base64", "truncated", "wrong_size"})


@dataclass(frozen=True)
class Drawing:
    """What is drawn.

    Attributes:
        number: counts all pictures of the server; it chooses the colours and is written into the
            picture, so two drawings never have the same bytes.
        kind: png, jpeg or webp.
        reference: the encoded picture that an edit starts from, if it is one.
    """

    number: int
    prompt: str
    size: tuple[int, int]
    kind: str
    transparent: bool = False
    reference: bytes | None = None


def draw(drawing: Drawing) -> bytes:
    """The finished picture, encoded."""
    return _encode(_paint(drawing), drawing.kind)


def preview(drawing: Drawing, step: int) -> bytes:
    """The same picture, as rough as it looks after `step` (from 0) of its partial images."""
    picture = _paint(drawing)
    rough = picture.resize((8 << step, 8 << step))
    return _encode(rough.resize(picture.size), drawing.kind)


def spoil(picture: bytes, way: str) -> str:
    """The picture as a bad `b64_json`: `broken_base64`, `truncated`, or `wrong_size` (half)."""
    text = base64.b64encode(picture).decode()
    if way == "broken_base64":
        return f"%{text[:-1]}"
    if way == "truncated":
        return base64.b64encode(picture[: len(picture) // 2]).decode()
    with Image.open(io.BytesIO(picture)) as whole:
        half = whole.resize((whole.width // 2, whole.height // 2))
        return base64.b64encode(_encode(half, (whole.format or "PNG").lower())).decode()


def _paint(drawing: Drawing) -> Image.Image:
    width, height = drawing.size
    hue = drawing.number * GOLDEN_ANGLE % 1
    if drawing.transparent:
        picture = Image.new("RGBA", drawing.size, (0, 0, 0, 0))
    elif drawing.reference is not None:
        with Image.open(io.BytesIO(drawing.reference)) as reference:
            picture = reference.convert("RGB").resize(drawing.size)
    else:
        picture = Image.new("RGB", drawing.size, _colour(hue, 0.35))
    pen = ImageDraw.Draw(picture)
    for ring in range(3):
        inset = 0.12 + 0.12 * ring
        corners = (width * inset, height * inset, width * (1 - inset), height * (1 - inset))
        pen.ellipse(corners, outline=_colour(hue + 0.5, 0.9), width=max(4, width // 64))
    pen.text((width // 16, height // 16), f"{drawing.number}: {drawing.prompt[:60]!a}")
    return picture


def _colour(hue: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, 0.7, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _encode(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    # Speed, not size: a bench draws hundreds.
    picture.save(out, kind.upper(), **({"compress_level": 1} if kind == "png" else {}))
    return out.getvalue()
