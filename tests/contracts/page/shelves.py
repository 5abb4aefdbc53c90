"""A library behind the page: images with real bytes, and posts that use them.

Owns how these rows are made. It must not know what is being proved.
"""

import base64
import hashlib
import io
from typing import Protocol

from PIL import Image as Pillow

from core.business.accounts import Account
from core.business.members import Member, new_id
from core.library.images import Image
from core.library.keys import original_key, thumbnail_key
from core.ports import BlobStore
from core.publishing.posts import Post, PostImage, Target, TargetState
from storage.database import Database

from .grounds import Ground, place


class Shelves(Protocol):
    """Where images are kept: a page's ground, or a whole desk."""

    @property
    def database(self) -> Database:
        """Their rows."""
        ...

    @property
    def blobs(self) -> BlobStore:
        """Their bytes."""
        ...


def bytes_of(name: str, side: int = 640, kind: str = "PNG") -> bytes:
    """A picture whose colour is its name's."""
    out = io.BytesIO()
    shade = hashlib.sha256(name.encode()).digest()
    Pillow.new("RGB", (side, side), (shade[0], shade[1], shade[2])).save(out, kind)
    return out.getvalue()


async def keep(ground: Shelves, member: Member, name: str = "fox.png", **facts: object) -> Image:
    """An image in the library of `member`'s business, with its bytes and thumbnail in the store;
    `facts` are what matters of it.
    """
    data, digest = bytes_of(name), hashlib.sha256(f"{member.id}{name}".encode()).hexdigest()
    small = bytes_of(name, 64, "JPEG")
    async with ground.database.write() as uow:
        image = Image(
            business_id=member.business_id,
            filename=name,
            original_filename=name,
            file_size=len(data),
            mime_type="image/png",
            width=640,
            height=640,
            sha256=digest,
            source_sha256=digest,
            dhash=digest[:16],
            storage_provider="local",
            storage_key=original_key(member.business_id, digest, name),
            thumbnail_key=thumbnail_key(member.business_id, digest),
            placeholder=f"data:image/jpeg;base64,{base64.b64encode(small).decode()}",
            is_ai_generated=facts.get("source", "generate") == "generate",
            creator_id=member.id,
            created_at=uow.now,
            updated_at=uow.now,
            title=name.partition(".")[0].capitalize(),
        )
        for fact, value in facts.items():
            setattr(image, fact, value)
        await uow.images.insert(image)
    await ground.blobs.put(image.storage_key, data, image.mime_type)
    await ground.blobs.put(image.thumbnail_key, small, "image/jpeg")
    return image


async def kept(ground: Ground, image: Image) -> Image | None:
    """The image as it stands now, None where it is gone."""
    async with ground.database.read() as uow:
        return await uow.images.of_business(image.business_id, image.id)


async def post(
    ground: Ground, member: Member, image: Image, state: TargetState, title: str = "Autumn"
) -> Post:
    """A post of this image with one target in `state`."""
    async with ground.database.write() as uow:
        account = Account(member.business_id, "site", new_id(), "Acme", "", uow.now)
        uow.accounts.add(account)
        shown = [PostImage(image.id, image.sha256, "")]
        made = Post(
            member.business_id,
            member.id,
            place(member.business_id),
            new_id(),
            uow.now,
            "Words",
            shown,
            f"post-{new_id()}",
            title,
        )
        uow.posts.add(made)
        target = Target(made.id, member.business_id, account.id, state)
        target.url = "https://example.test/p/1" if state == "published" else ""
        uow.targets.add(target)
    return made
