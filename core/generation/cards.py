"""The cards of a job: its status, its result, its originals.

Everything is drawn from the rows, so a card looks the same after any restart. It must not know how
a chat renders it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.business.ledger import cost_of
from core.chat import Button, Card, Control, File, Link, Menu, Option
from core.generation.comparing import FEWEST, ballot_of, is_blind, name_of
from core.generation.jobs import ENDED, Attempt, Item, Job, state_of, unpriced
from core.generation.orders import Order
from core.generation.payers import tell_payers
from core.generation.prices import Model
from core.library.captions import shorten
from core.library.cards import draw_upload, lost_words, subject_of
from core.messages import Message
from core.ports import BlobStore
from core.publishing.joining import standing_of
from core.review.reviewing import Review, read_review
from core.storing import UnitOfWork
from core.wording import comparing, posts
from core.wording import orders as words
from core.wording.errors import sentence
from core.wording.failover import taken_over
from core.wording.money import bill

DAY = 86_400

Colour = Literal["neutral", "busy", "good", "bad"]
COLOURS: dict[words.Mood, Colour] = {
    "completed": "good",
    "failed": "bad",
    "cancelled": "neutral",
}
"""How an order that has ended looks."""


@dataclass(frozen=True)
class JobCards:
    """Draws the cards of jobs. `models` is the whole catalogue, retired ones included.

    `per_minute` is how many pictures a provider makes, by its name; absent where it is not paced.
    `address` is where the library is read.
    """

    models: Mapping[str, Model]
    per_minute: Mapping[str, int]
    blobs: BlobStore
    surfaces_with_previews: frozenset[str]
    address: str

    async def status(self, uow: UnitOfWork, message: Message) -> Card | None:
        """Queued, drawing, done: edited as it goes."""
        job = await uow.jobs.get(message.subject_id)
        if job is None:
            return None
        if job.order is None:
            return await draw_upload(uow, job, message, self.address)
        order, items = job.order, await uow.items.of_job(job.id)
        state = state_of(items)
        model = self.models.get(order.model)
        typical = max(self._usual(one.model) for one in order.rivals or (order,))
        hidden = is_blind(job, await read_review(uow, job.id))
        ended = [item.ended_at for item in items if item.ended_at]
        running = state in {"pending", "processing"}
        seconds = None if running or not ended else _seconds(job, max(ended))
        booked = cost_of(await uow.ledger.of_job(job.id))
        cost = "" if running else bill(booked, unpriced(items, order))
        lines = await self._status_lines(uow, job, order, items, typical)
        if job.kind == "compare":
            lines += [
                comparing.trouble(item, item.trouble, hidden=hidden)
                for item in items
                if item.trouble
            ]
            lines += [] if hidden else await tell_payers(uow, [order])
            facts = comparing.facts(order, cost, seconds, hidden=hidden)
        else:
            lines += await _told_of(uow, job, order, items, self.models)
            facts = words.facts(order, model.label if model else order.model, cost, seconds)
        done = sum(item.state in ENDED for item in items)
        return Card(
            key=message.id,
            title=words.title(_mood(job, items), order.prompt),
            lines=tuple(lines),
            facts=facts,
            pictures=self._partials(job, items),
            progress=(done, len(items)) if running else None,
            controls=_status_controls(job, items, running=running),
            colour="busy" if running else COLOURS[_mood(job, items)],
            topic=shorten(" ".join(order.prompt.split()), 90),
        )

    async def _status_lines(
        self, uow: UnitOfWork, job: Job, order: Order, items: list[Item], typical: float
    ) -> list[str]:
        state = state_of(items)
        made = sum(item.state == "completed" for item in items)
        left = sum(item.state not in ENDED for item in items)
        lines: list[str] = []
        if state == "pending" and job.moderation == "pending" and job.trouble:
            lines.append(words.moderation_waits(job.trouble))
        elif state == "pending":
            ahead = await uow.items.ahead_of(job)
            lines.append(words.queued(ahead, self._wait(order, ahead + left, typical)))
        elif state == "processing" and job.cancelled_at:
            lines.append(words.cancelling(left))
        elif state == "processing":
            wait = self._wait(order, left, typical)
            lines.append(words.working(made, left, wait))
        elif job.cancelled_at:
            lines.append(words.cancelled(made))
        elif made:
            lines.append(words.finished(made, len(items)))
        if job.moderation == "off":
            lines.append(words.NOT_MODERATED)
        return [*lines, *[sentence(one) for one in job.notices]]

    def _usual(self, model: str) -> float:
        return self.models[model].seconds if model in self.models else 30

    def _wait(self, order: Order, pictures: int, typical: float) -> float:
        """Seconds until the last of so many pictures, at the provider's pace."""
        per_minute = self.per_minute.get(order.provider, 0)
        return typical + (max(pictures - 1, 0) * 60 / per_minute if per_minute else 0)

    def _partials(self, job: Job, items: list[Item]) -> tuple[File, ...]:
        if job.place.surface not in self.surfaces_with_previews:
            return ()
        return tuple(
            File(item.partial_key, "preview.jpg", "image/jpeg", words.alt_text(item.prompt, "1"))
            for item in items
            if item.partial_key and item.state == "generating"
        )

    async def result(self, uow: UnitOfWork, message: Message) -> Card | None:
        """The pictures, numbered, with what was chosen and approved."""
        job = await uow.jobs.get(message.subject_id)
        review = await read_review(uow, message.subject_id)
        made = [item for item in review.items if item.state == "completed" and item.preview_key]
        if job is None or any(item.state not in ENDED for item in review.items):
            return None
        if not made and message.sent is None:
            return None
        hidden = is_blind(job, review)
        title = words.result_title(len(made), subject_of(job, review.items))
        if job.discarded_at:
            by = await _name(uow, job.discarded_by)
            restore = Button("restore", words.RESTORE)
            line = words.discarded(by)
            return Card(message.id, title, (line,), controls=(restore,), mention=message.person)
        return Card(
            key=message.id,
            title=title,
            lines=(
                *await self._unveiling(uow, job, review, made),
                *await _review_lines(uow, job, review),
                *await _post_lines(uow, job, made),
            ),
            pictures=tuple([await _picture(uow, job, item) for item in made]),
            controls=_result_controls(job, review, made, hidden=hidden),
            mention=message.person,
            colour="good" if review.approved else "neutral",
        )

    async def _unveiling(
        self, uow: UnitOfWork, job: Job, review: Review, made: list[Item]
    ) -> list[str]:
        """Of a comparison: how to choose, and after that who drew what."""
        if job.kind != "compare":
            return []
        if is_blind(job, review):
            return [comparing.blind(made)] if len(made) > 1 else []
        lines, ballot = [], ballot_of(review)
        for item in made:
            order = item.order or job.order
            if order:
                cost = cost_of(await uow.ledger.of_item(item.id))
                label = self.models[order.model].label if order.model in self.models else "?"
                told = bill(cost, order.price is None)
                lines.append(comparing.unveiled(item, label, told, won=ballot.won(item.number)))
        return [*lines, *(() if ballot.winner or len(made) < FEWEST else (comparing.UNDECIDED,))]

    async def originals(self, uow: UnitOfWork, message: Message) -> Card | None:
        """The full files as one archive, or as links where the chat takes no file so large."""
        job = await uow.jobs.get(message.subject_id)
        if job is None:
            return None
        items = await uow.items.of_job(job.id)
        title = words.originals_title(subject_of(job, items))
        if message.trouble is None:
            archive = File(f"originals:{job.id}", "originals.zip", "application/zip")
            return Card(message.id, title, files=(archive,), mention=message.person)
        links = []
        for item in items:
            image = await uow.images.get(item.image_id) if item.image_id else None
            if image:
                url = await self.blobs.url(image.storage_key, DAY, image.filename)
                links.append(Link(f"{item.number}. {image.filename}", url))
        return Card(
            message.id,
            title,
            (words.ORIGINALS_BY_LINK,),
            links=tuple(links),
            mention=message.person,
        )


