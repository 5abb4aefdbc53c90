"""Where Discord is reached. Owns the one place in which the library's class attributes are set, so
that it goes where the settings say, and which hosts may serve a person's files. It must not know
what is asked there.
"""

from typing import Final
from urllib.parse import urlsplit

import yarl
from discord import VoiceClient
from discord.gateway import DiscordWebSocket
from discord.http import Route

from core.settings import Settings

FILE_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


def prepare_library(settings: Settings) -> None:
    """Let every call of discord.py in this process go where `settings` say.

    The library keeps its addresses as class attributes and has no argument for them, so this is
    set for the whole process; without it neither the local servers of the tests nor a proxy in
    front of Discord could be reached. Addresses of avatars (`Asset.BASE`) stay: none is loaded.
    """
    # Each start would warn that voice is not supported; the desk does not speak.
    VoiceClient.warn_nacl = VoiceClient.warn_dave = False
    Route.BASE = settings.discord_api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


def serves_files(url: str, api_url: str) -> bool:
    """Whether a file may be fetched from `url`: Discord's CDN over TLS, or the host of `api_url`.

    An attachment's address is data from outside; any other host could be one of our own network.
    """
    asked, api = urlsplit(url), urlsplit(api_url)
    if (asked.scheme, asked.netloc) == (api.scheme, api.netloc):
        return True
    return asked.scheme == "https" and asked.netloc in FILE_HOSTS
