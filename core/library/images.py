"""Images: bytes that we hold, with all that is known of them. Never half-empty.

Owns the row, and the three facts about it that come from elsewhere: who starred it, whether it is
approved, and how often posts used it. How it is found again stands in `core.library.search`. It
must not know where bytes lie.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from core.errors import UserError
from core.storing import UnitOfWork

Source = Literal["upload", "generate"]

ALIKE: Final = 6
"""Two pictures whose hashes differ in so many bits of 64, or fewer, look alike."""


@dataclass(eq=False)
class Image:
    """A stored picture (the table that REQUIREMENTS.md §1 asks for, and lineage).

    `file_size` is bytes, `width` and `height` pixels; `sha256` is of what is stored and
    `source_sha256` of what came; `dhash` is 64 bits as 16 hex characters. `source` says whether a
    person brought it or the desk made it; `is_ai_generated` whether an AI did (a sketch is made,
    but not by one). `provider` is empty for uploads. `thumbnail_key` finds a JPEG of at most 256
    pixels a side, `placeholder` is a data URI to be shown until it has come; both are empty for
    images older than these fields. `favourites` counts the members who starred it.

    `created_at` is the moment of the insert: the order of ids is the order of time.
    """

    business_id: int
    filename: str
    original_filename: str
    file_size: int
    mime_type: str
    width: int
    height: int
    sha256: str
    source_sha256: str
    dhash: str
    storage_provider: str
    storage_key: str
    is_ai_generated: bool
    creator_id: str
    created_at: datetime
    updated_at: datetime
    source: Source = "generate"
    provider: str = ""
    thumbnail_key: str = ""
    placeholder: str = ""
    storage_url: str = ""
    ai_prompt: str | None = None
    ai_model: str | None = None
    title: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    alt_text: str = ""
    plain_words: bool = True
    favourites: int = 0
    approved: bool = False
    usage_count: int = 0
    last_used_at: datetime | None = None
    parent_id: int | None = None
    id: int = field(default=None)  # type: ignore[assignment]  # given by the database on insert


@dataclass(eq=False)
class Star:
    """A member's ⭐ on an image."""

    image_id: int
    member_id: str
    at: datetime


async def require_image(uow: UnitOfWork, business_id: int, image_id: int) -> Image:
    """The business's own image. Raises UserError("image_unknown"), also for other businesses'."""
    image = await uow.images.of_business(business_id, image_id)
    if image is None:
        raise UserError("image_unknown")
    return image


async def alike(uow: UnitOfWork, image: Image) -> list[Image]:
    """Other images of the business that look like this one, the most alike first."""
    near = await uow.images.near(image.business_id, image.dhash, ALIKE)
    return [other for other, _ in near if other.id != image.id]


async def star(uow: UnitOfWork, image_id: int, member_id: str) -> None:
    """Make it one of this member's favourites; doing it again changes nothing."""
    image = await uow.images.lock(image_id)
    if image and await uow.images.add_star(Star(image_id, member_id, uow.now)):
        image.favourites += 1


async def unstar(uow: UnitOfWork, image_id: int, member_id: str) -> None:
    """Take the member's ⭐ away; doing it again changes nothing."""
    image = await uow.images.lock(image_id)
    if image and await uow.images.remove_star(image_id, member_id):
        image.favourites -= 1


async def note_approval(uow: UnitOfWork, image_id: int, *, approved: bool) -> None:
    """Keep on the image whether an item of it is approved, so that the library can ask for it."""
    image = await uow.images.lock(image_id)
    if image:
        image.approved = approved


async def note_use(uow: UnitOfWork, image_ids: list[int], *, first: bool) -> None:
    """A post with these images stands by now; `first` at the first account where it does."""
    for image_id in sorted(set(image_ids)):  # in one order everywhere, or two posts might deadlock
        image = await uow.images.lock(image_id)
        if image:
            image.usage_count += 1 if first else 0
            image.last_used_at = uow.now
