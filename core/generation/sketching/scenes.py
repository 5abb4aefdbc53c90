"""Scenes: whole pictures, from the sky down to the foreground.

Owns composition: what stands where, and in which light. A scene gets a canvas, a palette and
perhaps the name of a motif; it must not know prompts or files.
"""

import math
from collections.abc import Callable
from typing import Final, TypeAlias

from PIL import Image, ImageFilter

from core.generation.sketching.canvas import Canvas, Point, Shape, jagged, mix, rolling, smooth
from core.generation.sketching.motifs import MOTIFS
from core.generation.sketching.palettes import Palette

Scene: TypeAlias = Callable[[Canvas, Palette, str], None]
"""Draws the whole canvas; the motif's name is "" where there is none."""

AIRBORNE: Final = frozenset({"balloon", "rocket"})
DARK: Final = (16, 14, 28)


# ── the sky and what all scenes share ────────────────────────────────────────────────────────────


def sky(canvas: Canvas, palette: Palette, horizon: float) -> Point:
    """Sky down to the horizon, with sun or moon, stars, clouds; returns where the light stands."""
    random = canvas.random
    canvas.fill(palette.sky, 0, horizon + 0.03)
    across = random.uniform(0.18, 0.82)
    if palette.dark:
        at = (across, horizon * random.uniform(0.2, 0.5))
        _stars(canvas, horizon)
    else:
        at = (across, horizon * random.uniform(0.5, 0.92))
    canvas.glow(at, random.uniform(0.7, 0.95), mix(palette.sky[2], palette.light, 0.6), 0.75)
    canvas.glow(at, 0.28, palette.light, 0.8)
    radius = random.uniform(0.045, 0.085)
    canvas.shapes(lambda shape: shape.circle(at, radius), [palette.light])
    if palette.dark:
        _craters(canvas, palette, at, radius)
    _clouds(canvas, palette, horizon)
    return at


def _stars(canvas: Canvas, horizon: float) -> None:
    random = canvas.random
    stars = [
        (random.random(), horizon * random.random() ** 1.4, random.choice((7, 7, 9, 12, 17)) / 1e4)
        for _ in range(170)
    ]

    def draw(shape: Shape) -> None:
        for x, y, r in stars:
            shape.circle((x, y), r, 150 + round(r * 6e4))

    canvas.shapes(draw, [(255, 252, 240)], 0.9)


def _craters(canvas: Canvas, palette: Palette, at: Point, radius: float) -> None:
    spots = ((-0.3, -0.25, 0.22), (0.25, 0.1, 0.3), (-0.15, 0.45, 0.16), (0.4, -0.4, 0.12))
    aspect = canvas.width / canvas.short, canvas.height / canvas.short

    def draw(shape: Shape) -> None:
        for x, y, r in spots:
            place = (at[0] + x * radius / aspect[0], at[1] + y * radius / aspect[1])
            shape.circle(place, r * radius)

    canvas.shapes(draw, [palette.sky[2]], 0.3)


def _clouds(canvas: Canvas, palette: Palette, horizon: float) -> None:
    random = canvas.random
    banks = [
        (random.random(), random.uniform(0.12, 0.8) * horizon, random.uniform(0.07, 0.2))
        for _ in range(random.randint(3, 6))
    ]
    puffs = [
        (x + random.gauss(0, size * 0.7), y + random.gauss(0, size * 0.05), size * random.uniform(0.2, 0.5))
        for x, y, size in banks
        for _ in range(16)
    ]

    def draw(shape: Shape) -> None:
        for x, y, r in puffs:
            shape.circle((x, y), r, flat=0.16)

    shade = mix(palette.sky[1], palette.light, 0.25 if palette.dark else 0.7)
    canvas.soft(draw, shade, 0.008, 0.28 if palette.dark else 0.62)


