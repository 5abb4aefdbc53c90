"""Everything that the pretended OpenAI says instead of a picture, by name.

It owns the wording and shape of error answers. It must not know when they are given.

Shapes: the SDK (openai 3.52) reads `error.{message,type,param,code}`; `moderation_details` is typed
there as `{moderation_stage, categories}`. Wording: what people reported of the real service.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.platforms.faults import Answer


def _error(
    status: int,
    message: str,
    kind: str,
    code: str | None,
    *,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Answer:
    error = {"message": message, "type": kind, "param": param, "code": code, **more}
    return Answer(status, {"error": error}, headers or {})


def bad_request(param: str | None, message: str, code: str | None = "invalid_value") -> Answer:
    """The request breaks the contract."""
    return _error(400, message, "invalid_request_error", code, param=param)


def model_not_found(model: str = "gpt-image-2.5-flare") -> Answer:
    """The model never was, or is no more."""
    message = f"The model '{model}' does not exist or you do not have access to it."
    return _error(404, message, "invalid_request_error", "model_not_found")


def unknown_path(method: str, path: str) -> Answer:
    """There is no such endpoint."""
    return _error(404, f"Invalid URL ({method} {path})", "invalid_request_error", None)


def invalid_key(key: str = "") -> Answer:
    """The key was never valid, or was revoked."""
    message = f"Incorrect API key provided: {key[:4]}***. Find yours in the account's settings."
    return _error(401, message, "invalid_request_error", "invalid_api_key")


def moderation_blocked(categories: Sequence[str] = ("violence",), stage: str = "input") -> Answer:
    """The safety system refused. `stage`: input (the prompt) or output (the drawn picture)."""
    return _error(
        400,
        "Your request was rejected by the safety system.",
        "image_generation_user_error",
        "moderation_blocked",
        moderation_details={"moderation_stage": stage, "categories": list(categories)},
    )


def organization_must_be_verified(model: str = "gpt-image-2.5-flare") -> Answer:
    """The organization has not shown its papers; note that there is no code."""
    message = (
        f"Your organization must be verified to use the model `{model}`. Please go to: "
        "https://platform.openai.com/settings/organization/general and click on Verify "
        "Organization. If you just verified, it can take up to 15 minutes for access to propagate."
    )
    return _error(403, message, "invalid_request_error", None)


def rate_limited(retry_after: float | None = None) -> Answer:
    """Too many, too fast. `retry_after` in seconds; None leaves the header out."""
    headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
    message = "Rate limit reached on images per min. Please try again later."
    return _error(429, message, "images", "rate_limit_exceeded", headers=headers)


def insufficient_quota() -> Answer:
    """A 429 that no waiting ends: the account has no money."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return _error(429, message, "insufficient_quota", "insufficient_quota")


def billing_hard_limit_reached() -> Answer:
    """The account's own limit; HTTP 400 with the very type that moderation uses."""
    return _error(
        400,
        "Billing hard limit has been reached",
        "image_generation_user_error",
        "billing_hard_limit_reached",
    )


def server_error() -> Answer:
    """Nobody's fault that could be named."""
    message = "The server had an error while processing your request. Sorry about that!"
    return _error(500, message, "server_error", None)


REFUSALS: Final[Mapping[str, Callable[..., Answer]]] = {
    refusal.__name__: refusal
    for refusal in (
        moderation_blocked,
        organization_must_be_verified,
        invalid_key,
        model_not_found,
        rate_limited,
        insufficient_quota,
        billing_hard_limit_reached,
        server_error,
    )
}
