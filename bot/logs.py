"""Logs: one line per event, secrets struck out.

Owns structlog's set-up and what counts as a secret. Nobody logs prompts, and the database's errors
hide the values they were about (`storage.database`).
"""

import asyncio
import logging
import re
import sys
from typing import Any

import structlog

SECRETS = re.compile(
    r"sk-[\w-]{8,}|xox[abprse]-[\w-]+|xapp-[\w-]+|r8_\w{8,}|EAA\w{8,}"
    r"|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"
    r"|imgdesk_[\w-]+|(?<=/sign-in/)[\w-]+"
    r"|(?<=Bearer )\S+|(?<=Bot )\S+|(?<=access_token=)[^&\s]+|(?<=://):?[^:/@\s]*:[^@/\s]+(?=@)"
)
"""OpenAI's, Stability's, Slack's, Replicate's, Meta's and Discord's keys, the desk's own tokens and
links to sign in, bearer tokens, passwords in addresses."""


def configure_logs(level: str, least: int = logging.NOTSET) -> None:
    """Send our own and the libraries' logs to standard error, from `level` on, and none below
    `least`.
    """
    number = max(getattr(logging, level.upper()), least)
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _spare_cancellations,
        structlog.processors.format_exc_info,
        strike_secrets,
    ]
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def _spare_cancellations(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Who was told to end at once has nothing to trace; libraries log it as a failure."""
    failure = event.get("exc_info")
    if isinstance(failure, tuple) and isinstance(failure[1], asyncio.CancelledError):
        del event["exc_info"]
    return event


def strike_secrets(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace every secret in a log entry, at any depth."""
    struck: dict[str, Any] = _strike(event)
    return struck


def _strike(value: Any) -> Any:
    if isinstance(value, str):
        return SECRETS.sub("•••", value)
    if isinstance(value, dict):
        return {key: _strike(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_strike(part) for part in value]
    return value
