"""The rules that the local Discord holds requests to, asked for with bare HTTP."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.platforms.discord import DiscordServer, NoAnswer, NotAllowed


@pytest_asyncio.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A local Discord without any bot."""
    async with DiscordServer() as running:
        yield running


@pytest_asyncio.fixture
async def session(server: DiscordServer) -> AsyncIterator[aiohttp.ClientSession]:
    """HTTP with the bot's token."""
    headers = {"Authorization": f"Bot {server.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(f"{server.api_url}/", headers=headers) as opened:
        yield opened


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "y"}]},
        {"content": "x", "unknown": 1},
        {"content": "x", "nonce": "n" * 26},
        {"flags": 1 << 15, "components": [{"type": 10, "content": "y"}] * 41},
        {"flags": 1 << 15, "components": [{"type": 12, "items": [{"media": {"url": "attachment://a"}}]}]},
        {"content": "x", "components": [{"type": 1, "components": [
            {"type": 2, "style": 1, "label": "a", "custom_id": "same"},
            {"type": 2, "style": 1, "label": "b", "custom_id": "same"}]}]},
        {"content": "x", "components": [{"type": 1, "components": [
            {"type": 2, "style": 1, "label": "a", "custom_id": "c" * 101}]}]},
        {"content": "x", "components": [{"type": 1, "components": [
            {"type": 2, "style": 1, "label": str(n), "custom_id": str(n)} for n in range(6)]}]},
        {"content": "x", "components": [{"type": 1, "components": [
            {"type": 3, "custom_id": "m", "options": [
                {"label": str(n), "value": str(n)} for n in range(26)]}]}]},
        {"flags": 1 << 15, "components": [
            {"type": 18, "label": "a", "component": {"type": 19, "custom_id": "files"}}]},
        {"content": "x", "components": [{"type": 1, "components": [
            {"type": 19, "custom_id": "files"}]}]},
        {"content": "x", "flags": 1 << 6},
    ],
)  # fmt: skip
async def test_bodies_that_break_a_rule_are_refused_and_recorded(
    server: DiscordServer, session: aiohttp.ClientSession, body: dict[str, object]
) -> None:
    """400, code 50035, one or more violations, and nothing posted."""
    channel = server.guild("Acme").channel("marketing")
    async with session.post(f"channels/{channel.id}/messages", json=body) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50035)
    assert server.violations
    assert channel.posts == 0


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Generate", "description": "capitals"},
        {"name": "gene rate", "description": "space"},
        {"name": "generate", "description": ""},
        {"name": "generate", "description": "x", "options": [
            {"type": 3, "name": "a", "description": "optional first"},
            {"type": 3, "name": "b", "description": "then required", "required": True}]},
        {"name": "generate", "description": "x", "options": [
            {"type": 3, "name": "a", "description": "both", "autocomplete": True,
             "choices": [{"name": "a", "value": "a"}]}]},
        {"name": "upload", "description": "x", "options": [
            {"type": 11, "name": "file", "description": "x", "autocomplete": True}]},
        {"name": "upload", "description": "x", "options": [
            {"type": 11, "name": "file", "description": "x", "min_value": 1}]},
        {"name": "upload", "description": "x", "options": [
            {"type": 11, "name": "file", "description": "x",
             "choices": [{"name": "a", "value": "a"}]}]},
        {"name": "Add to library", "type": 3, "description": "x"},
        {"name": "Add to library", "type": 3, "options": [
            {"type": 11, "name": "file", "description": "x"}]},
    ],
)  # fmt: skip
async def test_commands_that_break_a_rule_are_not_registered(
    server: DiscordServer, session: aiohttp.ClientSession, command: dict[str, object]
) -> None:
    """The rules that the official document leaves out are held, too."""
    url = f"applications/{server.world.bot.id}/commands"
    async with session.put(url, json=[command]) as answer:
        assert answer.status == 400
    assert server.violations
    assert server.commands() == []


