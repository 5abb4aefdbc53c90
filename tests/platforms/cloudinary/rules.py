"""What Cloudinary demands of a request: its signature, its names, its files.

Written from Cloudinary's documents ("Signatures", "Permitted naming conventions", the Upload API
reference), not from our client. Owns the refusals, each with Cloudinary's status and sentence. It
must not know what is stored.
"""

import hashlib
import io
import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web
from PIL import Image, UnidentifiedImageError

UNSIGNED: Final = frozenset({"file", "cloud_name", "resource_type", "api_key", "signature"})
OLDEST_SECONDS: Final = 3600
LONGEST_NAME: Final = 255
LARGEST_FILE: Final = 10 * 1024**2  # of a free plan
MOST_PIXELS: Final = 25_000_000
ALTERED: Final = re.compile(r"[^\w./-]|^[/\s.-]|[/\s.-]$|(^|/)v\d+/")
"""Names that the real one refuses, or would change and so never find again."""


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def response(self) -> web.Response:
        """As Cloudinary writes it."""
        return web.json_response(
            {"error": {"message": self.message}},
            status=self.status,
            headers={"X-Cld-Error": self.message},
        )


def check_signature(fields: Mapping[str, str], key: str, secret: str, now: float) -> None:
    """Demands a signature over all fields, of this hour."""
    if fields.get("api_key") != key:
        raise Refused(401, f"Unknown API key {fields.get('api_key', '')}")
    signed = {name: text for name, text in fields.items() if name not in UNSIGNED}
    text = "&".join(f"{name}={signed[name].replace('&', '%26')}" for name in sorted(signed))
    wanted = hashlib.sha1(f"{text}{secret}".encode()).hexdigest()  # noqa: S324  # theirs
    if fields.get("signature") != wanted:
        raise Refused(
            401, f"Invalid Signature {fields.get('signature', '')}. String to sign - '{text}'."
        )
    if not fields.get("timestamp", "").isdecimal():
        raise Refused(400, "Missing required parameter - timestamp")
    # A link that names its own end is as good until then.
    ends = int(fields.get("expires_at", int(fields["timestamp"]) + OLDEST_SECONDS))
    if now >= ends or int(fields["timestamp"]) > now + OLDEST_SECONDS:
        raise Refused(401, f"Stale request - reported time is {fields['timestamp']}")


def check_name(public_id: str) -> None:
    """Demands a name that is kept as it is."""
    if not public_id or len(public_id) > LONGEST_NAME:
        raise Refused(400, f"public_id ({public_id[:40]}…) is invalid")
    if ALTERED.search(public_id):
        raise Refused(400, f"public_id ({public_id}) is invalid")


def check_file(data: bytes, kind: str) -> str:
    """Demands a file within the plan; returns its format, "" for a raw one."""
    if not data:
        raise Refused(400, "Empty file")
    if len(data) > LARGEST_FILE:
        raise Refused(
            400,
            f"File size too large. Got {len(data)}. Maximum is {LARGEST_FILE}. "
            "Upgrade your plan to enjoy higher limits",
        )
    if kind == "raw":
        return ""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            kind, pixels = picture.format or "", picture.width * picture.height
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Refused(400, "Invalid image file") from error
    if pixels > MOST_PIXELS:
        raise Refused(400, "Image size is larger than allowed: 25 Megapixels")
    return {"JPEG": "jpg"}.get(kind, kind.lower())
