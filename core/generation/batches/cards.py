"""The cards of a batch: its one status card, and the contact sheets of its pictures.

Everything is drawn from the rows. It must not know how a chat renders it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.business.keys import usable
from core.business.ledger import Entry, cost_of, spent_of
from core.chat import Button, Card, Control, File, Link, Menu, Option
from core.generation.batches.batch import Batch, Summary
from core.generation.batches.drafts import IN_MENU, draw_drafts
from core.generation.batches.feeding import seconds_for, seen_pace
from core.generation.batches.numbering import ON_A_SHEET
from core.generation.batches.replacing import replacements
from core.generation.jobs import ENDED, Item, Job, unpriced
from core.generation.offering import offered
from core.generation.orders import Order
from core.generation.payers import tell_keys, tell_payers
from core.generation.prices import Catalogue, Model
from core.generation.prompts import STYLES
from core.library.prints import name_numbered
from core.messages import Message
from core.review.reviewing import read_review
from core.storing import UnitOfWork
from core.wording import batches as words
from core.wording.errors import sentence
from core.wording.failover import taken_over
from core.wording.forms import model_option
from core.wording.money import bill
from core.wording.orders import NOT_MODERATED

TABLE: Final = (20, 50, 100)
"""For so many pictures the price is shown by quality."""


@dataclass(frozen=True)
class BatchCards:
    """Draws the cards of batches. `models` are the desk's own, the default first; `per_minute` is
    how many pictures a provider makes, absent where it is not paced. The desk's page is at
    `address`.
    """

    catalogue: Catalogue
    models: Mapping[str, Model]
    per_minute: Mapping[str, int]
    address: str

    async def status(self, uow: UnitOfWork, message: Message) -> Card | None:
        """Reading, planned, generating, complete: one card, edited as it goes."""
        job = await uow.jobs.get(message.subject_id)
        batch = await uow.batches.get(message.subject_id)
        if job is None or batch is None:
            return None
        if job.started_at:
            return await self._going(uow, job, batch, message)
        summary = batch.summary
        if batch.state in {"planned", "starting"} and summary:
            return await self._planned(uow, job, batch, summary, message)
        return Card(
            key=message.id,
            title=words.TITLES[batch.state],
            lines=tuple(words.reading(batch)),
            links=(self._page(batch.id),),
            colour="bad" if batch.state == "refused" else "busy",
            mention=message.person if batch.state == "refused" else None,
            topic=words.TOPIC,
        )

    async def _planned(
        self, uow: UnitOfWork, job: Job, batch: Batch, summary: Summary, message: Message
    ) -> Card:
        keys = await usable(uow, job.business_id, job.owner_id)
        paying = [keys[provider] for provider in summary.providers if provider in keys]
        models = offered(self.catalogue, self.models, keys)
        model = models.get(batch.options.get("model", "")) or next(iter(models.values()))
        waits = batch.state == "planned"
        return Card(
            key=message.id,
            title=words.planned_title(summary),
            lines=(*words.plan(summary, batch.trouble), *await tell_keys(uow, paying)),
            facts=(words.common(model, batch.options), *words.price_table(model, TABLE)),
            links=(self._page(batch.id),),
            controls=_choices(batch, summary, model, models) if waits else (),
            mention=message.person,
            topic=words.TOPIC,
        )

    def _page(self, job_id: str) -> Link:
        return Link(words.ON_PAGE, f"{self.address}/batches/{job_id}")

    async def _going(self, uow: UnitOfWork, job: Job, batch: Batch, message: Message) -> Card:
        items = await uow.items.of_job(job.id)
        states: Counter[str] = Counter(item.state for item in items)
        running = any(item.state not in ENDED for item in items)
        still = running and job.paused_at
        done = sum(states[state] for state in ENDED)
        lines = (
            [words.progress(states, None if still else self._left(items, uow.now))]
            if running
            else [words.outcome(states)]
        )
        others = await self._replacements(uow, job, items)
        if job.paused_at and job.trouble:
            lines.append(words.paused(job.trouble, replaceable=bool(others)))
        lines += [NOT_MODERATED] if job.moderation == "off" else []
        lines += await tell_payers(uow, [item.order for item in items if item.order])
        lines += words.troubles(items) + taken_over(items, self.catalogue.models)
        lines += [sentence(one) for one in job.notices]
        chosen: Sequence[Item] = ()
        if not running:
            chosen = (await read_review(uow, job.id)).selected
            lines.append(words.kept(len(chosen), states["completed"]))
        drafts = await draw_drafts(uow, batch, items)
        undrafted = any(item.image_id not in drafts.images for item in chosen)
        return Card(
            key=message.id,
            title=words.going_title(job, states, running=running),
            lines=(*lines, *drafts.lines),
            facts=_spend(items, await uow.ledger.of_job(job.id), running=running),
            progress=(done, len(items)) if running else None,
            links=(self._page(job.id), *drafts.links),
            controls=(
                *(others if still else drafts.controls),
                *_controls(job, states, running=running, undrafted=undrafted),
            ),
            colour="busy" if running else "good" if states["completed"] else "bad",
            topic=words.TOPIC,
        )

    async def _replacements(
        self, uow: UnitOfWork, job: Job, items: list[Item]
    ) -> tuple[Control, ...]:
        """A menu of what can make the rest where the model of a batch went away."""
        if not job.paused_at:
            return ()
        keys = await usable(uow, job.business_id, job.owner_id)
        models = offered(self.catalogue, self.models, keys)
        options = tuple(
            Option(name, words.instead(models[name], [one.price for one in orders]))
            for name, orders in replacements(job, items, models).items()
        )
        return (Menu("instead", words.INSTEAD, options[:IN_MENU]),) if options else ()

    def _left(self, items: list[Item], now: datetime) -> float:
        """Seconds until the last picture, as they come by now; until that can be told, at the
        slowest provider's pace. Where it lets nobody in, from when it does.
        """
        left = [item.order for item in items if item.state not in ENDED and item.order]
        pace = seen_pace(items)
        longest = len(left) * 60 / pace if pace else self._expected(left)
        if any(item.state == "generating" for item in items):
            return longest
        sent_away = [item.wake_at for item in items if item.trouble and item.wake_at]
        return longest + max((min(sent_away, default=now) - now).total_seconds(), 0)

    def _expected(self, orders: list[Order]) -> float:
        """Seconds for these, by the catalogue's usual times and the paces that are set."""
        longest, known = 0.0, self.catalogue.models
        for provider, number in Counter(order.provider for order in orders).items():
            usual = max(
                (known[order.model].seconds for order in orders if order.model in known),
                default=30.0,
            )
            per_minute = self.per_minute.get(provider, 0)
            longest = max(longest, seconds_for(number, usual, per_minute))
        return longest

    async def lot(self, uow: UnitOfWork, message: Message) -> Card | None:  # noqa: ARG002  # every drawer is called alike
        """The whole batch as a table to download."""
        table = File(f"lot:{message.subject_id}", "batch.csv", "text/csv")
        return Card(message.id, words.LOT_TITLE, files=(table,), mention=message.person)

    async def sheet(self, uow: UnitOfWork, message: Message) -> Card | None:
        """Ten numbered pictures as one; those that are not made yet are empty tiles."""
        job = await uow.jobs.get(message.subject_id)
        review = await read_review(uow, message.subject_id)
        first = message.part * ON_A_SHEET
        items = review.items[first : first + ON_A_SHEET]
        if job is None or not any(item.image_id for item in items):
            return None
        made = [item for item in items if item.image_id]
        chosen = [item.number for item in made if item in review.selected]
        picks = tuple(
            Option(str(item.number), words.picture(item.number, item.prompt)) for item in made
        )
        marked = tuple(str(number) for number in chosen) if review.chosen else ()
        return Card(
            key=message.id,
            title=words.numbered(items[0].number, items[-1].number),
            lines=tuple(
                words.sheet(chosen, made, chosen_at_all=bool(review.chosen or review.dropped))
            ),
            pictures=(_sheet(job, items),),
            controls=(Menu("choose-here", words.CHOOSE, picks, marked, many=True),),
        )


