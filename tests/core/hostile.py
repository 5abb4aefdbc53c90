"""Files that people could bring: good ones of every kind, odd ones, and hostile ones.

Owns their generators; nothing is copied from a known set. It must not know our own code.
"""

import io
import random
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageCms, ImageDraw

TAIL = b"<?php system($_GET['c']); ?><script>alert(1)</script>"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SecretName</x:xmpmeta>"
MODES = {
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA"],
    "JPEG": ["L", "RGB", "CMYK"],
    "WEBP": ["RGB", "RGBA"],
    "GIF": ["L", "P"],
}
EVERY_KIND = [(kind, mode) for kind, modes in MODES.items() for mode in modes]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCAN = b"\xff\xda"

TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture lies when it is stored with that orientation."""


def encode(image: Image.Image, kind: str, **how: Any) -> bytes:
    """`image` as a file of that kind."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def scene(width: int = 640, height: int = 480) -> Image.Image:
    """A picture whose four corners differ, so that turning and mirroring show."""
    image = Image.new("RGB", (width, height), (120, 130, 140))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, width // 2, height // 2), fill=(230, 40, 30))
    pen.rectangle((width // 2, height // 2, width, height), fill=(30, 60, 220))
    pen.rectangle((0, height // 2, width // 2, height), fill=(40, 200, 70))
    return image


def photo(width: int, height: int) -> Image.Image:
    """A picture that compresses about as well as a photograph."""
    blur = Image.effect_noise((width // 16, height // 16), 120).resize((width, height))
    grain = Image.effect_noise((width, height), 25)
    turned = blur.transpose(Image.Transpose.ROTATE_180)
    bands = (Image.blend(blur, grain, 0.1), Image.blend(turned, grain, 0.1), blur)
    return Image.merge("RGB", bands)


def moving(count: int, width: int = 480, height: int = 420) -> list[Image.Image]:
    """The frames of an animation, no two alike."""
    return [scene(width, height).rotate(13 * turn) for turn in range(count)]


def animated(kind: str, count: int, **how: Any) -> bytes:
    """The same as a file."""
    first, *rest = moving(count)
    return encode(first, kind, save_all=True, append_images=rest, duration=80, loop=0, **how)


def with_exif(orientation: int) -> Image.Exif:
    """EXIF with an orientation, a maker and a place."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCam"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def lying(kind: str, orientation: int, upright: Image.Image, exif: bytes | None = None) -> bytes:
    """`upright` stored as a camera held that way stores it; without loss but in JPEG. `exif` says
    so in other words.
    """
    turn = TURNED.get(orientation)
    stored = upright if turn is None else upright.transpose(turn)
    how: dict[str, dict[str, Any]] = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}
    return encode(stored, kind, exif=exif or with_exif(orientation), **how.get(kind, {}))


def swapped_profile() -> bytes:
    """A colour profile, named sRGB, in which red is blue and blue is red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


def srgb_profile() -> bytes:
    """The profile that most pictures carry, which changes nothing."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def ycck() -> bytes:
    """A JPEG in YCCK, as printers' programs write it."""
    plain = encode(scene().convert("CMYK"), "JPEG", quality=95)
    place = plain.index(b"Adobe") + 11
    return plain[:place] + b"\x02" + plain[place + 1 :]


def chunk(name: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    whole = name + body
    return struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))


def png(width: int, height: int, pixels: bytes, *more: bytes, form: bytes = b"\x08\x02") -> bytes:
    """A PNG by hand: `pixels` are what stands in IDAT, `more` are chunks before it, `form` is bit
    depth and colour type.
    """
    header = struct.pack(">II", width, height) + form + b"\0\0\0"
    parts = [chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return SIGNATURE + b"".join(parts)


def black(height: int, row_bytes: int) -> bytes:
    """The IDAT of a black picture."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(row_bytes + 1)) for _ in range(height)) + packer.flush()


def with_chunks(*more: bytes) -> bytes:
    """A good PNG with chunks behind its header."""
    return png(500, 500, black(500, 1500), *more)


def wrong_checksum() -> bytes:
    """A PNG with one bit of its palette's checksum changed."""
    whole = encode(scene().quantize(8), "PNG")
    place = whole.index(b"PLTE") + 4 + 24
    return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


def sixteen_bit_bomb() -> bytes:
    """Few bytes, 4096² pixels of eight bytes each."""
    return png(4096, 4096, black(4096, 4096 * 8), form=b"\x10\x06")


def text_bomb() -> bytes:
    """A comment of 100 MB, a hundred kilobytes packed."""
    return with_chunks(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000))))


def profile_bomb() -> bytes:
    """A colour profile of 100 MB, packed."""
    return with_chunks(chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(bytes(100_000_000))))


def chunk_flood() -> bytes:
    """800,000 empty chunks."""
    return with_chunks(chunk(b"prVt", b"") * 800_000)


def exif_bomb() -> bytes:
    """EXIF whose 65,535 entries each say that they hold four megabytes, the same ones."""
    entry = struct.pack("<HHII", 0x010F, 1, 4_000_000, 8)
    exif = b"II*\0\x08\0\0\0" + struct.pack("<H", 65_535) + entry * 65_535
    return with_chunks(chunk(b"eXIf", exif.ljust(4_100_000, b"\0")))


def segment_flood() -> bytes:
    """Two million empty comments."""
    whole = encode(scene(), "JPEG")
    return whole[:2] + b"\xff\xfe\0\2" * 2_000_000 + whole[2:]


def fill_flood(filling: bytes) -> bytes:
    """A JPEG with nine megabytes of that at the end of its coded data."""
    whole = encode(scene(), "JPEG")
    return whole[:-2] + filling * (9_000_000 // len(filling)) + whole[-2:]


def frame_chunk_flood() -> bytes:
    """A WebP animation with a million empty chunks in a frame."""
    whole = animated("WEBP", 2)
    last = whole.rindex(b"ANMF") + 8
    body = whole[last:] + b"ODDS\0\0\0\0" * 1_000_000
    inside = whole[12 : last - 4] + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(inside)) + b"WEBP" + inside


def scan_flood(count: int, side: int = 4096) -> bytes:
    """A progressive JPEG that goes over its picture `count` times more, changing nothing."""
    whole = encode(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    tables = whole.rindex(b"\xff\xc4", 0, last)
    return whole[:-2] + whole[tables:-2] * count + whole[-2:]


def torn_scan(whole: bytes) -> bytes:
    """A progressive JPEG of which a piece is missing in the midst of its second scan."""
    begin, end = (found.start() for found in list(re.finditer(SCAN, whole))[1:3])
    middle = (begin + end) // 2
    return whole[: middle - 20] + whole[middle + 20 :]


def scans_cut_short(whole: bytes) -> Iterator[bytes]:
    """A progressive JPEG of which, each time, another scan lacks its last bytes."""
    for found in re.finditer(SCAN + b"(?s:.)+?(?=\xff[^\0])", whole):
        yield whole[: found.end() - 6] + whole[found.end() :]


def frame_flood(count: int, side: int = 4096) -> bytes:
    """A GIF of `count` frames of one pixel on a large canvas."""
    first = encode(Image.new("P", (side, side)), "GIF")
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0\x02\x02\x44\x01\0"
    return first[:-1] + frame * count + b"\x3b"


def block_flood() -> bytes:
    """A GIF of two million comments."""
    whole = encode(scene().convert("P"), "GIF")
    return whole[:-1] + b"\x21\xfe\x01x\0" * 1_900_000 + b"\x3b"


def frame_beyond() -> bytes:
    """A GIF whose second frame leaves the screen: decoders do not agree on its size."""
    first = encode(scene().convert("P"), "GIF")
    frame = b"\x2c" + struct.pack("<HHHH", 600, 10, 100, 1) + b"\0\x02\x02\x44\x01\0"
    return first[:-1] + frame + b"\x3b"


def huge(kind: str) -> bytes:
    """A few bytes that claim tens of thousands of pixels a side."""
    if kind == "PNG":
        return png(50_000, 50_000, zlib.compress(bytes(1000)))
    if kind == "GIF":
        return b"GIF89a\xff\xff\xff\xff" + encode(scene().convert("P"), "GIF")[10:]
    if kind == "JPEG":
        whole = encode(scene(), "JPEG")
        size = whole.index(b"\xff\xc0") + 5
        return whole[:size] + struct.pack(">HH", 60_000, 60_000) + whole[size + 4 :]
    head = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + b"\xff\x3f\0" * 2
    body = b"WEBP" + head + encode(scene(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_payloads(kind: str) -> bytes:
    """A good file with a script at every place where a container lets one stand."""
    if kind == "GIF":
        whole = encode(scene().convert("P"), "GIF", comment=TAIL)
        block = bytes([len(TAIL)]) + TAIL + b"\0"
        looping = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0" + block
        return whole[:-1] + looping + b"\x21\xff\x0bXMP DataXMP" + block + b"\x3b" + TAIL
    exif = with_exif(1)
    exif[0x010E] = TAIL.decode()
    how: dict[str, Any] = {"exif": exif, "xmp": TAIL}
    if kind == "JPEG":
        how["comment"] = TAIL
    whole = encode(scene(), kind, **how) + TAIL
    if kind == "JPEG":
        jfxx = b"JFXX\0\x13" + TAIL
        extra = b"\xff\xe0" + struct.pack(">H", 2 + len(jfxx)) + jfxx
        return whole[:2] + extra + TAIL.replace(b"\xff", b"") + whole[2:]
    if kind == "PNG":
        return whole[:33] + chunk(b"tEXt", b"Comment\0" + TAIL) + whole[33:]
    odd = b"ODDS" + struct.pack("<I", len(TAIL) + 1) + TAIL + b"\0"
    inside = whole[: -len(TAIL)] + odd
    return b"RIFF" + struct.pack("<I", len(inside) - 8) + inside[8:] + TAIL


def truncations(whole: bytes, count: int = 40) -> Iterator[bytes]:
    """`whole` cut short at `count` places, the very first and last bytes among them."""
    places = {1, 2, 3, 4, 8, 12, 20, 40, len(whole) - 1, len(whole) - 2, len(whole) - 5}
    places |= {len(whole) * share // count for share in range(1, count)}
    for place in sorted(places):
        yield whole[:place]


def mutations(whole: bytes, seed: int, count: int) -> Iterator[bytes]:
    """`whole` with up to eight bytes changed, cut out or put in, `count` times."""
    dice = random.Random(seed)  # noqa: S311  # repeatable, not secret
    for _ in range(count):
        fresh = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(fresh))
            match dice.randrange(4):
                case 0:
                    del fresh[place : place + dice.randint(1, 30)]
                case 1:
                    fresh[place:place] = dice.randbytes(dice.randint(1, 30))
                case _:
                    fresh[place] = dice.randrange(256)
        yield bytes(fresh)
