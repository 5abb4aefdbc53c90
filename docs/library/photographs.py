"""Photographs that nobody took: hills in fog, lights out of focus, and a sea, drawn from noise.

Owns how they are drawn, the same each time. It must not know what they are for.
"""

import io
import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]


def fog(width: int, height: int) -> bytes:
    """Hills behind hills, each one paler, in the colours before sunrise."""
    picture = _sky(width, height, (214, 150, 120), (238, 214, 190))
    chance = random.Random(7)  # noqa: S311  # a picture, no secret
    for layer in range(7):
        depth = layer / 6
        ridge = height * (0.38 + 0.1 * layer)
        swing = [(chance.uniform(0.4, 2.6), chance.uniform(0, 6.3)) for _ in range(5)]
        line = [
            ridge
            + 0.05
            * height
            * sum(math.sin(f * 5 * x / width + p) / (n + 1) for n, (f, p) in enumerate(swing))
            for x in range(width)
        ]
        colour = _mix((225, 186, 165), (34, 52, 66), depth**0.8)
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).polygon([(0, height), *enumerate(line), (width, height)], fill=255)
        picture.paste(colour, mask=mask.filter(ImageFilter.GaussianBlur(3 - 2 * depth)))
    return _developed(picture, 5)


def lights(width: int, height: int) -> bytes:
    """A street at night, out of focus."""
    picture = _sky(width, height, (14, 16, 34), (44, 26, 38))
    chance = random.Random(11)  # noqa: S311  # a picture, no secret
    colours = [(255, 190, 96), (255, 120, 88), (250, 226, 170), (120, 190, 255), (255, 92, 130)]
    for number in range(90):
        size = chance.uniform(0.012, 0.055) * width * (1 if number % 3 else 1.4)
        x, y = chance.uniform(0, width), height * chance.triangular(0.1, 0.95, 0.55)
        disc = Image.new("L", (width, height), 0)
        box = (x - size, y - size, x + size, y + size)
        ImageDraw.Draw(disc).ellipse(box, fill=chance.randint(40, 130), outline=170, width=3)
        soft = disc.filter(ImageFilter.GaussianBlur(2.2))
        glow = Image.composite(
            Image.new("RGB", (width, height), chance.choice(colours)),
            Image.new("RGB", (width, height)),
            soft,
        )
        picture = ImageChops.screen(picture, glow)
    return _developed(picture, 8)


def sea(width: int, height: int) -> bytes:
    """Calm water under a clear evening, with the sun's path on it."""
    picture = _sky(width, height, (70, 120, 168), (250, 206, 160))
    chance = random.Random(3)  # noqa: S311  # a picture, no secret
    draw = ImageDraw.Draw(picture)
    horizon, sun = int(height * 0.52), (int(width * 0.62), int(height * 0.44))
    halo = Image.new("L", (width, height), 0)
    reach = height * 0.3
    box = (sun[0] - reach, sun[1] - reach, sun[0] + reach, sun[1] + reach)
    ImageDraw.Draw(halo).ellipse(box, fill=110)
    picture.paste((255, 236, 200), mask=halo.filter(ImageFilter.GaussianBlur(reach / 2)))
    size = height * 0.05
    draw.ellipse((sun[0] - size, sun[1] - size, sun[0] + size, sun[1] + size), fill=(255, 246, 224))
    for y in range(horizon, height):
        depth = (y - horizon) / (height - horizon)
        draw.line((0, y, width, y), fill=_mix((206, 168, 150), (24, 62, 92), depth**0.7))
    for _ in range(2600):
        depth = chance.random() ** 1.6
        y = horizon + depth * (height - horizon)
        x = chance.gauss(sun[0], width * (0.02 + 0.1 * depth))
        long = width * (0.004 + 0.022 * depth) * chance.random()
        bright = _mix((255, 232, 190), (150, 160, 170), chance.random() * 0.8)
        draw.line((x - long, y, x + long, y), fill=bright, width=1 + int(3 * depth))
    for _ in range(900):
        depth = chance.random() ** 1.3
        y, x = horizon + depth * (height - horizon), chance.uniform(0, width)
        long = width * (0.006 + 0.05 * depth) * chance.random()
        draw.line((x - long, y, x + long, y), fill=_mix((150, 150, 160), (14, 46, 74), depth))
    return _developed(picture.filter(ImageFilter.GaussianBlur(1.1)), 5)


def _mix(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _sky(width: int, height: int, above: Colour, below: Colour) -> Image.Image:
    column = Image.new("RGB", (1, height))
    column.putdata([_mix(above, below, y / height) for y in range(height)])
    return column.resize((width, height))


def _developed(picture: Image.Image, grain: int) -> bytes:
    """As a camera gives it: a little grain, darker corners, JPEG."""
    width, height = picture.size
    noise = Image.effect_noise((width, height), grain).convert("RGB")
    picture = ImageChops.add(picture, noise, offset=-128)
    corners = Image.radial_gradient("L").resize((width, height))
    dark = Image.eval(corners, lambda value: max(value - 120, 0) // 2)
    picture.paste((0, 0, 0), mask=dark)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return out.getvalue()
