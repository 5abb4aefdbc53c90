"""The Graph API as Facebook and Instagram share it: one client, and what its errors mean.

Owns the version, the timeouts, the authorisation header and the reading of errors. It repeats
nothing, follows no redirect, and puts no token into an address. It must not know what a post is.

Sources: Meta's "Handling Errors" and "Rate Limits" (Graph API), "Error Codes" (Instagram Platform),
read in 2026-11.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Self, TypeAlias

import httpx2

from core.errors import ActionNeeded, DeskError, Fact, OutcomeUnknown, TryLater, UserError
from core.ports import Credential

VERSION: Final = "v26.0"
READ_SECONDS: Final = 30.0
UPLOAD_SECONDS: Final = 60.0
CONNECT_SECONDS: Final = 5.0

Json: TypeAlias = dict[str, Any]
_Meaning: TypeAlias = tuple[type[DeskError], str]

_AGAIN: Final = (TryLater, "network_unavailable")
_BUSY: Final = (TryLater, "network_busy")
_QUOTA: Final = (TryLater, "daily_quota")
_PROCESSING: Final = (TryLater, "network_processing")
_GONE: Final = (TryLater, "container_gone")
_EXPIRED: Final = (ActionNeeded, "account_expired")
_FORBIDDEN: Final = (ActionNeeded, "account_forbidden")
_BLOCKED: Final = (ActionNeeded, "account_blocked")
_NOT_FOUND: Final = (ActionNeeded, "account_not_found")
_UNREACHABLE: Final = (ActionNeeded, "image_unreachable")
_IMAGE: Final = (UserError, "image_rejected")
_CAPTION: Final = (UserError, "caption_rejected")
_REFUSED: Final = (UserError, "network_refused")
_DUPLICATE: Final = (OutcomeUnknown, "duplicate_refused")

# Meta uses some numbers both as a code and as a subcode, and a subcode always says more: a spam
# block, for one, comes as code 4, which alone would only mean "too many calls". A duplicate says
# that the post stands, though perhaps by an earlier call: that is looked up, not believed.
_MEANINGS: Final[Mapping[int, _Meaning]] = {
    **dict.fromkeys((-2, -1, 1, 2, 2207001, 2207032), _AGAIN),
    **dict.fromkeys((4, 17, 32, 341, 613, *range(80000, 80015)), _BUSY),
    **dict.fromkeys((9, 2207042), _QUOTA),
    **dict.fromkeys((9007, 2207027), _PROCESSING),
    **dict.fromkeys((2207008, 2207020), _GONE),
    **dict.fromkeys((102, 190, 463, 467), _EXPIRED),
    **dict.fromkeys((3, 10, *range(200, 300), 1404078), _FORBIDDEN),
    **dict.fromkeys((25, 368, 1346003, 1390008, 2207050, 2207051), _BLOCKED),
    **dict.fromkeys((33, 803), _NOT_FOUND),
    **dict.fromkeys((9004, 2207003, 2207052), _UNREACHABLE),
    **dict.fromkeys((324, 36000, 36001, 36003, 1366046, 2207004, 2207005, 2207009), _IMAGE),
    **dict.fromkeys((36004, 2207010), _CAPTION),
    100: _REFUSED,
    **dict.fromkeys((506, 1366051, 2207006), _DUPLICATE),
}
_PAUSES: Final[Mapping[str, float]] = {
    "network_unavailable": 30,
    "network_busy": 300,  # only where Meta does not say how long
    "daily_quota": 3600,  # a rolling day: the oldest post may leave it at any time
    "network_processing": 10,
    "container_gone": 1,
}
_LONGEST_MESSAGE: Final = 300


class Graph:
    """The client. `url` is the API's address without a version; close it when done."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"{url.rstrip('/')}/{VERSION}/",
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
        )

    async def aclose(self) -> None:
        """Close its connections. May be repeated."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def read(self, account: Credential, path: str, **params: str) -> Json:
        """GET `path` (an id and an edge, without a leading slash). Repeatable.

        Raises TryLater, ActionNeeded, UserError.
        """
        return await self._call("GET", path, account, params=params)

    async def write(
        self, account: Credential, path: str, fields: Mapping[str, str], image: bytes | None = None
    ) -> str:
        """POST something that nobody sees, with a JPEG as `source` where given; returns its id.

        Repeating it makes another one, equally unseen. Raises TryLater, ActionNeeded, UserError.
        """
        upload: Json = {}
        if image is not None:
            upload = {
                "files": {"source": ("image.jpg", image, "image/jpeg")},
                "timeout": httpx2.Timeout(UPLOAD_SECONDS, connect=CONNECT_SECONDS),
            }
        answer = await self._call("POST", path, account, data=dict(fields), **upload)
        if not isinstance(answer.get("id"), str):
            raise TryLater("network_unavailable", after=_PAUSES["network_unavailable"])
        return str(answer["id"])

    async def commit(self, account: Credential, path: str, fields: Mapping[str, str]) -> str:
        """POST the one thing that everybody sees; returns its id. Never repeatable.

        Raises OutcomeUnknown unless it surely did not happen, else as `write`.
        """
        answer = await self._call("POST", path, account, committing=True, data=dict(fields))
        if not isinstance(answer.get("id"), str):
            raise OutcomeUnknown("network_unanswered")
        return str(answer["id"])

    async def _call(
        self, method: str, path: str, account: Credential, *, committing: bool = False, **rest: Any
    ) -> Json:
        if not (account.secret and account.secret.isascii() and account.secret.isprintable()):
            raise ActionNeeded("account_expired", message="not a token")
        headers = {"Authorization": f"Bearer {account.secret}"}
        try:
            response = await self._http.request(method, path, headers=headers, **rest)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            # No connection, so nothing was sent: certain even while committing.
            raise _unanswered(type(error).__name__, committing=False) from error
        except httpx2.RequestError as error:
            raise _unanswered(type(error).__name__, committing=committing) from error
        answer = _json(response.content)
        if response.is_success and answer is not None and "error" not in answer:
            return answer
        if answer is None or not isinstance(answer.get("error"), dict):
            raise _unanswered(f"HTTP {response.status_code}", committing=committing)
        raise _refusal(response, answer["error"], account.secret, committing=committing)


def meaning_of(number: int) -> tuple[type[DeskError], str] | None:
    """What a Graph code or subcode means to the desk; None for one that we do not know."""
    return _MEANINGS.get(number)


def _unanswered(reason: str, *, committing: bool) -> DeskError:
    if committing:
        return OutcomeUnknown("network_unanswered", reason=reason)
    return TryLater("network_unavailable", after=_PAUSES["network_unavailable"], reason=reason)


def _refusal(response: httpx2.Response, error: Json, secret: str, *, committing: bool) -> DeskError:
    code, subcode = error.get("code"), error.get("error_subcode")
    facts: dict[str, Fact] = {
        "status": response.status_code,
        "meta_code": code if isinstance(code, int) else None,
        "meta_subcode": subcode if isinstance(subcode, int) else None,
        "fbtrace_id": str(error.get("fbtrace_id", "")),
        "message": _clean(str(error.get("error_user_msg") or error.get("message", "")), secret),
    }
    known = (meaning_of(number) for number in (subcode, code) if isinstance(number, int))
    kind, reason = next(filter(None, known), (None, ""))
    if kind is None and (error.get("is_transient") is True or response.is_server_error):
        kind, reason = _AGAIN
    # A 4xx that nobody has documented has been seen after the deed was done: it proves nothing.
    if committing and (kind is None or (kind, reason) == _AGAIN):
        return OutcomeUnknown("network_unanswered", **facts)
    if kind is None or (kind is OutcomeUnknown and not committing):
        kind, reason = _REFUSED
    if kind is TryLater:
        after = _regain(response.headers) if (kind, reason) == _BUSY else None
        return TryLater(reason, after=after or _PAUSES[reason], **facts)
    return kind(reason, **facts)


def _regain(headers: Mapping[str, str]) -> float | None:
    """Seconds until calls are taken again, where the usage header tells it (in minutes)."""
    usage = _json(headers.get("X-Business-Use-Case-Usage", "").encode()) or {}
    minutes = [
        row["estimated_time_to_regain_access"]
        for rows in usage.values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict)
        and isinstance(row.get("estimated_time_to_regain_access"), int | float)
    ]
    return max(minutes, default=0) * 60 or None


def _json(body: bytes) -> Json | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _clean(message: str, secret: str) -> str:
    """Meta repeats addresses, ours are signed, and facts are stored."""
    if secret:
        message = message.replace(secret, "…")
    return re.sub(r"https?://\S+", "…", message)[:_LONGEST_MESSAGE]
