"""Reviewing: what the marks on a job's pictures amount to.

    numbers   the pictures chosen; until somebody chooses, all are
    ✅        approves what is selected at that moment; a later number does not widen it
    ⭐        favourite of the person, on what is selected at that moment
    ❌        cancels while the job runs, discards it afterwards; taking it away restores

On a batch's contact sheet ✅ chooses all its pictures and ❌ drops them, whatever was chosen. Who
chose from a batch and then has nothing chosen keeps nothing: that stands as a choice of number 0.

Marks are a set: setting one twice or in another order changes nothing. It must not know chats.
"""

from dataclasses import dataclass
from typing import Final

from core.business.ledger import release
from core.business.members import Member, may_approve, may_direct
from core.errors import UserError
from core.generation.batches.numbering import numbers_of
from core.generation.jobs import ENDED, Item, Job
from core.library.images import note_approval, star, unstar
from core.messages import Message, redraw
from core.review.marks import Mark
from core.review.signals import Signal
from core.storing import UnitOfWork

NOTHING: Final = 0
"""The number of a choice that keeps nothing."""


@dataclass(frozen=True)
class Review:
    """Where a job stands: its items, who chose which numbers, who starred it, and which numbers
    stand on a sheet that was dropped.
    """

    items: list[Item]
    chosen: dict[int, list[str]]
    favourites: list[str]
    dropped: frozenset[int] = frozenset()

    def keeps(self, number: int) -> bool:
        """Whether a picture is chosen, finished or not; while nobody has chosen, each is."""
        return number not in self.dropped and (not self.chosen or number in self.chosen)

    @property
    def selected(self) -> list[Item]:
        """The finished pictures that are chosen, all of them while nobody has chosen."""
        return [
            item
            for item in self.items
            if item.state == "completed" and item.image_id and self.keeps(item.number)
        ]

    @property
    def approved(self) -> list[Item]:
        """The pictures that somebody has approved."""
        return [item for item in self.items if item.approved_by]


async def read_review(uow: UnitOfWork, job_id: str) -> Review:
    """The review of a job as it stands."""
    items = await uow.items.of_job(job_id)
    chosen: dict[int, list[str]] = {}
    favourites: list[str] = []
    dropped: set[int] = set()
    for mark in await uow.marks.of_job(job_id):
        if not mark.active:
            continue
        if mark.signal == Signal.CHOOSE:
            chosen.setdefault(mark.number, []).append(mark.member_id)
        elif mark.signal == Signal.FAVOURITE:
            favourites.append(mark.member_id)
        elif mark.signal == Signal.APPROVE and mark.number:
            for number in numbers_of(mark.number - 1):
                chosen.setdefault(number, []).append(mark.member_id)
        elif mark.signal == Signal.DISCARD and mark.number:
            dropped.update(numbers_of(mark.number - 1))
    return Review(items, chosen, list(dict.fromkeys(favourites)), frozenset(dropped))


async def may_mark(uow: UnitOfWork, job: Job, member: Member, signal: Signal) -> bool:
    """Whether this member's signal counts on this job."""
    if signal in {Signal.APPROVE, Signal.PUBLISH}:
        named = await uow.members.approvers_named(job.business_id)
        return may_approve(member, job.owner_id, approvers_named=named)
    return may_direct(member, job.owner_id)


async def require_may_mark(uow: UnitOfWork, job: Job, member: Member, signal: Signal) -> None:
    """Raises UserError("not_approver" | "not_yours") where this member's signal does not count."""
    if not await may_mark(uow, job, member, signal):
        code = "not_approver" if signal in {Signal.APPROVE, Signal.PUBLISH} else "not_yours"
        raise UserError(code)


async def mark(
    uow: UnitOfWork, job: Job, member: Member, signal: Signal, number: int, card: str
) -> None:
    """Put a signal on a job's pictures; putting it again changes nothing.

    `card` is the message it was put on as a reaction, "" for a control. Only the Approve button,
    pressed again, says something new: it approves what is selected by then.
    Raises UserError("not_yours" | "not_approver") where it does not count.
    """
    await require_may_mark(uow, job, member, signal)
    standing = await _standing(uow, job, member, signal, number)
    counted = any(known.active for known in standing)
    own = next((known for known in standing if known.message_id == card), None)
    if own is None:
        uow.marks.add(Mark(job.id, member.id, signal, number, card, uow.now))
    else:
        own.active = True
    if not counted or (signal == Signal.APPROVE and not card):
        await _put(uow, job, member, signal, number)
    await _redraw(uow, job)


async def unmark(
    uow: UnitOfWork, job: Job, member: Member, signal: Signal, number: int, card: str
) -> None:
    """Take a signal away; taking it away again changes nothing.

    By control, the same person's reaction stops counting too, although it stands in the chat.
    """
    await require_may_mark(uow, job, member, signal)
    standing = await _standing(uow, job, member, signal, number)
    counted = any(known.active for known in standing)
    for known in standing:
        if known.message_id == card:
            await uow.marks.remove(known)
        elif not card:
            known.active = False
    still = card and any(known.active for known in standing if known.message_id != card)
    if counted and not still:
        await _take(uow, job, member, signal, number)
    await _redraw(uow, job)


