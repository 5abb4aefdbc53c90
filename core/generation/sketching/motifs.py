"""Motifs: the one thing that a sketch is about, drawn by itself on a transparent tile.

Owns the looks of animals, buildings and things. It must not know where in a picture they stand.
"""

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from PIL import Image

from core.generation.sketching.canvas import Colour, chance, mix, smooth
from core.generation.sketching.palettes import Palette
from core.generation.sketching.tile import Tile

INK: Final = (38, 30, 36)
CREAM: Final = (253, 245, 232)
LIT: Final = 0.86  # x + y on a tile: what lies nearer to the upper left is in the light


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
    _fox_body(tile, coat, shadow, white)
    _fox_head(tile, coat, shadow, white)
    return _face(tile.done(), random)


def _fox_body(tile: Tile, coat: Colour, shadow: Colour, white: Colour) -> None:
    tile.curve(
        [
            (0.40, 0.38),
            (0.30, 0.58),
            (0.22, 0.86),
            (0.28, 0.985),
            (0.66, 0.985),
            (0.72, 0.86),
            (0.64, 0.58),
            (0.54, 0.38),
        ],
        coat,
    )
    tile.curve([(0.585, 0.62), (0.70, 0.80), (0.715, 0.96), (0.60, 0.985), (0.56, 0.86)], shadow)
    tile.curve(
        [(0.355, 0.62), (0.24, 0.80), (0.225, 0.96), (0.34, 0.985), (0.38, 0.86)],
        mix(coat, INK, 0.1),
    )
    tile.curve(
        [
            (0.47, 0.42),
            (0.365, 0.50),
            (0.385, 0.64),
            (0.43, 0.74),
            (0.47, 0.82),
            (0.51, 0.74),
            (0.555, 0.64),
            (0.575, 0.50),
        ],
        white,
    )
    for x in (0.415, 0.525):
        tile.curve(
            [(x - 0.04, 0.70), (x + 0.04, 0.70), (x + 0.042, 0.97), (x - 0.042, 0.97)],
            mix(coat, white, 0.1),
        )
        tile.curve(
            [(x - 0.04, 0.90), (x, 0.87), (x + 0.04, 0.90), (x + 0.056, 0.99), (x - 0.056, 0.99)],
            INK,
        )


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
    return tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if chance(random, 0.5) else tile


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
    """A gabled cottage with light in its windows and smoke-black chimney."""
    wall, roof = mix(CREAM, palette.haze, 0.3), mix(palette.accent, INK, 0.22)
    lit, frame = mix(palette.light, (255, 206, 112), 0.65), mix(roof, INK, 0.45)
    tile = Tile(height, 1.25)
    tile.box(0.86, 0.10, 0.96, 0.42, frame)
    tile.box(0.44, 0.44, 1.15, 1.0, wall)
    tile.polygon([(0.40, 0.47), (0.52, 0.16), (1.06, 0.16), (1.21, 0.47)], roof)
    side = mix(wall, INK, 0.14)
    tile.polygon([(0.10, 1.0), (0.10, 0.48), (0.30, 0.16), (0.50, 0.48), (0.50, 1.0)], side)
    tile.line([(0.045, 0.50), (0.30, 0.10), (0.555, 0.50)], 0.055, mix(roof, INK, 0.25))
    tile.box(0.225, 0.66, 0.375, 1.0, frame)
    tile.oval((0.355, 0.84), 0.010, 0.010, lit)
    tile.oval((0.30, 0.45), 0.05, 0.05, lit)
    for left in (0.60, 0.88):
        tile.box(left - 0.012, 0.608, left + 0.162, 0.812, frame)
        tile.box(left, 0.62, left + 0.15, 0.80, lit)
        tile.line([(left + 0.075, 0.62), (left + 0.075, 0.80)], 0.012, frame)
        tile.line([(left, 0.70), (left + 0.15, 0.70)], 0.012, frame)
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
    crown = [
        (random.gauss(0.5, 0.15), random.gauss(0.36, 0.1), random.uniform(0.09, 0.15))
        for _ in range(24)
    ]
    inside = [(min(max(x, 0.2), 0.8), min(max(y, 0.2), 0.52), r) for x, y, r in crown]
    for x, y, r in inside:
        tile.oval((x + 0.02, y + 0.03), r, r, mix(leaf, INK, 0.3))
    for x, y, r in inside:
        tile.oval((x - 0.01, y - 0.01), r * 0.86, r * 0.86, leaf)
    for x, y, r in inside:
        if x + y < LIT:
            tile.oval((x - r * 0.3, y - r * 0.3), r * 0.5, r * 0.42, mix(leaf, palette.light, 0.18))
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
