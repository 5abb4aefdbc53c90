"""`python -m docs.cards`: live through the journey in Slack and in Discord, and draw both.

Writes `docs/slack-thread.png` and `docs/discord-thread.png`.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.cards import discord, slack
from docs.cards.journey import tell
from docs.cards.pages import photograph
from tests.driving import DiscordChat, SlackChat
from tests.driving.slack import make_server
from tests.platforms.discord import DiscordServer

DOCS = Path(__file__).parents[1]


async def draw_slack(folder: Path) -> None:
    """`folder` holds the desk's data."""
    async with make_server() as server:
        chat = SlackChat(server)
        story = await tell(chat, folder, slack.keep)
        await photograph("slack.html", slack.facts(chat, story), DOCS / "slack-thread.png")


async def draw_discord(folder: Path) -> None:
    """`folder` holds the desk's data."""
    async with DiscordServer() as server:
        chat = DiscordChat(server)
        story = await tell(chat, folder, discord.keep)
        await photograph("discord.html", discord.facts(chat, story), DOCS / "discord-thread.png")


async def main() -> None:
    """One after the other: a process migrates one database at a time."""
    with TemporaryDirectory() as folder:
        await draw_slack(Path(folder) / "slack")
        await draw_discord(Path(folder) / "discord")


asyncio.run(main())
