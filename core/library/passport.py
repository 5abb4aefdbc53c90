"""The passport of an image: where it comes from, who let it pass, and where it went.

Owns what is put together about one image, from the rows of every room. It changes nothing, and must
not know how a passport reads.
"""

from dataclasses import dataclass
from datetime import datetime

from core.business.ledger import cost_of
from core.generation.jobs import Item, Job
from core.library.images import Image
from core.library.removal import Use, uses_of
from core.review.reviewing import read_review
from core.storing import UnitOfWork


@dataclass(frozen=True)
class Making:
    """How it was made: what was asked, what the provider made of it, with what, at what cost.

    `cost` is micro-USD, over all tries for this picture; unless it is `priced`, that of its words
    alone. `revised_prompt` is empty unless the provider told one.
    """

    prompt: str
    revised_prompt: str
    provider: str
    model: str
    quality: str
    size: str
    style: str
    seed: int
    cost: int
    priced: bool
    job_id: str
    number: int


@dataclass(frozen=True)
class Word:
    """Somebody's word on it, and since when where that is known."""

    member_id: str
    name: str
    at: datetime | None = None


@dataclass(frozen=True)
class Passport:
    """All that is known of an image. `making` is None for an upload.

    `parent` is the image that it was made from, None also where that is deleted by now
    (`image.parent_id` then still says its number).
    """

    image: Image
    creator: str
    making: Making | None
    parent: Image | None
    children: list[Image]
    chosen_by: list[Word]
    approved_by: list[Word]
    starred_by: list[Word]
    uses: list[Use]


async def read_passport(uow: UnitOfWork, image: Image) -> Passport:
    """Put the passport of an image together. May be repeated; changes nothing."""
    items = await uow.items.of_image(image.id)
    return Passport(
        image=image,
        creator=await _name(uow, image.creator_id),
        making=await _making(uow, image, items[0]) if items else None,
        parent=await uow.images.get(image.parent_id) if image.parent_id else None,
        children=await uow.images.children(image.id),
        chosen_by=await _choosers(uow, items),
        approved_by=[
            Word(item.approved_by, await _name(uow, item.approved_by), item.approved_at)
            for item in items
            if item.approved_by
        ],
        starred_by=[
            Word(star.member_id, await _name(uow, star.member_id), star.at)
            for star in await uow.images.stars(image.id)
        ],
        uses=await uses_of(uow, image.id),
    )


async def _making(uow: UnitOfWork, image: Image, item: Item) -> Making | None:
    job: Job | None = await uow.jobs.get(item.job_id)
    order = item.order or (job.order if job else None)
    if job is None or order is None:
        return None
    revised = [attempt.revised_prompt for attempt in await uow.attempts.of_item(item.id)]
    return Making(
        prompt=image.ai_prompt or item.prompt,
        revised_prompt=next((one for one in reversed(revised) if one), ""),
        provider=order.provider,
        model=order.model,
        quality=order.quality,
        size=order.size,
        style=order.style,
        seed=item.seed,
        cost=cost_of(await uow.ledger.of_item(item.id)),
        priced=order.price is not None,
        job_id=job.id,
        number=item.number,
    )


async def _choosers(uow: UnitOfWork, items: list[Item]) -> list[Word]:
    ids: dict[str, None] = {}
    for item in items:
        review = await read_review(uow, item.job_id)
        ids |= dict.fromkeys(review.chosen.get(item.number, []))
    return [Word(member_id, await _name(uow, member_id)) for member_id in ids]


async def _name(uow: UnitOfWork, member_id: str) -> str:
    """Their name, "?" for nobody that is known any more."""
    member = await uow.members.get(member_id)
    return member.name if member else "?"
