"""Whatever programs send, the HTTP API answers as its own document says, and never fails.

schemathesis makes requests of the document, fitting ones and others, the same in each run. Half of
them are aimed at things that are there, so that they come further than the door.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.business.accounts import Account
from core.business.tokens import SCOPES, ApiToken, hash_token, make_token
from core.errors import UserError
from tests.desk import environment
from tests.flows.programs import Programs, connect, opened, photo
from tests.platforms.graph import GraphServer

AnyCase: TypeAlias = Case[Any]
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES: Final = 30
SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LAST: Final = ("DELETE",)
"""What takes away what the other requests are aimed at."""


class Nowhere:
    """The `Fetcher` port without a network."""

    async def fetch(self, url: str, limit: int) -> AsyncGenerator[bytes, None]:  # noqa: ARG002  # the port's signature
        """Nobody answers anywhere."""
        if url:
            raise UserError("address_unreachable", reason="nowhere")
        yield b""


@pytest.fixture
async def programs(tmp_path: Path) -> AsyncIterator[Programs]:
    """A desk whose Bakery has an account of each network; what it sends there must be in order."""
    async with GraphServer() as graph:
        environ = environment(tmp_path, META_GRAPH_URL=graph.base_url)
        async with opened(environ, Nowhere()) as found:
            await connect(found, graph.add_page("Acme", instagram="acme"), 1)
            async with found.desk.database.write() as unit:
                unit.accounts.add(Account(1, "site", "site", "Bakery", "", unit.now))
            yield found
        assert graph.violations == []


async def make_tokens(programs: Programs) -> dict[str, str]:
    """Fresh tokens, so that no limit is reached: one of each scope, and one of all."""
    tokens = {scope: make_token() for scope in (*SCOPES, "all")}
    async with programs.desk.database.write() as unit:
        member = await unit.members.by_user(1, "slack", "U-Bakery")
        assert member
        for scope, token in tokens.items():
            scopes: list[str] = list(SCOPES) if scope == "all" else [scope]
            unit.tokens.add(ApiToken(hash_token(token), 1, member.id, scopes, unit.now))
    return tokens


async def things(programs: Programs, token: str) -> dict[str, Any]:
    """What there is, by the names of the document's parameters."""
    async with programs.client(token) as client:
        for number in (1, 2):
            sent = await client.post(
                "/images/upload",
                data={"business_id": "1"},
                files={"file": ("fox.jpg", photo(number))},
            )
        image = sent.json()["image"]
        order = {"business_id": 1, "content_images": [image["storage_url"]]}
        post = (await client.post("/publishing/site", json=order)).json()["post"]
        asked = {"business_id": 1, "prompt": "a fox"}
        wait = {"prefer": "wait=0"}
        job = (await client.post("/images/generate", json=asked, headers=wait)).json()["job"]
        return {
            "business_id": 1,
            "image_id": image["id"],
            "post_id": post["id"],
            "job_id": job["id"],
            "content_images": [image["storage_url"]],
            "file": photo(3),
        }


def aim(case: AnyCase, known: dict[str, Any]) -> None:
    """Let a request mean what is there, as far as it names such a thing at all."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: known[name] for name in known.keys() & part.keys()})
            part.pop("account_id", None)  # the only one of its network is meant


def ask(
    operation: Operation, mode: GenerationMode, tokens: list[str], known: dict[str, Any]
) -> Counter[int]:
    """Send many requests of one operation, and count the statuses of the answers. Raises what is
    wrong with them.
    """
    told: Counter[int] = Counter()

    @SETTINGS
    @given(
        case=operation.as_strategy(generation_mode=mode),
        token=st.sampled_from(tokens),
        aimed=st.booleans(),
    )
    def check(case: AnyCase, token: str, *, aimed: bool) -> None:
        if aimed:
            aim(case, known)
        headers = {"authorization": f"Bearer {token}", "prefer": "wait=1"}
        answer = case.call_and_validate(headers=headers, checks=CHECKS, timeout=30)
        told[answer.status_code] += 1

    check()
    return told


def read_document(address: str) -> BaseSchema:
    """The API's own description, as it is served."""
    load_all_checks()
    document = httpx2.get(f"{address}/api/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=f"{address}/api")
    return schema


async def test_no_request_makes_the_api_fail_or_break_its_word(programs: Programs) -> None:
    """For each operation, with a token of each scope: no 5xx, and each answer as documented."""
    address = programs.desk.settings.address
    schema = await asyncio.to_thread(read_document, address)
    known = await things(programs, (await make_tokens(programs))["all"])
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    operations.sort(key=lambda one: one.method.upper() in LAST)
    heard: dict[str, set[int]] = {operation.label: set() for operation in operations}
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            tokens = await make_tokens(programs)
            drawn = [*tokens.values(), *[tokens["all"]] * 4]
            told = await asyncio.to_thread(ask, operation, mode, drawn, known)
            heard[operation.label] |= set(told)
    assert any(HTTPStatus.FORBIDDEN in statuses for statuses in heard.values())  # of the scopes
    for label, statuses in heard.items():
        assert statuses & {200, 202}, (label, statuses)
