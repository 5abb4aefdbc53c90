"""Pictures as bytes: what comes is judged, and shown small, upright and in sRGB.

Owns every decision about encoded pictures: what counts as one, what of it may stay (`sanitise`),
and the two small versions that chats and the library show. Pure functions over bytes, slow enough
(10–300 ms) that callers run them in a thread or a process. It must not know where bytes come from
or go to, nor any network's rules: `core.publishing.renditions` has those.

Bytes are hostile until `check` has passed them. Nothing is opened but as the one type that its
first bytes claim, and size and frame count are looked at before a pixel is decoded.
"""

import base64
import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from core.errors import UserError
from core.library import containers
from core.library.numbering import draw_number

SIDES: Final = (400, 4096)
"""Shortest and longest side that an upload may have, in pixels (REQUIREMENTS.md §1)."""

ANY_SIDES: Final = (1, SIDES[1])

MOST_FRAMES: Final = 600
MOST_ANIMATED_PIXELS: Final = 100_000_000
"""Frames × width × height: about half a second of decoding on one core."""

PREVIEW_SIDE: Final = 1024
PREVIEW_BYTES: Final = 1_000_000
THUMBNAIL_SIDE: Final = 256
PLACEHOLDER_SIDE: Final = 16

WHITE: Final = (255, 255, 255)
ORIENTATION: Final = 0x0112  # EXIF tag

TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}

# Not ours to open, but worth a name in the refusal.
FOREIGN: Final = (
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"8BPS", "PSD"),
    (0, b"%PDF", "PDF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypavif", "AVIF"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG"),
)

# A picture this large is refused by its size anyway; as a warning it would only be printed.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


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
    """Judge bytes from a person or a provider by decoding all of them.

    `sides` are the least and greatest length of a side, in pixels. Raises UserError with
    `picture_empty`, `picture_not_an_image`, `picture_type_unsupported` (`kind`),
    `picture_too_small` and `picture_too_large` (`width`, `height`, `least`, `most`),
    `picture_too_many_frames` (`frames`, `most`) or `picture_broken`.
    """
    kind = sniff(data)
    try:
        image = _open(data, kind, sides)
        frames = _count_frames(data, image, kind)
        for number in range(1, frames):
            image.seek(number)
            image.load()
        image.seek(0)
        upright = _upright(image)
    except UserError:
        raise
    except Exception as error:
        # Decoders meet hostile bytes with whatever exception comes first (OSError, SyntaxError,
        # struct.error, IndexError …): each of them means the same, and none may pass.
        raise UserError("picture_broken", kind=kind) from error
    return Picture(
        mime_type=TYPES[kind],
        width=upright.width,
        height=upright.height,
        frames=frames,
        sha256=hashlib.sha256(data).hexdigest(),
        dhash=_dhash(upright),
    )


def sniff(data: bytes) -> str:
    """The type that the first bytes claim: JPEG, PNG, GIF or WEBP. Raises UserError as `check`."""
    if not data:
        raise UserError("picture_empty")
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    for offset, magic, kind in FOREIGN:
        if data.startswith(magic, offset):
            raise UserError("picture_type_unsupported", kind=kind)
    raise UserError("picture_not_an_image")


def sanitise(data: bytes) -> bytes:
    """What is kept of checked bytes: same type, upright, no EXIF, XMP or trailing bytes.

    Still pictures are encoded anew in sRGB without visible loss. Animations, and WebP that is
    upright in sRGB already, keep every byte of their frames and lose only what stands around them.
    Raises UserError as `check`.
    """
    kind = sniff(data)
    try:
        image = _open(data, kind, ANY_SIDES)
        plain_webp = kind == "WEBP" and not (image.info.get("icc_profile") or _is_turned(image))
        if kind == "GIF" or plain_webp or _count_frames(data, image, kind) > 1:
            return containers.strip(data, kind)
        return _encode_again(image, kind)
    except UserError:
        raise
    except Exception as error:  # as in `check`
        raise UserError("picture_broken", kind=kind) from error


def preview(data: bytes, number: int | None = None) -> bytes:
    """A JPEG of checked bytes for chats: upright, sRGB, ≤ 1024 px, ≤ 1 MB.

    `number` (1–10) is drawn into a corner. Of an animation the first frame is shown.
    """
    image = open_upright(data, PREVIEW_SIDE)
    if number is not None:
        draw_number(image, number)
    for quality in (86, 78, 68, 55, 40):
        encoded = encode_jpeg(image, quality)
        if len(encoded) <= PREVIEW_BYTES:
            break
    return encoded


def thumbnail(data: bytes) -> bytes:
    """A JPEG of checked bytes for grids and sheets: upright, sRGB, ≤ 256 px."""
    return encode_jpeg(open_upright(data, THUMBNAIL_SIDE), 82)


def placeholder(small: bytes) -> str:
    """What stands for a picture until its thumbnail (`small`) has come: 16 px, as a data URI."""
    image = open_upright(small, PLACEHOLDER_SIDE)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=40, method=4)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


