"""The composition root: the registries, and `running(settings)`, which joins everything.

Only this module imports the leaves (networks, stores, surfaces), and `bot.offers` the providers. To
add one, add its line to the registry here; its recipe stands in its package's docstring.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.backlog import Resuming
from bot.brought import Brought, Trying
from bot.commands import command_table
from bot.desk import Desk
from bot.inbox import DeskInbox
from bot.loading import make_load
from bot.offers import make_captioner, make_catalogue, make_moderator, make_offers
from bot.surfaces.web.surface import Page
from core.business.accounts import DISCONNECTED, Account, seal_context
from core.business.admission import Door
from core.chat import Card, CommandSpec
from core.clock import Clock, SystemClock
from core.errors import ActionNeeded, DeskError
from core.generation.batches.cards import BatchCards
from core.generation.batches.preparing import Orderable, Preparing
from core.generation.cards import JobCards
from core.generation.failover import Failover, stand_ins
from core.generation.making import Making, Offer
from core.generation.prices import Catalogue, Model
from core.generation.starting import Starting
from core.generation.storing import Storing
from core.library.bringing import Bringing
from core.library.captioning import Captioning
from core.library.examination import Examiner
from core.library.ingesting import Ingesting
from core.library.intake import Intake
from core.library.removal import Removing
from core.messages import Message
from core.ports import BlobStore, ChatSurface, Fetcher, Load, Moderator, Queue, Reach, SocialNetwork
from core.publishing.cards import PostCards
from core.publishing.networks.facebook import Facebook
from core.publishing.networks.instagram import Instagram
from core.publishing.networks.meta import Graph
from core.publishing.networks.site import Site
from core.publishing.posting import NetworkFacts
from core.publishing.publishing import Publishing
from core.review.cards import draw_question
from core.review.catching import Catching
from core.settings import Settings, StoreName
from core.showing import Showing
from core.steps import pass_by
from core.storing import UnitOfWork
from core.wording.money import MILLION
from storage.blobs.cloudinary import CloudinaryBlobs
from storage.blobs.local import LocalBlobs
from storage.blobs.s3 import S3Blobs
from storage.database import Database, open_engine
from storage.fetching import WebFetcher
from storage.limits import RedisLimits
from storage.migrations import migrate
from storage.queue import ArqQueue
from storage.secrets import KEY_FILE, Vault, read_or_make_key

Task = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Running:
    """Everything joined: what a process of any role needs."""

    settings: Settings
    redis_url: str
    engine: AsyncEngine
    database: Database
    queue: Queue
    vault: Vault
    blobs: BlobStore
    networks: Mapping[str, SocialNetwork]
    surfaces: Mapping[str, ChatSurface]
    page: Page
    load: Load
    desk: Desk
    inbox: DeskInbox
    tasks: Mapping[str, Task]
    clock: Clock
    limits: RedisLimits
    intake: Intake
    bringing: Bringing
    batch_cards: BatchCards


def make_surfaces(
    settings: Settings, commands: tuple[CommandSpec, ...], page: Page
) -> dict[str, ChatSurface]:
    """The chats that are set up; the page always is."""
    surfaces: dict[str, ChatSurface] = {page.name: page}
    if settings.slack_bot_token.get_secret_value():
        from bot.surfaces.slack import Slack

        surfaces["slack"] = Slack(settings, commands)
    if settings.discord_token.get_secret_value():
        from bot.surfaces.discord import Discord

        surfaces["discord"] = Discord(settings, commands)
    return surfaces


def make_vault(settings: Settings) -> Vault:
    """What seals secrets and signs links, with the configured key or the data folder's own."""
    olds = tuple(one.strip() for one in settings.secret_key_old.get_secret_value().split(","))
    if not (key := settings.secret_key.get_secret_value()):
        return Vault(read_or_make_key(settings.data_dir), olds)
    if (settings.data_dir / KEY_FILE).exists():  # the folder's own, from before SECRET_KEY was set
        olds = (*olds, read_or_make_key(settings.data_dir))
    return Vault(key, olds)


