"""All settings, read once by the entry point and handed in.

Owns names, defaults, and the one message that lists everything missing or wrong. Any secret may
instead be given as `NAME_FILE`, the path of a file that holds it. No other module reads the
environment.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from core.errors import ActionNeeded
from core.wording import settings as words

StoreName = Literal["local", "s3", "cloudinary"]


class Settings(BaseModel):
    """Every setting by its environment name (upper case); the README's table is made from this."""

    model_config = ConfigDict(frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder for database, pictures and keys")
    database_url: str = Field("", description="PostgreSQL address; unset: SQLite in `DATA_DIR`")
    redis_url: str = Field(
        "", description="Redis or Valkey address; unset: embedded (`demo` and `run` only)"
    )
    public_url: str = Field(
        "", description="Address under which people and networks reach the page; unset: local"
    )
    http_host: str = Field("127.0.0.1", description="Address the page listens on")
    http_port: int = Field(8080, ge=0, le=65535, description="Port of the page; 0 takes a free one")
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Signs links and encrypts tokens; unset: made once in `DATA_DIR/secret.key`",
    )
    secret_key_old: SecretStr = Field(
        SecretStr(""),
        description="Earlier `SECRET_KEY`s, comma-separated, that still open what they encrypted; "
        "until `imagedesk secrets rotate` is done",
    )
    allowed_teams: str = Field(
        "", description="Slack teams and Discord servers, by id, comma-separated; unset: the first"
    )

    slack_bot_token: SecretStr = Field(SecretStr(""), description="Slack bot token (`xoxb-…`)")
    slack_app_token: SecretStr = Field(
        SecretStr(""), description="Slack app token (`xapp-…`) for Socket Mode; unset: signed HTTP"
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), description="Slack signing secret, for signed HTTP"
    )
    slack_watched_channels: str = Field(
        "",
        description="Slack channels, by id, comma-separated, in which every file is taken in",
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Slack Web API")
    discord_token: SecretStr = Field(SecretStr(""), description="Discord bot token")
    discord_api_url: str = Field("https://discord.com/api/v10", description="Discord REST API")
    discord_gateway_url: str = Field(
        "wss://gateway.discord.gg/", description="Discord gateway, asked first"
    )

    openai_api_key: SecretStr = Field(
        SecretStr(""), description="OpenAI key: pictures, moderation, words; unset: `sketch` draws"
    )
    openai_base_url: str = Field("https://api.openai.com/v1", description="OpenAI API")
    openai_images_per_minute: int = Field(
        5, ge=1, le=10_000, description="Your OpenAI tier's images a minute (5, 20, 50, 150, 250)"
    )

    replicate_api_token: SecretStr = Field(
        SecretStr(""), description="Replicate token: Flux, Stable Diffusion XL and 3.5"
    )
    replicate_api_url: str = Field("https://api.replicate.com/v1", description="Replicate API")
    replicate_images_per_minute: int = Field(
        60, ge=1, le=600, description="Pictures a minute at Replicate (6 with less than $5 there)"
    )
    stability_api_key: SecretStr = Field(
        SecretStr(""), description="Stability AI key: Stable Image, Stable Diffusion 3.5"
    )
    stability_api_url: str = Field("https://api.stability.ai", description="Stability AI API")
    stability_images_per_minute: int = Field(
        600, ge=1, le=900, description="Pictures a minute at Stability AI"
    )
    sd_api_url: str = Field(
        "", description="Your Stable Diffusion server (A1111, Forge, SD.Next, sd-server), free"
    )
    compatible_api_url: str = Field(
        "", description="Your server with OpenAI's images API (LocalAI, vLLM); ends in `/v1`"
    )
    compatible_api_key: SecretStr = Field(SecretStr(""), description="Key of that server, if any")
    compatible_model: str = Field("", description="Model of that server, where it has several")

    failover: str = Field(
        "",
        description="Models that take over, in order, for one that is busy, out or gone",
    )

    storage_provider: StoreName = Field("local", description="Where pictures are kept")
    aws_access_key_id: str = Field("", description="S3 access key")
    aws_secret_access_key: SecretStr = Field(SecretStr(""), description="S3 secret key")
    aws_s3_bucket: str = Field("", description="S3 bucket")
    aws_s3_region: str = Field("us-east-1", description="S3 region")
    s3_endpoint_url: str = Field(
        "", description="S3-compatible endpoint (B2, R2, MinIO); unset: AWS"
    )
    s3_public_url: str = Field(
        "", description="Endpoint for presigned links where it differs from `S3_ENDPOINT_URL`"
    )
    cloudinary_cloud_name: str = Field("", description="Cloudinary product environment")
    cloudinary_api_key: str = Field("", description="Cloudinary API key")
    cloudinary_api_secret: SecretStr = Field(SecretStr(""), description="Cloudinary API secret")
    cloudinary_api_url: str = Field(
        "https://api.cloudinary.com", description="Cloudinary API; its EU and AP regions differ"
    )

    meta_graph_url: str = Field("https://graph.facebook.com", description="Meta Graph API")

    orders_per_minute: int = Field(5, ge=1, description="Generation orders a minute and person")
    daily_budget: float = Field(
        5.0, ge=0, le=1_000_000, description="US dollars a day for a new business"
    )
    publish_grace_seconds: float = Field(
        20, ge=0, le=86_400, description="Seconds in which a confirmed post can still be stopped"
    )
    bulk_for_all: bool = Field(
        default=False, description="Let everybody, not only admins, make batches by /bulk"
    )
    blocked_words: str = Field("", description="More words that prompts may not hold, by comma")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged"
    )

    @property
    def address(self) -> str:
        """Under which the page is reached, without a trailing slash."""
        host = "localhost" if self.http_host in {"0.0.0.0", "::"} else self.http_host  # noqa: S104  # compared, not bound
        host = f"[{host}]" if ":" in host else host
        return (self.public_url or f"http://{host}:{self.http_port}").rstrip("/")

    @property
    def teams(self) -> frozenset[str]:
        """The allowed teams, empty where the first to speak is taken."""
        return _listed(self.allowed_teams)

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """The models that take over, in their order."""
        return tuple(part.strip() for part in self.failover.split(",") if part.strip())

    @property
    def watched_channels(self) -> frozenset[str]:
        """Slack's channels in which files need no mention; none where nothing is set."""
        return _listed(self.slack_watched_channels)


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


