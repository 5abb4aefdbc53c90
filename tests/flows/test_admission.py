"""Who is let in: allowed teams, the first to speak, and whom a person of several teams means."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import environment, running_desk
from tests.driving.chat import until
from tests.platforms.discord import Ack, DiscordServer, Person


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    """A Discord with several servers; what it would not have taken fails the test."""
    async with DiscordServer() as server:
        yield server
        assert server.violations == []


def settings(discord: DiscordServer, folder: Path, **more: str) -> dict[str, str]:
    """A desk that listens there."""
    return environment(
        folder,
        DISCORD_TOKEN=discord.token,
        DISCORD_API_URL=discord.api_url,
        DISCORD_GATEWAY_URL=discord.gateway_url,
        **more,
    )


async def told(ack: Ack) -> str:
    """What the person alone reads, once it is there."""
    await until(lambda: bool(ack.content))
    assert ack.ephemeral
    return ack.content


async def made(discord: DiscordServer, person: Person) -> None:
    """Pictures have come to this person's server."""
    channels = discord.world.channels.values()
    await until(
        lambda: any(
            "1 picture: a fox" in message.plain()
            for channel in channels
            if channel.guild is person.guild
            for message in channel.log.values()
        )
    )


async def test_a_server_that_is_not_listed_is_told_so_and_costs_nothing(
    discord: DiscordServer, tmp_path: Path
) -> None:
    ours, theirs = discord.guild("Ours"), discord.guild("Theirs")
    ada, eve = ours.person("Ada"), theirs.person("Eve")
    async with running_desk(settings(discord, tmp_path, ALLOWED_TEAMS=str(ours.id))):
        await until(lambda: discord.gateway.listening)
        refused = await eve.command("generate", {"prompt": "a fox"}, theirs.channel("general"))
        assert "serves another team" in await told(refused)
        assert str(theirs.id) in refused.content
        await ada.command("generate", {"prompt": "a fox"}, ours.channel("general"))
        await made(discord, ada)
        assert theirs.channel("general").log == {}


async def test_the_first_server_to_speak_is_taken_and_another_is_told_so(
    discord: DiscordServer, tmp_path: Path
) -> None:
    first, second = discord.guild("First"), discord.guild("Second")
    ada, eve = first.person("Ada"), second.person("Eve")
    async with running_desk(settings(discord, tmp_path)):
        await until(lambda: discord.gateway.listening)
        await ada.command("generate", {"prompt": "a fox"}, first.channel("general"))
        await made(discord, ada)
        refused = await eve.command("generate", {"prompt": "a fox"}, second.channel("general"))
        assert "serves another team" in await told(refused)


async def test_a_person_of_two_servers_is_asked_once_whom_they_mean(
    discord: DiscordServer, tmp_path: Path
) -> None:
    one, two = discord.guild("One"), discord.guild("Two")
    here = one.person("Ada")
    there = two.welcome(here)
    teams = f"{one.id},{two.id}"
    async with running_desk(settings(discord, tmp_path, ALLOWED_TEAMS=teams)):
        await until(lambda: discord.gateway.listening)
        await here.command("help", {}, one.channel("general"))
        await there.command("help", {}, two.channel("general"))
        private = here.direct_message()
        asked = await here.command("generate", {"prompt": "a fox"}, private)
        assert asked.modal is not None
        settled = await here.submit(asked.modal, {"Team": "Two"})
        assert "ask again" in await told(settled)
        await here.command("generate", {"prompt": "a fox"}, private)
        await until(lambda: any("1 picture" in one.plain() for one in private.log.values()))
