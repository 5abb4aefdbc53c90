"""Signed Slack commands against bolt with an empty handler and against a bare server.

`imagedesk web`, bolt (served by the same uvicorn, with a listener that only acknowledges) and a
bare aiohttp handler that only checks the signature run side by side. Every round a client in a
process of its own sends the same commands to each in turn, each over a new connection, and measures
until the whole answer is there; the table tells the median over seven rounds of each round's
percentile. The next round begins when the desk has carried out all that it acknowledged.

Each command is `/generate` with a style, from one of 25 people whose names and rights the desk has
asked for already. Whatever is acknowledged has been committed to SQLite (WAL, `synchronous=FULL`).
A command that comes alone is carried out whole before that: order, budget, pictures and cards are
written in the one transaction. Of commands that come at once, only what was asked is written first,
many in one transaction, and each is carried out, in a transaction of its own, as soon as no more
are coming: the table tells how long that takes for all. If the process dies in between, a worker
does it. Nothing else runs meanwhile, no worker either.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import Row, middle, ms
from bench.processes import free_port, output, python, until_listening
from storage.valkey import embedded_valkey
from tests.platforms.slack import SlackServer

SIZES = (100, 500)
ALONE = 25
MOST = 1.5
LONGEST = 1000  # milliseconds
LOST_SECONDS = 120.0
ROUNDS = 7
PEOPLE = 25


@dataclass(frozen=True)
class Target:
    """The three servers' ports, and what a command must name."""

    ports: dict[str, int]
    secret: str
    team: str
    channel: str
    users: list[str]

    async def send(self, name: str, count: int, how: str = "together") -> list[float]:
        """Milliseconds of so many commands, together or in turn."""
        told = await output(
            *("bench.load", how, str(self.ports[name]), str(count), self.secret),
            *(self.team, self.channel, ",".join(self.users)),
        )
        measured: list[float] = json.loads(told)
        return measured


async def measure(folder: Path) -> list[Row]:
    """The rows of the table."""
    async with servers(folder) as target:
        database = folder / "desk" / "desk.sqlite3"
        sent = len(await target.send("desk", 2 * PEOPLE))  # names and rights are asked for once
        rows = []
        for size, how in ((ALONE, "in-turn"), *((size, "together") for size in SIZES)):
            rounds: dict[str, list[list[float]]] = {name: [] for name in target.ports}
            done = []
            for _ in range(ROUNDS):
                for name, measured in rounds.items():
                    begun = time.monotonic()
                    measured.append(await target.send(name, size, how))
                    if name == "desk":
                        sent += size
                        await until_done(database, sent)
                        done.append(time.monotonic() - begun)
            if how == "in-turn":
                rows += compare("acknowledging a command that comes alone", 0.5, rounds)
                continue
            rows += compare(f"acknowledging {size} commands at once", 0.99, rounds)
            rows.append(Row(f"… until all {size} are carried out", f"{median(done):.1f} s"))
    return rows


async def until_done(file: Path, sent: int) -> None:
    """Wait until every command that was acknowledged has become a job. TimeoutError if one never
    does.
    """
    async with asyncio.timeout(LOST_SECONDS):
        await _until_jobs(file, sent)


async def _until_jobs(file: Path, sent: int) -> None:
    with closing(sqlite3.connect(file)) as database:
        while database.execute("SELECT count(*) FROM jobs").fetchone() != (sent,):  # noqa: ASYNC110  # another process writes
            await asyncio.sleep(0.02)


def compare(what: str, share: float, rounds: dict[str, list[list[float]]]) -> list[Row]:
    """The desk against each of the others, at this percentile; bursts have a goal."""
    desk, bolt, bare = (middle(rounds[name], share) for name in ("desk", "bolt", "bare"))
    what, burst = f"{what}, p{share * 100:.0f}", "at once" in what
    met = desk <= MOST * bolt and desk <= LONGEST
    return [
        Row(
            what,
            ms(desk),
            f"{ms(bolt)} bolt, empty handler",
            f"{desk / bolt:.2f}×",
            f"≤ {MOST}×, ≤ 1 s" if burst else "",
            met if burst else None,
        ),
        Row(what, ms(desk), f"{ms(bare)} bare aiohttp", f"{desk / bare:.2f}×"),
    ]


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[Target]:
    """The desk's web process and the two others, warm."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackServer())
        redis_url = await stack.enter_async_context(embedded_valkey(folder / "queue"))
        channel = slack.channel("bench")
        users = [slack.person(f"Person {number}").id for number in range(PEOPLE)]
        ports = {name: free_port() for name in ("desk", "bolt", "bare")}
        secret = slack.app.signing_secret
        environ = {
            "DATA_DIR": str(folder / "desk"),
            "HTTP_PORT": str(ports["desk"]),
            "REDIS_URL": redis_url,
            "SLACK_BOT_TOKEN": slack.app.bot_token,
            "SLACK_SIGNING_SECRET": secret,
            "SLACK_API_URL": slack.api_url,
            "ORDERS_PER_MINUTE": "1000000",
            "DAILY_BUDGET": "1000000",
            "LOG_LEVEL": "warning",
        }
        commands = {
            "desk": ("bot", "web"),
            "bolt": ("bench.yardsticks", "bolt", str(ports["bolt"])),
            "bare": ("bench.yardsticks", "bare", str(ports["bare"])),
        }
        for name, command in commands.items():
            process = await stack.enter_async_context(python(*command, environ=environ))
            await until_listening(ports[name], process)
        team = slack.hub.workspace.team_id
        yield Target(ports, secret, team, channel.id, users)
