"""`imagedesk doctor`, against local stand-ins of all that it asks, sound and broken.

It is run as a process; its exit code is 1 only where something does not work.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from core.business.accounts import Account
from core.business.members import Business
from storage.valkey import embedded_valkey
from tests.contracts.blob_grounds import bucket_settings
from tests.desk import environment, running_desk
from tests.driving import DiscordChat, SlackChat
from tests.driving.slack import make_server
from tests.platforms.discord import DiscordServer
from tests.platforms.faults import Answer, Fault
from tests.platforms.openai import OpenAIServer
from tests.platforms.slack import SlackServer
from tests.terminal import imagedesk

KEY = "sk-test-1234567890"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A desk on which nothing is set up."""
    return environment(tmp_path)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    """A workspace that grants our manifest."""
    async with make_server() as server:
        yield server


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    """An OpenAI that knows the key."""
    async with OpenAIServer() as server:
        server.accept_key(KEY)
        yield server


@pytest.fixture
def openai_settings(openai: OpenAIServer) -> dict[str, str]:
    """How the desk reaches it."""
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": openai.base_url}


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    """The settings of a bucket."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = bucket_settings(f"http://{host}:{port}")
    yield {
        "STORAGE_PROVIDER": "s3",
        "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key.get_secret_value(),
        "AWS_S3_BUCKET": settings.aws_s3_bucket,
        "S3_ENDPOINT_URL": settings.s3_endpoint_url,
    }
    server.stop()


async def test_on_a_fresh_folder_nothing_is_wrong(environ: dict[str, str]) -> None:
    """What is not set up is no fault; that nothing is moderated is worth a look."""
    ended = await imagedesk(environ, "doctor")
    assert (ended.code, ended.err) == (0, "")
    for line in (
        "✓ Database: sqlite",
        "✓ Queue: embedded, starts",
        "✓ Pictures: local, stored, read and deleted a test picture",
        "– Slack: not set up",
        "– Discord: not set up",
        "! Moderation: off",
        "It works; look at what is marked with !.",
    ):
        assert f"{line}" in ended.out


async def test_all_that_is_set_up_and_sound_is_ticked(
    environ: dict[str, str],
    slack: SlackServer,
    openai_settings: dict[str, str],
    bucket: dict[str, str],
) -> None:
    """Both chats, OpenAI, Redis, a bucket and the address, while the desk runs."""
    async with DiscordServer() as discord, embedded_valkey(Path(environ["DATA_DIR"])) as redis:
        whole = {
            **environ,
            **SlackChat(slack).settings(),
            **DiscordChat(discord).settings(),
            **openai_settings,
            **bucket,
            "REDIS_URL": redis,
            "PUBLIC_URL": f"http://127.0.0.1:{environ['HTTP_PORT']}",
            "ALLOWED_TEAMS": slack_team(slack),
        }
        async with running_desk(whole):
            ended = await imagedesk(whole, "doctor")
    assert (ended.code, ended.err) == (0, "")
    for line in (
        "✓ Database: sqlite",
        "✓ Queue: 127.0.0.1:",
        "✓ Pictures: s3, stored, read and deleted a test picture",
        f"✓ Picture links: {bucket['S3_ENDPOINT_URL']} serves them",
        f"✓ Address: {whole['PUBLIC_URL']} answers",
        "✓ Slack: ",
        "✓ Slack: Socket Mode works",
        "✓ Discord: the token works. Invite the bot with https://discord.com/oauth2/authorize?",
        "✓ OpenAI: the key works; offered here: gpt-image-2.5-flare",
        "✓ Words: titles, tags and alt texts by gpt-6-luna, under $0.001 a picture",
        "✓ Moderation: on",
    ):
        assert line in ended.out
    for secret in (KEY, whole["SLACK_BOT_TOKEN"], whole["DISCORD_TOKEN"], redis.split("@")[0]):
        assert secret not in ended.out


def slack_team(slack: SlackServer) -> str:
    """The workspace's id."""
    return slack.hub.workspace.team_id


