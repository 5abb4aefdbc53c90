"""The pretended Graph API itself: paths, tokens, limits, and faults between the work.

It owns what happens to a call from its arrival to its answer. It must not know what a page or an
account does; `facebook` and `instagram` bring one table of operations each.

A call goes: path → token → parameters → permissions (violations are recorded) → faults `before` →
rate limit → the operation → faults `after` → answer, with the usage headers on every one.

Calls, as `calls` and faults name them: `me`, `accounts`, `page`, `photos`, `feed`,
`published_posts`, `post`, `photo`, `delete_photo`, `instagram`, `content_publishing_limit`,
`media`, `container`, `media_publish`, `media_object`.
"""

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from aiohttp import web

from tests.platforms.far_end import FarEnd
from tests.platforms.faults import Answer, Fault
from tests.platforms.graph import facebook, instagram
from tests.platforms.graph.calls import Behaviour, Call, Operation, Value, read_parameters
from tests.platforms.graph.errors import (
    REFUSALS,
    GraphError,
    app_limit,
    broken_contract,
    expired_token,
    invalid_token,
    no_such_object,
    no_token,
    page_permission,
)
from tests.platforms.graph.world import (
    Container,
    Node,
    Page,
    Photo,
    Publication,
    Token,
    World,
)

VERSION: Final = "v26.0"
OPERATIONS: Final = {**facebook.OPERATIONS, **instagram.OPERATIONS}
USER_TOKEN: Final = "EAAuser4242"


