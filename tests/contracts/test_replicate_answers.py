"""What Replicate's answers mean for money: predictions that are late, or fail."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.errors import ActionNeeded, DeskError, OutcomeUnknown, TryLater, UserError
from core.generation.providers.replicate import Replicate
from core.library.pictures import check
from core.ports import Allowance, Begun
from core.wording.errors import SENTENCES, sentence
from tests.contracts.provider_grounds import CATALOGUE, KEY, request_for
from tests.platforms.replicate import ReplicateServer

MODELS = CATALOGUE.of("replicate")


@pytest.fixture
async def server() -> AsyncIterator[ReplicateServer]:
    async with ReplicateServer() as opened:
        opened.accept_key(KEY)
        yield opened
        assert opened.violations == []


@pytest.fixture
async def replicate(server: ReplicateServer) -> AsyncIterator[Replicate]:
    provider = Replicate(KEY, server.base_url, MODELS, seconds=10, poll=0.01)
    yield provider
    await provider.aclose()


async def failure(replicate: Replicate, **changes: object) -> DeskError:
    """What one request ends with; there must be a sentence for it, with every fact filled in."""
    with pytest.raises(DeskError) as raised:
        await replicate.generate(request_for(replicate, **changes))
    assert raised.value.code in SENTENCES
    assert "unknown" not in sentence(raised.value.trouble)
    return raised.value


async def test_a_slow_picture_is_looked_at_until_it_is_there(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """Created once, however often it is looked at."""
    server.take_looks(5)
    made = await replicate.generate(request_for(replicate))
    assert check(made.data).width == 1024
    assert server.calls == ["create", *["get"] * 5, "file"]
    assert len(server.bill) == 1


async def test_looks_that_fail_are_taken_again(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """The id is known: looking costs nothing, so no broken line loses the picture."""
    server.take_looks(1)
    server.drop_before("get", times=2)
    server.fail("get", status=503, body="<html>no</html>")
    server.fail("get", status=429, body={"detail": "slow"}, headers={"retry-after": "0.01"})
    server.fail("get", status=200, body={"welcome": "to the hotel"})
    made = await replicate.generate(request_for(replicate))
    assert check(made.data).width == 1024
    assert server.calls.count("create") == 1


async def test_a_picture_that_cannot_be_fetched_at_first_is_fetched_again(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """It stays where it is for an hour; it is bought once."""
    server.drop_before("file", times=2)
    server.fail("file", status=500, body="no")
    made = await replicate.generate(request_for(replicate))
    assert check(made.data).width == 1024
    assert len(server.bill) == 1


async def test_a_picture_that_never_comes_is_stopped_and_unknown(server: ReplicateServer) -> None:
    """Told to stop, once; what that saves nobody tells."""
    replicate = Replicate(KEY, server.base_url, MODELS, seconds=0.5, poll=0.05)
    server.take_looks(1_000)
    error = await failure(replicate)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "provider_unfinished"
    assert server.cancelled == ["p00000000"]
    assert server.calls.count("create") == 1
    await replicate.aclose()


async def test_a_picture_that_can_never_be_fetched_is_unknown_with_its_price(
    server: ReplicateServer,
) -> None:
    """It was made, so it was billed."""
    replicate = Replicate(KEY, server.base_url, MODELS, seconds=0.5, poll=0.05)
    server.fail("file", status=404, body="gone", times=None)
    error = await failure(replicate)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "provider_not_fetched"
    assert error.facts["cost"] == server.charged == 3_000
    await replicate.aclose()


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "http://replicate.delivery.example.org/a.png",
        "http://notreplicate.delivery/a.png",
        "http://user@[::1",
        "file:///etc/passwd",
        "no address",
    ],
)
async def test_a_picture_elsewhere_is_not_fetched(server: ReplicateServer, address: str) -> None:
    """An answer does not send the desk to addresses of its choice; nothing is asked of them."""
    replicate = Replicate(KEY, server.base_url, MODELS, seconds=2, poll=0.01)
    server.fail(
        "create",
        status=201,
        body={"id": "p1", "status": "succeeded", "output": [address]},
    )
    error = await failure(replicate)
    assert error.code == "provider_not_fetched"
    assert server.calls == ["create"]
    await replicate.aclose()


async def test_output_counts_before_the_status_says_so(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """Replicate answers with the files as soon as they are there."""
    first = await replicate.generate(request_for(replicate))
    address = f"{server.base_url.removesuffix('/v1')}/files/p00000000.png"
    body = {"id": "p1", "status": "processing", "output": address}
    server.fail("create", status=201, body=body)
    made = await replicate.generate(request_for(replicate))
    assert made.data == first.data


@pytest.mark.parametrize(
    "words",
    [
        "NSFW content detected. Try running it again, or try a different prompt.",
        "The input or output was flagged as sensitive. Please try again. (E005)",
    ],
)
async def test_a_refusal_is_told_in_replicates_words(
    server: ReplicateServer, replicate: Replicate, words: str
) -> None:
    """A prediction that failed for that is final, and no picture was billed."""
    server.take_looks(1)
    server.fail_next(words)
    error = await failure(replicate)
    assert isinstance(error, UserError)
    assert error.facts["reason"] == words
    assert server.charged == 0


async def test_another_failure_may_be_repeated_where_pictures_are_billed(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """No picture, no bill."""
    server.fail_next("Director: unexpected error handling prediction (E8765)")
    assert isinstance(await failure(replicate), TryLater)


async def test_another_failure_is_unknown_where_seconds_are_billed(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """A model without a price here is billed by the time that it ran."""
    server.fail_next("CUDA out of memory")
    assert isinstance(await failure(replicate, model="sdxl"), OutcomeUnknown)


async def test_a_small_balances_rate_is_learned(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """It is told in the refusal's words alone."""
    heard: list[Allowance] = []

    async def told(said: Allowance | Begun) -> None:
        assert isinstance(said, Allowance)
        heard.append(said)

    server.refuse("small_balance", "create")
    with pytest.raises(TryLater) as raised:
        await replicate.generate(request_for(replicate), told=told)
    assert raised.value.after == 5
    assert heard == [Allowance(6, 0)]


