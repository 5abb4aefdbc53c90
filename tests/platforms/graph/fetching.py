"""Fetching pictures as Meta does: by one GET, without following anything, and looking inside.

It owns the way from a URL or an upload to a `Picture`. It must not know which network wants it;
each network turns `Unfetchable` into its own code. Only this machine is ever asked; a connection
that breaks before its answer is tried once more, by aiohttp itself.
"""

import io
from typing import Final

import aiohttp
from PIL import Image, UnidentifiedImageError
from yarl import URL

from tests.platforms.graph.world import Picture

LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
PATIENCE: Final = aiohttp.ClientTimeout(total=5)


class Unfetchable(Exception):
    """There is no picture behind the URL. `slow` tells that it only took too long."""

    def __init__(self, why: str, *, slow: bool = False) -> None:
        super().__init__(why)
        self.slow = slow


async def fetch(url: str, limit: int) -> tuple[bytes, str]:
    """The bytes behind a URL and their content type.

    Args:
        limit: bytes; reading stops as soon as there are more, and the answer shows that.

    Raises:
        Unfetchable: not of this machine, not 200, redirected, not in time.
    """
    if URL(url).scheme not in {"http", "https"} or URL(url).host not in LOCAL:
        raise Unfetchable(f"{url} would leave this machine")
    agent = {"User-Agent": "facebookexternalhit/1.1"}
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE, headers=agent) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise Unfetchable(f"the URL answered {response.status}")
            data = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                data += chunk
                if len(data) > limit:
                    break
            return bytes(data), response.content_type
    except TimeoutError as late:
        raise Unfetchable("the URL took too long", slow=True) from late
    except aiohttp.ClientError as broken:
        raise Unfetchable(f"the URL could not be fetched: {broken}") from broken


def look_inside(
    data: bytes, content_type: str, formats: tuple[str, ...], url: str | None, alt_text: str | None
) -> Picture:
    """The picture that these bytes are.

    Args:
        formats: Pillow's names of what is taken.

    Raises:
        Unfetchable: it is none of these formats, or cannot be decoded to its end.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in formats:  # an MPO is opened as such although it begins as JPEG
                raise Unfetchable(f"the picture is {image.format}")
            image.load()
            return Picture(data, content_type, image.width, image.height, url, alt_text)
    except (UnidentifiedImageError, OSError) as broken:
        raise Unfetchable(f"the picture cannot be decoded: {broken}") from broken
