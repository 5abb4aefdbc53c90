"""A transparent sheet on which one thing is drawn, to be set into a picture.

Owns the pen for that. It must not know what is drawn.

Coordinates: y from 0 (top) to 1 (bottom), x from 0 to the tile's width in heights.
"""

from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

from core.generation.sketching.canvas import Colour, Point, smooth

FINENESS: Final = 3


class Tile:
    """A transparent sheet, `aspect` times as wide as `height` pixels."""

    def __init__(self, height: int, aspect: float) -> None:
        self._unit = height * FINENESS
        self._size = (max(round(height * aspect), 1), max(height, 1))
        wide, high = (side * FINENESS for side in self._size)
        self._image = Image.new("RGBA", (wide, high))
        self._pen = ImageDraw.Draw(self._image)

    def polygon(self, points: Sequence[Point], shade: Colour) -> None:
        """A filled outline with corners."""
        self._pen.polygon([(x * self._unit, y * self._unit) for x, y in points], fill=shade)

    def curve(self, points: Sequence[Point], shade: Colour) -> None:
        """A filled outline without corners."""
        self.polygon(smooth(points), shade)

    def oval(self, at: Point, wide: float, high: float, shade: Colour) -> None:
        """An ellipse by its middle and half axes."""
        x, y = at
        box = ((x - wide) * self._unit, (y - high) * self._unit)
        end = ((x + wide) * self._unit, (y + high) * self._unit)
        self._pen.ellipse((*box, *end), fill=shade)

    def box(self, left: float, top: float, right: float, bottom: float, shade: Colour) -> None:
        """A rectangle."""
        edges = (left * self._unit, top * self._unit, right * self._unit, bottom * self._unit)
        self._pen.rectangle(edges, fill=shade)

    def line(self, points: Sequence[Point], width: float, shade: Colour) -> None:
        """A stroke with round joints."""
        path = [(x * self._unit, y * self._unit) for x, y in points]
        self._pen.line(path, fill=shade, width=max(round(width * self._unit), 1), joint="curve")

    def done(self) -> Image.Image:
        """The tile at its own size."""
        return self._image.resize(self._size, Image.Resampling.BOX)