def make_blobs(
    settings: Settings, vault: Vault, clock: Clock, name: StoreName | None = None
) -> BlobStore:
    """The store of that name, by default the configured one. Raises ActionNeeded("settings_wrong")
    where its settings are missing.
    """
    name = name or settings.storage_provider
    if name == "s3":
        return S3Blobs(settings)
    if name == "cloudinary":
        return CloudinaryBlobs(settings, clock)
    return LocalBlobs(settings.data_dir / "blobs", vault, lambda: settings.address, clock)


async def close(part: object) -> None:
    """Let go of what a part holds open, if it is one that holds anything."""
    if isinstance(part, _Closable):
        await part.aclose()


def make_networks(settings: Settings, graph: Graph) -> dict[str, SocialNetwork]:
    """All networks, by name."""
    networks: list[SocialNetwork] = [
        Site(settings.address),
        Facebook(graph),
        Instagram(graph),
    ]
    return {network.name: network for network in networks}


@asynccontextmanager
async def running(
    settings: Settings,
    redis_url: str,
    *,
    reach: Reach = pass_by,
    clock: Clock | None = None,
    fetcher: Fetcher | None = None,
) -> AsyncIterator[Running]:
    """Join everything for one process and take it apart at the end; migrates the database.

    `reach` is told every step of `core.steps.STEPS`; `fetcher` stands in for one that reaches the
    public internet only. Raises ActionNeeded for what an operator must change.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        require_folder(settings.data_dir)
        vault = make_vault(settings)
        engine = open_engine(settings)
        stack.push_async_callback(engine.dispose)
        await migrate(engine)
        queue = ArqQueue(redis_url)
        stack.push_async_callback(queue.aclose)
        database = Database(engine, queue, clock)
        blobs = make_blobs(settings, vault, clock)
        graph = Graph(settings.meta_graph_url)
        stack.push_async_callback(graph.aclose)
        networks = make_networks(settings, graph)
        catalogue = make_catalogue(settings)
        offers = make_offers(settings, catalogue)
        moderator = make_moderator(settings)
        limits = RedisLimits(redis_url)
        stack.push_async_callback(limits.aclose)
        brought = Brought(database, vault, settings, catalogue, offers)
        desk = _make_desk(
            settings, catalogue, offers, networks, vault, moderated=moderator is not None
        )
        page = Page(database, blobs)
        load = make_load(database, blobs)
        surfaces = make_surfaces(settings, desk.commands, page)
        providers = [offer.provider for offer in offers.values()]
        captioner = make_captioner(settings, catalogue)
        captioning = Captioning(database, blobs, captioner, reach)
        for part in (*providers, brought, moderator, captioner, blobs, *surfaces.values()):
            stack.push_async_callback(close, part)
        examiner = await stack.enter_async_context(Examiner())
        intake = Intake(database, blobs, captioning, examiner)
        bringing = Bringing(database, blobs, fetcher or WebFetcher(), intake, settings.address)
        per_minute = {name: offer.per_minute for name, offer in offers.items()}
        batch_cards = BatchCards(desk.models, per_minute, desk.address)
        tasks = _make_tasks(
            _Joined(
                database,
                blobs,
                vault,
                networks,
                surfaces,
                load,
                desk,
                offers,
                moderator,
                limits,
                intake,
                captioning,
                stand_ins(settings.stand_ins, catalogue, desk.models),
                batch_cards,
                brought,
                Trying(database, vault, settings, surfaces),
            ),
            reach,
        )
        yield Running(
            settings,
            redis_url,
            engine,
            database,
            queue,
            vault,
            blobs,
            networks,
            surfaces,
            page,
            load,
            desk,
            DeskInbox(database, desk, load),
            tasks,
            clock,
            limits,
            intake,
            bringing,
            batch_cards,
        )


@runtime_checkable
class _Closable(Protocol):
    """A leaf that holds connections open."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True)
