"""Renditions: whatever the picture and the rules, the result is a plain JPEG within them."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import UserError
from core.ports import NetworkRules
from core.publishing.renditions import render

INSTAGRAM = NetworkRules(
    min_images=1,
    max_images=10,
    max_caption=2_200,
    max_alt=1_000,
    max_bytes=8_000_000,
    ratios=(0.8, 1.91),
    widths=(320, 1_440),
)
FACEBOOK = NetworkRules(
    min_images=0, max_images=10, max_caption=63_206, max_alt=1_000, max_bytes=4_000_000
)
TIGHT = NetworkRules(
    min_images=0, max_images=1, max_caption=300, max_alt=300, max_bytes=30_000, ratios=(0.5, 2.0)
)
SQUARE = NetworkRules(
    min_images=1,
    max_images=1,
    max_caption=100,
    max_alt=100,
    max_bytes=500_000,
    ratios=(1.0, 1.0),
    widths=(600, 600),
)


def picture(
    width: int, height: int, mode: str = "RGB", kind: str = "PNG", *, noise: bool = False
) -> bytes:
    """An encoded picture, red on the left and blue on the right; or noise, which compresses ill."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    if noise:
        image = Image.effect_noise((width, height), 90).convert("RGB")
    out = io.BytesIO()
    image.convert(mode).save(out, kind)
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(40, 900), st.integers(40, 900)),
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1"]),
    rules=st.sampled_from([INSTAGRAM, FACEBOOK, TIGHT, SQUARE]),
    noise=st.booleans(),
)
def test_every_rendition_obeys_its_rules(
    size: tuple[int, int], mode: str, rules: NetworkRules, *, noise: bool
) -> None:
    """Bytes, ratio and width are in range, and what comes out is a JPEG in RGB."""
    rendition = render(picture(*size, mode, noise=noise), rules)
    with Image.open(io.BytesIO(rendition.data), formats=["JPEG"]) as image:
        image.load()
        assert image.mode == "RGB"
        assert image.size == (rendition.width, rendition.height)
        assert not set(image.info) & {"exif", "icc_profile", "xmp", "comment"}
    assert len(rendition.data) <= rules.max_bytes * 0.95
    if rules.ratios:
        assert rules.ratios[0] <= rendition.width / rendition.height <= rules.ratios[1]
    if rules.widths:
        assert rules.widths[0] <= rendition.width <= rules.widths[1]


def test_a_picture_within_the_rules_keeps_its_size() -> None:
    """Nothing is scaled that need not be: artwork was ruined by resizing everything."""
    rendition = render(picture(1_080, 1_080), INSTAGRAM)
    assert (rendition.width, rendition.height) == (1_080, 1_080)


def test_the_same_input_gives_the_same_bytes() -> None:
    """So that a rendition's key, made from its hash, can be written twice."""
    data = picture(900, 300)
    assert render(data, INSTAGRAM) == render(data, INSTAGRAM)


def colour(data: bytes, x: int, y: int) -> str:
    """Which of the picture's two colours stands at a point; "mixed" for anything between."""
    with Image.open(io.BytesIO(data)) as image:
        red, _, blue = image.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return {(True, False): "red", (False, True): "blue"}.get((red > 200, blue > 60), "mixed")


def test_padding_shows_the_whole_picture() -> None:
    """A panorama keeps both of its ends, and the border is a soft echo of it."""
    rendition = render(picture(1_600, 400), INSTAGRAM)
    middle = rendition.height // 2
    assert colour(rendition.data, 2, middle) == "red"
    assert colour(rendition.data, rendition.width - 3, middle) == "blue"
    assert colour(rendition.data, 10, 10) == "mixed"


def test_transparency_becomes_white() -> None:
    """Networks show transparent pixels black; people expect paper."""
    out = io.BytesIO()
    Image.new("RGBA", (500, 500), (255, 0, 0, 0)).save(out, "PNG")
    rendition = render(out.getvalue(), FACEBOOK)
    with Image.open(io.BytesIO(rendition.data)) as image:
        assert image.getpixel((250, 250)) == (255, 255, 255)


def test_a_small_picture_is_widened_to_the_least_width() -> None:
    """Instagram takes nothing under 320 pixels."""
    assert render(picture(200, 200), INSTAGRAM).width == 320


def test_a_limit_that_no_picture_meets_is_said() -> None:
    """Instead of an endless search."""
    hopeless = NetworkRules(
        min_images=0, max_images=1, max_caption=1, max_alt=1, max_bytes=200, widths=(400, 800)
    )
    with pytest.raises(UserError) as refused:
        render(picture(800, 800, noise=True), hopeless)
    assert refused.value.code == "rendition_impossible"
    assert refused.value.facts == {"bytes": 200}
