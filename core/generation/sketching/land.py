"""Land and water, and how a thing stands on them.

Owns the pieces that landscapes are put together from. It must not know whole scenes.
"""

import math
from typing import Final

from PIL import Image, ImageFilter

from core.generation.sketching.canvas import Canvas, Point, Shape, chance, mix
from core.generation.sketching.motifs import MOTIFS
from core.generation.sketching.palettes import Palette

AIRBORNE: Final = frozenset({"balloon", "rocket"})
DARK: Final = (16, 14, 28)


def ridge(
    canvas: Canvas, palette: Palette, line: list[Point], base: float, height: float, depth: float
) -> None:
    """Land under a line that swings by `height` around `base`, fading into haze at its foot."""
    top = palette.layer(depth)
    outline = [(x, base - y * height) for x, y in line]
    foot = mix(top, palette.haze, 0.55 * (1 - depth))
    canvas.shapes(lambda shape: shape.polygon([(0, 1.01), *outline, (1, 1.01)]), [top, foot])


def place(canvas: Canvas, palette: Palette, motif: str, at: Point, share: float) -> None:
    """Stand a motif on a point, `share` of the shorter side high, with a little shadow."""
    if not motif:
        return
    tile = MOTIFS[motif][0](round(share * canvas.short), palette, canvas.random)
    if motif not in AIRBORNE:
        foot = (at[0], at[1] - 0.006)
        radius = tile.width / canvas.short * 0.4
        canvas.soft(lambda shape: shape.circle(foot, radius, flat=0.09), DARK, 0.006, 0.38)
    canvas.stamp(tile, at)


def high(motif: str, share: float) -> float:
    """How high a motif stands: what is broad, or big only by habit, a little less than `share`."""
    return share * {"house": 0.66, "cup": 0.7, "boat": 0.8}.get(motif, 1.0)


def mirror(canvas: Canvas, line: float, strength: float) -> None:
    """Let the water below `line` reflect what stands above it."""
    edge = round(line * canvas.height)
    deep = canvas.height - edge
    above = canvas.image.crop((0, max(edge - deep, 0), canvas.width, edge))
    still = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    still = still.resize(
        (max(canvas.width // 24, 1), max(still.height // 3, 1)), Image.Resampling.BOX
    )
    still = still.filter(ImageFilter.GaussianBlur(1.2))
    still = still.resize((canvas.width, min(deep, above.height)), Image.Resampling.BICUBIC)
    water = canvas.image.crop((0, edge, canvas.width, edge + still.height))
    canvas.image.paste(Image.blend(water, still, strength), (0, edge))


def glitter(canvas: Canvas, palette: Palette, line: float, under: float, strength: float) -> None:
    """Light on water: strokes that grow towards the viewer, densest under sun or moon."""
    random = canvas.random
    strokes = []
    for _ in range(230):
        near = random.random() ** 1.7
        y = line + 0.004 + near * (1 - line)
        spread = 0.02 + 0.16 * near if chance(random, 0.72) else 0.6
        x = under + random.gauss(0, spread)
        strokes.append(
            (x, y, (0.006 + 0.035 * near) * random.uniform(0.4, 1.2), 0.0012 + 0.0035 * near)
        )

    def draw(shape: Shape) -> None:
        for x, y, half, thick in strokes:
            shape.circle((x, y), half, 255, flat=thick / half)

    canvas.shapes(draw, [palette.light], strength)


def pine(shape: Shape, x: float, base: float, tall: float, turn: float) -> None:
    """A pine's silhouette; `turn` (0–1) makes each one a little different."""
    half = tall * 0.2 / shape.aspect if shape.aspect > 1 else tall * 0.2
    tiers = 5
    points = [(x, base - tall)]
    back = []
    for tier in range(1, tiers + 1):
        y = base - tall + tall * 0.9 * tier / tiers
        wide = half * (tier / tiers) ** 0.85
        sway = 1 + 0.22 * math.sin(turn * 9 + tier * 2.1)
        points += [(x + wide * sway, y), (x + wide * 0.45, y - tall * 0.028)]
        back += [(x - wide / sway, y), (x - wide * 0.45, y - tall * 0.028)]
    shape.polygon([*points, *reversed(back)])
    trunk = half * 0.12
    shape.box(x - trunk, base - tall * 0.15, x + trunk, base)


def flowers(canvas: Canvas, palette: Palette, base: float, count: int) -> None:
    """Grass around a height, with blossoms in two colours."""
    random = canvas.random
    stems = [
        (random.random(), base + random.uniform(-0.015, 0.03), random.uniform(0.015, 0.045))
        for _ in range(count)
    ]

    def grass(shape: Shape) -> None:
        for x, y, tall in stems:
            for lean in (-0.008, 0.0, 0.007):
                shape.polygon([(x - 0.002, y), (x + lean, y - tall), (x + 0.002, y)])

    def bloom(shape: Shape, every: int) -> None:
        for x, y, tall in stems[::every]:
            shape.circle((x, y - tall), 0.0055)

    canvas.shapes(grass, [mix(palette.near, palette.far, 0.22)])
    canvas.shapes(lambda shape: bloom(shape, 3), [palette.accent])
    canvas.shapes(lambda shape: bloom(shape, 4), [mix(palette.light, palette.accent, 0.2)])


def orchard(canvas: Canvas, palette: Palette, line: list[Point], base: float, row: int) -> None:
    """A few trees along a line; `row` counts from the farthest, 0."""
    random = canvas.random
    size = 0.012 + 0.009 * row
    spots = [random.choice(line) for _ in range(10 - 2 * row)]
    dark = mix(palette.layer(0.4 + 0.18 * row), DARK, 0.15)

    def crowns(shape: Shape) -> None:
        for x, y in spots:
            foot = base - y * 0.045 + 0.006
            shape.polygon([(x - 0.0018, foot), (x + 0.0018, foot), (x, foot - size * 2)])
            shape.circle((x, foot - size * 1.5), size)
            shape.circle((x + size * 0.1, foot - size * 2.3), size * 0.7)

    canvas.shapes(crowns, [dark])


def fly(canvas: Canvas, palette: Palette, motif: str, horizon: float) -> None:
    """Let a motif that flies do so; any other is left to the ground."""
    if motif not in AIRBORNE:
        return
    random = canvas.random
    across = random.uniform(0.32, 0.68)
    if motif == "balloon":
        for _ in range(random.randint(2, 4)):
            aside = across + random.choice((-1, 1)) * random.uniform(0.2, 0.42)
            at = (aside, horizon * random.uniform(0.3, 0.95))
            place(canvas, palette, motif, at, random.uniform(0.06, 0.13))
    at = (across, horizon * random.uniform(0.85, 1.05))
    place(canvas, palette, motif, at, random.uniform(0.34, 0.42))