class _Joined:
    database: Database
    blobs: BlobStore
    vault: Vault
    networks: Mapping[str, SocialNetwork]
    surfaces: Mapping[str, ChatSurface]
    load: Load
    desk: Desk
    offers: Mapping[str, Offer]
    moderator: Moderator | None
    limits: RedisLimits
    intake: Intake
    captioning: Captioning
    stand_ins: Mapping[str, Model]
    batch_cards: BatchCards
    brought: Brought
    trying: Trying


def _make_desk(
    settings: Settings,
    catalogue: Catalogue,
    offers: Mapping[str, Offer],
    networks: Mapping[str, SocialNetwork],
    vault: Vault,
    *,
    moderated: bool,
) -> Desk:
    models: dict[str, Model] = {}
    for offer in offers.values():
        models.update(offer.provider.models)
    door = Door(settings.teams, round(settings.daily_budget * MILLION))
    return Desk(
        address=settings.address,
        door=door,
        catalogue=catalogue,
        models=models,
        networks={
            name: NetworkFacts(network.title, network.rules) for name, network in networks.items()
        },
        commands=command_table(models),
        moderated=moderated,
        orders_per_minute=settings.orders_per_minute,
        blocked_words=settings.blocked_words,
        grace=settings.publish_grace_seconds,
        seal=vault.seal,
        bulk_for_all=settings.bulk_for_all,
    )


def _make_tasks(joined: _Joined, reach: Reach) -> dict[str, Task]:
    database, blobs, desk = joined.database, joined.blobs, joined.desk
    previews = {name: one.pace.shows_previews for name, one in joined.surfaces.items()}
    storing = Storing(database, blobs, joined.moderator, joined.captioning, reach)
    failover = Failover(database, joined.stand_ins)
    making = Making(
        database,
        joined.brought,
        storing,
        joined.moderator,
        joined.limits,
        failover,
        previews,
        reach,
    )
    with_previews = frozenset(name for name, shown in previews.items() if shown)
    per_minute = {name: offer.per_minute for name, offer in joined.offers.items()}
    job_cards = JobCards(desk.catalogue.models, per_minute, blobs, with_previews, desk.address)
    post_cards = PostCards(desk.networks, desk.grace)

    async def status(uow: UnitOfWork, message: Message) -> Card | None:
        """A batch's status card shows other things than that of one order."""
        job = await uow.jobs.get(message.subject_id)
        batch = job is not None and job.kind == "batch"
        return await (joined.batch_cards if batch else job_cards).status(uow, message)

    showing = Showing(
        database,
        joined.surfaces,
        {
            "status": status,
            "sheet": joined.batch_cards.sheet,
            "lot": joined.batch_cards.lot,
            "result": job_cards.result,
            "originals": job_cards.originals,
            "post": post_cards.post,
            "outcome": post_cards.outcome,
            "question": draw_question,
        },
        joined.load,
        reach,
    )

    def open_secret(account: Account) -> str:
        if account.trouble == DISCONNECTED:
            raise ActionNeeded("account_disconnected")
        if not account.sealed:
            return ""
        return joined.vault.open(account.sealed, seal_context(account))

    publishing = Publishing(database, joined.networks, blobs, open_secret, reach)
    catching = Catching(database, joined.surfaces, desk.door)
    resuming = Resuming(database, DeskInbox(database, desk, joined.load).handle, joined.surfaces)
    ingesting = Ingesting(database, joined.surfaces, joined.intake, blobs, reach)
    orderable = Orderable(
        desk.catalogue, desk.models, desk.blocked_words, per_minute, desk.moderated
    )
    preparing = Preparing(database, joined.surfaces, orderable)

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
        "start": Starting(database, joined.moderator).start,
        "prepare": preparing.prepare,
        "make": make,
        "show": showing.show,
        "publish": publish,
        "remove": Removing(database, blobs, reach).remove,
        "caption": joined.captioning.caption,
        "catch_up": catch_up,
        "handle": resuming.resume,
        "try_key": joined.trying.try_key,
    }


def require_folder(folder: Path) -> None:
    """Make the data folder if it is absent. Raises ActionNeeded("data_dir_not_writable")."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ActionNeeded("data_dir_not_writable", path=str(folder)) from error
