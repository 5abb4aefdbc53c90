"""The command line as an operator meets it: help, sentences for what is wrong, manifests."""

import asyncio
import json
import socket
from pathlib import Path

import pytest

from bot.commands import command_table
from core.generation.prices import read_catalogue
from tests.desk import desk_process, environment
from tests.driving import DiscordChat
from tests.platforms.discord import DiscordServer
from tests.terminal import imagedesk

NOTHING_SECRET = "geheim"
TABLE = command_table(read_catalogue().models)


async def test_help_tells_every_command(tmp_path: Path) -> None:
    """`imagedesk --help` lists all commands, and each explains itself."""
    alone = ("demo", "run", "bot", "worker", "web", "migrate", "manifest", "doctor")
    commands = (*alone, "account", "storage")
    environ = environment(tmp_path)
    listed, *told = await asyncio.gather(
        imagedesk(environ, "--help"), *(imagedesk(environ, name, "--help") for name in commands)
    )
    for name, ended in zip(commands, told, strict=True):
        assert f" {name} " in listed.out
        assert ended.code == 0
        assert len(ended.out.split()) > 10


async def test_numbers_and_choices_are_told_as_what_they_are(tmp_path: Path) -> None:
    """In words of the desk, not of the library that reads them."""
    wrong = {"HTTP_PORT": "eighty", "DAILY_BUDGET": "some", "STORAGE_PROVIDER": "ftp"}
    ended = await imagedesk({"DATA_DIR": str(tmp_path), **wrong}, "demo")
    assert "HTTP_PORT: is a whole number" in ended.err
    assert "DAILY_BUDGET: is a number" in ended.err
    assert "STORAGE_PROVIDER: is 'local', 's3' or 'cloudinary'" in ended.err
    assert "Input" not in ended.err


async def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """One message with every line, instead of one complaint a start; no traceback."""
    ended = await imagedesk(
        {
            "DATA_DIR": str(tmp_path),
            "HTTP_PORT": "eighty",
            "STORAGE_PROVIDER": "s3",
            "LOG_LEVEL": "loud",
            "PUBLIC_URL": "desk.example.org",
            "DATABASE_URL": "mysql://a/b",
            "SLACK_BOT_TOKEN": "xoxb-1",
            "OPENAI_API_KEY_FILE": "/nowhere/key",
            "AWS_ACCESS_KEY_ID": "AKIA",
        },
        "run",
    )
    assert ended.code == 1
    for name in (
        "HTTP_PORT",
        "AWS_S3_BUCKET",
        "LOG_LEVEL",
        "PUBLIC_URL",
        "DATABASE_URL",
        "SLACK_APP_TOKEN",
        "OPENAI_API_KEY_FILE",
        "AWS_SECRET_ACCESS_KEY",
    ):
        assert f"\n  {name}: " in ended.err
    assert len(ended.err.strip().splitlines()) == 9
    assert ended.out == ""


async def test_missing_tokens_are_listed_in_one_message(tmp_path: Path) -> None:
    """The bot alone needs a queue and a chat, and says both."""
    ended = await imagedesk({"DATA_DIR": str(tmp_path)}, "bot")
    assert ended.code == 1
    assert "REDIS_URL" in ended.err
    assert "SLACK_BOT_TOKEN or DISCORD_TOKEN" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["worker", "web"])
async def test_a_lone_part_needs_a_queue(tmp_path: Path, command: str) -> None:
    """Nothing is embedded where several processes must meet."""
    ended = await imagedesk({"DATA_DIR": str(tmp_path)}, command)
    assert (ended.code, ended.out) == (1, "")
    assert "REDIS_URL: is missing" in ended.err


@pytest.mark.parametrize("command", ["demo", "doctor", "migrate", "account"])
async def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path, command: str) -> None:
    """It names the folder and what to do."""
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    environ = environment(taken / "data")
    ended = await imagedesk(environ, command, *(["list"] if command == "account" else []))
    assert ended.code == 1
    assert f"✗ {taken / 'data'} cannot be written to. Give access to it, or set DATA_DIR." in (
        ended.said
    )
    assert "Traceback" not in ended.said


