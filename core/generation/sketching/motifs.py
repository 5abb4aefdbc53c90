"""Motifs: the one thing that a sketch is about, drawn by itself on a transparent tile.

Owns the looks of animals, buildings and things. It must not know where in a picture they stand.
Coordinates on a tile: y from 0 (top) to 1 (bottom), x from 0 to the tile's width in heights.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, TypeAlias

from PIL import Image, ImageDraw

from core.generation.sketching.canvas import Colour, Point, mix, smooth
from core.generation.sketching.palettes import Palette

FINENESS: Final = 3
INK: Final = (38, 30, 36)
CREAM: Final = (253, 245, 232)


class Tile:
    """A transparent sheet, `aspect` times as wide as `height` pixels."""

    def __init__(self, height: int, aspect: float) -> None:
        self._unit = height * FINENESS
        self._size = (max(round(height * aspect), 1), max(height, 1))
        wide, high = (side * FINENESS for side in self._size)
        self._image = Image.new("RGBA", (wide, high))
        self._pen = ImageDraw.Draw(self._image)

    def polygon(self, points: Sequence[Point], shade: Colour) -> None:
        """A filled outline with corners."""
        self._pen.polygon([(x * self._unit, y * self._unit) for x, y in points], fill=shade)

    def curve(self, points: Sequence[Point], shade: Colour) -> None:
        """A filled outline without corners."""
        self.polygon(smooth(points), shade)

    def oval(self, at: Point, wide: float, high: float, shade: Colour) -> None:
        """An ellipse by its middle and half axes."""
        x, y = at
        box = ((x - wide) * self._unit, (y - high) * self._unit)
        end = ((x + wide) * self._unit, (y + high) * self._unit)
        self._pen.ellipse((*box, *end), fill=shade)

    def box(self, left: float, top: float, right: float, bottom: float, shade: Colour) -> None:
        """A rectangle."""
        edges = (left * self._unit, top * self._unit, right * self._unit, bottom * self._unit)
        self._pen.rectangle(edges, fill=shade)

    def line(self, points: Sequence[Point], width: float, shade: Colour) -> None:
        """A stroke with round joints."""
        path = [(x * self._unit, y * self._unit) for x, y in points]
        self._pen.line(path, fill=shade, width=max(round(width * self._unit), 1), joint="curve")

    def done(self) -> Image.Image:
        """The tile at its own size."""
        return self._image.resize(self._size, Image.Resampling.BOX)


Motif: TypeAlias = Callable[[int, Palette, Random], Image.Image]
"""Draws a tile of so many pixels' height."""


def fox(height: int, palette: Palette, random: Random) -> Image.Image:
    """Sitting, face to the viewer, the tail around to one side."""
    coat = mix((226, 109, 52), palette.accent, 0.15)
    shadow, white = mix(coat, INK, 0.28), mix(CREAM, palette.haze, 0.12)
    tile = Tile(height, 1.0)
    tail = [(0.52, 0.97), (0.76, 0.98), (0.93, 0.84), (0.97, 0.62), (0.88, 0.50), (0.84, 0.66)]
    tile.curve([*tail, (0.74, 0.80), (0.56, 0.84)], shadow)
    tile.curve([(0.965, 0.66), (0.97, 0.60), (0.88, 0.48), (0.845, 0.64), (0.91, 0.62)], white)
    tile.curve(
        [(0.40, 0.38), (0.30, 0.58), (0.22, 0.86), (0.28, 0.985), (0.66, 0.985)]
        + [(0.72, 0.86), (0.64, 0.58), (0.54, 0.38)],
        coat,
    )
    tile.curve([(0.60, 0.66), (0.71, 0.84), (0.68, 0.985), (0.54, 0.985), (0.55, 0.82)], shadow)
    tile.polygon(
        [(0.47, 0.46), (0.37, 0.52), (0.40, 0.74), (0.47, 0.88), (0.54, 0.74), (0.57, 0.52)], white
    )
    for x in (0.405, 0.535):
        tile.curve(
            [(x - 0.05, 0.72), (x + 0.05, 0.72), (x + 0.048, 0.985), (x - 0.048, 0.985)], coat
        )
        tile.curve(
            [(x - 0.046, 0.92), (x + 0.046, 0.92), (x + 0.06, 0.995), (x - 0.06, 0.995)], INK
        )
    _fox_head(tile, coat, shadow, white)
    return _face(tile.done(), random)


