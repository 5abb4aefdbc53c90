"""What each chat must be told to let the desk in: `imagedesk manifest`.

Owns which chats have one. All is made from the command table and works without any token, before
there is an app at all; that is why the surfaces of `bot.wiring`, which exist only with a token, do
not serve here.
"""

from typing import Any

from bot.commands import command_table
from bot.offers import make_catalogue, make_offers, own_models, reachable
from core.chat import CommandSpec
from core.errors import UserError
from core.settings import Settings

Json = dict[str, Any]


async def make_manifest(chat: str, settings: Settings) -> Json:
    """A chat's manifest as plain values.

    With Discord's token set, Discord is asked for the application's id, which the invitation
    needs. Raises UserError("chat_unknown"); ActionNeeded, TryLater where Discord says so.
    """
    if chat == "slack":
        return slack_manifest(settings)
    if chat == "discord":
        return await discord_manifest(settings)
    raise UserError("chat_unknown", chat=chat, chats=["slack", "discord"])


def slack_manifest(settings: Settings) -> Json:
    """Slack's app manifest: for Socket Mode, unless the settings are those of signed HTTP."""
    from bot.surfaces.slack.manifest import HTTP_PATH, make_manifest

    by_http = settings.slack_signing_secret.get_secret_value() and not (
        settings.slack_app_token.get_secret_value()
    )
    url = settings.address + HTTP_PATH if by_http else None
    return make_manifest(_commands(settings), url, watching=bool(settings.watched_channels))


async def discord_manifest(settings: Settings) -> Json:
    """The invitation with its permissions and their reasons, and the commands."""
    from bot.surfaces.discord import Discord

    discord = Discord(settings, _commands(settings))
    try:
        return await discord.manifest()
    finally:
        await discord.aclose()


def _commands(settings: Settings) -> tuple[CommandSpec, ...]:
    catalogue = make_catalogue(settings)
    own = own_models(make_offers(settings, catalogue))
    return command_table(own | reachable(catalogue))
