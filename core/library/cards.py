"""The status card of files that people brought: a verdict on each of them.

Drawn from the rows. What became of them is shown by the same result card as pictures that were
made. It must not know how a chat renders it.
"""

from core.chat import Button, Card
from core.generation.jobs import ENDED, Item, Job, state_of
from core.messages import Message
from core.storing import UnitOfWork
from core.wording import orders, uploads


async def draw_upload(uow: UnitOfWork, job: Job, message: Message) -> Card:
    """Waiting, being taken in, done: edited as it goes."""
    items = await uow.items.of_job(job.id)
    state = state_of(items)
    running = state in {"pending", "processing"}
    subject = subject_of(job, items)
    done = sum(item.state in ENDED for item in items)
    return Card(
        key=message.id,
        title=uploads.title(state, subject),
        lines=tuple([await _verdict(uow, item) for item in items]),
        progress=(done, len(items)) if running else None,
        controls=(Button("cancel", orders.CANCEL, "❌"),) if running else (),
        colour="busy" if running else "good" if state == "completed" else "bad",
        topic=subject,
    )


def subject_of(job: Job, items: list[Item]) -> str:
    """What a job is about, in people's own words: its prompt, or the names of its files."""
    return job.order.prompt if job.order else uploads.subject([item.prompt for item in items])


async def _verdict(uow: UnitOfWork, item: Item) -> str:
    image = await uow.images.get(item.image_id) if item.image_id else None
    if item.state == "completed" and item.trouble is None and image:
        size = uploads.size(image.mime_type, image.width, image.height, image.file_size)
        return uploads.stored(item.prompt, size)
    return uploads.verdict(item)
