"""The last hand: what a style does to the whole picture, and the signature.

Owns grain, toning, soft light and the words "sketch · not AI". It must not know what is shown.
"""

from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

SIGNATURE: Final = "sketch · not AI"


def finish(image: Image.Image, style: str, random: Random) -> Image.Image:
    """Tone the picture in a style ("" for none) and sign it."""
    image = _bloom(image, 0.3 if style == "professional" else 0.16)
    if style == "vintage":
        image = _age(image)
    elif style == "creative":
        image = ImageEnhance.Contrast(ImageEnhance.Color(image).enhance(1.5)).enhance(1.08)
    elif style == "minimalist":
        image = Image.blend(ImageEnhance.Color(image).enhance(0.8), _plain(image), 0.18)
    image = _vignette(image, 0.3 if style in {"vintage", "professional"} else 0.14)
    image = _grain(image, random, 0.13 if style == "vintage" else 0.04)
    _sign(image)
    return image


def _plain(image: Image.Image) -> Image.Image:
    return Image.new("RGB", image.size, (250, 248, 244))


def _bloom(image: Image.Image, strength: float) -> Image.Image:
    """Light that spills over edges, as in a lens."""
    small = image.resize((image.width // 8, image.height // 8), Image.Resampling.BOX)
    bright = small.point(lambda value: max(0, value - 110) * 1.6)
    soft = bright.filter(ImageFilter.GaussianBlur(image.width / 8 / 40))
    spilled = ImageChops.screen(image, soft.resize(image.size, Image.Resampling.BICUBIC))
    return Image.blend(image, spilled, strength)


def _age(image: Image.Image) -> Image.Image:
    """Faded sepia under warm light, on old paper with a pale frame."""
    grey = ImageOps.grayscale(image)
    sepia = ImageOps.colorize(grey, (40, 30, 36), (255, 240, 208), (176, 128, 96))
    toned = ImageEnhance.Contrast(Image.blend(image, sepia, 0.32)).enhance(1.1)
    faded = toned.point(lambda value: 26 + value * 0.88)
    return ImageChops.multiply(faded, Image.new("RGB", image.size, (255, 248, 230)))


def _vignette(image: Image.Image, strength: float) -> Image.Image:
    shade = Image.radial_gradient("L").point(lambda value: max(0, value - 100) * 1.6 * strength)
    mask = shade.resize(image.size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", image.size, (24, 16, 28)), image, mask)


def _grain(image: Image.Image, random: Random, strength: float) -> Image.Image:
    """Noise as in film or paper; it also hides the steps of the gradients."""
    width, height = image.size
    noise = Image.frombytes("L", (width, height), random.randbytes(width * height))
    grey = Image.merge("RGB", (noise, noise, noise))
    return Image.blend(image, ImageChops.overlay(image, grey), strength)


def _sign(image: Image.Image) -> None:
    size = max(round(min(image.size) * 0.021), 11)
    font = ImageFont.load_default(size)
    pen = ImageDraw.Draw(image, "RGBA")
    left, top, right, bottom = pen.textbbox((0, 0), SIGNATURE, font=font)
    wide, high = right - left, bottom - top
    inset = size * 0.6
    x = image.width - wide - inset * 3
    y = image.height - high - inset * 2.6
    box = (x - inset, y - inset * 0.75, x + wide + inset, y + high + inset * 0.75)
    pen.rounded_rectangle(box, inset, fill=(20, 18, 28, 150))
    pen.text((x - left, y - top), SIGNATURE, font=font, fill=(255, 252, 244, 240))
