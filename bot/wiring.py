"""The composition root: the registries, and `running(settings)`, which joins everything.

Networks, stores and surfaces are chosen here alone, providers in `bot.offers`. To add one, add its
line to the registry here; its recipe stands in its package's docstring. It must not know what a
part does.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

from bot.brought import Brought
from bot.closing import close
from bot.commands import command_table
from bot.desk import Desk
from bot.inbox import DeskInbox
from bot.loading import make_load
from bot.offers import (
    make_captioner,
    make_catalogue,
    make_moderator,
    make_offers,
    make_paces,
    own_models,
    reachable,
)
from bot.reviewers import Reviewers
from bot.surfaces.web.surface import Page
from core.business.admission import Door
from core.chat import CommandSpec
from core.clock import Clock, SystemClock
from core.errors import ActionNeeded
from core.generation.batches.cards import BatchCards
from core.generation.failover import stand_ins
from core.generation.offers import Offer
from core.generation.prices import Catalogue, Model
from core.library.bringing import Bringing
from core.library.captioning import Captioning
from core.library.examination import Examiner
from core.library.intake import Intake
from core.ports import BlobStore, ChatSurface, Fetcher, Load, Queue, Reach, SocialNetwork
from core.publishing.networks.facebook import Facebook
from core.publishing.networks.instagram import Instagram
from core.publishing.networks.meta import Graph
from core.publishing.networks.site import Site
from core.publishing.posting import NetworkFacts
from core.settings import Settings, StoreName
from core.steps import pass_by
from core.wording.money import MILLION
from storage.blobs.cloudinary import CloudinaryBlobs
from storage.blobs.local import LocalBlobs
from storage.blobs.s3 import S3Blobs
from storage.database import Database, open_engine
from storage.fetching import WebFetcher
from storage.limits import RedisLimits
from storage.migrations import migrate
from storage.queue import ArqQueue, NoQueue
from storage.secrets import KEY_FILE, Vault, read_or_make_key

NOWHERE = "redis://127.0.0.1:1/0"
"""Where nobody listens: commands in a terminal, which need no Redis, pace no calls."""


@dataclass(frozen=True)
class Running:
    """Everything joined: what a process of any role needs."""

    settings: Settings
    redis_url: str
    clock: Clock
    reach: Reach
    database: Database
    queue: Queue
    limits: RedisLimits
    vault: Vault
    blobs: BlobStore
    networks: Mapping[str, SocialNetwork]
    offers: Mapping[str, Offer]
    stand_ins: Mapping[str, Model]
    brought: Brought
    reviewers: Reviewers
    surfaces: Mapping[str, ChatSurface]
    page: Page
    desk: Desk
    inbox: DeskInbox
    load: Load
    captioning: Captioning
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

    Without a `redis_url`, which only commands in a terminal may do, nobody is woken. `reach` is
    told every step of `core.steps.STEPS`; `fetcher` stands in for one that reaches the public
    internet only. Raises ActionNeeded for what an operator must change.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        require_folder(settings.data_dir)
        vault = make_vault(settings)
        engine = open_engine(settings)
        stack.push_async_callback(engine.dispose)
        await migrate(engine)
        queue: Queue = ArqQueue(redis_url) if redis_url else NoQueue()
        limits = RedisLimits(redis_url or NOWHERE)
        database = Database(engine, queue, clock)
        blobs = make_blobs(settings, vault, clock)
        graph = Graph(settings.meta_graph_url)
        networks = make_networks(settings, graph)
        catalogue = make_catalogue(settings)
        offers = make_offers(settings, catalogue)
        brought = Brought(database, vault, settings, catalogue, offers)
        reviewers = _make_reviewers(settings, catalogue, brought)
        page = Page(database, blobs)
        commands = command_table(own_models(offers) | reachable(catalogue))
        surfaces = make_surfaces(settings, commands, page)
        providers = [offer.provider for offer in offers.values()]
        connected = (queue, graph, limits, *providers, brought, reviewers, blobs)
        for part in (*connected, *surfaces.values()):
            stack.push_async_callback(close, part)
        desk = _make_desk(settings, catalogue, offers, networks, commands, surfaces, vault)
        load = make_load(database, blobs)
        examiner = await stack.enter_async_context(Examiner())
        captioning = Captioning(database, blobs, reviewers, reach)
        intake = Intake(database, blobs, captioning, examiner)
        yield Running(
            settings=settings,
            redis_url=redis_url,
            clock=clock,
            reach=reach,
            database=database,
            queue=queue,
            limits=limits,
            vault=vault,
            blobs=blobs,
            networks=networks,
            offers=offers,
            stand_ins=stand_ins(settings.stand_ins, catalogue, desk.models),
            brought=brought,
            reviewers=reviewers,
            surfaces=surfaces,
            page=page,
            desk=desk,
            inbox=DeskInbox(database, desk, load),
            load=load,
            captioning=captioning,
            intake=intake,
            bringing=Bringing(database, blobs, fetcher or WebFetcher(), intake, settings.address),
            batch_cards=BatchCards(catalogue, desk.models, make_paces(settings), desk.address),
        )


def _make_reviewers(settings: Settings, catalogue: Catalogue, brought: Brought) -> Reviewers:
    return Reviewers(
        brought,
        partial(make_moderator, settings),
        partial(make_captioner, settings, catalogue),
        settings.openai_api_key.get_secret_value(),
        catalogue.words.price,
    )


def _make_desk(
    settings: Settings,
    catalogue: Catalogue,
    offers: Mapping[str, Offer],
    networks: Mapping[str, SocialNetwork],
    commands: tuple[CommandSpec, ...],
    surfaces: Mapping[str, ChatSurface],
    vault: Vault,
) -> Desk:
    return Desk(
        address=settings.address,
        door=Door(settings.teams, round(settings.daily_budget * MILLION)),
        catalogue=catalogue,
        models=own_models(offers),
        networks={
            name: NetworkFacts(network.title, network.rules) for name, network in networks.items()
        },
        commands=commands,
        moderated=bool(settings.openai_api_key.get_secret_value()),
        orders_per_minute=settings.orders_per_minute,
        blocked_words=settings.blocked_words,
        grace=settings.publish_grace_seconds,
        seal=vault.seal,
        bulk_for_all=settings.bulk_for_all,
        with_previews=frozenset(
            name for name, surface in surfaces.items() if surface.pace.shows_previews
        ),
    )


def require_folder(folder: Path) -> None:
    """Make the data folder if it is absent. Raises ActionNeeded("data_dir_not_writable")."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):  # of no name: several processes may start at once
            pass
    except OSError as error:
        raise ActionNeeded("data_dir_not_writable", path=str(folder)) from error
