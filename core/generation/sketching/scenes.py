"""Which scenes there are, and the words that ask for each.

Owns that table alone; the scenes stand in `coast`, `country`, `town` and `plane`.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from core.generation.sketching.canvas import Canvas
from core.generation.sketching.coast import sea
from core.generation.sketching.country import desert, forest, hills, mountains
from core.generation.sketching.palettes import Palette
from core.generation.sketching.plane import geometry, space
from core.generation.sketching.town import city, table

Scene: TypeAlias = Callable[[Canvas, Palette, str], None]
"""Draws the whole canvas; the motif's name is "" where there is none."""

SCENES: Final[dict[str, tuple[Scene, str]]] = {
    "sea": (
        sea,
        (
            "sea ocean coast beach shore island wave water harbour harbor bay cliff surf fish "
            "whale sail lighthouse boat"
        ),
    ),
    "mountains": (
        mountains,
        "mountain alps peak hike hiking climb lake valley summit glacier ski landscape aurora",
    ),
    "forest": (
        forest,
        "forest wood jungle pine fox deer bear owl wolf mushroom trail camping",
    ),
    "city": (
        city,
        (
            "city town skyline street building office skyscraper bridge urban london paris tokyo "
            "berlin york downtown"
        ),
    ),
    "desert": (desert, "desert dune sand cactus canyon camel egypt sahara mars"),
    "hills": (
        hills,
        (
            "hill meadow field garden flower farm vineyard countryside spring park balloon tree "
            "house cat dog rabbit horse cow picnic"
        ),
    ),
    "space": (space, "space galaxy planet cosmos universe rocket astronaut nebula orbit"),
    "table": (
        table,
        "coffee tea cup cafe breakfast table kitchen desk mug espresso latte cappuccino bakery",
    ),
    "geometry": (
        geometry,
        "pattern geometric geometry abstract poster shapes bauhaus mosaic logo background",
    ),
}
"""Each scene and the words that ask for it."""

OPEN: Final = ("mountains", "hills", "sea", "forest", "geometry", "desert", "city")
"""Scenes for prompts that name none."""