async def _told_of(
    uow: UnitOfWork, job: Job, order: Order, items: list[Item], models: Mapping[str, Model]
) -> list[str]:
    """What else is to be known of an order's pictures."""
    lines = [words.legacy(order.legacy, order.model)] if order.legacy else []
    lines += await tell_payers(uow, [item.order or order for item in items])
    lines += taken_over(items, models)
    return [*lines, *await _troubles(uow, items), *await lost_words(uow, job.id)]


async def _picture(uow: UnitOfWork, job: Job, item: Item) -> File:
    """A finished picture, told by what it shows where anybody has said so, else by its prompt."""
    image = await uow.images.get(item.image_id) if item.image_id else None
    shown = image.alt_text if image and not image.plain_words else item.prompt
    name = name_of(job, item.number)
    alt = words.alt_text(shown or item.prompt, name)
    return File(item.preview_key or "", f"{name}.jpg", "image/jpeg", alt)


def _mood(job: Job, items: list[Item]) -> words.Mood:
    state = state_of(items)
    if job.cancelled_at is None:
        return state
    if state == "processing":
        return "cancelling"
    return "cancelled" if any(item.state == "cancelled" for item in items) else state


async def _troubles(uow: UnitOfWork, items: list[Item]) -> list[str]:
    """What happened to pictures, said once for all to which the same happened."""
    alike: dict[tuple[str, str, int | None], list[Item]] = {}
    for item in items:
        if item.trouble:
            price = await _open_price(uow, item) if item.state == "unknown" else None
            alike.setdefault((item.state, str(item.trouble), price), []).append(item)
    return [
        words.trouble([item.number for item in group], len(items), group[0], price)
        for (_, _, price), group in alike.items()
    ]