def _fox_head(tile: Tile, coat: Colour, shadow: Colour, white: Colour) -> None:
    for side in (-1, 1):
        tile.polygon(
            [(0.47 + side * x, y) for x, y in ((0.08, 0.14), (0.26, 0.0), (0.25, 0.24))], coat
        )
        tile.polygon(
            [(0.47 + side * x, y) for x, y in ((0.14, 0.14), (0.235, 0.06), (0.225, 0.19))], INK
        )
    tile.polygon(
        [
            (0.47, 0.52),
            (0.17, 0.32),
            (0.24, 0.17),
            (0.40, 0.11),
            (0.54, 0.11),
            (0.70, 0.17),
            (0.77, 0.32),
        ],
        coat,
    )
    for side in (-1, 1):
        cheek = ((0.30, 0.32), (0.13, 0.285), (0.045, 0.40), (0.0, 0.52))
        tile.polygon([(0.47 + side * x, y) for x, y in cheek], white)
        tile.oval((0.47 + side * 0.115, 0.265), 0.021, 0.026, INK)
        tile.oval((0.47 + side * 0.108, 0.257), 0.007, 0.008, CREAM)
    tile.polygon([(0.43, 0.11), (0.51, 0.11), (0.47, 0.30)], shadow)
    tile.oval((0.47, 0.505), 0.033, 0.024, INK)


def cat(height: int, palette: Palette, random: Random) -> Image.Image:
    """A sitting cat seen from behind, looking at the view."""
    coat = mix(INK, palette.near, 0.3)
    tile = Tile(height, 0.8)
    tile.curve(
        [
            (0.40, 0.28),
            (0.26, 0.42),
            (0.17, 0.72),
            (0.20, 0.97),
            (0.60, 0.97),
            (0.63, 0.72),
            (0.54, 0.42),
        ],
        coat,
    )
    tile.curve(
        [(0.40, 0.10), (0.25, 0.16), (0.23, 0.30), (0.40, 0.40), (0.57, 0.30), (0.55, 0.16)], coat
    )
    for side in (-1, 1):
        tile.polygon(
            [(0.40 + side * x, y) for x, y in ((0.03, 0.14), (0.15, 0.0), (0.175, 0.24))], coat
        )
    tail = [(0.56, 0.93), (0.70, 0.92), (0.755, 0.80), (0.70, 0.70), (0.735, 0.62)]
    tile.line(smooth(tail, closed=False), 0.055, coat)
    tile.oval((0.735, 0.62), 0.027, 0.027, coat)
    edge = mix(coat, palette.light, 0.45)
    tile.line(
        smooth(
            [(0.245, 0.20), (0.245, 0.30), (0.28, 0.37), (0.22, 0.52), (0.172, 0.72)], closed=False
        ),
        0.008,
        edge,
    )
    return _face(tile.done(), random)


def _face(tile: Image.Image, random: Random) -> Image.Image:
    return tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else tile


def lighthouse(height: int, palette: Palette, random: Random) -> Image.Image:
    """A striped tower with a lit lantern and the keeper's house."""
    wall = mix(CREAM, palette.sky[2], 0.25)
    stripe = mix(palette.accent, (176, 48, 52), 0.7)
    tile = Tile(height, 0.62)
    _cottage(tile, (0.38, 0.84, 0.58, 0.99), wall, mix(stripe, INK, 0.25), palette.light)
    bands = random.choice((5, 7))
    for index in range(bands):
        top, bottom = (0.24 + 0.76 * part / bands for part in (index, index + 1))
        shade = wall if index % 2 else stripe
        for share, tone in (
            (1.0, mix(shade, INK, 0.3)),
            (0.62, shade),
            (-0.45, mix(shade, palette.light, 0.4)),
        ):
            tile.polygon(
                [
                    (0.25 - _tower(top), top),
                    (0.25 + _tower(top) * share, top),
                    (0.25 + _tower(bottom) * share, bottom + 0.002),
                    (0.25 - _tower(bottom), bottom + 0.002),
                ],
                tone,
            )
    for y in (0.42, 0.62, 0.80):
        tile.box(0.235, y, 0.265, y + 0.045, mix(INK, palette.near, 0.4))
    tile.box(0.13, 0.215, 0.37, 0.24, INK)
    for x in (0.14, 0.195, 0.25, 0.305, 0.36):
        tile.line([(x, 0.17), (x, 0.22)], 0.006, INK)
    tile.line([(0.135, 0.172), (0.365, 0.172)], 0.006, INK)
    tile.box(0.19, 0.11, 0.31, 0.215, mix(palette.light, (255, 236, 170), 0.6))
    for x in (0.19, 0.25, 0.31):
        tile.line([(x, 0.11), (x, 0.215)], 0.008, INK)
    tile.polygon([(0.165, 0.115), (0.25, 0.03), (0.335, 0.115)], mix(stripe, INK, 0.35))
    tile.line([(0.25, 0.04), (0.25, 0.0)], 0.008, INK)
    return tile.done()


