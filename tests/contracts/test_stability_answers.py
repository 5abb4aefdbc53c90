"""What Stability AI's answers mean for money, at the local one."""

from collections.abc import AsyncIterator

import pytest

from core.errors import ActionNeeded, DeskError, TryLater, UserError
from core.generation.providers.stability import Stability
from core.wording.errors import SENTENCES, sentence
from tests.contracts.provider_grounds import CATALOGUE, KEY, request_for
from tests.platforms.stability import StabilityServer


@pytest.fixture
async def server() -> AsyncIterator[StabilityServer]:
    async with StabilityServer() as opened:
        opened.accept_key(KEY)
        yield opened
        assert opened.violations == []


@pytest.fixture
async def stability(server: StabilityServer) -> AsyncIterator[Stability]:
    provider = Stability(KEY, server.base_url, CATALOGUE.of("stability"), seconds=20)
    yield provider
    await provider.aclose()


async def failure(stability: Stability, **changes: object) -> DeskError:
    """What one request ends with; there must be a sentence for it, with every fact filled in."""
    with pytest.raises(DeskError) as raised:
        await stability.generate(request_for(stability, **changes))
    assert raised.value.code in SENTENCES
    assert "unknown" not in sentence(raised.value.trouble)
    return raised.value


async def test_the_table_is_stabilitys_own_bill(
    server: StabilityServer, stability: Stability
) -> None:
    """It tells no cost, so the table's price is booked: they must be the same for every model."""
    for model in stability.models.values():
        before = server.charged
        made = await stability.generate(request_for(stability, model=model.name))
        assert made.cost is None
        assert model.price("medium", "1024x1024") == server.charged - before


async def test_a_picture_that_was_blurred_is_refused_and_paid(
    server: StabilityServer, stability: Stability
) -> None:
    """It was made, so it was billed; nobody wants to see it."""
    server.filter_next()
    error = await failure(stability)
    assert isinstance(error, UserError)
    assert error.code == "provider_filtered"
    assert error.facts["cost"] == server.charged == 30_000
    assert "$0.03" in sentence(error.trouble)


async def test_a_refusal_is_told_in_stabilitys_words(
    server: StabilityServer, stability: Stability
) -> None:
    """403, but nothing that an admin could mend."""
    server.refuse("content_moderation", "generate")
    error = await failure(stability)
    assert isinstance(error, UserError)
    assert "flagged" in str(error.facts["reason"])


async def test_another_403_is_the_admins(server: StabilityServer, stability: Stability) -> None:
    """With the page of the keys."""
    server.refuse("forbidden", "generate")
    error = await failure(stability)
    assert isinstance(error, ActionNeeded)
    assert error.facts["url"] == "https://platform.stability.ai/account/keys"


async def test_haste_is_punished_for_a_minute() -> None:
    """The 151st call in ten seconds is refused, and so is every one in the minute after it."""
    now = 0.0
    async with StabilityServer(clock=lambda: now) as server:
        server.accept_key(KEY)
        stability = Stability(KEY, server.base_url, CATALOGUE.of("stability"))
        server.refuse("server_error", "generate", times=150)
        for _ in range(150):
            assert (await failure(stability)).code == "provider_failed"
        error = await failure(stability)
        assert isinstance(error, TryLater)
        assert error.after == 60
        now = 59.0
        assert (await failure(stability)).code == "provider_busy"
        now = 60.0
        assert (await stability.generate(request_for(stability))).data
        await stability.aclose()


async def test_the_person_is_told_only_as_a_hash(
    server: StabilityServer, stability: Stability
) -> None:
    """So that an abuser can be told from the team."""
    await stability.generate(request_for(stability))
    assert server.people == ["person-hash"]


async def test_what_is_not_taken_is_told_in_stabilitys_words(
    server: StabilityServer, stability: Stability
) -> None:
    """All of its complaints."""
    body = {"id": "1", "name": "bad_request", "errors": ["seed: too big", "prompt: too odd"]}
    server.fail("generate", status=422, body=body)
    error = await failure(stability)
    assert isinstance(error, UserError)
    assert error.facts["reason"] == "seed: too big; prompt: too odd"
