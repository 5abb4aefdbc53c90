"""Calls to Slack's Web API that fail in our words.

Owns the client's settings and the one table from Slack's error codes to ours. It must not know
what is called, or what for.

Slack's codes: https://docs.slack.dev/reference/methods, the error table of each method.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from core.errors import ActionNeeded, DeskError, TryLater, UserError

Json = dict[str, Any]
Answer = TypeVar("Answer")

CHANNEL_TROUBLE: Final[Mapping[str, str]] = {
    "not_in_channel": "chat_not_invited",
    "channel_not_found": "chat_not_invited",
    "user_not_in_channel": "chat_not_invited",
    "is_archived": "chat_gone",
    "is_inactive": "chat_gone",
    "thread_not_found": "chat_gone",
}
MESSAGE_LOST: Final[Mapping[str, str]] = {
    "message_not_found": "message_gone",
    "cant_update_message": "message_gone",
    "edit_window_closed": "message_too_old",
}
FORBIDDEN: Final = frozenset(
    {
        "access_denied",
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
BUSY: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
OUT_OF_ORDER: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
PASSING: Final = frozenset({0, 200, 408})  # no answer in JSON, where one should be
LONGEST_PAUSE: Final = 3.0  # seconds; beyond it the caller plans the repetition
CALL_TIMEOUT: Final = 30  # seconds

_log = structlog.get_logger(__name__)


class BriefPause(AsyncRateLimitErrorRetryHandler):
    """Waits out a 429 that asks for a moment, so that ten uploads are not begun again for it.

    A refused call was not carried out, so repeating it is safe.
    """

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = await super()._can_retry_async(
            state=state, request=request, response=response, error=error
        )
        return limited and response is not None and _pause(response.headers) <= LONGEST_PAUSE


def make_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that never repeats a call by itself whose answer was lost.

    The SDK's default handler does, and a connection cut after a post was taken makes two posts.
    """
    return AsyncWebClient(
        token=token or None,
        base_url=api_url,
        timeout=CALL_TIMEOUT,
        retry_handlers=[BriefPause(max_retry_count=4)],
    )


async def patiently(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask again until Slack answers, however long that takes. Raises what is no TryLater."""
    while True:
        try:
            return await ask()
        except TryLater as error:
            _log.warning("slack_unavailable", reason=str(error))
            await asyncio.sleep(error.after)


@contextmanager
def in_our_words(channel: str = "") -> Iterator[None]:
    """Turn what the SDK raises inside into our errors; `channel` goes into their facts.

    Raises ActionNeeded("chat_not_invited" | "chat_gone" | "chat_forbidden" | "chat_refused"),
    UserError("message_gone" | "message_too_old"), TryLater("chat_busy" | "chat_unavailable"). The
    last one may follow a call that was carried out: a post is searched for before it is repeated.
    """
    try:
        yield
    except SlackApiError as error:
        raise _translated(error, channel) from error
    except (TimeoutError, SlackClientError, aiohttp.ClientError, OSError) as error:
        raise TryLater("chat_unavailable", after=1, reason=type(error).__name__) from error


def _translated(error: SlackApiError, channel: str) -> DeskError:
    response = error.response
    code = str(_data(error).get("error") or "")
    status = response.status_code if isinstance(response, AsyncSlackResponse) else 0
    if status == 429 or code in BUSY:  # noqa: PLR2004  # HTTP's own number
        after = _pause(response.headers) if isinstance(response, AsyncSlackResponse) else 1.0
        return TryLater("chat_busy", after=after)
    if code in OUT_OF_ORDER or (not code and status in PASSING) or status >= 500:  # noqa: PLR2004  # as above
        return TryLater("chat_unavailable", after=5, reason=code or f"HTTP {status}")
    if code in MESSAGE_LOST:
        return UserError(MESSAGE_LOST[code])
    if code in FORBIDDEN:
        permission = str(_data(error).get("needed") or code)
        return ActionNeeded("chat_forbidden", channel=channel, permission=permission)
    reason = code or f"HTTP {status}"
    return ActionNeeded(CHANNEL_TROUBLE.get(code, "chat_refused"), channel=channel, reason=reason)


def _data(error: SlackApiError) -> Json:
    response = error.response
    if isinstance(response, AsyncSlackResponse) and isinstance(response.data, dict):
        return response.data
    return {}


def _pause(headers: Any) -> float:
    """Seconds that `Retry-After` asks for; 1 where it is absent or no number."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            first = value[0] if isinstance(value, list) else value
            try:
                return max(float(first), 0.0)
            except ValueError:
                return 1.0
    return 1.0