async def outlive(uow: UnitOfWork, card: Message, meaning: tuple[Signal, int] | None) -> None:
    """Somebody cleared a card's reactions, or those of one `meaning`. That changes nothing: what
    they meant stays, as if it had been put by a control, so that a later reading of the card does
    not miss them.
    """
    marks = await uow.marks.of_job(card.subject_id)
    own = {(known.member_id, known.signal, known.number) for known in marks if not known.message_id}
    for known in marks:
        if known.message_id != card.id or meaning not in {None, (known.signal, known.number)}:
            continue
        if known.active and (known.member_id, known.signal, known.number) not in own:
            known.message_id = ""
        else:
            await uow.marks.remove(known)


async def choose(uow: UnitOfWork, job: Job, member: Member, numbers: set[int]) -> None:
    """Make `numbers` this person's whole choice, whatever they chose before by whichever means; a
    reaction that stands in the chat counts no more where it says something else.

    Without any, all is selected again; of a batch then nothing is kept. Raises
    UserError("not_yours").
    """
    await require_may_mark(uow, job, member, Signal.CHOOSE)
    wanted = numbers or ({NOTHING} if job.kind == "batch" else set())
    standing = set()
    for known in await uow.marks.of_job(job.id):
        if known.member_id != member.id or not _chooses(known):
            continue
        if known.signal == Signal.CHOOSE and known.number in wanted:
            standing |= {known.number} if known.active else set()
        elif known.message_id:
            known.active = False
        else:
            await uow.marks.remove(known)
    for number in sorted(wanted - standing):
        uow.marks.add(Mark(job.id, member.id, Signal.CHOOSE, number, "", uow.now))
    await _redraw(uow, job)


async def choose_among(
    uow: UnitOfWork, job: Job, member: Member, among: set[int], numbers: set[int]
) -> None:
    """Make `numbers` this person's choice among the pictures `among`. Of the others they keep what
    they kept: while nobody has chosen, that is all. Raises as `choose`.
    """
    review = await read_review(uow, job.id)
    kept = {item.number for item in review.items if review.keeps(item.number)}
    if review.chosen:
        kept = {number for number in kept if member.id in review.chosen[number]}
    known = {item.number for item in review.items}
    await choose(uow, job, member, (kept - among) | (numbers & known))


def _chooses(known: Mark) -> bool:
    """Whether a mark says what is chosen: of a picture, or of a whole sheet."""
    on_sheet = bool(known.number) and known.signal in {Signal.APPROVE, Signal.DISCARD}
    return known.signal == Signal.CHOOSE or on_sheet


async def _standing(
    uow: UnitOfWork, job: Job, member: Member, signal: Signal, number: int
) -> list[Mark]:
    return [
        known
        for known in await uow.marks.of_job(job.id)
        if known.member_id == member.id and known.signal == signal and known.number == number
    ]


async def _put(uow: UnitOfWork, job: Job, member: Member, signal: Signal, number: int) -> None:
    if number:  # a choice, or of a whole sheet: what it amounts to is read from the marks
        return
    if signal == Signal.APPROVE:
        for item in (await read_review(uow, job.id)).selected:
            if item.approved_by is None:
                item.approved_by, item.approved_at = member.id, uow.now
                await _tell_library(uow, item)
    elif signal == Signal.FAVOURITE:
        for item in (await read_review(uow, job.id)).selected:
            if item.image_id:
                await star(uow, item.image_id, member.id)
    elif signal == Signal.DISCARD:
        items = await uow.items.of_job(job.id)
        if all(item.state in ENDED for item in items):
            job.discarded_at, job.discarded_by = uow.now, member.id
        else:
            await cancel(uow, job)


async def _take(uow: UnitOfWork, job: Job, member: Member, signal: Signal, number: int) -> None:
    if number:
        return
    if signal == Signal.APPROVE:
        for item in await uow.items.of_job(job.id):
            if item.approved_by == member.id:
                item.approved_by = item.approved_at = None
                await _tell_library(uow, item)
    elif signal == Signal.FAVOURITE:
        for item in await uow.items.of_job(job.id):
            if item.image_id:
                await unstar(uow, item.image_id, member.id)
    elif signal == Signal.DISCARD and job.discarded_by == member.id:
        restore(job)


async def _tell_library(uow: UnitOfWork, item: Item) -> None:
    if item.image_id:
        shown = await uow.items.of_image(item.image_id)  # also where the same file came again
        approved = any(one.approved_by for one in shown)
        await note_approval(uow, item.image_id, approved=approved)


def restore(job: Job) -> None:
    """Show a discarded job again."""
    job.discarded_at = job.discarded_by = None


async def cancel(uow: UnitOfWork, job: Job) -> None:
    """Start nothing more; what is being made is finished, what is finished stays."""
    if job.cancelled_at is None:
        job.cancelled_at = uow.now
    if job.kind == "batch":
        uow.enqueue("start", job.id)  # a thousand items are not ended while somebody waits
        job.wake_at = uow.soon
        await _redraw(uow, job)
        return
    for item in await uow.items.of_job(job.id):
        if item.state == "queued":
            item.move("cancelled", uow.now)
            await release(uow, item.id)
    await _redraw(uow, job)


async def _redraw(uow: UnitOfWork, job: Job) -> None:
    for subject in ("status", "sheet" if job.kind == "batch" else "result"):
        await redraw(uow, subject, job.id)
