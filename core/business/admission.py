"""Admission: which business and member an event belongs to.

A business begins with the first event of an allowed team; where no team is listed, the first to
speak on a surface is taken and others are told so. It must not know what the event asks for.
"""

from dataclasses import dataclass

from core.business.accounts import Account
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


async def admit(uow: UnitOfWork, door: Door, place: Place, actor: Actor) -> tuple[Business, Member]:
    """The business and member behind an event, made if they are new here.

    Raises UserError("team_not_allowed" | "no_business" | "which_business").
    """
    business = await _business(uow, door, place, actor)
    member = await _member(uow, business, place, actor)
    if member is None:
        member = Member(business.id, place.surface, actor.id, actor.name, actor.is_admin)
        uow.members.add(member)
    elif (member.name, member.admin) != (actor.name, actor.is_admin):
        member.name, member.admin = actor.name, actor.is_admin
    return business, member


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
        if len(known) > 1:
            raise UserError("which_business", teams=[business.name for business in known])
        return known[0]
    business = await uow.businesses.by_team(place.surface, place.team)
    if business:
        return business
    allowed = place.team in door.teams if door.teams else not await _taken(uow, place)
    if place.surface != "page" and not allowed:
        raise UserError("team_not_allowed", team=place.team)
    business = Business(place.team_name or place.team, door.daily_budget, uow.now)
    await uow.businesses.join(place.surface, place.team, business)
    uow.accounts.add(Account(business.id, "site", "site", business.name, "", uow.now))
    return business


async def _taken(uow: UnitOfWork, place: Place) -> bool:
    return await uow.businesses.has_team(place.surface)