async def test_slacks_refusals_are_told_apart(environ: dict[str, str], slack: SlackServer) -> None:
    """A wrong bot token, a wrong app token, missing scopes, a team that is shut out."""
    good = {**environ, **SlackChat(slack).settings()}
    wrong = await imagedesk({**good, "SLACK_BOT_TOKEN": "xoxb-wrong"}, "doctor")
    assert wrong.code == 1
    assert "✗ Slack: SLACK_BOT_TOKEN is refused (invalid_auth)\n    → Copy it again" in wrong.out
    deaf = await imagedesk({**good, "SLACK_APP_TOKEN": "xapp-wrong"}, "doctor")
    assert deaf.code == 1
    assert "✗ Slack: SLACK_APP_TOKEN is refused" in deaf.out
    slack.app.scopes -= {"files:write", "reactions:read"}
    poor = await imagedesk({**good, "ALLOWED_TEAMS": "T-other"}, "doctor")
    assert poor.code == 1
    assert "✗ Slack: scopes are missing: files:write, reactions:read" in poor.out
    assert "is not in ALLOWED_TEAMS\n    → Add T" in poor.out


async def test_chats_that_do_not_answer_are_named(environ: dict[str, str]) -> None:
    """With the way to mend it, and no traceback."""
    silent = {
        **environ,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "DISCORD_TOKEN": "x.y.z",
        "DISCORD_API_URL": "http://127.0.0.1:1/api/v10",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
    }
    ended = await imagedesk(silent, "doctor")
    assert ended.code == 1
    assert "✗ Slack: http://127.0.0.1:1/api/ does not answer" in ended.out
    assert "✗ Discord: The chat does not answer.\n" in ended.out
    assert "✗ OpenAI: http://127.0.0.1:1/v1 does not list its models (ConnectError)" in ended.out
    assert ended.out.endswith("What is marked with ✗ does not work.\n")
    assert "Traceback" not in ended.err


async def test_a_model_that_cannot_take_over_is_named(environ: dict[str, str]) -> None:
    """The desk would not start with it."""
    ended = await imagedesk({**environ, "FAILOVER": "gpt-image-2.5-flare, dall-e-9"}, "doctor")
    assert ended.code == 1
    assert "✗ The settings need a change:\n  FAILOVER: dall-e-9 is no model\n" in ended.out


async def test_a_database_that_cannot_be_used_is_told_as_it_is(environ: dict[str, str]) -> None:
    """No command mends what a newer version has changed, and no address what is a file."""
    file = Path(environ["DATA_DIR"]) / "desk.sqlite3"
    await imagedesk(environ, "migrate")
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    newer = await imagedesk(environ, "doctor")
    assert newer.code == 1
    assert "✗ A newer Image Desk has changed this database." in newer.out
    file.write_text("This is no database, whatever it is called. " * 100)
    broken = await imagedesk(environ, "doctor")
    assert (broken.code, broken.err) == (1, "")
    assert "(file is not a database)\n    → Give access to that file, or put it" in broken.out


async def test_a_secret_key_that_can_be_guessed_is_a_warning(environ: dict[str, str]) -> None:
    """It is not shown, and the way to another one is told."""
    weak = await imagedesk({**environ, "SECRET_KEY": "geheim"}, "doctor")
    assert "! Secret key: SECRET_KEY has only 6 characters" in weak.out
    assert "imagedesk secrets rotate" in weak.out
    assert "geheim" not in weak.said
    strong = await imagedesk({**environ, "SECRET_KEY": "geheim" * 6}, "doctor")
    assert "✓ Secret key: from SECRET_KEY" in strong.out


async def test_a_wrong_discord_token_is_named(environ: dict[str, str]) -> None:
    """The setting is the one to change."""
    async with DiscordServer() as discord:
        wrong = {**environ, **DiscordChat(discord).settings(), "DISCORD_TOKEN": "wrong.dis.cord"}
        ended = await imagedesk(wrong, "doctor")
    assert ended.code == 1
    assert "✗ Discord: Discord does not know the bot's token." in ended.out
    assert "set DISCORD_TOKEN." in ended.out


async def test_a_wrong_openai_key_is_a_failure_and_a_missing_model_is_not(
    environ: dict[str, str], openai: OpenAIServer, openai_settings: dict[str, str]
) -> None:
    """Models that are not listed have been seen to work."""
    listed = await imagedesk({**environ, **openai_settings}, "doctor")
    assert listed.code == 0
    assert "✓ Words: titles, tags and alt texts by gpt-" in listed.out
    openai.faults.add(Fault("models", "answer", answer=Answer(404, {"error": {}})))
    missing = await imagedesk({**environ, **openai_settings}, "doctor")
    assert missing.code == 0
    assert "! OpenAI:" in missing.out
    openai.revoke_key(KEY)
    refused = await imagedesk({**environ, **openai_settings}, "doctor")
    assert refused.code == 1
    assert "✗ OpenAI: the key is refused (HTTP 401)" in refused.out


