"""The local Discord, proved with the unmodified discord.py 2.7.1 client."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
import discord
import pytest
import pytest_asyncio

from tests.platforms.discord import DiscordServer, NoAnswer, NotAllowed
from tests.platforms.discord_bot import SampleBot, picture, pointed_at


@pytest_asyncio.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A local Discord to which discord.py is pointed."""
    async with DiscordServer() as running:
        with pointed_at(running):
            yield running


@pytest_asyncio.fixture
async def bot(server: DiscordServer) -> AsyncIterator[SampleBot]:
    """The sample bot, logged in and listening in the guild Acme."""
    server.guild("Acme").channel("marketing")
    client = SampleBot()
    running = asyncio.create_task(client.start(server.token))
    await server.connected()
    await client.wait_until_ready()
    yield client
    await client.close()
    with suppress(asyncio.CancelledError):
        await running


async def test_the_client_logs_in_and_registers_its_commands(
    server: DiscordServer, bot: SampleBot
) -> None:
    """discord.py logs in, finds its guild, and its commands are stored as registered."""
    assert [guild.name for guild in bot.guilds] == ["Acme"]
    assert [one["name"] for one in server.commands()] == ["generate", "Add to library"]
    assert (await bot.application_info()).owner.name == "owner"
    assert server.violations == []


