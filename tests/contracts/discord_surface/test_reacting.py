"""Reactions as they reach the inbox: in order, with who gave them, and without noise."""

import pytest

from bot.surfaces.discord import Discord
from core.chat import Actor, Card, MessageRef, Place, Reaction
from tests.contracts.discord_surface.conftest import COMMANDS, Desks, Listen, Shelf
from tests.fakes.inbox import FakeInbox
from tests.platforms.discord import DiscordServer, Guild, Person
from tests.platforms.discord.channels import Channel

pytestmark = pytest.mark.usefixtures("listening")


async def test_reactions_come_in_order_with_plain_emoji(
    server: DiscordServer,
    desk: Discord,
    inbox: FakeInbox,
    acme: Guild,
    in_marketing: Place,
    marketing: Channel,
    ada: Person,
    shelf: Shelf,
) -> None:
    """On, off, on: the last word is the last; skin tones and variation selectors are gone."""
    _, sent = await desk.open_thread(in_marketing, Card("key", "Done"), shelf.load, repeat=False)
    (message,) = server.messages(marketing)
    root = acme.person("Root", manage_guild=True)
    await ada.react(message, "👍🏽")
    await ada.unreact(message, "👍🏽")
    await ada.react(message, "👍🏽")
    await root.react(message, "❤️")
    await root.react(message, "party:123456789012345678")
    await inbox.next(5)
    reactions = [event for event in inbox.events if isinstance(event, Reaction)]
    assert [(event.emoji, event.added) for event in reactions] == [
        ("👍", True),
        ("👍", False),
        ("👍", True),
        ("❤", True),
        (":party:", True),
    ]
    assert len({event.event_id for event in reactions}) == 5
    assert {event.message for event in reactions} == {sent.ref}
    assert {event.place for event in reactions} == {in_marketing}
    assert [event.actor.is_admin for event in reactions] == [False, False, False, True, True]


async def test_a_reaction_delivered_twice_is_one_event(
    server: DiscordServer,
    desk: Discord,
    inbox: FakeInbox,
    in_marketing: Place,
    marketing: Channel,
    ada: Person,
    shelf: Shelf,
) -> None:
    """Discord has no id of a reaction; the number of its delivery stands for it."""
    await desk.open_thread(in_marketing, Card("key", "Done"), shelf.load, repeat=False)
    (message,) = server.messages(marketing)
    server.gateway.twice = True
    await ada.react(message, "✅")
    await ada.unreact(message, "✅")
    await ada.react(message, "✅")
    await server.until(lambda: inbox.deliveries == 6)
    assert [event.added for event in inbox.events if isinstance(event, Reaction)] == [
        True,
        False,
        True,
    ]


async def test_a_reaction_taken_away_tells_who_it_was(
    server: DiscordServer,
    desk: Discord,
    inbox: FakeInbox,
    acme: Guild,
    in_marketing: Place,
    marketing: Channel,
    shelf: Shelf,
    listening_as: Listen,
    another_desk: Desks,
) -> None:
    """Discord tells only a number then; name and rights are asked for, and what comes after waits
    meanwhile: the last word stays the last.
    """
    await desk.open_thread(in_marketing, Card("key", "Done"), shelf.load, repeat=False)
    (message,) = server.messages(marketing)
    root = acme.person("Root", manage_guild=True)
    server.gateway.cut(lose=True)
    await root.react(message, "✅")
    async with another_desk(COMMANDS) as successor, listening_as(successor, inbox):
        await root.unreact(message, "✅")
        await root.react(message, "✅")
        await inbox.next(2)
    event, last = inbox.events
    assert isinstance(event, Reaction)
    assert isinstance(last, Reaction)
    assert (event.added, event.actor) == (False, Actor(str(root.id), "Root", is_admin=True))
    assert last.added


async def test_reactions_that_mean_nothing_do_not_arrive(
    server: DiscordServer,
    desk: Discord,
    inbox: FakeInbox,
    in_marketing: Place,
    marketing: Channel,
    ada: Person,
    shelf: Shelf,
) -> None:
    """Those on people's messages, a bot's own, and a moderator's clearing of all."""
    await desk.open_thread(in_marketing, Card("key", "Done"), shelf.load, repeat=False)
    (card,) = server.messages(marketing)
    other = await ada.say(marketing, "look")
    await ada.react(other, "✅")
    await ada.unreact(other, "✅")
    marketing.react(card, "✅", server.world.bot)
    await ada.react(card, "1️⃣")
    marketing.clear_reactions(card)
    await ada.react(card, "2️⃣")
    await inbox.next(2)
    emoji = [event.emoji for event in inbox.events if isinstance(event, Reaction)]
    assert emoji == ["1\u20e3", "2\u20e3"]
    assert inbox.bare == [(MessageRef("discord", str(marketing.id), str(card.id)), None)]
    assert server.count("GET", "/guilds/{}/members/{}") == 0
