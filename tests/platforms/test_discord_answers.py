"""Answers that one person alone sees, and files that come with interactions, asked for with bare
HTTP.
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from PIL import Image

from tests.platforms.discord import Ack, DiscordServer, NotAllowed
from tests.platforms.discord.component_rules import modal_faults

V2 = 1 << 15
EPHEMERAL = 1 << 6
JSON = {"Content-Type": "application/json"}
COMMANDS = [
    {"name": "ping", "description": "Say hello"},
    {"name": "Look", "type": 3},
    {
        "name": "upload",
        "description": "Bring files",
        "options": [{"type": 11, "name": f"file{n}", "description": "A file"} for n in (1, 2)],
    },
]
UPLOAD = {"type": 19, "custom_id": "files", "min_values": 1, "max_values": 3}
MODAL = {
    "title": "Bring files",
    "custom_id": "form",
    "components": [{"type": 18, "label": "Files", "component": UPLOAD}],
}


@pytest_asyncio.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A local Discord without any bot, its commands registered."""
    async with DiscordServer() as running:
        yield running


@pytest_asyncio.fixture
async def session(server: DiscordServer) -> AsyncIterator[aiohttp.ClientSession]:
    """HTTP with the bot's token."""
    headers = {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(f"{server.api_url}/", headers=headers) as opened:
        url = f"applications/{server.world.bot.id}/commands"
        async with opened.put(url, json=COMMANDS, headers=JSON) as answer:
            assert answer.status == 200
        yield opened


def picture(colour: str) -> bytes:
    """A picture of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(stream, "PNG")
    return stream.getvalue()


def gallery(name: str, data: bytes, **more: object) -> aiohttp.FormData:
    """The multipart body of a message that shows one picture."""
    shown = {"type": 12, "items": [{"media": {"url": f"attachment://{name}"}}]}
    body = {"components": [shown], "attachments": [{"id": "0", "filename": name}], **more}
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body))
    form.add_field("files[0]", data, filename=name, content_type="image/png")
    return form


async def answered(
    server: DiscordServer,
    session: aiohttp.ClientSession,
    doing: "asyncio.Task[Ack]",
    body: dict[str, object],
) -> tuple[Ack, str]:
    """The newest interaction, answered with `body`; and where its original response is."""
    known = len(server.world.interactions)
    await server.until(lambda: len(server.world.interactions) > known or doing.done())
    interaction = list(server.world.interactions.values())[-1]
    callback = f"interactions/{interaction.id}/{interaction.token}/callback"
    async with session.post(callback, json=body, headers=JSON) as answer:
        assert answer.status == 204, await answer.text()
    return await doing, f"webhooks/{server.world.bot.id}/{interaction.token}/messages/@original"


async def test_a_whisper_is_filled_in_with_pictures(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """Acknowledged first, then edited with files: only the interaction's token reaches it."""
    guild = server.guild("Acme")
    channel, ada = guild.channel("marketing"), guild.person("Ada")
    doing = asyncio.create_task(ada.command("ping", None, channel))
    thinking: dict[str, object] = {"type": 5, "data": {"flags": EPHEMERAL}}
    ack, original = await answered(server, session, doing, thinking)
    message = ack.message
    assert message is not None
    assert (message.loading, ack.interaction.filled) == (True, False)
    async with session.patch(original, data=gallery("a.png", picture("red"))) as answer:
        assert answer.status == 400  # a gallery, without the flag that allows it
    async with session.patch(original, data=gallery("a.png", picture("red"), flags=V2)) as answer:
        assert answer.status == 200
        assert (await answer.json())["flags"] == V2 | EPHEMERAL
    assert (message.images(), ack.interaction.filled) == ([picture("red")], True)
    async with session.get(f"channels/{channel.id}/messages/{message.id}") as answer:
        assert (await answer.json())["code"] == 10008
    async with session.patch(original, data=gallery("b.png", picture("blue"))) as answer:
        assert answer.status == 200
    assert message.images() == [picture("blue")]
    assert len(message.attachments) == 1
    server.world.token_seconds = 0.0
    async with session.patch(original, data=gallery("c.png", picture("green"))) as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, 50027)
    assert message.images() == [picture("blue")]


