"""EXIF, of which one number matters: which way is up.

Read by hand, because a library that reads all of it lets a hostile file say how much that is.
Source: Exif 2.32 (JEITA CP-3451X) §4.6, TIFF 6.0 §2.
"""

import struct
from typing import Final

PREFIX: Final = b"Exif\0\0"
ORIENTATION: Final = 0x0112
SHORT, LONG = 3, 4


def orientation(exif: bytes) -> int:
    """How the picture is stored, 1 (upright) to 8; 1 where EXIF is absent or not readable."""
    exif = exif.removeprefix(PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * entries, 12):
            tag, type_, count = struct.unpack_from(f"{order}HHI", exif, entry)
            if tag == ORIENTATION and type_ in {SHORT, LONG} and count == 1:
                form = "H" if type_ == SHORT else "I"
                (value,) = struct.unpack_from(order + form, exif, entry + 8)
                return value if value in range(1, 9) else 1
    except struct.error:
        pass  # broken EXIF says nothing, and a good picture may carry it
    return 1
