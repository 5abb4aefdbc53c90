"""A strict local Discord, against which the unmodified discord.py runs.

    async with DiscordServer() as discord:
        guild = discord.guild("Acme")
        channel, ada = guild.channel("marketing"), guild.person("Ada", manage_guild=True)
        ...                                   # start the bot: discord.api_url, discord.gateway_url
        await discord.connected()
        ack = await ada.command("generate", {"prompt": "a fox", "count": 4}, channel)
        assert ack.ephemeral
        thread = await discord.until(lambda: channel.threads())
        assert discord.violations == []

It owns Discord's behaviour as documented: gateway with resume, REST, interactions, attachments. It
must not know the product. Import it only as `tests.platforms.discord`: this folder must never
stand on the import path itself, or it would hide the real `discord`.

To add a route: a function in one of the `*_routes` modules that takes a `Call`, changes the world
and returns JSON, and one line in its `ROUTES`; the official document judges its body by itself.
"""

from tests.platforms.discord.forms import File, Modal, NotAllowed
from tests.platforms.discord.guilds import Guild
from tests.platforms.discord.interactions import Ack, NoAnswer
from tests.platforms.discord.people import Person
from tests.platforms.discord.server import DiscordServer

__all__ = ["Ack", "DiscordServer", "File", "Guild", "Modal", "NoAnswer", "NotAllowed", "Person"]
