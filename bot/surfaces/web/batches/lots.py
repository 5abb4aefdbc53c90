"""Lots: from the rows of batches to what the page's templates show.

Owns what a tile says of its picture, and by what a change of it is noticed. It changes nothing and
must not know HTTP.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from core.business.ledger import Entry, cost_of
from core.chat import Card
from core.generation.batches.batch import BatchState
from core.generation.jobs import ENDED, Item, ItemState, Job, unpriced
from core.library.captions import shorten
from core.messages import Message
from core.review.reviewing import Review, read_review
from core.storing import UnitOfWork
from core.wording import batches as words
from core.wording.errors import sentence

DrawBatch = Callable[[UnitOfWork, Message], Awaitable[Card | None]]
"""Draws a batch's status card, as it stands in its chat."""

NEWEST: Final = 30
"""Batches in the list."""

FACES: Final = 4
"""Pictures that stand for a batch in the list."""

PAGE: Final = "page"

ELSEWHERE: Final = frozenset({"choose-all", "lot"})
"""Controls of the card for what the page has in better ways."""


@dataclass(frozen=True)
class Tile:
    """One picture of a batch: `said` is what became of it or what it cost, `reason` why it is not
    there. `choosable` while it can still be kept.
    """

    number: int
    prompt: str
    row: int
    state: ItemState
    kept: bool
    image_id: int | None
    said: str
    reason: str

    @property
    def choosable(self) -> bool:
        """What has failed cannot be kept, nor what was deleted since it was made."""
        return self.state in {"queued", "generating"} or self.image_id is not None

    @property
    def digest(self) -> str:
        """Another one when anything that is shown has changed."""
        return _digest(self)


@dataclass(frozen=True)
class Lot:
    """A batch: its card without what the page does otherwise, its pictures, and how many of those
    that are made are kept. `over` when nothing will change by itself; `thread` is the address of
    its thread, empty where that is not on the page.
    """

    job_id: str
    card: Card
    tiles: tuple[Tile, ...]
    kept: str
    over: bool
    owner: str
    thread: str

    @property
    def digest(self) -> str:
        """Another one when anything that is shown has changed."""
        return _digest((self.card, [tile.digest for tile in self.tiles]))

    @property
    def begun(self) -> bool:
        """Whether there is anything to choose from."""
        return bool(self.tiles)


@dataclass(frozen=True)
class Listed:
    """A batch in the list. `faces` are images by their ids."""

    job: Job
    title: str
    said: str
    mood: str
    owner: str
    faces: tuple[int, ...]


async def look_at(uow: UnitOfWork, job: Job, draw: DrawBatch) -> Lot | None:
    """A batch as it stands; None while it has no card, which is before its first moment is over."""
    messages = await uow.messages.of_subject("status", job.id)
    card = await draw(uow, messages[0]) if messages else None
    batch = await uow.batches.get(job.id)
    if card is None or batch is None:
        return None
    review = await read_review(uow, job.id)
    costs = await _costs(uow, job)
    made = sum(item.state == "completed" for item in review.items)
    running = any(item.state not in ENDED for item in review.items)
    return Lot(
        job_id=job.id,
        card=_for_page(card),
        tiles=tuple(_tile(item, review, costs.get(item.id)) for item in review.items),
        kept=words.kept_of(len(review.selected), made),
        over=not running and batch.state not in {"reading", "starting", "creating"},
        owner=await _name(uow, job),
        thread=thread_of(job),
    )


def thread_of(job: Job) -> str:
    """The address of a batch's thread, empty where that is not on the page."""
    return f"/batches/{job.id}/thread" if job.place.surface == PAGE else ""


async def newest(uow: UnitOfWork, business_id: int) -> list[Listed]:
    """The batches of a business, the newest first."""
    jobs = await uow.jobs.batches(business_id, NEWEST, started=False)
    ids = [job.id for job in jobs]
    counts = await uow.items.counts(ids)
    first: dict[str, list[Item]] = {}
    for item in await uow.items.beginning(ids, FACES):
        first.setdefault(item.job_id, []).append(item)
    listed = []
    for job in jobs:
        states, items = counts.get(job.id, {}), first.get(job.id, [])
        batch = await uow.batches.get(job.id)
        prompt = items[0].prompt if items else batch.rows[0].prompt if batch and batch.rows else ""
        listed.append(
            Listed(
                job,
                title=shorten(prompt, 90) or words.UNTITLED,
                said=words.listed(batch.state if batch else "dropped", states),
                mood=_mood(batch.state if batch else "dropped", states),
                owner=await _name(uow, job),
                faces=tuple(item.image_id for item in items if item.image_id),
            )
        )
    return listed


def _for_page(card: Card) -> Card:
    controls = tuple(one for one in card.controls if one.action not in ELSEWHERE)
    links = tuple(link for link in card.links if link.label != words.ON_PAGE)
    return replace(card, controls=controls, links=links)


def _tile(item: Item, review: Review, cost: int | None) -> Tile:
    """A picture; nothing was booked for one that the library held. What else is to be known of one
    that is there stands with the picture itself.
    """
    return Tile(
        number=item.number,
        prompt=item.prompt,
        row=item.row,
        state=item.state,
        kept=review.keeps(item.number),
        image_id=item.image_id,
        said=words.became(item.state, cost or 0, 0 if cost is None else unpriced([item])),
        reason=sentence(item.trouble) if item.trouble and not item.image_id else "",
    )


async def _costs(uow: UnitOfWork, job: Job) -> dict[str, int]:
    booked: dict[str, list[Entry]] = {}
    for entry in await uow.ledger.of_job(job.id):
        booked.setdefault(entry.item_id, []).append(entry)
    return {item_id: cost_of(entries) for item_id, entries in booked.items()}


async def _name(uow: UnitOfWork, job: Job) -> str:
    member = await uow.members.get(job.owner_id)
    return member.name if member else ""


def _mood(state: BatchState, states: dict[ItemState, int]) -> str:
    if state == "refused":
        return "bad"
    if state in {"planned", "dropped"}:
        return "neutral"
    if state != "started" or any(one not in ENDED for one in states):
        return "busy"
    return "good" if states.get("completed") else "bad"


def _digest(shown: object) -> str:
    return hashlib.blake2s(repr(shown).encode(), digest_size=6).hexdigest()
