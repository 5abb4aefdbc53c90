"""Checks of what the desk speaks with: its own public address, the chats, OpenAI.

Each is asked the cheapest question that proves its token, by nothing that can be seen by others.
"""

import ipaddress
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.checks.findings import Finding, Mark
from bot.manifests import discord_manifest, slack_manifest
from core.clock import SystemClock
from core.errors import DeskError, TryLater
from core.generation.prices import read_catalogue
from core.settings import Settings
from core.wording import checkup as words
from core.wording.money import money
from core.wording.terminal import told

PATIENCE = 15.0  # seconds for one answer
SOON = timedelta(days=60)
HEALTH = "/health"


async def check_address(settings: Settings) -> list[Finding]:
    """Whether `PUBLIC_URL` is an address that others can use, and leads to the desk."""
    address = settings.address
    parts = urlsplit(address)
    if not settings.public_url:
        return [await _local(settings)]
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        return [Finding("✗", words.ADDRESS_ODD.format(address=address), words.ADDRESS_ODD_FIX)]
    found = []
    if _is_private(parts.hostname):
        text = words.ADDRESS_PRIVATE.format(address=address)
        found.append(Finding("!", text, words.ADDRESS_PRIVATE_FIX))
    elif parts.scheme != "https":
        text = words.ADDRESS_PLAIN.format(address=address)
        found.append(Finding("!", text, words.ADDRESS_PLAIN_FIX))
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            answer = await http.get(address + HEALTH)
        reason = "" if answer.is_success else f"HTTP {answer.status_code}"
    except httpx2.HTTPError as error:
        reason = type(error).__name__
    if reason:
        text = words.ADDRESS_SILENT.format(address=address, reason=reason)
        return [*found, Finding("!", text, words.ADDRESS_SILENT_FIX)]
    return [*found, Finding("✓", words.ADDRESS.format(address=address))]


async def _local(settings: Settings) -> Finding:
    by_http = _by_http(settings)
    wanted = words.WANTED_BY_SLACK if by_http else words.WANTED_BY_NOBODY
    text = words.ADDRESS_LOCAL.format(address=settings.address)
    return Finding("✗" if by_http else "–", text, words.ADDRESS_LOCAL_FIX.format(wanted=wanted))


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))


def _by_http(settings: Settings) -> bool:
    return bool(settings.slack_bot_token.get_secret_value()) and not (
        settings.slack_app_token.get_secret_value()
    )


async def check_slack(settings: Settings) -> list[Finding]:
    """The bot token and its scopes, and the way by which Slack speaks to the desk."""
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return [Finding("–", words.SLACK_UNSET, words.SLACK_UNSET_FIX)]
    try:
        answer = await _slack(settings, token).auth_test()
    except (SlackClientError, aiohttp.ClientError, OSError) as error:
        return [_slack_trouble(settings, "SLACK_BOT_TOKEN", error)]
    facts = {"user": answer["user"], "team": answer["team"], "id": answer["team_id"]}
    found = [Finding("✓", words.SLACK.format(**facts))]
    if settings.teams and answer["team_id"] not in settings.teams:
        text, fix = words.TEAM_SHUT.format(**facts), words.TEAM_SHUT_FIX.format(**facts)
        found.append(Finding("!", text, fix))
    if missing := _missing_scopes(settings, answer.headers):
        text = words.SLACK_SCOPES.format(scopes=", ".join(missing))
        found.append(Finding("✗", text, words.SLACK_SCOPES_FIX))
    found.append(await _slack_ear(settings))
    return found


async def _slack_ear(settings: Settings) -> Finding:
    app_token = settings.slack_app_token.get_secret_value()
    if app_token:
        try:
            # It hands out an address; a connection, which would take events, is not opened.
            await _slack(settings, app_token).apps_connections_open(app_token=app_token)
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            return _slack_trouble(settings, "SLACK_APP_TOKEN", error)
        return Finding("✓", words.SLACK_SOCKET)
    if settings.slack_signing_secret.get_secret_value():
        return Finding("✓", words.SLACK_HTTP.format(address=f"{settings.address}/slack/events"))
    return Finding("✗", words.SLACK_DEAF, words.SLACK_DEAF_FIX)


def _slack(settings: Settings, token: str) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=settings.slack_api_url, timeout=int(PATIENCE))


