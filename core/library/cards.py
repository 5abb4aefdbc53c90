"""The status card of files that people brought: a verdict on each of them.

Drawn from the rows. What became of them is shown by the same result card as pictures that were
made. It must not know how a chat renders it.
"""

from core.business.ledger import cost_of
from core.chat import Button, Card, Link
from core.generation.jobs import ENDED, Item, Job, state_of
from core.library.captioning import Look
from core.library.images import Image
from core.messages import Message
from core.storing import UnitOfWork
from core.wording import orders, uploads
from core.wording.errors import sentence

SEEN_BEFORE = frozenset({"already_there", "looks_like"})
"""What else is to be known of a file that was taken in: another image, which it names."""


async def draw_upload(uow: UnitOfWork, job: Job, message: Message, address: str) -> Card:
    """Waiting, being taken in, done: edited as it goes. `address` is where the library is read."""
    items = await uow.items.of_job(job.id)
    state = state_of(items)
    running = state in {"pending", "processing"}
    added = [item for item in items if _is_new(job, item)]
    done = sum(item.state in ENDED for item in items)
    others = {item.id: await _other(uow, item) for item in items}
    lines = [await _verdict(uow, item, others[item.id]) for item in items]
    left = [sentence(job.trouble)] if job.trouble else []
    cost = cost_of(await uow.ledger.of_job(job.id))
    return Card(
        key=message.id,
        title=uploads.title(
            state, _named(items if running or not added else added), new=bool(added)
        ),
        lines=(*lines, *left, *await lost_words(uow, job.id)),
        facts=((uploads.COST, uploads.cost(cost)),) if cost and not running else (),
        progress=(done, len(items)) if running else None,
        controls=(Button("cancel", orders.CANCEL, "❌"),) if running else (),
        links=_links([one for one in others.values() if one], address),
        colour="busy" if running else "good" if state == "completed" else "bad",
        topic=_named(items),
    )


def _is_new(job: Job, item: Item) -> bool:
    """Whether a file was stored; to a post's draft also a picture is new that the library knows."""
    return item.state == "completed" and (bool(job.post_id) or not _is_known(item))


def _is_known(item: Item) -> bool:
    return item.trouble is not None and item.trouble.code == "already_there"


def subject_of(job: Job, items: list[Item]) -> str:
    """What the pictures of a job are, in people's own words: its prompt, or the names of its files,
    as far as those are shown.
    """
    shown = [item for item in items if item.preview_key]
    return job.order.prompt if job.order else _named(shown or items)


def _named(items: list[Item]) -> str:
    return uploads.subject([item.prompt for item in items])


async def lost_words(uow: UnitOfWork, job_id: str) -> list[str]:
    """That answers about words were lost, and what they may have cost, where that is so."""
    looks: list[Look] = await uow.looks.of_job(job_id)
    lost = [look for look in looks if look.outcome == "unknown"]
    return [uploads.words_lost(len(lost), sum(look.cost for look in lost))] if lost else []


async def _other(uow: UnitOfWork, item: Item) -> Image | None:
    """The image that a file is, or looks like, if it is still there."""
    trouble = item.trouble
    if item.state != "completed" or trouble is None or trouble.code not in SEEN_BEFORE:
        return None
    named = trouble.facts.get("image")
    return await uow.images.of_business(item.business_id, named) if isinstance(named, int) else None


async def _verdict(uow: UnitOfWork, item: Item, other: Image | None) -> str:
    image = await uow.images.get(item.image_id) if item.image_id else None
    known = _is_known(item)
    if item.state == "completed" and known and other:
        return uploads.known(item.prompt, other.title, other.id)
    if item.state != "completed" or known or image is None:
        return uploads.verdict(item)
    facts = uploads.size(image.mime_type, image.width, image.height, image.file_size)
    stored = uploads.stored(item.prompt, facts)
    return f"{stored} {uploads.looks_like(other.title, other.id)}" if other else stored


def _links(images: list[Image], address: str) -> tuple[Link, ...]:
    return tuple(
        Link(uploads.named(image.title, image.id), f"{address}/library/{image.id}")
        for image in {image.id: image for image in images}.values()
    )