async def test_a_press_changes_the_message_that_it_touched(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """After a silent acknowledgement the original response is that message, whose words go where
    the bot gives it components v2.
    """
    guild = server.guild("Acme")
    channel, ada = guild.channel("marketing"), guild.person("Ada")
    doing = asyncio.create_task(ada.command("ping", None, channel))
    button = {"type": 2, "style": 1, "label": "Next", "custom_id": "next"}
    said = {"content": "one", "components": [{"type": 1, "components": [button]}]}
    ack, _ = await answered(
        server, session, doing, {"type": 4, "data": said | {"flags": EPHEMERAL}}
    )
    assert ack.message is not None
    pressing = asyncio.create_task(ada.press(ack.message, "Next"))
    pressed, original = await answered(server, session, pressing, {"type": 6})
    assert pressed.message is ack.message
    assert (pressed.content, pressed.interaction.filled) == ("one", False)
    form = gallery("a.png", picture("red"), flags=V2)
    async with session.patch(original, data=form) as answer:
        assert answer.status == 400  # the sentence still stands there
    form = gallery("a.png", picture("red"), flags=V2, content=None)
    async with session.patch(original, data=form) as answer:
        assert answer.status == 200
    assert (pressed.content, pressed.interaction.filled) == ("", True)
    assert ack.message.images() == [picture("red")]


async def test_files_are_resolved_beside_what_was_entered(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """Options and form fields hold ids; name, size and a signed address stand in `resolved`."""
    guild = server.guild("Acme")
    channel, ada = guild.channel("marketing"), guild.person("Ada")
    given = {"file2": ("b.png", b"two"), "file1": ("a.png", b"one")}
    doing = asyncio.create_task(ada.command("upload", given, channel))
    ack, _ = await answered(server, session, doing, {"type": 9, "data": MODAL})
    data = ack.interaction.data
    assert [one["name"] for one in data["options"]] == ["file2", "file1"]
    resolved = [data["resolved"]["attachments"][one["value"]] for one in data["options"]]
    assert [(one["filename"], one["size"]) for one in resolved] == [("b.png", 3), ("a.png", 3)]
    assert ack.modal is not None
    for files in ([], [("a.png", b"x")] * 4):
        with pytest.raises(NotAllowed):
            await ada.submit(ack.modal, {"Files": files})
    sending = asyncio.create_task(ada.submit(ack.modal, {"Files": [("c.png", b"three")]}))
    sent, _ = await answered(server, session, sending, {"type": 5})
    data = sent.interaction.data
    (number,) = data["components"][0]["component"]["values"]
    file = data["resolved"]["attachments"][number]
    async with aiohttp.ClientSession() as person, person.get(file["url"]) as answer:
        assert (file["filename"], await answer.read()) == ("c.png", b"three")
    assert file["ephemeral"]


async def test_a_message_command_shows_the_files_of_a_message(
    server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    """The whole message is handed over, also one that the bot could not read by itself."""
    guild = server.guild("Acme")
    channel, ada = guild.channel("marketing"), guild.person("Ada")
    message = await ada.say(channel, "look", [("a.png", b"one")])
    doing = asyncio.create_task(ada.message_command("Look", message))
    ack, _ = await answered(server, session, doing, {"type": 5})
    data = ack.interaction.data
    handed = data["resolved"]["messages"][data["target_id"]]
    assert (handed["content"], handed["attachments"][0]["filename"]) == ("look", "a.png")
    assert "options" not in data


@pytest.mark.parametrize(
    "part",
    [
        UPLOAD,
        {"type": 18, "label": "Files", "component": UPLOAD | {"max_values": 11}},
        {"type": 18, "label": "Files", "component": UPLOAD | {"min_values": 4}},
        {"type": 18, "label": "x" * 46, "component": UPLOAD},
        {"type": 1, "components": [UPLOAD]},
    ],
)
def test_files_are_chosen_in_a_labelled_field_of_at_most_ten(part: dict[str, object]) -> None:
    """A form that breaks this does not open."""
    assert modal_faults(MODAL) == []
    assert modal_faults(MODAL | {"components": [part]})
