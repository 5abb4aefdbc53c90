"""Tasks: what a worker does when it is woken, by the name that wakes it.

Owns how the rooms' steps are joined into tasks. It must not know any leaf: `bot.wiring` has made
what they work with.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.backlog import Resuming
from bot.brought import Trying
from bot.wiring import Running
from core.business.accounts import DISCONNECTED, Account, seal_context
from core.chat import Card
from core.errors import ActionNeeded, DeskError
from core.generation.batches.news import draw_news
from core.generation.batches.preparing import Orderable, Preparing
from core.generation.cards import JobCards
from core.generation.failover import Failover
from core.generation.making import Making
from core.generation.starting import Starting
from core.generation.storing import Storing
from core.library.ingesting import Ingesting
from core.library.removal import Removing
from core.messages import Message, Subject
from core.publishing.cards import PostCards
from core.publishing.publishing import Publishing
from core.review.cards import draw_question
from core.review.catching import Catching
from core.showing import Draw, Showing
from core.storing import UnitOfWork

Task = Callable[[str], Awaitable[None]]


def make_tasks(joined: Running) -> dict[str, Task]:
    """What a worker is woken for, each awaited with a row's id."""
    database, desk, surfaces = joined.database, joined.desk, joined.surfaces
    catching = Catching(database, surfaces, desk.door)
    orderable = Orderable(desk.catalogue, desk.models, desk.blocked_words)
    preparing = Preparing(
        database, surfaces, orderable, joined.reviewers, joined.brought, joined.limits
    )

    async def catch_up(message_id: str) -> None:
        with suppress(DeskError):  # read again at the next connect, or when the card is touched
            await catching.catch_up(message_id)

    return {
        "start": Starting(database, joined.reviewers).start,
        "prepare": preparing.prepare,
        "make": _make(joined),
        "show": Showing(database, surfaces, _drawers(joined), joined.load, joined.reach).show,
        "publish": _publish(joined, catching),
        "remove": Removing(database, joined.blobs, joined.reach).remove,
        "caption": joined.captioning.caption,
        "catch_up": catch_up,
        "handle": Resuming(database, joined.inbox.handle, surfaces).resume,
        "try_key": Trying(database, joined.vault, joined.settings, surfaces).try_key,
    }


def _make(joined: Running) -> Task:
    """An item is made by a provider, or taken in where it is a file that somebody brought."""
    database, blobs, reach = joined.database, joined.blobs, joined.reach
    making = Making(
        database,
        joined.brought,
        Storing(database, blobs, joined.reviewers, joined.captioning, reach),
        joined.reviewers,
        joined.limits,
        Failover(database, joined.stand_ins),
        reach,
    )
    ingesting = Ingesting(database, joined.surfaces, joined.intake, blobs, reach)

    async def make(item_id: str) -> None:
        async with database.read() as uow:
            item = await uow.items.get(item_id)
        if item and item.attachment:
            await ingesting.ingest(item_id)
        else:
            await making.make(item_id)

    return make


def _drawers(joined: Running) -> dict[Subject, Draw]:
    """Who draws the cards of each subject."""
    desk, batches = joined.desk, joined.batch_cards
    jobs = JobCards(
        desk.catalogue.models,
        batches.per_minute,
        joined.blobs,
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


def _publish(joined: Running, catching: Catching) -> Task:
    """What was said of a post last is heard before it goes out."""

    def open_secret(account: Account) -> str:
        if account.trouble == DISCONNECTED:
            raise ActionNeeded("account_disconnected")
        if not account.sealed:
            return ""
        return joined.vault.open(account.sealed, seal_context(account))

    publishing = Publishing(
        joined.database, joined.networks, joined.blobs, open_secret, joined.reach
    )

    async def publish(target_id: str) -> None:
        with suppress(DeskError):  # a chat that does not answer must not keep an approved post
            await catching.before_publishing(target_id)
        await publishing.publish(target_id)

    return publish
