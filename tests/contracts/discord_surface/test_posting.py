"""Cards in Discord's channels and threads, posted by a process that never listens."""

from datetime import timedelta

import pytest

from bot.surfaces.discord import Discord
from core.chat import Button, Card, Link, Menu, Option, Place, Private, Sent, Thread
from core.errors import ActionNeeded, TryLater, UserError
from tests.contracts.discord_surface.conftest import Shelf
from tests.platforms.discord import DiscordServer, Guild, Person
from tests.platforms.discord.channels import Channel

KEY = "0198c1f2-aaaa-7bbb-8ccc-ddddeeeeffff"
CREATE = "/channels/{}/messages"


async def test_a_card_opens_a_thread_named_by_its_title(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """A card asked for in a channel stands there, and its thread hangs from it."""
    card = Card(KEY, "A fox\nat dusk", ("Making 4 pictures.",))
    thread, sent = await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    (message,), (opened,) = server.messages(marketing), marketing.threads()
    assert (sent.ref.channel, sent.ref.id) == (str(marketing.id), str(message.id))
    assert thread == Thread("discord", in_marketing.team, str(marketing.id), str(opened.id))
    assert opened.name == "A fox at dusk"
    assert "Making 4 pictures." in message.plain()
    assert server.gateway.identified == 0


async def test_a_card_shows_its_pictures_and_files(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """Pictures are seen, and heard by their alt texts; files can be opened; all ids are kept."""
    first, second = shelf.picture("i1", "teal", "A fox"), shelf.picture("i2", "navy", "An owl")
    originals = shelf.file("z", "originals.zip", b"zip")
    card = Card(KEY, "Done", pictures=(first, second), files=(originals,))
    _, sent = await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    (message,) = server.messages(marketing)
    assert message.images() == [await shelf.load(first), await shelf.load(second)]
    assert message.alt_texts()[:2] == ["A fox", "An owl"]
    assert [file.filename for file in message.files()][2:] == ["originals.zip"]
    assert sent.files == {
        file: str(attachment.id)
        for file, attachment in zip(("i1", "i2", "z"), message.files(), strict=True)
    }


async def test_a_card_shows_words_links_and_controls(
    server: DiscordServer,
    desk: Discord,
    marketing: Channel,
    in_marketing: Place,
    ada: Person,
    shelf: Shelf,
) -> None:
    """Words read as they stand, whatever is in them; only the person meant is notified."""
    card = Card(
        KEY,
        "Done",
        ("Two *pictures* for @everyone.",),
        facts=(("Price", "$0.08"),),
        links=(Link("On the page", "https://desk.example/j/1"), Link("Local", "http://localhost/")),
        progress=(1, 2),
        controls=(
            Button("save", "Save", "💾", "primary"),
            Menu("pick", "Choose", (Option("1", "One"), Option("2", "Two")), ("2",), many=True),
        ),
        mention=str(ada.id),
        colour="good",
    )
    await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    (message,) = server.messages(marketing)
    assert [(button.label, button.url or button.custom_id) for button in message.buttons()] == [
        ("On the page", "https://desk.example/j/1"),
        ("Save", f"save:{KEY}"),
    ]
    (menu,) = message.selects()
    assert (menu.custom_id, menu.chosen, menu.fewest, menu.most) == (f"pick:{KEY}", ("2",), 0, 2)
    for words in (
        "Two \\*pictures\\* for @\u200beveryone",
        "**Price:** $0.08",
        " 1/2",
        "Local: http://localhost/",
    ):
        assert words in message.plain()
    assert message.notified == {ada.id}


async def test_inside_a_thread_the_card_is_posted_there(
    server: DiscordServer,
    desk: Discord,
    marketing: Channel,
    in_marketing: Place,
    ada: Person,
    shelf: Shelf,
) -> None:
    """What was asked for in a thread opens no other one."""
    there = ada.open_thread(marketing, "Ideas")
    place = Place("discord", in_marketing.team, "Acme", str(marketing.id), str(there.id))
    thread, sent = await desk.open_thread(place, Card(KEY, "A fox"), shelf.load, repeat=False)
    assert (thread.channel, thread.id) == (str(marketing.id), str(there.id))
    assert sent.ref.channel == str(there.id)
    assert len(server.messages(there)) == 1
    assert marketing.threads() == [there]


async def test_a_direct_message_is_its_own_thread(
    server: DiscordServer, desk: Discord, ada: Person, shelf: Shelf
) -> None:
    """Where there are no threads, cards stand one after the other."""
    channel = str(ada.direct_message().id)
    place = Place("discord", "", "", channel, direct=True)
    thread, _ = await desk.open_thread(place, Card(KEY, "A fox"), shelf.load, repeat=False)
    assert thread == Thread("discord", "", channel, channel)
    await desk.post(thread, Card("other", "An owl"), shelf.load, repeat=False)
    assert len(server.messages(ada.direct_message())) == 2


@pytest.mark.parametrize("remembered", [300.0, 0.0], ids=["with nonce", "nonce forgotten"])
async def test_a_card_whose_answer_was_lost_is_found_again(
    server: DiscordServer,
    desk: Discord,
    marketing: Channel,
    in_marketing: Place,
    shelf: Shelf,
    remembered: float,
) -> None:
    """The post was taken and the line cut: the second try finds it, though it has no control, and
    opens its thread; it then shows what the second try was to show.
    """
    server.world.nonce_seconds = remembered
    server.faults.drop_after("POST", CREATE)
    with pytest.raises(TryLater):
        await desk.open_thread(in_marketing, Card(KEY, "A fox"), shelf.load, repeat=False)
    later = Card(KEY, "A fox", ("One is done.",), pictures=(shelf.picture("i1"),))
    thread, sent = await desk.open_thread(in_marketing, later, shelf.load, repeat=True)
    (message,), (opened,) = server.messages(marketing), marketing.threads()
    assert (sent.ref.id, thread.id) == (str(message.id), str(opened.id))
    assert "One is done." in message.plain()
    assert sent.files.keys() == {"i1"}


async def test_a_thread_whose_answer_was_lost_is_used_again(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """A thread that was opened, though nobody was told, is the card's thread."""
    server.faults.drop_after("POST", "/channels/{}/messages/{}/threads")
    card = Card(KEY, "A fox", controls=(Button("redo", "Again"),))
    with pytest.raises(TryLater):
        await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    thread, _ = await desk.open_thread(in_marketing, card, shelf.load, repeat=True)
    assert [str(each.id) for each in marketing.threads()] == [thread.id]
    assert marketing.posts == 1


async def test_a_lost_card_is_found_behind_hundreds_of_messages(
    server: DiscordServer,
    desk: Discord,
    marketing: Channel,
    ada: Person,
    shelf: Shelf,
) -> None:
    """A busy channel does not hide a card from its second try."""
    server.world.nonce_seconds = 0
    thread = Thread("discord", str(marketing.id), str(marketing.id), str(marketing.id))
    first = await desk.post(thread, Card(KEY, "A fox"), shelf.load, repeat=False)
    for number in range(230):
        await ada.say(marketing, f"talk {number}")
    again = await desk.post(thread, Card(KEY, "A fox"), shelf.load, repeat=True)
    assert again.ref == first.ref
    assert marketing.posts == 1


async def test_the_same_post_taken_twice_is_one_message(
    server: DiscordServer, desk: Discord, marketing: Channel, shelf: Shelf
) -> None:
    """The library repeats a POST after a 500 by itself; our nonce makes that harmless."""
    thread = Thread("discord", str(marketing.id), str(marketing.id), str(marketing.id))
    first = await desk.post(thread, Card(KEY, "A fox"), shelf.load, repeat=False)
    second = await desk.post(thread, Card(KEY, "A fox"), shelf.load, repeat=False)
    assert first == second
    assert marketing.posts == 1
    assert server.count("GET", CREATE) == 0


async def test_another_key_is_another_card(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """Searching finds the card of that key alone."""
    await desk.open_thread(in_marketing, Card("k1", "A fox"), shelf.load, repeat=False)
    await desk.open_thread(in_marketing, Card("k2", "A fox"), shelf.load, repeat=True)
    assert marketing.posts == 2


async def test_an_edit_sends_only_what_is_new_and_drops_what_is_gone(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """Files that stand in a card stay where they are; a preview goes when its picture comes."""
    kept, preview = shelf.picture("i1", "teal"), shelf.picture("p2", "grey")
    before = Card(KEY, "Making", pictures=(kept, preview))
    thread, sent = await desk.open_thread(in_marketing, before, shelf.load, repeat=False)
    final = shelf.picture("i2", "navy", "An owl")
    shelf.asked.clear()
    after = Card(KEY, "Done", pictures=(kept, final))
    again = await desk.edit(sent, thread, after, shelf.load)
    assert shelf.asked == ["i2"]
    (message,) = server.messages(marketing)
    assert message.images() == [await shelf.load(kept), await shelf.load(final)]
    assert message.alt_texts() == ["A fox", "An owl"]
    assert again.files["i1"] == sent.files["i1"]
    assert len(message.attachments) == 2
    assert await desk.edit(again, thread, after, shelf.load) == again


async def test_an_archived_thread_is_reopened(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """Cards in a thread that fell asleep can be posted and edited as before."""
    thread, _ = await desk.open_thread(in_marketing, Card(KEY, "A fox"), shelf.load, repeat=False)
    (opened,) = marketing.threads()
    opened.archive()
    sent = await desk.post(thread, Card("k2", "An owl"), shelf.load, repeat=False)
    opened.archive()
    await desk.edit(sent, thread, Card("k2", "An eagle owl"), shelf.load)
    assert not opened.archived
    assert [message.plain() for message in server.messages(opened)] == ["### An eagle owl"]


async def test_a_locked_thread_needs_somebody_who_manages_threads(
    desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """What a moderator closed the desk cannot open; an admin is told what it would need."""
    thread, _ = await desk.open_thread(in_marketing, Card(KEY, "A fox"), shelf.load, repeat=False)
    marketing.threads()[0].archive(locked=True)
    with pytest.raises(ActionNeeded, match="chat_forbidden") as refused:
        await desk.post(thread, Card("k2", "An owl"), shelf.load, repeat=False)
    assert refused.value.facts == {"permission": "Manage Threads"}


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("SEND_MESSAGES", "Send Messages"),
        ("CREATE_PUBLIC_THREADS", "Create Public Threads"),
        ("VIEW_CHANNEL", "View Channel"),
    ],
)
async def test_a_missing_permission_is_named(
    desk: Discord,
    marketing: Channel,
    in_marketing: Place,
    shelf: Shelf,
    missing: str,
    told: str,
) -> None:
    """An admin reads which permission the desk lacks."""
    marketing.deny(missing)
    with pytest.raises(ActionNeeded, match="chat_forbidden") as refused:
        await desk.open_thread(in_marketing, Card(KEY, "A fox"), shelf.load, repeat=False)
    assert told in str(refused.value.facts["permission"])


async def test_a_deleted_channel_is_gone(
    desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """Nothing is tried again where there is nothing any more."""
    marketing.remove()
    with pytest.raises(ActionNeeded, match="chat_gone"):
        await desk.open_thread(in_marketing, Card(KEY, "A fox"), shelf.load, repeat=False)


async def test_a_message_too_old_to_be_edited_asks_for_a_fresh_one(
    server: DiscordServer, desk: Discord, marketing: Channel, shelf: Shelf
) -> None:
    """Discord's cap on edits of old messages is told apart from a limit that passes."""
    thread = Thread("discord", str(marketing.id), str(marketing.id), str(marketing.id))
    server.world.ahead, server.world.old_edits = timedelta(hours=-2), 0
    old = await desk.post(thread, Card("old", "Then"), shelf.load, repeat=False)
    server.world.ahead = timedelta()
    with pytest.raises(UserError, match="message_too_old"):
        await desk.edit(old, thread, Card("old", "Now"), shelf.load)
    fresh = await desk.post(thread, Card(KEY, "Now"), shelf.load, repeat=False)
    server.faults.answer("PATCH", "/channels/{}/messages/{}", retry_after=600)
    with pytest.raises(TryLater, match="chat_busy"):
        await desk.edit(fresh, thread, Card(KEY, "Then"), shelf.load)


async def test_a_refused_token_needs_an_operator(desk: Discord, server: DiscordServer) -> None:
    """A wrong token is not tried again and again."""
    server.faults.fail("GET", "/users/@me", 401)
    thread = Thread("discord", "1", "2", "3")
    with pytest.raises(ActionNeeded, match="chat_token_rejected"):
        await desk.post(thread, Card(KEY, "A fox"), Shelf().load, repeat=False)


async def test_outages_and_limits_are_tried_later(
    server: DiscordServer, desk: Discord, in_marketing: Place, shelf: Shelf
) -> None:
    """Discord's outages, its bans without a number, and cut lines all say "later"."""
    card = Card(KEY, "A fox")
    server.faults.fail("POST", CREATE, 503)
    with pytest.raises(TryLater, match="chat_unavailable"):
        await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    server.faults.answer("POST", CREATE)
    with pytest.raises(TryLater, match="chat_busy") as banned:
        await desk.open_thread(in_marketing, card, shelf.load, repeat=True)
    assert banned.value.after == 60
    server.faults.answer("POST", CREATE, retry_after=120)
    with pytest.raises(TryLater, match="chat_busy") as limited:
        await desk.open_thread(in_marketing, card, shelf.load, repeat=True)
    assert limited.value.after == 120
    server.faults.drop_before("POST", CREATE)
    with pytest.raises(TryLater, match="chat_unavailable"):
        await desk.open_thread(in_marketing, card, shelf.load, repeat=True)


async def test_a_short_limit_is_waited_out(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, shelf: Shelf
) -> None:
    """A pause of a moment needs nobody's attention."""
    server.faults.answer("POST", CREATE, retry_after=0.05)
    await desk.open_thread(in_marketing, Card(KEY, "A fox"), shelf.load, repeat=False)
    assert marketing.posts == 1


@pytest.mark.parametrize(
    "sizes", [(10 * 1024**2 + 1,), (9 * 1024**2,) * 3, (1,) * 11], ids=["one", "all", "number"]
)
async def test_files_that_do_not_fit_are_not_sent(
    server: DiscordServer, desk: Discord, in_marketing: Place, shelf: Shelf, sizes: tuple[int, ...]
) -> None:
    """A file over 10 MiB, a message near 25 MiB, more than ten files: core then offers a link."""
    files = tuple(
        shelf.file(f"f{number}", f"{number}.zip", bytes(size)) for number, size in enumerate(sizes)
    )
    card = Card(KEY, "Originals", files=files)
    with pytest.raises(UserError, match="file_too_big_for_chat"):
        await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    assert server.count("POST", CREATE) == 0


async def test_telling_goes_to_the_person_alone(
    server: DiscordServer, desk: Discord, marketing: Channel, in_marketing: Place, ada: Person
) -> None:
    """Words for one person come as a direct message that names the channel they are about."""
    await desk.tell(in_marketing, str(ada.id), Private("Only _approvers_ can do that."))
    (message,) = server.messages(ada.direct_message())
    assert message.plain() == f"<#{marketing.id}>\n" + r"Only \_approvers\_ can do that."
    assert server.messages(marketing) == []


async def test_the_invitation_grants_all_that_the_desk_does(
    server: DiscordServer,
    acme: Guild,
    desk: Discord,
    marketing: Channel,
    in_marketing: Place,
    ada: Person,
    shelf: Shelf,
) -> None:
    """With exactly the permissions of the invitation, a whole journey meets no refusal."""
    everything = [permission.name or "" for permission in type(acme.everyone.permissions)]
    marketing.deny(*everything)
    marketing.allow(*(name.upper() for name in (await desk.manifest())["permissions"]))
    card = Card(KEY, "A fox", pictures=(shelf.picture("i1"),))
    thread, sent = await desk.open_thread(in_marketing, card, shelf.load, repeat=False)
    marketing.threads()[0].archive()
    reply = await desk.post(thread, Card("k2", "Done"), shelf.load, repeat=True)
    await ada.react(server.messages(marketing)[0], "✅")
    assert {emoji for emoji, _ in await desk.reactions(sent.ref)} == {"✅"}
    assert isinstance(await desk.edit(reply, thread, Card("k2", "Ready"), shelf.load), Sent)
