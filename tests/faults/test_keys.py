"""A key that somebody brought is found nowhere, whatever happens: a canary is looked for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, text

from core.business.keys import ProviderKey
from core.wording.surfaces import SHOW
from storage import tables
from storage.columns import metadata
from storage.provider_keys import provider_keys
from tests.databases import Postgres, postgres
from tests.faults.grounds import RECOVERY, Ground, grounds

__all__ = ["postgres"]

CANARY = "sk-canary-that-must-not-sing-0123456789"
TYPED = "sk-canary-typed-behind-the-command-0123"
SUNG = ("canary-that-must-not-sing", "canary-typed-behind")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Those of a desk on each database, which logs all it can."""
    if request.param == "sqlite":
        return {"LOG_LEVEL": "debug"}
    server: Postgres = request.getfixturevalue("postgres")
    return {"LOG_LEVEL": "debug", "DATABASE_URL": asyncio.run(server.make())}


async def open_form(ground: Ground) -> Any:
    """Type a key behind the command, which is wrong; the form that the keyring opens."""
    ack = await ground.ada.command("/keys", TYPED, ground.channel)
    ring = await ack.modal()
    assert "was not read or stored" in ring.plain()
    return await (await ground.ada.press(ring, "Add a key")).modal()


async def say_it_aloud(ground: Ground) -> None:
    """Type a key behind a mention, where no modal can open; the button that is offered instead."""
    await ground.ada.mention(ground.channel, f"keys {TYPED}")
    await told(ground, SHOW)
    offered = ground.slack.ephemerals(ground.ada)[-1]
    ring = await (await ground.ada.press(offered, SHOW)).modal()
    assert "was not read or stored" in ring.plain()


async def bring(ground: Ground, form: Any) -> None:
    """Send the form with the key."""
    await ground.ada.submit(form, {"Key": CANARY, "Name": "Ada's"})


@asynccontextmanager
async def broken(ground: Ground) -> AsyncIterator[None]:
    """A database that takes no key meanwhile."""
    for before, after in (("provider_keys", "away"), ("away", "provider_keys")):
        if before == "away":
            yield
        async with ground.bot.database.engine.begin() as connection:
            await connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))


async def told(ground: Ground, words: str) -> None:
    """Wait until Ada was told this privately."""
    await ground.until(
        lambda: [one for one in ground.slack.ephemerals(ground.ada) if words in one.plain()]
    )


async def in_redis(url: str) -> str:
    """Every value there is."""
    redis = Redis.from_url(url)
    found: list[Any] = []
    async for key in redis.scan_iter():
        kind = await redis.type(key)
        if kind == b"string":
            found.append(await redis.get(key))
        elif kind == b"hash":
            found.append(await redis.hgetall(key))
        elif kind == b"zset":
            found.append(await redis.zrange(key, 0, -1))
        elif kind == b"list":
            found.append(await redis.lrange(key, 0, -1))
        elif kind == b"set":
            found.append(await redis.smembers(key))
        else:
            found.append(await redis.xrange(key))
        found.append(key)
    await redis.aclose()
    return repr(found)


async def in_tables(ground: Ground) -> str:
    """Every row there is."""
    found = []
    async with ground.bot.database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            found += [table.name, *map(repr, await connection.execute(select(table)))]
    return "\n".join(found)


def in_files(folder: Path) -> str:
    """Everything that lies in the desk's and the queue's folders: database, logs, pictures."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return "\n".join(file.read_bytes().decode("latin-1") for file in files)


async def test_a_key_is_found_nowhere(
    tmp_path: Path,
    settings: dict[str, str],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Brought, tried, used, with a worker killed in the middle, a database that fails while it is
    written, a provider that refuses it: not in logs, tracebacks, queue, rows, files or chat.
    """
    async with grounds(tmp_path, settings=settings) as ground:
        ground.openai.accept_key(CANARY)
        places: dict[str, str] = {}
        await say_it_aloud(ground)
        form = await open_form(ground)
        async with broken(ground):
            await bring(ground, form)
        await bring(ground, await open_form(ground))
        async with ground.worker("--at", "submitted") as worker:
            await told(ground, "OpenAI takes the key")
            await ground.order("a fox")
            await worker.until_ended(RECOVERY)
            places["a killed worker's words"] = "\n".join(worker.said)
        async with ground.worker() as worker:
            await ground.until_quiet()
            await ground.order("a dog")
            await ground.until_row(tables.images)
            places["queue, at work"] = await in_redis(ground.valkey.url)
            ground.openai.revoke_key(CANARY)
            await ground.order("a cat")
            await ground.until_row(provider_keys, trouble="key_refused")
            await ground.until_quiet()
            assert await worker.stop() == 0
            places["a worker's words"] = "\n".join(worker.said)
        assert len(ground.openai.bill) == 1
        assert "Traceback" in caplog.text
        places["logs with a traceback"] = caplog.text
        said = capfd.readouterr()
        places["our own words"] = said.out + said.err
        places["queue"] = await in_redis(ground.valkey.url)
        places["rows"] = await in_tables(ground)
        places["files"] = await asyncio.to_thread(in_files, tmp_path)
        cards = [*ground.cards(), *ground.slack.ephemerals(ground.ada)]
        places["chat"] = "\n".join(f"{card!r} {card.raw!r}" for card in cards)
        assert "6789" in places["chat"]
        async with ground.bot.database.read() as uow:
            [key] = await uow.keys.everywhere()
        assert isinstance(key, ProviderKey)
        opened = ground.bot.vault.open(key.sealed, key.seal_context)
        assert opened == CANARY
        for place, found in places.items():
            assert not [word for word in SUNG if word in found], place
