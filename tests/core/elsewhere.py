"""A second opinion on what is stored: another decoder, and a look at the bytes.

Owns what "clean" means, without any of our own code. The other decoder is libvips, which has its
own readers for every kind.
"""

import io
import struct

import pyvips
from PIL import Image

WITHOUT_PAGES = (b"\xff\xd8", b"\x89PNG")

FORBIDDEN = (
    b"Exif\0",
    b"eXIf",
    b"EXIF",
    b"XMP ",
    b"xmpmeta",
    b"SecretCam",
    b"SecretName",
    b"<?php",
)


def decode(data: bytes) -> Image.Image:
    """The first frame as RGBA, all frames being decoded. Raises where any cannot be."""
    frames = {} if data.startswith(WITHOUT_PAGES) else {"n": -1}
    image = pyvips.Image.new_from_buffer(data, "", fail_on="error", **frames)
    height = image.get_page_height()
    pixels = image.crop(0, 0, image.width, height).colourspace("srgb").cast("uchar")
    image.avg()  # every frame
    raw = bytes(pixels.write_to_memory())
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.bands]
    return Image.frombytes(mode, (image.width, height), raw).convert("RGBA")


def leftovers(data: bytes) -> list[str]:
    """What a stored file should not have: metadata, or bytes after its end."""
    found = [repr(mark) for mark in FORBIDDEN if mark in data]
    image = Image.open(io.BytesIO(data))
    image.load()
    found += sorted({"exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop"} & set(image.info))
    if image.getexif():
        found.append("EXIF")
    ends = {
        "JPEG": data.endswith(b"\xff\xd9"),
        "PNG": data.endswith(b"\0\0\0\0IEND\xaeB`\x82"),
        "GIF": data.endswith(b"\0\x3b"),
        "WEBP": struct.unpack("<I", data[4:8])[0] + 8 == len(data),
    }
    if not ends[image.format or ""]:
        found.append("a tail")
    return found
