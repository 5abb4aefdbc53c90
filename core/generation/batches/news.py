"""News: what the owner of a batch is told in a message of its own, because the edit of a card
notifies nobody: that it is over, and that it stands still until somebody does something.

Owns when that is said, once for each. It must not know how a chat renders it.
"""

from typing import Final

from core.chat import Card
from core.generation.jobs import ENDED, Job
from core.messages import Message, add_card
from core.storing import UnitOfWork
from core.wording import batches as words

OVER: Final = 0
"""The part of the message that tells the end; those of pauses are counted from the next."""


async def tell_over(uow: UnitOfWork, job: Job) -> bool:
    """Whether the batch is over; whoever did not end it by a Cancel is told so, once. May be
    repeated, with the job locked.
    """
    counts = (await uow.items.counts([job.id])).get(job.id, {})
    if not counts or any(amount and state not in ENDED for state, amount in counts.items()):
        return False
    told = any(one.part == OVER for one in await uow.messages.of_subject("news", job.id))
    if not told and not job.cancelled_at:
        await _tell(uow, job, OVER)
    return True


async def tell_pause(uow: UnitOfWork, job: Job) -> None:
    """The owner is told of the pause that has just begun."""
    parts = [one.part for one in await uow.messages.of_subject("news", job.id)]
    await _tell(uow, job, max([OVER, *parts]) + 1)


async def _tell(uow: UnitOfWork, job: Job, part: int) -> None:
    owner = await uow.members.get(job.owner_id)
    user = owner.user if owner else ""
    news = Message(
        job.business_id, "news", job.id, job.place, user, uow.now, root_id=job.root_id, part=part
    )
    add_card(uow, news)


async def draw_news(uow: UnitOfWork, message: Message) -> Card | None:
    """What is said, as it is by now."""
    job = await uow.jobs.get(message.subject_id)
    if job is None:
        return None
    if message.part == OVER:
        counts = (await uow.items.counts([job.id])).get(job.id, {})
        title, lines = words.over(counts)
    elif job.paused_at and job.trouble:
        title, lines = words.PAUSED, [words.paused(job.trouble)]
    else:
        title, lines = words.PAUSE_OVER, []
    return Card(message.id, title, lines=tuple(lines), mention=message.person)