async def test_a_header_goes_before_the_body(server: ReplicateServer, replicate: Replicate) -> None:
    """Where both say how long to wait."""
    server.refuse("throttled", "create", headers={"retry-after": "11"})
    error = await failure(replicate)
    assert isinstance(error, TryLater)
    assert error.after == 11


async def test_a_model_that_is_gone_is_named(server: ReplicateServer, replicate: Replicate) -> None:
    """So that the person can choose another."""
    server.fail("create", status=404, body={"detail": "not found"})
    error = await failure(replicate)
    assert isinstance(error, UserError)
    assert error.facts == {"model": "flux-schnell"}


async def test_an_input_that_is_not_taken_is_told(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """422 in Replicate's words."""
    server.fail("create", status=422, body={"detail": "- input.seed: is resting today"})
    error = await failure(replicate)
    assert isinstance(error, UserError)
    assert error.facts["reason"] == "- input.seed: is resting today"


@pytest.mark.parametrize(
    ("refusal", "url"),
    [
        ("payment_required", "https://replicate.com/account/billing"),
        ("forbidden", "https://replicate.com/account/api-tokens"),
    ],
)
async def test_what_an_admin_must_do_is_named_with_its_page(
    server: ReplicateServer, replicate: Replicate, refusal: str, url: str
) -> None:
    """Repeating is useless until then."""
    server.refuse(refusal, "create")
    error = await failure(replicate)
    assert isinstance(error, ActionNeeded)
    assert error.facts["url"] == url


async def begun(replicate: Replicate, **changes: object) -> str:
    """The handle of a prediction whose picture nobody has waited for; told as soon as known."""
    handles: list[str] = []

    async def told(said: Allowance | Begun) -> None:
        assert isinstance(said, Begun)
        handles.append(said.handle)
        raise asyncio.CancelledError  # as if the process ended here

    with pytest.raises(asyncio.CancelledError):
        await replicate.generate(request_for(replicate, **changes), told=told)
    (handle,) = handles
    return handle


async def test_a_picture_is_resumed_by_its_handle(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """Looked at until it is there, and bought once."""
    server.take_looks(3)
    handle = await begun(replicate)
    assert server.calls == ["create"]
    made = await replicate.generate(request_for(replicate, resumes=handle))
    assert check(made.data).width == 1024
    assert server.calls == ["create", *["get"] * 3, "file"]
    assert len(server.bill) == 1


async def test_looks_at_a_resumed_picture_that_fail_are_taken_again(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """Neither a broken line nor an outage says that it is gone."""
    handle = await begun(replicate)
    server.drop_before("get", times=2)
    server.fail("get", status=503, body="<html>no</html>")
    made = await replicate.generate(request_for(replicate, resumes=handle))
    assert check(made.data).width == 1024
    assert server.calls.count("create") == 1


async def test_a_resumed_picture_that_is_forgotten_is_unknown(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """It may be billed all the same; nothing is begun anew."""
    handle = await begun(replicate)
    server.forget()
    error = await failure(replicate, resumes=handle)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "provider_forgot"
    assert server.calls == ["create", "get"]


@pytest.mark.parametrize(("model", "facts"), [("flux-schnell", {"cost": 3_000}), ("sdxl", {})])
async def test_a_resumed_picture_whose_data_are_removed_is_unknown_with_its_price(
    server: ReplicateServer, replicate: Replicate, model: str, facts: dict[str, int]
) -> None:
    """It succeeded, so it was billed; after an hour nobody can have it any more."""
    size = replicate.models[model].sizes[0]
    handle = await begun(replicate, model=model, size=size)
    server.remove_data()
    error = await failure(replicate, model=model, size=size, resumes=handle)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "provider_not_fetched"
    assert {name: error.facts[name] for name in error.facts if name == "cost"} == facts


async def test_a_resumed_picture_that_failed_meanwhile_may_be_asked_for_again(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """No picture, no bill."""
    server.take_looks(1)
    server.fail_next("Director: unexpected error handling prediction (E8765)")
    handle = await begun(replicate)
    assert isinstance(await failure(replicate, resumes=handle), TryLater)
    assert server.calls == ["create", "get"]


async def test_an_answer_without_an_id_is_unknown(
    server: ReplicateServer, replicate: Replicate
) -> None:
    """A proxy's page, or an id that would lead elsewhere: nothing to look at."""
    for body in (
        "<html>welcome</html>",
        {"id": "../account", "status": "starting"},
        {"id": "p" * 65, "status": "starting"},
    ):
        server.fail("create", status=201, body=body)
        assert isinstance(await failure(replicate), OutcomeUnknown)
    assert server.calls == ["create"] * 3
