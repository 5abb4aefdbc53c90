"""Hostile bytes into pixels, once: what a picture is, and what of it may be kept.

Owns the rules for what counts as a picture and the one decode that everything else is made from.
It must not know where bytes come from or go to. Slow (5–400 ms): callers run it in a thread, or,
for files that people bring, in a process of its own (`core.library.examination`).

Containers are taken apart first, so Pillow decodes just what will be kept: no metadata, nothing
behind the end, each frame by itself. Sizes and frames are judged by the headers, before a pixel.
"""

import io
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from PIL import (
    Image,
    ImageCms,
    JpegImagePlugin,
    WebPImagePlugin,  # noqa: F401  # by itself, Pillow imports all of its fifty formats for this one
)

from core.errors import UserError
from core.library import containers
from core.library.bitstreams import Pixels, decode_webp, encode_webp, take_pixels
from core.library.containers import Contents, Frame
from core.library.progression import Drained, is_sound, make_room

SIDES: Final = (400, 4096)
"""Shortest and longest side that an upload may have, in pixels (REQUIREMENTS.md §1)."""

MOST_FRAMES: Final = 600
MOST_ANIMATED_PIXELS: Final = 100_000_000
"""Frames × width × height: about half a second of decoding on one core."""

SMALL_SIDE: Final = 512
MOST_PRINTED_PIXELS: Final = 13_000_000
"""Of a progressive JPEG in printing colours, which takes twelve bytes for each."""

STRIP_PIXELS: Final = 1 << 20

LARGE_WEBP: Final = 8_000_000
"""Pixels beyond which encoding at quality 90 would take too long; nobody looks at so many so near
that 85 could be seen.
"""

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

TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of that EXIF orientation upright."""

LOOKS_EQUAL: Final = 2
"""Difference in one channel (of 255) that no eye sees."""

# Sizes are judged before Pillow sees them. Should it ever see another one, it must not just print.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass
class Decoded:
    """A picture that passed, `width` × `height` pixels as seen upright.

    `shown` is it upright in sRGB with its transparency, its longer side at least 512 pixels where
    it has that many. `kept` is the file without metadata and tail, or, where its pixels had to be
    changed, those pixels, to be encoded as `how` says. `stored` and `small` may be asked of two
    threads at once.
    """

    kind: str
    width: int
    height: int
    frames: int
    shown: Image.Image
    kept: bytes | Image.Image | Pixels
    how: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def small(self) -> Image.Image:
        """`shown` with a longer side of less than 1024 pixels."""
        return shrink(self.shown)

    def stored(self) -> bytes:
        """What may be kept: same type, upright, sRGB, without metadata or anything more.

        Raises UserError("picture_too_costly") where encoding takes too much, as it may for a very
        large WebP.
        """
        if isinstance(self.kept, bytes):
            return self.kept
        out = io.BytesIO()
        try:
            if isinstance(self.kept, Pixels):
                return encode_webp(self.kept, **self.how)
            _without_info(self.kept).save(out, self.kind, **self.how)
        except (MemoryError, OSError, ValueError) as error:
            raise UserError("picture_too_costly") from error
        return out.getvalue()


def decode(data: bytes, sides: tuple[int, int] = SIDES) -> Decoded:
    """Judge bytes by decoding all of them.

    `sides` are the least and greatest length of a side, in pixels. Raises UserError with
    `picture_empty`, `picture_not_an_image`, `picture_type_unsupported` (`kind`),
    `picture_too_small` and `picture_too_large` (`width`, `height`, `least`, `most`),
    `picture_too_many_frames` (`frames`, `most`), `picture_too_costly`, `picture_turned_animation`
    or `picture_broken` (`kind`).
    """
    kind = sniff(data)
    try:
        canvas = containers.measure(data, kind)
        _admit(*canvas, sides)
        most = max(min(MOST_FRAMES, MOST_ANIMATED_PIXELS // (canvas[0] * canvas[1])), 1)
        parts = [containers.read(data, kind, most)]
        del data  # beside the largest pictures there is no room for their files
        return _decode(parts.pop(), kind, canvas)
    except UserError:
        raise
    except MemoryError as error:
        raise UserError("picture_too_costly") from error
    except Exception as error:
        # Decoders meet hostile bytes with whatever exception comes first (OSError, SyntaxError,
        # struct.error, IndexError …): each of them means the same, and none may pass.
        raise UserError("picture_broken", kind=kind) from error


def first_frame(data: bytes, side: int | None) -> Image.Image:
    """Checked bytes as pixels: upright, sRGB, as L, LA, RGB or RGBA.

    With `side`, the longer side may come out smaller, but not below that many pixels.
    """
    kind = sniff(data)
    canvas = containers.measure(data, kind)
    contents = containers.read(data, kind, MOST_FRAMES)
    frame = contents.frames[0]
    image = _open(frame, kind)
    profile = _strange(contents.profile, image.mode)
    if side:
        image.draft(None, _within(image.size, side))
    image = _placed(image, frame, canvas)
    return plain(_upright(image, TURNS.get(containers.orientation(contents.exif)), profile))


def sniff(data: bytes) -> str:
    """The type that the first bytes claim: JPEG, PNG, GIF or WEBP. Raises UserError as `decode`."""
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


def _decode(contents: Contents, kind: str, canvas: tuple[int, int]) -> Decoded:
    turn = TURNS.get(containers.orientation(contents.exif))
    first, *others = contents.frames
    if others:
        if turn is not None:
            raise UserError("picture_turned_animation")
        small = shrink(_placed(_load(first, kind), first, canvas))
        for frame in others:
            _load(frame, kind)
        profile = _strange(contents.profile, small.mode)
        small = _converted(small, profile) if profile else small
        return Decoded(kind, *canvas, len(contents.frames), small, contents.clean)
    image = _open(first, kind)
    profile = _strange(contents.profile, image.mode)
    if turn is None and not profile and not _must_change(image, contents.clean):
        if kind == "JPEG":
            # All is read and checked, but only as many pixels are made as the small one needs.
            image.draft(None, _within(image.size, SMALL_SIDE))
        image.load()
        small = shrink(_placed(image, first, canvas))
        return Decoded(kind, *canvas, 1, small, contents.clean)
    if image.mode == "CMYK" and "progression" in image.info:
        _admit_printed(image)
    how = _how(image, kind, contents.clean)
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        image.fp = Drained(contents.clean)
    del contents, first  # as above
    if "progression" in image.info:
        make_room()
    image.load()
    image = _upright(image, turn, profile)
    if kind == "JPEG":
        return Decoded(kind, *image.size, 1, image, image, how)
    kept = take_pixels(image) if kind == "WEBP" else image
    return Decoded(kind, *image.size, 1, shrink(image), kept, how)


def _must_change(image: Image.Image, clean: bytes) -> bool:
    """Whether an upright picture in sRGB has to be encoded anew all the same.

    Printing colours look different everywhere. Of a damaged progressive file (`clean`), decoders
    make different things, up to refusing it: they must agree about what we store.
    """
    return image.mode == "CMYK" or ("progression" in image.info and not is_sound(clean))


def _upright(
    image: Image.Image, turn: Image.Transpose | None, profile: ImageCms.ImageCmsProfile | None
) -> Image.Image:
    if turn is not None:
        image = image.transpose(turn)
    if not profile:
        return plain(image) if image.mode == "CMYK" else image
    if image.mode == "P":
        colours = bytes(image.getpalette("RGB") or ())
        palette = Image.frombytes("RGB", (len(colours) // 3, 1), colours)
        image.putpalette(_converted(palette, profile).tobytes())
        return image
    return _converted(image if image.mode in {"CMYK", "RGBX"} else plain(image), profile)


def _admit(width: int, height: int, sides: tuple[int, int]) -> None:
    if not (width and height):
        raise ValueError("no pixels")
    facts = {"width": width, "height": height, "least": sides[0], "most": sides[1]}
    if max(width, height) > sides[1]:
        raise UserError("picture_too_large", **facts)
    if min(width, height) < sides[0]:
        raise UserError("picture_too_small", **facts)


def _admit_printed(image: Image.Image) -> None:
    if image.width * image.height > MOST_PRINTED_PIXELS:
        raise UserError("picture_too_costly")


def _open(frame: Frame, kind: str) -> Image.Image:
    """A frame of which at least the header is read."""
    if kind == "WEBP":
        return decode_webp(frame.data, frame.width, frame.height)
    image = Image.open(io.BytesIO(frame.data), formats=[kind])
    if image.size != (frame.width, frame.height):
        raise ValueError("another size than announced")
    return image


def _load(frame: Frame, kind: str) -> Image.Image:
    image = _open(frame, kind)
    image.load()
    return image


def _placed(image: Image.Image, frame: Frame, canvas: tuple[int, int]) -> Image.Image:
    """A frame that does not fill the canvas on an empty one."""
    if (frame.width, frame.height) == canvas:
        return image
    ground = Image.new("RGBA", canvas)
    ground.paste(plain(image), (frame.left, frame.top))
    return ground


def shrink(image: Image.Image) -> Image.Image:
    """`image`, `plain`, made smaller by the greatest whole factor that leaves 512 pixels or more.

    Strip by strip, because Pillow converts all of a picture before it makes it smaller.
    """
    factor = max(max(image.size) // SMALL_SIDE, 1)
    if factor == 1:
        return plain(image)
    if image.mode in {"L", "RGB", "RGBX"} and "transparency" not in image.info:
        return plain(image.reduce(factor))  # nothing is converted
    rows = max(STRIP_PIXELS // (image.width * factor), 1) * factor
    strips = [
        plain(image.crop((0, top, image.width, min(top + rows, image.height)))).reduce(factor)
        for top in range(0, image.height, rows)
    ]
    small = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    top = 0
    for strip in strips:
        small.paste(strip, (0, top))
        top += strip.height
    return small


def plain(image: Image.Image) -> Image.Image:
    """The same pixels as L, LA, RGB or RGBA, eight bits each."""
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits of grey: Pillow's own conversion would cut everything over 255 to white.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if "transparency" in image.info or image.mode in {"PA", "La", "RGBa"}:
        return image.convert("RGBA")
    if image.mode in {"L", "LA", "RGB", "RGBA"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    longest = max(size)
    return size[0] * side // longest, size[1] * side // longest


def _strange(profile: bytes, mode: str) -> ImageCms.ImageCmsProfile | None:
    """The profile of a picture of `mode`, if it is a working one and makes a visible difference.

    What a profile is called is no evidence, so it is tried on a few colours. One that is broken or
    of another colour space is ignored, as browsers do.
    """
    if not profile:
        return None
    probe = _probe(mode)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        seen = _converted(probe.copy(), source).convert("RGB").tobytes()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    pairs = zip(seen, probe.convert("RGB").tobytes(), strict=True)
    return source if any(abs(one - other) > LOOKS_EQUAL for one, other in pairs) else None


def _probe(mode: str) -> Image.Image:
    """All greys, or a cube of 6 × 6 × 6 colours."""
    if mode.startswith(("L", "I", "1")):
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    steps = range(0, 256, 51)
    cube = bytes(value for r in steps for g in steps for b in steps for value in (r, g, b))
    colours = Image.frombytes("RGB", (216, 1), cube)
    return colours.convert("CMYK") if mode == "CMYK" else colours


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    """`image` in sRGB; in place where that can be, since a large one has no room for a copy."""
    target = ImageCms.createProfile("sRGB")
    if image.mode in {"RGB", "RGBA", "RGBX"}:
        ImageCms.profileToProfile(image, profile, target, inPlace=True)
        return image
    alpha = image.getchannel("A") if image.mode == "LA" else None
    base = image.convert("L") if alpha else image
    result = ImageCms.profileToProfile(base, profile, target, outputMode="RGB")
    assert result  # noqa: S101  # for the type checker: it is None only in place
    if alpha:
        result.putalpha(alpha)
    return result


def _how(image: Image.Image, kind: str, clean: bytes) -> dict[str, Any]:
    """How to encode changed pixels: as the file was, without visible loss, within a second."""
    if kind == "PNG":
        return {"compress_level": 1}
    if kind == "WEBP":
        if clean[12:16] == b"VP8L":
            return {"lossless": True, "quality": 0, "method": 0}
        large = image.width * image.height > LARGE_WEBP
        return {"quality": 85 if large else 90, "method": 0}
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in {"L", "RGB"}:
        # The same loss again, which is none to the eye.
        sampling = JpegImagePlugin.get_sampling(image)
        if sampling >= 0 or image.mode == "L":
            return {"qtables": image.quantization, "subsampling": sampling}
    return {"quality": 92, "subsampling": "4:4:4"}


def _without_info(image: Image.Image) -> Image.Image:
    """The same pixels with nothing attached but the colour that means "transparent"."""
    transparency = image.info.get("transparency")
    image.info = {} if transparency is None else {"transparency": transparency}
    return image