def _slack_trouble(settings: Settings, which: str, error: Exception) -> Finding:
    if isinstance(error, SlackApiError):
        reason = str(error.response.get("error") or "no reason")
        text = words.SLACK_REFUSED.format(which=which, reason=reason)
        return Finding("✗", text, words.SLACK_REFUSED_FIX)
    text = words.SLACK_SILENT.format(address=settings.slack_api_url, reason=type(error).__name__)
    return Finding("✗", text, words.SLACK_SILENT_FIX)


def _missing_scopes(settings: Settings, headers: Mapping[str, Any]) -> list[str]:
    """Slack names a token's scopes in a header of every answer."""
    told = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
    if not told:
        return []
    text = ",".join(told) if isinstance(told, list) else str(told)
    granted = {scope.strip() for scope in text.split(",")}
    wanted = slack_manifest(settings)["oauth_config"]["scopes"]["bot"]
    return sorted(set(wanted) - granted)


async def check_discord(settings: Settings) -> list[Finding]:
    """The bot token, and the invitation."""
    if not settings.discord_token.get_secret_value():
        return [Finding("–", words.DISCORD_UNSET, words.DISCORD_UNSET_FIX)]
    try:
        manifest = await discord_manifest(settings)
    except DeskError as error:
        text = words.DISCORD_TROUBLE.format(reason=told(error.trouble))
        silent = isinstance(error, TryLater)
        return [Finding("✗", text, words.DISCORD_SILENT_FIX if silent else words.DISCORD_FIX)]
    return [Finding("✓", words.DISCORD.format(link=manifest["invite"]))]


async def check_openai(settings: Settings) -> list[Finding]:
    """The key, which of our models it lists, and which of them end soon; moderation by it."""
    key = settings.openai_api_key.get_secret_value()
    if not key:
        return [Finding("–", words.OPENAI_UNSET, words.OPENAI_UNSET_FIX)]
    base = settings.openai_base_url.rstrip("/")
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            answer = await http.get(f"{base}/models", headers={"Authorization": f"Bearer {key}"})
        rows = answer.raise_for_status().json()["data"]
        listed = {str(row["id"]): _day(row.get("shutdown_date")) for row in rows}
    except httpx2.HTTPStatusError as error:
        status = error.response.status_code
        if status in {401, 403}:
            text = words.OPENAI_REFUSED.format(status=status)
            return [Finding("✗", text, words.OPENAI_REFUSED_FIX)]
        # It has answered 404 here while it went on making pictures.
        return [_openai_silent("!", base, f"HTTP {status}")]
    except (httpx2.HTTPError, KeyError, TypeError, ValueError) as error:
        return [_openai_silent("✗", base, type(error).__name__)]
    return [*_models(listed), _words(listed), Finding("✓", words.MODERATION)]


def _words(listed: Mapping[str, date | None]) -> Finding:
    """What finds the pictures' words; without it the plain ones stand, so nothing is broken."""
    model = read_catalogue().words
    if model.name not in listed:
        return Finding("!", words.WORDS_UNLISTED.format(model=model.name), words.WORDS_FIX)
    ends = listed[model.name]
    if ends and ends - SystemClock().now().date() < SOON:
        return Finding("!", words.MODEL_ENDS.format(model=model.name, day=ends), words.WORDS_FIX)
    return Finding("✓", words.WORDS.format(model=model.name, price=money(model.price)))


def _openai_silent(mark: Mark, base: str, reason: str) -> Finding:
    text = words.OPENAI_SILENT.format(address=base, reason=reason)
    return Finding(mark, text, words.OPENAI_SILENT_FIX)


def _day(text: object) -> date | None:
    """A day that OpenAI tells; None where it tells none, or not as a date."""
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _models(listed: Mapping[str, date | None]) -> list[Finding]:
    ours = read_catalogue().of("openai")
    offered = [name for name in ours if name in listed]
    missing = [name for name in ours if name not in listed]
    found = [Finding("✓", words.OPENAI.format(models=", ".join(offered) or "none of ours"))]
    if missing:
        text = words.MODEL_UNLISTED.format(models=", ".join(missing))
        found.append(Finding("!", text, words.MODEL_UNLISTED_FIX))
    today: date = SystemClock().now().date()
    for name, model in ours.items():
        ends = listed.get(name) or model.shutdown_on
        if ends and ends - today < SOON:
            text = words.MODEL_ENDS.format(model=name, day=ends)
            found.append(Finding("!", text, words.MODEL_ENDS_FIX))
    return found
