"""Starting, failing to start, and ending; and what is read from Discord at any time."""

import asyncio
from contextlib import suppress

import pytest

from bot.surfaces.discord import Discord, invite_link
from core.chat import Attachment, Card, Dropped, Place
from core.errors import ActionNeeded, TryLater, UserError
from tests.contracts.discord_surface.conftest import COMMANDS, Desks, Listen, Shelf
from tests.fakes.inbox import FakeInbox
from tests.platforms.discord import DiscordServer, Guild, Person
from tests.platforms.discord.channels import Channel


async def test_a_wrong_token_ends_listening_with_what_to_do(
    server: DiscordServer, inbox: FakeInbox, another_desk: Desks
) -> None:
    """An operator must give another one; asking Discord again would only get the desk banned."""
    async with another_desk(COMMANDS, token="not.the.token") as wrong:
        with pytest.raises(ActionNeeded, match="chat_token_rejected"):
            await wrong.listen(inbox)
    assert [call.status for call in server.calls] == [401]


async def test_listening_begins_when_discord_is_back(
    server: DiscordServer, desk: Discord, inbox: FakeInbox, marketing: Channel, ada: Person
) -> None:
    """A desk that is started during an outage needs no second start."""
    server.gateway.refusing = True
    running = asyncio.create_task(desk.listen(inbox))
    logins = "/oauth2/applications/@me"
    await server.until(lambda: server.count("GET", logins) == 2, timeout=30)
    server.gateway.refusing = False
    await server.until(lambda: server.gateway.listening, timeout=30)
    await ada.command("generate", {"prompt": "a fox"}, marketing)
    assert len(inbox.events) == 1
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert not server.gateway.listening


async def test_the_whole_set_of_reactions_is_read(
    server: DiscordServer,
    acme: Guild,
    desk: Discord,
    in_marketing: Place,
    marketing: Channel,
    ada: Person,
    shelf: Shelf,
) -> None:
    """Every person of every emoji, beyond one page, with their rights; no bot among them."""
    _, sent = await desk.open_thread(in_marketing, Card("key", "Done"), shelf.load, repeat=False)
    (message,) = server.messages(marketing)
    root = acme.person("Root", manage_guild=True)
    crowd = [acme.person(f"Person {number}") for number in range(101)]
    server.rest.rate = (500, 1.0)
    for person in crowd:
        await person.react(message, "👍🏿")
    await root.react(message, "✅")
    await ada.react(message, "party:123456789012345678")
    marketing.react(message, "✅", server.world.bot)
    found = await desk.reactions(sent.ref)
    assert {actor.name for emoji, actor in found if emoji == "👍"} == {
        person.user.name for person in crowd
    }
    assert [(actor.name, actor.is_admin) for emoji, actor in found if emoji == "✅"] == [
        ("Root", True)
    ]
    assert [(actor.name, actor.is_admin) for emoji, actor in found if emoji == ":party:"] == [
        ("Ada", False)
    ]


async def test_reactions_of_who_left_and_in_direct_messages_are_read(
    server: DiscordServer,
    acme: Guild,
    desk: Discord,
    in_marketing: Place,
    marketing: Channel,
    ada: Person,
    shelf: Shelf,
) -> None:
    """Who left the server is no admin of it; in a direct message nobody is one."""
    _, sent = await desk.open_thread(in_marketing, Card("key", "Done"), shelf.load, repeat=False)
    root = acme.person("Root", manage_guild=True)
    await root.react(server.messages(marketing)[0], "✅")
    del acme.members[root.id]
    ((_, gone),) = await desk.reactions(sent.ref)
    assert (gone.name, gone.is_admin) == ("Root", False)
    direct = Place("discord", "", "", str(ada.direct_message().id), direct=True)
    _, sent = await desk.open_thread(direct, Card("two", "Done"), shelf.load, repeat=False)
    await ada.react(server.messages(ada.direct_message())[0], "✅")
    ((_, person),) = await desk.reactions(sent.ref)
    assert (person.name, person.is_admin) == ("Ada", False)


async def fetched(desk: Discord, attachment: Attachment, limit: int = 10_000_000) -> bytes:
    """All of an attachment."""
    return b"".join([chunk async for chunk in desk.fetch(attachment, limit)])


async def dropped(
    desk: Discord, inbox: FakeInbox, listening_as: Listen, ada: Person, data: bytes
) -> Attachment:
    """A file that Ada sends to the desk."""
    async with listening_as(desk, inbox):
        await ada.say(ada.direct_message(), "", [("fox.png", data)])
        event = await inbox.next()
    assert isinstance(event, Dropped)
    return event.attachments[0]


async def test_a_file_is_streamed_within_its_limit(
    desk: Discord, inbox: FakeInbox, listening_as: Listen, ada: Person
) -> None:
    """Bytes come as they are; more than allowed stops, also where the size was told wrong."""
    data = bytes(300_000)
    attachment = await dropped(desk, inbox, listening_as, ada, data)
    assert await fetched(desk, attachment) == data
    with pytest.raises(UserError, match="upload_too_big"):
        await fetched(desk, attachment, limit=299_999)
    liar = Attachment(attachment.id, attachment.filename, attachment.url, 5)
    with pytest.raises(UserError, match="upload_too_big"):
        await fetched(desk, liar, limit=299_999)


async def test_a_file_that_is_gone_is_told_from_an_outage(
    server: DiscordServer, desk: Discord, inbox: FakeInbox, listening_as: Listen, ada: Person
) -> None:
    """An expired link is over; a server in trouble may be asked again."""
    attachment = await dropped(desk, inbox, listening_as, ada, b"png")
    server.faults.fail("GET", "/attachments/{}/{}/{}", 503)
    with pytest.raises(TryLater, match="chat_unavailable"):
        await fetched(desk, attachment)
    unsigned = Attachment("1", "fox.png", attachment.url.partition("?")[0], 3)
    with pytest.raises(UserError, match="upload_gone"):
        await fetched(desk, unsigned)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://cdn.discordapp.com/attachments/1/2/fox.png",
        "https://cdn.discordapp.com.evil.example/fox.png",
        "https://evil.example/cdn.discordapp.com/fox.png",
        "file:///etc/passwd",
    ],
)
async def test_files_come_from_discord_alone(desk: Discord, url: str) -> None:
    """An address elsewhere, or in our own network, is never asked."""
    with pytest.raises(UserError, match="upload_gone"):
        await fetched(desk, Attachment("1", "fox.png", url, 3))


async def test_the_manifest_holds_one_link_and_the_commands(
    server: DiscordServer, desk: Discord, another_desk: Desks
) -> None:
    """An admin needs one link; before there is a token, it says what to put in."""
    link = invite_link(str(server.world.bot.id))
    assert link.startswith("https://discord.com/oauth2/authorize?client_id=")
    assert link.endswith("&scope=bot+applications.commands")
    told = await desk.manifest()
    assert told["invite"] == link
    assert [command["name"] for command in told["commands"]] == [spec.name for spec in COMMANDS]
    async with another_desk(COMMANDS, token="") as unset:
        assert (await unset.manifest())["invite"] == invite_link("APPLICATION_ID")
