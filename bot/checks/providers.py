"""Checks of the other providers of pictures: whether each that is set up would take an order.

Each is asked something that costs nothing. Those that are not set up are not spoken of: hardly
anybody wants them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from bot.checks.findings import Finding
from core.settings import Settings
from core.wording import checkup as words

PATIENCE: Final = 15.0
MOST_NAMED: Final = 5


@dataclass(frozen=True)
class _Question:
    """What is asked where, and where a refusal is mended (`page` empty: on one's own machine)."""

    title: str
    address: str
    setting: str
    page: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


async def check_replicate(settings: Settings) -> list[Finding]:
    """The token, and whose it is."""
    token = settings.replicate_api_token.get_secret_value()
    if not token:
        return []
    question = _Question(
        "Replicate",
        f"{settings.replicate_api_url.rstrip('/')}/account",
        "REPLICATE_API_TOKEN",
        "replicate.com/account/api-tokens",
        {"Authorization": f"Bearer {token}"},
    )
    told = await _ask(question)
    if isinstance(told, Finding):
        return [told]
    name = told.get("username", "?") if isinstance(told, dict) else "?"
    return [_works(question, words.REPLICATE_WORKS.format(name=name))]


async def check_stability(settings: Settings) -> list[Finding]:
    """The key, and how many credits are left."""
    key = settings.stability_api_key.get_secret_value()
    if not key:
        return []
    question = _Question(
        "Stability AI",
        f"{settings.stability_api_url.rstrip('/')}/v1/user/balance",
        "STABILITY_API_KEY",
        "platform.stability.ai/account/keys",
        {"Authorization": f"Bearer {key}"},
    )
    told = await _ask(question)
    if isinstance(told, Finding):
        return [told]
    left = told.get("credits") if isinstance(told, dict) else None
    if left == 0:
        return [Finding("✗", words.STABILITY_EMPTY, words.STABILITY_EMPTY_FIX)]
    return [_works(question, words.STABILITY_WORKS.format(credits=left))]


async def check_compatible(settings: Settings) -> list[Finding]:
    """Whether the server lists its models, and the one that is set among them."""
    if not settings.compatible_api_url:
        return []
    key = settings.compatible_api_key.get_secret_value()
    base = settings.compatible_api_url.rstrip("/")
    question = _Question(
        "The image server",
        f"{base}/models",
        "COMPATIBLE_API_URL, COMPATIBLE_API_KEY",
        headers={"Authorization": f"Bearer {key}"} if key else {},
    )
    told = await _ask(question)
    if isinstance(told, Finding):
        return [told]
    names = _names(told.get("data") if isinstance(told, dict) else None, "id")
    listed = ", ".join(names[:MOST_NAMED]) or "no model"
    if settings.compatible_model and settings.compatible_model not in names:
        text = words.COMPATIBLE_UNKNOWN.format(
            address=base, model=settings.compatible_model, models=listed
        )
        return [Finding("!", text, words.COMPATIBLE_UNKNOWN_FIX)]
    return [_works(question, words.COMPATIBLE_WORKS.format(address=base, models=listed))]


async def check_diffusion(settings: Settings) -> list[Finding]:
    """Whether the server has its API on, and a model."""
    if not settings.sd_api_url:
        return []
    base = settings.sd_api_url.rstrip("/")
    shown = str(httpx2.URL(base).copy_with(userinfo=b""))  # a password is not to be printed
    question = _Question("Stable Diffusion", f"{base}/sdapi/v1/sd-models", "SD_API_URL")
    told = await _ask(question)
    if isinstance(told, Finding):
        return [Finding("✗", told.text, words.DIFFUSION_FIX)]
    names = _names(told, "model_name")
    if not names:
        text = words.DIFFUSION_NONE.format(address=shown)
        return [Finding("✗", text, words.DIFFUSION_NONE_FIX)]
    listed = ", ".join(names[:MOST_NAMED])
    return [_works(question, words.DIFFUSION_WORKS.format(address=shown, models=listed))]


async def _ask(question: _Question) -> Any:
    """What is answered, as JSON, or the finding that says why there is none."""
    shown = httpx2.URL(question.address).copy_with(userinfo=b"")
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            answer = await http.get(question.address, headers=question.headers)
        status = answer.status_code
        if status in {401, 403} and question.page:
            text = words.PROVIDER_REFUSED.format(title=question.title, status=status)
            fix = words.PROVIDER_REFUSED_FIX.format(page=question.page, setting=question.setting)
            return Finding("✗", text, fix)
        if answer.is_success:
            return answer.json()
        reason = f"HTTP {status}"
    except (httpx2.HTTPError, ValueError) as error:
        reason = type(error).__name__
    text = words.PROVIDER_SILENT.format(title=question.title, address=shown, reason=reason)
    return Finding("✗", text, words.PROVIDER_SILENT_FIX.format(setting=question.setting))


def _works(question: _Question, what: str) -> Finding:
    return Finding("✓", words.PROVIDER.format(title=question.title, what=what))


def _names(rows: object, name: str) -> list[str]:
    listed = rows if isinstance(rows, list) else []
    return [str(row[name]) for row in listed if isinstance(row, dict) and name in row]
