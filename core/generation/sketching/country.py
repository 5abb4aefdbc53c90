"""Open country: mountains, forest, hills, desert.

Owns their composition. It must not know which words ask for them.
"""

from typing import Final

from core.generation.sketching.canvas import (
    Canvas,
    Point,
    Shape,
    chance,
    jagged,
    mix,
    rolling,
    smooth,
)
from core.generation.sketching.land import (
    AIRBORNE,
    flowers,
    fly,
    glitter,
    high,
    mirror,
    orchard,
    pine,
    place,
    ridge,
)
from core.generation.sketching.palettes import Palette
from core.generation.sketching.weather import birds, sky

ROWS: Final = 5
"""Rows of trees in a forest."""

FLANK_WIDTH: Final = 0.3


def mountains(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Ridge behind ridge, a lake at their feet or pines before them."""
    random = canvas.random
    horizon = random.uniform(0.5, 0.6)
    sky(canvas, palette, horizon)
    lake = chance(random, 0.55)
    shore = random.uniform(0.7, 0.76)
    layers = random.randint(4, 5)
    for index in range(layers):
        depth = index / layers
        base = horizon + (shore - horizon - 0.02) * depth
        line = jagged(random, 8, 0.52)
        ridge(canvas, palette, line, base - 0.06, 0.26 - 0.15 * depth, depth * 0.8)
        canvas.mist(base - 0.02, base + 0.1, palette.haze, 0.5 * (1 - depth))
    if lake:
        canvas.fill([palette.water[0], palette.water[1]], shore, 1)
        mirror(canvas, shore, 0.62)
        glitter(canvas, palette, shore, random.uniform(0.3, 0.7), 0.25)
    birds(canvas, palette, 0.1, horizon - 0.2)
    fly(canvas, palette, motif, horizon)
    _pine_shore(canvas, palette, 0.86 if lake else 0.8, motif)


def _pine_shore(canvas: Canvas, palette: Palette, base: float, motif: str) -> None:
    random = canvas.random
    line = rolling(random, 3)
    ridge(canvas, palette, line, base + 0.05, 0.025, 1.0)
    gap = random.uniform(0.3, 0.7)
    spots = sorted(
        (random.random(), random.uniform(0.1, 0.3)) for _ in range(random.randint(12, 20))
    )

    def draw(shape: Shape) -> None:
        for x, tall in spots:
            if abs(x - gap) > (0.2 if motif else 0.1):
                pine(shape, x, base + 0.075, tall * (0.7 + 0.8 * abs(x - gap)), random.random())

    canvas.shapes(draw, [mix(palette.near, palette.haze, 0.1), palette.near])
    if motif not in AIRBORNE:
        place(canvas, palette, motif, (gap, base + 0.1), 0.3)


def forest(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Rows of trees in the mist, a clearing in front."""
    random = canvas.random
    horizon = random.uniform(0.6, 0.68)
    light = sky(canvas, palette, horizon)
    ridge(canvas, palette, jagged(random, 7, 0.5), horizon - 0.12, 0.12, 0.05)
    clearing = random.uniform(0.35, 0.65)
    for row in range(ROWS):
        _trees(canvas, palette, row, clearing, horizon)
    canvas.glow((light[0], light[1]), 0.6, palette.light, 0.22)
    fly(canvas, palette, motif, horizon)
    if motif not in AIRBORNE:
        flowers(canvas, palette, 0.93, 46)
        place(canvas, palette, motif, (clearing, 0.945), high(motif, random.uniform(0.38, 0.48)))
    flowers(canvas, palette, 0.985, 40)


def _trees(canvas: Canvas, palette: Palette, row: int, clearing: float, horizon: float) -> None:
    random = canvas.random
    depth = 0.2 + 0.8 * row / (ROWS - 1)
    base = horizon + 0.03 + 0.08 * row
    trees = [(random.random(), random.uniform(0.7, 1.15)) for _ in range(34 - 5 * row)]
    free = 0.04 + 0.085 * row

    def draw(shape: Shape) -> None:
        for x, size in trees:
            if abs(x - clearing) > free:
                pine(shape, x, base + 0.02, size * (0.16 + 0.11 * row), x * 7 % 1)

    shade = palette.layer(depth)
    canvas.shapes(draw, [mix(shade, palette.haze, 0.12), shade])
    ridge(canvas, palette, rolling(random, 3), base + 0.03, 0.012, depth)
    canvas.mist(base - 0.1, base + 0.05, palette.haze, 0.34 * (1 - depth) + 0.05)


def hills(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Rolling country with trees, and a meadow to stand on."""
    random = canvas.random
    horizon = random.uniform(0.5, 0.6)
    sky(canvas, palette, horizon)
    ridge(canvas, palette, jagged(random, 7, 0.5), horizon - 0.02, 0.08, 0.1)
    for row in range(4):
        depth = 0.25 + 0.18 * row
        base = horizon + 0.04 + 0.1 * row
        line = rolling(random, 3)
        ridge(canvas, palette, line, base, 0.045, depth)
        orchard(canvas, palette, line, base, row)
        canvas.mist(base + 0.02, base + 0.12, palette.haze, 0.22 * (1 - depth))
    birds(canvas, palette, 0.1, horizon - 0.15)
    fly(canvas, palette, motif, horizon)
    ridge(canvas, palette, rolling(random, 2), 0.9, 0.025, 0.95)
    flowers(canvas, palette, 0.93, 60)
    if motif not in AIRBORNE:
        place(
            canvas,
            palette,
            motif,
            (random.uniform(0.3, 0.7), 0.93),
            high(motif, random.uniform(0.36, 0.46)),
        )
    flowers(canvas, palette, 0.99, 70)


def desert(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Dunes, each with a lit and a shaded flank."""
    random = canvas.random
    horizon = random.uniform(0.46, 0.56)
    light = sky(canvas, palette, horizon)
    ridge(canvas, palette, jagged(random, 7, 0.42), horizon - 0.01, 0.07, 0.12)
    for row in range(4):
        depth = 0.2 + 0.2 * row
        base = horizon + 0.05 + 0.13 * row
        line = rolling(random, 2)
        ridge(canvas, palette, line, base, 0.05 + 0.012 * row, depth)
        _flank(canvas, palette, line, base, 0.05 + 0.012 * row, depth, light[0])
        canvas.mist(base + 0.03, base + 0.13, palette.haze, 0.25 * (1 - depth))
    birds(canvas, palette, 0.12, horizon - 0.15)
    fly(canvas, palette, motif, horizon)
    if motif not in AIRBORNE:
        place(canvas, palette, motif, (random.uniform(0.3, 0.7), 0.93), 0.36)


def _flank(
    canvas: Canvas,
    palette: Palette,
    line: list[Point],
    base: float,
    height: float,
    depth: float,
    sun: float,
) -> None:
    """The side of each crest that is turned towards the light."""
    crests = [
        index
        for index in range(6, len(line) - 6)
        if line[index][1] == max(point[1] for point in line[index - 6 : index + 7])
    ]
    shade = mix(palette.layer(depth), palette.light, 0.42)

    def draw(shape: Shape) -> None:
        for index in crests:
            x, y = line[index]
            way = 1 if sun > x else -1
            slope = [
                (px, base - py * height) for px, py in line if 0 <= (px - x) * way <= FLANK_WIDTH
            ]
            slope.sort(key=lambda point: (point[0] - x) * way)
            foot = [
                (x + way * 0.2, base + 0.2),
                (x + way * 0.06, base + 0.13),
                (x + way * 0.09, base + 0.06),
            ]
            shape.polygon(
                [
                    (x, base - y * height),
                    *slope,
                    *smooth([*foot, (x, base - y * height)], closed=False),
                ]
            )

    canvas.shapes(draw, [shade, palette.layer(depth)], 0.5)