def _status_controls(job: Job, items: list[Item], *, running: bool) -> tuple[Control, ...]:
    if running:
        return () if job.cancelled_at else (Button("cancel", words.CANCEL, "❌"),)
    if any(item.state in {"unknown", "failed"} for item in items):
        return (Button("remake", words.REMAKE, "🔁", "primary"),)
    return ()


def _result_controls(
    job: Job, review: Review, made: list[Item], *, hidden: bool
) -> tuple[Control, ...]:
    """A menu for the numbers, then Approve · Publish · Again · More; files come only once."""
    if not made:
        return ()
    options = tuple(
        Option(str(item.number), words.picture(name_of(job, item.number))) for item in made
    )
    chosen = tuple(str(number) for number in sorted(review.chosen))
    several = job.kind != "compare"
    placeholder = words.CHOOSE if several else comparing.CHOOSE
    choose = Menu("choose", placeholder, options, chosen if several else chosen[:1], many=several)
    approve = Button("approve", words.APPROVE, "✅", "primary")
    extras = dict(words.MORE_OPTIONS)
    if hidden:
        del extras["originals"]  # their bytes say who made them
    if {item.number for item in review.selected} <= {item.number for item in review.approved}:
        approve = Button("withdraw", words.WITHDRAW, "✅")
    elif review.approved:
        extras["withdraw"] = words.WITHDRAW
    more = Menu("more", words.MORE, tuple(Option(*pair) for pair in extras.items()))
    publish, again = Button("publish", words.PUBLISH, "📤"), Button("again", words.AGAIN, "🔁")
    first = (choose,) if len(made) > 1 else ()
    return (*first, approve, publish, *((again,) if job.order else ()), more)


async def _review_lines(uow: UnitOfWork, job: Job, review: Review) -> list[str]:
    lines = []
    selected = [name_of(job, item.number) for item in review.selected]
    by_approver: dict[str, list[str]] = {}
    for item in review.approved:
        by_approver.setdefault(item.approved_by or "", []).append(name_of(job, item.number))
    for approver, approved in by_approver.items():
        lines.append(words.approved(approved, await _name(uow, approver)))
    if selected and not set(selected) <= {name_of(job, one.number) for one in review.approved}:
        choosers = dict.fromkeys(one for by in review.chosen.values() for one in by)
        names = ", ".join([await _name(uow, one) for one in choosers])
        lines.append(words.will_approve(selected, names, not review.chosen))
    if review.favourites:
        lines.append(words.favourite([await _name(uow, one) for one in review.favourites]))
    return lines


async def _post_lines(uow: UnitOfWork, job: Job, made: list[Item]) -> list[str]:
    """What became of pictures that were made for a post."""
    post, standing = await standing_of(uow, job, made)
    if post is None or not standing:
        return []
    return [posts.joined(post.title) if standing == "joined" else posts.left(post.title)]


async def _open_price(uow: UnitOfWork, item: Item) -> int | None:
    attempts: list[Attempt] = await uow.attempts.of_item(item.id)
    return attempts[-1].cost if attempts else None


async def _name(uow: UnitOfWork, member_id: str | None) -> str:
    member = await uow.members.get(member_id) if member_id else None
    return member.name if member else "?"


def _seconds(job: Job, until: datetime) -> float:
    return max((until - job.created_at).total_seconds(), 0)
