"""Loading: where the bytes of a card's file come from.

Owns which kind of file is fetched, packed or drawn. It must not know any surface.
"""

from core.chat import File
from core.generation.batches.lot import write_lot
from core.library.originals import pack_originals
from core.library.prints import PRINTS, draw_print
from core.ports import BlobStore, Load
from core.storing import Units


def make_load(units: Units, blobs: BlobStore) -> Load:
    """How the bytes of a card's file are found: a blob, or what is made on the way (a job's
    originals packed, a print of the library drawn).
    """

    async def load(file: File) -> bytes:
        kind, _, rest = file.id.partition(":")
        if kind == "originals":
            return await pack_originals(units, blobs, rest)
        if kind == "lot":
            return await write_lot(units, rest)
        if kind in PRINTS:
            return await draw_print(units, blobs, file.id)
        return await blobs.get(file.id)

    return load
