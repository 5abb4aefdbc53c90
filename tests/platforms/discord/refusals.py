"""What Discord answers when it refuses: one exception, and the refusals by their facts.

It owns the codes. Source: https://docs.discord.com/developers/topics/opcodes-and-status-codes

    Refusal
    ├── 400 50035 invalid form body (recorded as a violation), 50006 empty message, 50083 archived
    ├── 401 without a valid token
    ├── 403 50001 missing access, 50013 missing permission, 50005 somebody else's message
    ├── 404 10003 channel, 10004 guild, 10008 message, 10013 user, 10015 webhook, 10062 interaction
    ├── 413 40005 too large
    └── 429 30046 too many edits of an old message
"""

from tests.platforms.discord.world import Json


class Refusal(Exception):
    """A request that is not done.

    Args:
        status: of HTTP.
        code: Discord's own.
        text: Discord's sentence.
        faults: what is wrong with the body; it makes the refusal a violation.
        headers: for 429.
        extra: further keys of the answer.
    """

    def __init__(
        self,
        status: int,
        code: int,
        text: str,
        *,
        faults: list[str] | None = None,
        headers: dict[str, str] | None = None,
        extra: Json | None = None,
    ) -> None:
        super().__init__(f"{status} {code} {text}")
        self.status = status
        self.faults = faults or []
        self.headers = headers or {}
        self.body: Json = {"message": text, "code": code} | (extra or {})
        if self.faults:
            listed = [{"code": "INVALID", "message": fault} for fault in self.faults]
            self.body["errors"] = {"body": {"_errors": listed}}


def invalid(*faults: str) -> Refusal:
    """The body breaks a rule."""
    return Refusal(400, 50035, "Invalid Form Body", faults=list(faults))


def unknown(what: str) -> Refusal:
    """There is no such thing (any more)."""
    codes = {
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "User": 10013,
        "Emoji": 10014,
        "Webhook": 10015,
        "interaction": 10062,
        "application command": 10063,
    }
    return Refusal(400 if what == "Emoji" else 404, codes[what], f"Unknown {what}")


def unauthorized() -> Refusal:
    """No token, or a wrong one."""
    return Refusal(401, 0, "401: Unauthorized")


def missing_access() -> Refusal:
    """The bot cannot see it."""
    return Refusal(403, 50001, "Missing Access")


def missing_permission() -> Refusal:
    """The bot sees it, and may not do this."""
    return Refusal(403, 50013, "Missing Permissions")


def archived() -> Refusal:
    """The thread must be reopened first."""
    return Refusal(400, 50083, "Thread is archived")


def too_large() -> Refusal:
    """A file or the whole request is too large."""
    return Refusal(413, 40005, "Request entity too large")


def limited(retry_after: float, *, code: int = 0, text: str = "") -> Refusal:
    """Too many of these; the answer says when to come again."""
    headers = {
        "Via": "1.1 google",  # discord.py takes a 429 without it for Cloudflare's ban
        "Retry-After": str(max(1, round(retry_after))),
        "X-RateLimit-Scope": "user",
    }
    extra: Json = {"retry_after": retry_after, "global": False}
    text = text or "You are being rate limited."
    return Refusal(429, code, text, headers=headers, extra=extra)
