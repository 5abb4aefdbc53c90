"""An OpenAI of one's own that always takes its time, in a process of its own.

    python -m bench.provider --port N

It is the tests' strict server, whose pictures are one photograph with another number hidden in each
of them: drawing must not be what is measured. How it is ordered about: `tests.platforms.far_end`.
"""

import functools
import zlib
from typing import Final

from tests.core.hostile import encode, photo
from tests.platforms.far_end import serve_from_the_command_line
from tests.platforms.openai import OpenAIServer
from tests.platforms.openai.pictures import Drawing

END: Final = 12
"""Bytes of the chunk that ends a PNG."""


@functools.cache
def photograph(size: tuple[int, int]) -> bytes:
    """One of this size, about as large as a drawn picture is."""
    return encode(photo(*size), "PNG")


def number(drawing: Drawing) -> bytes:
    """The photograph with a comment, so that its bytes are no other's."""
    plain = photograph(drawing.size)
    chunk = b"tEXt" + b"Comment\0" + str(drawing.number).encode()
    framed = (len(chunk) - 4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    return plain[:-END] + framed + plain[-END:]


if __name__ == "__main__":
    serve_from_the_command_line(OpenAIServer(drawing=number))
