"""How long the picture takes from the provider's answer into the chat's thread.

The chats are local servers that take 150 ms for every call; Slack's processes an uploaded file
400 ms after it came. The desk is one process, `imagedesk run`, as a small team has it, with local
storage. Orders of one picture come one after the other; the time begins when the local OpenAI has
made the picture, and ends when a person reads the message that shows it. Moderation of the picture,
its checks, its preview and its storage lie in between.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.figures import Row, percentile
from bench.processes import free_port, python
from tests.driving import Chat, DiscordChat, SlackChat, Where, until
from tests.platforms.discord import DiscordServer
from tests.platforms.openai import OpenAIServer
from tests.platforms.slack import SlackServer

CALL_SECONDS = 0.15
SHARE_SECONDS = 0.4
PICTURES = 12


async def measure(folder: Path) -> list[Row]:
    """The rows of the table."""
    return [await row(name, folder / name) for name in ("slack", "discord")]


async def row(name: str, folder: Path) -> Row:
    """One chat's."""
    async with chat_of(name) as chat, OpenAIServer() as openai:
        openai.accept_key("sk-bench")
        environ = {
            **chat.settings(),
            "DATA_DIR": str(folder),
            "HTTP_PORT": str(free_port()),
            "OPENAI_API_KEY": "sk-bench",
            "OPENAI_BASE_URL": openai.base_url,
            "OPENAI_IMAGES_PER_MINUTE": "10000",
            "ORDERS_PER_MINUTE": "1000",
            "LOG_LEVEL": "warning",
        }
        async with python("bot", "run", environ=environ):
            await chat.connected()
            channel, ada = chat.channel("bench"), chat.person("Ada")
            taken = []
            for number in range(PICTURES + 1):
                await ada.command("/generate a lighthouse at dusk", channel)
                await until(partial(stands, chat, channel, number + 1))
                answered = datetime.fromisoformat(openai.bill[-1].at)
                taken.append((datetime.now(UTC) - answered).total_seconds())
    half, most = percentile(taken[1:], 0.5), percentile(taken[1:], 0.95)
    return Row(
        f"from the provider's answer to the picture in {name.title()}, p50 and p95",
        f"{half:.2f} s, {most:.2f} s",
        goal="≤ 1.5 s",
        met=most <= 1.5,  # noqa: PLR2004  # the goal as the table says it
    )


@asynccontextmanager
async def chat_of(name: str) -> AsyncIterator[Chat]:
    """A slow local Slack or Discord."""
    async with AsyncExitStack() as stack:
        if name == "slack":
            slack = await stack.enter_async_context(SlackServer(share_delay=SHARE_SECONDS))
            slack.faults.latency(CALL_SECONDS)
            yield SlackChat(slack)
        else:
            discord = await stack.enter_async_context(DiscordServer())
            discord.faults.latency = CALL_SECONDS
            yield DiscordChat(discord)


def stands(chat: Chat, where: Where, count: int) -> bool:
    """Whether so many messages with pictures are read there."""
    return sum(bool(seen.pictures) for seen in chat.read(where)) >= count
