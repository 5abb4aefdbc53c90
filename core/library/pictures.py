"""Pictures as bytes: what comes is judged, and shown small, upright and in sRGB.

Owns what a picture is known by (`check`) and the small versions that chats, the library and social
networks show. Pure functions over bytes, slow enough (10–300 ms) that callers run them in a thread
or a process. It must not know where bytes come from or go to, how hostile ones are decoded
(`core.library.decoding`), nor any network's rules: `core.publishing.renditions` has those.
"""

import base64
import hashlib
import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

from core.library.decoding import SIDES, TYPES, decode, first_frame

PREVIEW_SIDE: Final = 1024
PREVIEW_BYTES: Final = 1_000_000
THUMBNAIL_SIDE: Final = 256
THUMBNAIL_QUALITY: Final = 82
PLACEHOLDER_SIDE: Final = 32

WHITE: Final = (255, 255, 255)


@dataclass(frozen=True)
class Picture:
    """What `check` found: sides in pixels as seen upright, hashes as hex.

    `sha256` is of the bytes as given; `dhash` are 64 bits that stay close when a picture is only
    scaled or re-encoded.
    """

    mime_type: str
    width: int
    height: int
    frames: int
    sha256: str
    dhash: str


def check(data: bytes, sides: tuple[int, int] = SIDES) -> Picture:
    """Judge bytes from a provider by decoding all of them; raises UserError as `decode`.

    `sides` are the least and greatest length of a side, in pixels.
    """
    decoded = decode(data, sides)
    return Picture(
        mime_type=TYPES[decoded.kind],
        width=decoded.width,
        height=decoded.height,
        frames=decoded.frames,
        sha256=hashlib.sha256(data).hexdigest(),
        dhash=dhash(decoded.small),
    )


def preview(data: bytes, number: int | str | None = None) -> bytes:
    """A JPEG of checked bytes for chats: upright, sRGB, ≤ 1024 px, ≤ 1 MB.

    `number` (1–10, or a letter) is drawn into a corner. Of an animation the first frame is shown.
    """
    image = open_upright(data, PREVIEW_SIDE)
    if number is not None:
        # Fonts take five megabytes, which no process needs that only decodes.
        from core.library.numbering import draw_number

        draw_number(image, number)
    return encode_within(image, PREVIEW_BYTES)


def thumbnail(data: bytes) -> bytes:
    """A JPEG of checked bytes for grids and sheets: upright, sRGB, ≤ 256 px."""
    return draw_thumbnail(open_upright(data, THUMBNAIL_SIDE))


def draw_thumbnail(image: Image.Image) -> bytes:
    """The same of a picture that is decoded already."""
    small = flatten(image)
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return encode_jpeg(small, THUMBNAIL_QUALITY)


def placeholder(small: bytes) -> str:
    """What stands for a picture until its thumbnail (`small`) has come: 32 px, as a data URI."""
    return draw_placeholder(open_upright(small, PLACEHOLDER_SIDE))


def draw_placeholder(image: Image.Image) -> str:
    """The same of a picture that is decoded already."""
    small = flatten(image)
    small.thumbnail((PLACEHOLDER_SIDE, PLACEHOLDER_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=40, method=4)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


def open_upright(data: bytes, side: int | None = None) -> Image.Image:
    """Checked bytes as RGB: first frame, upright, sRGB, transparency on white.

    Scaled down (never up) until no side is longer than `side`, where that is given.
    """
    image = first_frame(data, side * 2 if side else None)
    if side:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return flatten(image)


def flatten(image: Image.Image) -> Image.Image:
    """An RGB copy on which transparency has become white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    whole = image.convert("RGBA")
    ground = Image.new("RGB", whole.size, WHITE)
    ground.paste(whole, mask=whole.getchannel("A"))
    return ground


def encode_jpeg(image: Image.Image, quality: int, *, optimize: bool = True) -> bytes:
    """An RGB image as JPEG without any metadata; from quality 90 on, with full colour detail.

    Without `optimize` it takes half the time and a tenth more bytes.
    """
    image.info = {}
    subsampling = "4:4:4" if quality >= 90 else "4:2:0"  # noqa: PLR2004  # documented above
    how = {"quality": quality, "subsampling": subsampling}
    out = io.BytesIO()
    try:
        image.save(out, "JPEG", optimize=optimize, **how)
    except OSError:
        # Optimising wants the whole file in one buffer of Pillow's, too small for mere noise.
        out = io.BytesIO()
        image.save(out, "JPEG", **how)
    return out.getvalue()


def encode_within(image: Image.Image, most: int) -> bytes:
    """An RGB image as JPEG of at most `most` bytes, at the best quality of some for which it is."""
    for quality in (86, 78, 68, 55, 40, 25, 10):
        encoded = encode_jpeg(image, quality, optimize=False)
        if len(encoded) <= most:
            break
    return encoded


def dhash(image: Image.Image) -> str:
    """64 bits as hex: whether each of 8 × 8 places is brighter than its right neighbour."""
    pixels = flatten(image.resize((9, 8), Image.Resampling.BOX)).convert("L").tobytes()
    bits = 0
    for row in range(0, 72, 9):
        for column in range(row, row + 8):
            bits = bits << 1 | (pixels[column] > pixels[column + 1])
    return f"{bits:016x}"