async def test_an_interaction_is_answered_once_and_then_followed_up(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """A second answer is 40060; the first follow-up takes the place of "thinking"."""
    guild, me = server.guild("Acme"), server.world.bot.id
    channel, ada = guild.channel("marketing"), guild.person("Ada")
    ping = {"name": "ping", "description": "Say hello"}
    async with session.put(f"applications/{me}/guilds/{guild.id}/commands", json=[ping]):
        asked = asyncio.create_task(ada.command("ping", None, channel))
    (interaction,) = await server.until(lambda: list(server.world.interactions.values()))
    callback = f"interactions/{interaction.id}/{interaction.token}/callback"
    hook = f"webhooks/{me}/{interaction.token}"
    async with session.post(hook, json={"content": "too early"}) as answer:
        assert (await answer.json())["code"] == 10015
    async with session.post(callback, json={"type": 7, "data": {"content": "x"}}) as answer:
        assert (await answer.json())["code"] == 50035
    async with session.post(callback, json={"type": 5}) as answer:
        assert answer.status == 204
    async with session.post(callback, json={"type": 5}) as answer:
        assert (await answer.json())["code"] == 40060
    ack = await asked
    assert ack.message is not None
    assert ack.message.loading
    for text in ("first", "second"):
        async with session.post(hook, json={"content": text}) as answer:
            assert answer.status == 200
    assert (ack.content, [each.plain() for each in ack.followups]) == ("first", ["second"])
    async with session.delete(f"{hook}/messages/@original") as answer:
        assert answer.status == 204
    assert [each.plain() for each in server.messages(channel)] == ["second"]
    server.world.token_seconds = 0.0
    async with session.post(hook, json={"content": "too late"}) as answer:
        assert (await answer.json())["code"] == 50027


async def test_what_is_not_discord_is_not_answered(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """Another content type, an unknown route and a missing token are refused and told apart."""
    channel = server.guild("Acme").channel("marketing")
    messages = f"channels/{channel.id}/messages"
    plain = {"Content-Type": "application/json; charset=utf-8"}
    async with session.post(messages, data=b'{"content": "x"}', headers=plain) as answer:
        assert answer.status == 400
    async with session.get("users/@me/notes") as answer:
        assert answer.status == 404
    assert [fault.split(": ")[1] for fault in server.violations] == [
        "content type 'application/json; charset=utf-8'",
        "no such route",
    ]
    async with session.get("users/@me", headers={"Authorization": "Bot forged"}) as answer:
        assert answer.status == 401


async def test_components_v2_cannot_be_taken_back(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """Once a message has the flag, it takes no content, with or without the flag repeated."""
    channel = server.guild("Acme").channel("marketing")
    text = {"flags": 1 << 15, "components": [{"type": 10, "content": "hello"}]}
    async with session.post(f"channels/{channel.id}/messages", json=text) as answer:
        assert answer.status == 200
    (message,) = server.messages(channel)
    path = f"channels/{channel.id}/messages/{message.id}"
    for body in ({"content": "x"}, {"content": "x", "flags": 0}, {"embeds": [{"title": "x"}]}):
        async with session.patch(path, json=body) as answer:
            assert answer.status == 400
    assert message.plain() == "hello"


async def test_a_reaction_has_its_limits(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """Only emoji, at most twenty kinds, and not where the bot may not."""
    guild = server.guild("Acme")
    channel, ada = guild.channel("marketing"), guild.person("Ada")
    message = await ada.say(channel, "hello")
    reactions = f"channels/{channel.id}/messages/{message.id}/reactions"
    async with session.put(f"{reactions}/x/@me") as answer:
        assert (await answer.json())["code"] == 10014
    for number in range(20):
        await ada.react(message, chr(0x1F400 + number))
    async with session.put(f"{reactions}/%E2%9C%85/@me") as answer:
        assert (await answer.json())["code"] == 30010
    await ada.unreact(message, chr(0x1F400))
    channel.deny("ADD_REACTIONS")
    async with session.put(f"{reactions}/%E2%9C%85/@me") as answer:
        assert (await answer.json())["code"] == 50013


async def test_a_command_is_only_for_whom_it_was_registered(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """`default_member_permissions` and `contexts` decide who finds it, and where."""
    guild, me = server.guild("Acme"), server.world.bot.id
    ada, bob = guild.person("Ada"), guild.person("Bob", manage_guild=True)
    setup = {
        "name": "setup",
        "description": "Accounts",
        "default_member_permissions": 1 << 5,
        "contexts": [0],
    }
    async with session.put(f"applications/{me}/commands", json=[setup]) as answer:
        assert answer.status == 200
    server.world.interaction_seconds = 0.01
    for person, place in ((ada, guild.channel("marketing")), (bob, bob.direct_message())):
        with pytest.raises(NotAllowed):
            await person.command("setup", {}, place)
    with pytest.raises(NoAnswer):
        await bob.command("setup", {}, guild.channel("marketing"))


async def test_pages_of_messages_follow_their_anchors(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """before, after and around page through a channel, newest first."""
    guild = server.guild("Acme")
    channel, ada = guild.channel("marketing"), guild.person("Ada")
    ids = [(await ada.say(channel, str(number))).id for number in range(6)]
    expected = {
        "limit=2": [5, 4],
        f"limit=2&before={ids[3]}": [2, 1],
        f"limit=2&after={ids[2]}": [4, 3],
        f"limit=3&around={ids[3]}": [4, 3, 2],
    }
    for query, numbers in expected.items():
        async with session.get(f"channels/{channel.id}/messages?{query}") as answer:
            found = [int(one["id"]) for one in await answer.json()]
        assert found == [ids[number] for number in numbers]


async def test_a_bot_that_was_thrown_out_has_no_access(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """After a kick, the guild and its channels answer 50001."""
    guild = server.guild("Acme")
    channel = guild.channel("marketing")
    guild.kick_bot()
    for path in (f"guilds/{guild.id}", f"channels/{channel.id}"):
        async with session.get(path) as answer:
            assert (answer.status, (await answer.json())["code"]) == (403, 50001)


async def test_file_names_are_kept_as_discord_keeps_them(server: DiscordServer) -> None:
    """Only plain characters stay in a file's name; what was given stays as its title."""
    guild = server.guild("Acme")
    ada = guild.person("Ada")
    files = [("my fox.png", b"a"), ("мій.png", b"b"), ("plain.png", b"c")]
    message = await ada.say(guild.channel("marketing"), "", files)
    assert [(each.filename, each.title) for each in message.files()] == [
        ("my_fox.png", "my fox"),
        ("unknown.png", "мій"),
        ("plain.png", None),
    ]


async def test_faults_strike_as_often_as_they_were_ordered(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """Neither fail nor drop_before does what was asked, and then the route works again."""
    channel = server.guild("Acme").channel("marketing")
    url, hello = f"channels/{channel.id}/messages", {"content": "hello"}
    server.faults.fail("POST", "/channels/{}/messages", 503)
    server.faults.drop_before("POST", "/channels/{}/messages")
    async with session.post(url, json=hello) as answer:
        assert answer.status == 503
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await session.post(url, json=hello)
    assert channel.posts == 0
    async with session.post(url, json=hello) as answer:
        assert answer.status == 200
    assert [one.status for one in server.calls] == [503, 0, 200]
