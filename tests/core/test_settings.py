"""Settings: read once, from names in upper case or from files, with all complaints at once."""

from pathlib import Path

import pytest

from core.errors import ActionNeeded
from core.settings import Need, Settings, read_settings

CLOUD = {
    "STORAGE_PROVIDER": "cloudinary",
    "CLOUDINARY_CLOUD_NAME": "desk",
    "CLOUDINARY_API_KEY": "1",
    "CLOUDINARY_API_SECRET": "s",
}


def problems(environ: dict[str, str], *needs: Need) -> list[str]:
    """The names that the complaint's lines begin with; empty where there is none."""
    try:
        read_settings(environ, frozenset(needs))
    except ActionNeeded as error:
        lines = error.facts["problems"]
        return [line.partition(":")[0] for line in lines] if isinstance(lines, list) else []
    return []


def test_nothing_set_is_the_defaults() -> None:
    """A fresh clone starts."""
    settings = read_settings({})
    assert settings == Settings()
    assert settings.address == "http://127.0.0.1:8080"
    assert settings.teams == frozenset()


def test_names_are_upper_case_and_values_are_trimmed() -> None:
    """As a file of settings is written by hand."""
    settings = read_settings({"HTTP_PORT": " 9000 ", "ALLOWED_TEAMS": "T1, 42,,", "home": "/"})
    assert settings.http_port == 9000
    assert settings.teams == {"T1", "42"}


def test_what_is_empty_is_unset() -> None:
    """Compose hands over empty values for what `.env` leaves out."""
    assert read_settings({"HTTP_PORT": "", "REDIS_URL": " ", "SLACK_BOT_TOKEN": ""}) == Settings()


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    """The file wins over the variable, and its last line break is not part of it."""
    file = tmp_path / "token"
    file.write_text("from-file\n")
    settings = read_settings({"DISCORD_TOKEN_FILE": str(file), "DISCORD_TOKEN": "other"})
    assert settings.discord_token.get_secret_value() == "from-file"


def test_a_file_that_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    """Its value is not called missing as well."""
    broken = {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "none"), "SLACK_APP_TOKEN": "xapp-1"}
    assert problems(broken, "chat") == ["SLACK_BOT_TOKEN_FILE"]


