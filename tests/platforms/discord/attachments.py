"""Files that stand in messages: their bytes, their metadata, and links that are signed and expire.

It owns the link's form and its check. It must not know who may see the message.
Source: https://docs.discord.com/developers/reference#signed-attachment-cdn-urls
"""

import hashlib
import hmac
import io
import mimetypes
import re
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from PIL import Image, UnidentifiedImageError

from tests.platforms.discord.world import Json, World


@dataclass(eq=False, kw_only=True)
class Attachment:
    """One file.

    Args:
        place: id of the channel under which the link is filed.
        filename: as Discord keeps it: letters, digits, `_`, `-` and `.` only.
        title: the name as it was given, without its ending, where Discord had to change it.
        size: width and height of a picture; None for what is none.
    """

    world: World
    id: int
    place: int
    filename: str
    content: bytes
    title: str | None = None
    description: str | None = None
    ephemeral: bool = False
    size: tuple[int, int] | None = None

    @property
    def content_type(self) -> str:
        """By the file's name, as Discord does."""
        return mimetypes.guess_type(self.filename)[0] or "application/octet-stream"

    def url(self) -> str:
        """A link that is good for `attachment_seconds` from now."""
        issued = int(time.time())
        expires = int(issued + self.world.attachment_seconds)
        path = f"/attachments/{self.place}/{self.id}/{quote(self.filename)}"
        signature = self._sign(expires, issued)
        return f"{self.world.base_url}{path}?ex={expires:x}&is={issued:x}&hm={signature}"

    def accepts(self, query: str) -> bool:
        """Whether a link's query carries our signature and has not expired."""
        values = {key: found[0] for key, found in parse_qs(query).items()}
        try:
            expires, issued = int(values["ex"], 16), int(values["is"], 16)
        except (KeyError, ValueError):
            return False
        signed = hmac.compare_digest(values.get("hm", ""), self._sign(expires, issued))
        return signed and time.time() < expires

    def payload(self) -> Json:
        """The attachment object of a message."""
        url = self.url()
        shown: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": url,
            "proxy_url": url,
            "content_type": self.content_type,
        }
        if self.size is not None:
            shown["width"], shown["height"] = self.size
        if self.title is not None:
            shown["title"] = self.title
        if self.description is not None:
            shown["description"] = self.description
        if self.ephemeral:
            shown["ephemeral"] = True
        return shown

    def media(self) -> Json:
        """The same file where a component shows it."""
        shown = self.payload()
        keys = ("url", "proxy_url", "content_type", "width", "height")
        return {key: shown[key] for key in keys if key in shown} | {
            "attachment_id": shown["id"],
            "loading_state": 2,
            "placeholder": "",
            "flags": 0,
        }

    def _sign(self, expires: int, issued: int) -> str:
        text = f"{self.place}/{self.id}/{self.filename}/{expires}/{issued}"
        return hmac.new(self.world.key, text.encode(), hashlib.sha256).hexdigest()


def keep(
    world: World,
    place: int,
    filename: str,
    content: bytes,
    *,
    description: str | None = None,
    ephemeral: bool = False,
) -> Attachment:
    """Store a file that came with a message, a command or a form."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            size: tuple[int, int] | None = picture.size
    except (
        UnidentifiedImageError,
        OSError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        size = None
    kept = re.sub(r"[^A-Za-z0-9._-]", "", filename.replace(" ", "_"))
    kept = f"unknown{kept}" if kept[:1] in ("", ".") else kept
    attachment = Attachment(
        world=world,
        id=world.snowflake(),
        place=place,
        filename=kept,
        title=None if kept == filename else filename.rpartition(".")[0] or filename,
        content=content,
        description=description,
        ephemeral=ephemeral,
        size=size,
    )
    world.attachments[attachment.id] = attachment
    return attachment
