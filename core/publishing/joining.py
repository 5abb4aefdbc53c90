"""Joining: pictures that are uploaded or generated for a post become part of its draft.

    ordered for the post → made or taken in → joined

A picture joins in the very transaction that completes its item, so that nothing lies between the
two. A post that is no draft any more is left as it was approved. Owns where in the post a picture
comes to stand, and what is still on its way there. It must not know how pictures are made.
"""

from dataclasses import replace
from typing import Literal

from core.generation.jobs import ENDED, Item, Job
from core.library.captions import LONGEST_TITLE, shorten
from core.library.images import Image
from core.publishing.posts import Post, PostImage, forget_renditions, is_draft
from core.storing import UnitOfWork

Standing = Literal["joined", "left", ""]
"""Whether a job's pictures stand in its post, cannot any more, or neither: a person took them out.
"""


async def join(uow: UnitOfWork, job: Job, item: Item) -> None:
    """Put a finished picture into the draft that its job is for, behind what is there; pictures of
    one job stand in their own order, whichever is finished first. Doing it again changes nothing.

    The caller redraws the job's cards, and with them the post's: always in this order, or two who
    do it at once might deadlock.
    """
    if job.post_id is None or item.image_id is None:
        return
    post = await uow.posts.lock(job.post_id)
    image = await uow.images.get(item.image_id)
    targets = await uow.targets.of_post(job.post_id)
    if post is None or image is None or not is_draft(post, targets):
        return
    if any(one.image_id == image.id for one in post.images):
        return
    siblings = {one.image_id: one.number for one in await uow.items.of_job(job.id) if one.image_id}
    later = (
        place
        for place, one in enumerate(post.images)
        if siblings.get(one.image_id, 0) > item.number
    )
    place = next(later, len(post.images))
    joining = PostImage(image.id, image.sha256, image.alt_text)
    post.images = [*post.images[:place], joining, *post.images[place:]]
    forget_renditions(targets)
    await entitle(uow, post)


async def reword(uow: UnitOfWork, image: Image, before: str) -> list[str]:
    """An image has found its own words after it joined: drafts in which nobody has changed its alt
    text (`before`) take them over. Returns their ids; the caller redraws them, after its job's.
    """
    changed = []
    for found in await uow.posts.with_image(image.id):
        post = await uow.posts.lock(found.id)
        if post is None or not is_draft(post, await uow.targets.of_post(post.id)):
            continue
        post.images = [
            replace(one, alt=image.alt_text)
            if (one.image_id, one.alt) == (image.id, before)
            else one
            for one in post.images
        ]
        await entitle(uow, post)
        changed.append(post.id)
    return changed


async def entitle(uow: UnitOfWork, post: Post) -> None:
    """Give a draft the title and tags of its first picture, or else its first words as title."""
    first = await uow.images.get(post.images[0].image_id) if post.images else None
    words = (first.title if first else "") or post.caption.strip().split("\n")[0]
    post.title = shorten(words, LONGEST_TITLE)
    post.tags = list(first.tags) if first else []


async def count_coming(uow: UnitOfWork, post_id: str) -> int:
    """How many pictures for this post are neither finished nor lost."""
    coming = 0
    for job in await uow.jobs.of_post(post_id):
        items = await uow.items.of_job(job.id)
        coming += sum(item.state not in ENDED for item in items)
    return coming


async def standing_of(uow: UnitOfWork, job: Job, items: list[Item]) -> tuple[Post | None, Standing]:
    """The post that a job's pictures are for, if any, and what became of them there."""
    post = await uow.posts.get(job.post_id) if job.post_id else None
    made = {item.image_id for item in items if item.image_id}
    if post is None or not made:
        return post, ""
    if made & {image.image_id for image in post.images}:
        return post, "joined"
    draft = is_draft(post, await uow.targets.of_post(post.id))
    return post, "" if draft else "left"
