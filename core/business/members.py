"""Businesses, the chat teams that speak for them, and their members with what they may do.

Owns the rules of who may: requesters on their own jobs, approvers on all, admins on settings. It
must not know any platform's roles; surfaces say `Actor.is_admin`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4


def new_id() -> str:
    """A fresh row id: 32 hex characters, fit for every platform's control ids."""
    return uuid4().hex


@dataclass(eq=False)
class Business:
    """A tenant. `time_zone` is an IANA name in which a day is counted."""

    name: str
    created_at: datetime
    time_zone: str = "UTC"
    id: int = field(default=None)  # type: ignore[assignment]  # given by the database on insert


@dataclass(eq=False)
class Team:
    """A Slack team, Discord server or the page, speaking for one business."""

    surface: str
    team: str
    business_id: int


@dataclass(eq=False)
class Member:
    """A person of one business on one surface. `user` is the platform's id of them.

    `home` marks the business that a person of several means in direct messages. `sign_outs` counts
    how often they signed out of the page: sessions that began before no longer count.
    """

    business_id: int
    surface: str
    user: str
    name: str
    admin: bool = False
    approver: bool = False
    home: bool = False
    sign_outs: int = 0
    id: str = field(default_factory=new_id)


def may_direct(member: Member, owner_id: str) -> bool:
    """Whether `member` may choose, ask again, cancel or discard on a job of `owner_id`."""
    return member.id == owner_id or member.admin or member.approver


def may_approve(member: Member, owner_id: str, *, approvers_named: bool) -> bool:
    """Whether `member` may approve and publish: approvers, and admins; until approvers are named
    also the job's requester.
    """
    return member.approver or member.admin or (not approvers_named and member.id == owner_id)
