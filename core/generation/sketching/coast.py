"""The sea, with headlands, a cliff, boats, and the light of a lighthouse.

Owns that one scene. It must not know which words ask for it.
"""

import math

from PIL import Image

from core.generation.sketching.canvas import Canvas, Point, Shape, chance, jagged, mix, smooth
from core.generation.sketching.land import AIRBORNE, fly, glitter, mirror, place
from core.generation.sketching.motifs import MOTIFS
from core.generation.sketching.palettes import Palette
from core.generation.sketching.weather import birds, sky


def sea(canvas: Canvas, palette: Palette, motif: str) -> None:
    """Water to the horizon, far headlands, a cliff for what stands on land."""
    random = canvas.random
    horizon = random.uniform(0.5, 0.6)
    light = sky(canvas, palette, horizon)
    canvas.fill(palette.water, horizon, 1)
    side = random.choice((-1, 1))
    _headland(canvas, palette, horizon, -side)
    mirror(canvas, horizon, 0.42)
    canvas.mist(horizon - 0.06, horizon, palette.haze, 0.5)
    glitter(canvas, palette, horizon, light[0], 0.75)
    birds(canvas, palette, 0.12, horizon - 0.12)
    if motif == "boat" or chance(random, 0.5):
        near = 1.0 if motif == "boat" else random.uniform(0.1, 0.55)
        at = (0.5 - side * random.uniform(0.08, 0.3), horizon + 0.03 + 0.18 * near)
        _on_water(canvas, palette, at, 0.06 + 0.22 * near)
    if motif != "boat":
        stand = _cliff(canvas, palette, horizon, side)
        high = random.uniform(0.42, 0.56) if motif == "lighthouse" else 0.26
        if motif not in AIRBORNE:
            _beams(canvas, palette, stand, high if motif == "lighthouse" else 0)
            place(canvas, palette, motif, (stand[0], stand[1] + 0.012), high)
            _grass(canvas, palette, stand)
    fly(canvas, palette, motif, horizon)


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
        land = Shape(canvas)
        land.polygon(points)
        canvas.paint(land.mask, [shade, mix(shade, palette.haze, 0.5)])


def _cliff(canvas: Canvas, palette: Palette, horizon: float, side: int) -> Point:
    """A cliff coming in from one side; returns where something can stand on it."""
    random = canvas.random
    top = horizon + random.uniform(0.1, 0.16)
    tip = random.uniform(0.40, 0.52)
    rough = random.uniform
    profile = [
        (0.0, top - 0.035),
        (tip * 0.35, top - 0.012),
        (tip * 0.7, top),
        (tip * 0.95, top + 0.03),
    ]
    rocks = [
        (tip, top + 0.09),
        (tip - 0.035, top + 0.13),
        (tip + 0.05, top + 0.2),
        (tip + 0.02, top + 0.26),
    ]
    fall = [(x + rough(-0.02, 0.02), y) for x, y in rocks] + [(tip + rough(0.06, 0.16), 1.02)]
    outline = smooth(profile, closed=False) + fall
    points = [(x if side < 0 else 1 - x, y) for x, y in [(0.0, 1.02), *reversed(outline)]]
    shade = palette.layer(0.78)
    canvas.shapes(
        lambda shape: shape.polygon(points), [mix(shade, palette.haze, 0.18), palette.layer(1)]
    )
    cliff = Shape(canvas)
    cliff.polygon(points)
    faces = _faces(canvas, top, tip, side)
    canvas.inside(cliff, faces.mask, [mix(shade, palette.light, 0.35), palette.layer(1)], 0.28)
    lawn = [*smooth(profile, closed=False)]
    under = [(x, y + 0.018 + 0.01 * math.sin(x * 60)) for x, y in reversed(lawn)]
    green = mix(mix(shade, palette.accent, 0.22), palette.light, 0.18)
    turf = [(x if side < 0 else 1 - x, y) for x, y in [*lawn, *under]]
    canvas.shapes(lambda shape: shape.polygon(turf), [green])
    across = tip * 0.56
    return (across if side < 0 else 1 - across, top - 0.006)


def _faces(canvas: Canvas, top: float, tip: float, side: int) -> Shape:
    """Upright strips of rock, each turned a little differently to the light."""
    random = canvas.random
    faces = Shape(canvas)
    x = -0.05
    while x < tip + 0.1:
        wide, lean = random.uniform(0.03, 0.08), random.uniform(-0.03, 0.05)
        corners = [(x, top), (x + wide, top), (x + wide * 1.3 + lean, 1.02), (x + lean, 1.02)]
        tone = random.randrange(30, 200)
        faces.polygon([(px if side < 0 else 1 - px, py) for px, py in corners], tone)
        x += wide
    return faces


def _grass(canvas: Canvas, palette: Palette, at: Point) -> None:
    random = canvas.random
    blades = [
        (at[0] + random.gauss(0, 0.04), at[1] + 0.02, random.gauss(0, 0.008)) for _ in range(46)
    ]

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
    wake = [
        (at[0] + x * share * 0.5, at[1] + 0.004 + abs(x) * 0.006) for x in (-0.9, -0.3, 0.4, 1.0)
    ]

    def draw(shape: Shape) -> None:
        for x, y in wake:
            shape.circle((x, y), 0.03, flat=0.06)

    canvas.shapes(draw, [palette.light], 0.6)