async def test_a_command_leads_to_a_thread_with_pictures(
    server: DiscordServer, bot: SampleBot
) -> None:
    """A slash command is deferred, posts a card, a thread and files, and answers privately."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada", manage_guild=True)
    ack = await ada.command("generate", {"prompt": "a fox", "count": 4}, channel)
    assert ack.kind == "deferred"
    assert ack.ephemeral
    await server.until(lambda: ack.content == "4 pictures of a fox")
    (card,) = server.messages(channel)
    (thread,) = channel.threads()
    (gallery,) = server.messages(thread)
    assert card.plain() == "a fox · plain · sketch"
    assert [button.label for button in card.buttons()] == ["Again"]
    assert gallery.plain() == "Here they are"
    assert gallery.images() == [picture()] * 4
    assert gallery.alt_texts()[0] == "picture 0"
    assert (
        await bot.get_partial_messageable(thread.id).fetch_message(gallery.id)
    ).attachments == []
    assert (channel.posts, thread.posts) == (1, 1)
    assert server.violations == []


async def test_a_button_opens_a_form_that_is_filled_in(
    server: DiscordServer, bot: SampleBot
) -> None:
    """A press opens a modal; text, menu, files, checkboxes come back as they were entered."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    ack = await ada.command("generate", {"prompt": "a fox"}, channel)
    await server.until(lambda: ack.content)
    form = await ada.press(server.messages(channel)[0], "again:")
    assert form.modal is not None
    assert [each.label for each in form.modal.fields] == [
        "Prompt", "Style", "Reference", "Extras", "Agreed",
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        await ada.submit(form.modal, {})
    answer = await ada.submit(
        form.modal,
        {"Prompt": "an owl", "Reference": [("a.png", b"123")], "Extras": ["Grain"], "Agreed": True},
    )
    assert answer.content == "['an owl', ['plain'], [('a.png', 3)], ['grain'], True]"
    assert server.violations == []


async def test_a_command_without_its_prompt_opens_the_form(
    server: DiscordServer, bot: SampleBot
) -> None:
    """A modal may be the first answer to a command."""
    channel = server.guild("Acme").channel("marketing")
    ack = await server.guild("Acme").person("Ada").command("generate", {}, channel)
    assert (ack.kind, ack.modal and ack.modal.title) == ("modal", "New pictures")


async def test_commands_work_in_direct_messages(server: DiscordServer, bot: SampleBot) -> None:
    """A global command is offered in the direct message with the bot, too."""
    ada = server.guild("Acme").person("Ada")
    ack = await ada.command("generate", {"prompt": "a fox"}, ada.direct_message())
    await server.until(lambda: ack.content == "1 pictures of a fox")


async def test_autocomplete_offers_names(server: DiscordServer, bot: SampleBot) -> None:
    """While a person types, the bot's choices come back."""
    ada = server.guild("Acme").person("Ada")
    assert await ada.autocomplete("generate", {"model": "fl"}, "model") == ("flare",)


async def test_a_person_cannot_enter_what_was_not_registered(
    server: DiscordServer, bot: SampleBot
) -> None:
    """Types, ranges, choices and names are checked as Discord's own client does."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    for options in ({"count": 11}, {"count": "1"}, {"style": "baroque"}, {"sise": 1}):
        with pytest.raises(NotAllowed):
            await ada.command("generate", options, channel)
    with pytest.raises(NotAllowed):
        await ada.command("destroy", {}, channel)


async def test_a_message_command_hands_the_whole_message_over(
    server: DiscordServer, bot: SampleBot
) -> None:
    """Without the privileged intent a message is empty, but whole in a message command."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    message = await ada.say(channel, "look", [("a.png", picture())])
    await ada.say(channel, "look", [("a.png", picture())], mention_bot=True)
    await server.until(lambda: len(bot.heard) == 2)
    assert bot.heard == [("", 0), (f"{server.world.bot.mention} look", 1)]
    ack = await ada.message_command("Add to library", message)
    assert ack.content == "1 files of 'look'"


async def test_reactions_arrive_raw_and_can_be_read_again(
    server: DiscordServer, bot: SampleBot
) -> None:
    """Given and withdrawn reactions are events; who gave them can be paged through."""
    channel = server.guild("Acme").channel("marketing")
    people = [server.guild("Acme").person(name) for name in ("Ada", "Bob", "Cy")]
    message = await people[0].say(channel, "hello")
    for person in people:
        await person.react(message, "✅")
    await people[0].unreact(message, "✅")
    await server.until(lambda: len(bot.reactions) == 4)
    assert bot.reactions[-1] == ("remove", "✅")
    there = bot.get_partial_messageable(channel.id)
    fetched = await there.fetch_message(message.id)
    assert {user.name async for user in fetched.reactions[0].users(limit=None)} == {"bob", "cy"}
    await fetched.add_reaction("1️⃣")
    assert message.reactions["1️⃣"].keys() == {server.world.bot.id}


async def test_reactions_need_their_intent(server: DiscordServer) -> None:
    """A session that did not ask for reactions hears none."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    client = SampleBot(intents=discord.Intents(guilds=True, guild_messages=True))
    running = asyncio.create_task(client.start(server.token))
    await server.connected()
    await client.wait_until_ready()
    message = await ada.say(channel, "one")
    await ada.react(message, "✅")
    await ada.say(channel, "two")
    await server.until(lambda: len(client.heard) == 2)
    assert client.reactions == []
    await client.close()
    await running


async def test_a_cut_connection_is_resumed_and_loses_nothing(
    server: DiscordServer, bot: SampleBot
) -> None:
    """What happened while the socket was down is replayed after RESUME."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    message = await ada.say(channel, "hello")
    server.cut_gateway()
    await ada.react(message, "⭐")
    await server.until(lambda: bot.reactions == [("add", "⭐")])
    await server.until(lambda: bot.resumes == 1)
    assert server.gateway.identified == 1


async def test_a_lost_session_begins_anew_and_its_events_are_gone(
    server: DiscordServer, bot: SampleBot
) -> None:
    """When the session was lost, RESUME is refused and the client identifies again."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    message = await ada.say(channel, "hello")
    await server.until(lambda: bot.heard)
    server.cut_gateway(lose=True)
    await ada.react(message, "⭐")
    await server.until(lambda: server.gateway.identified == 2)
    await ada.react(message, "✅")
    await server.until(lambda: bot.reactions == [("add", "✅")])


async def test_the_gateway_may_ask_to_reconnect(server: DiscordServer, bot: SampleBot) -> None:
    """Op 7 and a resumable op 9 lead to RESUME, op 9 otherwise to a new session."""
    server.gateway.ask_reconnect()
    await server.until(lambda: server.gateway.resumed == 1)
    await server.until(lambda: server.gateway.listening)
    server.gateway.invalidate(resumable=True)
    await server.until(lambda: server.gateway.resumed == 2)
    server.gateway.invalidate()
    await server.until(lambda: server.gateway.identified == 2)


async def test_every_event_can_be_delivered_twice(server: DiscordServer, bot: SampleBot) -> None:
    """A doubled interaction reaches the bot twice; its second answer is refused (40060)."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    server.gateway.twice = True
    await ada.command("generate", {}, channel)
    callback = "/interactions/{}/{}/callback"
    await server.until(lambda: server.count("POST", callback) == 2)
    await server.until(lambda: sorted(one.status for one in server.calls[-2:]) == [200, 400])


async def test_privileged_intents_are_refused(server: DiscordServer) -> None:
    """Asking for message content closes the gateway with 4014."""
    client = SampleBot(intents=discord.Intents(guilds=True, message_content=True))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.start(server.token)
    await client.close()


async def test_a_wrong_token_is_refused(server: DiscordServer) -> None:
    """Login fails without the bot's token."""
    client = SampleBot()
    with pytest.raises(discord.LoginFailure):
        await client.start("another.token")
    await client.close()


async def test_the_same_nonce_posts_once(server: DiscordServer, bot: SampleBot) -> None:
    """With enforce_nonce the same nonce answers the first message again; another one posts."""
    channel = server.guild("Acme").channel("marketing")
    there = bot.get_partial_messageable(channel.id)
    first = await there.send("a", nonce="n1")
    assert (await there.send("b", nonce="n1")).id == first.id
    await there.send("c", nonce="n2")
    assert channel.posts == 2
    assert [each.plain() for each in server.messages(channel)] == ["a", "c"]


async def test_a_connection_cut_after_the_post_leaves_it_there(
    server: DiscordServer, bot: SampleBot
) -> None:
    """drop_after commits and cuts: the client sees an error, the reader one message."""
    channel = server.guild("Acme").channel("marketing")
    there = bot.get_partial_messageable(channel.id)
    server.faults.drop_after("POST", "/channels/{}/messages")
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await there.send("a", nonce="n1")
    await there.send("a", nonce="n1")
    assert channel.posts == 1


async def test_rate_limits_are_answered_as_discord_does(
    server: DiscordServer, bot: SampleBot
) -> None:
    """A 429 with retry_after is waited out by the client; Cloudflare's without it is raised."""
    channel = server.guild("Acme").channel("marketing")
    there = bot.get_partial_messageable(channel.id)
    server.faults.answer("POST", "/channels/{}/messages", retry_after=0.05)
    await there.send("a")
    server.faults.answer("POST", "/channels/{}/messages")
    with pytest.raises(discord.HTTPException) as caught:
        await there.send("b")
    assert caught.value.status == 429
    statuses = [one.status for one in server.calls if one.path.endswith("/messages")]
    assert statuses == [429, 200, 429]


async def test_too_many_calls_are_limited(server: DiscordServer, bot: SampleBot) -> None:
    """The headers make the client wait by itself before it would be refused."""
    channel = server.guild("Acme").channel("marketing")
    there = bot.get_partial_messageable(channel.id)
    server.rest.rate = (2, 0.3)
    for number in range(5):
        await there.send(str(number))
    posts = [one for one in server.calls if one.path.endswith("/messages")]
    assert [one.status for one in posts] == [200] * 5
    assert posts[-1].at - posts[0].at > 0.3


async def test_an_edit_drops_what_is_not_listed(server: DiscordServer, bot: SampleBot) -> None:
    """PATCH keeps files when attachments are left out, and drops those that are not listed."""
    channel = server.guild("Acme").channel("marketing")
    there = bot.get_partial_messageable(channel.id)
    files = [discord.File(io.BytesIO(b"x"), f"{name}.txt") for name in "ab"]
    sent = await there.send("files", files=files)
    (message,) = server.messages(channel)
    await sent.edit(content="still")
    assert [each.filename for each in message.files()] == ["a.txt", "b.txt"]
    await sent.edit(attachments=[sent.attachments[1]])
    assert [each.filename for each in message.files()] == ["b.txt"]
    assert server.violations == []


async def test_attachment_links_expire(server: DiscordServer, bot: SampleBot) -> None:
    """A signed link is good for its time; a forged or expired one is 404."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    message = await ada.say(channel, "", [("a.png", picture())], mention_bot=True)
    there = bot.get_partial_messageable(channel.id)
    fetched = await there.fetch_message(message.id)
    assert await fetched.attachments[0].read() == picture()
    server.world.attachment_seconds = -1.0
    fetched = await there.fetch_message(message.id)
    with pytest.raises(discord.NotFound):
        await fetched.attachments[0].read()


async def test_an_archived_thread_takes_nothing_until_it_is_reopened(
    server: DiscordServer, bot: SampleBot
) -> None:
    """50083 on send and react; PATCH archived=false opens it again."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    thread = ada.open_thread(channel, "foxes")
    message = await ada.say(thread, "hello")
    there = await bot.fetch_channel(thread.id)
    assert isinstance(there, discord.Thread)
    thread.archive()
    for refused in (there.send("late"), there.get_partial_message(message.id).add_reaction("✅")):
        with pytest.raises(discord.HTTPException) as caught:
            await refused
        assert caught.value.code == 50083
    await there.edit(archived=False)
    await there.send("in time")
    assert [each.plain() for each in server.messages(thread)] == ["hello", "in time"]
    assert [one.name for one in await bot.guilds[0].active_threads()] == ["foxes"]


async def test_permissions_are_enforced_per_channel(server: DiscordServer, bot: SampleBot) -> None:
    """Without a permission 50013, without sight 50001, of a removed channel 10003."""
    channel = server.guild("Acme").channel("marketing")
    there = bot.get_partial_messageable(channel.id)
    seen = []
    withdrawals: list[Callable[[], None]] = [
        lambda: channel.deny("SEND_MESSAGES"),
        lambda: channel.deny("VIEW_CHANNEL"),
        channel.remove,
    ]
    for withdraw in withdrawals:
        withdraw()
        with pytest.raises(discord.HTTPException) as caught:
            await there.send("hello")
        seen.append((caught.value.status, caught.value.code))
    assert seen == [(403, 50013), (403, 50001), (404, 10003)]


async def test_late_and_second_answers_are_refused(server: DiscordServer, bot: SampleBot) -> None:
    """Nobody waits longer than three seconds for the first answer: 10062."""
    channel = server.guild("Acme").channel("marketing")
    ada = server.guild("Acme").person("Ada")
    server.world.interaction_seconds = 0.05
    server.faults.latency = 0.1
    with pytest.raises(NoAnswer):
        await ada.command("generate", {}, channel)
    await server.until(lambda: server.calls[-1].status == 404)


async def test_old_messages_take_few_edits(server: DiscordServer, bot: SampleBot) -> None:
    """After the first hour edits are capped: 30046."""
    channel = server.guild("Acme").channel("marketing")
    server.world.ahead = timedelta(hours=-2)
    sent = await bot.get_partial_messageable(channel.id).send("a")
    server.world.ahead, server.world.old_edits = timedelta(), 0
    bot.http.max_ratelimit_timeout = 30.0
    with pytest.raises(discord.RateLimited):
        await sent.edit(content="b")


async def test_files_have_limits(server: DiscordServer, bot: SampleBot) -> None:
    """Ten megabytes a file, twenty-five a request, ten files."""
    there = bot.get_partial_messageable(server.guild("Acme").channel("marketing").id)
    megabyte = b"x" * 1024 * 1024
    for count, size, status in ((1, 11, 413), (3, 9, 413), (11, 0, 400)):
        files = [discord.File(io.BytesIO(megabyte * size), f"{each}.bin") for each in range(count)]
        with pytest.raises((discord.HTTPException, ValueError)) as caught:
            await there.send("big", files=files)
        assert getattr(caught.value, "status", 400) == status


async def test_a_caller_that_ends_while_it_sends_breaks_no_rule() -> None:
    """Whoever is stopped in the middle of an upload has done nothing that Discord minds."""
    async with DiscordServer() as server:
        address = urlsplit(server.api_url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            f"PATCH {address.path}/webhooks/1/token/messages/@original HTTP/1.1\r\n"
            "Host: discord\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n".encode()
        )
        assert b"100 Continue" in await reader.readline()  # it is being read by now
        writer.write(b'--b\r\nContent-Disposition: form-data; name="files[0]"\r\n\r\nhalf of')
        await writer.drain()
        await server.until(lambda: server.calls)
        writer.transport.abort()
    assert server.violations == []  # the server ended after whatever it was answering
