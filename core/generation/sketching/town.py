"""Where people live: a skyline by the river, a table by the window.

Owns their composition. It must not know which words ask for them.
"""

import math

from core.generation.sketching.canvas import (
    Canvas,
    Colour,
    Point,
    Shape,
    chance,
    mix,
    rolling,
    smooth,
)
from core.generation.sketching.land import AIRBORNE, fly, glitter, mirror, place, ridge
from core.generation.sketching.palettes import Palette
from core.generation.sketching.weather import sky


def city(canvas: Canvas, palette: Palette, motif: str) -> None:
    """A skyline with lit windows over a river."""
    random = canvas.random
    horizon = random.uniform(0.62, 0.7)
    light = sky(canvas, palette, horizon)
    for row in range(3):
        depth = 0.15 + 0.4 * row
        _blocks(canvas, palette, horizon, row, depth)
        canvas.mist(horizon - 0.16, horizon, palette.haze, 0.36 * (1 - depth))
    canvas.fill(palette.water, horizon, 1)
    mirror(canvas, horizon, 0.6)
    glitter(canvas, palette, horizon, light[0], 0.5)
    fly(canvas, palette, motif, horizon)
    ridge(canvas, palette, rolling(random, 2), 0.95, 0.012, 1.0)
    if motif not in AIRBORNE:
        place(canvas, palette, motif, (random.uniform(0.3, 0.7), 0.955), 0.36)


def _blocks(canvas: Canvas, palette: Palette, horizon: float, row: int, depth: float) -> None:
    random = canvas.random
    blocks: list[tuple[float, float, float]] = []
    x = -0.02
    while x < 1:
        wide = random.uniform(0.035, 0.085)
        peak = 0.34 - 0.09 * row
        high = random.uniform(0.3, 1.0) ** 1.3 * peak + 0.05
        blocks.append((x, x + wide, horizon - high))
        x += wide + random.choice((0, 0, 0.006))

    def walls(shape: Shape) -> None:
        for index, (left, right, top) in enumerate(blocks):
            shape.polygon([(left, horizon), (left, top), (right, top), (right, horizon)])
            middle = (left + right) / 2
            if index % 4 == row:
                shape.polygon([(left, top), (middle, top - 0.045), (right, top)])
            elif index % 5 == row:
                shape.line([(middle, top), (middle, top - 0.06)], 0.0025)

    def windows(shape: Shape) -> None:
        for left, right, top in blocks:
            for x, y in _window_grid(left + 0.008, right - 0.01, top + 0.014, horizon - 0.012):
                if chance(random, 0.34):
                    shape.box(x, y, x + 0.005, y + 0.008)

    shade = palette.layer(depth)
    canvas.shapes(walls, [shade, mix(shade, palette.haze, 0.3)])
    canvas.shapes(windows, [mix(palette.light, (255, 210, 130), 0.5)], 0.25 + 0.6 * depth)


def _window_grid(left: float, right: float, top: float, bottom: float) -> list[Point]:
    columns, rows = round((right - left) / 0.0105), round((bottom - top) / 0.0175)
    return [
        (left + column * 0.0105, top + row * 0.0175)
        for row in range(rows)
        for column in range(columns)
    ]


def table(canvas: Canvas, palette: Palette, motif: str) -> None:
    """A thing on a table by the window, in morning light."""
    random = canvas.random
    wall = mix(palette.sky[2], palette.far, 0.35)
    canvas.fill([mix(wall, palette.near, 0.25), wall])
    edge = random.uniform(0.66, 0.72)
    on_the_left = chance(random, 0.5)
    left, right = (0.1, 0.52) if on_the_left else (0.48, 0.9)
    _window(canvas, palette, (left, right), mix(palette.light, wall, 0.2))
    wood = mix(palette.near, palette.accent, 0.3)
    canvas.fill([mix(wood, palette.light, 0.25), wood], edge, 1)
    slant = 0.22 if on_the_left else -0.22
    near, far = slant * 2.2, slant
    beam = [(left + far, edge), (right + far, edge), (right + near, 1), (left + near, 1)]
    canvas.soft(lambda shape: shape.polygon(beam), palette.light, 0.012, 0.4)
    at = (random.uniform(0.42, 0.58), 0.87)
    place(canvas, palette, motif or "cup", at, 0.34)
    if motif in {"", "cup"}:
        _steam(canvas, palette, at)
    canvas.glow(((left + right) / 2, 0.3), 0.8, palette.light, 0.4)


def _window(canvas: Canvas, palette: Palette, sides: tuple[float, float], frame: Colour) -> None:
    left, right = sides
    middle = (left + right) / 2
    canvas.shapes(lambda shape: shape.box(left - 0.02, 0.06, right + 0.02, 0.545), [frame])
    pane = Shape(canvas)
    pane.box(left, 0.08, right, 0.52)
    canvas.paint(pane.mask, palette.sky)
    hill = Shape(canvas)
    line = [(x, 0.44 - 0.05 * y) for x, y in rolling(canvas.random, 3)]
    hill.polygon([(0, 0.6), *line, (1, 0.6)])
    canvas.inside(pane, hill.mask, [palette.layer(0.35)])

    def bars(shape: Shape) -> None:
        shape.box(middle - 0.006, 0.08, middle + 0.006, 0.52)
        shape.box(left, 0.29, right, 0.302)

    canvas.shapes(bars, [frame])


def _steam(canvas: Canvas, palette: Palette, at: Point) -> None:
    random = canvas.random
    foot = at[1] - 0.25 * canvas.short / canvas.height
    turn = random.uniform(0, math.tau)

    def draw(shape: Shape) -> None:
        for shift in (-0.045, 0.0, 0.045):
            path = [
                (at[0] + shift + 0.014 * math.sin(step * 1.25 + turn), foot - step * 0.028)
                for step in range(random.randint(6, 9))
            ]
            shape.line(smooth(path, closed=False), 0.012)

    canvas.soft(draw, palette.light, 0.007, 0.6)