def _tower(y: float) -> float:
    return 0.075 + 0.055 * (y - 0.24) / 0.76


def _cottage(
    tile: Tile, edges: tuple[float, float, float, float], wall: Colour, roof: Colour, lit: Colour
) -> None:
    left, top, right, bottom = edges
    middle, eaves = (left + right) / 2, top + (bottom - top) * 0.35
    width = right - left
    tile.box(
        right - width * 0.30, top - width * 0.05, right - width * 0.18, eaves, mix(roof, INK, 0.4)
    )
    tile.box(left, eaves, right, bottom, wall)
    tile.box(right - width * 0.3, eaves, right, bottom, mix(wall, INK, 0.22))
    tile.polygon(
        [
            (left - width * 0.08, eaves),
            (left + width * 0.12, top),
            (right - width * 0.12, top),
            (right + width * 0.08, eaves),
        ],
        roof,
    )
    glow = mix(lit, (255, 214, 120), 0.6)
    for share in (0.16, 0.46):
        x = left + width * share
        tile.box(
            x,
            eaves + (bottom - eaves) * 0.28,
            x + width * 0.16,
            eaves + (bottom - eaves) * 0.62,
            glow,
        )
    tile.box(
        right - width * 0.22,
        eaves + (bottom - eaves) * 0.35,
        right - width * 0.08,
        bottom,
        mix(roof, INK, 0.3),
    )
    del middle


def house(height: int, palette: Palette, random: Random) -> Image.Image:
    """A cottage with light in its windows."""
    tile = Tile(height, 1.5)
    wall = mix(CREAM, palette.haze, 0.35)
    _cottage(tile, (0.15, 0.1, 1.35, 1.0), wall, mix(palette.accent, INK, 0.25), palette.light)
    return _face(tile.done(), random)


def boat(height: int, palette: Palette, random: Random) -> Image.Image:
    """A small sailing boat."""
    sail, hull = mix(CREAM, palette.light, 0.4), mix(palette.accent, INK, 0.35)
    tile = Tile(height, 0.95)
    tile.line([(0.46, 0.02), (0.46, 0.84)], 0.016, INK)
    tile.curve([(0.48, 0.03), (0.66, 0.34), (0.84, 0.76), (0.66, 0.79), (0.48, 0.78)], sail)
    tile.polygon(
        [(0.44, 0.10), (0.34, 0.50), (0.14, 0.78), (0.44, 0.78)], mix(sail, palette.accent, 0.35)
    )
    tile.polygon([(0.06, 0.83), (0.92, 0.83), (0.80, 0.985), (0.20, 0.985)], hull)
    tile.polygon([(0.06, 0.83), (0.92, 0.83), (0.90, 0.862), (0.09, 0.862)], CREAM)
    return _face(tile.done(), random)


def balloon(height: int, palette: Palette, random: Random) -> Image.Image:
    """A striped hot-air balloon."""
    tile = Tile(height, 0.78)
    second = mix(CREAM, palette.light, 0.3)
    for index, wide in enumerate((0.38, 0.27, 0.155, 0.05)):
        shade = palette.accent if index % 2 == 0 else second
        tile.curve(
            [
                (0.39, 0.01),
                (0.39 + wide * 0.72, 0.08),
                (0.39 + wide, 0.32),
                (0.39 + wide * 0.72, 0.54),
                (0.39 + wide * 0.2, 0.74),
                (0.39 - wide * 0.2, 0.74),
                (0.39 - wide * 0.72, 0.54),
                (0.39 - wide, 0.32),
                (0.39 - wide * 0.72, 0.08),
            ],
            mix(shade, INK, 0.05 * random.random()),
        )
    for x in (0.33, 0.45):
        tile.line([(x, 0.74), (0.39 + (x - 0.39) * 0.75, 0.9)], 0.006, INK)
    tile.box(0.34, 0.89, 0.44, 0.985, mix(INK, (150, 100, 60), 0.6))
    return tile.done()


