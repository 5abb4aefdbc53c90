"""Keys: under which names the desk's objects lie in a store, and what such a name says.

    {business}/{sha256}-{name}             an original
    {business}/t/{sha256}.jpg              its thumbnail
    {business}/previews/{item}.jpg         what a chat shows of an item
    {business}/partials/{item}-{hash}.jpg  the same while it is being made
    {business}/p/{hash}-{slug}.jpg         a rendition, named after its post
    spool/{attempt}                        a paid answer on its way
    incoming/{id}                          a file on its way, as it was brought to the page
    trial/{id}.jpg                         a test picture, which no row names

Owns these shapes. It must not know whether a row still names an object.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["original", "thumbnail", "item", "rendition", "spool", "incoming", "trial"]

_SHAPES: Final[tuple[tuple[Kind, str], ...]] = (
    ("original", r"(?P<business>\d+)/(?P<name>[0-9a-f]{64})-.+"),
    ("thumbnail", r"(?P<business>\d+)/t/(?P<name>[0-9a-f]{64})\.jpg"),
    ("item", r"(?P<business>\d+)/previews/(?P<name>[0-9a-f]{32})\.jpg"),
    ("item", r"(?P<business>\d+)/partials/(?P<name>[0-9a-f]{32})-.+\.jpg"),
    ("rendition", r"(?P<business>\d+)/p/[0-9a-f]{12}-(?P<name>.+)\.jpg"),
    ("spool", r"spool/(?P<name>[0-9a-f]{32})(?P<business>)"),
    ("incoming", r"incoming/(?P<name>[0-9a-f]{32})(?P<business>)"),
    ("trial", r"trial/(?P<name>[0-9a-f]{32})\.jpg(?P<business>)"),
)


@dataclass(frozen=True)
class KeyParts:
    """What a key says: `name` is the sha256, the post's slug, or the id of what it belongs to.

    `business_id` is 0 for the spool, what is incoming and trials: they belong to no business.
    """

    kind: Kind
    business_id: int
    name: str


def read_key(key: str) -> KeyParts | None:
    """What the key of an object says; None for one that is none of ours."""
    for kind, shape in _SHAPES:
        if found := re.fullmatch(shape, key):
            return KeyParts(kind, int(found["business"] or 0), found["name"])
    return None


def original_key(business_id: int, sha256: str, name: str) -> str:
    """Where an original lies; fixed when it is stored."""
    return f"{business_id}/{sha256}-{name}"


def thumbnail_key(business_id: int, sha256: str) -> str:
    """Where the thumbnail of an original with this hash lies."""
    return f"{business_id}/t/{sha256}.jpg"


def incoming_key(name: str) -> str:
    """Where a file lies until it is taken in; `name` are 32 hex characters."""
    return f"incoming/{name}"
