"""Acknowledgement: bursts of signed commands against bolt with an empty handler and a bare server.

`imagedesk web`, bolt (served by the same uvicorn, with a listener that only acknowledges) and a
bare aiohttp handler that only checks the signature run side by side. Every round a client in a
process of its own sends the same burst to each in turn, all commands at once and each over a new
connection, and measures until the whole answer is there; the table tells the median over seven
rounds of each round's 99th percentile. Before the next round the desk may finish.

Each command is `/generate` with a style, from one of 25 people whose names and rights the desk has
asked for already. The desk writes it into SQLite (WAL, `synchronous=FULL`) before it acknowledges:
the first of a burst is carried out whole in that transaction, those that come meanwhile are only
written down, many in one, and are carried out as soon as no more are coming. That takes longer, as
the rows below say, and competes with nothing here, for no worker is running; if the process dies
first, a worker does it. At the end every acknowledged command stands in the database.
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

    async def burst(self, name: str, count: int) -> list[float]:
        """Milliseconds of so many commands at once."""
        told = await output(
            *("bench.load", "127.0.0.1", str(self.ports[name]), str(count), self.secret),
            *(self.team, self.channel, ",".join(self.users)),
        )
        measured: list[float] = json.loads(told)
        return measured


async def measure(folder: Path) -> list[Row]:
    """The rows of the table."""
    async with servers(folder) as target:
        database = folder / "desk" / "desk.sqlite3"
        sent = len(await target.burst("desk", 2 * PEOPLE))  # names and rights are asked for once
        rows = []
        for size in SIZES:
            rounds: dict[str, list[list[float]]] = {name: [] for name in target.ports}
            done = []
            for _ in range(ROUNDS):
                for name, measured in rounds.items():
                    begun = time.monotonic()
                    measured.append(await target.burst(name, size))
                    if name == "desk":
                        sent += size
                        await until_done(database, sent)
                        done.append(time.monotonic() - begun)
            rows += compare(size, rounds)
            rows.append(Row(f"… until all {size} are carried out", f"{median(done):.1f} s"))
    return rows


async def until_done(file: Path, sent: int) -> None:
    """Wait until every command that was acknowledged has become a job."""
    with closing(sqlite3.connect(file)) as database:
        while database.execute("SELECT count(*) FROM jobs").fetchone() != (sent,):  # noqa: ASYNC110  # another process writes
            await asyncio.sleep(0.02)


def compare(size: int, rounds: dict[str, list[list[float]]]) -> list[Row]:
    """The desk against each of the others."""
    desk, bolt, bare = (middle(rounds[name], 0.99) for name in ("desk", "bolt", "bare"))
    what = f"acknowledging {size} commands at once, p99"
    goals = "≤ 1.5×" if size == SIZES[0] else "≤ 1.5×, ≤ 1 s"
    met = desk <= 1.5 * bolt and desk <= 1000  # noqa: PLR2004  # the goals as the table says them
    return [
        Row(what, ms(desk), f"{ms(bolt)} bolt, empty handler", f"{desk / bolt:.2f}×", goals, met),
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
