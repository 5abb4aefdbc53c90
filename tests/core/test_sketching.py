"""The sketch artist: every subject in every size, the same again for the same seed, and signed."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.generation.prompts import STYLES, apply_style
from core.generation.sketching import draw
from core.generation.sketching.motifs import MOTIFS
from core.generation.sketching.palettes import MOODS, WORDS
from core.generation.sketching.scenes import OPEN, SCENES

SMALL = (320, 320)


def pixels(data: bytes) -> Image.Image:
    """A drawing, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("motif", ["", *MOTIFS])
@pytest.mark.parametrize("scene", SCENES)
def test_every_motif_finds_its_place_in_every_scene(scene: str, motif: str) -> None:
    """By night too, where other things stand in the sky."""
    for mood in ("", "night", "aurora"):
        words = f"{SCENES[scene][1].split()[0]} {motif} {mood}"
        assert pixels(draw(words, 1, SMALL)).size == SMALL


@pytest.mark.parametrize(
    "size", [(1024, 1024), (1024, 1792), (1792, 1024), (1152, 2048), (400, 400)]
)
def test_a_sketch_has_the_size_asked_for(size: tuple[int, int]) -> None:
    """A PNG in RGB, to the pixel."""
    image = pixels(draw("a lighthouse at dusk", 3, size))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", size)


def test_the_same_words_and_seed_give_the_same_bytes() -> None:
    """So a lost picture can be drawn again."""
    assert draw("a fox", 5, SMALL) == draw("a fox", 5, SMALL)


@pytest.mark.parametrize("prompt", ["a lighthouse at dusk", "a fox", "quarterly report"])
def test_four_seeds_are_four_pictures(prompt: str) -> None:
    """Different enough to choose between: at least one pixel in four is another colour."""
    drawn = [pixels(draw(prompt, seed, SMALL)).tobytes() for seed in range(4)]
    for index, first in enumerate(drawn):
        for second in drawn[index + 1 :]:
            changed = sum(abs(a - b) > 12 for a, b in zip(first[::7], second[::7], strict=True))
            assert changed > len(first[::7]) / 4


def test_words_decide_what_is_shown() -> None:
    """A night is darker than a day, and every style leaves its mark."""
    night = pixels(draw("mountains at night", 1, SMALL)).convert("L").resize((1, 1)).tobytes()[0]
    day = (
        pixels(draw("mountains on a sunny day", 1, SMALL)).convert("L").resize((1, 1)).tobytes()[0]
    )
    assert night + 60 < day
    styled = {draw(apply_style("a fox", style), 1, SMALL) for style in ("", *STYLES)}
    assert len(styled) == 1 + len(STYLES)


def test_every_sketch_is_signed() -> None:
    """Light letters on a dark label in the lower right corner, on any picture."""
    for prompt in ("winter", "night", "pattern"):
        image = pixels(draw(prompt, 2, (1024, 1024))).convert("L")
        label = image.crop((840, 968, 996, 1000)).tobytes()
        assert max(label) > 225
        assert sum(value < 110 for value in label) > len(label) / 2


def test_a_sketch_takes_less_than_a_second() -> None:
    """On one core, at 1024 × 1024: people wait for it."""
    draw("warm up", 0, SMALL)
    started = time.thread_time()
    draw("a lighthouse at dusk, vintage", 1, (1024, 1024))
    assert time.thread_time() - started < 1


def test_every_word_leads_somewhere() -> None:
    """The tables of words, moods and scenes fit together."""
    assert set(WORDS) == set(MOODS)
    assert set(OPEN) <= set(SCENES)
    for _, hints in (*MOTIFS.values(), *SCENES.values()):
        assert hints == hints.lower()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.integers(), st.integers(64, 500), st.integers(64, 500))
def test_any_prompt_makes_a_picture(prompt: str, seed: int, width: int, height: int) -> None:
    """In any script, at any size."""
    assert pixels(draw(prompt, seed, (width, height))).size == (width, height)
