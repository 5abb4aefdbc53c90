"""Logs: whatever is a secret is struck out, wherever in an entry it stands."""

import asyncio
import json
import logging

import pytest
import structlog

from bot.logs import configure_logs, strike_secrets

GEHEIM = "Q7zK2mXv9RtB4nWs8YdL1pFh"


@pytest.mark.parametrize(
    "secret",
    [
        f"sk-proj-{GEHEIM}",
        f"xoxb-12-34-{GEHEIM}",
        f"xoxe.xoxp-1-{GEHEIM}",
        f"xapp-1-A0-{GEHEIM}",
        f"r8_{GEHEIM}",
        f"EAA{GEHEIM}",
        f"M{GEHEIM}.AbCdEf.{GEHEIM}xyz",
        f"imgdesk_{GEHEIM}",
        f"Authorization: Bearer {GEHEIM}",
        f"https://desk.example.org/sign-in/{GEHEIM}",
        f"https://graph.facebook.com/me?access_token={GEHEIM}&fields=id",
        f"postgresql://desk:{GEHEIM}@db/desk",
        f"redis://:{GEHEIM}@cache:6379/0",
    ],
)
def test_a_secret_is_struck_out(secret: str) -> None:
    """In the event, in a fact, in a list of facts, and in an error's last line."""
    entry = {
        "event": f"it said {secret}",
        "facts": {"tried": [secret, 7]},
        "exception": f"Traceback …\nValueError: {secret!r}",
    }
    struck = strike_secrets(None, "warning", entry)
    assert GEHEIM not in str(struck)
    assert str(struck).count("•••") >= 3


def test_what_was_told_to_end_at_once_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Libraries call it a failure; other failures keep their traceback."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs("info")
        for error in (asyncio.CancelledError(), ValueError("7")):
            logging.getLogger("arq.worker").error("make failed", exc_info=error)
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
    ended, failed = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ended["event"], "exception" in ended) == ("make failed", False)
    assert failed["exception"].endswith("ValueError: 7")


def test_what_is_none_stands() -> None:
    """Names, numbers and addresses are what a log is read for."""
    entry = {
        "event": "queue_lost",
        "path": "/library/12",
        "address": "redis://cache:6379/0",
        "tries": 3,
    }
    assert strike_secrets(None, "warning", dict(entry)) == entry
