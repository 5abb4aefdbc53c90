"""Checks of what the desk itself stands on: settings, folder, database, queue, pictures, accounts.

Everything is opened as the desk opens it. It must not know any chat.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.checks.findings import Finding
from bot.closing import close
from bot.offers import make_catalogue
from bot.trial import fetch_ourselves, trial_picture
from bot.wiring import make_blobs, make_vault, require_folder
from core.business.accounts import Account, seal_context
from core.business.keys import ProviderKey, business_key
from core.clock import SystemClock
from core.errors import ActionNeeded, DeskError, Trouble
from core.generation.failover import stand_ins
from core.settings import Settings
from core.wording import checkup as words
from core.wording.errors import sentence
from storage.database import SqlUnit, database_url, open_engine
from storage.migrations import UNREACHABLE, cause, revisions
from storage.secrets import Vault, read_or_make_key
from storage.valkey import embedded_valkey

GIGABYTE = 1_000_000_000
LITTLE_SPACE = 2.0  # gigabytes
LONG_KEY = 32  # characters
REDIS_SECONDS = 5
BUILT_IN = "site"


async def check_settings(settings: Settings) -> list[Finding]:
    """Which names are set. That their values make sense was seen when they were read, but for the
    models that take over.
    """
    try:
        stand_ins(settings.stand_ins, make_catalogue(settings), {})
    except ActionNeeded as error:
        return [Finding("✗", sentence(error.trouble))]
    names = sorted(name.upper() for name in settings.model_fields_set)
    if not names:
        return [Finding("✓", words.SETTINGS_NONE)]
    return [Finding("✓", words.SETTINGS.format(names=", ".join(names)))]


async def check_folder(settings: Settings) -> list[Finding]:
    """The data folder, its room, and where the secret key comes from."""
    try:
        require_folder(settings.data_dir)
        key = settings.secret_key.get_secret_value() or read_or_make_key(settings.data_dir)
    except DeskError as error:
        return [Finding("✗", sentence(error.trouble))]
    free = shutil.disk_usage(settings.data_dir).free / GIGABYTE
    found = Finding("✓", words.FOLDER.format(path=settings.data_dir, free=free))
    if free < LITTLE_SPACE:
        text = words.FOLDER_FULL.format(path=settings.data_dir, free=free)
        found = Finding("!", text, words.FOLDER_FULL_FIX)
    if key == settings.secret_key.get_secret_value():
        if len(key) < LONG_KEY:
            text = words.KEY_SHORT.format(length=len(key))
            return [found, Finding("!", text, words.KEY_SHORT_FIX)]
        return [found, Finding("✓", words.KEY.format(where=words.KEY_SETTING))]
    if settings.database_url:
        return [found, Finding("!", words.KEY_ALONE, words.KEY_ALONE_FIX)]
    where = words.KEY_FILE.format(path=settings.data_dir / "secret.key")
    return [found, Finding("✓", words.KEY.format(where=where))]


async def check_database(settings: Settings) -> list[Finding]:
    """Whether it answers, and whether its tables are of this version."""
    kind = make_url(database_url(settings)).render_as_string(hide_password=True)
    try:
        async with _engine(settings) as engine:
            current, newest = await revisions(engine)
    except UNREACHABLE as error:
        text = words.DATABASE_LOST.format(kind=kind, reason=cause(error))
        fix = words.DATABASE_LOST_FIX if settings.database_url else words.DATABASE_FILE_FIX
        return [Finding("✗", text, fix)]
    except ActionNeeded as error:
        return [Finding("✗", sentence(error.trouble))]
    if current is None:
        return [Finding("✓", words.DATABASE_NEW.format(kind=kind))]
    if current != newest:
        text = words.DATABASE_OLD.format(kind=kind, revision=current, newest=newest)
        return [Finding("!", text, words.DATABASE_OLD_FIX)]
    return [Finding("✓", words.DATABASE.format(kind=kind, revision=current))]


async def check_queue(settings: Settings) -> list[Finding]:
    """The configured server, or that an embedded one can be started."""
    if settings.redis_url:
        address = urlsplit(settings.redis_url).netloc.rpartition("@")[2]
        try:
            async with Redis.from_url(
                settings.redis_url,
                socket_timeout=REDIS_SECONDS,
                socket_connect_timeout=REDIS_SECONDS,
            ) as redis:
                await redis.ping()
        except (RedisError, OSError, ValueError) as error:
            text = words.QUEUE_LOST.format(address=address, reason=cause(error))
            return [Finding("✗", text, words.QUEUE_LOST_FIX)]
        return [Finding("✓", words.QUEUE.format(address=address))]
    try:
        async with embedded_valkey(settings.data_dir):
            return [Finding("✓", words.QUEUE_EMBEDDED)]
    except DeskError as error:
        if error.code == "data_dir_in_use":
            return [Finding("✓", words.QUEUE_IN_USE)]
        text = words.QUEUE_TROUBLE.format(reason=sentence(error.trouble))
        return [Finding("✗", text, words.QUEUE_TROUBLE_FIX)]


async def check_store(settings: Settings) -> list[Finding]:
    """A picture is stored, read, fetched where a bucket serves it, and deleted."""
    name = settings.storage_provider
    try:
        store = make_blobs(settings, make_vault(settings), SystemClock())
    except DeskError as error:
        return [_store_trouble(name, error)]
    try:
        async with trial_picture(store) as picture:
            await picture.read()
            found = [Finding("✓", words.STORE.format(name=name))]
            if name != "local":
                try:
                    address = await fetch_ourselves(picture)
                except DeskError as error:
                    text = words.BUCKET_LINK_TROUBLE.format(**error.facts)
                    found.append(Finding("✗", text, words.BUCKET_LINK_FIX))
                else:
                    found.append(Finding("✓", words.BUCKET_LINK.format(address=address)))
    except (DeskError, FileNotFoundError) as error:
        return [_store_trouble(name, error)]
    finally:
        await close(store)
    return found


def _store_trouble(name: str, error: DeskError | FileNotFoundError) -> Finding:
    what, reason = words.STORE_FAILS, type(error).__name__
    if isinstance(error, DeskError):
        what = words.STORE_SAYS.get(error.code, what)
        reason = str(error.facts.get("reason") or error.facts.get("path") or error.code)
    text = words.STORE_TROUBLE.format(name=name, what=what, reason=reason)
    return Finding("✗", text, words.STORE_FIX)


async def check_accounts(settings: Settings) -> list[Finding]:
    """Whether each account's token can be opened and has not been refused since."""
    try:
        accounts = await read_accounts(settings)
        vault = make_vault(settings)
    except (DeskError, *UNREACHABLE):
        return []  # said by the checks of folder and database
    outside = [account for account in accounts if account.network != BUILT_IN]
    if not outside:
        return [Finding("–", words.ACCOUNTS_NONE, words.ACCOUNTS_NONE_FIX)]
    troubled = [found for account in outside for found in _account(account, vault)]
    return troubled or [Finding("✓", words.ACCOUNTS.format(count=len(outside)))]


