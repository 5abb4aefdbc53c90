"""The paper of the sketch artist: smooth shapes, gradients, glows and mist in Pillow.

Owns drawing technique alone. It must not know what is drawn: scenes and motifs do.

Lengths are fractions: x of the width, y of the height (0 at the top), and where a length has no
direction, of the shorter side. Pillow draws hard edges, so every shape is a mask drawn at twice the
size and scaled down.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from random import Random
from typing import Final, TypeAlias

from PIL import Image, ImageDraw, ImageFilter

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]

FINENESS: Final = 2
STEPS: Final = 10  # of a curve, from one of its points to the next
RIM: Final = 180  # what Pillow's radial gradient has reached in the middle of each edge


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour that lies `share` (0–1) of the way from `first` to `second`."""
    red, green, blue = (
        round(a + (b - a) * min(max(share, 0.0), 1.0)) for a, b in zip(first, second, strict=True)
    )
    return red, green, blue


def colour(text: str) -> Colour:
    """`rrggbb` as a colour."""
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def chance(random: Random, share: float) -> bool:
    """True in `share` (0–1) of all cases."""
    return random.random() < share


class Canvas:
    """A picture while it is drawn. `random` is the hand: the same one draws the same picture."""

    def __init__(self, size: tuple[int, int], random: Random) -> None:
        self.image = Image.new("RGB", size)
        self.width, self.height = size
        self.short = min(size)
        self.random = random

    def fill(self, stops: Sequence[Colour], top: float = 0.0, bottom: float = 1.0) -> None:
        """Wash everything between two heights with a gradient of two or more colours."""
        first, last = round(top * self.height), round(bottom * self.height)
        self.image.paste(gradient(stops, (self.width, max(last - first, 1))), (0, first))

    def shapes(
        self, draw: Callable[["Shape"], None], stops: Sequence[Colour], strength: float = 1.0
    ) -> None:
        """Paint what `draw` draws in one colour, or in a gradient over its height."""
        shape = Shape(self)
        draw(shape)
        self.paint(shape.mask, stops, strength)

    def inside(
        self, edge: "Shape", mask: Image.Image, stops: Sequence[Colour], strength: float = 1.0
    ) -> None:
        """Paint through a mask, but only where `edge` is too."""
        empty = Image.new("L", edge.mask.size)
        self.paint(Image.composite(mask, empty, edge.mask), stops, strength)

    def paint(self, mask: Image.Image, stops: Sequence[Colour], strength: float = 1.0) -> None:
        """Paint through a mask of any size, scaled to the canvas."""
        if mask.size != self.image.size:
            mask = mask.resize(self.image.size, Image.Resampling.BOX)
        box = mask.getbbox()
        if box is None:
            return
        part = mask.crop(box)
        if strength < 1:
            part = part.point(lambda value: value * strength)
        size = (box[2] - box[0], box[3] - box[1])
        self.image.paste(gradient(stops, size), box[:2], part)

    def glow(self, at: Point, radius: float, light: Colour, strength: float) -> None:
        """Light that fades out towards `radius` (of the shorter side)."""
        side = max(round(radius * self.short * 2), 2)
        falling = Image.radial_gradient("L").point(
            lambda value: 255 * strength * max(0.0, 1 - value / RIM) ** 2
        )
        soft = falling.resize((side, side), Image.Resampling.BICUBIC)
        corner = (round(at[0] * self.width - side / 2), round(at[1] * self.height - side / 2))
        self.image.paste(Image.new("RGB", (side, side), light), corner, soft)

    def mist(self, top: float, bottom: float, shade: Colour, strength: float) -> None:
        """A veil that is thin at `top` and thickest at `bottom`."""
        first, last = round(top * self.height), round(bottom * self.height)
        size = (self.width, max(last - first, 1))
        veil = Image.linear_gradient("L").point(lambda value: value * strength)
        self.image.paste(
            Image.new("RGB", size, shade), (0, first), veil.resize(size, Image.Resampling.BILINEAR)
        )

    def soft(
        self, draw: Callable[["Shape"], None], shade: Colour, blur: float, strength: float
    ) -> None:
        """As `shapes`, out of focus: `blur` is of the shorter side. Drawn small, so it is cheap."""
        shape = Shape(self, fineness=0.25)
        draw(shape)
        mask = shape.mask.filter(ImageFilter.GaussianBlur(blur * self.short / 4))
        mask = mask.resize(self.image.size, Image.Resampling.BICUBIC)
        self.paint(mask, [shade], strength)

    def stamp(self, tile: Image.Image, at: Point) -> None:
        """Set an RGBA tile with the middle of its lower edge on a point."""
        x = round(at[0] * self.width - tile.width / 2)
        y = round(at[1] * self.height - tile.height)
        self.image.paste(tile, (x, y), tile)


