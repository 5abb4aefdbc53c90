"""Scenes without a ground: outer space, and geometry on a poster.

Owns their composition. It must not know which words ask for them.
"""

from PIL import Image, ImageFilter

from core.generation.sketching.canvas import Canvas, Colour, Point, Shape, chance, mix
from core.generation.sketching.land import AIRBORNE, DARK, place
from core.generation.sketching.palettes import Palette
from core.generation.sketching.weather import stars


def space(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Stars, clouds of light, planets."""
    random = canvas.random
    night = [
        mix(DARK, palette.sky[0], 0.35),
        mix(DARK, palette.near, 0.5),
        mix(DARK, palette.sky[1], 0.45),
    ]
    canvas.fill(night)
    for shade in (palette.sky[1], palette.accent, palette.sky[2], palette.far):
        at = (random.random(), random.random())
        canvas.glow(at, random.uniform(0.5, 0.9), shade, random.uniform(0.3, 0.55))
    stars(canvas, 1.0)
    _planet(
        canvas,
        palette,
        (random.uniform(0.2, 0.8), random.uniform(0.35, 0.75)),
        random.uniform(0.2, 0.28),
    )
    at = (random.random(), random.uniform(0.08, 0.3))
    canvas.shapes(lambda shape: shape.circle(at, 0.045), [palette.light, palette.far])
    if motif:
        where = (random.uniform(0.3, 0.7), random.uniform(0.6, 0.85))
        place(canvas, palette, motif if motif in AIRBORNE else "rocket", where, 0.36)


def _planet(canvas: Canvas, palette: Palette, at: Point, radius: float) -> None:
    random = canvas.random
    canvas.glow(at, radius * 1.7, palette.accent, 0.4)
    disc = Shape(canvas)
    disc.circle(at, radius)
    canvas.paint(
        disc.mask, [mix(palette.accent, palette.light, 0.5), palette.accent, palette.layer(0.8)]
    )
    bands = Shape(canvas)
    for _ in range(5):
        y = at[1] + random.uniform(-radius, radius) * canvas.short / canvas.height
        bands.circle((at[0], y), radius * 1.4, flat=random.uniform(0.02, 0.07))
    canvas.inside(disc, bands.mask, [palette.light], 0.28)
    night = Shape(canvas)
    night.circle(at, radius * 1.2)
    night.circle(
        (at[0] - 0.3 * radius * canvas.short / canvas.width, at[1] - 0.25 * radius), radius, 0
    )
    soft = night.mask.resize((256, 256)).filter(ImageFilter.GaussianBlur(60 * radius))
    soft = soft.resize(disc.mask.size, Image.Resampling.BICUBIC)
    canvas.inside(disc, soft, [DARK], 0.7)


def geometry(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Discs, arches and stripes on a grid, as on a poster."""
    random = canvas.random
    paper = mix(palette.light, palette.sky[2], 0.35)
    inks = [palette.accent, palette.near, palette.far, *palette.sky[:2], palette.water[1]]
    columns = random.choice((3, 4))
    rows = max(round(canvas.height / canvas.width * columns), 2)
    wide, high = 1 / columns, 1 / rows
    for row in range(rows):
        for column in range(columns):
            ground, ink = random.sample([*inks, paper], 2)
            cell = Shape(canvas)
            # a little wider than its share, so that no seam shows between two cells
            left, top = column * wide, row * high
            cell.box(left, top, left + wide + 0.001, top + high + 0.001)
            canvas.paint(cell.mask, [ground])
            _ornament(canvas, cell, (left, top), (wide, high), (ink, random.choice(inks)))
    place(canvas, palette, motif, (0.5, 0.78), 0.5)


def _ornament(
    canvas: Canvas, cell: Shape, at: Point, size: Point, inks: tuple[Colour, Colour]
) -> None:
    """Stripes, or a disc around a corner, an edge or the middle with a second one in it."""
    random = canvas.random
    drawn = Shape(canvas)
    (left, top), (wide, high) = at, size
    if chance(random, 0.15):
        for index in range(5):
            y = top + high * (index + 0.1) / 5
            drawn.box(left, y, left + wide, y + high / 10)
        canvas.inside(cell, drawn.mask, [inks[0]])
        return
    # As shares of the cell: where the disc's middle lies, and its radius.
    across, down, reach = random.choice(
        [(0.5, 0.5, 0.42), (0.5, 0.5, 0.42), (0.5, 1.0, 0.5), (0.5, 0.0, 0.5)]
        + [(x, y, 1.0) for x in (0.0, 1.0) for y in (0.0, 1.0)]
    )
    middle = (left + wide * across, top + high * down)
    radius = reach * wide * canvas.width / canvas.short
    drawn.circle(middle, radius)
    canvas.inside(cell, drawn.mask, [inks[0]])
    if chance(random, 0.7):
        inner = Shape(canvas)
        inner.circle(middle, radius / 2)
        canvas.inside(cell, inner.mask, [inks[1]])
