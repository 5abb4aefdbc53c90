"""What Discord's refusals mean to the desk. Owns the table from Discord's error codes to our
errors; it must not know which call was made beyond the permission that it needs.

Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

from collections.abc import Mapping
from enum import IntEnum
from http import HTTPStatus
from typing import Final

import aiohttp
import discord

from core.errors import ActionNeeded, DeskError, TryLater, UserError


class Code(IntEnum):
    """Discord's numbers of the refusals that mean something to us."""

    UNKNOWN_CHANNEL = 10003
    UNKNOWN_GUILD = 10004
    UNKNOWN_MEMBER = 10007
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_INTERACTION = 10062
    EDITED_TOO_OFTEN = 30046
    TOO_LARGE = 40005
    ALREADY_ANSWERED = 40060
    MISSING_ACCESS = 50001
    CANNOT_MESSAGE_PERSON = 50007
    MISSING_PERMISSIONS = 50013
    WRONG_KIND_OF_CHANNEL = 50024
    THREAD_ARCHIVED = 50083
    THREAD_EXISTS = 160004
    THREAD_LOCKED = 160005
    TOO_MANY_THREADS = 160006


REFUSALS: Final[Mapping[int, tuple[type[UserError | ActionNeeded], str, dict[str, str]]]] = {
    # The channel is not even visible, whatever else is missing.
    Code.MISSING_ACCESS: (ActionNeeded, "chat_forbidden", {"permission": "View Channel"}),
    # Only who manages threads can reopen it.
    Code.THREAD_ARCHIVED: (ActionNeeded, "chat_forbidden", {"permission": "Manage Threads"}),
    Code.THREAD_LOCKED: (ActionNeeded, "chat_forbidden", {"permission": "Manage Threads"}),
    # Their privacy settings, or no server in common.
    Code.CANNOT_MESSAGE_PERSON: (
        ActionNeeded,
        "chat_forbidden",
        {"permission": "Direct Messages"},
    ),
    Code.TOO_MANY_THREADS: (ActionNeeded, "chat_threads_full", {}),
    Code.UNKNOWN_CHANNEL: (ActionNeeded, "chat_gone", {}),
    Code.UNKNOWN_GUILD: (ActionNeeded, "chat_gone", {}),
    Code.UNKNOWN_MESSAGE: (UserError, "message_gone", {}),
    # Only of messages over an hour old; a fresh one has no such cap.
    Code.EDITED_TOO_OFTEN: (UserError, "message_too_old", {}),
    Code.TOO_LARGE: (UserError, "file_too_big_for_chat", {}),
    # By HTTP's own number, where Discord gives none.
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (UserError, "file_too_big_for_chat", {}),
    HTTPStatus.UNAUTHORIZED: (ActionNeeded, "chat_token_rejected", {}),
}

UNREACHABLE: Final = (aiohttp.ClientError, OSError, TimeoutError)
PAUSE: Final = 5.0  # seconds before an outage is tried again
LONG_PAUSE: Final = 60.0  # after a 429 that names no time: Cloudflare's, shortly before a ban
LONGEST_REASON: Final = 300


def understood(error: Exception, permission: str = "") -> DeskError:
    """Our error for one that discord.py or the line raised.

    `permission` is the name of what the call needs, as Discord's own settings show it. A cut line
    is TryLater too, although the call may have been carried out: posts are found again by their
    key, and everything else may be repeated.
    """
    if isinstance(error, discord.RateLimited):
        return TryLater("chat_busy", after=error.retry_after)
    if isinstance(error, discord.LoginFailure):
        return ActionNeeded("chat_token_rejected")
    if isinstance(error, discord.HTTPException):
        return _refusal(error, permission)
    return TryLater("chat_unavailable", after=PAUSE)


def _refusal(error: discord.HTTPException, permission: str) -> DeskError:
    if error.code == Code.MISSING_PERMISSIONS:
        return ActionNeeded("chat_forbidden", permission=permission)
    if refused := REFUSALS.get(error.code) or REFUSALS.get(error.status):
        kind, code, facts = refused
        return kind(code, **facts)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TryLater("chat_busy", after=_asked_pause(error))
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater("chat_unavailable", after=PAUSE)
    return ActionNeeded("chat_refused", reason=error.text[:LONGEST_REASON])


def _asked_pause(error: discord.HTTPException) -> float:
    """Discord asks for seconds in a header; what stands before Discord may ask for nothing."""
    try:
        return float(error.response.headers.get("Retry-After", LONG_PAUSE))
    except ValueError:
        return LONG_PAUSE
