"""Describing: people put an image into their own words.

Owns how long those words may be, how tags are read, and who may write them. It must not know any
surface.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.business.members import Member, may_direct
from core.errors import UserError
from core.library.images import Image
from core.messages import redraw
from core.storing import UnitOfWork

MOST_TITLE: Final = 200
MOST_DESCRIPTION: Final = 4000
MOST_ALT: Final = 2000
MOST_TAGS: Final = 50
LONGEST_TAG: Final = 60


@dataclass(frozen=True)
class Words:
    """What is written about an image; None leaves as it is."""

    title: str | None = None
    description: str | None = None
    tags: Sequence[str] | None = None
    alt_text: str | None = None


async def describe(uow: UnitOfWork, image: Image, member: Member, words: Words) -> None:
    """Give an image these words, which are a person's from then on. May be repeated.

    Raises UserError: `not_yours`; `title_long`, `description_long`, `alt_long`, `tag_long` or
    `tags_many` with the `limit`.
    """
    if not may_direct(member, image.creator_id):
        raise UserError("not_yours")
    locked = await uow.images.lock(image.id)
    if locked is None:
        raise UserError("image_unknown")
    given = {
        "title": _within(words.title, MOST_TITLE, "title_long"),
        "description": _within(words.description, MOST_DESCRIPTION, "description_long"),
        "alt_text": _within(words.alt_text, MOST_ALT, "alt_long"),
        "tags": None if words.tags is None else _checked(words.tags),
    }
    changed = {
        name: value
        for name, value in given.items()
        if value is not None and value != getattr(locked, name)
    }
    for name, value in changed.items():
        setattr(locked, name, value)
    if changed:
        locked.updated_at, locked.plain_words = uow.now, False
        for job_id in sorted({item.job_id for item in await uow.items.of_image(image.id)}):
            await redraw(uow, "result", job_id)


def read_tags(text: str) -> list[str]:
    """Tags as people write them: between commas or on lines of their own, with or without "#"."""
    found: dict[str, str] = {}
    for part in re.split(r"[,;\n]", text):
        tag = " ".join(part.split()).lstrip("#").strip()
        found.setdefault(tag.casefold(), tag)
    return [tag for tag in found.values() if tag]


def _within(text: str | None, limit: int, code: str) -> str | None:
    if text is None:
        return None
    plain = text.replace("\0", "").strip()
    if len(plain) > limit:
        raise UserError(code, limit=limit, length=len(plain))
    return plain


def _checked(tags: Sequence[str]) -> list[str]:
    found = [_within(tag, LONGEST_TAG, "tag_long") or "" for tag in tags]
    if len(found) > MOST_TAGS:
        raise UserError("tags_many", limit=MOST_TAGS, count=len(found))
    return list(dict.fromkeys(tag for tag in found if tag))
