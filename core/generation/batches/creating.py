"""Creating: of each picture that is kept comes the draft of a post, with its own words.

Pictures were judged and described when they were stored, so what is left is writing: some posts in
each transaction, so that others have their turn, and none for a picture that has one. Owns which
pictures still want a draft. It must not know networks.
"""

from typing import Final

from core.generation.jobs import Job
from core.publishing.posting import propose, write_silently
from core.review.reviewing import read_review
from core.storing import UnitOfWork

AT_ONCE: Final = 10


async def create_some(uow: UnitOfWork, job: Job) -> bool:
    """Write the next drafts; whether more are to be written. May be repeated."""
    business = await uow.businesses.get(job.business_id)
    author = await uow.members.get(job.owner_id)
    if business is None or author is None:
        return False
    drafted = {image.image_id for post in await uow.posts.of_job(job.id) for image in post.images}
    selected = (await read_review(uow, job.id)).selected
    left = [item for item in selected if item.image_id not in drafted]
    for item in left[:AT_ONCE]:
        if item.image_id is None or item.image_id in drafted:
            continue  # two items of a batch may be one image
        drafted.add(item.image_id)
        draft = await propose(uow, business.id, [item])
        await write_silently(uow, business, author, draft, job)
    return len(left) > AT_ONCE