async def read_accounts(settings: Settings) -> list[Account]:
    """All connected accounts; none where the database is still empty. Raises UNREACHABLE."""
    async with _reading(settings) as uow:
        return await uow.accounts.everywhere() if uow else []


def _account(account: Account, vault: Vault) -> list[Finding]:
    trouble = Trouble(account.trouble) if account.trouble else None
    try:
        vault.open(account.sealed, seal_context(account))
    except DeskError as error:
        trouble = error.trouble
    if trouble is None:
        return []
    return [
        Finding(
            "✗",
            words.ACCOUNT_TROUBLE.format(
                name=account.name, network=account.network, reason=sentence(trouble)
            ),
            words.ACCOUNT_TROUBLE_FIX.format(
                network=account.network,
                external_id=account.external_id,
                business=account.business_id,
            ),
        )
    ]


async def check_moderation(settings: Settings) -> list[Finding]:
    """Who judges where the desk has no key for it: the businesses' own. By the desk's key, that is
    said where it is tried.
    """
    if settings.openai_api_key.get_secret_value():
        return []
    keys: list[ProviderKey | None] = []
    with suppress(DeskError, *UNREACHABLE):  # said by the checks of folder and database
        async with _reading(settings) as uow:
            ids = [business.id for business in await uow.businesses.everywhere()] if uow else []
            keys = [await business_key(uow, id_, "openai") for id_ in ids] if uow else []
    judging = [key for key in keys if key]
    if not judging:
        return [Finding("!", words.MODERATION_OFF, words.MODERATION_OFF_FIX)]
    if refused := sum(bool(key.trouble) for key in judging):
        text = words.MODERATION_WAITS.format(refused=refused, keys=len(judging))
        return [Finding("!", text, words.MODERATION_WAITS_FIX)]
    if len(judging) < len(keys):
        text = words.MODERATION_PARTLY.format(keys=len(judging), businesses=len(keys))
        return [Finding("!", text, words.MODERATION_OFF_FIX)]
    return [Finding("✓", words.MODERATION_BROUGHT)]


async def check_keys(settings: Settings) -> list[Finding]:
    """How many of the keys that people brought cannot be opened; nothing where there are none."""
    try:
        vault = make_vault(settings)
        async with _reading(settings) as uow:
            keys = await uow.keys.everywhere() if uow else []
    except (DeskError, *UNREACHABLE):
        return []  # said by the checks of folder and database
    shut = [key for key in keys if not vault.can_open(key.sealed, key.seal_context)]
    if shut:
        text = words.KEYS_SHUT.format(shut=len(shut), count=len(keys))
        return [Finding("✗", text, words.KEYS_SHUT_FIX)]
    return [Finding("✓", words.KEYS_WORK.format(count=len(keys)))] if keys else []


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncIterator[SqlUnit | None]:
    """The rows; None where the database is still empty. Raises UNREACHABLE."""
    async with _engine(settings) as engine:
        if (await revisions(engine))[0] is None:
            yield None
            return
        async with AsyncSession(engine, expire_on_commit=False) as session:
            yield SqlUnit(session, SystemClock().now())


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(settings)
    try:
        yield engine
    finally:
        await engine.dispose()
