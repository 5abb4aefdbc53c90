"""Refusals of the HTTP API: `application/problem+json` (RFC 9457) with the desk's own sentences.

Owns which status a reason code has. It must not know routes.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from core.errors import DeskError, Trouble, TryLater, UserError
from core.wording import api as words
from core.wording.refusals import told_at_once

STATUSES: Final[Mapping[str, int]] = {
    "token_missing": 401,
    "token_rejected": 401,
    "scope_missing": 403,
    "not_yours": 403,
    "not_approver": 403,
    "image_unknown": 404,
    "reference_unknown": 404,
    "job_unknown": 404,
    "post_unknown": 404,
    "account_unknown": 404,
    "business_foreign": 404,
    "nothing_here": 404,
    "image_in_use": 409,
    "image_on_its_way": 409,
    "conflict": 409,
    "key_reused": 409,
    "account_missing": 409,
    "account_unclear": 409,
    "upload_too_big": 413,
    "too_many_orders": 429,
    "too_many_requests": 429,
    "budget_spent": 429,
    "images_spent": 429,
}
"""Of codes whose status is not their class's."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Problem(BaseModel):
    """What is wrong (RFC 9457): `detail` for people; `code`, a stable reason, and its `facts` for
    programs. `instance`, where there is one, tells more of this very case.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, Any]
    instance: str | None = None


DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    kind: {
        "description": told,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
    for kind, told in words.PROBLEMS.items()
}
"""How every operation may end otherwise, for its description."""


class NotMade(UserError):
    """The order was taken, but nothing came of it; `address` tells all there is to know of it."""

    def __init__(self, trouble: Trouble, address: str) -> None:
        super().__init__(trouble.code, **trouble.facts)
        self.address = address


def answer_problems(app: FastAPI) -> None:
    """Let `app` answer every error as a problem."""

    @app.exception_handler(DeskError)
    async def refused(request: Request, error: DeskError) -> Response:  # noqa: ARG001  # the handler's signature
        usual = 400 if isinstance(error, UserError) else 503
        if isinstance(error, NotMade):
            return problem(error.trouble, 422, instance=error.address)
        status = STATUSES.get(error.code, usual)
        limited = status == HTTPStatus.TOO_MANY_REQUESTS
        seconds = error.facts.get("seconds") if limited else None
        after = error.after if isinstance(error, TryLater) else seconds
        headers = {"retry-after": str(round(float(str(after))) or 1)} if after else {}
        return problem(error.trouble, status, headers)

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> Response:  # noqa: ARG001  # the handler's signature
        fields = [
            "" if one["type"] == "json_invalid" else ".".join(map(str, one["loc"][1:]))
            for one in error.errors()
        ]
        named = list(dict.fromkeys(field for field in fields if field)) or ["body"]
        return problem(Trouble("request_wrong", {"fields": named}), 400)

    @app.exception_handler(HTTPException)
    async def missed(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND:
            return problem(Trouble("nothing_here"), 404)
        if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return problem(Trouble("request_too_long"), 413)
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            trouble = Trouble("request_wrong", {"fields": ["method"]})
            return problem(trouble, 405, {"allow": ", ".join(_methods_at(request))})
        return problem(Trouble("request_wrong", {"fields": ["body"]}), error.status_code)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:  # noqa: ARG001  # as above; the guard logs it
        return problem(Trouble("api_failed"), 500)


def _methods_at(request: Request) -> list[str]:
    """What may be asked at this address: the error itself names only one route's method."""
    routes: list[BaseRoute] = request.app.routes
    asked = {method: {**request.scope, "method": method} for method in METHODS}
    return [
        method
        for method, scope in asked.items()
        if any(route.matches(scope)[0] == Match.FULL for route in routes)
    ]


def problem(
    trouble: Trouble, status: int, headers: Mapping[str, str] | None = None, instance: str = ""
) -> JSONResponse:
    """An answer that says what is wrong, for people (`detail`) and programs (`code`, `facts`);
    `instance` is where to read more of this very case.
    """
    body = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=told_at_once(trouble, words.AGAIN),
        code=trouble.code,
        facts=trouble.facts,
        instance=instance or None,
    ).model_dump(exclude_none=True)
    more = {"www-authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(
        body, status, headers={**more, **(headers or {})}, media_type="application/problem+json"
    )