def test_secrets_do_not_show() -> None:
    """Nobody logs them by accident."""
    settings = read_settings({"OPENAI_API_KEY": "sk-geheim", "SECRET_KEY": "geheim"})
    assert "geheim" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PORT", "70000"),
        ("REPLICATE_API_URL", "api.replicate.com"),
        ("STABILITY_API_URL", "ftp://api.stability.ai"),
        ("SD_API_URL", "localhost:7860"),
        ("COMPATIBLE_API_URL", "localhost:8080/v1"),
        ("REPLICATE_IMAGES_PER_MINUTE", "0"),
        ("STABILITY_IMAGES_PER_MINUTE", "901"),
        ("HTTP_PORT", "eighty"),
        ("STORAGE_PROVIDER", "ftp"),
        ("LOG_LEVEL", "loud"),
        ("ORDERS_PER_MINUTE", "0"),
        ("DAILY_BUDGET", "-1"),
        ("OPENAI_IMAGES_PER_MINUTE", "0"),
        ("DAILY_BUDGET", "inf"),
        ("PUBLISH_GRACE_SECONDS", "1e300"),
        ("DATABASE_URL", "mysql://a/b"),
        ("DATABASE_URL", "postgresql://desk:geheim@db:port/desk"),
        ("DATABASE_URL", "postgresql://desk:ge@heim@db/desk"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("REDIS_URL", "redis://cache:port/0"),
        ("REDIS_URL", "redis://[::1/0"),
        ("PUBLIC_URL", "https://desk.example.org:port"),
        ("PUBLIC_URL", "https://ada:geheim@desk.example.org"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:99999"),
        ("AWS_S3_REGION", "US East (N. Virginia)"),
        ("OPENAI_API_KEY", "sk-…"),
        ("DISCORD_TOKEN", "two words"),
        ("REDIS_URL", "localhost:6379"),
        ("PUBLIC_URL", "desk.example.org"),
        ("PUBLIC_URL", "https://desk.example.org/desk"),
        ("SLACK_WATCHED_CHANNELS", "#marketing"),
        ("SLACK_API_URL", "https://slack.com/"),
        ("DISCORD_API_URL", "discord.com"),
        ("DISCORD_GATEWAY_URL", "https://gateway.discord.gg"),
        ("OPENAI_BASE_URL", "api.openai.com/v1"),
        ("S3_ENDPOINT_URL", "minio:9000"),
        ("CLOUDINARY_API_URL", "api.cloudinary.com"),
        ("META_GRAPH_URL", "graph.facebook.com"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    """By the name that must be changed, and by nothing else."""
    assert problems({name: value}) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://desk@db/desk"),
        ("DATABASE_URL", "postgresql://desk@azure:ge/hei#m?@db:5432/desk?sslmode=require"),
        ("DATABASE_URL", "postgresql:///desk?host=/run/postgresql"),
        ("DATABASE_URL", "postgresql+psycopg2://desk:ge:heim@[::1]:5432/desk"),
        ("SECRET_KEY", "a long sentence is a key, too – größer"),
        ("DATABASE_URL", "sqlite+aiosqlite:////data/desk.sqlite3"),
        ("REDIS_URL", "rediss://:secret@cache:6380/1"),
        ("REDIS_URL", "unix:///run/valkey.sock"),
        ("PUBLIC_URL", "https://desk.example.org/"),
        ("SLACK_WATCHED_CHANNELS", "C0123ABCD, G0456EFGH"),
        ("DISCORD_GATEWAY_URL", "ws://127.0.0.1:8000/gateway"),
    ],
)
def test_usual_addresses_are_taken(name: str, value: str) -> None:
    """Every spelling that the drivers know."""
    assert problems({name: value}) == []


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN"),
        ({"STORAGE_PROVIDER": "s3"}, "AWS_S3_BUCKET"),
        (CLOUD | {"CLOUDINARY_CLOUD_NAME": ""}, "CLOUDINARY_CLOUD_NAME"),
        (CLOUD | {"CLOUDINARY_API_KEY": ""}, "CLOUDINARY_API_KEY"),
        (CLOUD | {"CLOUDINARY_API_SECRET": ""}, "CLOUDINARY_API_SECRET"),
        ({"COMPATIBLE_API_KEY": "local"}, "COMPATIBLE_API_URL"),
        ({"COMPATIBLE_MODEL": "flux"}, "COMPATIBLE_API_URL"),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_SECRET_ACCESS_KEY": "s"}, "AWS_ACCESS_KEY_ID"),
    ],
)
def test_what_belongs_together_is_asked_for(environ: dict[str, str], missing: str) -> None:
    """Half a setting is no setting."""
    assert problems(environ) == [missing]


@pytest.mark.parametrize(
    "environ",
    [
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"},
        {"DISCORD_TOKEN": "x.y.z"},
    ],
)
def test_any_chat_will_do(environ: dict[str, str]) -> None:
    """Slack by Socket Mode or by HTTP, or Discord."""
    assert problems(environ, "chat") == []


def test_what_is_wrong_needs_an_operator() -> None:
    """Nobody else can change it, and nothing repeats it."""
    with pytest.raises(ActionNeeded, match="settings_wrong"):
        read_settings({"LOG_LEVEL": "loud"})


def test_what_a_command_needs_is_asked_for_with_the_rest() -> None:
    """One message, in which everything stands."""
    environ = {"HTTP_PORT": "x", "STORAGE_PROVIDER": "s3"}
    assert problems(environ, "queue", "chat") == [
        "HTTP_PORT",
        "REDIS_URL",
        "SLACK_BOT_TOKEN or DISCORD_TOKEN",
        "AWS_S3_BUCKET",
    ]


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({"PUBLIC_URL": "https://desk.example.org/"}, "https://desk.example.org"),
        ({"HTTP_HOST": "0.0.0.0", "HTTP_PORT": "81"}, "http://localhost:81"),  # noqa: S104  # a setting
        ({"HTTP_HOST": "192.0.2.7"}, "http://192.0.2.7:8080"),
        ({"HTTP_HOST": "::1"}, "http://[::1]:8080"),
    ],
)
def test_the_address_is_the_public_one_or_the_local_one(
    environ: dict[str, str], address: str
) -> None:
    """It can be opened as it is printed."""
    assert read_settings(environ).address == address
