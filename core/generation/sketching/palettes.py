"""Palettes: which colours a prompt's words call for.

Owns moods and their colours. It must not know shapes.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from core.generation.sketching.canvas import Colour, colour, mix


@dataclass(frozen=True)
class Palette:
    """Colours of one mood. `sky` runs from the zenith to the horizon; land goes from `far` to
    `near`; `light` is sun or moon; `accent` is for the one thing that the eye should find.
    """

    sky: tuple[Colour, Colour, Colour]
    light: Colour
    far: Colour
    near: Colour
    water: tuple[Colour, Colour]
    accent: Colour
    dark: bool = False
    aurora: bool = False

    @property
    def haze(self) -> Colour:
        """The colour of the air between the layers."""
        return mix(self.sky[2], self.light, 0.25)

    def layer(self, depth: float) -> Colour:
        """Land at `depth`: 0 farthest, 1 nearest."""
        return mix(self.far, self.near, depth)


def _palette(
    sky: str, light: str, land: str, water: str, accent: str, *, dark: bool = False
) -> Palette:
    high, middle, low = (colour(part) for part in sky.split())
    far, near = (colour(part) for part in land.split())
    above, below = (colour(part) for part in water.split())
    return Palette(
        (high, middle, low), colour(light), far, near, (above, below), colour(accent), dark
    )


MOODS: Final = {
    "dusk": (
        _palette("2b2a5b 9a4f7e ffb07a", "ffe3b0", "9c6288 1f1b3a", "e79a86 2a2452", "ffb347"),
        _palette("1f3358 b0607a ff9d6b", "ffd9a0", "86607f 1a2036", "e8a08a 203054", "ff8f5a"),
        _palette("3a2357 d0596e ffc27d", "fff0c4", "a85f7b 27183b", "f0a27e 37224f", "ffd166"),
        _palette(
            "1b2447 4a5688 e9a58a", "fff3d6", "5b6591 12162e", "8f86a3 18203f", "ffc05c", dark=True
        ),
        _palette("2a6f7f 8fb8a0 ffcf8f", "fff1c9", "7fa093 17303a", "b9c9a4 1f4a55", "ff7a45"),
    ),
    "dawn": (
        _palette("7fa6cf f3c5c0 ffe7c7", "fffaf0", "b9a9c4 45506f", "f5d6c8 6f8fb0", "e8736a"),
        _palette("8cb8c9 f6d3c2 fff0d4", "ffffff", "a9bcc4 3b5566", "f4ded0 6d9aab", "ef8354"),
    ),
    "day": (
        _palette("3f8fcf 8cc4e8 e3f3f5", "fffbe6", "a3c4d6 22506b", "8fcbdc 1c5f86", "f25f5c"),
        _palette("57a0d3 a9d6e5 f7f4e3", "fffdf0", "9fc3bd 2b5d5a", "9ad1d4 25708a", "ff8c42"),
    ),
    "night": (
        _palette(
            "0b1030 1d2b5c 4a5c8f", "fdf6dc", "3f4f80 0a0e20", "46598c 0c1434", "ffd98a", dark=True
        ),
        _palette(
            "0a1a2b 15395b 3f7a8c", "f2fbff", "336478 07131f", "3c7486 0a1f33", "ffe08a", dark=True
        ),
    ),
    "green": (
        _palette("8fb9a8 c9dfc0 f4f1d0", "fffbe0", "9dbfa2 1d3b2f", "b5d3bd 2e5d4f", "e76f51"),
        _palette("5f9ea0 b4d2b0 f2edc8", "fff8d8", "8fb592 17332b", "a9cdb8 275a52", "f28f3b"),
    ),
    "autumn": (
        _palette("c98f5a efc38a fbe6bf", "fff4d6", "d19a66 4a2318", "e8b883 6b3a2a", "d1495b"),
        _palette("a98467 e6b980 fae1b5", "fff1cf", "c58a55 3c2415", "ddb07d 5c3b28", "bc3908"),
    ),
    "winter": (
        _palette("8fa9c4 c7d6e5 f4f6fa", "ffffff", "b9c8d9 3f5873", "d5e1ec 6f8cab", "c8553d"),
        _palette("a5a6c8 d9d4e7 fdf3f0", "ffffff", "c4c2d8 4b4a6e", "e0dcea 7f80a8", "e07a5f"),
    ),
    "desert": (
        _palette("e29a6a f4c38f fde6bf", "fff6da", "e8ab74 6e2c2a", "f0bf8c 8c4a3c", "2a9d8f"),
        _palette("c9745f efae83 fbdcb4", "fff2d0", "dd9468 5a2436", "e7a982 7a3b46", "3d5a80"),
    ),
    "pastel": (
        _palette("b8c0ff e2c6ef ffe5ec", "ffffff", "cdb4db 6d6a9c", "d6d1f5 8d8ac2", "ff8fab"),
        _palette("a8dadc d8ecd8 fff1e6", "ffffff", "b7d3cf 5b7f8c", "cfe7e2 7aa5ad", "f4978e"),
    ),
    "aurora": (
        _palette(
            "081427 123c4a 2f7f74", "d8fff0", "2d5f68 061018", "2b7a72 07202b", "9bffcf", dark=True
        ),
    ),
}

WORDS: Final = {
    "dusk": "dusk sunset evening twilight golden romantic warm romantic",
    "dawn": "dawn sunrise morning breakfast fog foggy mist misty calm quiet soft",
    "day": "day noon summer sunny sky beach holiday bright blue",
    "night": "night midnight moon moonlight star stars starry dark space galaxy planet neon",
    "green": "forest wood woods jungle green spring garden leaf eco nature tea bamboo",
    "autumn": "autumn fall october harvest pumpkin coffee cosy cozy orange bread",
    "winter": "winter snow snowy ice cold christmas january frost arctic polar ski",
    "desert": "desert dune sand cactus canyon egypt camel mars red",
    "pastel": "pastel cute baby dream dreamy minimalist minimal pink candy unicorn wedding",
    "aurora": "aurora northern polar nordic lapland iceland magic magical",
}


def choose(words: Collection[str], random: Random) -> Palette:
    """A palette for the words of a prompt; where they say nothing about it, any but the nights."""
    named = [mood for mood, hints in WORDS.items() if not set(hints.split()).isdisjoint(words)]
    strong = [mood for mood in named if mood in {"dusk", "dawn", "night", "winter", "aurora"}]
    mood = random.choice(strong or named or ["dusk", "dawn", "day", "green", "autumn", "pastel"])
    palette = replace(random.choice(MOODS[mood]), aurora=mood == "aurora")
    turn = random.uniform(-0.12, 0.12)
    towards = colour("ff7f6a") if turn > 0 else colour("5a8cff")
    high, middle, low = (mix(part, towards, abs(turn)) for part in palette.sky)
    return replace(palette, sky=(high, middle, low))