def tree(height: int, palette: Palette, random: Random) -> Image.Image:
    """A broad tree with light on one side of its crown."""
    tile = Tile(height, 1.0)
    bark = mix(INK, palette.near, 0.4)
    tile.curve(
        [(0.47, 0.5), (0.46, 0.85), (0.40, 0.99), (0.60, 0.99), (0.54, 0.85), (0.54, 0.5)], bark
    )
    tile.line([(0.5, 0.72), (0.36, 0.5)], 0.03, bark)
    tile.line([(0.5, 0.68), (0.64, 0.48)], 0.03, bark)
    leaf = mix(palette.near, palette.accent, 0.35)
    spots = [
        (random.gauss(0.5, 0.17), random.gauss(0.36, 0.12), random.uniform(0.08, 0.15))
        for _ in range(26)
    ]
    for tone, shift in (
        (mix(leaf, INK, 0.3), 0.02),
        (leaf, 0.0),
        (mix(leaf, palette.light, 0.35), -0.035),
    ):
        for x, y, r in spots:
            x, y = min(max(x, 0.17), 0.83), min(max(y, 0.17), 0.56)
            shrink = 1.0 if shift >= 0 else 0.6
            tile.oval((x + shift * 1.2, y + shift * 1.5), r * shrink, r * shrink, tone)
    return tile.done()


def cup(height: int, palette: Palette, random: Random) -> Image.Image:
    """A cup on its saucer."""
    tile = Tile(height, 1.3)
    glaze, shade = mix(CREAM, palette.light, 0.3), mix(palette.accent, CREAM, 0.15)
    tile.oval((0.62, 0.90), 0.60, 0.09, mix(shade, INK, 0.25))
    tile.oval((0.62, 0.88), 0.58, 0.08, shade)
    tile.line(
        smooth([(0.98, 0.40), (1.16, 0.38), (1.17, 0.58), (0.93, 0.68)], closed=False), 0.06, glaze
    )
    tile.curve(
        [(0.22, 0.30), (0.26, 0.62), (0.42, 0.86), (0.82, 0.86), (0.98, 0.62), (1.02, 0.30)], glaze
    )
    tile.curve(
        [(0.80, 0.31), (0.82, 0.62), (0.70, 0.86), (0.82, 0.86), (0.97, 0.62), (1.02, 0.30)],
        mix(glaze, INK, 0.12),
    )
    tile.oval((0.62, 0.30), 0.40, 0.09, glaze)
    tile.oval((0.62, 0.305), 0.365, 0.072, mix(INK, (110, 62, 34), 0.75))
    tile.oval((0.60, 0.31), 0.20, 0.035, mix((196, 142, 98), CREAM, 0.35))
    return _face(tile.done(), random)


def rocket(height: int, palette: Palette, random: Random) -> Image.Image:
    """A rocket on its way, leaning a little."""
    tile = Tile(height, 0.7)
    tile.curve(
        [(0.35, 0.99), (0.25, 0.80), (0.30, 0.72), (0.40, 0.72), (0.45, 0.80)], palette.light
    )
    for side in (-1, 1):
        tile.polygon(
            [(0.35 + side * x, y) for x, y in ((0.10, 0.48), (0.26, 0.74), (0.10, 0.70))],
            palette.accent,
        )
    tile.curve(
        [
            (0.35, 0.02),
            (0.47, 0.20),
            (0.49, 0.50),
            (0.43, 0.74),
            (0.27, 0.74),
            (0.21, 0.50),
            (0.23, 0.20),
        ],
        CREAM,
    )
    tile.curve(
        [(0.35, 0.02), (0.45, 0.16), (0.44, 0.22), (0.26, 0.22), (0.25, 0.16)], palette.accent
    )
    tile.oval((0.35, 0.38), 0.075, 0.075, mix(palette.near, INK, 0.3))
    tile.oval((0.35, 0.38), 0.055, 0.055, palette.sky[2])
    return tile.done().rotate(random.uniform(-24, 24), Image.Resampling.BICUBIC, expand=True)


MOTIFS: Final[dict[str, tuple[Motif, str]]] = {
    "fox": (fox, "fox foxes"),
    "cat": (cat, "cat kitten kitty"),
    "lighthouse": (lighthouse, "lighthouse beacon"),
    "boat": (boat, "boat ship sail sailing yacht regatta"),
    "house": (house, "house home cottage cabin hut barn farm"),
    "balloon": (balloon, "balloon"),
    "tree": (tree, "tree oak apple"),
    "cup": (cup, "coffee tea cup cafe espresso latte cappuccino chocolate breakfast"),
    "rocket": (rocket, "rocket launch startup spaceship"),
}
"""Each motif and the words that ask for it."""
