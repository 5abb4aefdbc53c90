"""The sky: sun or moon, stars, clouds, northern lights, birds.

Owns everything above the horizon that is not a motif. It must not know what stands below.
"""

from random import Random

from core.generation.sketching.canvas import Canvas, Point, Shape, mix, rolling, smooth
from core.generation.sketching.palettes import Palette


def sky(canvas: Canvas, palette: Palette, horizon: float) -> Point:
    """Sky down to the horizon, with sun or moon, stars, clouds; returns where the light stands."""
    random = canvas.random
    canvas.fill(palette.sky, 0, horizon + 0.03)
    across = random.uniform(0.18, 0.82)
    if palette.dark:
        at = (across, horizon * random.uniform(0.2, 0.5))
        stars(canvas, horizon)
    else:
        at = (across, horizon * random.uniform(0.5, 0.92))
    canvas.glow(at, random.uniform(0.7, 0.95), mix(palette.sky[2], palette.light, 0.6), 0.75)
    canvas.glow(at, 0.28, palette.light, 0.8)
    radius = random.uniform(0.045, 0.085)
    canvas.shapes(lambda shape: shape.circle(at, radius), [palette.light])
    if palette.dark:
        _craters(canvas, palette, at, radius)
    if palette.aurora:
        _curtains(canvas, palette, horizon)
    else:
        _clouds(canvas, palette, horizon)
    return at


def stars(canvas: Canvas, horizon: float) -> None:
    """Stars of several sizes, denser towards the zenith."""
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


def _curtains(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """Northern lights: rays that hang from a winding line and fade upwards."""
    for shade, strength in (
        (palette.accent, 0.62),
        (mix(palette.accent, (150, 110, 255), 0.75), 0.4),
    ):
        canvas.soft(lambda shape: _rays(canvas.random, shape, horizon), shade, 0.009, strength)


def _rays(random: Random, shape: Shape, horizon: float) -> None:
    parts = 6
    base = horizon * random.uniform(0.5, 0.75)
    for x, y in rolling(random, 3, 150):
        foot = base - 0.1 * y
        step = horizon * random.uniform(0.25, 0.45) / parts
        brightness = random.uniform(30, 150)
        for part in range(parts):
            low = foot - step * part
            edge = [(x - 0.005, low - step), (x + 0.005, low - step), (x + 0.005, low)]
            shape.polygon([*edge, (x - 0.005, low)], round(brightness * (1 - part / parts)))


def _clouds(canvas: Canvas, palette: Palette, horizon: float) -> None:
    random = canvas.random
    banks = [
        (random.random(), random.uniform(0.12, 0.8) * horizon, random.uniform(0.07, 0.2))
        for _ in range(random.randint(3, 6))
    ]
    puffs = [
        (
            x + random.gauss(0, size * 0.7),
            y + random.gauss(0, size * 0.05),
            size * random.uniform(0.2, 0.5),
        )
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
        (
            middle[0] + random.gauss(0, 0.07),
            middle[1] + random.gauss(0, 0.03),
            random.uniform(0.008, 0.018),
        )
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