Need = Literal["queue", "chat"]
"""A queue's server, since none is embedded; a chat, since nobody else could sign in."""

HTTP: Final = r"https?://\S+"
DATABASE: Final = (
    r"postgres(ql)?(\+\w+)?://([^:/@]*(@[^:/@]*)?(:[^@]*)?@)?"  # some hosts' users hold an @
    r"([^@:/?\[\]]*|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?([/?][^@]*)?"
    r"|sqlite(\+\w+)?:///(?!:memory:).+"
)
SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "database_url": (DATABASE, words.DATABASE_SHAPE),
    "redis_url": (r"(rediss?|unix)://.+", words.REDIS_SHAPE),
    "public_url": (r"https?://[^/?#@\s]+/?", words.PUBLIC_SHAPE),
    "slack_watched_channels": (r"[CG][A-Z0-9]+(\s*,\s*[CG][A-Z0-9]+)*,?", words.CHANNELS_SHAPE),
    "slack_api_url": (r"https?://\S+/api/", words.SLACK_SHAPE),
    "discord_gateway_url": (r"wss?://\S+", words.GATEWAY_SHAPE),
    "discord_api_url": (HTTP, words.HTTP_SHAPE),
    "openai_base_url": (HTTP, words.HTTP_SHAPE),
    "replicate_api_url": (HTTP, words.HTTP_SHAPE),
    "stability_api_url": (HTTP, words.HTTP_SHAPE),
    "sd_api_url": (HTTP, words.HTTP_SHAPE),
    "compatible_api_url": (HTTP, words.HTTP_SHAPE),
    "aws_s3_region": (r"[A-Za-z0-9-]+", words.REGION_SHAPE),
    "s3_endpoint_url": (HTTP, words.HTTP_SHAPE),
    "s3_public_url": (HTTP, words.HTTP_SHAPE),
    "cloudinary_api_url": (HTTP, words.HTTP_SHAPE),
    "meta_graph_url": (HTTP, words.HTTP_SHAPE),
}
"""What an address looks like, and what is said where it does not."""

