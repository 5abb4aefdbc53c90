"""Controls and reactions under cards: what arrives, and what is answered."""

from bot.surfaces.slack import Slack
from core.chat import (
    Actor,
    Button,
    Card,
    Menu,
    MessageRef,
    Option,
    Place,
    Press,
    Private,
    Reaction,
)
from tests.fakes.inbox import FakeInbox
from tests.platforms.slack import Channel, Person, SlackServer

from .material import Listening, Load


async def test_a_press_carries_the_cards_key_and_a_menu_its_whole_choice(
    slack: SlackServer,
    surface: Slack,
    listening: Listening,
    inbox: FakeInbox,
    ada: Person,
    marketing: Channel,
    place: Place,
    load: Load,
) -> None:
    """Each press is an event of its own; a menu tells all that is chosen, or that nothing is."""
    options = tuple(Option(str(number), f"Picture {number}") for number in range(1, 31))
    controls = (
        Button("redo", "Again", "🔁"),
        Menu("select", "Choose pictures", options, ("1", "2"), many=True),
        Menu("size", "Size", options[:2]),
    )
    async with listening():
        card = Card("k1", "Four foxes", controls=controls)
        thread, sent = await surface.open_thread(place, card, load, repeat=False)
        shown = slack.messages(marketing)[0]
        await ada.press(shown, "🔁 Again")
        await ada.press(shown, "redo:k1")
        await ada.choose(shown, "select", ["3", "30"])
        await ada.choose(shown, "select", [])
        await ada.choose(shown, "size", "2")
    presses = [event for event in inbox.events if isinstance(event, Press)]
    assert [(event.action, event.key, event.values) for event in presses] == [
        ("redo", "k1", ()),
        ("redo", "k1", ()),
        ("select", "k1", ("3", "30")),
        ("select", "k1", ()),
        ("size", "k1", ("2",)),
    ]
    assert len({event.event_id for event in presses}) == 5
    assert presses[0].place.thread == thread.id == sent.ref.id


async def test_a_private_reply_to_a_press_is_seen_by_that_person_only(
    slack: SlackServer,
    surface: Slack,
    listening: Listening,
    inbox: FakeInbox,
    bob: Person,
    marketing: Channel,
    place: Place,
    load: Load,
) -> None:
    """Through the response URL, and where that fails, as an ephemeral message."""
    inbox.answer = lambda _: Private("Only the requester may do that.")
    slack.faults.fail("response_url")
    async with listening():
        card = Card("k1", "Four foxes", controls=(Button("redo", "Again"),))
        await surface.open_thread(place, card, load, repeat=False)
        await bob.press(slack.messages(marketing)[0], "Again")
        await slack.until(lambda: len(slack.ephemerals(bob)) == 1)
        await bob.press(slack.messages(marketing)[0], "Again")
        await slack.until(lambda: len(slack.ephemerals(bob)) == 2)
    assert slack.calls["chat.postEphemeral"] == 1
    assert {each.plain() for each in slack.ephemerals(bob)} == {"Only the requester may do that."}
    assert slack.posts(marketing) == 1


async def test_reactions_on_our_cards_arrive_as_unicode(
    slack: SlackServer,
    surface: Slack,
    listening: Listening,
    inbox: FakeInbox,
    bob: Person,
    marketing: Channel,
    place: Place,
    load: Load,
) -> None:
    """Skin tones fall away, custom emoji keep their name; taking one off is told too."""
    async with listening():
        await surface.open_thread(place, Card("k1", "Four foxes"), load, repeat=False)
        shown = slack.messages(marketing)[0]
        for name in ("white_check_mark", "+1::skin-tone-4", "two", "wastebasket", "fox_party"):
            await bob.react(shown, name)
        await bob.unreact(shown, "two")
        await inbox.next(6)
    reactions = [event for event in inbox.events if isinstance(event, Reaction)]
    assert [(event.emoji, event.added) for event in reactions] == [
        ("✅", True),
        ("👍", True),
        ("2⃣", True),
        ("🗑", True),
        (":fox_party:", True),
        ("2⃣", False),
    ]
    assert {event.message for event in reactions} == {MessageRef("slack", marketing.id, shown.ts)}
    assert reactions[0].actor == Actor(bob.id, "Bob")


async def test_reactions_on_peoples_own_messages_are_none_of_our_business(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, bob: Person, marketing: Channel
) -> None:
    """They are acknowledged and go no further."""
    async with listening():
        await bob.react(await bob.say(marketing, "Lunch?"), "eyes")
        await slack.until(lambda: slack.deliveries and slack.deliveries[-1].answers)
    assert slack.deliveries[-1].answers[0].error is None
    assert not inbox.deliveries


async def test_a_slow_lookup_of_a_person_delays_no_acknowledgement(
    slack: SlackServer, listening: Listening, inbox: FakeInbox, ada: Person, marketing: Channel
) -> None:
    """Nobody gets rights that Slack has not told of, and nobody waits for them beyond a second."""
    async with listening():
        await ada.mention(marketing, "help")
        await inbox.next()
        slack.hub.workspace.users[ada.id].name = "Ada"
        stranger = slack.person("Eve", admin=True)
        slack.faults.latency(2.0)
        ack = await stranger.command("/generate", "a fox", marketing)
    assert ack.status == "ok"
    assert ack.seconds < 2
    assert inbox.events[1].actor == Actor(stranger.id, "eve")
