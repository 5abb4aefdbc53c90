"""Admission: which business and member an event belongs to.

A business begins with the first event of an allowed team; where no team is listed, the first to
speak on a surface is taken and others are told so. It must not know what the event asks for.
"""

from dataclasses import dataclass

from core.business.accounts import Account
from core.business.budgets import put
from core.business.members import Business, Member
from core.chat import Actor, Place
from core.errors import UserError
from core.storing import UnitOfWork


@dataclass(frozen=True)
class Door:
    """Who is let in: the allowed teams (empty: the first to speak), and what a new business gets.

    `daily_budget` is micro-USD.
    """

    teams: frozenset[str]
    daily_budget: int


class WhichBusiness(UserError):
    """A person of several businesses spoke in a direct message; they are asked once."""

    def __init__(self, businesses: list[Business]) -> None:
        super().__init__("which_business")
        self.businesses = businesses


async def admit(uow: UnitOfWork, door: Door, place: Place, actor: Actor) -> tuple[Business, Member]:
    """The business and member behind an event, made if they are new here.

    Raises UserError("team_not_allowed" | "no_business"), WhichBusiness.
    """
    business = await _business(uow, door, place, actor)
    member = await _member(uow, business, place, actor)
    if member is None:
        member = Member(business.id, place.surface, actor.id, actor.name, actor.is_admin)
        uow.members.add(member)
    elif place.team and (member.name, member.admin) != (actor.name, actor.is_admin):
        # Without a team (Discord's direct messages) nobody can say who is an admin.
        member.name, member.admin = actor.name, actor.is_admin
    return business, member


async def recognise(uow: UnitOfWork, place: Place, actor: Actor) -> tuple[Business, Member] | None:
    """Somebody who is known there, and their business; nobody is let in by it, and nothing made."""
    if place.team:
        business = await uow.businesses.by_team(place.surface, place.team)
        known = [business] if business else []
    else:
        known = await uow.businesses.of_user(place.surface, actor.id)
    for each in known:
        member = await _member(uow, each, place, actor)
        if member and (place.team or len(known) == 1 or member.home):
            return each, member
    return None


async def settle_home(uow: UnitOfWork, place: Place, actor: Actor, business_id: int) -> None:
    """Remember which business this person means in direct messages from now on.

    Raises UserError("no_business") for one they are no member of.
    """
    known = await uow.businesses.of_user(place.surface, actor.id)
    if business_id not in {business.id for business in known}:
        raise UserError("no_business")
    for business in known:
        member = await uow.members.by_user(business.id, place.surface, actor.id)
        if member:
            member.home = business.id == business_id


async def _member(uow: UnitOfWork, business: Business, place: Place, actor: Actor) -> Member | None:
    """On the page sit the people of the other chats too, and stay who they are there."""
    if place.surface == "page":
        return await uow.members.anywhere(business.id, actor.id)
    return await uow.members.by_user(business.id, place.surface, actor.id)


async def _business(uow: UnitOfWork, door: Door, place: Place, actor: Actor) -> Business:
    if not place.team:
        known = await uow.businesses.of_user(place.surface, actor.id)
        if not known:
            raise UserError("no_business")
        for business in known:
            member = await uow.members.by_user(business.id, place.surface, actor.id)
            if len(known) == 1 or (member and member.home):
                return business
        raise WhichBusiness(known)
    if door.teams and place.surface != "page" and place.team not in door.teams:
        raise UserError("team_not_allowed", team=place.team)
    found = await uow.businesses.by_team(place.surface, place.team)
    if found:
        return found
    if not door.teams and place.surface != "page" and await uow.businesses.has_team(place.surface):
        raise UserError("team_not_allowed", team=place.team)
    business = Business(place.team_name or place.team, uow.now)
    await uow.businesses.join(place.surface, place.team, business)
    await put(uow, business.id, "business", "", "day", "money", door.daily_budget)
    uow.accounts.add(Account(business.id, "site", "site", business.name, "", uow.now))
    return business
