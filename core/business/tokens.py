"""Tokens by which programs use the desk: one person of one business, and what it may do.

Owns the row and how a token is made and recognised. Only its hash is kept: who reads the rows can
act for nobody. It must not know HTTP.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

Scope = Literal["read", "write", "publish"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

PREFIX: Final = "imgdesk_"
"""By which people, and searches for leaked secrets, know one when they see it."""


@dataclass(eq=False)
class ApiToken:
    """A token that was given out. It acts as the member, within `scopes`, until `revoked_at`."""

    token_hash: str
    business_id: int
    member_id: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None = None


def make_token() -> str:
    """A new token as its holder gets it, once."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token. It is random and long, so that a plain hash cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