SECRETS: Final = frozenset(
    name for name, field in Settings.model_fields.items() if field.annotation is SecretStr
) - {"secret_key", "secret_key_old"}
"""What others gave out, to be sent in a header: without spaces, and in plain letters."""


def read_settings(
    environ: Mapping[str, str] = os.environ, needs: frozenset[Need] = frozenset()
) -> Settings:
    """Read all settings from `environ`; `needs` says what the command cannot do without.

    Raises ActionNeeded("settings_wrong", problems=[…]), which lists all that is wrong or missing at
    once.
    """
    values, problems = _given(environ)
    settings = Settings()
    try:
        settings = Settings.model_validate({name: text for name, text in values.items() if text})
    except ValidationError as error:
        problems += [
            f"{str(problem['loc'][0]).upper()}: {words.wrong(problem['type'], problem['msg'])}"
            for problem in error.errors()
        ]
    problems += _misshapen(values) + _missing(values, needs)
    if problems:
        raise ActionNeeded("settings_wrong", problems=problems)
    return settings


def _given(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What is set, by field; "" for a file that cannot be read, which is not missing as well."""
    values: dict[str, str] = {}
    problems: list[str] = []
    for name in Settings.model_fields:
        key = name.upper()
        if path := environ.get(f"{key}_FILE"):
            values[name] = ""
            try:
                values[name] = Path(path).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                told = words.FILE_UNREADABLE.format(
                    name=f"{key}_FILE", path=path, reason=type(error).__name__
                )
                problems.append(told)
        elif text := environ.get(key, "").strip():
            values[name] = text
    return values, problems


def _misshapen(values: Mapping[str, str]) -> list[str]:
    wrong = {
        name: said
        for name, (shape, said) in SHAPES.items()
        if name in values and values[name] and not _fits(name, values[name], shape)
    }
    garbled = [name for name in values if name in SECRETS and re.search(r"[^!-~]", values[name])]
    wrong |= dict.fromkeys(garbled, words.SECRET_SHAPE)
    return [said.format(name=name.upper()) for name, said in wrong.items()]


def _fits(name: str, text: str, shape: str) -> bool:
    if not re.fullmatch(shape, text):
        return False
    if name == "database_url":  # its password may hold what ends other addresses
        return True
    try:
        urlsplit(text).port  # noqa: B018  # raises for what is none, and for a broken IPv6 address
    except ValueError:
        return False
    return True


def _missing(values: Mapping[str, str], needs: frozenset[Need]) -> list[str]:
    """What is missing, by what else is set and by what the command needs."""
    given = values.keys()
    slack_ear = given & {"slack_app_token", "slack_signing_secret"}
    slack, store = "slack_bot_token" in given, values.get("storage_provider")
    cloudinary = store == "cloudinary"
    key, secret = "aws_access_key_id" in given, "aws_secret_access_key" in given
    own = given & {"compatible_api_key", "compatible_model"}
    chat = slack or slack_ear or "discord_token" in given
    lacking = (
        (words.REDIS_MISSING, "queue" in needs and "redis_url" not in given),
        (words.CHAT_MISSING, "chat" in needs and not chat),
        (words.SLACK_BOT_MISSING, slack_ear and not slack),
        (words.SLACK_EAR_MISSING, slack and not slack_ear),
        (words.BUCKET_MISSING, store == "s3" and "aws_s3_bucket" not in given),
        (words.CLOUD_MISSING, cloudinary and "cloudinary_cloud_name" not in given),
        (words.CLOUD_KEY_MISSING, cloudinary and "cloudinary_api_key" not in given),
        (words.CLOUD_SECRET_MISSING, cloudinary and "cloudinary_api_secret" not in given),
        (words.COMPATIBLE_URL_MISSING, own and "compatible_api_url" not in given),
        (words.S3_SECRET_MISSING, key and not secret),
        (words.S3_KEY_MISSING, secret and not key),
    )
    return [said for said, lacks in lacking if lacks]