def birds(canvas: Canvas, palette: Palette, top: float, bottom: float) -> None:
    """A few birds far away."""
    random = canvas.random
    middle = (random.uniform(0.2, 0.8), random.uniform(top, bottom))
    flock = [
        (middle[0] + random.gauss(0, 0.07), middle[1] + random.gauss(0, 0.03), random.uniform(0.008, 0.018))
        for _ in range(random.randint(4, 9))
    ]

    def draw(shape: Shape) -> None:
        for x, y, size in flock:
            wing = size * 0.5
            left = [(x - size, y - wing * 0.7), (x - size * 0.5, y - wing), (x, y)]
            right = [(x, y), (x + size * 0.5, y - wing), (x + size, y - wing * 0.7)]
            shape.line(smooth(left, closed=False), 0.0028)
            shape.line(smooth(right, closed=False), 0.0028)

    canvas.shapes(draw, [mix(palette.near, palette.sky[1], 0.25)])


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
    if motif not in AIRBORNE:
        at_foot = (at[0], at[1] - 0.004)
        canvas.soft(lambda shape: shape.circle(at_foot, share * 0.42, flat=0.14), DARK, 0.008, 0.4)
    tile = MOTIFS[motif][0](round(share * canvas.short), palette, canvas.random)
    canvas.stamp(tile, at)