class Shape:
    """A mask to draw on in the canvas's fractions."""

    def __init__(self, canvas: Canvas, fineness: float = FINENESS) -> None:
        self._wide = canvas.width * fineness
        self._high = canvas.height * fineness
        self._unit = canvas.short * fineness
        self.aspect = canvas.width / canvas.height
        self.mask = Image.new("L", (round(self._wide), round(self._high)))
        self._pen = ImageDraw.Draw(self.mask)

    def polygon(self, points: Iterable[Point], value: int = 255) -> None:
        """A filled outline."""
        self._pen.polygon([(x * self._wide, y * self._high) for x, y in points], fill=value)

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        """A filled rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)])

    def circle(self, at: Point, radius: float, value: int = 255, flat: float = 1.0) -> None:
        """A disc; `flat` under 1 squeezes it from above."""
        x, y, r = at[0] * self._wide, at[1] * self._high, radius * self._unit
        self._pen.ellipse((x - r, y - r * flat, x + r, y + r * flat), fill=value)

    def line(self, points: Iterable[Point], width: float, value: int = 255) -> None:
        """A stroke with round joints; `width` is of the shorter side."""
        path = [(x * self._wide, y * self._high) for x, y in points]
        self._pen.line(path, fill=value, width=max(round(width * self._unit), 1), joint="curve")


def gradient(stops: Sequence[Colour], size: tuple[int, int]) -> Image.Image:
    """Colours from top to bottom, evenly spaced."""
    if len(stops) == 1:
        return Image.new("RGB", size, stops[0])
    rows = max(min(size[1], 512), 2)
    strip = Image.new("RGB", (1, rows))
    for row in range(rows):
        place = row / (rows - 1) * (len(stops) - 1)
        index = min(int(place), len(stops) - 2)
        strip.putpixel((0, row), mix(stops[index], stops[index + 1], place - index))
    return strip.resize(size, Image.Resampling.BILINEAR)


def smooth(points: Sequence[Point], *, closed: bool = True) -> list[Point]:
    """A curve through the points (Catmull-Rom)."""
    count = len(points)
    path = []
    for index in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(index + shift) % count] for shift in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(index + shift, 0), count - 1)] for shift in (-1, 0, 1, 2))
        for step in range(STEPS):
            t = step / STEPS
            path.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return path if closed else [*path, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def rolling(random: Random, waves: int, steps: int = 80) -> list[Point]:
    """A soft line from left to right as (x 0–1, height −1–1)."""
    parts = [
        (random.uniform(0.6, 1.3) * (index + 1) * 0.8, random.uniform(0, math.tau), 1 / (index + 1))
        for index in range(waves)
    ]
    weight = sum(part[2] for part in parts)
    return [
        (
            step / steps,
            sum(
                share * math.sin(math.tau * often * step / steps + phase)
                for often, phase, share in parts
            )
            / weight,
        )
        for step in range(steps + 1)
    ]


def jagged(random: Random, depth: int, roughness: float) -> list[Point]:
    """A mountain line from left to right as (x 0–1, height about −1–1)."""
    heights = [random.uniform(-0.6, 0.6), random.uniform(-0.6, 0.6)]
    reach = 1.0
    for _ in range(depth):
        finer = []
        for left, right in pairwise(heights):
            finer += [left, (left + right) / 2 + random.uniform(-reach, reach) * 0.6]
        heights = [*finer, heights[-1]]
        reach *= roughness
    return [(index / (len(heights) - 1), height) for index, height in enumerate(heights)]
