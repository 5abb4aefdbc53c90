"""Tasks: what a worker does when it is woken, by the name that wakes it.

Owns how the rooms' steps are joined into tasks. It must not know any leaf: `bot.wiring` makes the
parts.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.backlog import Resuming
from bot.brought import Brought, Trying
from bot.desk import Desk
from bot.inbox import DeskInbox
from core.business.accounts import DISCONNECTED, Account, seal_context
from core.chat import Card
from core.errors import ActionNeeded, DeskError
from core.generation.batches.cards import BatchCards
from core.generation.batches.news import draw_news
from core.generation.batches.preparing import Orderable, Preparing
from core.generation.cards import JobCards
from core.generation.failover import Failover
from core.generation.making import Making, Offer
from core.generation.prices import Model
from core.generation.starting import Starting
from core.generation.storing import Storing
from core.library.captioning import Captioning
from core.library.ingesting import Ingesting
from core.library.intake import Intake
from core.library.removal import Removing
from core.messages import Message
from core.ports import BlobStore, ChatSurface, Load, Reach, Reviewers, SocialNetwork
from core.publishing.cards import PostCards
from core.publishing.publishing import Publishing
from core.review.cards import draw_question
from core.review.catching import Catching
from core.showing import Showing
from core.storing import UnitOfWork
from storage.database import Database
from storage.limits import RedisLimits
from storage.secrets import Vault

Task = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Parts:
    """What the tasks are made of."""

    database: Database
    blobs: BlobStore
    vault: Vault
    networks: Mapping[str, SocialNetwork]
    surfaces: Mapping[str, ChatSurface]
    load: Load
    desk: Desk
    offers: Mapping[str, Offer]
    reviewers: Reviewers
    limits: RedisLimits
    intake: Intake
    captioning: Captioning
    stand_ins: Mapping[str, Model]
    batch_cards: BatchCards
    brought: Brought
    trying: Trying


def make_tasks(parts: Parts, reach: Reach) -> dict[str, Task]:
    """What a worker is woken for, each awaited with a row's id; `reach` is told every step."""
    database, blobs, desk = parts.database, parts.blobs, parts.desk
    previews = {name: one.pace.shows_previews for name, one in parts.surfaces.items()}
    storing = Storing(database, blobs, parts.reviewers, parts.captioning, reach)
    failover = Failover(database, parts.stand_ins)
    making = Making(
        database,
        parts.brought,
        storing,
        parts.reviewers,
        parts.limits,
        failover,
        previews,
        reach,
    )
    with_previews = frozenset(name for name, shown in previews.items() if shown)
    per_minute = parts.batch_cards.per_minute
    job_cards = JobCards(desk.catalogue.models, per_minute, blobs, with_previews, desk.address)
    post_cards = PostCards(desk.networks, desk.grace)

    async def status(uow: UnitOfWork, message: Message) -> Card | None:
        """A batch's status card shows other things than that of one order."""
        job = await uow.jobs.get(message.subject_id)
        batch = job is not None and job.kind == "batch"
        return await (parts.batch_cards if batch else job_cards).status(uow, message)

    showing = Showing(
        database,
        parts.surfaces,
        {
            "status": status,
            "sheet": parts.batch_cards.sheet,
            "news": draw_news,
            "lot": parts.batch_cards.lot,
            "result": job_cards.result,
            "originals": job_cards.originals,
            "post": post_cards.post,
            "outcome": post_cards.outcome,
            "question": draw_question,
        },
        parts.load,
        reach,
    )

    def open_secret(account: Account) -> str:
        if account.trouble == DISCONNECTED:
            raise ActionNeeded("account_disconnected")
        if not account.sealed:
            return ""
        return parts.vault.open(account.sealed, seal_context(account))

    publishing = Publishing(database, parts.networks, blobs, open_secret, reach)
    catching = Catching(database, parts.surfaces, desk.door)
    resuming = Resuming(database, DeskInbox(database, desk, parts.load).handle, parts.surfaces)
    ingesting = Ingesting(database, parts.surfaces, parts.intake, blobs, reach)
    orderable = Orderable(desk.catalogue, desk.models, desk.blocked_words, per_minute)
    preparing = Preparing(database, parts.surfaces, orderable, parts.reviewers)

    async def make(item_id: str) -> None:
        """An item is made by a provider, or taken in where it is a file that somebody brought."""
        async with database.read() as uow:
            item = await uow.items.get(item_id)
        if item and item.attachment:
            await ingesting.ingest(item_id)
        else:
            await making.make(item_id)

    async def catch_up(message_id: str) -> None:
        with suppress(DeskError):  # read again at the next connect, or when the card is touched
            await catching.catch_up(message_id)

    async def publish(target_id: str) -> None:
        with suppress(DeskError):  # a chat that does not answer must not keep an approved post
            await catching.before_publishing(target_id)
        await publishing.publish(target_id)

    return {
        "start": Starting(database, parts.reviewers).start,
        "prepare": preparing.prepare,
        "make": make,
        "show": showing.show,
        "publish": publish,
        "remove": Removing(database, blobs, reach).remove,
        "caption": parts.captioning.caption,
        "catch_up": catch_up,
        "handle": resuming.resume,
        "try_key": parts.trying.try_key,
    }