async def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    """It names the address and the setting."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = await imagedesk({**environment(tmp_path), "HTTP_PORT": port}, "demo")
    assert ended.code == 1
    assert f"Nothing can listen on 127.0.0.1:{port}" in ended.err
    assert "HTTP_PORT" in ended.err


async def test_two_desks_on_one_folder_are_refused(tmp_path: Path) -> None:
    """The second says so and ends; the first goes on."""
    async with desk_process(environment(tmp_path), "demo") as first:
        second = await imagedesk(environment(tmp_path), "demo")
        assert second.code == 1
        assert f"Another Image Desk is running on {tmp_path}" in second.err
        assert first.process.returncode is None
        assert await first.stop() == 0


async def test_a_demo_says_where_it_is_and_what_draws(tmp_path: Path) -> None:
    """The address can be opened, and nobody takes a sketch for AI."""
    environ = environment(tmp_path)
    async with desk_process(environ, "demo") as desk:
        await desk.until_says(f"http://127.0.0.1:{environ['HTTP_PORT']}")
        await desk.until_says("Sketch (no AI)")
        assert await desk.stop() == 0
        assert not [line for line in desk.said if "Traceback" in line or "warning" in line]


@pytest.mark.parametrize("command", ["migrate", "demo"])
async def test_an_unreachable_database_is_a_sentence_without_its_password(
    tmp_path: Path, command: str
) -> None:
    """What cannot be reached is named; the secret in its address is not."""
    url = f"postgresql://desk:{NOTHING_SECRET}@127.0.0.1:1/desk"
    ended = await imagedesk({**environment(tmp_path), "DATABASE_URL": url}, command)
    assert ended.code == 1
    assert "127.0.0.1:1/desk cannot be used" in ended.err
    assert NOTHING_SECRET not in ended.said
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:1/desk?channel_binding=require", "'channel_binding'"),
        ("127.0.0.1:1/desk?sslmode=perhaps", "`sslmode` parameter must be one of"),
        ("127.0.0.1:99999/desk", "port must be 0-65535"),
    ],
)
async def test_what_an_address_of_a_database_asks_in_vain_is_named(
    tmp_path: Path, address: str, reason: str
) -> None:
    """As hosts of databases write them; by the doctor and at the start."""
    url = f"postgresql://desk:{NOTHING_SECRET}@{address}"
    for command in ("migrate", "doctor"):
        ended = await imagedesk({**environment(tmp_path), "DATABASE_URL": url}, command)
        assert ended.code == 1
        assert reason in ended.said
        assert NOTHING_SECRET not in ended.said
        assert "Traceback" not in ended.said


async def test_migrating_makes_the_database(tmp_path: Path) -> None:
    """And may be repeated."""
    for _ in range(2):
        ended = await imagedesk(environment(tmp_path), "migrate")
        assert (ended.code, ended.err) == (0, "")
        assert "up to date" in ended.out
    assert (tmp_path / "desk.sqlite3").is_file()


async def test_slacks_manifest_needs_no_token(tmp_path: Path) -> None:
    """It is JSON, holds the command table, and is for Socket Mode."""
    ended = await imagedesk(environment(tmp_path), "manifest", "slack")
    made = json.loads(ended.out)
    assert [row["command"] for row in made["features"]["slash_commands"]] == [
        f"/{spec.name}" for spec in TABLE if not spec.on_message
    ]
    assert made["settings"]["socket_mode_enabled"] is True
    assert (ended.code, ended.err) == (0, "")


async def test_slacks_manifest_for_signed_http_names_the_address(tmp_path: Path) -> None:
    """With a signing secret and no app token, Slack is told where to send everything."""
    environ = {
        **environment(tmp_path),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "PUBLIC_URL": "https://desk.example.org",
    }
    made = json.loads((await imagedesk(environ, "manifest", "slack")).out)
    asked = made["settings"]["event_subscriptions"]["request_url"]
    assert asked == "https://desk.example.org/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False


async def test_discords_manifest_needs_no_token(tmp_path: Path) -> None:
    """The link says where the application's number belongs."""
    ended = await imagedesk(environment(tmp_path), "manifest", "discord")
    made = json.loads(ended.out)
    assert "client_id=APPLICATION_ID&permissions=" in made["invite"]
    assert [command["name"] for command in made["commands"]] == [spec.name for spec in TABLE]
    assert (ended.code, ended.err) == (0, "")


async def test_discords_manifest_with_a_token_can_be_clicked(tmp_path: Path) -> None:
    """Discord is asked for the number."""
    async with DiscordServer() as server:
        environ = environment(tmp_path, **DiscordChat(server).settings())
        made = json.loads((await imagedesk(environ, "manifest", "discord")).out)
        assert f"client_id={server.world.bot.id}&" in made["invite"]


async def test_an_unknown_chat_is_a_sentence(tmp_path: Path) -> None:
    """It lists those there are."""
    ended = await imagedesk(environment(tmp_path), "manifest", "irc")
    assert ended.code == 1
    assert "no manifest for “irc”. There are: slack, discord." in ended.err
