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
from core.generation.making import Making
from core.generation.offers import Offer
from core.generation.prices import Model
from core.generation.starting import Starting
from core.generation.storing import Storing
from core.library.captioning import Captioning
from core.library.ingesting import Ingesting
from core.library.intake import Intake
from core.library.removal import Removing
from core.messages import Message, Subject
from core.ports import BlobStore, ChatSurface, Load, Reach, Reviewers, SocialNetwork
from core.publishing.cards import PostCards
from core.publishing.publishing import Publishing
from core.review.cards import draw_question
from core.review.catching import Catching
from core.showing import Draw, Showing
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
    database, desk, surfaces = parts.database, parts.desk, parts.surfaces
    catching = Catching(database, surfaces, desk.door)
    resuming = Resuming(database, DeskInbox(database, desk, parts.load).handle, surfaces)
    orderable = Orderable(desk.catalogue, desk.models, desk.blocked_words)
    preparing = Preparing(
        database, surfaces, orderable, parts.reviewers, parts.brought, parts.limits
    )

    async def catch_up(message_id: str) -> None:
        with suppress(DeskError):  # read again at the next connect, or when the card is touched
            await catching.catch_up(message_id)

    return {
        "start": Starting(database, parts.reviewers).start,
        "prepare": preparing.prepare,
        "make": _make(parts, reach),
        "show": Showing(database, surfaces, _drawers(parts), parts.load, reach).show,
        "publish": _publish(parts, catching, reach),
        "remove": Removing(database, parts.blobs, reach).remove,
        "caption": parts.captioning.caption,
        "catch_up": catch_up,
        "handle": resuming.resume,
        "try_key": parts.trying.try_key,
    }


def _make(parts: Parts, reach: Reach) -> Task:
    """An item is made by a provider, or taken in where it is a file that somebody brought."""
    making = Making(
        parts.database,
        parts.brought,
        Storing(parts.database, parts.blobs, parts.reviewers, parts.captioning, reach),
        parts.reviewers,
        parts.limits,
        Failover(parts.database, parts.stand_ins),
        reach,
    )
    ingesting = Ingesting(parts.database, parts.surfaces, parts.intake, parts.blobs, reach)

    async def make(item_id: str) -> None:
        async with parts.database.read() as uow:
            item = await uow.items.get(item_id)
        if item and item.attachment:
            await ingesting.ingest(item_id)
        else:
            await making.make(item_id)

    return make


def _drawers(parts: Parts) -> dict[Subject, Draw]:
    """Who draws the cards of each subject."""
    desk, batches = parts.desk, parts.batch_cards
    jobs = JobCards(
        desk.catalogue.models,
        batches.per_minute,
        parts.blobs,
        desk.with_previews,
        desk.address,
    )
    posts = PostCards(desk.networks, desk.grace)

    async def status(uow: UnitOfWork, message: Message) -> Card | None:
        """A batch's status card shows other things than that of one order."""
        job = await uow.jobs.get(message.subject_id)
        batch = job is not None and job.kind == "batch"
        return await (batches if batch else jobs).status(uow, message)

    return {
        "status": status,
        "sheet": batches.sheet,
        "news": draw_news,
        "lot": batches.lot,
        "result": jobs.result,
        "originals": jobs.originals,
        "post": posts.post,
        "outcome": posts.outcome,
        "question": draw_question,
    }


def _publish(parts: Parts, catching: Catching, reach: Reach) -> Task:
    """What was said of a post last is heard before it goes out."""

    def open_secret(account: Account) -> str:
        if account.trouble == DISCONNECTED:
            raise ActionNeeded("account_disconnected")
        if not account.sealed:
            return ""
        return parts.vault.open(account.sealed, seal_context(account))

    publishing = Publishing(parts.database, parts.networks, parts.blobs, open_secret, reach)

    async def publish(target_id: str) -> None:
        with suppress(DeskError):  # a chat that does not answer must not keep an approved post
            await catching.before_publishing(target_id)
        await publishing.publish(target_id)

    return publish