def mirror(canvas: Canvas, palette: Palette, line: float, strength: float) -> None:
    """Let the water below `line` reflect what stands above it."""
    edge = round(line * canvas.height)
    deep = canvas.height - edge
    above = canvas.image.crop((0, max(edge - deep, 0), canvas.width, edge))
    still = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    still = still.resize((max(canvas.width // 24, 1), max(still.height // 3, 1)), Image.Resampling.BOX)
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
        spread = 0.02 + 0.16 * near if random.random() < 0.72 else 0.6
        x = under + random.gauss(0, spread)
        strokes.append((x, y, (0.006 + 0.035 * near) * random.uniform(0.4, 1.2), 0.0012 + 0.0035 * near))

    def draw(shape: Shape) -> None:
        for x, y, half, thick in strokes:
            shape.circle((x, y), half, 255, flat=thick / half)

    canvas.shapes(draw, [palette.light], strength)


# ── the scenes ───────────────────────────────────────────────────────────────────────────────────


def sea(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Water to the horizon, far headlands, a cliff for what stands on land."""
    random = canvas.random
    horizon = random.uniform(0.5, 0.6)
    light = sky(canvas, palette, horizon)
    canvas.fill(palette.water, horizon, 1)
    side = random.choice((-1, 1))
    _headland(canvas, palette, horizon, -side)
    mirror(canvas, palette, horizon, 0.42)
    canvas.mist(horizon - 0.06, horizon, palette.haze, 0.5)
    glitter(canvas, palette, horizon, light[0], 0.75)
    birds(canvas, palette, 0.12, horizon - 0.12)
    if motif in {"", "boat"}:
        at = (0.5 - side * random.uniform(0.08, 0.26), random.uniform(0.72, 0.8))
        _on_water(canvas, palette, at, 0.26 if motif else 0.15)
    if motif != "boat":
        stand = _cliff(canvas, palette, horizon, side)
        high = 0.52 if motif == "lighthouse" else 0.26
        if motif not in AIRBORNE:
            _beams(canvas, palette, stand, high if motif == "lighthouse" else 0)
            place(canvas, palette, motif, (stand[0], stand[1] + 0.012), high)
            _grass(canvas, palette, stand)
    _fly(canvas, palette, motif, horizon)


def _headland(canvas: Canvas, palette: Palette, horizon: float, side: int) -> None:
    random = canvas.random
    reach = random.uniform(0.3, 0.5)
    for depth, share in ((0.1, 1.0), (0.3, 0.62)):
        line = jagged(random, 7, 0.5)
        outline = []
        for x, y in line:
            far = x * reach * share
            across = far if side < 0 else 1 - far
            height = (0.09 + 0.03 * y) * (1 - x) ** 0.7 * (1.15 - depth)
            outline.append((across, horizon - max(height, 0)))
        edge = 0.0 if side < 0 else 1.0
        points = [(edge, horizon), *outline]
        shade = palette.layer(depth)
        canvas.shapes(lambda shape, p=points: shape.polygon(p), [shade, mix(shade, palette.haze, 0.5)])


def _cliff(canvas: Canvas, palette: Palette, horizon: float, side: int) -> Point:
    """A cliff coming in from one side; returns where something can stand on it."""
    random = canvas.random
    top = horizon + random.uniform(0.1, 0.16)
    tip = random.uniform(0.40, 0.52)
    rough = random.uniform
    profile = [(0.0, top - 0.035), (tip * 0.35, top - 0.012), (tip * 0.7, top), (tip * 0.95, top + 0.03)]
    rocks = [(tip, top + 0.09), (tip - 0.035, top + 0.13), (tip + 0.05, top + 0.2), (tip + 0.02, top + 0.26)]
    fall = [(x + rough(-0.02, 0.02), y) for x, y in rocks] + [(tip + rough(0.06, 0.16), 1.02)]
    outline = smooth(profile, closed=False) + fall
    points = [(x if side < 0 else 1 - x, y) for x, y in [(0.0, 1.02), *reversed(outline)]]
    shade = palette.layer(0.78)
    canvas.shapes(lambda shape: shape.polygon(points), [mix(shade, palette.haze, 0.18), palette.layer(1)])
    faces = []
    for _ in range(13):
        x, y = rough(0, tip * 0.95), rough(top + 0.08, 0.98)
        faces.append([(x, y), (x + rough(0.02, 0.06), y - rough(0.03, 0.09)), (x + rough(0.05, 0.1), y + rough(0.0, 0.05))])

    def facet(shape: Shape) -> None:
        for face in faces:
            shape.polygon([(px if side < 0 else 1 - px, py) for px, py in face])

    inside = Shape(canvas)
    inside.polygon(points)
    drawn = Shape(canvas)
    facet(drawn)
    empty = Image.new("L", drawn.mask.size)
    canvas.paint(Image.composite(drawn.mask, empty, inside.mask), [mix(shade, palette.light, 0.3)], 0.22)
    lawn = [*smooth(profile, closed=False)]
    under = [(x, y + 0.018 + 0.01 * math.sin(x * 60)) for x, y in reversed(lawn)]
    green = mix(mix(shade, palette.accent, 0.22), palette.light, 0.18)
    turf = [(x if side < 0 else 1 - x, y) for x, y in [*lawn, *under]]
    canvas.shapes(lambda shape: shape.polygon(turf), [green])
    across = tip * 0.56
    return (across if side < 0 else 1 - across, top - 0.006)


def _grass(canvas: Canvas, palette: Palette, at: Point) -> None:
    random = canvas.random
    blades = [(at[0] + random.gauss(0, 0.07), at[1] + 0.02, random.gauss(0, 0.008)) for _ in range(46)]

    def draw(shape: Shape) -> None:
        for x, y, lean in blades:
            high = random.uniform(0.012, 0.03)
            shape.polygon([(x - 0.0022, y), (x + lean, y - high), (x + 0.0022, y)])

    canvas.shapes(draw, [mix(palette.layer(0.85), palette.accent, 0.2)])


def _beams(canvas: Canvas, palette: Palette, stand: Point, high: float) -> None:
    if not high:
        return
    lamp = (stand[0] - 0.055 * high, stand[1] + 0.012 - 0.84 * high * canvas.short / canvas.height)
    spread = canvas.random.uniform(-0.05, 0.05)

    def draw(shape: Shape) -> None:
        for way in (-1, 1):
            far = lamp[0] + way * 0.9
            shape.polygon([lamp, (far, lamp[1] + spread - 0.085), (far, lamp[1] + spread + 0.085)])

    canvas.soft(draw, palette.light, 0.01, 0.32 if palette.dark else 0.2)
    canvas.glow(lamp, 0.16, (255, 240, 190), 0.9)


def _on_water(canvas: Canvas, palette: Palette, at: Point, share: float) -> None:
    tile = MOTIFS["boat"][0](round(share * canvas.short), palette, canvas.random)
    image = tile.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    faint = image.getchannel("A").point(lambda value: value * 0.28)
    image.putalpha(faint)
    half = image.resize((image.width, max(image.height * 2 // 3, 1)))
    canvas.stamp(half, (at[0], at[1] + half.height / canvas.height * 0.985))
    canvas.stamp(tile, at)
    wake = [(at[0] + x * share * 0.5, at[1] + 0.004 + abs(x) * 0.006) for x in (-0.9, -0.3, 0.4, 1.0)]

    def draw(shape: Shape) -> None:
        for x, y in wake:
            shape.circle((x, y), 0.03, flat=0.06)

    canvas.shapes(draw, [palette.light], 0.6)


def _fly(canvas: Canvas, palette: Palette, motif: str, horizon: float) -> None:
    if motif not in AIRBORNE:
        return
    random = canvas.random
    place(canvas, palette, motif, (random.uniform(0.3, 0.7), horizon * random.uniform(0.72, 0.9)), 0.34)
    if motif == "balloon":
        for _ in range(random.randint(1, 3)):
            at = (random.uniform(0.1, 0.9), horizon * random.uniform(0.25, 0.8))
            place(canvas, palette, motif, at, random.uniform(0.06, 0.12))


def mountains(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Ridge behind ridge, a lake at their feet or pines before them."""
    random = canvas.random
    horizon = random.uniform(0.5, 0.6)
    sky(canvas, palette, horizon)
    lake = random.random() < 0.55
    shore = random.uniform(0.7, 0.76)
    layers = random.randint(4, 5)
    for index in range(layers):
        depth = index / layers
        base = horizon + (shore - horizon - 0.02) * depth
        line = jagged(random, 8, 0.5)
        ridge(canvas, palette, line, base - 0.03, (0.2 - 0.13 * depth), depth * 0.8)
        canvas.mist(base - 0.02, base + 0.1, palette.haze, 0.5 * (1 - depth))
    if lake:
        canvas.fill([palette.water[0], palette.water[1]], shore, 1)
        mirror(canvas, palette, shore, 0.62)
        glitter(canvas, palette, shore, random.uniform(0.3, 0.7), 0.25)
    birds(canvas, palette, 0.1, horizon - 0.2)
    _fly(canvas, palette, motif, horizon)
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
        for x, high in spots:
            if abs(x - gap) > (0.2 if motif else 0.1):
                pine(shape, x, base + 0.075, high * (0.7 + 0.8 * abs(x - gap)), random.random())

    canvas.shapes(draw, [mix(palette.near, palette.haze, 0.1), palette.near])
    if motif not in AIRBORNE:
        place(canvas, palette, motif, (gap, base + 0.1), 0.3)


def pine(shape: Shape, x: float, base: float, high: float, turn: float) -> None:
    """A pine's silhouette; `turn` (0–1) makes each one a little different."""
    half = high * 0.2 / shape.aspect if shape.aspect > 1 else high * 0.2
    tiers = 5
    points = [(x, base - high)]
    back = []
    for tier in range(1, tiers + 1):
        y = base - high + high * 0.9 * tier / tiers
        wide = half * (tier / tiers) ** 0.85
        sway = 1 + 0.22 * math.sin(turn * 9 + tier * 2.1)
        points += [(x + wide * sway, y), (x + wide * 0.45, y - high * 0.028)]
        back += [(x - wide / sway, y), (x - wide * 0.45, y - high * 0.028)]
    shape.polygon([*points, *reversed(back)])
    trunk = half * 0.12
    shape.polygon([(x - trunk, base - high * 0.15), (x + trunk, base - high * 0.15), (x + trunk, base), (x - trunk, base)])


def forest(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Rows of trees in the mist, a clearing in front."""
    random = canvas.random
    horizon = random.uniform(0.6, 0.68)
    light = sky(canvas, palette, horizon)
    ridge(canvas, palette, jagged(random, 7, 0.5), horizon - 0.12, 0.12, 0.05)
    clearing = random.uniform(0.35, 0.65)
    for row in range(5):
        depth = 0.2 + 0.8 * row / 4
        base = horizon + 0.03 + 0.1 * row * (0.75 if row < 4 else 0.85)
        trees = [
            (random.random(), random.uniform(0.7, 1.15)) for _ in range(34 - 5 * row)
        ]
        free = 0.04 + 0.085 * row

        def draw(shape: Shape) -> None:
            for x, size in trees:  # noqa: B023
                if abs(x - clearing) > free:  # noqa: B023
                    pine(shape, x, base + 0.02, size * (0.16 + 0.11 * row), x * 7 % 1)  # noqa: B023

        shade = palette.layer(depth)
        canvas.shapes(draw, [mix(shade, palette.haze, 0.12), shade])
        ridge(canvas, palette, rolling(random, 3), base + 0.03, 0.012, depth)
        canvas.mist(base - 0.1, base + 0.05, palette.haze, 0.34 * (1 - depth) + 0.05)
    canvas.glow((light[0], light[1]), 0.6, palette.light, 0.22)
    _fly(canvas, palette, motif, horizon)
    if motif not in AIRBORNE:
        _flowers(canvas, palette, 0.93, 46)
        place(canvas, palette, motif, (clearing, 0.945), 0.44)
    _flowers(canvas, palette, 0.985, 40)


def _flowers(canvas: Canvas, palette: Palette, base: float, count: int) -> None:
    random = canvas.random
    stems = [(random.random(), base + random.uniform(-0.015, 0.03), random.uniform(0.015, 0.045)) for _ in range(count)]

    def grass(shape: Shape) -> None:
        for x, y, high in stems:
            for lean in (-0.008, 0.0, 0.007):
                shape.polygon([(x - 0.002, y), (x + lean, y - high), (x + 0.002, y)])

    canvas.shapes(grass, [mix(palette.near, palette.far, 0.22)])
    for share, shade in ((3, palette.accent), (4, mix(palette.light, palette.accent, 0.2))):
        heads = [stem for index, stem in enumerate(stems) if index % share == 0]

        def bloom(shape: Shape) -> None:
            for x, y, high in heads:  # noqa: B023
                shape.circle((x, y - high), 0.0055)

        canvas.shapes(bloom, [shade])


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
        _orchard(canvas, palette, line, base, row)
        canvas.mist(base + 0.02, base + 0.12, palette.haze, 0.22 * (1 - depth))
    birds(canvas, palette, 0.1, horizon - 0.15)
    _fly(canvas, palette, motif, horizon)
    ridge(canvas, palette, rolling(random, 2), 0.9, 0.025, 0.95)
    _flowers(canvas, palette, 0.93, 60)
    if motif not in AIRBORNE:
        place(canvas, palette, motif, (random.uniform(0.34, 0.66), 0.93), 0.42)
    _flowers(canvas, palette, 0.99, 70)


def _orchard(canvas: Canvas, palette: Palette, line: list[Point], base: float, row: int) -> None:
    random = canvas.random
    size = 0.012 + 0.009 * row
    spots = [random.choice(line) for _ in range(9)]
    dark = mix(palette.layer(0.4 + 0.18 * row), DARK, 0.15)

    def crowns(shape: Shape, lift: float = 1.0, scale: float = 1.0) -> None:
        for x, y in spots:
            foot = base - y * 0.045 + 0.006
            shape.polygon([(x - 0.0018, foot), (x + 0.0018, foot), (x, foot - size * 2)])
            shape.circle((x, foot - size * 1.6 * lift), size * scale)

    canvas.shapes(crowns, [dark])
    canvas.shapes(lambda shape: crowns(shape, 1.16, 0.6), [mix(dark, palette.light, 0.25)], 0.7)


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
    mirror(canvas, palette, horizon, 0.6)
    glitter(canvas, palette, horizon, light[0], 0.5)
    _fly(canvas, palette, motif, horizon)
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
            y = top + 0.014
            while y < horizon - 0.012:
                across = left + 0.008
                while across < right - 0.01:
                    if random.random() < 0.34:
                        shape.polygon([(across, y), (across + 0.005, y), (across + 0.005, y + 0.008), (across, y + 0.008)])
                    across += 0.0105
                y += 0.0175

    shade = palette.layer(depth)
    canvas.shapes(walls, [shade, mix(shade, palette.haze, 0.3)])
    canvas.shapes(windows, [mix(palette.light, (255, 210, 130), 0.5)], 0.25 + 0.6 * depth)


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
    _fly(canvas, palette, motif, horizon)
    if motif not in AIRBORNE:
        place(canvas, palette, motif, (random.uniform(0.3, 0.7), 0.93), 0.36)


def _flank(
    canvas: Canvas, palette: Palette, line: list[Point], base: float, height: float, depth: float, sun: float
) -> None:
    """The side of each crest that is turned towards the light."""
    crests = [
        index for index in range(6, len(line) - 6)
        if line[index][1] == max(point[1] for point in line[index - 6 : index + 7])
    ]
    shade = mix(palette.layer(depth), palette.light, 0.42)

    def draw(shape: Shape) -> None:
        for index in crests:
            x, y = line[index]
            way = 1 if sun > x else -1
            slope = [
                (px, base - py * height) for px, py in line[:: 1] if 0 <= (px - x) * way <= 0.3
            ]
            slope.sort(key=lambda point: (point[0] - x) * way)
            foot = [
                (x + way * 0.2, base + 0.2), (x + way * 0.06, base + 0.13), (x + way * 0.09, base + 0.06)
            ]
            shape.polygon([(x, base - y * height), *slope, *smooth([*foot, (x, base - y * height)], closed=False)])

    canvas.shapes(draw, [shade, palette.layer(depth)], 0.5)


def space(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Stars, clouds of light, planets."""
    random = canvas.random
    night = [mix(DARK, palette.sky[0], 0.35), mix(DARK, palette.near, 0.5), mix(DARK, palette.sky[1], 0.45)]
    canvas.fill(night)
    for shade in (palette.sky[1], palette.accent, palette.sky[2], palette.far):
        at = (random.random(), random.random())
        canvas.glow(at, random.uniform(0.5, 0.9), shade, random.uniform(0.3, 0.55))
    _stars(canvas, 1.0)
    _planet(canvas, palette, (random.uniform(0.2, 0.8), random.uniform(0.35, 0.75)), random.uniform(0.2, 0.28))
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
    canvas.paint(disc.mask, [mix(palette.accent, palette.light, 0.5), palette.accent, palette.layer(0.8)])
    bands = Shape(canvas)
    for _ in range(5):
        y = at[1] + random.uniform(-radius, radius) * canvas.short / canvas.height
        bands.circle((at[0], y), radius * 1.4, flat=random.uniform(0.02, 0.07))
    empty = Image.new("L", disc.mask.size)
    canvas.paint(Image.composite(bands.mask, empty, disc.mask), [palette.light], 0.28)
    night = Shape(canvas)
    night.circle(at, radius)
    night.circle((at[0] - 0.3 * radius * canvas.short / canvas.width, at[1] - 0.25 * radius), radius * 1.12, 0)
    canvas.paint(night.mask, [DARK], 0.5)


def table(canvas: Canvas, palette: Palette, motif: str) -> None:
    """A thing on a table by the window, in morning light."""
    random = canvas.random
    wall = mix(palette.sky[2], palette.far, 0.35)
    canvas.fill([mix(wall, palette.near, 0.25), wall])
    edge = random.uniform(0.66, 0.72)
    left, right = (0.1, 0.52) if random.random() < 0.5 else (0.48, 0.9)
    frame = mix(palette.light, wall, 0.2)
    pane = Shape(canvas)
    pane.polygon([(left, 0.08), (right, 0.08), (right, 0.52), (left, 0.52)])
    canvas.shapes(lambda shape: shape.polygon([(left - 0.02, 0.06), (right + 0.02, 0.06), (right + 0.02, 0.545), (left - 0.02, 0.545)]), [frame])
    canvas.paint(pane.mask, palette.sky)
    hill = Shape(canvas)
    hill.polygon([(0, 0.6), *[(x, 0.44 - 0.05 * y) for x, y in rolling(random, 3)], (1, 0.6)])
    canvas.paint(Image.composite(hill.mask, Image.new("L", pane.mask.size), pane.mask), [palette.layer(0.35)])
    middle = (left + right) / 2

    def bars(shape: Shape) -> None:
        shape.polygon([(middle - 0.006, 0.08), (middle + 0.006, 0.08), (middle + 0.006, 0.52), (middle - 0.006, 0.52)])
        shape.polygon([(left, 0.29), (right, 0.29), (right, 0.302), (left, 0.302)])

    canvas.shapes(bars, [frame])
    wood = mix(palette.near, palette.accent, 0.3)
    canvas.fill([mix(wood, palette.light, 0.25), wood], edge, 1)
    slant = 0.22 if left < 0.3 else -0.22
    beam = [(left + slant, edge), (right + slant, edge), (right + slant * 2.2, 1), (left + slant * 2.2, 1)]
    canvas.soft(lambda shape: shape.polygon(beam), palette.light, 0.012, 0.4)
    at = (random.uniform(0.42, 0.58), 0.87)
    place(canvas, palette, motif or "cup", at, 0.34)
    if motif in {"", "cup"}:
        _steam(canvas, palette, at)
    canvas.glow((middle, 0.3), 0.8, palette.light, 0.4)


def _steam(canvas: Canvas, palette: Palette, at: Point) -> None:
    random = canvas.random
    foot = at[1] - 0.26 * canvas.short / canvas.height

    def draw(shape: Shape) -> None:
        for shift in (-0.03, 0.015, 0.05):
            path = [
                (at[0] + shift + 0.016 * math.sin(step * 1.5 + shift * 90), foot - step * 0.032)
                for step in range(random.randint(5, 7))
            ]
            shape.line(smooth(path, closed=False), 0.013)

    canvas.soft(draw, palette.light, 0.007, 0.6)


def geometry(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Discs, arches and stripes on a grid, as on a poster."""
    random = canvas.random
    paper = mix(palette.light, palette.sky[2], 0.35)
    inks = [palette.accent, palette.near, palette.far, palette.sky[0], palette.sky[1], palette.water[1]]
    canvas.fill([paper])
    columns = random.choice((3, 4))
    wide = 1 / columns
    rows = max(round(canvas.height / canvas.width * columns), 2)
    high = 1 / rows
    for row in range(rows):
        for column in range(columns):
            ground, ink = random.sample([*inks, paper], 2)
            left, top = column * wide, row * high
            corners = [(left, top), (left + wide + 0.001, top), (left + wide + 0.001, top + high + 0.001), (left, top + high + 0.001)]
            canvas.shapes(lambda shape, c=corners: shape.polygon(c), [ground])
            _tile(canvas, (left, top), (wide, high), ink, random.choice(inks))
    if motif:
        place(canvas, palette, motif, (0.5, 0.78), 0.5)


def _tile(canvas: Canvas, at: Point, size: Point, ink: tuple[int, int, int], second: tuple[int, int, int]) -> None:
    random = canvas.random
    left, top = at
    wide, high = size
    middle = (left + wide / 2, top + high / 2)
    unit = wide * canvas.width / canvas.short
    kind = random.choice(("quarter", "disc", "arch", "stripes", "leaf", "sun"))
    cell = Shape(canvas)
    cell.polygon([(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)])
    drawn = Shape(canvas)
    if kind == "quarter":
        corner = random.randrange(4)
        x, y = left + wide * (corner % 2), top + high * (corner // 2)
        drawn.circle((x, y), unit)
    elif kind == "leaf":
        drawn.circle((left, top), unit)
        other = Shape(canvas)
        other.circle((left + wide, top + high), unit)
        drawn.mask = Image.composite(drawn.mask, Image.new("L", drawn.mask.size), other.mask)
    elif kind == "stripes":
        for index in range(5):
            y = top + high * (index + 0.1) / 5
            drawn.polygon([(left, y), (left + wide, y), (left + wide, y + high / 10), (left, y + high / 10)])
    elif kind == "arch":
        drawn.wedge((middle[0], top + high), unit / 2, 180, 360)
        drawn.polygon([(left, top + high), (left + wide, top + high), (left + wide, top + high), (left, top + high)])
    else:
        drawn.circle(middle, unit * 0.42)
    canvas.paint(Image.composite(drawn.mask, Image.new("L", cell.mask.size), cell.mask), [ink])
    if kind in {"disc", "quarter", "arch"}:
        inner = Shape(canvas)
        place_at = middle if kind == "disc" else (middle[0], top + high) if kind == "arch" else (x, y)
        inner.circle(place_at, unit * (0.2 if kind != "quarter" else 0.5))
        canvas.paint(Image.composite(inner.mask, Image.new("L", cell.mask.size), cell.mask), [second])


SCENES: Final[dict[str, tuple[Scene, str]]] = {
    "sea": (sea, "sea ocean coast beach shore island wave water harbour harbor bay cliff surf fish whale sail lighthouse boat"),
    "mountains": (mountains, "mountain mountains alps peak hike hiking climb lake valley summit glacier ski landscape"),
    "forest": (forest, "forest wood woods jungle pine fox deer bear owl wolf mushroom trail camping"),
    "city": (city, "city town skyline street building office skyscraper bridge urban london paris tokyo berlin york downtown"),
    "desert": (desert, "desert dune sand cactus canyon camel egypt sahara mars"),
    "hills": (hills, "hill meadow field garden flower farm vineyard countryside spring park balloon tree house cat dog rabbit horse cow picnic"),
    "space": (space, "space galaxy planet cosmos universe rocket astronaut nebula orbit"),
    "table": (table, "coffee tea cup cafe breakfast table kitchen desk mug espresso latte cappuccino restaurant bakery"),
    "geometry": (geometry, "pattern geometric geometry abstract poster shapes bauhaus mosaic logo background wallpaper"),
}
"""Each scene and the words that ask for it."""

OPEN: Final = ("mountains", "hills", "sea", "forest", "geometry", "desert", "city")
"""Scenes for prompts that name none."""