def open_upright(data: bytes, side: int | None = None) -> Image.Image:
    """Checked bytes as RGB: first frame, upright, sRGB, transparency on white.

    Scaled down (never up) until no side is longer than `side`, where that is given.
    """
    image = Image.open(io.BytesIO(data), formats=[sniff(data)])
    if side:
        image.draft(None, (side * 2, side * 2))  # lets the JPEG decoder skip most of its work
    upright = _upright(image)
    if side:
        upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    return flatten(upright)


def flatten(image: Image.Image) -> Image.Image:
    """An RGB copy on which transparency has become white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    whole = image.convert("RGBA")
    ground = Image.new("RGB", whole.size, WHITE)
    ground.paste(whole, mask=whole.getchannel("A"))
    return ground


def encode_jpeg(image: Image.Image, quality: int) -> bytes:
    """An RGB image as JPEG without any metadata; from quality 90 on, with full colour detail."""
    out = io.BytesIO()
    image.info = {}
    subsampling = "4:4:4" if quality >= 90 else "4:2:0"  # noqa: PLR2004  # documented above
    image.save(out, "JPEG", quality=quality, subsampling=subsampling, optimize=True)
    return out.getvalue()


def _open(data: bytes, kind: str, sides: tuple[int, int]) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UserError("picture_too_large", least=sides[0], most=sides[1]) from error
    width, height = image.size
    facts = {"width": width, "height": height, "least": sides[0], "most": sides[1]}
    if max(width, height) > sides[1]:
        raise UserError("picture_too_large", **facts)
    if min(width, height) < sides[0]:
        raise UserError("picture_too_small", **facts)
    return image


def _count_frames(data: bytes, image: Image.Image, kind: str) -> int:
    # A JPEG's further frames (MPO: depth maps, second lenses) are no animation; `sanitise` drops
    # them. Pillow counts GIF frames by walking them all; ours stops at the limit.
    if kind == "JPEG":
        return 1
    most = min(MOST_FRAMES, MOST_ANIMATED_PIXELS // (image.width * image.height))
    most = max(most, 1)
    frames = containers.count_gif(data, most) if kind == "GIF" else getattr(image, "n_frames", 1)
    if frames > most:
        raise UserError("picture_too_many_frames", frames=frames, most=most)
    return int(frames)


def _upright(image: Image.Image) -> Image.Image:
    """Decoded, oriented and in sRGB, still with its transparency."""
    image.load()
    profile = image.info.get("icc_profile")
    image = _orient(image)
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits of grey: Pillow's own conversion would cut everything over 255 to white.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode == "1":
        image = image.convert("L")
    if image.mode == "P" or (profile and image.has_transparency_data):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if profile:
        image = _to_srgb(image, profile)
    return image if image.mode in {"L", "LA", "RGB", "RGBA"} else image.convert("RGB")


def _orient(image: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(image) if _is_turned(image) else image


def _is_turned(image: Image.Image) -> bool:
    try:
        return int(image.getexif().get(ORIENTATION, 1)) in range(2, 9)
    except Exception:  # noqa: BLE001  # broken EXIF raises anything, and a good picture may carry it
        return False


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """`image` by its colour profile; a profile that is broken or of another kind is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        return (
            ImageCms.profileToProfile(
                image,
                source,
                ImageCms.createProfile("sRGB"),
                outputMode="RGBA" if image.mode == "RGBA" else "RGB",
            )
            or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _encode_again(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        how = _like(image)
        _strip(_upright(image)).save(out, "JPEG", optimize=True, **how)
    elif kind == "WEBP":
        _strip(_upright(image)).save(out, "WEBP", quality=90, method=4)
    else:
        plain = image.mode == "P" and not image.info.get("icc_profile")
        _strip(_orient(image) if plain else _upright(image)).save(out, "PNG", compress_level=4)
    return out.getvalue()


def _like(image: Image.Image) -> dict[str, Any]:
    """JPEG settings that repeat the file's own loss instead of adding to it."""
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in {"L", "RGB"}:
        sampling = JpegImagePlugin.get_sampling(image)
        tables = image.quantization
        if sampling >= 0 or image.mode == "L":
            return {"qtables": tables, "subsampling": sampling}
    return {"quality": 92, "subsampling": "4:4:4"}


def _strip(image: Image.Image) -> Image.Image:
    """The same pixels with nothing attached but the colour that means "transparent"."""
    transparency = image.info.get("transparency")
    image.info = {} if transparency is None else {"transparency": transparency}
    return image


def _dhash(image: Image.Image) -> str:
    pixels = flatten(image.resize((9, 8), Image.Resampling.BOX)).convert("L").tobytes()
    bits = 0
    for row in range(0, 72, 9):
        for column in range(row, row + 8):
            bits = bits << 1 | (pixels[column] > pixels[column + 1])
    return f"{bits:016x}"
