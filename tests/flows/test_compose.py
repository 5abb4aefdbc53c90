"""`docker-compose.yml` and the `Dockerfile`, held against the command line and the settings.

No container is started here: that needs an engine. What can be wrong without one is proved.
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot.__main__ import app
from bot.serving import DRAIN_SECONDS
from core.settings import Settings, read_settings
from storage.database import database_url

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "imagedesk")
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group
SETTINGS = {name.upper() for name in Settings.model_fields}
OF_COMPOSE = {"POSTGRES_PASSWORD"}
"""What `.env` holds for compose alone."""


def test_the_parts_of_the_desk_are_all_there() -> None:
    """The processes that share the work, and the two servers between them."""
    assert OURS == ["bot", "web", "worker"]
    assert set(SERVICES) == {*OURS, "valkey", "postgres"}


@pytest.mark.parametrize("name", OURS)
def test_commands_are_those_of_the_command_line(name: str) -> None:
    """Each process runs the command of its name."""
    assert SERVICES[name]["command"] == [name]
    assert name in COMMANDS


@pytest.mark.parametrize("name", OURS)
def test_variables_are_settings(name: str) -> None:
    """Nothing is set that nobody reads, and what is set can be read."""
    given = SERVICES[name]["environment"]
    assert set(given) <= SETTINGS
    filled = {key: re.sub(r"\$\{[^}]*\}", "secret", value) for key, value in given.items()}
    settings = read_settings(filled)
    assert database_url(settings) == "postgresql+asyncpg://imagedesk:secret@postgres:5432/imagedesk"
    assert settings.redis_url == "redis://valkey:6379/0"
    assert settings.http_host == "0.0.0.0"  # noqa: S104  # within its container


def test_what_compose_fills_in_is_known() -> None:
    """A variable in braces is a setting, or is asked for with a sentence."""
    named = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    assert named <= SETTINGS | OF_COMPOSE
    for name in OF_COMPOSE:
        assert re.search(rf"\$\{{{name}:\?[^}}]+\}}", COMPOSE)


def test_the_servers_are_reached_under_their_names() -> None:
    """Host, user and database in DATABASE_URL are those of the service."""
    postgres = SERVICES["postgres"]["environment"]
    url = SERVICES["web"]["environment"]["DATABASE_URL"]
    assert url.startswith(f"postgresql://{postgres['POSTGRES_USER']}:")
    assert url.endswith(f"@postgres:5432/{postgres['POSTGRES_DB']}")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_whoever_serves_is_asked_for_its_health(name: str) -> None:
    """Valkey and PostgreSQL by their own tools, the page by the image's check, the rest not."""
    check = SERVICES[name].get("healthcheck", {})
    if name in {"valkey", "postgres"}:
        assert check["test"][0] == "CMD"
        assert check["retries"]
    else:
        assert check.get("disable", False) == (name != "web")


@pytest.mark.parametrize("name", OURS)
def test_the_desk_waits_for_its_servers_and_keeps_its_data(name: str) -> None:
    """It starts when both answer; key and pictures are the same for all three."""
    service = SERVICES[name]
    healthy = {"condition": "service_healthy"}
    assert service["depends_on"] == {"postgres": healthy, "valkey": healthy}
    assert service["volumes"] == [f"data:{service['environment']['DATA_DIR']}"]
    assert service["restart"] == "unless-stopped"


def test_volumes_are_declared() -> None:
    """Every named volume is one of the file's own."""
    used = {
        volume.partition(":")[0] for one in SERVICES.values() for volume in one.get("volumes", [])
    }
    assert used == set(yaml.safe_load(COMPOSE)["volumes"])


def test_a_stopping_worker_may_finish_what_is_paid() -> None:
    """Compose kills later than the worker gives up."""
    assert int(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS


def test_the_page_is_published_on_loopback_only() -> None:
    """Without a certificate nothing is offered to the network."""
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${HTTP_PORT:-8080}:8080"]
    assert SERVICES["web"]["environment"]["HTTP_PORT"] == "8080"


def instructions(name: str) -> list[str]:
    """What the Dockerfile gives this instruction, continued lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name} +(.*)$", joined, re.MULTILINE)


def test_the_image_runs_the_command_line() -> None:
    """Without a command it is the whole desk in one process."""
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["imagedesk"]
    assert json.loads(instructions("CMD")[0])[0] in COMMANDS


def test_the_image_runs_as_nobody_special_from_the_lock() -> None:
    """No root, no package that the lock does not name."""
    assert instructions("USER") == ["desk"]
    installs = [line for line in instructions("RUN") if "pip install" in line]
    assert installs == [
        "pip install --require-hashes -r requirements.lock",
        "pip install --no-deps --no-build-isolation -e .",
    ]


def test_the_image_holds_what_it_copies() -> None:
    """What is copied exists and is not ignored."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for line in instructions("COPY"):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()
            assert f"!{source}" in ignored


def test_the_image_sets_settings_and_asks_the_page() -> None:
    """Its variables are settings, and its health check is a Python program that can be read."""
    given = dict(pair.split("=") for pair in instructions("ENV")[-1].split())
    assert set(given) <= SETTINGS
    check = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    assert check[:2] == ["python", "-c"]
    assert ast.parse(check[2])
    assert "/health" in check[2]