async def test_a_model_that_ends_soon_is_named_with_its_day(
    environ: dict[str, str], openai: OpenAIServer, openai_settings: dict[str, str]
) -> None:
    """OpenAI tells the day itself; what it does not list is a warning."""
    row = {"id": "gpt-image-2", "object": "model", "shutdown_date": "2026-12-01"}
    body = {"object": "list", "data": [row]}
    openai.faults.add(Fault("models", "answer", answer=Answer(200, body)))
    ended = await imagedesk({**environ, **openai_settings}, "doctor")
    assert ended.code == 0
    assert "! OpenAI: gpt-image-2 is shut down on 2026-12-01" in ended.out
    assert "! OpenAI: the key does not list gpt-image-2.5-flare," in ended.out
    assert "! Words: the key does not list gpt-" in ended.out


async def test_servers_that_are_away_are_named_without_their_secrets(
    environ: dict[str, str],
) -> None:
    """Database, queue and bucket, each with its setting."""
    away = {
        **environ,
        "DATABASE_URL": "postgresql://desk:geheim@127.0.0.1:1/desk",
        "REDIS_URL": "redis://:geheim@127.0.0.1:1/0",
        "STORAGE_PROVIDER": "s3",
        "AWS_S3_BUCKET": "desk",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "geheim",
        "S3_ENDPOINT_URL": "http://127.0.0.1:1",
    }
    ended = await imagedesk(away, "doctor")
    assert ended.code == 1
    assert "✗ Database: postgresql+asyncpg://desk:***@127.0.0.1:1/desk cannot be" in ended.out
    assert "✗ Queue: 127.0.0.1:1 does not answer" in ended.out
    assert "✗ Pictures: s3 does not answer (EndpointConnectionError)" in ended.out
    assert "! Secret key: every machine would make its own" in ended.out
    assert "geheim" not in ended.said


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("http://192.168.1.5", "! Address: http://192.168.1.5 is only known in this network"),
        ("https://localhost:1", "! Address: https://localhost:1 is only known in this network"),
        ("http://127.0.0.1:1", "does not answer as the desk (ConnectError)"),
    ],
)
async def test_an_address_that_others_cannot_use_is_a_warning(
    environ: dict[str, str], address: str, line: str
) -> None:
    """It may be meant so; the fix is told."""
    # A proxy that refuses everything: nothing leaves this machine.
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"}
    ended = await imagedesk({**environ, **nowhere, "PUBLIC_URL": address}, "doctor")
    assert ended.code == 0
    assert line in ended.out


async def test_a_desk_in_use_is_no_fault(environ: dict[str, str]) -> None:
    """The doctor may be asked while the desk runs on the same folder."""
    async with running_desk(environ, demo=True):
        ended = await imagedesk(environ, "doctor")
    assert ended.code == 0
    assert "✓ Queue: embedded, in use by a running desk" in ended.out
    assert "✓ Database: sqlite" in ended.out
    assert "revision" in ended.out


async def test_accounts_that_do_not_work_are_named(environ: dict[str, str]) -> None:
    """One whose token expired, one whose token was sealed with another key."""
    async with running_desk(environ, demo=True) as desk:
        async with desk.database.write() as unit:
            bakery = Business("Bakery", unit.now)
            await unit.businesses.join("slack", "T1", bakery)
            expired = Account(
                bakery.id, "facebook", "1001", "Acme", "", unit.now, "account_expired"
            )
            altered = Account(bakery.id, "instagram", "1002", "acme", "0000.AAAA", unit.now)
            for account in (expired, altered):
                unit.accounts.add(account)
        ended = await imagedesk(environ, "doctor")
    assert ended.code == 1
    assert "✗ Account acme (instagram): A stored secret cannot be opened." in ended.out
    assert "✗ Account Acme (facebook): " in ended.out
    fix = f"→ imagedesk account add facebook --id 1001 --business {bakery.id}"
    assert fix in ended.out