class GraphServer(FarEnd):
    """See the package's text for how it is used.

    Attributes:
        behaviour: how it behaves beyond its contract; changed by `behave`.
        errors: every error that was answered, as `call code/subcode message`.
        tokens_in_urls: the calls whose token came in the URL, where logs and proxies read it.
        user_token: the user who owns all pages.
    """

    commands: ClassVar[frozenset[str]] = FarEnd.commands | {
        "add_page",
        "behave",
        "expire_containers",
        "expire_token",
        "refuse",
        "spoil_container",
        "withdraw",
    }

    def __init__(self) -> None:
        super().__init__()
        self.behaviour = Behaviour()
        self.errors: list[str] = []
        self.tokens_in_urls: list[str] = []
        self.user_token = USER_TOKEN
        self._world = World()
        self._world.tokens[USER_TOKEN] = Token(USER_TOKEN, None)
        self._traces = itertools.count(1)

    @property
    def published(self) -> list[Publication]:
        """Every post that the world can see, in order, on pages and accounts alike."""
        return self._world.published

    @property
    def staged_photos(self) -> list[Photo]:
        """Photos that were sent with `published=false` and stand in no post."""
        nodes = self._world.nodes.values()
        return [node for node in nodes if isinstance(node, Photo) and node.post_id is None]

    @property
    def containers(self) -> list[Container]:
        """All Instagram containers, in the order in which they were made."""
        return [node for node in self._world.nodes.values() if isinstance(node, Container)]

    def state(self) -> dict[str, Any]:
        """As every far end, and what stands on the pages and accounts."""
        return super().state() | {
            "errors": self.errors,
            "tokens_in_urls": self.tokens_in_urls,
            "published": [publication.summary() for publication in self.published],
            "staged_photos": [photo.id for photo in self.staged_photos],
            "containers": {container.id: container.status for container in self.containers},
        }

    def routes(self) -> list[web.RouteDef]:
        """Everything below every version; only one version is spoken."""
        return [web.route("*", "/{path:.*}", self._answer)]

    def add_page(self, name: str, instagram: str | None = None) -> Page:
        """A page of the user's, with a linked Instagram account where a user name is given."""
        return self._world.add_page(name, instagram)

    def behave(self, **changes: int) -> None:
        """Changes some attributes of `behaviour`, from now on."""
        self.behaviour = replace(self.behaviour, **changes)

    def expire_token(self, token: str) -> None:
        """From now on this token is answered 190/463."""
        self._world.tokens[token].expired = True

    def withdraw(self, token: str, permission: str) -> None:
        """From now on this token lacks the permission."""
        self._world.tokens[token].permissions.discard(permission)

    def expire_containers(self) -> None:
        """24 hours pass for every container that was not published."""
        for container in self.containers:
            if container.status != "PUBLISHED":
                container.status = "EXPIRED"

    def spoil_container(self, subcode: int = 2207032, times: int = 1) -> None:
        """The next containers end as ERROR instead of FINISHED; `status` tells this subcode."""
        self.faults.add(Fault("media", "spoil", "after", spoil=str(subcode), times=times))

    def refuse(
        self,
        reason: str,
        call: str,
        *,
        after: bool = False,
        times: int | None = 1,
        **facts: Any,
    ) -> None:
        """The next call is answered with an error; with `after`, although its work was done.

        Args:
            reason: a name in `errors.REFUSALS`, e.g. `app_limit`.
            times: how often; None until `clear(call)`.
            facts: that error's own arguments, e.g. `minutes=5`.
        """
        answer = self._as_answer(REFUSALS[reason](**facts), None)
        self.faults.add(Fault(call, "answer", "after" if after else "before", answer, times=times))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        node: Node | None = None
        name = "unknown"
        try:
            parameters = await read_parameters(request)
            given = _given_token(request, parameters)
            operation, node = self._find(request, given)
            name = operation.name
            self.calls.append(name)
            if "access_token" in request.query:
                self.tokens_in_urls.append(name)
            token = self._token(given)
            operation.demand_known(parameters)
            self._demand_access(operation, node, token)
            return await self._serve(request, operation, node, parameters, token)
        except GraphError as error:
            if name == "unknown":
                self.calls.append(name)
            if error.violation:
                self.violations.append(f"{name}: {error.message}")
            self.errors.append(f"{name} {error.code}/{error.subcode} {error.message}")
            return self._as_answer(error, node).response()

    async def _serve(
        self,
        request: web.Request,
        operation: Operation,
        node: Node | None,
        parameters: dict[str, Value],
        token: Token,
    ) -> web.StreamResponse:
        fault = self.faults.take(operation.name)
        if early := await self.faults.strike(fault, "before", request):
            return early
        if self.behaviour.app_usage >= 100:
            raise app_limit()
        spoiled = fault.spoil if fault else ""
        call = Call(self._world, self.behaviour, node, parameters, token, spoiled, self.base_url)
        result = await operation.run(call)
        if late := await self.faults.strike(fault, "after", request):
            return late
        return web.json_response(result, headers=self._usage(node, 0))

    def _find(self, request: web.Request, given: str) -> tuple[Operation, Node | None]:
        version, _, path = request.match_info["path"].partition("/")
        name, _, edge = path.partition("/")
        if version != VERSION or not name:
            raise GraphError(2500, f"Unknown path components: {request.path}", violation=True)
        node = self._world.nodes.get(name) if name != "me" else self._world.speaker(given)
        if name != "me" and node is None:
            raise no_such_object(name)
        operation = OPERATIONS.get((request.method, _kind(node), edge))
        if operation is None:
            message = f"Unknown path components: {request.method} {_kind(node)}/{edge}"
            raise GraphError(2500, message, violation=True)
        return operation, node

    def _token(self, given: str) -> Token:
        if not given:
            raise no_token()
        token = self._world.tokens.get(given)
        if token is None:
            raise invalid_token()
        if token.expired:
            raise expired_token()
        return token

    def _demand_access(self, operation: Operation, node: Node | None, token: Token) -> None:
        if node is not None and token.page_id not in {None, self._world.page_of(node)}:
            raise no_such_object(node.id)
        if not operation.permissions <= token.permissions:
            raise operation.lacking()
        if operation.needs_page_token and token.page_id is None:
            raise page_permission()

    def _usage(self, node: Node | None, minutes: int) -> dict[str, str]:
        percent = 100 if minutes else self.behaviour.app_usage
        usage = {"call_count": percent, "total_cputime": 1, "total_time": 1}
        headers = {"X-App-Usage": json.dumps(usage)}
        if node is not None or minutes:
            owner = self._world.page_of(node) if node is not None else "0"
            case = usage | {"type": "pages", "estimated_time_to_regain_access": minutes}
            headers["X-Business-Use-Case-Usage"] = json.dumps({owner: [case]})
        return headers

    def _as_answer(self, error: GraphError, node: Node | None) -> Answer:
        trace = f"A{next(self._traces):08}"
        return Answer(error.status, error.body(trace), self._usage(node, error.minutes))


def _given_token(request: web.Request, parameters: Mapping[str, Value]) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme not in {"", "Bearer", "OAuth"}:
        raise broken_contract(f"Authorization: {scheme} is not understood")
    given = value or parameters.get("access_token", "")
    return given if isinstance(given, str) else ""


def _kind(node: Node | None) -> str:
    if node is None:
        return "me"
    if isinstance(node, Publication):
        return "post" if node.network == "facebook" else "media"
    return type(node).__name__
