"""Renditions: a stored picture made to fit one network's rules.

Owns the way from checked bytes to a JPEG that a network takes: sRGB, no transparency, no metadata,
a ratio and a width within range, few enough bytes. It must not know any network by name: rules
come in as data (reference: networks.md §1.2, §1.6).
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageFilter, ImageOps

from core.errors import UserError
from core.library import pictures
from core.ports import NetworkRules

QUALITIES: Final = (90, 84, 78, 72, 66, 60)
SHRINK: Final = 0.9
MARGIN: Final = 0.95
"""Share of a network's byte limit that is used: some count a little differently than we do."""

NARROWEST: Final = 64
"""Pixels; below this a picture is no longer worth posting."""


@dataclass(frozen=True)
class Rendition:
    """A JPEG within the rules it was made for; `sha256` is of `data`, as hex."""

    data: bytes
    width: int
    height: int
    sha256: str


def render(data: bytes, rules: NetworkRules) -> Rendition:
    """Make checked bytes fit `rules`: takes 20–300 ms, so run it in a thread.

    Outside `rules.ratios` the whole picture stands before a blurred copy of itself. Nothing is
    scaled unless width or bytes demand it. The same input gives the same bytes. Raises
    UserError("rendition_impossible", bytes=…) where even the smallest picture is over the byte
    limit.
    """
    source = pictures.open_upright(data)
    limit = math.floor(rules.max_bytes * MARGIN)
    ratio = _ratio(source, rules)
    width = _clamp(_natural_width(source, ratio), rules.widths)
    narrowest = rules.widths[0] if rules.widths else NARROWEST
    while True:
        picture = _compose(source, width, _height(width, ratio, rules))
        for quality in QUALITIES:
            encoded = pictures.encode_jpeg(picture, quality)
            if len(encoded) <= limit:
                digest = hashlib.sha256(encoded).hexdigest()
                return Rendition(encoded, picture.width, picture.height, digest)
        if width <= narrowest:
            raise UserError("rendition_impossible", bytes=rules.max_bytes)
        width = max(math.floor(width * SHRINK), narrowest)


def _ratio(source: Image.Image, rules: NetworkRules) -> float:
    own = source.width / source.height
    return min(max(own, rules.ratios[0]), rules.ratios[1]) if rules.ratios else own


def _natural_width(source: Image.Image, ratio: float) -> int:
    """The width at which the picture keeps its own scale, padded to `ratio`."""
    beside = ratio > source.width / source.height
    return max(round(source.height * ratio), 1) if beside else source.width


def _clamp(width: int, widths: tuple[int, int] | None) -> int:
    return min(max(width, widths[0]), widths[1]) if widths else width


def _height(width: int, ratio: float, rules: NetworkRules) -> int:
    """The whole number of rows nearest to `ratio` that stays inside the range."""
    height = max(round(width / ratio), 1)
    if rules.ratios:
        least, most = math.ceil(width / rules.ratios[1]), math.floor(width / rules.ratios[0])
        if least <= most:
            height = min(max(height, least), most)
    return height


def _compose(source: Image.Image, width: int, height: int) -> Image.Image:
    size = (width, height)
    if source.size == size:
        return source
    ideal = height * source.width / source.height
    if abs(ideal - width) <= 1:  # one pixel of rounding is not worth a border
        return ImageOps.fit(source, size, Image.Resampling.LANCZOS)
    inside = ImageOps.contain(source, size, Image.Resampling.LANCZOS)
    ground = _blurred(source, size)
    ground.paste(inside, ((width - inside.width) // 2, (height - inside.height) // 2))
    return ground


def _blurred(source: Image.Image, size: tuple[int, int]) -> Image.Image:
    """`source` filling `size`, soft and a little paler; blurred small, which looks the same."""
    small = (max(size[0] // 16, 2), max(size[1] // 16, 2))
    soft = ImageOps.fit(source, small, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(2))
    pale = Image.blend(soft, Image.new("RGB", small, pictures.WHITE), 0.25)
    return pale.resize(size, Image.Resampling.BICUBIC)
