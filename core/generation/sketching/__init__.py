"""The sketch artist: draws a picture from the words of a prompt, without any AI and any network.

Owns how words become scene, palette and motif. The same prompt, seed and size give the same bytes;
another seed gives another view of the same subject. It must not know providers or jobs.
"""

import io
import re
from random import Random
from typing import Final

from core.generation.sketching.canvas import Canvas
from core.generation.sketching.finish import finish
from core.generation.sketching.motifs import MOTIFS
from core.generation.sketching.palettes import choose
from core.generation.sketching.scenes import OPEN, SCENES

STYLES: Final = ("vintage", "minimalist", "professional", "creative")


def draw(prompt: str, seed: int, size: tuple[int, int]) -> bytes:
    """A signed PNG of exactly `size` pixels, drawn in well under a second a megapixel."""
    words = set(re.findall(r"[a-z]+", prompt.lower()))
    words |= {word[:-1] for word in words if word.endswith("s")}
    random = Random(f"{seed} {prompt}")  # noqa: S311  # drawing, not secrets
    motif = next((name for name, (_, hints) in MOTIFS.items() if words & set(hints.split())), "")
    named = [name for name, (_, hints) in SCENES.items() if words & set(hints.split())]
    scene = named[0] if named else random.choice(OPEN)
    canvas = Canvas(size, random)
    SCENES[scene][0](canvas, choose(words, random), motif)
    style = next((style for style in STYLES if style in words), "")
    out = io.BytesIO()
    finish(canvas.image, style, random).save(out, "PNG", compress_level=1)
    return out.getvalue()
