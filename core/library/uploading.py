"""Uploading: files that a person brought become a job, one item each, in their event's transaction.

Owns how many come at once and how a file's name is told. It must not know chats, nor how a file is
fetched: `core.library.ingesting` does that.
"""

from collections.abc import Sequence
from typing import Final

from core.business.members import new_id
from core.chat import Attachment
from core.errors import Trouble
from core.generation.jobs import Item, Job
from core.generation.ordering import Customer, place_cards
from core.publishing.posts import Post
from core.storing import UnitOfWork

MOST_FILES: Final = 10
LONGEST_NAME: Final = 120
NAMELESS: Final = "file"


async def place_upload(
    uow: UnitOfWork,
    customer: Customer,
    attachments: Sequence[Attachment],
    post: Post | None = None,
) -> Job:
    """Write the job with an item per file, and wake them and its card. Of more than ten files the
    first ten are taken, and the job says how many were left. With `post`, the pictures join its
    draft, and the card stands in its thread.

    The files are fetched at once, whether or not the card may be posted: their addresses expire.
    """
    member, business = customer.member, customer.business
    left = len(attachments) - MOST_FILES
    job_id = new_id()
    root = await uow.messages.get(post.root_id) if post else None
    job = Job(
        business_id=business.id,
        owner_id=member.id,
        kind="upload",
        place=customer.place,
        order=None,
        created_at=uow.now,
        root_id=place_cards(uow, customer, job_id, root),
        moderation="off",
        trouble=Trouble("files_left", {"most": MOST_FILES, "more": left}) if left > 0 else None,
        post_id=post.id if post else None,
        id=job_id,
    )
    uow.jobs.add(job)
    for number, attachment in enumerate(attachments[:MOST_FILES], 1):
        name = plain_name(attachment.filename)
        item = Item(
            job_id,
            business.id,
            number,
            name,
            seed=0,
            attachment=attachment,
            wake_at=uow.soon,
        )
        uow.items.add(item)
        uow.enqueue("make", item.id)
    return job


def plain_name(filename: str) -> str:
    """A file's own name: without folders and signs that print nothing, 120 characters at most (the
    last ones, with the extension), never empty nor mere dots.
    """
    name = filename.replace("\\", "/").rpartition("/")[2]
    printed = "".join(sign for sign in name if sign.isprintable()).strip()
    return printed[-LONGEST_NAME:] if printed.strip(". ") else NAMELESS