def _choices(
    batch: Batch, summary: Summary, model: Model, models: Mapping[str, Model]
) -> tuple[Control, ...]:
    """Menus for what holds for the whole list, then what to do with it."""
    given = batch.options

    def menu(name: str, values: tuple[str, ...], chosen: str) -> Menu:
        options = tuple(Option(value, words.option(name, value)) for value in values[:25])
        return Menu(name, words.MENUS[name], options, (chosen,))

    offered = tuple(Option(name, model_option(one)) for name, one in models.items())[:25]
    menus: list[Control] = [
        Menu("model", words.MENUS["model"], offered, (model.name,)),
        menu("quality", model.qualities, given.get("quality") or model.qualities[0]),
        menu("size", model.sizes, given.get("size") or model.sizes[0]),
        menu("style", ("none", *STYLES), given.get("style") or "none"),
    ]
    buttons: list[Control] = []
    if summary.pictures:
        buttons.append(Button("begin", words.START, "▶️", "primary"))
    if summary.held:
        buttons.append(Button("reuse", words.reuse(summary)))
    return (*menus, *buttons, Button("leave", words.LEAVE, style="danger"))


def _spend(items: list[Item], booked: list[Entry], *, running: bool) -> tuple[tuple[str, str], ...]:
    ids = {entry.item_id for entry in booked}
    bought = [item for item in items if item.id in ids]  # what the library held was not
    prices = [item.order.price for item in bought if item.order]
    cost = spent_of(booked) if running else cost_of(booked)
    estimate = sum(price or 0 for price in prices)
    return words.spend(
        bill(cost, unpriced(bought)), bill(estimate, prices.count(None)), running=running
    )


def _sheet(job: Job, items: list[Item]) -> File:
    alt = words.sheet_alt([item for item in items if item.image_id])
    return name_numbered(job.business_id, {item.number: item.image_id for item in items}, alt)


def _controls(
    job: Job, states: Mapping[str, int], *, running: bool, undrafted: bool
) -> tuple[Control, ...]:
    choose = (Button("choose-all", words.CHOOSE_ALL, "☑️"),) if states["completed"] else ()
    if running and job.paused_at:
        return (
            Button("resume", words.RESUME, style="primary"),
            Button("cancel", words.CANCEL, "❌", "danger"),
            *choose,
        )
    if running:
        return (*(() if job.cancelled_at else (Button("cancel", words.CANCEL, "❌"),)), *choose)
    controls: list[Control] = [*choose]
    if undrafted:
        controls.append(Button("create", words.CREATE, style="primary"))
    if states["failed"] or states["unknown"]:
        controls.append(Button("remake", words.RETRY, "🔁"))
    return (*controls, Button("lot", words.LOT))
